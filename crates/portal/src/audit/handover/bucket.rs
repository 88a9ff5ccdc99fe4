//! Checkpoints to a bucket that keeps them: each is written once, as `PREFIX/INSTALLATION/CHAIN/ROW.json`, and nobody, the bucket's owner
//! included, can change or delete it for as long as the bucket's lock says.

use base::OrganisationId;
use http::StatusCode;
use object_store::client::HttpErrorKind;
use object_store::path::Path;

use super::{HandoverFailure, TakenHandover};
use crate::audit::{Checkpoint, checkpoint};
use crate::blob::{BlobError, LockedBucket, S3Error};
use crate::{Fault, Portal, PublicKeys, S3Settings};

/// How many are written before it is written down how far it has come.
const AT_ONCE: usize = 20;

/// A bucket for checkpoints.
#[derive(Clone, Debug)]
pub struct CheckpointBucket {
    bucket: LockedBucket,
}

/// Checkpoints could not be handed over to a bucket.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointBucketError {
    /// The settings make no client for the bucket.
    #[error(transparent)]
    Settings(BlobError),
    /// The bucket does not say whether its objects are locked, so they are taken not to be.
    #[error("the bucket does not say whether its objects are locked, and is not used")]
    LockUnknown(#[source] S3Error),
    /// Its objects can be changed or deleted.
    #[error("the bucket has no object lock with a default retention in compliance mode")]
    NotLocked,
    /// They are locked for too short a time.
    #[error(
        "the bucket locks objects for {days} days; it must be at least the {least} for which the audit log is kept"
    )]
    TooShort {
        /// Its default retention.
        days: u64,
        /// The log's.
        least: u64,
    },
    /// The bucket has another checkpoint of the same row.
    #[error("the bucket holds a checkpoint of row {row} from another history than the audit log has now")]
    OtherHistory {
        /// The row.
        row: u64,
    },
    /// The bucket did not take it.
    #[error("a checkpoint could not be written to the bucket")]
    Store(#[source] S3Error),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CheckpointBucketError {
    /// What is told of it.
    #[must_use]
    pub fn failure(&self) -> HandoverFailure {
        match self {
            Self::NotLocked | Self::TooShort { .. } => HandoverFailure::NotLocked,
            Self::OtherHistory { .. } => HandoverFailure::OtherHistory,
            Self::LockUnknown(problem) | Self::Store(problem) => of_store(problem),
            Self::Settings(_) | Self::Fault(_) => HandoverFailure::Inside,
        }
    }
}

fn of_store(problem: &S3Error) -> HandoverFailure {
    match problem {
        S3Error::Unreachable(problem) if matches!(problem.kind(), HttpErrorKind::Timeout) => HandoverFailure::TimedOut,
        S3Error::Unreachable(problem) if matches!(problem.kind(), HttpErrorKind::Interrupted) => {
            HandoverFailure::BrokenOff
        }
        S3Error::Refused { status, .. } if *status == StatusCode::REQUEST_TIMEOUT => HandoverFailure::TimedOut,
        S3Error::Unreachable(_) => HandoverFailure::Unreachable,
        S3Error::Refused { .. } | S3Error::Answer => HandoverFailure::Refused,
        S3Error::Request(_) => HandoverFailure::Inside,
    }
}

impl CheckpointBucket {
    /// A bucket that was not asked anything yet.
    ///
    /// # Errors
    ///
    /// [`CheckpointBucketError::Settings`].
    pub fn new(settings: &S3Settings) -> Result<Self, CheckpointBucketError> {
        let bucket = LockedBucket::new(settings).map_err(CheckpointBucketError::Settings)?;
        Ok(Self { bucket })
    }

    /// Asks the bucket whether it locks what is written to it from now on, for at least as long as the log is kept.
    ///
    /// # Errors
    ///
    /// [`CheckpointBucketError`].
    pub async fn check(&self, portal: &Portal) -> Result<(), CheckpointBucketError> {
        let least = portal.0.settings.audit_retention_days.into();
        let days = self.bucket.compliance_days().await;
        match days.map_err(CheckpointBucketError::LockUnknown)? {
            None => Err(CheckpointBucketError::NotLocked),
            Some(days) if days < least => Err(CheckpointBucketError::TooShort { days, least }),
            Some(_) => Ok(()),
        }
    }

    /// Writes what was taken, or its beginning, and says up to which row the bucket has it.
    ///
    /// # Errors
    ///
    /// [`CheckpointBucketError`], when it could not write the first of it.
    pub async fn hand_over(&self, portal: &Portal, taken: &TakenHandover) -> Result<u64, CheckpointBucketError> {
        self.check(portal).await?;
        let keys = portal.signing_keys().await?;
        let waiting = checkpoint::behind(&portal.0, taken.row.chain_id, taken.row.sequence, AT_ONCE).await?;
        let mut last = taken.after();
        for checkpoint in waiting {
            match self.write(&checkpoint, &keys).await {
                Ok(()) => last = checkpoint.sequence,
                Err(problem) if last == taken.after() => return Err(problem),
                // What is written counts; this one fails again next time.
                Err(_) => break,
            }
        }
        Ok(last)
    }

    async fn write(&self, checkpoint: &Checkpoint, keys: &PublicKeys) -> Result<(), CheckpointBucketError> {
        let body = checkpoint.to_json().map_err(Fault::new)?;
        let there = self.bucket.write_once(&name(checkpoint), body.into()).await;
        let Some(there) = there.map_err(CheckpointBucketError::Store)? else {
            return Ok(());
        };
        // One that was signed at another time, as after a restore, proves as much.
        let there = std::str::from_utf8(&there).ok().and_then(|text| text.parse().ok());
        let as_good = |there: Checkpoint| there.is_of_the_same(checkpoint) && there.is_signed_by(keys);
        if there.is_some_and(as_good) {
            Ok(())
        } else {
            let row = checkpoint.sequence;
            Err(CheckpointBucketError::OtherHistory { row })
        }
    }
}

/// The name of a checkpoint's object; names of one chain are in the order of its rows.
fn name(checkpoint: &Checkpoint) -> Path {
    let chain = |organisation: OrganisationId| organisation.to_string();
    let chain = checkpoint.organisation.map_or_else(|| "installation".to_owned(), chain);
    let row = checkpoint.sequence;
    Path::from(format!("{}/{chain}/{row:020}.json", checkpoint.installation))
}

#[cfg(test)]
mod tests;
