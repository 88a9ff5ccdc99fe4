//! The outbox as the server empties it: it takes what is due, sends it, and says what became of it.
//!
//! Whoever takes a row moves its instant to the end of a lease, which one node alone can do. A node that stops before it says
//! what became of a mail lets another send it when the lease has ended: a mail is sent at least once, and twice only then.

use std::collections::BTreeSet;

use base::{RecipientId, SecretString, Timestamp};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::entity::Model;
use super::{NotificationKind, consent, own_address, refusal, rule, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::delivery::{self, Unnotified};
use crate::session::Owner;
use crate::vault::MacPurpose;
use crate::{Context, Fault, Portal, event, installation, staff};

/// A notification to send now. It is the caller's for five minutes.
#[derive(Debug)]
pub struct TakenNotification {
    /// What it tells of.
    pub kind: NotificationKind,
    /// Where it goes. As it was stored: whether it is an address, sending shows.
    pub address: SecretString,
    /// Of what waits or is soon gone, the senders' names; of a staff member's account, their organisation's.
    pub organisations: Vec<String>,
    /// Whether something is from a sender who is named in no mail.
    pub has_unnamed: bool,
    /// The code by which the person proves that the address is theirs.
    pub code: Option<SecretString>,
    /// When it happened; of a code, until when it holds.
    pub at: Timestamp,
    /// In which time zone to say so.
    pub time_zone: TimeZone,
    row: Model,
    deliveries: Vec<Unnotified>,
    /// In which asking a code was asked for.
    asking: Option<Uuid>,
}

/// What became of sending one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendingOutcome {
    /// The mail server took it.
    Sent,
    /// It could not be sent now.
    Failed,
    /// The address takes no mail, and trying again does not help.
    Refused,
}

/// What there is to do about a notification that was taken.
enum Prepared {
    Send(Box<TakenNotification>),
    /// Not before then.
    Later(Timestamp),
    /// There is nothing left to tell, or no address to tell it to.
    Never,
    /// It could not be sent in time.
    TooLate(NotificationKind),
}

impl Portal {
    /// Takes at most `limit` notifications that are due, for the caller to send; what need not be told any more, and what
    /// could not be sent in time, is dropped on the way. Says also whether more may be due.
    ///
    /// # Errors
    ///
    /// A fault; what was taken then is due again when its lease has ended.
    pub async fn take_notifications(&self, limit: u64) -> Result<(Vec<TakenNotification>, bool), Fault> {
        let context = &*self.0;
        // With another vault mounted everybody would look like nobody, and nothing would be told any more.
        installation::check_keys(&context.database, &context.vault).await?;
        // By the clock: what is latched stands still while the clock is behind it, and nothing would be tried again.
        let now = context.clock_time();
        let due = store::due(context.database.reader(), now, limit).await?;
        let more = u64::try_from(due.len()).unwrap_or(u64::MAX) >= limit;
        let mut taken = Vec::with_capacity(due.len());
        for row in due {
            let Some(row) = take(context, row, now).await? else {
                continue;
            };
            let prepared = match prepare(context, &row, now).await {
                Ok(prepared) => prepared,
                Err(fault) => {
                    // One that can't be read must not keep the others from being sent.
                    tracing::error!(kind = row.kind, person = %row.person_id, error = fault.causes(), "a notification was put off");
                    Prepared::Later(rule::again(attempts(&row), now))
                }
            };
            match prepared {
                Prepared::Send(notification) => taken.push(*notification),
                Prepared::Later(due) => {
                    let transaction = context.database.write().await?;
                    store::set_due(&transaction, &row, due, row.attempts).await?;
                    transaction.commit().await?;
                }
                Prepared::Never => {
                    let transaction = context.database.write().await?;
                    close(&transaction, &row, now).await?;
                    transaction.commit().await?;
                }
                Prepared::TooLate(kind) => give_up(context, &row, kind).await?,
            }
        }
        Ok((taken, more))
    }

    /// Says what became of a notification. When it was sent that something waits, its deliveries count as told of and their
    /// senders learn of it. Does nothing when somebody else took it meanwhile.
    ///
    /// # Errors
    ///
    /// A fault; then it is due again when its lease has ended.
    pub async fn settle_notification(
        &self,
        notification: TakenNotification,
        outcome: SendingOutcome,
    ) -> Result<(), Fault> {
        let context = &*self.0;
        let (now, clock_time) = (context.now(), context.clock_time());
        let TakenNotification {
            kind,
            row,
            deliveries,
            asking,
            ..
        } = notification;
        let transaction = context.database.write().await?;
        // Before the outbox, as when a code is asked for.
        if let Some(asking) = asking.filter(|_| outcome == SendingOutcome::Refused) {
            own_address::store::set_undeliverable(&transaction, asking, now).await?;
        }
        let happened = match outcome {
            // Deliveries before the outbox, as when somebody turns out to be somebody else.
            SendingOutcome::Sent => delivery::mark_notified(&transaction, &deliveries, now).await?,
            SendingOutcome::Failed | SendingOutcome::Refused => Vec::new(),
        };
        let is_ours = match outcome {
            SendingOutcome::Sent | SendingOutcome::Refused => close(&transaction, &row, clock_time).await?,
            SendingOutcome::Failed => {
                let due = rule::again(attempts(&row), clock_time);
                store::set_due(&transaction, &row, due, row.attempts).await?
            }
        };
        if !is_ours {
            return Ok(());
        }
        for (organisation, events) in &happened {
            event::record(&transaction, *organisation, now, events).await?;
        }
        if outcome == SendingOutcome::Refused {
            let entry = entry(AuditAction::NotificationRefused, kind, &row);
            context.audit.record(&transaction, now, &entry).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Takes a row, unless another node just did.
async fn take(context: &Context, row: Model, now: Timestamp) -> Result<Option<Model>, Fault> {
    let attempts = row.attempts.saturating_add(1);
    // Also when what became of it can't be written down, it is not sent again and again.
    let until = rule::again(u32::try_from(attempts).unwrap_or(0), now).max(now + rule::LEASE);
    let transaction = context.database.write().await?;
    let is_ours = store::set_due(&transaction, &row, until, attempts).await?;
    transaction.commit().await?;
    Ok(is_ours.then(|| Model {
        due_at: until.as_millis(),
        attempts,
        ..row
    }))
}

fn attempts(row: &Model) -> u32 {
    u32::try_from(row.attempts).unwrap_or(0)
}

async fn prepare(context: &Context, row: &Model, now: Timestamp) -> Result<Prepared, Fault> {
    let Some(kind) = NotificationKind::from_stored(&row.kind) else {
        // Of a version to come, which runs on another node.
        return Ok(Prepared::Later(now + rule::LEASE));
    };
    // A clock that may be wrong gives nothing up.
    if row.first_at <= rule::no_longer_told(kind, context.certain_now()).as_millis() {
        return Ok(Prepared::TooLate(kind));
    }
    let reader = context.database.reader();
    let mut deliveries = Vec::new();
    let mut has_unnamed = false;
    let mut time_zone = context.settings.time_zone.clone();
    let (address, organisations) = match kind.owner(row.person_id) {
        Owner::Recipient(recipient) if kind == NotificationKind::AddressCode => {
            return prepare_code(context, row, recipient, time_zone).await;
        }
        Owner::Recipient(recipient) => {
            if refusal::refused_at(reader, recipient).await?.is_some() {
                return Ok(Prepared::Never);
            }
            let agrees = consent::since(reader, recipient).await?.is_some();
            if kind == NotificationKind::Waiting {
                deliveries = delivery::unnotified(reader, recipient, context.now(), agrees).await?;
                if deliveries.is_empty() {
                    return Ok(Prepared::Never);
                }
                let last = delivery::last_notified(reader, recipient).await?;
                if let Some(due) = rule::too_soon(last, now) {
                    return Ok(Prepared::Later(due));
                }
            }
            let mut senders: Vec<Option<String>> = deliveries.iter().map(|delivery| delivery.sender.clone()).collect();
            if let NotificationKind::EndingUnread | NotificationKind::EndingRead = kind {
                let since = Timestamp::from_millis(row.first_at);
                senders = delivery::ending(context, recipient, kind, since, context.now(), agrees).await?;
                if senders.is_empty() {
                    return Ok(Prepared::Never);
                }
            }
            has_unnamed = senders.contains(&None);
            let senders: BTreeSet<String> = senders.into_iter().flatten().collect();
            let addresses = context.vault.addresses(recipient).await?;
            // Whoever agreed did so for their own address and no other.
            let address = if agrees { addresses.own } else { addresses.given };
            (address, senders.into_iter().collect())
        }
        Owner::Staff(staff) => match staff::correspondent(context, staff).await? {
            Some(staff) => {
                time_zone = staff.time_zone;
                (Some(staff.email), vec![staff.organisation])
            }
            None => (None, Vec::new()),
        },
    };
    let Some(address) = address else {
        return Ok(Prepared::Never);
    };
    Ok(Prepared::Send(Box::new(TakenNotification {
        kind,
        address: SecretString::from(address),
        organisations,
        has_unnamed,
        code: None,
        at: Timestamp::from_millis(row.first_at),
        time_zone,
        row: row.clone(),
        deliveries,
        asking: None,
    })))
}

/// The mail with a code, to the address that is to be proven, whatever was said of mails before. The code is worked out here.
async fn prepare_code(
    context: &Context,
    row: &Model,
    recipient: RecipientId,
    time_zone: TimeZone,
) -> Result<Prepared, Fault> {
    let proof = own_address::store::find(context.database.reader(), recipient).await?;
    let address = context.vault.addresses(recipient).await?.unproven;
    let (Some(proof), Some(address)) = (proof, address) else {
        return Ok(Prepared::Never);
    };
    let until = Timestamp::from_millis(proof.asked_at) + own_address::rule::HOLDS;
    if until <= context.now() {
        return Ok(Prepared::Never);
    }
    let key = context.vault.mac_key(MacPurpose::AddressCode);
    Ok(Prepared::Send(Box::new(TakenNotification {
        kind: NotificationKind::AddressCode,
        code: Some(own_address::rule::code(key, proof.id, recipient, &address)),
        address: SecretString::from(address),
        organisations: Vec::new(),
        has_unnamed: false,
        at: until,
        time_zone,
        row: row.clone(),
        deliveries: Vec::new(),
        asking: Some(proof.id),
    })))
}

/// Is done with a row: it goes, unless more happened since it was taken, which is told next. Says whether it was still ours.
async fn close(transaction: &WriteTransaction, row: &Model, now: Timestamp) -> Result<bool, Fault> {
    if store::delete_as_seen(transaction, row).await? {
        return Ok(true);
    }
    let due = NotificationKind::from_stored(&row.kind).map_or(now, |kind| rule::next(kind, now));
    Ok(store::begin_anew(transaction, row, due).await?)
}

/// Gives up what could not be sent in time, with a line in the audit log; what happened since is told for as long as anything is.
async fn give_up(context: &Context, row: &Model, kind: NotificationKind) -> Result<(), Fault> {
    let now = context.clock_time();
    let transaction = context.database.write().await?;
    let is_ours = if row.last_at > rule::no_longer_told(kind, context.certain_now()).as_millis() {
        store::begin_anew(&transaction, row, now).await?
    } else {
        store::delete_as_seen(&transaction, row).await?
    };
    if is_ours {
        let entry = entry(AuditAction::NotificationGivenUp, kind, row);
        context.audit.record(&transaction, context.now(), &entry).await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn entry(action: AuditAction, kind: NotificationKind, row: &Model) -> AuditEntry<'static> {
    let about = match kind.owner(row.person_id) {
        Owner::Recipient(recipient) => AuditTarget::Recipient(recipient),
        Owner::Staff(staff) => AuditTarget::Staff(staff),
    };
    AuditEntry::by_portal(action).about(about).detail(kind.as_str())
}
