//! What can go wrong with a blob, and telling a full store from a broken one.

use std::error::Error;
use std::io;

use super::s3::S3Error;
use crate::Fault;

/// A blob that can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The disk or the quota is full.
    #[error("the blob store is out of space")]
    OutOfSpace,
    /// There is no such blob.
    #[error("the blob is missing")]
    Missing,
    /// The blob is shorter than it was when it was opened.
    #[error("the blob ended early")]
    Short,
    /// The installation's mark is there but does not read as one.
    #[error("the blob store's installation mark is damaged")]
    Mark,
    /// The bucket keeps old versions, or did once, so what is purged would stay.
    #[error("the bucket keeps old versions of objects, or did once; content needs a bucket that never did")]
    Versioned,
    /// The bucket did not say whether it keeps old versions, so it is taken to do so.
    #[error("the bucket does not say whether it keeps old versions of objects, and is not used")]
    VersioningUnknown(#[source] S3Error),
    /// Broken uploads can't be listed or aborted.
    #[error("the bucket's unfinished uploads can't be listed or aborted")]
    Uploads(#[source] S3Error),
    /// The settings make no client for the bucket.
    #[error("the bucket's settings can't be used")]
    Bucket(#[source] Box<dyn Error + Send + Sync>),
    /// A folder or file can't be used.
    #[error("the blob folder can't be used")]
    File(#[source] io::Error),
    /// The store did not do as it was asked.
    #[error("the blob store failed")]
    Store(#[source] object_store::Error),
    /// The work was given up because the program stops.
    #[error("the blob store's work was interrupted")]
    Interrupted,
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        if is_out_of_space(&error) {
            Self::OutOfSpace
        } else {
            Self::File(error)
        }
    }
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            Self::Missing
        } else if is_out_of_space(&error) {
            Self::OutOfSpace
        } else {
            Self::Store(error)
        }
    }
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        Self::new(error)
    }
}

/// Whether an error comes from a full disk or quota, however deep it lies.
fn is_out_of_space(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_full_quota_are_told_apart_from_other_failures() {
        let store = |kind: io::ErrorKind| object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(io::Error::from(kind)),
        };
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(matches!(BlobError::from(store(kind)), BlobError::OutOfSpace));
            assert!(matches!(BlobError::from(io::Error::from(kind)), BlobError::OutOfSpace));
        }
        let other = BlobError::from(store(io::ErrorKind::PermissionDenied));
        assert!(matches!(other, BlobError::Store(_)));
    }

    #[test]
    fn a_write_to_a_full_device_is_out_of_space() {
        let mut full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let problem = io::Write::write_all(&mut full, b"x").unwrap_err();
        assert!(matches!(BlobError::from(problem), BlobError::OutOfSpace));
    }
}
