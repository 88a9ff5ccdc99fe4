//! Terms: what recipients accept before they read, when the operator asks for that; who accepted which text when, and took it back.
//!
//! Which text is in force is known by its hash, so that another text asks again whatever its version is called. Whoever has not
//! accepted it is an actor for whom the finder finds nothing: no route can forget to ask.

mod entity;
#[cfg(test)]
mod tests;
mod text_entity;

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use sha2::{Digest as _, Sha256};

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::{Context, Fault, Portal, RecipientActor, session};
use entity::{Column, Entity, Model};

/// What recipients are asked to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What people call this text, such as `2026-11`.
    pub version: String,
    /// The text in Swedish.
    pub swedish: String,
    /// The text in English.
    pub english: String,
}

impl Terms {
    /// What names exactly this text: the SHA-256 of its parts, each with its length before it, in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        text_hash([&self.version, &self.swedish, &self.english])
    }
}

/// What names exactly these parts of a text: the SHA-256 of each with its length before it, in hexadecimal digits.
pub(crate) fn text_hash(parts: [&str; 3]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// What a person has to do with terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTerms {
    /// Those in force; `None` when there are none to accept.
    pub in_force: Option<Terms>,
    /// Those that they accepted last.
    pub accepted: Option<AcceptedTerms>,
}

/// Terms that a person accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedTerms {
    /// The text.
    pub terms: Terms,
    /// When they did.
    pub at: Timestamp,
    /// When they took it back.
    pub withdrawn_at: Option<Timestamp>,
    /// Whether it is the text in force.
    pub is_in_force: bool,
}

/// Terms could not be accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptTermsError {
    /// There are none, or others by now than those that were shown.
    #[error("these terms are not in force")]
    NotInForce,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for AcceptTermsError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// The terms in force, and which the person accepted.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn own_terms(&self, actor: &RecipientActor) -> Result<OwnTerms, Fault> {
        let context = &*self.0;
        let reader = context.database.reader();
        let in_force = context.settings.terms.clone();
        let mut accepted = None;
        if let Some(row) = find(reader, actor.recipient_id()).await? {
            let text = text_entity::Entity::find_by_id(row.hash.clone()).one(reader).await?;
            let text = text.ok_or_else(|| Fault::new("the text of terms that somebody accepted is missing"))?;
            accepted = Some(AcceptedTerms {
                is_in_force: in_force.as_ref().is_some_and(|terms| terms.hash() == row.hash),
                terms: Terms {
                    version: text.version,
                    swedish: text.swedish,
                    english: text.english,
                },
                at: Timestamp::from_millis(row.accepted_at),
                withdrawn_at: row.withdrawn_at.map(Timestamp::from_millis),
            });
        }
        Ok(OwnTerms { in_force, accepted })
    }

    /// The person accepts the terms in force, which are those that they were shown: `hash` names these. Doing it twice is fine.
    ///
    /// # Errors
    ///
    /// [`AcceptTermsError`].
    pub async fn accept_terms(&self, actor: &RecipientActor, hash: &str) -> Result<(), AcceptTermsError> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let Some(terms) = context.settings.terms.as_ref().filter(|terms| terms.hash() == hash) else {
            return Err(AcceptTermsError::NotInForce);
        };
        if accepted(context, recipient).await? {
            return Ok(());
        }
        let text = text_entity::Model {
            hash: hash.to_owned(),
            version: terms.version.clone(),
            swedish: terms.swedish.clone(),
            english: terms.english.clone(),
            first_accepted_at: now.as_millis(),
        };
        let row = Model {
            recipient_id: *recipient.as_uuid(),
            hash: hash.to_owned(),
            accepted_at: now.as_millis(),
            withdrawn_at: None,
        };
        let transaction = context.database.write().await?;
        text_entity::Entity::insert(text.into_active_model())
            .on_conflict_do_nothing_on([text_entity::Column::Hash])
            .exec_without_returning(&transaction)
            .await?;
        let latest = OnConflict::column(Column::RecipientId)
            .update_columns([Column::Hash, Column::AcceptedAt, Column::WithdrawnAt])
            .to_owned();
        Entity::insert(row.into_active_model())
            .on_conflict(latest)
            .exec_without_returning(&transaction)
            .await?;
        let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientTermsAccepted)
            .about(AuditTarget::Recipient(recipient))
            .detail(&terms.version);
        context.audit.record(&transaction, now, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// The person takes back that they accepted terms: from now on they read nothing until they accept those in force.
    ///
    /// # Errors
    ///
    /// A fault; then nothing was changed.
    pub async fn withdraw_terms(&self, actor: &RecipientActor) -> Result<(), Fault> {
        use sea_orm::{ColumnTrait, QueryFilter};
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let transaction = context.database.write().await?;
        let withdrawn = Entity::update_many()
            .col_expr(Column::WithdrawnAt, now.as_millis().into())
            .filter(Column::RecipientId.eq(*recipient.as_uuid()))
            .filter(Column::WithdrawnAt.is_null())
            .exec(&transaction)
            .await?;
        if withdrawn.rows_affected > 0 {
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientTermsWithdrawn);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, now, &entry).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Whether a person may read as far as terms go: there are none, or they accepted those in force and have not taken that back.
pub(crate) async fn accepted(context: &Context, recipient: RecipientId) -> Result<bool, DbErr> {
    let Some(terms) = &context.settings.terms else {
        return Ok(true);
    };
    let row = find(context.database.reader(), recipient).await?;
    Ok(row.is_some_and(|row| row.withdrawn_at.is_none() && row.hash == terms.hash()))
}

/// Whether a person may still do what they might when this actor was made: their session holds, and terms that they had accepted stand.
/// Whatever hands out for a long time asks this as it goes on.
pub(crate) async fn right_holds(context: &Context, actor: &RecipientActor) -> Result<bool, Fault> {
    // Who had not accepted them was given nothing that needs them.
    let stand = !actor.has_accepted_terms() || accepted(context, actor.recipient_id()).await?;
    Ok(stand && session::still_holds(context, actor).await?)
}

async fn find(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*recipient.as_uuid()).one(on).await
}

/// Forgets what a person accepted, with the person, or because they turned out to be somebody else, who is asked anew.
pub(crate) async fn forget(transaction: &WriteTransaction, recipient: RecipientId) -> Result<(), DbErr> {
    Entity::delete_by_id(*recipient.as_uuid()).exec(transaction).await?;
    Ok(())
}
