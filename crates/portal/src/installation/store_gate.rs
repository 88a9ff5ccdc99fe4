//! Whether the jobs may delete from the blob store now: it answers, and belongs to this installation with everything else.
//!
//! Asked again before each batch, since a folder can be unmounted, or another mounted in its place, under a running job:
//! what is missing there would count as deleted.

use crate::blob::Blobs;
use crate::{Context, Fault, installation};

/// Opens the blob store to a job until it fails as a whole.
#[derive(Default)]
pub(crate) struct StoreGate {
    problem: Option<Fault>,
}

impl StoreGate {
    /// The blob store; `None` from the moment on when it failed.
    pub(crate) async fn blobs<'a>(&mut self, context: &'a Context) -> Option<&'a Blobs> {
        if self.problem.is_none() {
            let checked = installation::check(&context.database, &context.vault, &context.blobs).await;
            self.problem = checked.err().map(Fault::from);
        }
        self.problem.is_none().then_some(&context.blobs)
    }

    /// Why the store was refused.
    pub(crate) fn problem(self) -> Option<Fault> {
        self.problem
    }
}
