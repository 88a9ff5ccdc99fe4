//! That `docs/tombstones.md` tells of every column in which something is left of what was purged, and that what it says goes, goes.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use sea_orm::{ConnectionTrait, Statement};

use crate::HoldScope;
use crate::test_support::{Norrby, columns, on_both_databases};

/// Of each table its columns, and whether what stands in one is said to be erased.
fn told() -> BTreeMap<String, Vec<(String, bool)>> {
    let text = include_str!("../../../../docs/tombstones.md");
    let mut tables: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    let mut table = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            name.clone_into(&mut table);
        } else if let Some((column, rest)) = line.strip_prefix("| `").and_then(|row| row.split_once("` | ")) {
            let (what, why) = rest.split_once(" | ").unwrap();
            assert!(["stays", "erased"].contains(&what), "{line}");
            assert!(what == "erased" || why.len() > 2, "{line}");
            tables
                .entry(table.clone())
                .or_default()
                .push((column.to_owned(), what == "erased"));
        }
    }
    tables
}

on_both_databases! {
    async fn each_column_that_is_left_is_told_of(test: TestPortal) {
        let found = columns(&test.portal.0.database).await;
        let told = told();
        assert_eq!(told.len(), 7);
        for (table, told) in told {
            let mut told: Vec<String> = told.into_iter().map(|(column, _)| column).collect();
            let mut found: Vec<String> = found[&table].iter().map(|(column, _)| column.clone()).collect();
            told.sort_unstable();
            found.sort_unstable();
            assert_eq!(told, found, "{table}");
        }
    }

    async fn what_is_said_to_go_goes(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 5).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        norrby.lift(&test, hold).await;
        let admin = norrby.admin(&test).await;
        let last_day = test.now().to_jiff().to_zoned(test.settings.time_zone.clone()).date().saturating_add(8.days());
        test.portal.extend_case(&admin, sent.deliveries[0].case, last_day, "Komplettering väntas").await.unwrap();
        test.days_pass(30).await;
        assert_eq!(test.audited("document.purged").await, 1);
        let database = &test.portal.0.database;
        for (table, columns) in told() {
            assert!(test.rows(&table).await > 0, "{table}");
            for (column, _) in columns.into_iter().filter(|(_, goes)| *goes) {
                let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} IS NOT NULL");
                let query = Statement::from_string(database.backend(), sql);
                let row = database.reader().query_one_raw(query).await.unwrap().unwrap();
                assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0, "{table}.{column}");
            }
        }
    }
}
