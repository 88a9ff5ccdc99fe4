//! People who read documents that live: at a fixed pace, and one after the other to learn what a row in the audit log adds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base::DocumentId;
use futures::TryStreamExt;
use portal::{Content, ContentUse, Portal, RecipientActor};
use tokio::task::{JoinHandle, JoinSet};

use crate::support::{Failure, percentile};

/// How often a read begins.
const PACE: Duration = Duration::from_millis(20);
/// How many reads are measured with their row in the audit log, and how many without.
const READS: usize = 1000;
/// How much of it comes first, so that every connection is open.
const WARM_UP: usize = 50;

/// A person and one of their documents.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) actor: RecipientActor,
    pub(crate) document: DocumentId,
    /// How many bytes it has.
    pub(crate) size: usize,
}

impl Reader {
    async fn read(&self, portal: &Portal) -> Result<(), Failure> {
        let content = portal.open_content(&self.actor, self.document, ContentUse::View, None);
        read_to_end(content.await?, self.size).await
    }
}

/// How long a read takes with its row in the audit log, and without.
pub(crate) struct AuditShare {
    pub(crate) with: Duration,
    pub(crate) without: Duration,
}

impl AuditShare {
    /// The medians of reads one after the other, in turn with and without.
    pub(crate) async fn of(portal: &Portal, readers: &[Reader]) -> Result<Self, Failure> {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for reader in readers.iter().cycle().take(READS) {
            let began = Instant::now();
            reader.read(portal).await?;
            with.push(began.elapsed());
            let began = Instant::now();
            let content = portal.open_content_unrecorded(&reader.actor, reader.document);
            read_to_end(content.await?, reader.size).await?;
            without.push(began.elapsed());
        }
        with.sort_unstable();
        without.sort_unstable();
        Ok(Self {
            with: percentile(&with, 50),
            without: percentile(&without, 50),
        })
    }

    /// What the row adds, in percent.
    pub(crate) fn percent(&self) -> f64 {
        (self.with.as_secs_f64() / self.without.as_secs_f64() - 1.0) * 100.0
    }
}

/// People who read at a fixed pace until they are told to end. A read counts from the instant at which it was to begin, so that what
/// waits in line counts too.
pub(crate) struct Reading {
    ends: Arc<AtomicBool>,
    pace: JoinHandle<Result<Vec<Duration>, Failure>>,
}

impl Reading {
    pub(crate) fn begin(portal: &Portal, readers: &[Reader]) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let (portal, readers, told) = (portal.clone(), readers.to_vec(), Arc::clone(&ends));
        let pace = tokio::spawn(async move {
            let mut under_way = JoinSet::new();
            let mut took = Vec::new();
            let first = Instant::now();
            for (turn, reader) in (0_u32..).zip(readers.iter().cycle()) {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                let begins = first + PACE * turn;
                tokio::time::sleep_until(begins.into()).await;
                let (portal, reader) = (portal.clone(), reader.clone());
                under_way.spawn(async move {
                    reader.read(&portal).await?;
                    Ok::<_, Failure>(begins.elapsed())
                });
                // As they end: a read that is over keeps what it took of memory until it is asked for.
                while let Some(read) = under_way.try_join_next() {
                    took.push(read??);
                }
            }
            while let Some(read) = under_way.join_next().await {
                took.push(read??);
            }
            Ok(took)
        });
        Self { ends, pace }
    }

    /// How long each read took, in order of that.
    pub(crate) async fn end(self) -> Result<Vec<Duration>, Failure> {
        self.ends.store(true, Ordering::Relaxed);
        let mut took = self.pace.await??;
        if took.len() > WARM_UP * 2 {
            took.drain(..WARM_UP);
        }
        took.sort_unstable();
        Ok(took)
    }
}

async fn read_to_end(content: Content, size: usize) -> Result<(), Failure> {
    let read = content
        .stream
        .try_fold(0, |read, piece| async move { Ok(read + piece.len()) })
        .await?;
    (read == size)
        .then_some(())
        .ok_or_else(|| "a document is too short".into())
}
