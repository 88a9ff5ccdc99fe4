//! What tests ask of a bucket besides what the portal does.

use bytes::Bytes;
use http::Method;

use super::{Bucket, S3Error, Uploads};
use crate::S3Settings;

/// Sends a request about the bucket.
pub(in crate::blob) async fn send(
    settings: &S3Settings,
    method: Method,
    query: &[(&str, &str)],
    body: Bytes,
) -> Result<(), S3Error> {
    let bucket = Bucket::new(settings).unwrap();
    bucket.signed.send_body(method, "", query, body).await.map(|_| ())
}

/// Sends a request about the bucket with headers.
pub(in crate::blob) async fn send_with(
    settings: &S3Settings,
    method: Method,
    headers: &[(&'static str, &str)],
) -> Result<(), S3Error> {
    let bucket = Bucket::new(settings).unwrap();
    let sent = bucket.signed.send_with(method, "", &[], headers, Bytes::new());
    sent.await.map(|_| ())
}

/// Deletes a version of an object.
pub(in crate::blob) async fn delete_version(bucket: &Bucket, key: &str, version: &str) -> Result<(), S3Error> {
    let query = [("versionId", version)];
    bucket.signed.send(Method::DELETE, key, &query).await.map(|_| ())
}

/// The unfinished uploads below the bucket's prefix, as `KEY#UPLOAD`.
pub(in crate::blob) async fn unfinished(bucket: &Bucket) -> Vec<String> {
    let query = [("uploads", ""), ("prefix", bucket.prefix.as_ref())];
    let answer = bucket.signed.send(Method::GET, "", &query).await.unwrap();
    let Uploads::ListMultipartUploadsResult { uploads } = answer.read().unwrap();
    uploads
        .into_iter()
        .map(|upload| {
            let below = upload.key.strip_prefix(bucket.prefix.as_ref()).unwrap();
            format!("{}#{}", below.trim_start_matches('/'), upload.upload_id)
        })
        .collect()
}
