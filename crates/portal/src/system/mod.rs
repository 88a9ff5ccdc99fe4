//! Systems: an organisation's machine clients, their credentials and access tokens (RFC 6749 section 4.4), and what
//! they may ask about people.
//!
//! Secrets and tokens are 32 random bytes, kept as their SHA-256 only: with so much randomness a slow hash would add
//! nothing but load.

pub(crate) mod access_token;
mod administration;
mod administrator;
mod assertion;
pub(crate) mod credential;
mod end;
pub(crate) mod entity;
mod error;
mod scopes;
pub(crate) mod secret;
mod signed;
#[cfg(test)]
mod tests;
mod token;
pub(crate) mod used_assertion;

pub(crate) use administration::is_enabled;
pub use administration::{NewSystem, System};
pub use administrator::Administrator;
pub use assertion::AssertionProblem;
pub use credential::{
    Credential, CredentialKind, CredentialState, InvalidKey, InvalidKeySet, KeyAlgorithm, KeySet, NewSecret,
    RegisteredKey,
};
pub(crate) use end::{end_tokens_of, erase_credentials};
pub use error::SystemSetUpError;
pub use signed::{FetchedKeySet, PresentedAssertion, WantedKeySet};
pub(crate) use token::end_all_tokens;
pub use token::{IssuedToken, OutsideNetworks, TokenError};

use base::Personnummer;

use crate::actor::{Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry};
use crate::message::SystemError;
use crate::{Portal, RecipientIdentifier};

/// What stands in `system.secret_hash`, which the version before reads, for a system that has no secret for it: the hash of
/// nothing that anybody knows.
pub(crate) const NO_SECRET: [u8; 32] = [0; 32];

impl Portal {
    /// The most people in one question about them.
    pub const MAX_MATCHED: usize = 1000;

    /// For each number, whether the person has an address for notifications; never whether anyone wrote to them.
    ///
    /// # Errors
    ///
    /// [`SystemError::Forbidden`] without the scope [`Scope::RecipientsMatch`], [`SystemError::TooMany`] for more than
    /// [`Portal::MAX_MATCHED`] numbers.
    pub async fn match_recipients(
        &self,
        actor: &SystemActor,
        numbers: Vec<Personnummer>,
    ) -> Result<Vec<bool>, SystemError> {
        actor.require(Scope::RecipientsMatch)?;
        let limit = Self::MAX_MATCHED;
        if numbers.len() > limit {
            return Err(SystemError::TooMany { limit });
        }
        let people: Vec<_> = numbers.into_iter().map(RecipientIdentifier::Number).collect();
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let entry = AuditEntry::by_system(actor, AuditAction::RecipientsMatched);
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        let found = context.vault.find_recipients(&people).await?;
        let known: Vec<_> = found.iter().flatten().copied().collect();
        let mut have_email = context.vault.have_email(&known).await?.into_iter();
        Ok(found
            .iter()
            .map(|recipient| recipient.is_some() && have_email.next().unwrap_or(false))
            .collect())
    }
}
