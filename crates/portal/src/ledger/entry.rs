//! What the ledger says of one thing. Its texts never change their meaning: they are signed, and read years later.

use std::fmt;
use std::str::FromStr;

use base::{CaseId, DeliveryId, HoldId, MessageId, OrganisationId, RecipientId};
use keyring::ContentOwner;

/// Something that a copy from before must not undo. Holds random ids alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LedgerEntry {
    /// The key of a message or document is destroyed.
    Purged(ContentOwner),
    /// A delivery ended, though its message may live on for others.
    Ended(DeliveryId),
    /// The sender took a message back.
    Revoked(MessageId),
    /// A delivery was erased at its recipient's request.
    Erased(DeliveryId),
    /// The register forgets a person.
    Forgotten(RecipientId),
    /// A hold is in force.
    Held(ToldHold),
    /// A hold was lifted.
    Lifted(HoldId),
    /// A person wants no mails.
    MailRefused(RecipientId),
    /// A person takes that back.
    MailAllowed(RecipientId),
    /// A person has an address of their own from now on, and is written to at no other, which a copy may still have.
    OwnAddress(RecipientId),
    /// An organisation was deleted: all that it has sent is withdrawn, whatever of that a copy has.
    OrganisationDeleted(OrganisationId),
    /// Nothing was left of it, and its key was destroyed.
    OrganisationErased(OrganisationId),
    /// The installation was restored from archives, and has this generation.
    Restored(i64),
    /// What the batch of this number tells of was not done, and never will be.
    TakenBack(u64),
}

/// A hold as the ledger tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ToldHold {
    /// The hold.
    pub(crate) id: HoldId,
    /// The case that it was placed on.
    pub(crate) case: CaseId,
    /// For one on a recipient's cases: whose with whom, since a copy may lack that case and have others.
    pub(crate) of_recipient: Option<(OrganisationId, RecipientId)>,
}

impl LedgerEntry {
    /// The version of batches in which it stood first.
    pub(super) const fn since(&self) -> u32 {
        match self {
            Self::TakenBack(_) => 4,
            Self::OrganisationDeleted(_) | Self::OrganisationErased(_) => 3,
            Self::Purged(ContentOwner::Request(_)) | Self::Erased(_) => 2,
            Self::Purged(_) | Self::Ended(_) | Self::Revoked(_) | Self::Forgotten(_) => 1,
            Self::Held(_)
            | Self::Lifted(_)
            | Self::MailRefused(_)
            | Self::MailAllowed(_)
            | Self::OwnAddress(_)
            | Self::Restored(_) => 2,
        }
    }

    /// Whether the vault does what it tells of, and not the portal's database.
    pub(super) const fn is_of_vault(&self) -> bool {
        matches!(self, Self::Purged(_) | Self::Forgotten(_) | Self::OrganisationErased(_))
    }
}

impl fmt::Display for LedgerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Purged(ContentOwner::Message(id)) => write!(f, "purged message {id}"),
            Self::Purged(ContentOwner::Document(id)) => write!(f, "purged document {id}"),
            Self::Purged(ContentOwner::Request(id)) => write!(f, "purged request {id}"),
            Self::Ended(id) => write!(f, "ended delivery {id}"),
            Self::Revoked(id) => write!(f, "revoked message {id}"),
            Self::Erased(id) => write!(f, "erased delivery {id}"),
            Self::Forgotten(id) => write!(f, "forgotten recipient {id}"),
            Self::Held(ToldHold { id, case, of_recipient }) => {
                write!(f, "held case {case}")?;
                if let Some((organisation, recipient)) = of_recipient {
                    write!(f, " recipient {recipient} organisation {organisation}")?;
                }
                write!(f, " hold {id}")
            }
            Self::Lifted(id) => write!(f, "lifted hold {id}"),
            Self::MailRefused(id) => write!(f, "mail-refused recipient {id}"),
            Self::MailAllowed(id) => write!(f, "mail-allowed recipient {id}"),
            Self::OwnAddress(id) => write!(f, "own-address recipient {id}"),
            Self::OrganisationDeleted(id) => write!(f, "deleted organisation {id}"),
            Self::OrganisationErased(id) => write!(f, "erased organisation {id}"),
            Self::Restored(generation) => write!(f, "restored generation {generation}"),
            Self::TakenBack(number) => write!(f, "taken-back batch {number}"),
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
        let words: Vec<&str> = text.split(' ').collect();
        Ok(match words[..] {
            ["purged", "message", of] => Self::Purged(ContentOwner::Message(id(of)?)),
            ["purged", "document", of] => Self::Purged(ContentOwner::Document(id(of)?)),
            ["purged", "request", of] => Self::Purged(ContentOwner::Request(id(of)?)),
            ["ended", "delivery", of] => Self::Ended(id(of)?),
            ["revoked", "message", of] => Self::Revoked(id(of)?),
            ["erased", "delivery", of] => Self::Erased(id(of)?),
            ["forgotten", "recipient", of] => Self::Forgotten(id(of)?),
            ["held", "case", case, "hold", hold] => Self::Held(ToldHold {
                id: id(hold)?,
                case: id(case)?,
                of_recipient: None,
            }),
            [
                "held",
                "case",
                case,
                "recipient",
                recipient,
                "organisation",
                organisation,
                "hold",
                hold,
            ] => Self::Held(ToldHold {
                id: id(hold)?,
                case: id(case)?,
                of_recipient: Some((id(organisation)?, id(recipient)?)),
            }),
            ["lifted", "hold", of] => Self::Lifted(id(of)?),
            ["mail-refused", "recipient", of] => Self::MailRefused(id(of)?),
            ["mail-allowed", "recipient", of] => Self::MailAllowed(id(of)?),
            ["own-address", "recipient", of] => Self::OwnAddress(id(of)?),
            ["deleted", "organisation", of] => Self::OrganisationDeleted(id(of)?),
            ["erased", "organisation", of] => Self::OrganisationErased(id(of)?),
            ["restored", "generation", number] => Self::Restored(id(number)?),
            ["taken-back", "batch", number] => Self::TakenBack(id(number)?),
            _ => return Err(InvalidEntry),
        })
    }
}
