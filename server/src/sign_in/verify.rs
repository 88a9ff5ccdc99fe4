//! From the code in a callback to a verified identity: the exchange and every check of what the provider says.
//!
//! Sources: OpenID Connect Core 1.0 sections 3.1.3.7 (ID token) and 5.3.4 (UserInfo), RFC 9700, and the Swedish OpenID
//! Connect profile 1.0. The library checks signature, issuer, audience, expiry and nonce; the rest is here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, Client, ClientId, ClientSecret,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken, IdTokenClaims, IdTokenFields,
    IdTokenVerifier, Nonce, OAuth2TokenResponse, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use portal::SignInRefusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::attempt::{Attempt, StaffAttempt};
use super::client_key::ASSERTION_TYPE;
use super::jws::signing_algorithm;
use super::provider::{Metadata, Provider};
use super::said::{Said, object};
use super::user_info::user_info;
use crate::config::{ClientAuthentication, ProviderSection};
use crate::fetch::HttpError;

/// How much the provider's clock and ours may differ.
pub(super) const LEEWAY: Duration = Duration::from_secs(30);

/// Why a sign-in was refused: for the audit log, and in words of ours for the log. Holds nothing that the provider said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) refusal: SignInRefusal,
    pub(super) problem: &'static str,
}

pub(super) const fn refused(refusal: SignInRefusal, problem: &'static str) -> Refused {
    Refused { refusal, problem }
}

pub(super) const fn invalid(problem: &'static str) -> Refused {
    refused(SignInRefusal::InvalidAnswer, problem)
}

pub(super) const fn unavailable(problem: &'static str) -> Refused {
    refused(SignInRefusal::ProviderUnavailable, problem)
}

/// All claims besides the standard ones, whatever they are called.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct OtherClaims(#[serde(default)] Map<String, Value>);

impl fmt::Debug for OtherClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtherClaims([secret])")
    }
}

impl AdditionalClaims for OtherClaims {}

type OurIdToken = IdToken<OtherClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type OurIdTokenClaims = IdTokenClaims<OtherClaims, CoreGenderClaim>;
type OurTokenResponse = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The library's client, with our claims all the way.
pub(super) type OidcClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    OurTokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A client for one request to the provider.
pub(super) fn client(provider: &Provider, metadata: &Metadata, redirect: &str) -> Result<OidcClient, Refused> {
    let record = &provider.record;
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|_| unavailable("our own address is no address"))?;
    let secret = record.client_secret.as_ref();
    let secret = secret.map(|secret| ClientSecret::new(secret.expose().clone()));
    let authentication = match record.client_authentication {
        ClientAuthentication::ClientSecretBasic => AuthType::BasicAuth,
        // Without a secret, the client id alone; the assertion is added to each request.
        ClientAuthentication::ClientSecretPost | ClientAuthentication::PrivateKeyJwt => AuthType::RequestBody,
    };
    Ok(
        OidcClient::from_provider_metadata(metadata.clone(), ClientId::new(record.client_id.clone()), secret)
            .set_auth_type(authentication)
            .set_redirect_uri(redirect),
    )
}

/// What a provider vouched for: its answer is its own, for this sign-in, and fresh enough. Who it is says [`super::identity`].
pub(super) struct Vouched {
    pub(super) said: Said,
    /// The level of assurance that the token names.
    pub(super) acr: Option<String>,
    pub(super) authenticated_at: Option<Timestamp>,
    /// The ID token, for when signing out needs it as a hint.
    pub(super) id_token: String,
}

/// Exchanges the code and checks everything.
pub(super) async fn verify(
    provider: &Provider,
    attempt: Attempt,
    code: String,
    redirect: &str,
    now: impl Fn() -> Timestamp,
) -> Result<Vouched, Refused> {
    let metadata = provider.metadata().await.map_err(|_| unavailable("no metadata"))?;
    let client = client(provider, &metadata, redirect)?;
    let mut exchange = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|_| unavailable("there is no token endpoint"))?
        .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier));
    if provider.record.client_authentication == ClientAuthentication::PrivateKeyJwt {
        let key = provider
            .client_key
            .as_ref()
            .ok_or(unavailable("our own key can't be read"))?;
        let assertion = key.assertion(&provider.record.client_id, &provider.record.issuer, now());
        exchange = exchange
            .add_extra_param("client_assertion_type", ASSERTION_TYPE)
            .add_extra_param("client_assertion", assertion);
    }
    let tokens: OurTokenResponse = exchange
        .request_async(&provider.http)
        .await
        .map_err(|error| exchange_refused(&error))?;
    let id_token = tokens.id_token().ok_or(invalid("there is no ID token"))?;
    let expected = Expected {
        provider,
        nonce: Nonce::new(attempt.nonce),
        started_at: attempt.started_at,
        max_age: max_age(&provider.record, attempt.staff.as_ref(), attempt.max_age_seconds),
        now: now(),
    };
    let claims = check_id_token(&expected, &metadata, id_token, tokens.access_token()).await?;

    let user_info = if provider.record.wants_user_info() {
        let subject = claims.subject().as_str();
        user_info(provider, &metadata, tokens.access_token(), subject, now()).await?
    } else {
        Map::new()
    };
    let said = Said {
        id_token: object(&claims)?,
        user_info,
    };
    said.require(provider)?;
    Ok(Vouched {
        said,
        acr: claims.auth_context_ref().map(|acr| acr.as_str().to_owned()),
        authenticated_at: claims.auth_time().map(timestamp),
        id_token: id_token.to_string(),
    })
}

/// How old an authentication may be: a recipient's is never left to the provider, whatever was remembered.
fn max_age(record: &ProviderSection, staff: Option<&StaffAttempt>, remembered: Option<u32>) -> Option<Duration> {
    let seconds = match staff {
        Some(_) => remembered,
        None => Some(remembered.unwrap_or(record.max_age_seconds)),
    };
    seconds.map(|seconds| Duration::from_secs(seconds.into()))
}

struct Expected<'a> {
    provider: &'a Provider,
    nonce: Nonce,
    started_at: Timestamp,
    max_age: Option<Duration>,
    now: Timestamp,
}

/// Checks the ID token; with newer keys when its own does not match.
async fn check_id_token(
    expected: &Expected<'_>,
    metadata: &Arc<Metadata>,
    id_token: &OurIdToken,
    access_token: &AccessToken,
) -> Result<OurIdTokenClaims, Refused> {
    match check_with(expected, metadata, id_token, access_token) {
        Err(Problem::Key) => {
            let newer = expected
                .provider
                .newer_than(metadata)
                .await
                .map_err(|_| unavailable("no newer keys"))?;
            let newer = newer.ok_or(invalid("the signature does not match a key"))?;
            check_with(expected, &newer, id_token, access_token).map_err(|problem| match problem {
                Problem::Key => invalid("the signature does not match a key"),
                Problem::Other(refused) => refused,
            })
        }
        Err(Problem::Other(refused)) => Err(refused),
        Ok(claims) => Ok(claims),
    }
}

enum Problem {
    /// The signature may be good under a key that we do not know yet.
    Key,
    Other(Refused),
}

fn check_with(
    expected: &Expected<'_>,
    metadata: &Metadata,
    id_token: &OurIdToken,
    access_token: &AccessToken,
) -> Result<OurIdTokenClaims, Problem> {
    let record = &expected.provider.record;
    let other = |problem| Problem::Other(invalid(problem));
    let algorithms = record.algorithms.iter().map(|algorithm| signing_algorithm(*algorithm));
    let (started_at, max_age, now) = (expected.started_at, expected.max_age, expected.now);
    // As for a public client, so that no token is ever checked with our secret as its key.
    let verifier = IdTokenVerifier::new_public_client(
        ClientId::new(record.client_id.clone()),
        metadata.issuer().clone(),
        metadata.jwks().clone(),
    )
    .set_allowed_algs(algorithms)
    .set_time_fn(move || date_time(now - LEEWAY))
    .set_issue_time_verifier_fn(move |issued_at| {
        let issued_at = timestamp(issued_at);
        let fits = issued_at <= now + LEEWAY && issued_at + LEEWAY >= started_at;
        if fits { Ok(()) } else { Err("iat".to_owned()) }
    })
    .set_auth_time_verifier_fn(move |authenticated_at| {
        // Where we asked for `max_age`, the claim must be there (OpenID Connect Core 1.0 section 3.1.2.1).
        let fits = match (authenticated_at.map(timestamp), max_age) {
            (Some(authenticated_at), Some(max_age)) => {
                authenticated_at <= now + LEEWAY && authenticated_at + max_age + LEEWAY >= started_at
            }
            (Some(authenticated_at), None) => authenticated_at <= now + LEEWAY,
            (None, max_age) => max_age.is_none(),
        };
        if fits { Ok(()) } else { Err("auth_time".to_owned()) }
    });
    let claims = id_token
        .claims(&verifier, &expected.nonce)
        .map_err(|error| token_refused(&error))?;
    // `azp`, when present, is us (OpenID Connect Core 1.0 section 3.1.3.7, steps 4 and 5).
    if claims
        .authorized_party()
        .is_some_and(|party| party.as_str() != record.client_id)
    {
        return Err(other("the token was issued to another client"));
    }
    if let Some(hash) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|_| other("no algorithm"))?;
        let key = id_token.signing_key(&verifier).map_err(|_| other("no key"))?;
        let ours = AccessTokenHash::from_token(access_token, algorithm, key).map_err(|_| other("no hash"))?;
        if ours != *hash {
            return Err(other("the access token is not the ID token's"));
        }
    }
    Ok(claims.clone())
}

fn token_refused(error: &openidconnect::ClaimsVerificationError) -> Problem {
    use openidconnect::ClaimsVerificationError as Error;

    let problem = match error {
        Error::SignatureVerification(
            SignatureVerificationError::NoMatchingKey
            | SignatureVerificationError::AmbiguousKeyId(_)
            | SignatureVerificationError::CryptoError(_),
        ) => return Problem::Key,
        Error::SignatureVerification(_) => "the signature or its algorithm is not accepted",
        Error::InvalidIssuer(_) => "the token is another issuer's",
        Error::InvalidAudience(_) => "the token is for another audience",
        Error::Expired(_) => "the token is not valid at this time",
        Error::InvalidAuthTime(_) => "the person authenticated too long ago, or it is not said when",
        Error::InvalidNonce(_) => return Problem::Other(refused(SignInRefusal::Mismatch, "the nonce is another's")),
        _ => "the token is not accepted",
    };
    Problem::Other(invalid(problem))
}

fn exchange_refused(error: &RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>) -> Refused {
    match error {
        RequestTokenError::ServerResponse(_) => invalid("the provider refused the code"),
        RequestTokenError::Request(_) => unavailable("the token endpoint did not answer"),
        RequestTokenError::Parse(..) => invalid("the token response can't be read"),
        RequestTokenError::Other(_) => invalid("the token response is not accepted"),
    }
}

fn timestamp(instant: DateTime<Utc>) -> Timestamp {
    Timestamp::from_millis(instant.timestamp_millis())
}

fn date_time(instant: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(instant.as_millis()).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_old_an_authentication_may_be_is_left_to_the_provider_for_staff_alone() {
        let record: ProviderSection =
            toml::from_str("label = \"BankID\"\nissuer = \"https://issuer.example\"\nclient_id = \"postvalv\"")
                .unwrap();
        let staff = || {
            Some(StaffAttempt {
                organisation: "norrby".to_owned(),
                tenant: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
                confirms: None,
            })
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(max_age(&record, None, Some(60)), seconds(60));
        // As the version before remembered it.
        assert_eq!(max_age(&record, None, None), seconds(300));
        assert_eq!(max_age(&record, staff().as_ref(), None), None);
        assert_eq!(max_age(&record, staff().as_ref(), Some(0)), seconds(0));
    }
}
