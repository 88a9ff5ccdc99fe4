//! A session as the identity provider knows it, and its end at the provider's word (OpenID Connect Back-Channel Logout 1.0).
//!
//! Owns what is kept for it: the provider's names of its session and of the person, as keyed codes, since what a provider
//! calls a person may be their number; and that a logout token is used once. Whether a token is the provider's is the
//! server's to check.

use base::{RecipientId, SecretString, SessionId, Timestamp};
use keyring::Mac;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    TryInsertResult,
};

use super::entity::{Column, Entity, Model};
use super::{logout_token, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::vault::MacPurpose;
use crate::{Context, Fault, Portal, RequestInfo, recipient};

/// The session at an identity provider that a sign-in came from.
pub struct ProviderSession {
    /// The provider's name of the person (`sub`).
    pub subject: SecretString,
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
#[derive(Default)]
pub(super) struct Codes {
    pub(super) session: Option<Vec<u8>>,
    pub(super) subject: Option<Vec<u8>>,
}

/// The codes of what a provider of this name calls its session and the person.
pub(super) fn codes(context: &Context, provider: &str, of: Option<&ProviderSession>) -> Codes {
    let code = |kind: &'static str, name: &SecretString| mac(context, kind, provider, name).as_bytes().to_vec();
    of.map_or_else(Codes::default, |of| Codes {
        session: of.session.as_ref().map(|session| code("session", session)),
        subject: Some(code("subject", &of.subject)),
    })
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
        let now = context.now();
        let transaction = context.database.write().await.map_err(Fault::from)?;
        let token = mac(context, "token", &notice.provider, &notice.token);
        if !note_token(&transaction, &token, notice.expires_at)
            .await
            .map_err(Fault::from)?
        {
            return Err(LogoutError::Replayed);
        }
        let ended = delete(&transaction, context, notice).await.map_err(Fault::from)?;
        // In one order on every node, so that two can't wait for each other.
        let mut people: Vec<RecipientId> = ended.iter().map(|(recipient, _)| *recipient).collect();
        people.sort_unstable();
        people.dedup();
        for recipient in people {
            let noted = recipient::may_be_forgotten(&transaction, recipient, now).await;
            noted.map_err(Fault::from)?;
        }
        for (recipient, id) in &ended {
            let target = id.map_or(AuditTarget::Recipient(*recipient), AuditTarget::Session);
            let entry = AuditEntry::by_provider(AuditAction::RecipientSignedOutByProvider, request)
                .about(target)
                .detail(&notice.provider);
            context.audit.record(&transaction, now, &entry).await?;
        }
        transaction.commit().await.map_err(Fault::from)?;
        Ok(ended.len())
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

/// Deletes the sessions that a notice is about, and says whose they were and how each was named.
async fn delete(
    on: &impl ConnectionTrait,
    context: &Context,
    notice: &LogoutNotice,
) -> Result<Vec<(RecipientId, Option<SessionId>)>, DbErr> {
    let Some(about) = about(context, notice) else {
        return Ok(Vec::new());
    };
    let rows: Vec<Model> = Entity::find()
        .filter(about)
        .filter(store::run_out(context.settings.sessions, context.clock_time()).not())
        .order_by_asc(Column::KeyHash)
        .all(on)
        .await?;
    let mut ended = Vec::new();
    for row in rows {
        let gone = Entity::delete_by_id(row.key_hash).exec(on).await?;
        if let Some(recipient) = row.recipient_id.filter(|_| gone.rows_affected > 0) {
            ended.push((
                RecipientId::from_uuid(recipient),
                row.public_id.map(SessionId::from_uuid),
            ));
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
