//! What the ledger says of one thing. Its texts never change their meaning: they are signed, and read years later.

use std::fmt;
use std::str::FromStr;

use base::{DeliveryId, MessageId, RecipientId};
use keyring::ContentOwner;

/// Something that ended for good. Holds random ids alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LedgerEntry {
    /// The key of a message or document is destroyed.
    Purged(ContentOwner),
    /// A delivery ended, though its message may live on for others.
    Ended(DeliveryId),
    /// The sender took a message back.
    Revoked(MessageId),
    /// The register forgets a person.
    Forgotten(RecipientId),
}

impl fmt::Display for LedgerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Purged(ContentOwner::Message(id)) => write!(f, "purged message {id}"),
            Self::Purged(ContentOwner::Document(id)) => write!(f, "purged document {id}"),
            Self::Ended(id) => write!(f, "ended delivery {id}"),
            Self::Revoked(id) => write!(f, "revoked message {id}"),
            Self::Forgotten(id) => write!(f, "forgotten recipient {id}"),
        }
    }
}

/// The text is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidEntry;

impl FromStr for LedgerEntry {
    type Err = InvalidEntry;

    fn from_str(text: &str) -> Result<Self, InvalidEntry> {
        fn id<T: FromStr>(text: &str) -> Result<T, InvalidEntry> {
            text.parse().map_err(|_| InvalidEntry)
        }
        let (what, of) = text.rsplit_once(' ').ok_or(InvalidEntry)?;
        Ok(match what {
            "purged message" => Self::Purged(ContentOwner::Message(id(of)?)),
            "purged document" => Self::Purged(ContentOwner::Document(id(of)?)),
            "ended delivery" => Self::Ended(id(of)?),
            "revoked message" => Self::Revoked(id(of)?),
            "forgotten recipient" => Self::Forgotten(id(of)?),
            _ => return Err(InvalidEntry),
        })
    }
}
