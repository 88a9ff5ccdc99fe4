//! A bucket whose objects nobody can change or delete before their time (S3 Object Lock): whether it is one, and writing each object once
//! (Amazon S3 API: `GetObjectLockConfiguration`, `PutObject`, `GetObject`). Such a bucket keeps versions, so it is never one of content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, StatusCode};
use object_store::path::Path;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::connector::Connector;
use super::request::{S3Error, Signed};
use super::{BlobError, address};
use crate::S3Settings;

/// A bucket, or the part of it below a prefix.
#[derive(Clone, Debug)]
pub(crate) struct LockedBucket {
    signed: Signed,
    prefix: Path,
}

/// Answer to `GetObjectLockConfiguration`.
#[derive(Debug, Deserialize)]
enum Lock {
    ObjectLockConfiguration {
        #[serde(rename = "ObjectLockEnabled")]
        enabled: Option<String>,
        #[serde(rename = "Rule")]
        rule: Option<Rule>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    default_retention: Option<DefaultRetention>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DefaultRetention {
    mode: Option<String>,
    days: Option<u64>,
    years: Option<u64>,
}

impl LockedBucket {
    pub(crate) fn new(settings: &S3Settings) -> Result<Self, BlobError> {
        let address = address(settings)?;
        let connector = Connector::new(&address)?;
        Ok(Self {
            signed: Signed::new(connector.client(), settings, address),
            prefix: Path::parse(&settings.prefix).map_err(|error| BlobError::Bucket(error.into()))?,
        })
    }

    /// For how many days the bucket lets nobody, its owner included, change or delete what is written there from now on; `None` when
    /// it does not do so by itself.
    pub(crate) async fn compliance_days(&self) -> Result<Option<u64>, S3Error> {
        let Lock::ObjectLockConfiguration { enabled, rule } =
            match self.signed.send(Method::GET, "", &[("object-lock", "")]).await {
                Ok(answer) => answer.read()?,
                Err(problem) if problem.has_code("ObjectLockConfigurationNotFoundError") => return Ok(None),
                Err(problem) => return Err(problem),
            };
        let retention = rule.and_then(|rule| rule.default_retention);
        let days = retention
            .filter(|retention| retention.mode.as_deref() == Some("COMPLIANCE"))
            .and_then(|DefaultRetention { days, years, .. }| days.or_else(|| years?.checked_mul(365)));
        Ok(days.filter(|_| enabled.as_deref() == Some("Enabled")))
    }

    /// Writes an object unless there is one of that name. Gives the one that was there, when it was not this that wrote it.
    pub(crate) async fn write_once(&self, name: &Path, body: Bytes) -> Result<Option<Bytes>, S3Error> {
        let key = Path::from_iter(self.prefix.parts().chain(name.parts()));
        // Where objects are locked, S3 takes none without a checksum.
        let checksum = STANDARD.encode(Sha256::digest(&body));
        let headers = [
            ("content-type", "application/json"),
            ("if-none-match", "*"),
            ("x-amz-checksum-sha256", checksum.as_str()),
        ];
        let written = self.signed.send_with(Method::PUT, key.as_ref(), &[], &headers, body);
        match written.await {
            Ok(_) => Ok(None),
            Err(S3Error::Refused {
                status: StatusCode::PRECONDITION_FAILED,
                ..
            }) => {
                let there = self.signed.send(Method::GET, key.as_ref(), &[]).await?;
                Ok(Some(there.into_bytes()))
            }
            Err(problem) => Err(problem),
        }
    }
}
