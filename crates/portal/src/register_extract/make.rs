//! Making an extract, for as long as the session holds in which it was ordered.

use base::RegisterExtractId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entity::{Column, Entity};
use super::order::theirs;
use super::{KEPT, LEASE, RegisterPart, field, gather};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Context, Fault, Portal, RecipientActor, session};

/// After how many cases it is said how far it has come, and looked whether it is still to go on.
const STEP: usize = 20;
/// The most that is kept of one person, in bytes: a thousand times what most have.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// An extract was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeExtractError {
    /// The session in which it was ordered has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The order is gone, or nobody waits for this attempt any more.
    #[error("the order is gone")]
    Gone,
    /// There is more than an extract can hold.
    #[error("the extract is too large")]
    TooLarge,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Portal {
    /// Gathers what is held about the person, and keeps it sealed for a day. Takes as long as there are cases. When it does not come to
    /// its end, the order says so.
    ///
    /// # Errors
    ///
    /// See [`MakeExtractError`]; nothing of what was gathered is kept then.
    pub async fn make_register_extract(
        &self,
        actor: &RecipientActor,
        extract: RegisterExtractId,
    ) -> Result<(), MakeExtractError> {
        let made = self.make(actor, extract).await;
        if made.is_err() {
            break_off(&self.0, actor, extract).await?;
        }
        made
    }

    async fn make(&self, actor: &RecipientActor, extract: RegisterExtractId) -> Result<(), MakeExtractError> {
        let context = &*self.0;
        go_on(context, actor, extract, 0, 0).await?;
        let mut part = gather::about_person(self, actor).await?;
        let cases = gather::cases(context, gather::Scope::own(actor)).await?;
        part.is_cut |= cases.is_cut;
        for (done, case) in cases.rows.iter().enumerate() {
            if done % STEP == 0 {
                go_on(context, actor, extract, done, cases.rows.len()).await?;
            }
            let (case, is_cut) = gather::case(context, case).await?;
            part.is_cut |= is_cut;
            part.cases.push(case);
        }
        go_on(context, actor, extract, cases.rows.len(), cases.rows.len()).await?;
        keep(context, actor, extract, &part).await
    }
}

/// Says how far it has come, and that somebody is at it, if it is still to go on.
async fn go_on(
    context: &Context,
    actor: &RecipientActor,
    extract: RegisterExtractId,
    done: usize,
    total: usize,
) -> Result<(), MakeExtractError> {
    if !session::still_holds(context, actor).await? {
        return Err(MakeExtractError::SessionEnded);
    }
    let now = context.now();
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let transaction = context.database.write().await.map_err(Fault::from)?;
    let updated = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value((now + LEASE).as_millis()))
        .col_expr(Column::Done, Expr::value(count(done)))
        .col_expr(Column::Total, Expr::value(count(total)))
        .filter(Column::Id.eq(*extract.as_uuid()))
        .filter(theirs(actor.recipient_id()))
        .filter(Column::UnderWay.is_not_null())
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .exec(&transaction)
        .await
        .map_err(Fault::from)?;
    transaction.commit().await.map_err(Fault::from)?;
    if updated.rows_affected == 0 {
        return Err(MakeExtractError::Gone);
    }
    Ok(())
}

/// Seals what was gathered. The key is committed first; one without its row ends with its day.
async fn keep(
    context: &Context,
    actor: &RecipientActor,
    extract: RegisterExtractId,
    part: &RegisterPart,
) -> Result<(), MakeExtractError> {
    let plaintext = zeroize::Zeroizing::new(serde_json::to_vec(part).map_err(Fault::new)?);
    if plaintext.len() > MAX_BYTES {
        return Err(MakeExtractError::TooLarge);
    }
    let now = context.now();
    let expires_at = now + KEPT;
    let key = context.vault.new_extract_key(extract, expires_at.day()).await;
    let key = key.map_err(Fault::from)?;
    let sealed = key.seal_field(field(&extract), &plaintext);
    let transaction = context.database.write().await.map_err(Fault::from)?;
    let kept = Entity::update_many()
        .col_expr(Column::Sealed, Expr::value(Some(sealed)))
        .col_expr(Column::ReadyAt, Expr::value(Some(now.as_millis())))
        .col_expr(Column::ExpiresAt, Expr::value(expires_at.as_millis()))
        .col_expr(Column::UnderWay, Expr::value(None::<i32>))
        .filter(Column::Id.eq(*extract.as_uuid()))
        .filter(theirs(actor.recipient_id()))
        .filter(Column::UnderWay.is_not_null())
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .exec(&transaction)
        .await
        .map_err(Fault::from)?;
    if kept.rows_affected == 0 {
        return Err(MakeExtractError::Gone);
    }
    let entry =
        AuditEntry::by_recipient(actor, AuditAction::RegisterExtractMade).about(AuditTarget::RegisterExtract(extract));
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await.map_err(Fault::from)?;
    Ok(())
}

/// Lets the order say that it is to be repeated.
async fn break_off(context: &Context, actor: &RecipientActor, extract: RegisterExtractId) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    Entity::update_many()
        .col_expr(Column::UnderWay, Expr::value(None::<i32>))
        .filter(Column::Id.eq(*extract.as_uuid()))
        .filter(theirs(actor.recipient_id()))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}
