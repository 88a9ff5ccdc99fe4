//! Cases: the threads between an organisation and one recipient.

pub(crate) mod entity;
