//! Handing an extract out: to the person whose it is, soon after they have signed in.

use std::time::Duration;

use base::RegisterExtractId;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::entity::{Column, Entity, Model};
use super::order::theirs;
use super::{RegisterPart, field};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{CLOCK_TOLERANCE, Context, Fault, Portal, RecipientActor, session, terms};

/// How long a sign-in is fresh.
const FRESH: Duration = Duration::from_secs(15 * 60);

/// An extract is not handed out.
#[derive(Debug, thiserror::Error)]
pub enum OpenExtractError {
    /// There is none of that id, it is somebody else's, it is not ready, or it is gone: which one is not said.
    #[error("there is no such extract")]
    NotFound,
    /// The person signed in too long ago.
    #[error("the sign-in is not fresh")]
    SignInAgain,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Portal {
    /// Whether the person signed in within the last quarter of an hour, in the session that asks.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn is_sign_in_fresh(&self, actor: &RecipientActor) -> Result<bool, Fault> {
        let context = &*self.0;
        let now = context.clock_time();
        let at = session::signed_in_at(context, actor).await?;
        Ok(at.is_some_and(|at| at <= now + CLOCK_TOLERANCE && now.since(at) < FRESH))
    }

    /// Opens what was gathered. The audit event is committed before anything is given.
    ///
    /// # Errors
    ///
    /// See [`OpenExtractError`]. Nothing was given then.
    pub async fn open_register_extract(
        &self,
        actor: &RecipientActor,
        extract: RegisterExtractId,
    ) -> Result<RegisterPart, OpenExtractError> {
        let context = &*self.0;
        let row = find(context, context.database.reader(), actor, extract).await;
        let Some(row) = row.map_err(Fault::from)? else {
            return Err(OpenExtractError::NotFound);
        };
        if !self.is_sign_in_fresh(actor).await? {
            return Err(OpenExtractError::SignInAgain);
        }
        let key = context.vault.extract_key(extract).await.map_err(Fault::from)?;
        let (Some(key), Some(sealed)) = (key, row.sealed) else {
            return Err(OpenExtractError::NotFound);
        };
        let opened = key.open_field(field(&extract), &sealed).map_err(Fault::new)?;
        let part = serde_json::from_slice(&opened).map_err(Fault::new)?;
        let entry = AuditEntry::by_recipient(actor, AuditAction::RegisterExtractDownloaded)
            .about(AuditTarget::RegisterExtract(extract));
        context.record(&entry).await?;
        Ok(part)
    }

    /// Whether what is being handed out may go on: the person is signed in still and has not taken back the terms, and the extract is not
    /// gone.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn may_hand_out(&self, actor: &RecipientActor, extract: RegisterExtractId) -> Result<bool, Fault> {
        let context = &*self.0;
        Ok(terms::right_holds(context, actor).await?
            && find(context, context.database.reader(), actor, extract)
                .await?
                .is_some())
    }
}

/// The scoped finder: the person's own, ready, and not gone.
async fn find(
    context: &Context,
    on: &impl ConnectionTrait,
    actor: &RecipientActor,
    extract: RegisterExtractId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*extract.as_uuid())
        .filter(theirs(actor.recipient_id()))
        .filter(Column::ReadyAt.is_not_null())
        .filter(Column::ExpiresAt.gt(context.now().as_millis()))
        .one(on)
        .await
}
