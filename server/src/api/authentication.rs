//! Which system calls: a bearer token (RFC 6750) in the `Authorization` header, and nowhere else.

use axum::extract::FromRequestParts;
use base::SecretString;
use http::header;
use http::request::Parts;
use portal::{OutsideNetworks, RequestInfo, SystemActor, TokenError};
use web::RequestContext;

use super::{ApiState, Refusal};

/// The system whose token came with the request.
pub(super) struct Authenticated(pub(super) SystemActor);

impl FromRequestParts<ApiState> for Authenticated {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Refusal> {
        let request = request_info(parts, state).await?;
        let token = bearer_token(parts)?;
        let seen = request.clone();
        match state.portal.system_actor(&token, request).await {
            Ok(actor) => Ok(Self(actor)),
            Err(TokenError::OutsideNetworks(outside)) => Err(from_outside(state, outside, &seen).await),
            Err(TokenError::Fault(fault)) => Err(Refusal::fault(&fault)),
            Err(
                TokenError::InvalidToken
                | TokenError::InvalidClient
                | TokenError::InvalidAssertion(_)
                | TokenError::InvalidScope,
            ) => Err(Refusal::unauthenticated(true)),
        }
    }
}

/// Says in the audit log that a system was used from where it may not come from, as long as the address has not said so too
/// often.
async fn from_outside(state: &ApiState, outside: OutsideNetworks, request: &RequestInfo) -> Refusal {
    if let Err(refused) = state.refused_tokens.take(request.address, state.clock.now()) {
        return Refusal::too_often(refused);
    }
    match state.portal.record_outside_networks(outside, request).await {
        Ok(()) => Refusal::new(::api::ProblemCode::NetworkNotAllowed),
        Err(fault) => Refusal::fault(&fault),
    }
}

/// What the audit log says of the request.
pub(super) async fn request_info(parts: &mut Parts, state: &ApiState) -> Result<RequestInfo, Refusal> {
    let context = RequestContext::from_request_parts(parts, state)
        .await
        .map_err(|_| Refusal::new(::api::ProblemCode::Internal))?;
    Ok(RequestInfo {
        id: context.id,
        address: context.address,
    })
}

fn bearer_token(parts: &Parts) -> Result<SecretString, Refusal> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (headers.next(), headers.next()) else {
        return Err(Refusal::unauthenticated(false));
    };
    let text = value.to_str().map_err(|_| Refusal::unauthenticated(true))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(SecretString::new(token.trim_start().to_owned()))
        }
        Some(_) | None => Err(Refusal::unauthenticated(false)),
    }
}
