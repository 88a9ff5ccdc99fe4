//! Sessions of people in a browser, as the database keeps them: a hash of the cookie's id, data that only the cookie's
//! holder can have opened, who is signed in from where, and two limits. Owns when a session has run out, and
//! what a person sees and ends of their own sessions. Knows neither cookies nor what the server keeps in the data.

mod at_provider;
mod device;
mod ending;
pub(crate) mod entity;
mod key;
mod logout_token;
#[cfg(feature = "bench")]
mod many;
mod own;
mod place;
mod rule;
mod staff;
mod store;
mod whereabouts;

use std::net::IpAddr;

use base::{RecipientId, SessionId, Timestamp};
use keyring::Field;

use crate::database::WriteTransaction;
use crate::{AssuranceLevel, Context, Fault, Portal, RecipientActor, SessionLimits, recipient};

pub use at_provider::{LogoutError, LogoutNotice, LogoutRefusal, ProviderSession};
pub(crate) use at_provider::{ProviderSessionCodes, note_provider_session};
pub use device::{BrowserFamily, Device, SystemFamily};
pub use ending::SessionEnd;
pub use key::{SessionKey, SessionKind};
pub use own::{EndSessionError, OwnSession};
pub(crate) use own::{Owner, device_of, end_all_of_recipient, end_others};
pub use place::{Place, PlaceName};
pub(crate) use staff::{
    Proven, StaffBinding, StaffSession, bind_staff, confirm_staff, end_all_of_staff, keep_ceremony,
    note_new_second_factor, note_staff_tries, staff_session, staff_tries, take_ceremony,
};
pub(crate) use store::recipients_with_sessions;
pub use whereabouts::Whereabouts;

/// How many sessions are deleted in one transaction.
const BATCH: u64 = 500;

/// What came of [`Portal::create_session`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionCreation {
    /// The session is stored.
    Created,
    /// A session with this key exists already, and it was left alone: take another id.
    Collision,
}

/// A stored session that has not run out.
pub struct StoredSession {
    /// What the server gave to keep, opened.
    pub data: Vec<u8>,
    /// When it runs out unless it is used before.
    pub expires_at: Timestamp,
}

/// Who is signed in to a session.
pub(crate) struct SignedIn {
    pub(crate) recipient: RecipientId,
    pub(crate) level: AssuranceLevel,
    pub(crate) name: Option<String>,
    /// What names the sign-in, once it has been.
    pub(crate) sign_in: Option<SessionId>,
}

/// Where a sign-in came from.
#[derive(Clone, Copy)]
pub(crate) struct SignInOrigin<'a> {
    pub(crate) whereabouts: &'a Whereabouts,
    pub(crate) address: Option<IpAddr>,
    /// The configured name of the provider.
    pub(crate) provider: &'a str,
    /// The provider's session, when the provider can end it here.
    pub(crate) at_provider: Option<&'a ProviderSession>,
}

struct Binding {
    recipient: RecipientId,
    level: AssuranceLevel,
    sealed_name: Option<Vec<u8>>,
    id: SessionId,
    kept: whereabouts::Kept,
    at_provider: ProviderSessionCodes,
}

impl Portal {
    /// Stores a new session that nobody is signed in to. It counts as used now.
    ///
    /// # Errors
    ///
    /// A fault; then nothing was stored.
    pub async fn create_session(&self, key: &SessionKey, data: &[u8]) -> Result<SessionCreation, Fault> {
        let row = fresh(&self.0, key, data);
        let transaction = self.0.database.write().await?;
        let created = store::insert(&transaction, row).await?;
        transaction.commit().await?;
        Ok(if created {
            SessionCreation::Created
        } else {
            SessionCreation::Collision
        })
    }

    /// Replaces what the server keeps in a session. Says `false`, and stores nothing, when there is no such session
    /// or it has run out: a session that was ended is not brought back by a request that was still on its way.
    ///
    /// # Errors
    ///
    /// A fault; then nothing was stored.
    pub async fn save_session(&self, key: &SessionKey, data: &[u8]) -> Result<bool, Fault> {
        let sealed = seal(&self.0, key, "sealed_data", data);
        let limits = limits(&self.0, key.kind());
        let transaction = self.0.database.write().await?;
        let saved = store::save(&transaction, key, sealed, limits, self.0.clock_time()).await?;
        transaction.commit().await?;
        Ok(saved)
    }

    /// A session that has not run out, and counts it as used.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn load_session(&self, key: &SessionKey) -> Result<Option<StoredSession>, Fault> {
        let Some(row) = living(&self.0, key).await? else {
            return Ok(None);
        };
        let data = open(&self.0, key, "sealed_data", &row.sealed_data)?;
        let expires_at = Timestamp::from_millis(row.expires_at);
        Ok(Some(StoredSession {
            data,
            expires_at: rule::runs_out(limits(&self.0, key.kind()), self.0.clock_time(), expires_at),
        }))
    }

    /// Ends a session, without a word in the audit log; a person who asks to leave does so with [`Portal::sign_out`].
    /// Says whether there was one, so that of two requests that end it at once only one goes on.
    ///
    /// # Errors
    ///
    /// A fault; then the session may still be there.
    pub async fn delete_session(&self, key: &SessionKey) -> Result<bool, Fault> {
        let transaction = self.0.database.write().await?;
        let was_there = end(&self.0, &transaction, key).await?.was_there;
        transaction.commit().await?;
        Ok(was_there)
    }
}

/// The row of a session that nobody is signed in to, used for the first time now.
fn fresh(context: &Context, key: &SessionKey, data: &[u8]) -> entity::Model {
    let now = context.clock_time();
    entity::Model {
        key_hash: key.hash().to_vec(),
        recipient_id: None,
        assurance_level: None,
        sealed_name: None,
        sealed_data: seal(context, key, "sealed_data", data),
        created_at: now.as_millis(),
        last_seen_at: now.as_millis(),
        expires_at: (now + limits(context, key.kind()).absolute).as_millis(),
        public_id: None,
        sealed_device: None,
        signed_in_at: None,
        provider_session_mac: None,
        provider_subject_mac: None,
        kind: key.kind().stored().map(str::to_owned),
        staff_id: None,
        proven: None,
        confirmed_at: None,
        confirmed_by: None,
        failures: None,
        last_failure_at: None,
        sealed_ceremony: None,
        sealed_place: None,
        network_mac: None,
    }
}

/// Who is signed in to a session that has not run out, and when it ends; counts it as used.
pub(crate) async fn signed_in(context: &Context, key: &SessionKey) -> Result<Option<(SignedIn, SessionEnd)>, Fault> {
    let Some(row) = living(context, key).await? else {
        return Ok(None);
    };
    // A level that is no longer known lets nobody in.
    let level = row.assurance_level.and_then(|number| i16::try_from(number).ok());
    let (Some(recipient), Some(level)) = (row.recipient_id, level.and_then(AssuranceLevel::from_number)) else {
        return Ok(None);
    };
    let name = match &row.sealed_name {
        Some(sealed) => Some(open(context, key, "sealed_name", sealed)?),
        None => None,
    };
    let person = SignedIn {
        recipient: RecipientId::from_uuid(recipient),
        level,
        name: name.and_then(|name| String::from_utf8(name).ok()),
        sign_in: row.public_id.map(SessionId::from_uuid),
    };
    Ok(Some((person, SessionEnd::of(context, key, &row))))
}

/// Whether the session in which this actor was made still holds, with the same person signed in, and counts it as used: what
/// runs on for a long time is use of it.
pub(crate) async fn still_holds(context: &Context, actor: &RecipientActor) -> Result<bool, Fault> {
    let row = living(context, actor.session()).await?;
    Ok(row.and_then(|row| row.recipient_id) == Some(*actor.recipient_id().as_uuid()))
}

/// When the person signed in to the session in which this actor was made, if they are signed in to it still.
pub(crate) async fn signed_in_at(context: &Context, actor: &RecipientActor) -> Result<Option<Timestamp>, Fault> {
    let row = living(context, actor.session()).await?;
    let row = row.filter(|row| row.recipient_id == Some(*actor.recipient_id().as_uuid()));
    Ok(row.and_then(|row| row.signed_in_at).map(Timestamp::from_millis))
}

/// Signs a person in to a session, whose absolute limit counts from now, and names the sign-in. `None` when the session has run out.
pub(crate) async fn sign_in(
    context: &Context,
    transaction: &WriteTransaction,
    key: &SessionKey,
    person: &SignedIn,
    origin: SignInOrigin<'_>,
) -> Result<Option<SessionId>, Fault> {
    let before = store::find(transaction, key).await?.and_then(|row| row.recipient_id);
    if let Some(before) = before.map(RecipientId::from_uuid)
        && before != person.recipient
    {
        recipient::may_be_forgotten(transaction, before, context.now()).await?;
    }
    let name = person.name.as_ref();
    let id = context.ids.next();
    let binding = Binding {
        recipient: person.recipient,
        level: person.level,
        sealed_name: name.map(|name| seal(context, key, "sealed_name", name.as_bytes())),
        id,
        kept: whereabouts::keep(context, key, origin.whereabouts, origin.address),
        at_provider: ProviderSessionCodes::of(context, origin.provider, origin.at_provider),
    };
    let (limits, now) = (context.settings.sessions, context.clock_time());
    let is_bound = store::bind(transaction, key, binding, limits, now).await?;
    Ok(is_bound.then_some(id))
}

/// What came of ending a session.
#[derive(Default)]
pub(crate) struct Ended {
    /// Whether there was one. Of two transactions that end a session at once, only one is told so.
    pub(crate) was_there: bool,
    /// Who was signed in to it.
    pub(crate) person: Option<SignedIn>,
}

/// Ends a session.
pub(crate) async fn end(context: &Context, transaction: &WriteTransaction, key: &SessionKey) -> Result<Ended, Fault> {
    let Some(row) = store::find(transaction, key).await? else {
        return Ok(Ended::default());
    };
    if !store::delete(transaction, key).await? {
        return Ok(Ended::default());
    }
    let Some(recipient) = row.recipient_id.map(RecipientId::from_uuid) else {
        return Ok(Ended {
            was_there: true,
            person: None,
        });
    };
    recipient::may_be_forgotten(transaction, recipient, context.now()).await?;
    let level = row.assurance_level.and_then(|number| i16::try_from(number).ok());
    let person = level.and_then(AssuranceLevel::from_number).map(|level| SignedIn {
        recipient,
        level,
        name: None,
        sign_in: row.public_id.map(SessionId::from_uuid),
    });
    Ok(Ended {
        was_there: true,
        person,
    })
}

/// Deletes the sessions that have run out, and forgets the logout tokens that have; says how many sessions there were.
pub(crate) async fn delete_run_out(context: &Context) -> Result<u64, Fault> {
    let transaction = context.database.write().await?;
    at_provider::forget_tokens(&transaction, context.clock_time()).await?;
    transaction.commit().await?;
    let mut deleted = 0;
    for kind in [SessionKind::Recipient, SessionKind::Staff] {
        deleted += delete_run_out_of(context, kind).await?;
    }
    Ok(deleted)
}

/// Ends every session, of whatever kind; says how many there were.
pub(crate) async fn end_all(context: &Context, transaction: &WriteTransaction) -> Result<u64, Fault> {
    let mut gone = store::delete_all(transaction).await?;
    let count = u64::try_from(gone.len()).unwrap_or(u64::MAX);
    gone.sort_unstable();
    for recipient in gone.iter().flatten() {
        recipient::may_be_forgotten(transaction, *recipient, context.now()).await?;
    }
    Ok(count)
}

async fn delete_run_out_of(context: &Context, kind: SessionKind) -> Result<u64, Fault> {
    let mut deleted = 0;
    loop {
        let transaction = context.database.write().await?;
        let (limits, now) = (limits(context, kind), context.clock_time());
        let mut gone = store::delete_run_out(&transaction, kind, limits, now, BATCH).await?;
        // In one order on every node, so that two can't wait for each other.
        gone.sort_unstable();
        for recipient in gone.iter().flatten() {
            recipient::may_be_forgotten(&transaction, *recipient, context.now()).await?;
        }
        transaction.commit().await?;
        let count = u64::try_from(gone.len()).unwrap_or(u64::MAX);
        deleted += count;
        if count < BATCH {
            return Ok(deleted);
        }
    }
}

/// How long sessions of that kind last.
fn limits(context: &Context, kind: SessionKind) -> SessionLimits {
    match kind {
        SessionKind::Recipient => context.settings.sessions,
        SessionKind::Staff => context.settings.staff.sessions,
    }
}

async fn living(context: &Context, key: &SessionKey) -> Result<Option<entity::Model>, Fault> {
    let Some(mut row) = store::find(context.database.reader(), key).await? else {
        return Ok(None);
    };
    let (now, limits) = (context.clock_time(), limits(context, key.kind()));
    let last_seen_at = Timestamp::from_millis(row.last_seen_at);
    if rule::has_run_out(limits, last_seen_at, Timestamp::from_millis(row.expires_at), now) {
        return Ok(None);
    }
    if !rule::is_use_noted(limits, last_seen_at, now) {
        let transaction = context.database.write().await?;
        store::note_use(&transaction, key, now).await?;
        transaction.commit().await?;
        row.last_seen_at = now.as_millis();
    }
    Ok(Some(row))
}

fn seal(context: &Context, key: &SessionKey, column: &'static str, plaintext: &[u8]) -> Vec<u8> {
    let place = Field::new("session", column, key.hash());
    let sealing = context.vault.session_key().bound_to(key.secret());
    sealing.seal_field(place, plaintext)
}

fn open(context: &Context, key: &SessionKey, column: &'static str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
    let place = Field::new("session", column, key.hash());
    let sealing = context.vault.session_key().bound_to(key.secret());
    let opened = sealing.open_field(place, sealed);
    opened.map(|plaintext| plaintext.to_vec()).map_err(Fault::new)
}

#[cfg(test)]
mod tests;
