//! Deliveries: a message handed to one recipient, with its own life.

pub(crate) mod entity;
