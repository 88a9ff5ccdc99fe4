//! A database out of an archive: SQLite's file beside where it is to be, PostgreSQL's by `pg_restore` in one transaction.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base::SecretString;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::RestoreError;
use super::opened::{Archive, Member};
use crate::Fault;
use crate::backup::BackupPart;
use crate::backup::database::apart;
use crate::database::Database;

/// How many tables there are.
const TABLES: &str =
    "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";

/// Takes away all that a restore made, and that its owner may take away.
const CLEAR: &str = "DO $$ DECLARE it record; BEGIN \
    FOR it IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_catalog.pg_tables \
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') \
    LOOP EXECUTE 'DROP TABLE IF EXISTS ' || it.name || ' CASCADE'; END LOOP; \
    FOR it IN SELECT oid::regprocedure AS name FROM pg_catalog.pg_proc \
        WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole AND NOT EXISTS \
            (SELECT 1 FROM pg_catalog.pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') \
    LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || it.name || ' CASCADE'; END LOOP; \
    END $$";

/// Writes an SQLite database into a file that does not exist yet.
pub(super) fn into_file(archive: &Archive, part: BackupPart, path: &Path) -> Result<(), RestoreError> {
    let error = |problem| RestoreError::Write(path.to_owned(), problem);
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(error)?;
    archive.each(part, |member, content| match member {
        Member::Database => content.copy(&mut file, path),
        _ => content.skip(),
    })?;
    file.sync_all().map_err(error)
}

/// Gives a PostgreSQL database to `pg_restore`, which makes all of it or nothing.
pub(super) fn into_postgres(
    archive: &Archive,
    part: BackupPart,
    program: &Path,
    url: &SecretString,
) -> Result<(), RestoreError> {
    let failed = || RestoreError::Load(program.to_owned());
    let (address, password) = apart(url.expose()).ok_or_else(|| Fault::new("the database's address can't be read"))?;
    let mut command = Command::new(program);
    if let Some(password) = password {
        command.env("PGPASSWORD", password.expose());
    }
    command
        .args(["--no-owner", "--no-privileges", "--no-password"])
        .args(["--exit-on-error", "--single-transaction"])
        .arg(format!("--dbname={address}"))
        .stdin(Stdio::piped());
    let mut program = command.spawn().map_err(|_| failed())?;
    let mut input = program.stdin.take().ok_or_else(failed)?;
    let given = archive.each(part, |member, content| match member {
        Member::Database => content.copy(&mut input, Path::new("pg_restore")),
        _ => content.skip(),
    });
    drop(input);
    let succeeded = program.wait().map_err(|_| failed())?.success();
    match given {
        // It ended before it had read everything, and said why.
        Err(RestoreError::Write(..)) => Err(failed()),
        Err(other) => Err(other),
        Ok(()) => succeeded.then_some(()).ok_or_else(failed),
    }
}

/// Whether a PostgreSQL database has no table.
pub(super) async fn is_empty(url: &SecretString) -> Result<bool, RestoreError> {
    let database = Database::connect(url).await?;
    let question = Statement::from_string(DbBackend::Postgres, TABLES);
    let row = database.reader().query_one_raw(question).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    database.close().await?;
    Ok(count == 0)
}

/// Empties a PostgreSQL database that was empty.
pub(super) async fn clear(url: &SecretString) -> Result<(), RestoreError> {
    let database = Database::connect(url).await?;
    database.writer().execute_unprepared(CLEAR).await?;
    database.close().await?;
    Ok(())
}

/// Gives a file its own name, unless something has it.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from)?;
    fs::File::open(to.parent().unwrap_or_else(|| Path::new("/")))?.sync_all()
}

/// The files that SQLite has beside a database.
pub(super) fn beside(path: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", "-journal"].map(|end| with_end(path, end))
}

/// A path with more at its end.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
