//! Consent to mails: which text somebody agreed to when they gave an address of their own, and when they withdrew it. The text is the
//! caller's, and is known by its hash, as terms are.

mod entity;
mod text_entity;

use std::collections::HashSet;

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::database::WriteTransaction;
use crate::{Fault, terms};
use entity::{Column, Entity};

pub(super) use entity::Model;

/// What somebody agrees to who gives an address of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConsent {
    /// What people call this text.
    pub version: String,
    /// The text in Swedish.
    pub swedish: String,
    /// The text in English.
    pub english: String,
}

impl MailConsent {
    /// What names exactly this text, as [`crate::Terms::hash`] names terms.
    #[must_use]
    pub fn hash(&self) -> String {
        terms::text_hash([&self.version, &self.swedish, &self.english])
    }
}

/// A consent that somebody gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenMailConsent {
    /// What they agreed to.
    pub consent: MailConsent,
    /// When: the address for which they agreed was proven then.
    pub given_at: Timestamp,
    /// When they withdrew it.
    pub withdrawn_at: Option<Timestamp>,
}

/// What a person agreed to last.
pub(super) async fn find(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*recipient.as_uuid()).one(on).await
}

/// Has nobody change what a person agreed to last until the transaction ends.
pub(super) async fn lock(transaction: &WriteTransaction, recipient: RecipientId) -> Result<(), DbErr> {
    let row = Entity::find_by_id(*recipient.as_uuid()).lock_exclusive();
    row.one(transaction).await?;
    Ok(())
}

/// What a person agreed to last, with the text.
pub(super) async fn given(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
) -> Result<Option<GivenMailConsent>, Fault> {
    let Some(row) = find(on, recipient).await? else {
        return Ok(None);
    };
    let text = text_entity::Entity::find_by_id(row.hash).one(on).await?;
    let text = text.ok_or_else(|| Fault::new("the text of a consent that somebody gave is missing"))?;
    Ok(Some(GivenMailConsent {
        consent: MailConsent {
            version: text.version,
            swedish: text.swedish,
            english: text.english,
        },
        given_at: Timestamp::from_millis(row.given_at),
        withdrawn_at: row.withdrawn_at.map(Timestamp::from_millis),
    }))
}

/// Since when a person agrees; `None` when they never did or have withdrawn it.
pub(super) async fn since(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<Option<Timestamp>, DbErr> {
    let row = find(on, recipient).await?.filter(|row| row.withdrawn_at.is_none());
    Ok(row.map(|row| Timestamp::from_millis(row.given_at)))
}

/// Which of these people agree.
pub(crate) async fn consenting(
    on: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = RecipientId>,
) -> Result<HashSet<RecipientId>, DbErr> {
    let found: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::RecipientId)
        .filter(Column::RecipientId.is_in(recipients.into_iter().map(|recipient| *recipient.as_uuid())))
        .filter(Column::WithdrawnAt.is_null())
        .into_tuple()
        .all(on)
        .await?;
    Ok(found.into_iter().map(RecipientId::from_uuid).collect())
}

/// Keeps a text, before anybody who agreed to it is told of.
pub(super) async fn remember_text(
    transaction: &WriteTransaction,
    consent: &MailConsent,
    now: Timestamp,
) -> Result<(), DbErr> {
    let text = text_entity::Model {
        hash: consent.hash(),
        version: consent.version.clone(),
        swedish: consent.swedish.clone(),
        english: consent.english.clone(),
        first_given_at: now.as_millis(),
    };
    text_entity::Entity::insert(text.into_active_model())
        .on_conflict_do_nothing_on([text_entity::Column::Hash])
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// What people call the text with this hash.
pub(super) async fn version(on: &impl ConnectionTrait, hash: &str) -> Result<String, Fault> {
    let text = text_entity::Entity::find_by_id(hash).one(on).await?;
    let text = text.ok_or_else(|| Fault::new("the text of a consent is missing"))?;
    Ok(text.version)
}

/// Writes down what a person agrees to from now on.
pub(super) async fn put(transaction: &WriteTransaction, row: Model) -> Result<(), DbErr> {
    let latest = OnConflict::column(Column::RecipientId)
        .update_columns([Column::Hash, Column::GivenAt, Column::WithdrawnAt, Column::LedgerBatch])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(latest)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Writes down that a person agrees no more. Says whether they did.
pub(super) async fn withdraw(
    transaction: &WriteTransaction,
    recipient: RecipientId,
    at: Timestamp,
) -> Result<bool, DbErr> {
    let withdrawn = Entity::update_many()
        .col_expr(Column::WithdrawnAt, Expr::value(at.as_millis()))
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::WithdrawnAt.is_null())
        .exec(transaction)
        .await?;
    Ok(withdrawn.rows_affected > 0)
}

/// Forgets what a person agreed to.
pub(super) async fn forget(transaction: &WriteTransaction, recipient: RecipientId) -> Result<(), DbErr> {
    Entity::delete_by_id(*recipient.as_uuid()).exec(transaction).await?;
    Ok(())
}
