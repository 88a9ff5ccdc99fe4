//! A session as the identity provider knows it, and its end at the provider's word (OpenID Connect Back-Channel Logout 1.0 and
//! Front-Channel Logout 1.0).
//!
//! Owns what is kept for it: the provider's names of its session and of the person, as keyed codes, since what a provider
//! calls a person may be their number; and that a logout token is used once. Whether a token is the provider's is the
//! server's to check. In a frame the provider's name of its session is all that there is, and whoever knows it is believed.

use base::{RecipientId, SecretString, SessionId, StaffId, Timestamp};
use keyring::Mac;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, TryInsertResult,
};

use super::entity::{Column, Entity, Model};
use super::{Owner, SessionKey, SessionKind, limits, logout_token, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::vault::MacPurpose;
use crate::{Context, Fault, Portal, RequestInfo, recipient, staff};

/// The session at an identity provider that a sign-in came from.
#[derive(Clone)]
pub struct ProviderSession {
    /// The provider's name of the person (`sub`), when it can end every session of theirs.
    pub subject: Option<SecretString>,
    /// Its name of its own session (`sid`), when it said one.
    pub session: Option<SecretString>,
}

/// A provider's word that a session, or a person's every session, has ended there; after every check of the token.
pub struct LogoutNotice {
    /// The configured name of the provider.
    pub provider: String,
    /// Whose sessions (`sub`).
    pub subject: Option<SecretString>,
    /// Which session (`sid`).
    pub session: Option<SecretString>,
    /// The token's own name (`jti`), which is good for one use.
    pub token: SecretString,
    /// Until when the token is good.
    pub expires_at: Timestamp,
}

/// A logout notice had no effect.
#[derive(Debug, thiserror::Error)]
pub enum LogoutError {
    /// The token was used before.
    #[error("the logout token was used before")]
    Replayed,
    /// Something inside failed; the sessions may still be there.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a logout notice was refused, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutRefusal {
    /// The token did not pass a check.
    InvalidToken,
    /// The token was used before.
    Replayed,
    /// The provider's keys could not be fetched.
    ProviderUnavailable,
}

impl LogoutRefusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidToken => "invalid-token",
            Self::Replayed => "replayed",
            Self::ProviderUnavailable => "provider-unavailable",
        }
    }
}

/// What a session's row keeps of the provider's.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProviderSessionCodes {
    pub(super) session: Option<Vec<u8>>,
    pub(super) subject: Option<Vec<u8>>,
}

impl ProviderSessionCodes {
    /// The codes of what a provider of this name calls its session and the person.
    pub(crate) fn of(context: &Context, provider: &str, of: Option<&ProviderSession>) -> Self {
        let code = |kind: &'static str, name: &SecretString| mac(context, kind, provider, name).as_bytes().to_vec();
        of.map_or_else(Self::default, |of| Self {
            session: of.session.as_ref().map(|session| code("session", session)),
            subject: of.subject.as_ref().map(|subject| code("subject", subject)),
        })
    }
}

/// Writes down from which session at its provider a staff member's session goes on, when that is known.
pub(crate) async fn note_provider_session(
    transaction: &WriteTransaction,
    key: &SessionKey,
    codes: ProviderSessionCodes,
) -> Result<(), DbErr> {
    match codes.session {
        Some(session) => store::set_provider_session(transaction, key, session).await,
        None => Ok(()),
    }
}

fn mac(context: &Context, kind: &'static str, provider: &str, name: &SecretString) -> Mac {
    let key = context.vault.mac_key(MacPurpose::ProviderSession);
    key.mac(&[kind.as_bytes(), provider.as_bytes(), name.expose().as_bytes()])
}

impl Portal {
    /// Ends the sessions that a provider says have ended there, and says how many there were; their next requests, and
    /// within seconds downloads that are under way in them, are refused. A notice that names both a session and a person
    /// ends that person's that came from this session, or from one that the provider did not name at sign-in.
    ///
    /// # Errors
    ///
    /// See [`LogoutError`]. No session is ended without an audit event.
    pub async fn end_sessions_at_provider(
        &self,
        notice: &LogoutNotice,
        request: &RequestInfo,
    ) -> Result<usize, LogoutError> {
        let context = &*self.0;
        let transaction = context.database.write().await.map_err(Fault::from)?;
        let token = mac(context, "token", &notice.provider, &notice.token);
        if !note_token(&transaction, &token, notice.expires_at)
            .await
            .map_err(Fault::from)?
        {
            return Err(LogoutError::Replayed);
        }
        let ended = match about(context, notice) {
            Some(about) => end(context, &transaction, about, Word::Signed, &notice.provider, request).await?,
            None => 0,
        };
        transaction.commit().await.map_err(Fault::from)?;
        Ok(ended)
    }

    /// Ends the sessions, of recipients and of staff, that came from a session of the provider of this name, and says how many there
    /// were. Anybody can ask who knows what the provider calls its session; when there is none, nothing is written.
    ///
    /// # Errors
    ///
    /// A fault; then the sessions may still be there. No session is ended without an audit event.
    pub async fn end_session_at_provider(
        &self,
        provider: &str,
        session: &SecretString,
        request: &RequestInfo,
    ) -> Result<usize, Fault> {
        let context = &*self.0;
        let code = mac(context, "session", provider, session).as_bytes().to_vec();
        let about = Condition::all().add(Column::ProviderSessionMac.eq(code));
        let found = Entity::find().filter(about.clone());
        if found.count(context.database.reader()).await? == 0 {
            return Ok(0);
        }
        let transaction = context.database.write().await?;
        let ended = end(context, &transaction, about, Word::InFrame, provider, request).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Says in the audit log that a logout notice was refused.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_refused_logout(&self, refusal: LogoutRefusal, request: &RequestInfo) -> Result<(), Fault> {
        let entry = AuditEntry::by_nobody(AuditAction::ProviderLogoutRefused, request).detail(refusal.as_str());
        self.0.record(&entry).await
    }
}

/// Says `false` when the token was used before.
async fn note_token(on: &impl ConnectionTrait, token: &Mac, expires_at: Timestamp) -> Result<bool, DbErr> {
    let row = logout_token::ActiveModel {
        token_mac: Set(token.as_bytes().to_vec()),
        expires_at: Set(expires_at.as_millis()),
    };
    let inserted = logout_token::Entity::insert(row)
        .on_conflict(
            OnConflict::column(logout_token::Column::TokenMac)
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(on)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

/// Forgets the tokens that are no longer good.
pub(super) async fn forget_tokens(on: &impl ConnectionTrait, now: Timestamp) -> Result<(), DbErr> {
    logout_token::Entity::delete_many()
        .filter(logout_token::Column::ExpiresAt.lte(now.as_millis()))
        .exec(on)
        .await?;
    Ok(())
}

/// Ends the sessions of which this is true, and says how many there were.
async fn end(
    context: &Context,
    transaction: &WriteTransaction,
    about: Condition,
    word: Word,
    provider: &str,
    request: &RequestInfo,
) -> Result<usize, Fault> {
    let ended = delete(transaction, context, about).await?;
    let now = context.now();
    // In one order on every node, so that two can't wait for each other.
    let mut people: Vec<RecipientId> = ended
        .iter()
        .filter_map(|ended| match ended.of {
            Owner::Recipient(recipient) => Some(recipient),
            Owner::Staff(_) => None,
        })
        .collect();
    people.sort_unstable();
    people.dedup();
    for recipient in people {
        recipient::may_be_forgotten(transaction, recipient, now).await?;
    }
    for Ended { of, id } in &ended {
        let target = match of {
            Owner::Recipient(recipient) => AuditTarget::Recipient(*recipient),
            Owner::Staff(staff) => AuditTarget::Staff(*staff),
        };
        let mut entry = word
            .entry(*of, request)
            .about(id.map_or(target, AuditTarget::Session))
            .detail(provider);
        if let Owner::Staff(staff) = of
            && let Some(organisation) = staff::organisation_of(transaction, *staff).await?
        {
            entry = entry.within(organisation);
        }
        context.audit.record(transaction, now, &entry).await?;
    }
    Ok(ended.len())
}

/// At whose word sessions end.
#[derive(Clone, Copy)]
enum Word {
    /// The provider's, which signed it.
    Signed,
    /// Somebody's who knew what the provider calls its session.
    InFrame,
}

impl Word {
    const fn entry(self, of: Owner, request: &RequestInfo) -> AuditEntry<'_> {
        match (self, of) {
            (Self::Signed, Owner::Recipient(_)) => {
                AuditEntry::by_provider(AuditAction::RecipientSignedOutByProvider, request)
            }
            (Self::Signed, Owner::Staff(_)) => AuditEntry::by_provider(AuditAction::StaffSignedOutByProvider, request),
            (Self::InFrame, Owner::Recipient(_)) => {
                AuditEntry::by_nobody(AuditAction::RecipientSignedOutInFrame, request)
            }
            (Self::InFrame, Owner::Staff(_)) => AuditEntry::by_nobody(AuditAction::StaffSignedOutInFrame, request),
        }
    }
}

/// A session that was ended: whose, and how it was named.
struct Ended {
    of: Owner,
    id: Option<SessionId>,
}

/// Deletes the sessions of somebody of which this is true and that have not run out.
async fn delete(on: &impl ConnectionTrait, context: &Context, about: Condition) -> Result<Vec<Ended>, DbErr> {
    let now = context.clock_time();
    let kinds = [SessionKind::Recipient, SessionKind::Staff];
    let lasts = kinds.into_iter().fold(Condition::any(), |lasts, kind| {
        let has_not_run_out = store::run_out(limits(context, kind), now).not();
        lasts.add(Condition::all().add(store::of_kind(kind)).add(has_not_run_out))
    });
    let rows: Vec<Model> = Entity::find()
        .filter(about)
        .filter(lasts)
        .order_by_asc(Column::KeyHash)
        .all(on)
        .await?;
    let mut ended = Vec::new();
    for row in rows {
        let recipient = row.recipient_id.map(RecipientId::from_uuid).map(Owner::Recipient);
        let Some(of) = recipient.or(row.staff_id.map(StaffId::from_uuid).map(Owner::Staff)) else {
            continue;
        };
        let gone = Entity::delete_by_id(row.key_hash).exec(on).await?;
        if gone.rows_affected > 0 {
            let id = row.public_id.map(SessionId::from_uuid);
            ended.push(Ended { of, id });
        }
    }
    Ok(ended)
}

/// Which sessions a notice is about; `None` when it names none.
fn about(context: &Context, notice: &LogoutNotice) -> Option<Condition> {
    let code = |kind, name: &SecretString| mac(context, kind, &notice.provider, name).as_bytes().to_vec();
    let of_session = notice
        .session
        .as_ref()
        .map(|session| Column::ProviderSessionMac.eq(code("session", session)));
    let of_subject = notice
        .subject
        .as_ref()
        .map(|subject| Column::ProviderSubjectMac.eq(code("subject", subject)));
    match (of_session, of_subject) {
        (Some(session), Some(subject)) => {
            let this = Condition::any().add(session).add(Column::ProviderSessionMac.is_null());
            Some(Condition::all().add(subject).add(this))
        }
        (Some(one), None) | (None, Some(one)) => Some(Condition::all().add(one)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests;
