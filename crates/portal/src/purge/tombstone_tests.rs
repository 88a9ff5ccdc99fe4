//! That `docs/tombstones.md` tells of every column in which something is left of what was purged, and that what it says goes, goes.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::ToSpan as _;

use crate::test_support::{Norrby, columns, count, on_both_databases};
use crate::{HoldScope, WarningSettings};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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
        let mut test = test;
        test.settings.warnings = WarningSettings { unread: 3 * DAY, read: 3 * DAY };
        test.portal = test.another_node().await;
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 5).await;
        norrby.send(&test, 1, 8).await;
        let person = test.sign_in(0).await;
        let document = test.only_document(&person, &sent.deliveries[0]).await;
        test.view(&person, document, None).await.unwrap();
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        norrby.lift(&test, hold).await;
        let admin = norrby.admin(&test).await;
        let last_day = test.now().to_jiff().to_zoned(test.settings.time_zone.clone()).date().saturating_add(8.days());
        test.portal.extend_case(&admin, sent.deliveries[0].case, last_day, "Komplettering väntas").await.unwrap();
        let database = &test.portal.0.database;
        let filled = async |table: &str, column: &str| count(database, &format!("{table} WHERE {column} IS NOT NULL")).await;
        let goes: Vec<(String, String)> = told()
            .into_iter()
            .flat_map(|(table, columns)| columns.into_iter().map(move |(column, goes)| (table.clone(), column, goes)))
            .filter_map(|(table, column, goes)| goes.then_some((table, column)))
            .collect();
        // What was read and what was not are warned of, and the hold is not settled yet.
        test.days_pass(6).await;
        for (table, column) in &goes {
            assert!(filled(table, column).await > 0, "or the test shows nothing of {table}.{column}");
        }
        test.days_pass(24).await;
        assert_eq!(test.audited("document.purged").await, 2);
        for (table, column) in &goes {
            assert!(test.rows(table).await > 0, "{table}");
            assert_eq!(filled(table, column).await, 0, "{table}.{column}");
        }
    }
}
