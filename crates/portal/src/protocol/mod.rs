//! The protocol (gallringsprotokoll): signed evidence of what was purged, when and by which rule, that an organisation files and anybody
//! can check with the installation's public keys alone.
//!
//! What a purge erases leaves a *leaf* in the same transaction; at the end of a run an organisation's leaves are *closed* into its next
//! protocol: a numbered statement with the root of a Merkle tree over them, tied to the protocol before, signed. Owns the formats of all
//! of these (`docs/purge-protocol.md`). Knows nothing of people, titles or content.

mod close;
pub(crate) mod entity;
mod file;
mod hexadecimal;
mod leaf;
pub(crate) mod leaf_entity;
mod merkle;
mod record;
mod rfc3339;
mod statement;
mod store;
mod view;

pub(crate) use close::close;
pub use file::{InclusionProof, ProtocolRefused, PurgeProtocol, SignedStatement, VerifiedFile};
pub use leaf::{AppliedRule, ProtocolLeaf, PurgeReason, PurgedKind};
pub use merkle::Hash;
pub(crate) use record::{Erased, record};
pub use statement::{ProtocolStatement, RuleTotal};
pub use view::{ProtocolError, PurgeProtocols};

/// The most leaves of one protocol, so that it fits in memory and on a page; what is more goes to the next.
pub(crate) const MAX_LEAVES: u64 = 10_000;

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod vectors;
