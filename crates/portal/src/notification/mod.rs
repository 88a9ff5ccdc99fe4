//! Notifications: the outbox of "something is waiting", and nothing else.

pub(crate) mod entity;
