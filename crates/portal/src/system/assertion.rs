//! Signed assertions by which a system proves that it has a registered key (`private_key_jwt`: RFC 7523 sections 2.2 and 3,
//! OpenID Connect Core 1.0 section 9). Owns how one is read and which claims are good; pure, so it knows neither whose key
//! made the signature nor whether the assertion was used before.

use std::time::Duration;

use base::{SecretString, SystemId, Timestamp};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::credential::PublicKey;
use crate::CLOCK_TOLERANCE;

/// The longest assertion that is read, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// The longest `jti`, in bytes.
const MAX_JTI: usize = 200;
/// The longest that an assertion may hold.
const MAX_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What is wrong with an assertion, as the system may be told: nothing that it does not know of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionProblem {
    /// It is no signed object that we understand.
    #[error("the assertion is no JWT with iss, sub, aud, exp, iat and jti")]
    Malformed,
    /// `iss` and `sub` differ, or the client is named otherwise beside it.
    #[error("iss, sub and client_id must all be the client's id")]
    Subject,
    /// It is for somebody else, or for several.
    #[error("aud must be the token endpoint or the portal's origin, and nothing else")]
    Audience,
    /// Its time is over.
    #[error("the assertion has expired")]
    Expired,
    /// Its time has not come.
    #[error("iat or nbf lies ahead: compare the clocks")]
    NotYet,
    /// It would hold for too long.
    #[error("exp must be at most 5 minutes after iat")]
    Lifetime,
    /// It was used before.
    #[error("the jti was used before: sign a new assertion for each request")]
    Replayed,
    /// The system has used too many within their lifetime.
    #[error("too many assertions: use a token until it ends")]
    TooMany,
}

impl AssertionProblem {
    /// A word for the audit log.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "assertion-malformed",
            Self::Subject => "assertion-subject",
            Self::Audience => "assertion-audience",
            Self::Expired => "assertion-expired",
            Self::NotYet => "assertion-not-yet",
            Self::Lifetime => "assertion-lifetime",
            Self::Replayed => "assertion-replayed",
            Self::TooMany => "assertion-too-many",
        }
    }
}

/// An assertion that was read. Nothing in it is proven before [`Assertion::is_signed_by`] says so.
pub(super) struct Assertion {
    head: Head,
    claims: Claims,
    /// The first two parts, which are what is signed.
    signed: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// Extensions that must be understood (RFC 7515 section 4.1.11): we understand none.
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    jti: String,
}

/// One audience. Several would make what is meant for us usable elsewhere, and the reverse.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    Alone(String),
    Listed([String; 1]),
}

impl Assertion {
    pub(super) fn parse(text: &SecretString) -> Result<Self, AssertionProblem> {
        let malformed = AssertionProblem::Malformed;
        let text = text.expose();
        if text.len() > MAX_BYTES {
            return Err(malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(malformed)?;
        let (head, claims) = signed.split_once('.').ok_or(malformed)?;
        let head: Head = read(head)?;
        let is_jwt = head.typ.as_deref().is_none_or(|kind| {
            kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("client-authentication+jwt")
        });
        let claims: Claims = read(claims)?;
        if head.crit.is_some() || !is_jwt || claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
            return Err(malformed);
        }
        Ok(Self {
            head,
            claims,
            signed: signed.to_owned(),
            signature: BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed)?,
        })
    }

    /// Which system it says that it is from, if what it claims is good at this time for somebody at one of these addresses.
    pub(super) fn check(&self, audiences: &[String], now: Timestamp) -> Result<SystemId, AssertionProblem> {
        let claims = &self.claims;
        let client = claims.sub.parse().map_err(|_| AssertionProblem::Subject)?;
        if claims.iss != claims.sub {
            return Err(AssertionProblem::Subject);
        }
        let (Audience::Alone(audience) | Audience::Listed([audience])) = &claims.aud;
        if !audiences.contains(audience) {
            return Err(AssertionProblem::Audience);
        }
        let soon = (now + CLOCK_TOLERANCE).as_seconds();
        if claims.iat > soon || claims.nbf.is_some_and(|from| from > soon) {
            return Err(AssertionProblem::NotYet);
        }
        if claims.exp <= now.as_seconds() {
            return Err(AssertionProblem::Expired);
        }
        let longest = i64::try_from(MAX_LIFETIME.as_secs()).unwrap_or(i64::MAX);
        match claims.exp.checked_sub(claims.iat) {
            Some(lifetime) if lifetime <= longest => Ok(client),
            _ => Err(AssertionProblem::Lifetime),
        }
    }

    /// Which system it says that it is from, whatever else it says.
    pub(super) fn claimed(&self) -> Option<SystemId> {
        self.claims.sub.parse().ok()
    }

    /// The name of the key that is said to have made it.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.head.kid.as_deref()
    }

    /// Whether the key made this assertion, with the algorithm that the key is registered for.
    pub(super) fn is_signed_by(&self, key: &PublicKey) -> bool {
        let meant = self.head.kid.as_ref().is_none_or(|id| *id == key.key_id);
        meant && key.algorithm.is_named(&self.head.alg) && key.verifies(self.signed.as_bytes(), &self.signature)
    }

    /// Names this assertion among those of its system.
    pub(super) fn jti(&self) -> &str {
        &self.claims.jti
    }

    /// When it is over, so that it need not be remembered any more.
    pub(super) fn ends(&self) -> Timestamp {
        Timestamp::from_millis(self.claims.exp.saturating_mul(1000))
    }
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, AssertionProblem> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| AssertionProblem::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| AssertionProblem::Malformed)
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
pub(super) mod tests;
