//! What clients find out by themselves: OpenID Connect Discovery 1.0 and the key set.

use axum::Json;
use axum::extract::State;
use http::{HeaderName, HeaderValue, header};
use serde_json::{Value, json};

use crate::provider::Bridge;
use crate::provider::authorization::LOA3;
use crate::provider::claims::{NUMBER_CLAIMS, SCOPES};

/// An hour: clients may keep both so long; a new key is published two days before its use.
const CACHE: (HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));

pub(super) async fn configuration(State(bridge): State<Bridge>) -> ([(HeaderName, HeaderValue); 1], Json<Value>) {
    let origin = &bridge.0.origin;
    let claims = [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "sid",
        "name",
        "given_name",
        "family_name",
    ];
    let claims: Vec<&str> = claims.into_iter().chain(NUMBER_CLAIMS).collect();
    let body = json!({
        "issuer": origin.as_str(),
        "authorization_endpoint": origin.address_of("/authorize"),
        "token_endpoint": origin.address_of("/token"),
        "userinfo_endpoint": origin.address_of("/userinfo"),
        "end_session_endpoint": origin.address_of("/end-session"),
        "jwks_uri": origin.address_of("/jwks.json"),
        "scopes_supported": SCOPES,
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_signing_alg_values_supported": ["ES256", "none"],
        "acr_values_supported": [LOA3],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "ui_locales_supported": ["sv", "en"],
        "prompt_values_supported": ["none", "login"],
        "authorization_response_iss_parameter_supported": true,
    });
    ([CACHE], Json(body))
}

pub(super) async fn keys(State(bridge): State<Bridge>) -> ([(HeaderName, HeaderValue); 1], Json<Value>) {
    ([CACHE], Json(bridge.0.keys.published()))
}
