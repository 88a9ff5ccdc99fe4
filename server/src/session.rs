//! People's sessions: tower-sessions with the portal's own table behind it.
//!
//! Owns the two cookies, a recipient's and a staff member's, which no route looks at both, and the translation between tower-sessions' records and the portal's sealed data. When a session
//! runs out is the portal's rule, by our clock; the dates that tower-sessions keeps are never looked at.

use async_trait::async_trait;
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use portal::{Portal, SessionCreation, SessionKey, SessionKind};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

/// The cookie with the session's id. The prefix makes browsers refuse it unless it is secure, of this host alone and
/// for the whole site (RFC 6265bis section 4.1.3.2).
pub const COOKIE: &str = "__Host-postvalv";
/// As [`COOKIE`], for the session of a staff member.
pub const STAFF_COOKIE: &str = "__Host-postvalv-staff";

/// How many ids are tried when a new session's is taken: with 128 random bits, one collision already says that the
/// random numbers are not random.
const MAX_COLLISIONS: u32 = 2;

/// The cookie of a kind of session.
const fn cookie(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Recipient => COOKIE,
        SessionKind::Staff => STAFF_COOKIE,
    }
}

/// Layer that gives requests their [`Session`] of a kind.
#[must_use]
pub(crate) fn layer(portal: &Portal, kind: SessionKind) -> SessionManagerLayer<Store> {
    let portal = portal.clone();
    SessionManagerLayer::new(Store { portal, kind })
        .with_name(cookie(kind))
        .with_path("/")
        .with_secure(true)
        .with_http_only(true)
        // Lax, since the provider's callback is a navigation from another site that must bring it along.
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnSessionEnd)
}

/// Completes the line that takes the session's cookie away: tower-sessions writes it without `Secure`, and browsers ignore a
/// line about a `__Host-` cookie that lacks it.
pub(crate) async fn complete_removal(mut response: Response) -> Response {
    let incomplete = |line: &HeaderValue| {
        let text = line.to_str().unwrap_or_default();
        let removes = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.starts_with("=;"));
        [COOKIE, STAFF_COOKIE].into_iter().any(removes) && !text.contains("; Secure")
    };
    if response.headers().get_all(SET_COOKIE).iter().any(incomplete) {
        let lines: Vec<HeaderValue> = response.headers().get_all(SET_COOKIE).iter().cloned().collect();
        response.headers_mut().remove(SET_COOKIE);
        for line in lines {
            let complete = if incomplete(&line) {
                let text = line.to_str().unwrap_or_default();
                HeaderValue::from_str(&format!("{text}; Secure; HttpOnly; SameSite=Lax")).unwrap_or(line)
            } else {
                line
            };
            response.headers_mut().append(SET_COOKIE, complete);
        }
    }
    response
}

/// The key of the recipient's session that a request came with or was given; `None` when it has none.
pub(crate) fn key(session: &Session) -> Option<SessionKey> {
    key_of_kind(session, SessionKind::Recipient)
}

/// As [`key`], on the staff's routes.
pub(crate) fn staff_key(session: &Session) -> Option<SessionKey> {
    key_of_kind(session, SessionKind::Staff)
}

/// As [`key`], on routes of that kind.
pub(crate) fn key_of_kind(session: &Session, kind: SessionKind) -> Option<SessionKey> {
    session.id().as_ref().map(|id| key_of(id, kind))
}

fn key_of(id: &Id, kind: SessionKind) -> SessionKey {
    let id = id.0.to_le_bytes();
    match kind {
        SessionKind::Recipient => SessionKey::of(&id),
        SessionKind::Staff => SessionKey::of_staff(&id),
    }
}

/// tower-sessions' store over the portal's sessions of a kind.
#[derive(Clone)]
pub(crate) struct Store {
    portal: Portal,
    kind: SessionKind,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let data = encode(record)?;
        for _ in 0..=MAX_COLLISIONS {
            match self
                .portal
                .create_session(&key_of(&record.id, self.kind), &data)
                .await
                .map_err(backend)?
            {
                SessionCreation::Created => return Ok(()),
                SessionCreation::Collision => record.id = Id::default(),
            }
        }
        Err(Error::Backend("no free session id was found".to_owned()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = encode(record)?;
        // A session that was ended meanwhile stays ended, and what this request had to say is moot.
        let key = key_of(&record.id, self.kind);
        let _saved = self.portal.save_session(&key, &data).await.map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(stored) = self
            .portal
            .load_session(&key_of(id, self.kind))
            .await
            .map_err(backend)?
        else {
            return Ok(None);
        };
        let data = serde_json::from_slice(&stored.data)
            .map_err(|_| Error::Decode("a session's data is not what was stored".to_owned()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: OffsetDateTime::UNIX_EPOCH,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.portal
            .delete_session(&key_of(id, self.kind))
            .await
            .map(|_was_there| ())
            .map_err(backend)
    }
}

fn encode(record: &Record) -> Result<Vec<u8>> {
    serde_json::to_vec(&record.data).map_err(|_| Error::Encode("a session's data can't be written".to_owned()))
}

/// What failed is logged here, since tower-sessions keeps only a text.
#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn backend(fault: portal::Fault) -> Error {
    crate::answer::log_fault(&fault);
    Error::Backend("the session store failed".to_owned())
}
