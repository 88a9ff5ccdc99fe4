//! The audit log: who did what to what, when, from where. Append-only; no audit row, no action. Owns the words of the
//! log, how a row is authenticated, and that a writer's rows are numbered without a gap. Knows no names or numbers of
//! people: rows carry ids, and the address is sealed.

pub(crate) mod entity;
mod entry;
mod writer;

pub(crate) use entry::{AuditAction, AuditEntry, AuditTarget};
pub(crate) use writer::AuditWriter;
