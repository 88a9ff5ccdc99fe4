//! A purge that is killed: nodes are processes of their own, which the test ends with SIGKILL at random instants and starts again, until
//! they come to the end.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use base::{ManualClock, SecretString, Timestamp};

use crate::message::ManyMessages;
use crate::protocol::tests::{protocols, purged};
use crate::test_support::{TestPortal, number, settings};
use crate::{EventKind, Portal, PurgeMode, PurgeReport, RecipientIdentifier};

/// Tells a process that it is a node, and of which portal: its folder, its databases and the time, in lines.
const NODE: &str = "POSTVALV_TEST_NODE";
/// What a node says when it begins to purge.
const BEGINS: &str = "begins";

/// Messages, with two documents each.
const MESSAGES: usize = 5_000;
const DOCUMENTS_EACH: usize = 2;
/// How often each node is killed at most, so that a machine on which nothing gets done before the next kill comes to an end too.
const KILLED_AT_MOST: usize = 15;
/// How long a node may work at most before it is killed.
const LONGEST_LIFE: Duration = Duration::from_millis(500);

#[tokio::test]
async fn sqlite() {
    match std::env::var(NODE) {
        Ok(of) => node(&of).await,
        Err(_) => killed_again_and_again(TestPortal::on_sqlite().await, "sqlite", 1).await,
    }
}

#[tokio::test]
async fn postgres() {
    if let Ok(of) = std::env::var(NODE) {
        node(&of).await;
    } else if let Some(portal) = TestPortal::on_postgres().await {
        killed_again_and_again(portal, "postgres", 2).await;
    }
}

/// Purges until nothing is left, as a program does that was started.
async fn node(of: &str) {
    let [folder, database, vault, now] = of.lines().collect::<Vec<_>>()[..] else {
        panic!("a node needs four lines");
    };
    let address = |text: &str| SecretString::new(text.to_owned());
    let settings = settings(Path::new(folder), address(database), address(vault));
    let clock = ManualClock::at(Timestamp::from_millis(now.parse().unwrap()));
    // Opening purges too, where it follows the ledger.
    println!("{BEGINS}");
    let portal = Portal::open(settings, clock.clock()).await.unwrap();
    while portal.purge(PurgeMode::DryRun).await.unwrap() != PurgeReport::default() {
        portal.run_jobs().await.unwrap();
    }
    portal.close().await;
}

/// A process that is a node, killed again and again until it comes to the end. Says how often it was.
fn killed(test: &str, of: &str) -> usize {
    let mut kills = 0;
    loop {
        let mut node = Command::new(std::env::current_exe().unwrap())
            .args([&format!("purge::killed_tests::{test}"), "--exact", "--nocapture"])
            .env(NODE, of)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(node.stdout.take().unwrap()).lines();
        assert!(said.by_ref().any(|line| line.unwrap().contains(BEGINS)));
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        std::thread::sleep(LONGEST_LIFE * u32::from(u16::from_le_bytes(random)) / u32::from(u16::MAX));
        if kills < KILLED_AT_MOST && node.try_wait().unwrap().is_none() {
            match node.kill() {
                Ok(()) => {}
                // It ended meanwhile.
                Err(problem) => assert_eq!(problem.kind(), ErrorKind::InvalidInput),
            }
            if node.wait().unwrap().code().is_none() {
                kills += 1;
                continue;
            }
        }
        // Its output is read, so that it never waits for that.
        said.for_each(drop);
        assert!(node.wait().unwrap().success());
        return kills;
    }
}

fn blobs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("blobs/organisations")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { &mut folders } else { &mut found }.push(path);
        }
    }
    found
}

async fn killed_again_and_again(portal: TestPortal, test: &'static str, nodes: usize) {
    let system = portal.sender().await;
    let people: Vec<_> = (0..3).map(|index| RecipientIdentifier::Number(number(index))).collect();
    let many = ManyMessages {
        messages: MESSAGES,
        documents: DOCUMENTS_EACH,
    };
    let folder = portal.folder().join("blobs");
    portal
        .portal
        .store_messages(&system, &people, many, &folder)
        .await
        .unwrap();
    assert_eq!(blobs(portal.folder()).len(), MESSAGES * DOCUMENTS_EACH);
    let receipt = portal.send(&system, "the-last", 1).await;
    let ends = receipt.deliveries[0].expires_at;
    // So that it is foreseen.
    portal.clock.set(ends - Duration::from_secs(24 * 60 * 60));
    portal.portal.run_jobs().await.unwrap();
    portal.clock.set(ends);

    let of = [
        portal.folder().display().to_string(),
        portal.settings.database_url.expose().to_owned(),
        portal.settings.vault_url.expose().to_owned(),
        ends.as_millis().to_string(),
    ]
    .join("\n");
    let processes = (0..nodes).map(|_| {
        let of = of.clone();
        tokio::task::spawn_blocking(move || killed(test, &of))
    });
    let kills: Vec<usize> = futures::future::try_join_all(processes).await.unwrap();
    eprintln!("{test}: killed {kills:?} times");
    assert!(kills.iter().sum::<usize>() >= 3, "hardly ever killed: {kills:?}");

    // Nothing is left.
    assert_eq!(portal.content_keys().await, 0);
    assert_eq!(blobs(portal.folder()), Vec::<PathBuf>::new());
    // Everything stands once in the protocols, which follow each other and hold.
    let protocols = protocols(&portal, system.organisation_id()).await;
    let (messages, documents) = (MESSAGES + 1, MESSAGES * DOCUMENTS_EACH + 1);
    assert_eq!(purged(&protocols).len(), messages + documents);
    let stated = protocols.iter().map(|protocol| protocol.signed().statement());
    let sums = stated.fold((0, 0), |sums, it| (sums.0 + it.messages, sums.1 + it.documents));
    assert_eq!(sums, (messages as u64, documents as u64));
    // Everything was told once, and logged once.
    let events = portal.all_events(&system).await;
    let told = events.iter().filter(|event| event.kind == EventKind::Purged);
    let mut deliveries: Vec<_> = told.map(|event| event.delivery).collect();
    deliveries.sort_unstable();
    deliveries.dedup();
    assert_eq!(deliveries.len(), messages);
    assert_eq!(
        events.iter().filter(|event| event.kind == EventKind::Purged).count(),
        messages
    );
    let mut logged: BTreeMap<String, usize> = BTreeMap::new();
    for row in portal.audit_log().await {
        *logged.entry(row.action).or_default() += 1;
    }
    let logged = ["message.purged", "document.purged", "delivery.purged"].map(|action| logged.get(action).copied());
    assert_eq!(logged, [Some(messages), Some(documents), Some(messages)]);
    portal.portal.chain_audit_log().await.unwrap();
    let keys = portal.portal.signing_keys().await.unwrap();
    let report = portal
        .portal
        .verify_audit_log(&portal.operator(), &[], &keys)
        .await
        .unwrap();
    assert_eq!(report.findings, []);
    // The ledger holds, and whoever opens the portal next finds nothing to do.
    portal.another_node().await.close().await;
}
