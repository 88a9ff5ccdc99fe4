//! How a system gets credentials and loses them.

use std::time::Duration;

use base::{CredentialId, SystemId, Timestamp};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};

use super::{CredentialKind, MAX_DAYS, MAX_SECRETS, NewSecret, entity, store};
use crate::Portal;
use crate::audit::{AuditAction, AuditTarget};
use crate::database::WriteTransaction;
use crate::system::administration::locked_system;
use crate::system::{Administrator, NO_SECRET, SystemSetUpError, access_token, entity as system_entity, secret};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Portal {
    /// The longest that a secret or a key set may be made to hold, in days.
    pub const MAX_SECRET_DAYS: u32 = MAX_DAYS;

    /// Makes a secret by which a system gets tokens, and shows it this once. Two hold at once at most: to rotate, add one,
    /// put it in place, and withdraw the other. It ends after `days` whole days of 24 hours, or never by itself.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchSystem`], also of another organisation's; [`SystemSetUpError::Disabled`],
    /// [`SystemSetUpError::TooManySecrets`], [`SystemSetUpError::InvalidPeriod`], or as the actor may not do it.
    pub async fn add_secret(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
        days: Option<u32>,
    ) -> Result<NewSecret, SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let now = context.now();
        let expires_at = days.map(|days| end_after(days, now)).transpose()?;
        let secret = secret::generate(secret::SECRET_PREFIX)?;
        let hash = secret::hash(&secret);
        let transaction = context.database.write().await?;
        let row = locked_system(&transaction, &by, system).await?;
        if row.disabled_at.is_some() {
            return Err(SystemSetUpError::Disabled);
        }
        let others = store::valid(&transaction, system, CredentialKind::Secret, now)
            .await?
            .len();
        if others >= MAX_SECRETS {
            return Err(SystemSetUpError::TooManySecrets { limit: MAX_SECRETS });
        }
        let organisation = row.organisation_id;
        if expires_at.is_none() && row.secret_hash == NO_SECRET {
            // So that a node of the version before, or a return to it, knows the system.
            let mut change = row.into_active_model();
            change.secret_hash = ActiveValue::Set(hash.clone());
            change.update(&transaction).await?;
        }
        let id: CredentialId = context.ids.next();
        let credential = entity::Model {
            secret_hash: Some(hash),
            expires_at: expires_at.map(Timestamp::as_millis),
            ..store::fresh(id, system, CredentialKind::Secret, now)
        };
        store::insert(&transaction, credential).await?;
        let detail = if others > 0 { "second-secret" } else { "secret" };
        let entry = by
            .entry(AuditAction::CredentialAdded, organisation)
            .about(AuditTarget::Credential(id))
            .detail(detail);
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(NewSecret { id, secret, expires_at })
    }

    /// Takes a credential back at once: it gives no more tokens, and those that it gave are void. Doing it again is no
    /// error.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchSystem`], also of another organisation's; [`SystemSetUpError::NoSuchCredential`], or as
    /// the actor may not do it.
    pub async fn withdraw_credential(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
        credential: CredentialId,
    ) -> Result<(), SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let now = context.now();
        let transaction = context.database.write().await?;
        let of = locked_system(&transaction, &by, system).await?;
        let organisation = of.organisation_id;
        let row = store::locked(&transaction, system, credential).await?;
        let row = row.ok_or(SystemSetUpError::NoSuchCredential)?;
        if row.withdrawn_at.is_some() {
            return Ok(());
        }
        forget_secret_column(&transaction, of, row.secret_hash.as_deref()).await?;
        let mut change = row.into_active_model();
        change.withdrawn_at = ActiveValue::Set(Some(now.as_millis()));
        change.secret_hash = ActiveValue::Set(None);
        change.update(&transaction).await?;
        // A token from before the upgrade doesn't say which credential gave it, so it goes with the first.
        let gave = Condition::any()
            .add(access_token::Column::CredentialId.eq(*credential.as_uuid()))
            .add(access_token::Column::CredentialId.is_null());
        access_token::Entity::delete_many()
            .filter(access_token::Column::SystemId.eq(*system.as_uuid()))
            .filter(gave)
            .exec(&transaction)
            .await?;
        let entry = by
            .entry(AuditAction::CredentialWithdrawn, organisation)
            .about(AuditTarget::Credential(credential));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// When a credential ends that is to hold for so many days.
pub(super) fn end_after(days: u32, now: Timestamp) -> Result<Timestamp, SystemSetUpError> {
    match days {
        1..=MAX_DAYS => Ok(now + DAY * days),
        _ => Err(SystemSetUpError::InvalidPeriod { max_days: MAX_DAYS }),
    }
}

/// Takes a withdrawn secret from the column that the version before reads.
async fn forget_secret_column(
    transaction: &WriteTransaction,
    system: system_entity::Model,
    withdrawn: Option<&[u8]>,
) -> Result<(), SystemSetUpError> {
    if withdrawn == Some(system.secret_hash.as_slice()) {
        let mut change = system.into_active_model();
        change.secret_hash = ActiveValue::Set(NO_SECRET.to_vec());
        change.update(transaction).await?;
    }
    Ok(())
}
