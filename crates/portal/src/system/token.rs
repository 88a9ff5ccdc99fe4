//! Access tokens: how a system gets one and what it stands for.

use std::time::Duration;

use base::{OrganisationId, SecretString, SystemId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{access_token, credentials, entity};
use crate::actor::{RequestInfo, Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{CLOCK_TOLERANCE, Fault, Portal};

/// How long an access token holds.
const TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A fresh access token.
#[derive(Debug)]
pub struct IssuedToken {
    /// The bearer token (RFC 6750). Shown once; the portal keeps only its hash.
    pub token: SecretString,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// How long it holds.
    pub expires_in: Duration,
}

/// Why a system got no token, or its token was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Unknown system, wrong secret, or disabled: all alike.
    #[error("the client's credentials are not valid")]
    InvalidClient,
    /// The system asked for a scope that it does not have.
    #[error("the client may not have a scope that it asked for")]
    InvalidScope,
    /// The token is unknown, expired, or its system was disabled.
    #[error("the token is not valid")]
    InvalidToken,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for TokenError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// The scopes that a token gets: what was asked for, if the system has all of it, else all that the system has.
fn grant(requested: Option<&[Scope]>, owned: &[Scope]) -> Result<Vec<Scope>, TokenError> {
    match requested {
        None => Ok(owned.to_vec()),
        Some(requested) if requested.iter().all(|scope| owned.contains(scope)) => Ok(Scope::ALL
            .into_iter()
            .filter(|scope| requested.contains(scope))
            .collect()),
        Some(_) => Err(TokenError::InvalidScope),
    }
}

/// Whether a token that expires then holds now. One that expires later than any made now was made in the time to come: the
/// clock went back.
fn holds(expires_at: Timestamp, now: Timestamp) -> bool {
    now < expires_at && expires_at <= now + TOKEN_LIFETIME + CLOCK_TOLERANCE
}

impl Portal {
    /// Issues an access token for a system's credentials. `requested` narrows its scopes; all that the system has
    /// otherwise. A caller that refuses with [`TokenError::InvalidClient`] says so in the audit log with
    /// [`Portal::record_refused_token`], within what it allows one address to fill the log with.
    ///
    /// # Errors
    ///
    /// [`TokenError`].
    pub async fn issue_token(
        &self,
        client: SystemId,
        secret: &SecretString,
        requested: Option<&[Scope]>,
        request: RequestInfo,
    ) -> Result<IssuedToken, TokenError> {
        let context = &*self.0;
        let now = context.now();
        let system = entity::Entity::find_by_id(*client.as_uuid())
            .one(context.database.reader())
            .await?;
        // An unknown system takes the same comparison as a known one.
        let stored = system.as_ref().map_or(&[0_u8; 32][..], |system| &system.secret_hash);
        let matches = credentials::matches(secret, stored);
        let Some(system) = system.filter(|system| matches && system.disabled_at.is_none()) else {
            return Err(TokenError::InvalidClient);
        };
        let scopes = grant(requested, &credentials::read_scopes(&system.scopes))?;
        let token = credentials::generate(credentials::TOKEN_PREFIX)?;
        let row = access_token::Model {
            token_hash: credentials::hash(&token),
            system_id: system.id,
            scopes: credentials::write_scopes(&scopes),
            expires_at: (context.clock_time() + TOKEN_LIFETIME).as_millis(),
        };
        let organisation = OrganisationId::from_uuid(system.organisation_id);
        let actor = SystemActor::new(client, organisation, scopes.clone(), request);
        let transaction = context.database.write().await?;
        access_token::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let entry = AuditEntry::by_system(&actor, AuditAction::TokenIssued);
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(IssuedToken {
            token,
            scopes,
            expires_in: TOKEN_LIFETIME,
        })
    }

    /// Says in the audit log that somebody gave credentials that are not those of the system which they named.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_refused_token(&self, client: SystemId, request: &RequestInfo) -> Result<(), Fault> {
        let entry = AuditEntry::by_nobody(AuditAction::TokenRefused, request).about(AuditTarget::System(client));
        self.0.record(&entry).await
    }

    /// The system that a token stands for.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidToken`], [`TokenError::Fault`].
    pub async fn system_actor(&self, token: &SecretString, request: RequestInfo) -> Result<SystemActor, TokenError> {
        let context = &*self.0;
        let database = context.database.reader();
        let token = access_token::Entity::find_by_id(credentials::hash(token))
            .one(database)
            .await?
            .filter(|token| holds(Timestamp::from_millis(token.expires_at), context.clock_time()))
            .ok_or(TokenError::InvalidToken)?;
        let system = entity::Entity::find_by_id(token.system_id)
            .one(database)
            .await?
            .filter(|system| system.disabled_at.is_none())
            .ok_or(TokenError::InvalidToken)?;
        let owned = credentials::read_scopes(&system.scopes);
        let mut scopes = credentials::read_scopes(&token.scopes);
        scopes.retain(|scope| owned.contains(scope));
        let organisation = OrganisationId::from_uuid(system.organisation_id);
        Ok(SystemActor::new(
            SystemId::from_uuid(system.id),
            organisation,
            scopes,
            request,
        ))
    }

    /// Forgets access tokens that have expired. Says how many.
    pub(crate) async fn forget_access_tokens(&self) -> Result<u64, Fault> {
        let transaction = self.0.database.write().await?;
        let done = access_token::Entity::delete_many()
            .filter(access_token::Column::ExpiresAt.lte(self.0.clock_time().as_millis()))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_an_hour_and_not_before_it_was_made() {
        let made = Timestamp::from_millis(7_200_000);
        let expires_at = made + TOKEN_LIFETIME;
        assert!(holds(expires_at, made - CLOCK_TOLERANCE));
        assert!(!holds(expires_at, made - CLOCK_TOLERANCE - Duration::from_millis(1)));
        assert!(holds(expires_at, expires_at - Duration::from_millis(1)));
        assert!(!holds(expires_at, expires_at));
    }

    #[test]
    fn a_token_never_gets_more_than_its_system_has() {
        let owned = [Scope::MessagesSend, Scope::MessagesRead];
        assert_eq!(grant(None, &owned).unwrap(), owned);
        assert_eq!(
            grant(Some(&[Scope::MessagesRead]), &owned).unwrap(),
            [Scope::MessagesRead]
        );
        assert!(matches!(
            grant(Some(&[Scope::MessagesRead, Scope::EventsRead]), &owned),
            Err(TokenError::InvalidScope)
        ));
    }
}
