//! Access tokens: how a system gets one and what it stands for.

use std::time::Duration;

use base::{CredentialId, OrganisationId, SecretString, SystemId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::administration::{find_enabled, networks};
use super::assertion::{Assertion, AssertionProblem};
use super::{NO_SECRET, access_token, credential, entity, scopes, secret};
use crate::actor::{RequestInfo, Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
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
    /// The assertion is not one that may be used, whoever signed it.
    #[error(transparent)]
    InvalidAssertion(AssertionProblem),
    /// The credentials or the token are right, but the request comes from where the system may not come from. Said in the
    /// audit log by [`Portal::record_outside_networks`].
    #[error("the system may not be used from this network address")]
    OutsideNetworks(OutsideNetworks),
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

/// A system that was used from where it may not come from.
#[derive(Clone, Copy, Debug)]
pub struct OutsideNetworks {
    system: SystemId,
    organisation: OrganisationId,
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

/// A system that has shown one of its credentials.
pub(super) struct Proven {
    pub(super) system: entity::Model,
    pub(super) credential: CredentialId,
    /// When that credential ends: no token of it lives longer.
    pub(super) ends: Option<Timestamp>,
}

/// Passes when the system may come from where the request does.
fn within_networks(system: &entity::Model, request: &RequestInfo) -> Result<(), TokenError> {
    if networks(system)?.allows_known(request.address) {
        return Ok(());
    }
    Err(TokenError::OutsideNetworks(OutsideNetworks {
        system: SystemId::from_uuid(system.id),
        organisation: OrganisationId::from_uuid(system.organisation_id),
    }))
}

impl Portal {
    /// Issues an access token for one of a system's secrets. `requested` narrows its scopes; all that the system has
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
        let reader = context.database.reader();
        let system = find_enabled(reader, client).await?;
        let secrets = credential::valid_secrets(reader, client, now).await?;
        let hash_of = |row: &credential::entity::Model| row.secret_hash.clone().unwrap_or_default();
        // Each is compared, and an unknown system with something too.
        let mut matching = None;
        for row in &secrets {
            if secret::matches(secret, &hash_of(row)) {
                matching = Some(row);
            }
        }
        let _compared = secrets.is_empty() && secret::matches(secret, &NO_SECRET);
        let (Some(system), Some(credential)) = (system, matching) else {
            return Err(TokenError::InvalidClient);
        };
        let proven = Proven {
            system,
            credential: CredentialId::from_uuid(credential.id),
            ends: credential.expires_at.map(Timestamp::from_millis),
        };
        let transaction = context.database.write().await?;
        self.give_token(transaction, proven, requested, request).await
    }

    /// Gives a token to a system that has proven itself, and commits.
    pub(super) async fn give_token(
        &self,
        transaction: WriteTransaction,
        proven: Proven,
        requested: Option<&[Scope]>,
        request: RequestInfo,
    ) -> Result<IssuedToken, TokenError> {
        let context = &*self.0;
        let (now, clock_time) = (context.now(), context.clock_time());
        let Proven {
            system,
            credential,
            ends,
        } = proven;
        within_networks(&system, &request)?;
        let granted = grant(requested, &scopes::read_scopes(&system.scopes))?;
        let token = secret::generate(secret::TOKEN_PREFIX)?;
        let latest = clock_time + TOKEN_LIFETIME;
        let expires_at = ends.map_or(latest, |ends| ends.min(latest));
        let row = access_token::Model {
            token_hash: secret::hash(&token),
            system_id: system.id,
            scopes: scopes::write_scopes(&granted),
            expires_at: expires_at.as_millis(),
            credential_id: Some(*credential.as_uuid()),
        };
        let organisation = OrganisationId::from_uuid(system.organisation_id);
        let actor = SystemActor::new(SystemId::from_uuid(system.id), organisation, granted.clone(), request);
        access_token::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        credential::note_use(&transaction, credential, now).await?;
        let entry = AuditEntry::by_system(&actor, AuditAction::TokenIssued).about(AuditTarget::Credential(credential));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(IssuedToken {
            token,
            scopes: granted,
            expires_in: expires_at.since(clock_time),
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

    /// As [`Portal::record_refused_token`], of an assertion: names the system that it says it is from. `problem` is absent
    /// when nobody whom we know signed it.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_refused_assertion(
        &self,
        assertion: &SecretString,
        problem: Option<AssertionProblem>,
        request: &RequestInfo,
    ) -> Result<(), Fault> {
        let detail = problem.map_or("assertion", AssertionProblem::as_str);
        let entry = AuditEntry::by_nobody(AuditAction::TokenRefused, request).detail(detail);
        let claimed = Assertion::parse(assertion)
            .ok()
            .and_then(|assertion| assertion.claimed());
        let entry = claimed.map_or(entry, |client| entry.about(AuditTarget::System(client)));
        self.0.record(&entry).await
    }

    /// Says in the audit log of its organisation that a system was used from where it may not come from.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_outside_networks(&self, refused: OutsideNetworks, request: &RequestInfo) -> Result<(), Fault> {
        let entry = AuditEntry::by_nobody(AuditAction::SystemOutsideNetworks, request)
            .within(refused.organisation)
            .about(AuditTarget::System(refused.system));
        self.0.record(&entry).await
    }

    /// The system that a token stands for.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidToken`], [`TokenError::OutsideNetworks`], [`TokenError::Fault`].
    pub async fn system_actor(&self, token: &SecretString, request: RequestInfo) -> Result<SystemActor, TokenError> {
        let context = &*self.0;
        let database = context.database.reader();
        let token = access_token::Entity::find_by_id(secret::hash(token))
            .one(database)
            .await?
            .filter(|token| holds(Timestamp::from_millis(token.expires_at), context.clock_time()))
            .ok_or(TokenError::InvalidToken)?;
        if let Some(gave) = token.credential_id.map(CredentialId::from_uuid) {
            let still = credential::find(database, gave, context.now()).await?;
            still.ok_or(TokenError::InvalidToken)?;
        }
        let system = find_enabled(database, SystemId::from_uuid(token.system_id)).await?;
        let system = system.ok_or(TokenError::InvalidToken)?;
        within_networks(&system, &request)?;
        let owned = scopes::read_scopes(&system.scopes);
        let mut scopes = scopes::read_scopes(&token.scopes);
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

/// Ends every access token; says how many there were.
pub(crate) async fn end_all_tokens(transaction: &WriteTransaction) -> Result<u64, Fault> {
    let done = access_token::Entity::delete_many().exec(transaction).await?;
    Ok(done.rows_affected)
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
