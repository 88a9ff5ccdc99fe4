//! Recipients: how a verified identity becomes a signed-in person, the end of that, and when nothing is left for which
//! a person needs to be known. Knows nothing of providers and their protocols, and no number or name outlives a call:
//! the register of persons is the vault's.

pub(crate) mod entity;
mod forget;
mod identifier;
mod link;
mod new_device;
mod sign_in;

pub(crate) use forget::{forget_unneeded, may_all_be_forgotten, may_be_forgotten, named_by};
pub use identifier::{IdentifierKind, Identity, KnownAs, RecipientIdentifier, WorkInvitation};
pub use sign_in::{SignInError, SignInRefusal, VerifiedIdentity};

#[cfg(test)]
mod tests;
