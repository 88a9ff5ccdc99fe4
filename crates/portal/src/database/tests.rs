use std::os::unix::fs::PermissionsExt;

use futures::FutureExt as _;

use super::testing::on_each_database;
use super::*;
use crate::vault::VaultMigrator;

async fn count_days(database: &Database) -> i64 {
    let count = Statement::from_string(database.backend(), "SELECT count(*) AS days FROM day");
    let row = database.reader().query_one_raw(count).await.unwrap().unwrap();
    row.try_get("", "days").unwrap()
}

const INSERT: &str = "INSERT INTO day (number, secret_version, marked, over) VALUES (1, 1, false, false)";

#[tokio::test]
async fn what_is_committed_is_read_and_what_is_dropped_is_not() {
    on_each_database(async |databases| {
        let database = Database::connect(&databases.vault).await.unwrap();
        database.migrate::<VaultMigrator>().await.unwrap();
        let dropped = database.write().await.unwrap();
        dropped.execute_unprepared(INSERT).await.unwrap();
        drop(dropped);
        assert_eq!(count_days(&database).await, 0);

        let transaction = database.write().await.unwrap();
        transaction.execute_unprepared(INSERT).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(count_days(&database).await, 1);
        database.ping().await.unwrap();
        database.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn after_a_full_disk_what_is_committed_is_there() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = SecretString::new(format!("sqlite:{}", folder.path().join("vault.sqlite").display()));
    let database = Database::connect(&url).await.unwrap();
    database.migrate::<VaultMigrator>().await.unwrap();
    let full = database.write().await.unwrap();
    full.execute_unprepared("CREATE TABLE large (content BLOB)")
        .await
        .unwrap();
    full.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
    let refused = full
        .execute_unprepared("INSERT INTO large VALUES (zeroblob(1000000))")
        .await;
    assert!(is_out_of_space(&refused.unwrap_err()));
    drop(full);

    let given_up = database.write().await.unwrap();
    drop(given_up);
    let transaction = database.write().await.unwrap();
    transaction.execute_unprepared(INSERT).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(count_days(&database).await, 1);
}

#[tokio::test]
async fn several_nodes_may_migrate_at_once_and_again() {
    on_each_database(async |databases| {
        let one = Database::connect(&databases.vault).await.unwrap();
        let other = Database::connect(&databases.vault).await.unwrap();
        let (first, second) = tokio::join!(one.migrate::<VaultMigrator>(), other.migrate::<VaultMigrator>());
        first.unwrap();
        second.unwrap();
        one.migrate::<VaultMigrator>().await.unwrap();
        assert_eq!(count_days(&other).await, 0);
    })
    .await;
}

#[tokio::test]
async fn writers_queue_and_none_of_them_fails() {
    on_each_database(async |databases| {
        let database = Database::connect(&databases.vault).await.unwrap();
        let other_node = Database::connect(&databases.vault).await.unwrap();
        database.migrate::<VaultMigrator>().await.unwrap();
        let writes = (0..20).map(async |number| {
            let node = if number % 2 == 0 { &database } else { &other_node };
            let transaction = node.write().await?;
            let insert =
                format!("INSERT INTO day (number, secret_version, marked, over) VALUES ({number}, 1, false, false)");
            transaction.execute_unprepared(&insert).await?;
            transaction.commit().await
        });
        for written in futures::future::join_all(writes).await {
            written.unwrap();
        }
        assert_eq!(count_days(&database).await, 20);
    })
    .await;
}

#[tokio::test]
async fn single_statements_take_turns_and_on_sqlite_with_transactions_too() {
    on_each_database(async |databases| {
        let database = Database::connect(&databases.vault).await.unwrap();
        database.migrate::<VaultMigrator>().await.unwrap();
        let insert = |number: i32| {
            let sql =
                format!("INSERT INTO day (number, secret_version, marked, over) VALUES ({number}, 1, false, false)");
            Statement::from_string(database.backend(), sql)
        };
        let transaction = database.write().await.unwrap();
        transaction.execute_raw(insert(1)).await.unwrap();
        let waits = database.single().now_or_never();
        assert_eq!(waits.is_none(), database.backend() == DbBackend::Sqlite);
        transaction.commit().await.unwrap();
        drop(waits);
        let single = database.single().await.unwrap();
        assert!(database.single().now_or_never().is_none(), "it is not its turn");
        let mut next = Box::pin(database.write());
        if database.backend() == DbBackend::Sqlite {
            assert!(futures::poll!(&mut next).is_pending(), "it is not its turn");
        }
        assert_eq!(single.execute(insert(2)).await.unwrap(), 1);
        drop(next.await.unwrap());
        assert_eq!(count_days(&database).await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_written_is_folded_into_the_file_without_whoever_writes() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("vault.sqlite");
    let database = Database::connect(&SecretString::new(format!("sqlite:{}", path.display())))
        .await
        .unwrap();
    let transaction = database.write().await.unwrap();
    transaction
        .execute_unprepared("CREATE TABLE large (content BLOB)")
        .await
        .unwrap();
    // More than the log is left with, and less than what the connection that writes folds itself.
    let insert = "INSERT INTO large VALUES (zeroblob(8000000))";
    transaction.execute_unprepared(insert).await.unwrap();
    transaction.commit().await.unwrap();
    let folded = async {
        while std::fs::metadata(&path).unwrap().len() < 8_000_000 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let in_time = Duration::from_secs(10);
    tokio::time::timeout(in_time, folded).await.expect("the file has it");
}

#[tokio::test]
async fn an_sqlite_database_is_durable_private_and_read_only_for_readers() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("vault.sqlite");
    let database = Database::connect(&SecretString::new(format!("sqlite:{}", path.display())))
        .await
        .unwrap();
    database.migrate::<VaultMigrator>().await.unwrap();
    for name in ["vault.sqlite", "vault.sqlite-wal", "vault.sqlite-shm"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let transaction = database.write().await.unwrap();
    for (pragma, expected) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("temp_store", 2),
    ] {
        let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {pragma}"));
        let row = transaction.query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i32>(0).unwrap(), expected, "{pragma}");
    }
    assert!(database.reader().execute_unprepared(INSERT).await.is_err());
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused_without_being_repeated() {
    for address in [
        "",
        "mysql://root:hunter2@host/db",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:a?mode=ro",
        "postgres://[",
    ] {
        let error = Database::connect(&SecretString::new(address.to_owned()))
            .await
            .unwrap_err();
        assert!(matches!(error, DatabaseError::Address), "{address}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_full_disk_is_told_apart() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = SecretString::new(format!("sqlite:{}", folder.path().join("small.sqlite").display()));
    let database = Database::connect(&url).await.unwrap();
    database.migrate::<VaultMigrator>().await.unwrap();
    let transaction = database.write().await.unwrap();
    // SQLite's own bound on a file's size fails in the same way as a disk that is full.
    transaction
        .execute_unprepared("PRAGMA max_page_count = 1")
        .await
        .unwrap();
    transaction
        .execute_unprepared("CREATE TABLE large (content BLOB)")
        .await
        .unwrap_err();
    let large = "INSERT INTO register_key VALUES (1, 1, zeroblob(10000000))";
    let error = transaction.execute_unprepared(large).await.unwrap_err();
    assert!(is_out_of_space(&error), "{error:?}");
    let other = transaction
        .execute_unprepared("INSERT INTO nowhere VALUES (1)")
        .await
        .unwrap_err();
    assert!(!is_out_of_space(&other));
}
