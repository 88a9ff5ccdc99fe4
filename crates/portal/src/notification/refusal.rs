//! Recipients who want no mails: what is kept of that, and how a person says so or takes it back.
//!
//! Senders give an address anew with each message, so to erase the address alone would stop nothing. That no mail is wanted stands
//! in the portal's database, is looked at before an address is kept and again before a mail is made, and goes with the person.

use base::{RecipientId, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel};

use super::own_address::{self, UnprovenAddress};
use super::{GivenMailConsent, consent};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::ledger::{LedgerEntry, LedgerHead};
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
    /// The address that a sender or a directory gave.
    pub address: Option<String>,
    /// The address that the person gave and proved, which is written to in its place.
    pub own_address: Option<String>,
    /// The address that they have yet to prove.
    pub unproven: Option<UnprovenAddress>,
    /// What they agreed to last.
    pub consent: Option<GivenMailConsent>,
    /// When the person said that they want none.
    pub refused_at: Option<Timestamp>,
}

/// Whose word an address is that a person did not give themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressFrom {
    /// A sender's, who writes to them.
    Sender,
    /// A directory's, which their work account is known by too.
    Directory,
}

impl Portal {
    /// Where the portal writes to the person, and whether they want that.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn own_mail(&self, actor: &RecipientActor) -> Result<OwnMail, Fault> {
        let context = &*self.0;
        let (reader, recipient) = (context.database.reader(), actor.recipient_id());
        let addresses = context.vault.addresses(recipient).await?;
        let refused_at = refused_at(reader, recipient).await?;
        let consent = consent::given(reader, recipient).await?;
        let agrees = consent.as_ref().is_some_and(|consent| consent.withdrawn_at.is_none());
        let (address, own_address) = match agrees {
            true => (addresses.given, addresses.own),
            // Where erasing them failed, they can ask again.
            false if refused_at.is_some() => (addresses.given.or(addresses.own), None),
            false => (addresses.given, None),
        };
        Ok(OwnMail {
            is_sent: context.settings.sends_mail,
            address,
            own_address,
            unproven: own_address::unproven(context, recipient, addresses.unproven).await?,
            consent,
            refused_at,
        })
    }

    /// The person wants no mails, and withdraws the consent that they gave: those that wait are dropped, every address is erased, and none
    /// is kept any more until they say otherwise. Can be repeated, which erases addresses again.
    ///
    /// # Errors
    ///
    /// A fault; then no more mails may be sent already, while the address is still there.
    pub async fn refuse_mail(&self, actor: &RecipientActor) -> Result<(), Fault> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let transaction = context.database.write().await?;
        // First, as when an address is proven, so that the two can't wait for each other.
        own_address::store::delete(&transaction, recipient).await?;
        let is_new = insert(&transaction, recipient, now).await?;
        let is_withdrawn = consent::withdraw(&transaction, recipient, now).await?;
        super::forget(&transaction, Owner::Recipient(recipient)).await?;
        if is_new {
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientMailRefused);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, now, &entry).await?;
        }
        if is_withdrawn {
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientMailConsentWithdrawn);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, now, &entry).await?;
        }
        // Twice: a program that ends between the commit and the second leaves no address.
        context.vault.erase_emails(recipient).await?;
        if is_new {
            // Before it holds: a restored copy must not write to somebody who was told that nobody will. Last of all: what is told of a
            // refusal that failed is taken back some minutes later.
            let told = context.ledger.append(&[LedgerEntry::MailRefused(recipient)]).await?;
            told.applied_by(&transaction).await?;
        }
        transaction.commit().await?;
        // After it is written down: whoever keeps an address looks there before and after.
        context.vault.erase_emails(recipient).await?;
        Ok(())
    }

    /// The person takes back that they want no mails. The portal has no address until somebody gives one.
    ///
    /// # Errors
    ///
    /// A fault; then they want none, as before.
    pub async fn allow_mail(&self, actor: &RecipientActor) -> Result<(), Fault> {
        let context = &*self.0;
        let recipient = actor.recipient_id();
        let transaction = context.database.write().await?;
        let is_allowed = delete(&transaction, recipient).await?;
        if is_allowed {
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientMailAllowed);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, context.now(), &entry).await?;
            // Before it holds, so that it comes before whatever the person says after that.
            let told = context.ledger.append(&[LedgerEntry::MailAllowed(recipient)]).await?;
            told.applied_by(&transaction).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Does what the ledger tells: a person of a restored copy wanted no mails by then, or none but at an address of their own that the copy
/// may lack. Does nothing where they have given one since, or have that one: batch `told` of the ledger, or a later one, tells of it then. Can
/// be repeated.
pub(crate) async fn refuse_as_told(
    context: &Context,
    recipient: RecipientId,
    at: Timestamp,
    told: LedgerHead,
) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    own_address::store::delete(&transaction, recipient).await?;
    // Not by the clock, which may have been ahead when they agreed.
    if consent::find(&transaction, recipient)
        .await?
        .is_some_and(|consent| consent.withdrawn_at.is_none() && consent.is_told_since(told))
    {
        return Ok(());
    }
    let is_new = insert(&transaction, recipient, at).await?;
    consent::withdraw(&transaction, recipient, at).await?;
    super::forget(&transaction, Owner::Recipient(recipient)).await?;
    if is_new {
        // Should nobody know them here, the purge forgets this too.
        recipient::may_be_forgotten(&transaction, recipient, context.now()).await?;
        let entry = AuditEntry::by_portal(AuditAction::RecipientMailRefused).about(AuditTarget::Recipient(recipient));
        context.audit.record(&transaction, context.now(), &entry).await?;
    }
    transaction.commit().await?;
    Ok(context.vault.erase_emails(recipient).await?)
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

/// Keeps the address that somebody gave for a person, unless that person wants no mails, or has given one of their own to senders' place.
pub(crate) async fn keep_address(
    context: &Context,
    recipient: RecipientId,
    address: &str,
    from: AddressFrom,
) -> Result<(), Fault> {
    let reader = context.database.reader();
    let is_needed = async || -> Result<bool, DbErr> {
        let has_own = from == AddressFrom::Sender && consent::since(reader, recipient).await?.is_some();
        Ok(!has_own && refused_at(reader, recipient).await?.is_none())
    };
    if is_needed().await? {
        context.vault.set_email(recipient, Some(address)).await?;
        // They may have said so, and had the address before erased, between the two.
        if !is_needed().await? {
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

/// What people said who turned out to be another is that one's word from now on, unless that one has said something themselves: that they
/// want no mails, or that they agree to be mailed at an address of their own. Of what several said, that they want none goes first.
pub(super) async fn give(transaction: &WriteTransaction, from: &[RecipientId], to: RecipientId) -> Result<(), DbErr> {
    let (mut refused, mut agreed) = (None, None);
    for from in from {
        own_address::store::delete(transaction, *from).await?;
        let theirs = refused_at(transaction, *from).await?;
        refused = [refused, theirs].into_iter().flatten().min();
        let theirs = consent::find(transaction, *from).await?;
        agreed = agreed.or(theirs.filter(|theirs| theirs.withdrawn_at.is_none()));
        delete(transaction, *from).await?;
        consent::forget(transaction, *from).await?;
    }
    let own = consent::find(transaction, to).await?;
    let agrees = own.as_ref().is_some_and(|own| own.withdrawn_at.is_none());
    match (refused, agreed) {
        (Some(at), _) if !agrees => {
            insert(transaction, to, at).await?;
        }
        (None, Some(agreed)) if own.is_none() && refused_at(transaction, to).await?.is_none() => {
            let agreed = consent::Model {
                recipient_id: *to.as_uuid(),
                ..agreed
            };
            consent::put(transaction, agreed).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Erases the addresses of a person that are not to be written to after what they said, which [`give`] may have changed: all when they want no
/// mails, what senders gave when they agreed to be mailed at their own, and otherwise one of their own, to which they did not agree. Can
/// be repeated.
pub(crate) async fn erase_unwanted(context: &Context, recipient: RecipientId) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    // Whoever proves an address holds this from before the vault has it until the consent stands.
    own_address::store::locked(&transaction, recipient).await?;
    if refused_at(&transaction, recipient).await?.is_some() {
        context.vault.erase_emails(recipient).await?;
    } else if consent::since(&transaction, recipient).await?.is_some() {
        context.vault.erase_other_emails(recipient).await?;
    } else {
        context.vault.set_own_email(recipient, None).await?;
    }
    Ok(transaction.commit().await?)
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
