//! Blobs in a bucket of an S3-compatible store: the client, and what `object_store` doesn't offer, which is whether the
//! bucket keeps old versions, and unfinished uploads (Amazon S3 API: `GetBucketVersioning`, `ListMultipartUploads`,
//! `AbortMultipartUpload`).

mod connector;
mod locked;
mod request;

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use serde::Deserialize;
use url::Url;

use super::BlobError;
use crate::S3Settings;
use connector::Connector;
pub(crate) use locked::LockedBucket;
pub(crate) use request::S3Error;
use request::Signed;

/// Bytes of a part of an upload: the least that S3 takes of any part but the last, so that an upload holds little memory.
/// With S3's 10,000 parts it bounds a blob ([`S3Settings::MAX_FILE_BYTES`]).
pub(super) const PART_SIZE: usize = 5 * 1024 * 1024;

/// A bucket, or the part of it below a prefix.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    connector: Connector,
    signed: Signed,
    prefix: Path,
}

// Enums, since only of those does quick-xml compare the name of the outermost element: any other page would be read as an
// answer without a status.

/// Answer to `GetBucketVersioning`. A bucket that never had versions has no status at all.
#[derive(Debug, Deserialize)]
enum Versioning {
    VersioningConfiguration {
        #[serde(rename = "Status")]
        status: Option<String>,
    },
}

/// Answer to `ListMultipartUploads`.
#[derive(Debug, Deserialize)]
enum Uploads {
    ListMultipartUploadsResult {
        #[serde(rename = "Upload", default)]
        uploads: Vec<UnfinishedUpload>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnfinishedUpload {
    key: String,
    upload_id: String,
}

impl Bucket {
    pub(super) fn new(settings: &S3Settings) -> Result<Self, BlobError> {
        let address = address(settings)?;
        let connector = Connector::new(&address)?;
        Ok(Self {
            signed: Signed::new(connector.client(), settings, address),
            connector,
            prefix: Path::parse(&settings.prefix).map_err(|error| BlobError::Bucket(error.into()))?,
        })
    }

    /// The bucket below the prefix as a store.
    pub(super) fn store(&self, settings: &S3Settings) -> Result<Arc<dyn ObjectStore>, BlobError> {
        let store = AmazonS3Builder::new()
            .with_http_connector(self.connector.clone())
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            // The builder takes an endpoint of the virtual-hosted style as the bucket's own address.
            .with_virtual_hosted_style_request(true)
            .with_endpoint(self.signed.address())
            .with_access_key_id(settings.access_key_id.expose())
            .with_secret_access_key(settings.secret_access_key.expose())
            // One request a blob is what every store has, and a purge is not in a hurry.
            .with_disable_bulk_delete(true)
            .with_retry(patience())
            .build()?;
        if self.prefix.as_ref().is_empty() {
            Ok(Arc::new(store))
        } else {
            Ok(Arc::new(PrefixStore::new(store, self.prefix.clone())))
        }
    }

    /// Refuses a bucket that keeps old versions, that did once (it may still hold them), or that doesn't say.
    pub(super) async fn refuse_versions(&self) -> Result<(), BlobError> {
        let answer = self.signed.send(Method::GET, "", &[("versioning", "")]).await;
        let Versioning::VersioningConfiguration { status } = answer
            .and_then(|answer| answer.read())
            .map_err(BlobError::VersioningUnknown)?;
        status.map_or(Ok(()), |_| Err(BlobError::Versioned))
    }

    /// Aborts what broken uploads of the blob at `path` left.
    pub(super) async fn abort_uploads(&self, path: &Path) -> Result<(), BlobError> {
        let key = Path::from_iter(self.prefix.parts().chain(path.parts()));
        let query = [("uploads", ""), ("prefix", key.as_ref())];
        let found = self.signed.send(Method::GET, "", &query).await;
        let Uploads::ListMultipartUploadsResult { uploads } =
            found.and_then(|answer| answer.read()).map_err(BlobError::Uploads)?;
        for upload in uploads.iter().filter(|upload| upload.key == key.as_ref()) {
            let query = [("uploadId", upload.upload_id.as_str())];
            match self.signed.send(Method::DELETE, key.as_ref(), &query).await {
                Ok(_) => {}
                Err(problem) if problem.is_not_found() => {}
                Err(problem) => return Err(BlobError::Uploads(problem)),
            }
        }
        Ok(())
    }
}

/// The bucket's own address, without a slash at its end.
fn address(settings: &S3Settings) -> Result<Url, BlobError> {
    let unfit = |error: url::ParseError| BlobError::Bucket(error.into());
    let mut address = Url::parse(&settings.endpoint).map_err(unfit)?;
    if settings.path_style {
        address.set_path(&settings.bucket);
    } else {
        let host = address.host_str().ok_or_else(|| unfit(url::ParseError::EmptyHost))?;
        let host = format!("{}.{host}", settings.bucket);
        address.set_host(Some(&host)).map_err(unfit)?;
    }
    Ok(address)
}

/// A sender waits meanwhile, and tries again by itself.
fn patience() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            base: 2.0,
        },
        max_retries: 4,
        retry_timeout: Duration::from_secs(30),
    }
}

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
