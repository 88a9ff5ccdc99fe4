//! Folds an SQLite database's write-ahead log into its file beside the writers. Otherwise one commit in some hundred does it before it
//! returns (<https://www.sqlite.org/wal.html#ckpt>), and whoever waits for that connection waits for the disk too.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

/// From how many pages on the log is folded: SQLite's own measure.
const PAGES: i64 = 1000;
/// From how many pages on the connection that writes folds what is left, so that the log does not grow as long as others never
/// stop writing: 16 MiB.
pub(super) const MOST_PAGES: i64 = 4000;
/// The least time from one look to the next.
const PAUSE: Duration = Duration::from_millis(50);

/// Folds while it is there.
#[derive(Debug)]
pub(super) struct Folding {
    connection: DatabaseConnection,
    committed: Arc<Notify>,
    task: AbortOnDropHandle<()>,
}

impl Folding {
    /// Folds through a connection of its own.
    pub(super) fn begin(connection: DatabaseConnection) -> Self {
        let committed = Arc::new(Notify::new());
        let task = tokio::spawn(run(connection.clone(), Arc::clone(&committed)));
        Self {
            connection,
            committed,
            task: AbortOnDropHandle::new(task),
        }
    }

    /// Tells that the log has grown.
    pub(super) fn committed(&self) {
        self.committed.notify_one();
    }

    /// Ends it, for every clone of the database.
    ///
    /// # Errors
    ///
    /// When the connection was already broken.
    pub(super) async fn close(&self) -> Result<(), DbErr> {
        self.task.abort();
        self.connection.clone().close().await
    }
}

async fn run(connection: DatabaseConnection, committed: Arc<Notify>) {
    loop {
        committed.notified().await;
        if let Err(problem) = fold(&connection).await {
            tracing::warn!(%problem, "the write-ahead log was not folded into its file");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn fold(connection: &DatabaseConnection) -> Result<(), DbErr> {
    if pages_left(connection, "NOOP").await? >= PAGES {
        pages_left(connection, "PASSIVE").await?;
    }
    Ok(())
}

/// Runs a checkpoint, and gives how many pages are in the log alone.
async fn pages_left(connection: &DatabaseConnection, mode: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA wal_checkpoint({mode})"));
    let Some(row) = connection.query_one_raw(statement).await? else {
        return Ok(0);
    };
    let (logged, folded): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    Ok(logged - folded)
}
