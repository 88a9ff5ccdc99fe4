//! Notifications: mails that say that something is waiting, or that something happened to an account, and nothing else. Owns
//! the outbox, when what in it is sent, and what becomes of it. The server sends.
//!
//! A row says of which kind, to whom and when, and is written in the transaction of what it tells of; there is one for each kind
//! and person at most, so that much at once is one mail. The address is read when it is sent: one of the person's own, or none, where they
//! have given their word.

mod consent;
pub(crate) mod earlier_entity;
pub(crate) mod entity;
mod outbox;
pub(crate) mod own_address;
mod refusal;
mod rule;
mod store;
mod warning;

use base::{RecipientId, StaffId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::database::WriteTransaction;
use crate::session::Owner;
use crate::{Context, Fault};

pub(crate) use consent::consenting;
pub use consent::{GivenMailConsent, MailConsent};
pub use outbox::{SendingOutcome, TakenNotification};
pub use own_address::{GiveAddressError, ProveAddressError, UnprovenAddress};
pub use refusal::OwnMail;
pub(crate) use refusal::{AddressFrom, allow_as_told, erase_unwanted, keep_address, refuse_as_told};

/// What a notification tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationKind {
    /// Something waits for a recipient.
    Waiting,
    /// Something that a recipient has not read is soon gone.
    EndingUnread,
    /// Something that a recipient has read is soon gone.
    EndingRead,
    /// A recipient signed in from a new kind of device.
    RecipientNewDevice,
    /// An organisation answered a request of a recipient's.
    RequestAnswered,
    /// A recipient is to prove that an address is theirs. This one alone goes to an address that is not proven.
    AddressCode,
    /// A staff member signed in from a new kind of device.
    StaffNewDevice,
    /// Wrong tries have locked a staff member's account.
    StaffLocked,
    /// A staff member's password was changed.
    StaffPasswordChanged,
    /// A staff member's second factor was set, added or removed.
    StaffSecondFactorChanged,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Waiting,
        Self::EndingUnread,
        Self::EndingRead,
        Self::RecipientNewDevice,
        Self::RequestAnswered,
        Self::AddressCode,
        Self::StaffNewDevice,
        Self::StaffLocked,
        Self::StaffPasswordChanged,
        Self::StaffSecondFactorChanged,
    ];

    /// The kind's name in storage and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::EndingUnread => "ending-unread",
            Self::EndingRead => "ending-read",
            Self::RecipientNewDevice => "recipient-new-device",
            Self::RequestAnswered => "request-answered",
            Self::AddressCode => "address-code",
            Self::StaffNewDevice => "staff-new-device",
            Self::StaffLocked => "staff-locked",
            Self::StaffPasswordChanged => "staff-password-changed",
            Self::StaffSecondFactorChanged => "staff-second-factor-changed",
        }
    }

    fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kind that tells somebody of a new device.
    pub(crate) const fn of_new_device(owner: Owner) -> Self {
        match owner {
            Owner::Recipient(_) => Self::RecipientNewDevice,
            Owner::Staff(_) => Self::StaffNewDevice,
        }
    }

    /// Whether it tells of messages, which it looks up when it is sent, and not of something that happened to an account.
    pub const fn is_of_messages(self) -> bool {
        matches!(self, Self::Waiting | Self::EndingUnread | Self::EndingRead)
    }

    const fn owner(self, person: Uuid) -> Owner {
        match self {
            Self::Waiting
            | Self::EndingUnread
            | Self::EndingRead
            | Self::RecipientNewDevice
            | Self::RequestAnswered
            | Self::AddressCode => Owner::Recipient(RecipientId::from_uuid(person)),
            Self::StaffNewDevice | Self::StaffLocked | Self::StaffPasswordChanged | Self::StaffSecondFactorChanged => {
                Owner::Staff(StaffId::from_uuid(person))
            }
        }
    }
}

/// Puts something to tell somebody into the outbox, in the transaction that makes it happen. Call it before an event and an audit
/// event are recorded, for which others wait. Does nothing when no mail is sent.
pub(crate) async fn announce(
    context: &Context,
    transaction: &impl ConnectionTrait,
    kind: NotificationKind,
    owner: Owner,
) -> Result<(), DbErr> {
    if !context.settings.sends_mail {
        return Ok(());
    }
    let due = rule::due(kind, context.clock_time());
    store::put(transaction, kind, *owner.as_uuid(), due, context.now()).await
}

/// As [`announce`], that something waits for each of these people.
pub(crate) async fn announce_waiting(
    context: &Context,
    transaction: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = RecipientId>,
) -> Result<(), DbErr> {
    let mut recipients: Vec<_> = recipients.into_iter().collect();
    // In one order, so that two transactions can't wait for each other.
    recipients.sort_unstable();
    for recipient in recipients {
        announce(
            context,
            transaction,
            NotificationKind::Waiting,
            Owner::Recipient(recipient),
        )
        .await?;
    }
    Ok(())
}

/// What tells of messages and requests to some people, who turned out to be another, is told that one from now on, and the rest of theirs nobody.
/// What any of them said of mails is that one's word, unless that one has said something; [`erase_unwanted`] must follow.
pub(crate) async fn give(
    context: &Context,
    transaction: &WriteTransaction,
    from: &[RecipientId],
    to: RecipientId,
) -> Result<(), DbErr> {
    refusal::give(transaction, from, to).await?;
    let follows = |kind: &NotificationKind| kind.is_of_messages() || *kind == NotificationKind::RequestAnswered;
    for kind in NotificationKind::ALL.into_iter().filter(follows) {
        let mut waited = false;
        for from in from {
            waited |= store::delete(transaction, kind, *from.as_uuid()).await?;
        }
        if waited {
            announce(context, transaction, kind, Owner::Recipient(to)).await?;
        }
    }
    for from in from {
        forget(transaction, Owner::Recipient(*from)).await?;
    }
    Ok(())
}

/// Forgets what a person said of mails and what waits for them, with the person.
pub(crate) async fn forget_recipient(transaction: &WriteTransaction, recipient: RecipientId) -> Result<(), DbErr> {
    own_address::store::delete(transaction, recipient).await?;
    refusal::delete(transaction, recipient).await?;
    consent::forget(transaction, recipient).await?;
    forget(transaction, Owner::Recipient(recipient)).await
}

/// Nobody is told anything any more who is gone.
pub(crate) async fn forget(transaction: &impl ConnectionTrait, owner: Owner) -> Result<(), DbErr> {
    store::delete_all_of(transaction, *owner.as_uuid()).await
}

/// The kinds of mails that wait for somebody, and since when.
pub(crate) async fn waiting_of(on: &impl ConnectionTrait, owner: Owner) -> Result<Vec<(String, Timestamp)>, DbErr> {
    let rows = store::all_of(on, *owner.as_uuid()).await?;
    let waiting = rows.into_iter();
    Ok(waiting
        .map(|row| (row.kind, Timestamp::from_millis(row.first_at)))
        .collect())
}

/// Warns of what is soon gone. Says of how many deliveries.
pub(crate) async fn warn(context: &Context) -> Result<u64, Fault> {
    warning::warn(context).await
}

#[cfg(test)]
mod tests;
