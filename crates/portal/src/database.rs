//! One of the two databases: connecting, reading, writing, migrating. Knows no table.
//!
//! SQLite has one connection that writes and a few that read, so writers queue here and not on the file's lock.
//! PostgreSQL has one pool for both. A commit is durable when it returns: `synchronous=FULL`, `synchronous_commit=on`.

mod packed;
mod write_ahead_log;

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use base::SecretString;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions, Connection, Executor};
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::Fault;

pub(crate) use packed::Packed;
use write_ahead_log::Folding;

/// How long a statement waits for another program's lock on an SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a caller waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// How many KiB of pages the connection that writes to an SQLite file keeps: what a batch of a purge changes.
const SQLITE_WRITER_CACHE_KIB: u32 = 8 * 1024;
/// Connections that read an SQLite file.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL per database and node.
const POSTGRES_CONNECTIONS: u32 = 16;
/// The key of PostgreSQL's advisory lock that lets one node at a time migrate: "postvalv" in ASCII.
const MIGRATION_LOCK: i64 = 0x706f_7374_7661_6c76;

/// A database that can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address is neither `sqlite:PATH` nor `postgres://…`. The address isn't repeated: it may hold a password.
    #[error("the database address is neither sqlite:PATH nor postgres://USER@HOST/NAME")]
    Address,
    /// The file can't be created or opened.
    #[error("the database file {0} can't be opened")]
    File(PathBuf, #[source] std::io::Error),
    /// The database did not answer as it should.
    #[error("the database can't be reached")]
    Connect(#[source] DbErr),
}

/// A database with its connections. Cloning it gives the same database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    /// Whose turn it is to write, in the order in which they came: everybody's on SQLite, and on PostgreSQL that of single statements.
    turns: Arc<Mutex<()>>,
    /// SQLite's alone.
    folding: Option<Arc<Folding>>,
}

impl Database {
    /// Opens the database at `url`: `sqlite:PATH`, created with mode 600 when missing, or `postgres://…`.
    ///
    /// # Errors
    ///
    /// [`DatabaseError`] with what is wrong.
    pub(crate) async fn connect(url: &SecretString) -> Result<Self, DatabaseError> {
        let text = url.expose();
        if let Some(path) = sqlite_file(url)? {
            Self::open_file(path).await
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(text).map_err(|_| DatabaseError::Address)?;
            Self::open_postgres(options).await
        } else {
            Err(DatabaseError::Address)
        }
    }

    async fn open_file(path: &Path) -> Result<Self, DatabaseError> {
        // SQLite gives its write-ahead log the mode of the database file, so only this file needs to be made with care.
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(|problem| DatabaseError::File(path.to_owned(), problem))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten in the file too. (Its log still has it: the keys see to that.)
            .pragma("secure_delete", "on")
            // What a statement needs room for, such as pages as they were before it, stays out of files that nobody tends.
            .pragma("temp_store", "memory")
            .busy_timeout(BUSY_TIMEOUT)
            // A whole inbox fits, so that the reading thread need not wait for its reader half-way.
            .row_buffer_size(1024)
            .disable_statement_logging();
        // The writer opens first: it turns the write-ahead log on, which a reader can't.
        let writers = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| {
                Box::pin(async move {
                    // What was asked for before, such as undoing a dropped transaction, is done when this is.
                    connection.ping().await?;
                    // A full disk makes SQLite undo a transaction by itself, whereupon undoing it fails and sqlx counts one
                    // too many from then on: what is committed later would only be the inner part of one that never ends.
                    Ok(!connection.is_in_transaction())
                })
            });
        let writes = options
            .clone()
            .pragma("cache_size", format!("-{SQLITE_WRITER_CACHE_KIB}"))
            .pragma("wal_autocheckpoint", write_ahead_log::MOST_PAGES.to_string());
        let writer = sqlite_pool(writers, writes).await?;
        let reads = options.pragma("query_only", "on");
        let readers = SqlitePoolOptions::new().max_connections(SQLITE_READERS);
        let reader = sqlite_pool(readers, reads.clone()).await?;
        let folds = sqlite_pool(SqlitePoolOptions::new().max_connections(1), reads).await?;
        Ok(Self {
            reader,
            writer,
            turns: Arc::default(),
            folding: Some(Arc::new(Folding::begin(folds))),
        })
    }

    async fn open_postgres(options: PgConnectOptions) -> Result<Self, DatabaseError> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // As statements, since connection poolers refuse them as start-up parameters.
                    connection
                        .execute("SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '60s'")
                        .await?;
                    Ok(())
                })
            })
            .connect_with(options.application_name("postvalv").disable_statement_logging())
            .await
            .map_err(connect_error)?;
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Ok(Self {
            reader: connection.clone(),
            writer: connection,
            turns: Arc::default(),
            folding: None,
        })
    }

    /// The connections for reading. On SQLite they can't write.
    pub(crate) const fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// The connection for writing, for what can't be done inside a transaction.
    pub(crate) const fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a transaction that may write (`BEGIN IMMEDIATE` on SQLite, so that it never has to be run again because
    /// somebody else wrote). Dropping it undoes it.
    ///
    /// # Errors
    ///
    /// When the database can't be reached or stays locked for longer than the timeout.
    pub(crate) async fn write(&self) -> Result<WriteTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let turn = match self.backend() {
            DbBackend::Sqlite => Some(self.turn().await?),
            _ => None,
        };
        let transaction = self.writer.begin_with_options(options).await?;
        Ok(WriteTransaction {
            transaction,
            folding: self.folding.clone(),
            _turn: turn,
        })
    }

    /// Waits for the turn to write one statement.
    ///
    /// # Errors
    ///
    /// As [`Database::write`].
    pub(crate) async fn single(&self) -> Result<SingleWrite<'_>, DbErr> {
        Ok(SingleWrite {
            _turn: self.turn().await?,
            database: self,
        })
    }

    async fn turn(&self) -> Result<OwnedMutexGuard<()>, DbErr> {
        let turn = tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.turns).lock_owned());
        turn.await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
    }

    /// SQLite or PostgreSQL.
    pub(crate) fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Brings the schema up to date, all or nothing. Several nodes may do so at once.
    ///
    /// # Errors
    ///
    /// When a step fails.
    pub(crate) async fn migrate<M: MigratorTrait>(&self) -> Result<(), DbErr> {
        let transaction = self.write().await?;
        if self.backend() == DbBackend::Postgres {
            transaction
                .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                .await?;
        }
        M::up(&transaction.transaction, None).await?;
        transaction.commit().await
    }

    /// Takes the first steps of the schema only, as the version did that had no more.
    #[cfg(test)]
    pub(crate) async fn migrate_before<M: MigratorTrait>(&self, step: &str) {
        let all = M::migrations();
        let before = all
            .iter()
            .position(|migration| migration.name().contains(step))
            .unwrap();
        let transaction = self.write().await.unwrap();
        M::up(&transaction.transaction, Some(before.try_into().unwrap()))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    /// Asks the database whether it answers.
    ///
    /// # Errors
    ///
    /// When it doesn't.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        self.reader.ping().await
    }

    /// Closes all connections; SQLite then folds its write-ahead log into the file.
    ///
    /// # Errors
    ///
    /// When a connection was already broken.
    pub(crate) async fn close(self) -> Result<(), DbErr> {
        if let Some(folding) = &self.folding {
            folding.close().await?;
        }
        self.reader.close().await?;
        self.writer.close().await
    }
}

/// The file of an SQLite database; `None` when the address is another kind's.
///
/// # Errors
///
/// [`DatabaseError::Address`] when it names none.
pub(crate) fn sqlite_file(url: &SecretString) -> Result<Option<&Path>, DatabaseError> {
    let Some(path) = url.expose().strip_prefix("sqlite:") else {
        return Ok(None);
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains(['?', ':']) {
        return Err(DatabaseError::Address);
    }
    Ok(Some(Path::new(path)))
}

async fn sqlite_pool(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
) -> Result<DatabaseConnection, DatabaseError> {
    let pool = pool
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // A connection to a file doesn't go stale, and asking whether it did costs two thread switches a statement.
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(connect_error)?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

fn connect_error(problem: sqlx::Error) -> DatabaseError {
    DatabaseError::Connect(DbErr::Conn(RuntimeErr::SqlxError(problem.into())))
}

/// Whether the database refused to write because its disk or quota is full (SQLite's `SQLITE_FULL`, PostgreSQL's
/// class 53 "insufficient resources", code 53100).
pub(crate) fn is_out_of_space(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))
    | DbErr::Conn(RuntimeErr::SqlxError(inner))) = error
    else {
        return false;
    };
    inner
        .as_database_error()
        .and_then(|database| database.code())
        .is_some_and(|code| code == "13" || code == "53100")
}

/// A transaction that may write. Dropping it undoes it.
#[derive(Debug)]
pub(crate) struct WriteTransaction {
    transaction: DatabaseTransaction,
    folding: Option<Arc<Folding>>,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl WriteTransaction {
    /// Makes everything in it visible and durable.
    ///
    /// # Errors
    ///
    /// When the commit failed: nothing was written, unless the connection broke at that very moment.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.transaction.commit().await?;
        if let Some(folding) = &self.folding {
            folding.committed();
        }
        Ok(())
    }
}

/// The turn to write one statement that is a transaction of its own: it makes the program wait for SQLite's thread, or for PostgreSQL's
/// answer, once instead of four times.
pub(crate) struct SingleWrite<'a> {
    database: &'a Database,
    _turn: OwnedMutexGuard<()>,
}

impl SingleWrite<'_> {
    /// SQLite or PostgreSQL.
    pub(crate) fn backend(&self) -> DbBackend {
        self.database.backend()
    }

    /// Runs the statement, durable when this returns, and says how many rows it changed.
    ///
    /// # Errors
    ///
    /// When it failed: nothing was written.
    pub(crate) async fn execute(self, statement: Statement) -> Result<u64, DbErr> {
        let done = self.database.writer.execute_raw(statement).await?;
        if let Some(folding) = &self.database.folding {
            folding.committed();
        }
        Ok(done.rows_affected())
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for WriteTransaction {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement).await
    }
}

impl From<DatabaseError> for Fault {
    fn from(error: DatabaseError) -> Self {
        Self::new(error)
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
