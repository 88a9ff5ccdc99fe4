//! The sections on a bucket of an S3-compatible store.

use base::SecretString;
use serde::Deserialize;
use web::PublicOrigin;
use web::config::{Check, Validate};

/// `[blobs.s3]` and `[audit.checkpoints.NAME.s3]`: a bucket of an S3-compatible store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Section {
    /// The store's address without path: over TLS, or on this machine.
    pub endpoint: PublicOrigin,
    /// The region that requests are signed for.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// What the names of all objects begin with.
    #[serde(default)]
    pub prefix: String,
    /// Id of the access key.
    pub access_key_id: SecretString,
    /// The access key.
    pub secret_access_key: SecretString,
    /// Whether the bucket's name stands in the path and not in the host's name.
    #[serde(default = "path_style")]
    pub path_style: bool,
}

/// What every S3-compatible store takes.
const fn path_style() -> bool {
    true
}

impl S3Section {
    pub(crate) fn settings(&self) -> portal::S3Settings {
        portal::S3Settings {
            endpoint: self.endpoint.as_str().to_owned(),
            region: self.region.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone(),
            path_style: self.path_style,
        }
    }
}

impl Validate for S3Section {
    fn validate(&self, check: &mut Check) {
        check.that(is_region(&self.region), "region", "must be 1 to 64 of a-z, 0-9 and -");
        check.that(
            is_bucket(&self.bucket),
            "bucket",
            "must be 3 to 63 of a-z, 0-9, - and ., as buckets are named",
        );
        check.that(
            self.path_style || !self.bucket.contains('.'),
            "bucket",
            "must not have a dot when path_style = false, since no certificate covers it",
        );
        check.that(
            is_prefix(&self.prefix),
            "prefix",
            "must be names of a-z, A-Z, 0-9, ., _ and - with / between them, at most 200 characters",
        );
        for (key, value) in [
            ("access_key_id", &self.access_key_id),
            ("secret_access_key", &self.secret_access_key),
        ] {
            let printable = value.expose().bytes().all(|byte| byte.is_ascii_graphic());
            check.that(
                printable && !value.expose().is_empty(),
                key,
                "must be visible ASCII characters",
            );
        }
    }
}

fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// The rule for names of buckets (Amazon S3, "Bucket naming rules"), as far as it keeps an address in shape.
fn is_bucket(text: &str) -> bool {
    let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let plain = |byte: u8| edge(byte) || byte == b'-' || byte == b'.';
    let bytes = text.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().copied().all(plain)
        && bytes.first().copied().is_some_and(edge)
        && bytes.last().copied().is_some_and(edge)
        && !text.contains("..")
}

fn is_prefix(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = |name: &str| !["", ".", ".."].contains(&name) && name.bytes().all(plain);
    text.is_empty() || (text.len() <= 200 && text.split('/').all(is_name))
}
