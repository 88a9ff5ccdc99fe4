//! Looks into databases, for tests about what is and is not there.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use crate::database::Database;

/// Every text and every sequence of bytes in every table.
pub(crate) async fn everything_stored(database: &Database) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for table in tables(database).await {
        for row in all(database, &format!("SELECT * FROM \"{table}\"")).await {
            for column in row.column_names() {
                let bytes = row.try_get::<Option<Vec<u8>>>("", &column).ok().flatten();
                let text = row.try_get::<Option<String>>("", &column).ok().flatten();
                found.extend(bytes.or_else(|| text.map(String::into_bytes)));
            }
        }
    }
    found
}

/// Whether a text lies anywhere in what is stored.
pub(crate) fn is_among(text: &str, stored: &[Vec<u8>]) -> bool {
    let holds = |value: &Vec<u8>| value.windows(text.len()).any(|window| window == text.as_bytes());
    stored.iter().any(holds)
}

/// The columns of each table with whether they may be empty, in the tables' order.
pub(crate) async fn columns(database: &Database) -> BTreeMap<String, Vec<(String, bool)>> {
    let mut found = BTreeMap::new();
    for table in tables(database).await {
        let sql = match database.backend() {
            DbBackend::Postgres => format!(
                "SELECT column_name::text, is_nullable = 'YES' FROM information_schema.columns \
                 WHERE table_name = '{table}' ORDER BY ordinal_position"
            ),
            _ => format!("SELECT name, \"notnull\" = 0 FROM pragma_table_info('{table}') ORDER BY cid"),
        };
        let columns = all(database, &sql).await;
        let columns = columns
            .iter()
            .map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()));
        found.insert(table, columns.collect());
    }
    found
}

async fn tables(database: &Database) -> Vec<String> {
    let sql = match database.backend() {
        DbBackend::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let rows = all(database, sql).await;
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn all(database: &Database, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(database.backend(), sql);
    database.reader().query_all_raw(statement).await.unwrap()
}

/// How many rows a table has.
pub(crate) async fn count(database: &Database, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let statement = Statement::from_string(database.backend(), sql);
    let row = database.reader().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Every row of every table as text, in no order of the database's.
pub(crate) async fn every_row(database: &Database) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for (table, columns) in columns(database).await {
        let columns: Vec<_> = columns
            .iter()
            .map(|(column, _)| format!("quote(\"{column}\")"))
            .collect();
        let row = match database.backend() {
            DbBackend::Postgres => "t::text".to_owned(),
            _ => columns.join(" || '|' || "),
        };
        let rows = all(database, &format!("SELECT {row} FROM \"{table}\" AS t")).await;
        let mut rows: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        rows.sort();
        found.insert(table, rows);
    }
    found
}
