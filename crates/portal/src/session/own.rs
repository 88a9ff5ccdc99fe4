//! What a person sees of their own sessions, and how they end one from another.

use base::{RecipientId, SessionId, StaffId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::{Device, Place, SessionKey, SessionKind, entity, limits, store, whereabouts};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::{Context, Fault, Portal, RecipientActor, RequestInfo, recipient};

/// How many sessions are listed. Nobody needs as many; who has more ends them all at once.
const LISTED: u64 = 50;

/// Who is signed in to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Recipient(RecipientId),
    Staff(StaffId),
}

/// One of a person's own sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Names it when it is to be ended; `None` when it began before this version was installed, so that only
    /// [`Portal::end_other_sessions`] ends it.
    pub id: Option<SessionId>,
    /// What the person may recognise it by.
    pub device: Device,
    /// Roughly where they signed in from, when that was known.
    pub place: Option<Place>,
    /// Whether they signed in from the network that the session that asks comes from now.
    pub is_of_this_network: bool,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When it was last used, to within half a minute.
    pub last_used_at: Timestamp,
    /// Whether it is the session that asks.
    pub is_this: bool,
}

/// A session could not be ended.
#[derive(Debug, thiserror::Error)]
pub enum EndSessionError {
    /// No session of this person has that id: there never was one, it is somebody else's, or it has ended.
    #[error("there is no such session")]
    NotFound,
    /// Something inside failed; the session may still be there.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Portal {
    /// The person's own sessions that have not run out: the one that asks first, then the latest used; 50 at most.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn sessions_of(&self, actor: &RecipientActor) -> Result<Vec<OwnSession>, Fault> {
        list(
            &self.0,
            Owner::Recipient(actor.recipient_id()),
            actor.session(),
            actor.request(),
        )
        .await
    }

    /// Ends one of the person's own sessions; its next request, and within seconds a download that is under way in it, is
    /// refused.
    ///
    /// # Errors
    ///
    /// See [`EndSessionError`]. No session is ended without an audit event.
    pub async fn end_session_of(&self, actor: &RecipientActor, id: SessionId) -> Result<(), EndSessionError> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let transaction = context.database.write().await.map_err(Fault::from)?;
        delete_one(context, &transaction, Owner::Recipient(recipient), id).await?;
        let noted = recipient::may_be_forgotten(&transaction, recipient, now).await;
        noted.map_err(Fault::from)?;
        context.audit.record(&transaction, now, &ended(actor, Some(id))).await?;
        transaction.commit().await.map_err(Fault::from)?;
        Ok(())
    }

    /// Ends every session of the person but the one that asks, as [`Portal::end_session_of`] ends one, and says how many
    /// there were.
    ///
    /// # Errors
    ///
    /// A fault; then none was ended.
    pub async fn end_other_sessions(&self, actor: &RecipientActor) -> Result<usize, Fault> {
        let transaction = self.0.database.write().await?;
        let count = end_others(&self.0, &transaction, actor).await?;
        transaction.commit().await?;
        Ok(count)
    }
}

/// Ends every session of a person but the one that asks, says so in the audit log, and says how many there were.
pub(crate) async fn end_others(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &RecipientActor,
) -> Result<usize, Fault> {
    let (recipient, now) = (actor.recipient_id(), context.now());
    let owner = Owner::Recipient(recipient);
    let deleted = delete_others(context, transaction, owner, Some(actor.session())).await?;
    if !deleted.is_empty() {
        recipient::may_be_forgotten(transaction, recipient, now).await?;
    }
    for id in &deleted {
        context.audit.record(transaction, now, &ended(actor, *id)).await?;
    }
    Ok(deleted.len())
}

/// Ends every session of a person, and says how many there were.
pub(crate) async fn end_all_of_recipient(
    context: &Context,
    transaction: &WriteTransaction,
    recipient: RecipientId,
) -> Result<usize, Fault> {
    let deleted = delete_others(context, transaction, Owner::Recipient(recipient), None).await?;
    Ok(deleted.len())
}

/// The kind of device that a session was signed in from; `None` when it has ended.
pub(crate) async fn device_of(
    context: &Context,
    on: &impl ConnectionTrait,
    key: &SessionKey,
) -> Result<Option<Device>, DbErr> {
    let row = store::find(on, key).await?;
    Ok(row.map(|row| whereabouts::device(context, &row)))
}

/// The sessions of somebody that have not run out: `this` first, then the latest used.
pub(super) async fn list(
    context: &Context,
    owner: Owner,
    this: &SessionKey,
    request: &RequestInfo,
) -> Result<Vec<OwnSession>, Fault> {
    let (limits, now) = (limits(context, owner.kind()), context.clock_time());
    let rows = store::of_owner(context.database.reader(), owner, limits, now, LISTED).await?;
    let mut sessions: Vec<_> = rows.iter().map(|row| own(context, this, request, row)).collect();
    sessions.sort_by_key(|session| !session.is_this);
    Ok(sessions)
}

/// Deletes the session of that name, if it is theirs.
pub(super) async fn delete_one(
    context: &Context,
    transaction: &WriteTransaction,
    owner: Owner,
    id: SessionId,
) -> Result<(), EndSessionError> {
    let (limits, now) = (limits(context, owner.kind()), context.clock_time());
    let deleted = store::delete_of_owner(transaction, owner, id, limits, now).await;
    if deleted.map_err(Fault::from)? {
        Ok(())
    } else {
        Err(EndSessionError::NotFound)
    }
}

/// Deletes every session of theirs, perhaps but one, and says how each was named.
pub(super) async fn delete_others(
    context: &Context,
    transaction: &WriteTransaction,
    owner: Owner,
    but: Option<&SessionKey>,
) -> Result<Vec<Option<SessionId>>, Fault> {
    let (limits, now) = (limits(context, owner.kind()), context.clock_time());
    Ok(store::delete_others(transaction, owner, but, limits, now).await?)
}

impl Owner {
    pub(crate) const fn as_uuid(&self) -> &Uuid {
        match self {
            Self::Recipient(id) => id.as_uuid(),
            Self::Staff(id) => id.as_uuid(),
        }
    }

    const fn kind(self) -> SessionKind {
        match self {
            Self::Recipient(_) => SessionKind::Recipient,
            Self::Staff(_) => SessionKind::Staff,
        }
    }
}

fn ended(actor: &RecipientActor, id: Option<SessionId>) -> AuditEntry<'_> {
    let target = id.map_or(AuditTarget::Recipient(actor.recipient_id()), AuditTarget::Session);
    AuditEntry::by_recipient(actor, AuditAction::RecipientSessionEnded).about(target)
}

fn own(context: &Context, this: &SessionKey, request: &RequestInfo, row: &entity::Model) -> OwnSession {
    OwnSession {
        id: row.public_id.map(SessionId::from_uuid),
        device: whereabouts::device(context, row),
        place: whereabouts::place(context, row),
        is_of_this_network: whereabouts::is_of_network(context, row, request.address),
        signed_in_at: Timestamp::from_millis(row.signed_in_at.unwrap_or(row.created_at)),
        last_used_at: Timestamp::from_millis(row.last_seen_at),
        is_this: row.key_hash == this.hash(),
    }
}

#[cfg(test)]
mod tests;
