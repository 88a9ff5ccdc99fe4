//! Fresh databases on a PostgreSQL server.

use std::time::Duration;

use base::{SecretString, Timestamp};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

use super::{TestPortal, given};

/// Two empty databases with names that nobody else uses; `None` when the tests were given no server. They go with the
/// server, which lives only as long as the test run.
pub(crate) async fn fresh_databases() -> Option<(SecretString, SecretString)> {
    let server = given("POSTVALV_TEST_POSTGRES", "scripts/with-postgres")?;
    let connection = Database::connect(server.as_str()).await.unwrap();
    let ids = base::Ids::new(base::ManualClock::at(Timestamp::from_millis(0)).clock());
    let id: base::RequestId = ids.next();
    let id = id.to_string().replace('-', "");
    let mut urls = Vec::new();
    for name in [format!("portal_{id}"), format!("vault_{id}")] {
        let create = Statement::from_string(DbBackend::Postgres, format!("CREATE DATABASE {name}"));
        connection.execute_raw(create).await.unwrap();
        urls.push(SecretString::new(with_database(&server, &name)));
    }
    connection.close().await.unwrap();
    let vault = urls.pop()?;
    Some((urls.pop()?, vault))
}

impl TestPortal {
    /// Returns when that many connections wait for a lock in the portal's database.
    pub(crate) async fn connections_wait(&self, connections: i64) {
        let database = &self.portal.0.database;
        let query = "SELECT count(*) AS waiting FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..500 {
            let statement = Statement::from_string(database.backend(), query);
            let row = database.reader().query_one_raw(statement).await.unwrap().unwrap();
            if row.try_get::<i64>("", "waiting").unwrap() == connections {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{connections} connections were to wait for a lock, and do not");
    }
}

/// The address of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server
        .split_once('?')
        .map_or((server, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").unwrap();
    let authority = rest.split('/').next().unwrap();
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    format!("{scheme}://{authority}/{name}{query}")
}

#[test]
fn only_the_name_of_the_database_changes() {
    assert_eq!(
        with_database("postgres://postgres@localhost/postgres?host=/tmp/x", "portal_1"),
        "postgres://postgres@localhost/portal_1?host=/tmp/x"
    );
    assert_eq!(with_database("postgres://u:p@h:5432", "a"), "postgres://u:p@h:5432/a");
}
