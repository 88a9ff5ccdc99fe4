//! Signed requests of our own to a bucket, with short answers.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpError, HttpRequest, HttpRequestBody};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::connector::read_short;
use crate::S3Settings;

/// A bucket's store did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum S3Error {
    /// It does not answer.
    #[error("the object store can't be reached")]
    Unreachable(#[source] HttpError),
    /// It answered with an error.
    #[error("the object store answered {}{}", status.as_u16(), code.as_deref().map(|code| format!(" {code}")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The code in the answer, such as `NoSuchBucket` or `SignatureDoesNotMatch`.
        code: Option<String>,
    },
    /// What it answered is too long or not what S3 describes.
    #[error("the object store's answer can't be read")]
    Answer,
    /// The request can't be made from the settings.
    #[error("the request can't be made")]
    Request(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl S3Error {
    /// Whether the store answered with this code.
    pub(super) fn has_code(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code: Some(code), .. } if code == wanted)
    }

    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == StatusCode::NOT_FOUND)
    }
}

/// What S3 answers when it refuses.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Refusal {
    pub(super) code: String,
}

impl Refusal {
    /// The code of a refusal, when there is one that can be shown.
    pub(super) fn code(body: &[u8]) -> Option<String> {
        let refusal: Self = quick_xml::de::from_reader(body).ok()?;
        let plain = refusal.code.len() <= 64 && refusal.code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then_some(refusal.code)
    }
}

/// Sends signed requests to a bucket.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    client: HttpClient,
    credential: Arc<AwsCredential>,
    region: String,
    address: Url,
}

/// A short answer that came with a status of success.
#[derive(Debug)]
pub(super) struct Answer(Bytes);

impl Answer {
    /// What it is.
    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Reads the answer as XML.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, S3Error> {
        quick_xml::de::from_reader(&*self.0).map_err(|_| S3Error::Answer)
    }
}

impl Signed {
    pub(super) fn new(client: HttpClient, settings: &S3Settings, address: Url) -> Self {
        Self {
            client,
            credential: Arc::new(AwsCredential {
                key_id: settings.access_key_id.expose().clone(),
                secret_key: settings.secret_access_key.expose().clone(),
                token: None,
            }),
            region: settings.region.clone(),
            address,
        }
    }

    /// The bucket's address.
    pub(super) fn address(&self) -> &str {
        self.address.as_str().trim_end_matches('/')
    }

    /// Sends a request about the object `key`, or about the bucket when it is empty.
    pub(super) async fn send(&self, method: Method, key: &str, query: &[(&str, &str)]) -> Result<Answer, S3Error> {
        self.send_body(method, key, query, Bytes::new()).await
    }

    pub(super) async fn send_body(
        &self,
        method: Method,
        key: &str,
        query: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Answer, S3Error> {
        self.send_with(method, key, query, &[], body).await
    }

    /// Sends a request with more headers, which are signed too.
    pub(super) async fn send_with(
        &self,
        method: Method,
        key: &str,
        query: &[(&str, &str)],
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Answer, S3Error> {
        let mut url = self.address.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .extend(key.split('/').filter(|part| !part.is_empty()));
        }
        url.query_pairs_mut().extend_pairs(query);
        let mut request = http::Request::builder().method(method).uri(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request: HttpRequest = request
            .body(HttpRequestBody::from(body))
            .map_err(|error| S3Error::Request(error.into()))?;
        AwsAuthorizer::new(&self.credential, "s3", &self.region)
            .try_authorize(&mut request, None)
            .map_err(|error| S3Error::Request(error.into()))?;
        let (head, body) = self
            .client
            .execute(request)
            .await
            .map_err(S3Error::Unreachable)?
            .into_parts();
        let body = read_short(body)
            .await
            .map_err(S3Error::Unreachable)?
            .ok_or(S3Error::Answer)?;
        if head.status.is_success() {
            Ok(Answer(body))
        } else {
            Err(S3Error::Refused {
                status: head.status,
                code: Refusal::code(&body),
            })
        }
    }
}
