//! Recipients who want no mails: what is kept of that, and how a person says so or takes it back.
//!
//! Senders give an address anew with each message, so to erase the address alone would stop nothing. That no mail is wanted stands
//! in the portal's database, is looked at before an address is kept and again before a mail is made, and goes with the person.

use base::{RecipientId, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel};

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;
use crate::session::Owner;
use crate::{Context, Fault, Portal, RecipientActor, recipient};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_refusal")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) recipient_id: Uuid,
    /// When the person said so.
    pub(crate) at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What a person sees of the mails that they get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMail {
    /// Whether the portal sends mails at all.
    pub is_sent: bool,
    /// The address that it has.
    pub address: Option<String>,
    /// When the person said that they want none.
    pub refused_at: Option<Timestamp>,
}

impl Portal {
    /// Where the portal writes to the person, and whether they want that.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn own_mail(&self, actor: &RecipientActor) -> Result<OwnMail, Fault> {
        let context = &*self.0;
        Ok(OwnMail {
            is_sent: context.settings.sends_mail,
            address: context.vault.email(actor.recipient_id()).await?,
            refused_at: refused_at(context.database.reader(), actor.recipient_id()).await?,
        })
    }

    /// The person wants no mails: those that wait are dropped, the address is erased, and none is kept any more until they say
    /// otherwise. Can be repeated, which erases an address again.
    ///
    /// # Errors
    ///
    /// A fault; then no more mails may be sent already, while the address is still there.
    pub async fn refuse_mail(&self, actor: &RecipientActor) -> Result<(), Fault> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let transaction = context.database.write().await?;
        let is_new = insert(&transaction, recipient, now).await?;
        super::forget(&transaction, Owner::Recipient(recipient)).await?;
        if is_new {
            // Before it holds: a restored copy must not write to somebody who was told that nobody will.
            context.ledger.append(&[LedgerEntry::MailRefused(recipient)]).await?;
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientMailRefused);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, now, &entry).await?;
        }
        transaction.commit().await?;
        // After it is written down: whoever keeps an address looks there before and after.
        context.vault.set_email(recipient, None).await?;
        Ok(())
    }

    /// The person takes back that they want no mails. The portal has no address until somebody gives one.
    ///
    /// # Errors
    ///
    /// A fault; then mails may be wanted already, and a copy that is restored not know it.
    pub async fn allow_mail(&self, actor: &RecipientActor) -> Result<(), Fault> {
        let context = &*self.0;
        let recipient = actor.recipient_id();
        let transaction = context.database.write().await?;
        let is_allowed = delete(&transaction, recipient).await?;
        if is_allowed {
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientMailAllowed);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        transaction.commit().await?;
        if is_allowed {
            // After it holds: a restored copy must not write to somebody whose word could not be taken back.
            context.ledger.append(&[LedgerEntry::MailAllowed(recipient)]).await?;
        }
        Ok(())
    }
}

/// Does what the ledger tells: a person of a restored copy wanted no mails by then. Can be repeated.
pub(crate) async fn refuse_as_told(context: &Context, recipient: RecipientId, at: Timestamp) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    let is_new = insert(&transaction, recipient, at).await?;
    super::forget(&transaction, Owner::Recipient(recipient)).await?;
    if is_new {
        // Should nobody know them here, the purge forgets this too.
        recipient::may_be_forgotten(&transaction, recipient, context.now()).await?;
        let entry = AuditEntry::by_portal(AuditAction::RecipientMailRefused).about(AuditTarget::Recipient(recipient));
        context.audit.record(&transaction, context.now(), &entry).await?;
    }
    transaction.commit().await?;
    Ok(context.vault.set_email(recipient, None).await?)
}

/// Does what the ledger tells: a person of a restored copy had taken back that they want no mails. Can be repeated.
pub(crate) async fn allow_as_told(context: &Context, recipient: RecipientId) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    if delete(&transaction, recipient).await? {
        let entry = AuditEntry::by_portal(AuditAction::RecipientMailAllowed).about(AuditTarget::Recipient(recipient));
        context.audit.record(&transaction, context.now(), &entry).await?;
    }
    Ok(transaction.commit().await?)
}

/// Keeps the address that somebody gave for a person, unless that person wants no mails.
pub(crate) async fn keep_address(context: &Context, recipient: RecipientId, address: &str) -> Result<(), Fault> {
    let reader = context.database.reader();
    if refused_at(reader, recipient).await?.is_none() {
        context.vault.set_email(recipient, Some(address)).await?;
        // They may have said so, and had the address before erased, between the two.
        if refused_at(reader, recipient).await?.is_some() {
            context.vault.set_email(recipient, None).await?;
        }
    }
    Ok(())
}

/// When a person said that they want no mails.
pub(super) async fn refused_at(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<Option<Timestamp>, DbErr> {
    let row = Entity::find_by_id(*recipient.as_uuid()).one(on).await?;
    Ok(row.map(|row| Timestamp::from_millis(row.at)))
}

/// What people said who turned out to be another is that one's word from now on. Says whether that one wants no mails now.
pub(super) async fn give(transaction: &WriteTransaction, from: &[RecipientId], to: RecipientId) -> Result<bool, DbErr> {
    let mut earliest = None;
    for from in from {
        let refused = refused_at(transaction, *from).await?;
        earliest = [earliest, refused].into_iter().flatten().min();
        delete(transaction, *from).await?;
    }
    if let Some(at) = earliest {
        insert(transaction, to, at).await?;
    }
    Ok(refused_at(transaction, to).await?.is_some())
}

/// Writes it down, unless it is there already. Says whether it did.
async fn insert(transaction: &WriteTransaction, recipient: RecipientId, at: Timestamp) -> Result<bool, DbErr> {
    let row = Model {
        recipient_id: *recipient.as_uuid(),
        at: at.as_millis(),
    };
    let known = OnConflict::column(Column::RecipientId).do_nothing().to_owned();
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(known)
        .try_insert()
        .exec_without_returning(transaction)
        .await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)))
}

/// Forgets it. Says whether it was there.
pub(super) async fn delete(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<bool, DbErr> {
    let done = Entity::delete_by_id(*recipient.as_uuid()).exec(on).await?;
    Ok(done.rows_affected > 0)
}
