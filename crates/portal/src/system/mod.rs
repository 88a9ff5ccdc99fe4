//! Systems: an organisation's machine clients, their credentials and access tokens (RFC 6749 section 4.4), and what
//! they may ask about people.

pub(crate) mod access_token;
pub(crate) mod entity;

use std::time::Duration;

use base::{OrganisationId, Personnummer, SecretString, SystemId};

use crate::actor::{MissingScope, OperatorActor, RequestInfo, Scope, SystemActor};
use crate::message::SystemError;
use crate::organisation::SetUpError;
use crate::{Fault, Portal};

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

impl Portal {
    /// Creates a system of an organisation, and the secret by which it gets tokens. The secret is shown this once.
    ///
    /// # Errors
    ///
    /// [`SetUpError`].
    pub async fn create_system(
        &self,
        _actor: &OperatorActor,
        _organisation: OrganisationId,
        _name: &str,
        _scopes: &[Scope],
    ) -> Result<(SystemId, SecretString), SetUpError> {
        todo!()
    }

    /// Issues an access token for a system's credentials. `requested` narrows its scopes; all that the system has
    /// otherwise.
    ///
    /// # Errors
    ///
    /// [`TokenError`].
    pub async fn issue_token(
        &self,
        _client: SystemId,
        _secret: &SecretString,
        _requested: Option<&[Scope]>,
        _request: RequestInfo,
    ) -> Result<IssuedToken, TokenError> {
        todo!()
    }

    /// The system that a token stands for.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidToken`].
    pub async fn system_actor(&self, _token: &SecretString, _request: RequestInfo) -> Result<SystemActor, TokenError> {
        todo!()
    }

    /// For each number, whether the person has an address for notifications; never whether anyone wrote to them.
    ///
    /// # Errors
    ///
    /// [`SystemError`].
    pub async fn match_recipients(
        &self,
        _actor: &SystemActor,
        _numbers: Vec<Personnummer>,
    ) -> Result<Vec<bool>, SystemError> {
        let _ = MissingScope(Scope::RecipientsMatch);
        todo!()
    }
}
