//! Which directory calls: a bearer token (RFC 6750) in the `Authorization` header, and nowhere else.

use axum::extract::FromRequestParts;
use base::SecretString;
use http::request::Parts;
use http::{StatusCode, header};
use portal::{ProvisioningActor, ProvisioningTokenRefused, RequestInfo};
use web::RequestContext;

use super::ScimState;
use super::error::ScimError;

/// The directory whose token came with the request.
pub(super) struct Directory(pub(super) ProvisioningActor);

impl FromRequestParts<ScimState> for Directory {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, state: &ScimState) -> Result<Self, ScimError> {
        let context = RequestContext::from_request_parts(parts, state)
            .await
            .map_err(|_| ScimError::of(StatusCode::INTERNAL_SERVER_ERROR))?;
        let request = RequestInfo {
            id: context.id,
            address: context.address,
        };
        let token = bearer_token(parts).ok_or_else(ScimError::unauthenticated)?;
        match state.portal.provisioning_actor(&token, request.clone()).await {
            Ok(actor) => Ok(Self(actor)),
            Err(ProvisioningTokenRefused::Invalid) => Err(refused(state, &request).await),
            Err(ProvisioningTokenRefused::Fault(fault)) => Err(ScimError::fault(&fault)),
        }
    }
}

/// Says in the audit log that somebody came with a token that is none, as long as the address has not done so too often. Good
/// tokens are never refused for what a neighbour does: 256 random bits can't be guessed, so what is bounded here is the log.
async fn refused(state: &ScimState, request: &RequestInfo) -> ScimError {
    if let Err(refused) = state.refused_tokens.take(request.address, state.clock.now()) {
        return ScimError::too_often(refused);
    }
    match state.portal.record_refused_provisioning_token(request).await {
        Ok(()) => ScimError::unauthenticated(),
        Err(fault) => ScimError::fault(&fault),
    }
}

fn bearer_token(parts: &Parts) -> Option<SecretString> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (headers.next(), headers.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| SecretString::new(token.trim_start().to_owned()))
}
