//! Systems: an organisation's machine clients, their credentials and access tokens (RFC 6749 section 4.4), and what
//! they may ask about people.
//!
//! Secrets and tokens are 32 random bytes, kept as their SHA-256 only: with so much randomness a slow hash would add
//! nothing but load.

pub(crate) mod access_token;
mod administration;
mod credentials;
pub(crate) mod entity;
#[cfg(test)]
mod tests;
mod token;

pub use administration::System;
pub(crate) use administration::is_enabled;
pub use token::{IssuedToken, TokenError};

use base::{OrganisationId, Personnummer, SecretString, SystemId};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::Portal;
use crate::actor::{OperatorActor, Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::message::{SystemError, is_line};
use crate::organisation::{self, MAX_NAME_CHARS, SetUpError};

impl Portal {
    /// The most people in one question about them.
    pub const MAX_MATCHED: usize = 1000;

    /// Creates a system of an organisation, and the secret by which it gets tokens. The secret is shown this once.
    ///
    /// # Errors
    ///
    /// [`SetUpError`].
    pub async fn create_system(
        &self,
        actor: &OperatorActor,
        organisation: OrganisationId,
        name: &str,
        scopes: &[Scope],
    ) -> Result<(SystemId, SecretString), SetUpError> {
        let context = &*self.0;
        let name = name.trim();
        if !is_line(name, MAX_NAME_CHARS) {
            return Err(SetUpError::InvalidName);
        }
        let id: SystemId = context.ids.next();
        let secret = credentials::generate(credentials::SECRET_PREFIX)?;
        let now = context.now();
        let transaction = context.database.write().await?;
        if organisation::find(&transaction, organisation).await?.is_none() {
            return Err(SetUpError::NoSuchOrganisation);
        }
        let row = entity::Model {
            id: *id.as_uuid(),
            organisation_id: *organisation.as_uuid(),
            name: name.to_owned(),
            secret_hash: credentials::hash(&secret),
            scopes: credentials::write_scopes(scopes),
            created_at: now.as_millis(),
            disabled_at: None,
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::SystemCreated)
            .within(organisation)
            .about(AuditTarget::System(id));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok((id, secret))
    }

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
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let entry = AuditEntry::by_system(actor, AuditAction::RecipientsMatched);
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        let found = context.vault.find_recipients(&numbers).await?;
        let known: Vec<_> = found.iter().flatten().copied().collect();
        let mut have_email = context.vault.have_email(&known).await?.into_iter();
        Ok(found
            .iter()
            .map(|recipient| recipient.is_some() && have_email.next().unwrap_or(false))
            .collect())
    }
}
