//! Documents: the files of messages, each encrypted under a content key of its own.

pub(crate) mod entity;
