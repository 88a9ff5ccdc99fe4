//! HTTP for `object_store` over the same client, TLS and certificates as the rest of the program, and answers that mean
//! "full" told apart.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::StatusCode;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use url::{Host, Url};

use super::request::Refusal;
use crate::blob::BlobError;

/// The longest answer that is read into memory; a list of 1,000 unfinished uploads takes half of it.
const MAX_SHORT: usize = 1024 * 1024;
/// Patience with a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Patience with an answer to a request, and with the next bytes of it.
const IDLE: Duration = Duration::from_secs(60);

/// What a store that has no room answers besides 507: Ceph, MinIO.
const FULL: [&str; 4] = [
    "QuotaExceeded",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
    "InsufficientStorage",
];

/// Makes clients for one bucket.
#[derive(Clone, Debug)]
pub(super) struct Connector(reqwest::Client);

impl Connector {
    pub(super) fn new(address: &Url) -> Result<Self, BlobError> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(IDLE)
            .referer(false)
            .user_agent("postvalv");
        if is_loopback(address) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| BlobError::Bucket(error.into()))?;
        Ok(Self(client))
    }

    pub(super) fn client(&self) -> HttpClient {
        HttpClient::new(Service(self.0.clone()))
    }
}

fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.client())
    }
}

#[derive(Debug)]
struct Service(reqwest::Client);

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.map(reqwest::Body::wrap);
        let request = reqwest::Request::try_from(request).map_err(error)?;
        let answer: http::Response<reqwest::Body> = self.0.execute(request).await.map_err(error)?.into();
        let (head, body) = answer.into_parts();
        let body = http_body_util::BodyExt::map_err(body, error);
        let body = HttpResponseBody::new(body);
        if !(head.status.is_client_error() || head.status.is_server_error()) {
            return Ok(HttpResponse::from_parts(head, body));
        }
        let short = read_short(body).await?.unwrap_or_default();
        let full = head.status == StatusCode::INSUFFICIENT_STORAGE
            || Refusal::code(&short).is_some_and(|code| FULL.contains(&code.as_str()));
        if full {
            let full = io::Error::from(io::ErrorKind::StorageFull);
            return Err(HttpError::new(HttpErrorKind::Unknown, full));
        }
        Ok(HttpResponse::from_parts(head, short.into()))
    }
}

/// Reads a body that should be short; `None` when it isn't.
pub(super) async fn read_short(body: HttpResponseBody) -> Result<Option<Bytes>, HttpError> {
    let mut stream = body.bytes_stream();
    let mut read = BytesMut::new();
    while let Some(bytes) = stream.next().await {
        let bytes = bytes?;
        if read.len() + bytes.len() > MAX_SHORT {
            return Ok(None);
        }
        read.extend_from_slice(&bytes);
    }
    Ok(Some(read.freeze()))
}

/// Sorts errors by whether trying again may help. The address is left out: `object_store` names it.
fn error(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_decode() || error.is_builder() {
        HttpErrorKind::Decode
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error.without_url())
}
