//! The access token of a system: OAuth 2.0 client credentials (RFC 6749 section 4.4), used as a bearer token
//! (RFC 6750).

use base::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The `client_assertion_type` of a signed assertion (RFC 7523 section 2.2).
pub const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a system sends to get an access token, as a form. It proves itself in one of three ways: its id and secret in an
/// `Authorization: Basic` header (RFC 6749 section 2.3.1), both here, or an assertion that it signed (RFC 7523).
#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    pub grant_type: String,
    /// The scopes wanted, with spaces between; all that the system has when absent.
    #[serde(default)]
    #[schema(example = "messages:send messages:read")]
    pub scope: Option<String>,
    /// The system's id, unless it stands in the header.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The system's secret, unless it stands in the header.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub client_secret: Option<SecretString>,
    /// With a `client_assertion`: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[serde(default)]
    #[schema(example = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")]
    pub client_assertion_type: Option<String>,
    /// A JWT that the system signed with a registered key, or with one that it publishes and names (`kid`): `iss` and `sub` its id, `aud` this address or the portal's
    /// origin, `iat`, `exp` at most five minutes later, and a `jti` that is used once.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub client_assertion: Option<SecretString>,
}

/// An access token (RFC 6749 section 5.1).
#[derive(Deserialize, ToSchema)]
pub struct TokenResponse {
    /// The token, to send as `Authorization: Bearer …`. Opaque: nothing may be read out of it.
    #[schema(value_type = String)]
    pub access_token: SecretString,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// For how many seconds the token is good.
    #[schema(example = 600)]
    pub expires_in: u64,
    /// The scopes that the token has, with spaces between.
    #[schema(example = "messages:send messages:read recipients:match events:read")]
    pub scope: String,
}

impl Serialize for TokenResponse {
    /// Writes the token out: an answer to the one who asked for it is the one place where it may stand.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut response = serializer.serialize_struct("TokenResponse", 4)?;
        response.serialize_field("access_token", self.access_token.expose())?;
        response.serialize_field("token_type", &self.token_type)?;
        response.serialize_field("expires_in", &self.expires_in)?;
        response.serialize_field("scope", &self.scope)?;
        response.end()
    }
}

/// Why no token was given (RFC 6749 section 5.2). The token endpoint answers so, and not with a [`crate::Problem`],
/// because OAuth clients know this form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenError {
    /// What is wrong.
    pub error: TokenErrorCode,
    /// The same in words, in English.
    pub error_description: String,
}

/// The codes of RFC 6749 section 5.2 that this endpoint uses, and one of section 4.1.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenErrorCode {
    /// A parameter is missing, given twice or not understood, or credentials stand in two places.
    InvalidRequest,
    /// The client's id or secret is wrong. Which of them is not said.
    InvalidClient,
    /// The credentials are right, but the system may not come from this network address.
    UnauthorizedClient,
    /// Any grant but `client_credentials`.
    UnsupportedGrantType,
    /// The scope doesn't exist or the system doesn't have it.
    InvalidScope,
    /// The portal failed; it has logged why.
    ServerError,
}
