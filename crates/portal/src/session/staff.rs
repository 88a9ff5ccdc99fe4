//! Sessions of staff: how one is bound to a staff member step by step, and what they and their admins see and end of them.

use std::net::IpAddr;

use base::{SessionId, StaffId, Timestamp};
use keyring::{Field, FieldKey};
use sea_orm::{ConnectionTrait, DbErr};
use zeroize::Zeroizing;

use super::own::{self, Owner};
use super::{
    EndSessionError, OwnSession, ProviderSessionCodes, SessionEnd, SessionKey, SessionKind, Whereabouts, limits,
    living, store, whereabouts,
};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::{Context, Fault, Portal, StaffActor};

/// What somebody has proven in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proven {
    /// That they know the password.
    Password,
    /// That they also have the second factor, or a recovery code in its place.
    SecondFactor,
    /// That their directory vouches for them: nothing of ours is asked for besides.
    WorkAccount,
}

impl Proven {
    pub(super) const fn stored(self) -> i32 {
        match self {
            Self::Password => 1,
            Self::SecondFactor => 2,
            Self::WorkAccount => 3,
        }
    }

    /// What is stored by a later version proves nothing.
    const fn from_stored(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::Password),
            2 => Some(Self::SecondFactor),
            3 => Some(Self::WorkAccount),
            _ => None,
        }
    }
}

/// What a session is to be bound to.
#[derive(Debug)]
pub(crate) struct StaffBinding<'a> {
    pub(crate) staff: StaffId,
    pub(crate) proven: Proven,
    pub(crate) id: SessionId,
    pub(crate) whereabouts: &'a Whereabouts,
    pub(crate) address: Option<IpAddr>,
    /// What the directory calls its own session, when it can end this one.
    pub(crate) at_provider: ProviderSessionCodes,
    /// When the password was given, while the sign-in goes on; afterwards when it was complete.
    pub(crate) signed_in_at: Timestamp,
    /// When everything was proven, by whoever saw it; `None` while something is missing.
    pub(crate) confirmed_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

/// A staff member's session that has not run out.
#[derive(Debug)]
pub(crate) struct StaffSession {
    pub(crate) staff: StaffId,
    pub(crate) proven: Proven,
    pub(crate) signed_in_at: Timestamp,
    pub(crate) confirmed_at: Option<Timestamp>,
    /// What was proven then; `None` also when the version before wrote it down.
    pub(crate) confirmed_by: Option<Proven>,
    pub(crate) end: SessionEnd,
}

/// The staff member whose session has not run out, and counts it as used. Says nothing of whether they are still let in.
pub(crate) async fn staff_session(context: &Context, key: &SessionKey) -> Result<Option<StaffSession>, Fault> {
    if key.kind() != SessionKind::Staff {
        return Ok(None);
    }
    let Some(row) = living(context, key).await? else {
        return Ok(None);
    };
    let (Some(staff), Some(proven)) = (row.staff_id, row.proven.and_then(Proven::from_stored)) else {
        return Ok(None);
    };
    Ok(Some(StaffSession {
        staff: StaffId::from_uuid(staff),
        proven,
        signed_in_at: Timestamp::from_millis(row.signed_in_at.unwrap_or(row.created_at)),
        confirmed_at: row.confirmed_at.map(Timestamp::from_millis),
        confirmed_by: row.confirmed_by.and_then(Proven::from_stored),
        end: SessionEnd::of(context, key, &row),
    }))
}

/// Binds a session to a staff member. Says `false` when it has run out.
pub(crate) async fn bind_staff(
    context: &Context,
    transaction: &WriteTransaction,
    key: &SessionKey,
    binding: &StaffBinding<'_>,
) -> Result<bool, DbErr> {
    if key.kind() != SessionKind::Staff {
        return Ok(false);
    }
    let kept = whereabouts::keep(context, key, binding.whereabouts, binding.address);
    let limits = limits(context, SessionKind::Staff);
    store::bind_staff(transaction, key, binding, kept, limits, context.clock_time()).await
}

/// Writes down that the staff member of a complete session proved anew who they are. Says `false` when it has ended.
pub(crate) async fn confirm_staff(
    context: &Context,
    transaction: &WriteTransaction,
    key: &SessionKey,
    proven: Proven,
) -> Result<bool, DbErr> {
    store::confirm_staff(transaction, key, proven.stored(), context.clock_time()).await
}

/// Writes down that a staff member whose session is complete has a second factor from now on, so that the session holds. It is no
/// confirmation. Says `false` when the session has ended.
pub(crate) async fn note_new_second_factor(transaction: &WriteTransaction, key: &SessionKey) -> Result<bool, DbErr> {
    store::note_proven(transaction, key, Proven::SecondFactor.stored()).await
}

/// How many wrong tries there were one after another within a staff member's complete session, and when the last of them was;
/// `None` when it has ended.
pub(crate) async fn staff_tries(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    staff: StaffId,
) -> Result<Option<(u32, Option<Timestamp>)>, DbErr> {
    let row = store::find(on, key).await?;
    let row = row.filter(|row| row.staff_id == Some(*staff.as_uuid()) && row.confirmed_at.is_some());
    Ok(row.map(|row| {
        let failures = row.failures.and_then(|failures| u32::try_from(failures).ok());
        (failures.unwrap_or(0), row.last_failure_at.map(Timestamp::from_millis))
    }))
}

/// Writes down what [`staff_tries`] is to say.
pub(crate) async fn note_staff_tries(
    transaction: &WriteTransaction,
    key: &SessionKey,
    failures: u32,
    last_failure_at: Option<Timestamp>,
) -> Result<(), DbErr> {
    let failures = i32::try_from(failures).unwrap_or(i32::MAX);
    store::note_tries(transaction, key, failures, last_failure_at).await
}

/// Keeps what was asked of a passkey within a session, in place of what was asked before. It opens with the session's cookie
/// alone. Says `false` when the session has ended.
pub(crate) async fn keep_ceremony(
    context: &Context,
    transaction: &WriteTransaction,
    key: &SessionKey,
    asked: &[u8],
) -> Result<bool, DbErr> {
    let sealed = ceremony_key(context, key).seal_field(ceremony_place(key), asked);
    store::set_ceremony(transaction, key, Some(sealed)).await
}

/// Takes what was asked of a passkey within a session, so that nobody finds it again; `None` when there is nothing that opens.
/// The caller has the account's row locked, so that of several at once one gets it.
pub(crate) async fn take_ceremony(
    context: &Context,
    transaction: &WriteTransaction,
    key: &SessionKey,
) -> Result<Option<Zeroizing<Vec<u8>>>, DbErr> {
    let row = store::find(transaction, key).await?;
    let Some(sealed) = row.and_then(|row| row.sealed_ceremony) else {
        return Ok(None);
    };
    store::set_ceremony(transaction, key, None).await?;
    let opened = ceremony_key(context, key).open_field(ceremony_place(key), &sealed);
    Ok(opened.ok())
}

fn ceremony_key(context: &Context, key: &SessionKey) -> FieldKey {
    context.vault.session_key().bound_to(key.secret())
}

fn ceremony_place(key: &SessionKey) -> Field<'_> {
    Field::new("session", "sealed_ceremony", key.hash())
}

/// Ends every session of a staff member, perhaps but one, and says how many there were.
pub(crate) async fn end_all_of_staff(
    context: &Context,
    transaction: &WriteTransaction,
    staff: StaffId,
    but: Option<&SessionKey>,
) -> Result<usize, Fault> {
    Ok(own::delete_others(context, transaction, Owner::Staff(staff), but)
        .await?
        .len())
}

impl Portal {
    /// The staff member's own sessions that have not run out, as [`Portal::sessions_of`] gives a recipient's.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn staff_sessions_of(&self, actor: &StaffActor) -> Result<Vec<OwnSession>, Fault> {
        own::list(
            &self.0,
            Owner::Staff(actor.staff_id()),
            actor.session(),
            actor.request(),
        )
        .await
    }

    /// Ends one of the staff member's own sessions; its next request is refused.
    ///
    /// # Errors
    ///
    /// See [`EndSessionError`]. No session is ended without an audit event.
    pub async fn end_staff_session_of(&self, actor: &StaffActor, id: SessionId) -> Result<(), EndSessionError> {
        let context = &*self.0;
        let transaction = context.database.write().await.map_err(Fault::from)?;
        own::delete_one(context, &transaction, Owner::Staff(actor.staff_id()), id).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffSessionEnded).about(AuditTarget::Session(id));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await.map_err(Fault::from)?;
        Ok(())
    }

    /// Ends every session of the staff member but the one that asks, and says how many there were.
    ///
    /// # Errors
    ///
    /// A fault; then none was ended.
    pub async fn end_other_staff_sessions(&self, actor: &StaffActor) -> Result<usize, Fault> {
        let context = &*self.0;
        let (owner, transaction) = (Owner::Staff(actor.staff_id()), context.database.write().await?);
        let deleted = own::delete_others(context, &transaction, owner, Some(actor.session())).await?;
        for id in &deleted {
            let target = id.map_or(AuditTarget::Staff(actor.staff_id()), AuditTarget::Session);
            let entry = AuditEntry::by_staff(actor, AuditAction::StaffSessionEnded).about(target);
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        transaction.commit().await?;
        Ok(deleted.len())
    }
}
