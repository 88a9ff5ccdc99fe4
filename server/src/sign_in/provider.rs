//! A provider: its configured record, and what it says of itself, kept for an hour.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::http::Http;
use crate::config::{ProviderSection, is_endpoint};

/// How long metadata and keys are used before they are fetched again.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// The least time between two fetches because of a key that did not match: forged tokens must not become requests.
const REFRESHED_AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// How long a provider that could not be reached is left alone, so that people do not queue behind each other's waits.
const LEFT_ALONE: Duration = Duration::from_secs(5);

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

/// Members of the metadata from RP-Initiated Logout 1.0 and RFC 9207.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct More {
    pub(super) end_session_endpoint: Option<String>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// The provider can't be used now; the reason is in the log.
#[derive(Debug)]
pub(super) struct Unavailable;

/// An OpenID provider through which recipients sign in.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(super) name: String,
    pub(super) record: ProviderSection,
    pub(super) http: Http,
    clock: Clock,
    allow_loopback: bool,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, Timestamp)>,
    failed_at: Option<Timestamp>,
}

impl Provider {
    pub(super) fn new(name: String, record: ProviderSection, http: Http, clock: Clock, allow_loopback: bool) -> Self {
        Self {
            name,
            record,
            http,
            clock,
            allow_loopback,
            known: Mutex::default(),
        }
    }

    /// The metadata and keys, fetched when they are not known or too old. Everybody waits for one fetch.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, Unavailable> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        match &known.metadata {
            Some((metadata, fetched_at)) if now.since(*fetched_at) < KEPT => Ok(Arc::clone(metadata)),
            _ => self.fetch(&mut known, now).await,
        }
    }

    /// Newer metadata than `used`, whose keys did not match; `None` when they were fetched a moment ago.
    pub(super) async fn newer_than(&self, used: &Arc<Metadata>) -> Result<Option<Arc<Metadata>>, Unavailable> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        match &known.metadata {
            Some((metadata, _)) if !Arc::ptr_eq(metadata, used) => Ok(Some(Arc::clone(metadata))),
            Some((_, fetched_at)) if now.since(*fetched_at) < REFRESHED_AT_MOST_EVERY => Ok(None),
            _ => self.fetch(&mut known, now).await.map(Some),
        }
    }

    async fn fetch(&self, known: &mut Known, now: Timestamp) -> Result<Arc<Metadata>, Unavailable> {
        if known
            .failed_at
            .is_some_and(|failed_at| now.since(failed_at) < LEFT_ALONE)
        {
            return Err(Unavailable);
        }
        match self.discover().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known {
                    metadata: Some((Arc::clone(&metadata), now)),
                    failed_at: None,
                };
                Ok(metadata)
            }
            Err(problem) => {
                tracing::warn!(provider = self.name, problem, "the provider's metadata can't be used");
                known.failed_at = Some(now);
                Err(Unavailable)
            }
        }
    }

    async fn discover(&self) -> Result<Metadata, String> {
        let issuer = IssuerUrl::new(self.record.issuer.clone()).map_err(|_| "the issuer is no address".to_owned())?;
        let metadata = Metadata::discover_async(issuer, &self.http)
            .await
            .map_err(|error| describe(&error))?;
        let more = metadata.additional_metadata();
        let endpoints = [
            Some(metadata.authorization_endpoint().as_str()),
            metadata.token_endpoint().map(|endpoint| endpoint.as_str()),
            metadata.userinfo_endpoint().map(|endpoint| endpoint.as_str()),
            Some(metadata.jwks_uri().as_str()),
            more.end_session_endpoint.as_deref(),
        ];
        if !endpoints
            .into_iter()
            .flatten()
            .all(|endpoint| is_endpoint(endpoint, self.allow_loopback))
        {
            return Err("an endpoint is not reached over TLS".to_owned());
        }
        if metadata.token_endpoint().is_none() {
            return Err("there is no token endpoint".to_owned());
        }
        Ok(metadata)
    }
}

fn describe(error: &openidconnect::DiscoveryError<super::http::HttpError>) -> String {
    use openidconnect::DiscoveryError;

    match error {
        DiscoveryError::Request(error) => super::chain(error),
        DiscoveryError::Parse(_) => "the metadata or the keys are not what the standard says".to_owned(),
        DiscoveryError::Response(status, ..) => format!("the provider answered {status}"),
        DiscoveryError::Validation(_) => "the metadata are another issuer's".to_owned(),
        _ => "the metadata can't be fetched".to_owned(),
    }
}
