//! A provider: its configured record, and what it says of itself, kept for an hour.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base::{Clock, TenantId, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};

use super::client_key::ClientKey;
use crate::config::{Logo, ProviderSection, is_endpoint};
use crate::fetch::{Http, HttpError, Kept, Patience, Unavailable};

/// How long metadata and keys are used before they are fetched again.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// How long a provider that could not be reached is left alone, so that people do not queue behind each other's waits.
const LEFT_ALONE: Duration = Duration::from_secs(5);

/// From this age on metadata are fetched anew in the background, so that nobody waits for it.
const REFRESHED_FROM: Duration = Duration::from_secs(30 * 60);

/// How long people are told of a failure that nothing has followed.
const TOLD: Duration = Duration::from_secs(5 * 60);

/// What a provider says of itself (OpenID Connect Discovery 1.0) with the members that we need besides the usual.
pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Members of the metadata from RP-Initiated, Back-Channel and Front-Channel Logout 1.0, RFC 8414 and RFC 9207.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct More {
    pub(super) end_session_endpoint: Option<String>,
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
    /// OpenID Connect Back-Channel Logout 1.0 section 2.1.
    pub(super) backchannel_logout_supported: Option<bool>,
    /// OpenID Connect Front-Channel Logout 1.0 section 3.
    pub(super) frontchannel_logout_supported: Option<bool>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// An OpenID provider through which recipients or staff sign in.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(super) name: String,
    pub(super) record: ProviderSection,
    pub(super) http: Http,
    /// Ours at the provider, where we prove by a signature who we are.
    pub(super) client_key: Option<ClientKey>,
    /// The picture on its button.
    pub(super) logo: Option<Logo>,
    clock: Clock,
    allow_loopback: bool,
    metadata: Kept<Metadata>,
    last_failure: LastFailure,
}

/// When the provider last failed to answer us, unless it has answered since. Pages read it without waiting for anybody.
#[derive(Debug)]
struct LastFailure(AtomicI64);

impl LastFailure {
    const NEVER: i64 = i64::MIN;

    fn set(&self, at: Option<Timestamp>) {
        let millis = at.map_or(Self::NEVER, Timestamp::as_millis);
        self.0.store(millis, Ordering::Relaxed);
    }

    fn is_recent(&self, now: Timestamp) -> bool {
        let millis = self.0.load(Ordering::Relaxed);
        millis != Self::NEVER && now.since(Timestamp::from_millis(millis)) < TOLD
    }
}

impl Default for LastFailure {
    fn default() -> Self {
        Self(AtomicI64::new(Self::NEVER))
    }
}

impl Provider {
    pub(super) fn new(name: String, record: ProviderSection, http: Http, clock: Clock, allow_loopback: bool) -> Self {
        let patience = Patience {
            kept: KEPT,
            left_alone: LEFT_ALONE,
        };
        Self {
            // Both were looked at with the configuration.
            logo: record.logo.as_deref().and_then(|path| Logo::read(path).ok()),
            client_key: record.client_key.as_ref().and_then(ClientKey::from_pem),
            name,
            record,
            http,
            metadata: Kept::new(clock.clone(), patience),
            clock,
            allow_loopback,
            last_failure: LastFailure::default(),
        }
    }

    /// The same record with one directory for its issuer.
    pub(super) fn of_directory(&self, tenant: TenantId) -> Self {
        let mut record = self.record.clone();
        record.issuer = record.issuer_of(tenant);
        let (name, http) = (self.name.clone(), self.http.clone());
        Self::new(name, record, http, self.clock.clone(), self.allow_loopback)
    }

    /// Whether the last request to the provider, not long ago, was not answered as it should be.
    pub(super) fn seems_down(&self) -> bool {
        self.last_failure.is_recent(self.clock.now())
    }

    /// Takes down how a request to the provider ended.
    pub(super) fn note(&self, answered: bool) {
        self.last_failure.set((!answered).then(|| self.clock.now()));
    }

    /// Fetches metadata that are not known, will soon be too old, or could not be fetched the last time. Nobody who signs in
    /// waits for it.
    pub(super) async fn refresh(&self) {
        if self.seems_down() || !self.metadata.is_younger_than(REFRESHED_FROM) {
            let fetched = self.fetch().await;
            // Whoever needs them is answered from what is known now; a failure is told, and not handed to anybody.
            let _ = self.metadata.settle(fetched);
        }
    }

    /// The metadata and keys, fetched when they are not known or too old. Everybody waits for one fetch.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, Unavailable> {
        self.metadata.get(self.fetch()).await
    }

    /// Newer metadata than `used`, whose keys did not match; `None` when they were fetched a moment ago.
    pub(super) async fn newer_than(&self, used: &Arc<Metadata>) -> Result<Option<Arc<Metadata>>, Unavailable> {
        self.metadata.newer_than(used, self.fetch()).await
    }

    /// What the provider says of itself now; that it can't be used is told in the log.
    async fn fetch(&self) -> Option<Metadata> {
        let discovered = self.discover().await;
        self.note(discovered.is_ok());
        discovered
            .inspect_err(
                |problem| tracing::warn!(provider = self.name, %problem, "the provider's metadata can't be used"),
            )
            .ok()
    }

    /// What the provider says of itself now, when signing in can use it.
    pub(super) async fn discover(&self) -> Result<Metadata, DiscoveryProblem> {
        let issuer = IssuerUrl::new(self.record.issuer.clone()).map_err(|_| DiscoveryProblem::Issuer)?;
        let metadata = Metadata::discover_async(issuer, &self.http).await?;
        let more = metadata.additional_metadata();
        let endpoints = [
            Some(metadata.authorization_endpoint().as_str()),
            metadata.token_endpoint().map(|endpoint| endpoint.as_str()),
            metadata.userinfo_endpoint().map(|endpoint| endpoint.as_str()),
            Some(metadata.jwks_uri().as_str()),
            more.end_session_endpoint.as_deref(),
        ];
        if let Some(plain) = endpoints
            .into_iter()
            .flatten()
            .find(|endpoint| !is_endpoint(endpoint, self.allow_loopback))
        {
            return Err(DiscoveryProblem::NoTls(plain.to_owned()));
        }
        if metadata.token_endpoint().is_none() {
            return Err(DiscoveryProblem::NoTokenEndpoint);
        }
        Ok(metadata)
    }
}

/// Why a provider's metadata can't be used. Displays nothing that the provider said.
#[derive(Debug, thiserror::Error)]
pub(super) enum DiscoveryProblem {
    #[error("the issuer is no address")]
    Issuer,
    #[error("{0}")]
    Request(String),
    #[error("the metadata or the keys are not what the standard says")]
    Malformed,
    #[error("the provider answered {0}")]
    Status(http::StatusCode),
    /// With what the library said, which names the issuer that was found.
    #[error("the metadata are another issuer's")]
    OtherIssuer(String),
    #[error("an endpoint is not reached over TLS")]
    NoTls(String),
    #[error("there is no token endpoint")]
    NoTokenEndpoint,
    #[error("the metadata can't be fetched")]
    Other,
}

impl DiscoveryProblem {
    /// The same with what the provider said, for the operator's eyes.
    pub(super) fn in_full(&self) -> String {
        match self {
            Self::OtherIssuer(said) | Self::NoTls(said) => format!("{self} ({said})"),
            _ => self.to_string(),
        }
    }

    /// What an operator can do about it.
    pub(super) const fn advice(&self) -> &'static str {
        match self {
            Self::Issuer | Self::Status(_) => "check `issuer`: ISSUER/.well-known/openid-configuration must answer",
            Self::Request(_) => "check `issuer`, the name service, the firewall and the certificate",
            Self::Malformed => "ask the provider whether `issuer` is an OpenID provider's, and for its metadata",
            Self::OtherIssuer(_) => {
                "set `issuer` to exactly what the provider calls itself, also in its last character"
            }
            Self::NoTls(_) => "the provider must be reached over https alone; ask it to correct its metadata",
            Self::NoTokenEndpoint => "the provider must offer the code flow; ask it",
            Self::Other => "check `issuer`",
        }
    }
}

impl From<openidconnect::DiscoveryError<HttpError>> for DiscoveryProblem {
    fn from(error: openidconnect::DiscoveryError<HttpError>) -> Self {
        use openidconnect::DiscoveryError;

        match error {
            DiscoveryError::Request(error) => Self::Request(super::chain(&error)),
            DiscoveryError::Parse(_) => Self::Malformed,
            DiscoveryError::Response(status, ..) => Self::Status(status),
            DiscoveryError::Validation(said) => Self::OtherIssuer(said),
            _ => Self::Other,
        }
    }
}
