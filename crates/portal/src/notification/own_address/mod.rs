//! An address of the person's own: given with consent, proven by a code that is mailed to it and typed in while they are signed in, and
//! written to in place of what senders give from then on.
//!
//! Nothing but codes goes to an address that is not proven, and few of them. A code is worked out from a key of the provider's and lies
//! nowhere. The address is the vault's; whatever changes one that is to be proven holds the lock of its row here meanwhile, so that row
//! and address are of one asking.

mod count_entity;
pub(crate) mod entity;
pub(super) mod rule;
pub(super) mod store;

#[cfg(test)]
mod tests;

use base::{RecipientId, Timestamp};
use uuid::Uuid;

use super::{MailConsent, NotificationKind, announce, consent, refusal};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;
use crate::message::is_email;
use crate::session::Owner;
use crate::vault::MacPurpose;
use crate::{Context, Fault, Portal, RecipientActor};
use entity::Model;

/// How many people are looked at together.
const BATCH: u64 = 100;

/// An address that is to be proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnprovenAddress {
    /// The address.
    pub address: String,
    /// Until when the code that was sent to it holds.
    pub until: Timestamp,
    /// Whether the mail server said that it takes no mail.
    pub is_undeliverable: bool,
}

/// An address was not taken, and no code is sent to it.
#[derive(Debug, thiserror::Error)]
pub enum GiveAddressError {
    /// The portal sends no mails.
    #[error("the portal sends no mails")]
    NotSent,
    /// It is no address.
    #[error("it is no e-mail address")]
    NotAnAddress,
    /// The person was shown another text than the one that is agreed to now.
    #[error("the consent is to another text")]
    OtherConsent,
    /// The person, or somebody else for the same address, has asked for as many codes as are sent in a day.
    #[error("too many codes were asked for")]
    TooMany,
    /// There is no address to send another code to.
    #[error("no address waits to be proven")]
    NothingToProve,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for GiveAddressError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// An address was not proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveAddressError {
    /// What was typed has not the form of a code. It counts as no try.
    #[error("it has not the form of a code")]
    NotACode,
    /// It is another code.
    #[error("it is another code")]
    Wrong {
        /// How many tries are left.
        left: u32,
    },
    /// It was the last try: the address is forgotten.
    #[error("too many wrong codes were given")]
    TooManyTries,
    /// No address waits to be proven, or its code holds no more.
    #[error("no address waits to be proven")]
    NothingToProve,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ProveAddressError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// The person agrees to be mailed at an address of their own. `shown` names the text that they were shown. A code is sent to the
    /// address, and nothing else until they have given it back. An address before that has yet to be proven is dropped; one that is
    /// proven stays until the new one is.
    ///
    /// # Errors
    ///
    /// [`GiveAddressError`]; then what was before holds.
    pub async fn give_address(
        &self,
        actor: &RecipientActor,
        address: &str,
        agreed: &MailConsent,
        shown: &str,
    ) -> Result<(), GiveAddressError> {
        let context = &*self.0;
        let address = address.trim();
        if !context.settings.sends_mail {
            return Err(GiveAddressError::NotSent);
        }
        if !is_email(address) {
            return Err(GiveAddressError::NotAnAddress);
        }
        if agreed.hash() != shown {
            return Err(GiveAddressError::OtherConsent);
        }
        let transaction = context.database.write().await?;
        // First, as when another code is asked for, so that two of the person's tabs can't wait for each other.
        store::locked(&transaction, actor.recipient_id()).await?;
        consent::remember_text(&transaction, agreed, context.now()).await?;
        begin(context, transaction, actor, address, agreed.hash()).await
    }

    /// Sends another code to the address that the person has yet to prove; the one before holds no more.
    ///
    /// # Errors
    ///
    /// [`GiveAddressError`]; then the code before holds for as long as it would have.
    pub async fn send_another_code(&self, actor: &RecipientActor) -> Result<(), GiveAddressError> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let row = store::locked(&transaction, actor.recipient_id()).await?;
        let address = context.vault.addresses(actor.recipient_id()).await?.unproven;
        let (Some(row), Some(address)) = (row, address) else {
            return Err(GiveAddressError::NothingToProve);
        };
        begin(context, transaction, actor, &address, row.consent_hash).await
    }

    /// The person proves an address by the code that was mailed to it: from now on it alone is written to, what senders gave is erased,
    /// and that they wanted no mails is taken back. In which of their sessions they asked for it makes no difference.
    ///
    /// # Errors
    ///
    /// [`ProveAddressError`].
    pub async fn prove_address(&self, actor: &RecipientActor, code: &str) -> Result<(), ProveAddressError> {
        let context = &*self.0;
        let recipient = actor.recipient_id();
        let typed = rule::typed(code).ok_or(ProveAddressError::NotACode)?;
        let transaction = context.database.write().await?;
        let Some(row) = store::locked(&transaction, recipient).await? else {
            return Err(ProveAddressError::NothingToProve);
        };
        let unproven = context.vault.addresses(recipient).await?.unproven;
        let asked_at = Timestamp::from_millis(row.asked_at);
        let Some(address) = unproven.filter(|_| !rule::is_over(asked_at, context.now())) else {
            let dropped = delete_unproven(&transaction, recipient).await?;
            dropped.erase(context).await?;
            transaction.commit().await?;
            return Err(ProveAddressError::NothingToProve);
        };
        let key = context.vault.mac_key(MacPurpose::AddressCode);
        if rule::code(key, row.id, recipient, &address) != typed {
            return Err(wrong(context, transaction, actor, &row).await?);
        }
        let version = consent::version(&transaction, &row.consent_hash).await?;
        // Every row before the log's, which all acts of this node wait for: whoever else has one of them may want to write to the log.
        refusal::delete(&transaction, recipient).await?;
        consent::lock(&transaction, recipient).await?;
        super::store::delete(&transaction, NotificationKind::AddressCode, *recipient.as_uuid()).await?;
        let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientAddressProven);
        let entry = entry.about(AuditTarget::Recipient(recipient)).detail(&version);
        context.audit.record(&transaction, context.now(), &entry).await?;
        // After the log knows, since it does not wait for this transaction's end.
        context.vault.set_own_email(recipient, Some(&address)).await?;
        context.vault.set_unproven_email(recipient, None).await?;
        // Before it holds: a restored copy that lacks the address must not write to another.
        let told = context.ledger.append(&[LedgerEntry::OwnAddress(recipient)]).await?;
        // After it was told, so that the ledger takes nothing from whoever knows of it.
        let now = context.now();
        let given = consent::Model {
            recipient_id: *recipient.as_uuid(),
            hash: row.consent_hash,
            given_at: now.as_millis(),
            withdrawn_at: None,
            ledger_batch: told
                .last()
                .map_or(0, |told| i64::try_from(told.number).unwrap_or(i64::MAX)),
        };
        consent::put(&transaction, given).await?;
        told.applied_by(&transaction).await?;
        transaction.commit().await?;
        Ok(end(context, recipient, row.id).await?)
    }

    /// The person gives up the address that they have yet to prove. Doing it twice is fine.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn drop_unproven_address(&self, actor: &RecipientActor) -> Result<(), Fault> {
        let context = &*self.0;
        let recipient = actor.recipient_id();
        let transaction = context.database.write().await?;
        if store::locked(&transaction, recipient).await?.is_none() {
            return Ok(());
        }
        let dropped = delete_unproven(&transaction, recipient).await?;
        let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientAddressDropped);
        let entry = entry.about(AuditTarget::Recipient(recipient));
        context.audit.record(&transaction, context.now(), &entry).await?;
        dropped.erase(context).await?;
        Ok(transaction.commit().await?)
    }
}

/// Writes down that an address is to be proven, and has its code sent.
async fn begin(
    context: &Context,
    transaction: WriteTransaction,
    actor: &RecipientActor,
    address: &str,
    consent_hash: String,
) -> Result<(), GiveAddressError> {
    let (recipient, now) = (actor.recipient_id(), context.now());
    if store::count(context, &transaction, recipient, address, now).await? {
        return Err(GiveAddressError::TooMany);
    }
    let version = consent::version(&transaction, &consent_hash).await?;
    let asking: base::NotificationId = context.ids.next();
    let row = Model {
        recipient_id: *recipient.as_uuid(),
        id: *asking.as_uuid(),
        consent_hash,
        asked_at: now.as_millis(),
        tries: 0,
        undeliverable_at: None,
    };
    store::put(&transaction, row).await?;
    // What waits of a code before may be due only later, and whoever is sending that one has nothing to say of this one.
    super::store::delete(&transaction, NotificationKind::AddressCode, *recipient.as_uuid()).await?;
    announce(
        context,
        &transaction,
        NotificationKind::AddressCode,
        Owner::Recipient(recipient),
    )
    .await?;
    let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientAddressGiven);
    let entry = entry.about(AuditTarget::Recipient(recipient)).detail(&version);
    context.audit.record(&transaction, now, &entry).await?;
    // After the log knows, since it does not wait for this transaction's end.
    context.vault.set_unproven_email(recipient, Some(address)).await?;
    Ok(transaction.commit().await?)
}

/// Counts a wrong code, and forgets the address when it was the last that is taken.
async fn wrong(
    context: &Context,
    transaction: WriteTransaction,
    actor: &RecipientActor,
    row: &Model,
) -> Result<ProveAddressError, Fault> {
    let recipient = actor.recipient_id();
    let tries = row.tries.saturating_add(1);
    let left = u32::try_from(rule::TRIES.saturating_sub(tries)).unwrap_or(0);
    let dropped = if left == 0 {
        Some(delete_unproven(&transaction, recipient).await?)
    } else {
        store::set_tries(&transaction, recipient, tries).await?;
        None
    };
    let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientAddressCodeWrong);
    let entry = entry.about(AuditTarget::Recipient(recipient));
    context.audit.record(&transaction, context.now(), &entry).await?;
    if let Some(dropped) = dropped {
        dropped.erase(context).await?;
    }
    transaction.commit().await?;
    Ok(match left {
        0 => ProveAddressError::TooManyTries,
        left => ProveAddressError::Wrong { left },
    })
}

/// Erases what senders gave, now that an address is proven, and ends its asking. Only then, so that [`forget_old`] tries again where this
/// fails.
async fn end(context: &Context, recipient: RecipientId, asking: Uuid) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    let row = store::locked(&transaction, recipient).await?;
    context.vault.erase_other_emails(recipient).await?;
    if row.is_some_and(|row| row.id == asking) {
        store::delete(&transaction, recipient).await?;
    }
    Ok(transaction.commit().await?)
}

/// An address that is not to be proven any more, and that the vault still has: that forgets at once, so the log must know before.
#[must_use = "the vault has the address until it is erased"]
struct Dropped {
    recipient: RecipientId,
    /// Whether an address of the person's own holds.
    has_own: bool,
}

/// Deletes what says that an address is to be proven. The caller has locked its row.
async fn delete_unproven(transaction: &WriteTransaction, recipient: RecipientId) -> Result<Dropped, Fault> {
    let has_own = consent::since(transaction, recipient).await?.is_some();
    store::delete(transaction, recipient).await?;
    super::store::delete(transaction, NotificationKind::AddressCode, *recipient.as_uuid()).await?;
    Ok(Dropped { recipient, has_own })
}

impl Dropped {
    /// Erases the address in the vault, before the transaction is committed in which it was dropped.
    async fn erase(self, context: &Context) -> Result<(), Fault> {
        let Self { recipient, has_own } = self;
        context.vault.set_unproven_email(recipient, None).await?;
        if has_own {
            // It may have been proven, and what senders gave not have been erased.
            context.vault.erase_other_emails(recipient).await?;
        } else {
            // It may have been kept as proven without that having been written down.
            context.vault.set_own_email(recipient, None).await?;
        }
        Ok(())
    }
}

/// The address that a person has yet to prove, as long as its code holds.
pub(super) async fn unproven(
    context: &Context,
    recipient: RecipientId,
    address: Option<String>,
) -> Result<Option<UnprovenAddress>, Fault> {
    let row = store::find(context.database.reader(), recipient).await?;
    let (Some(row), Some(address)) = (row, address) else {
        return Ok(None);
    };
    let asked_at = Timestamp::from_millis(row.asked_at);
    Ok((!rule::is_over(asked_at, context.now())).then(|| UnprovenAddress {
        address,
        until: asked_at + rule::HOLDS,
        is_undeliverable: row.undeliverable_at.is_some(),
    }))
}

/// Forgets addresses whose codes hold no more, and how many codes were sent in a time that is over. Says how much it forgot.
pub(crate) async fn forget_old(context: &Context) -> Result<u64, Fault> {
    let now = context.now();
    let mut forgotten = 0;
    loop {
        let over = store::some_before(context.database.reader(), now - rule::HOLDS, BATCH).await?;
        for recipient in &over {
            let transaction = context.database.write().await?;
            let row = store::locked(&transaction, *recipient).await?;
            if row.is_some_and(|row| rule::is_over(Timestamp::from_millis(row.asked_at), now)) {
                let dropped = delete_unproven(&transaction, *recipient).await?;
                dropped.erase(context).await?;
                transaction.commit().await?;
                forgotten += 1;
            }
        }
        if u64::try_from(over.len()).unwrap_or(0) < BATCH {
            break;
        }
    }
    let transaction = context.database.write().await?;
    forgotten += store::forget_counts(&transaction, now).await?;
    transaction.commit().await?;
    Ok(forgotten)
}
