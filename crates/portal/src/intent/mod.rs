//! Intents: the promise, with a lease, to store one message; and the sweeper, which removes what broken promises left.

pub(crate) mod document;
pub(crate) mod entity;
