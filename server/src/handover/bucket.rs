//! Checkpoints to one bucket. What is written there, and what the bucket must be, is the portal's.

use std::time::Duration;

use portal::{
    AuditReceiver, CheckpointBucket, CheckpointBucketError, HandoverFailure, HandoverOutcome, Portal, TakenHandover,
};
use tokio::time::timeout;

use crate::answer::chain;
use crate::config::Config;

/// For one handover as a whole; less than what the portal leases it for.
const TOTAL: Duration = Duration::from_secs(2 * 60);

/// The way to one bucket.
pub struct Bucket {
    receiver: AuditReceiver,
    bucket: CheckpointBucket,
}

impl Bucket {
    /// The ways to all buckets that the configuration names.
    ///
    /// # Errors
    ///
    /// [`CheckpointBucketError::Settings`].
    pub fn all(config: &Config) -> Result<Vec<Self>, CheckpointBucketError> {
        let sections = config.audit.checkpoints.iter();
        let of = |(name, section): (&String, &crate::config::CheckpointsSection)| {
            Ok(Self {
                receiver: section.receiver(name),
                bucket: CheckpointBucket::new(&section.s3.settings())?,
            })
        };
        sections.map(of).collect()
    }

    /// Who gets what goes this way.
    pub(super) const fn receiver(&self) -> &AuditReceiver {
        &self.receiver
    }

    /// Says at start whether the bucket can't be used as it is. The portal runs all the same: nothing is written there, and what waits
    /// is told of.
    pub(super) async fn check(&self, portal: &Portal) {
        match timeout(TOTAL, self.bucket.check(portal)).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => self.tell(&problem),
            Err(_) => tracing::error!(
                receiver = self.receiver.name,
                "the bucket for checkpoints does not answer"
            ),
        }
    }

    /// Hands over what was taken, or its beginning.
    pub(super) async fn hand_over(&self, portal: &Portal, taken: &TakenHandover) -> HandoverOutcome {
        match timeout(TOTAL, self.bucket.hand_over(portal, taken)).await {
            Ok(Ok(row)) => HandoverOutcome::HandedOver(row),
            Ok(Err(problem)) => {
                self.tell(&problem);
                HandoverOutcome::Failed(problem.failure())
            }
            Err(_) => HandoverOutcome::Failed(HandoverFailure::TimedOut),
        }
    }

    fn tell(&self, problem: &CheckpointBucketError) {
        let receiver = &self.receiver.name;
        tracing::error!(
            receiver,
            error = chain(problem),
            "checkpoints can't be handed over to a bucket"
        );
    }
}
