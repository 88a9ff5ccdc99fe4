//! A purge that is killed: nodes are processes of their own, which the test ends with SIGKILL when they have done a random part of what was
//! left, and starts again, until they come to the end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use base::{ManualClock, SecretString, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::delivery::entity::{Column, Entity};
use crate::message::ManyMessages;
use crate::protocol::tests::{protocols, purged};
use crate::test_support::{PDF, TestPortal, count, number, read_as, settings};
use crate::{EventKind, Portal, PurgeMode, PurgeReport, ReadError, RecipientIdentifier};

/// Tells a process that it is a node, and of which portal: its folder, its databases and the time, in lines.
const NODE: &str = "POSTVALV_TEST_NODE";

/// Messages, with two documents each.
const MESSAGES: usize = 5_000;
const DOCUMENTS_EACH: usize = 2;
/// Messages besides, with one document each, to three people of whom the last may read for longer.
const SHARED: usize = 100;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often each node is killed. After that less than a quarter is left, whatever happened: keys come first, and are half of all.
const KILLED: usize = 12;

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
    let portal = Portal::open(settings, clock.clock()).await.unwrap();
    while portal.purge(PurgeMode::DryRun).await.unwrap() != PurgeReport::default() {
        portal.run_jobs().await.unwrap();
    }
    portal.close().await;
}

/// How much of each is there, of which some stays.
#[derive(Clone, Copy, Debug)]
struct Left {
    keys: usize,
    blobs: usize,
    deliveries: usize,
}

impl Left {
    async fn of(portal: &Portal, folder: &Path) -> Self {
        let keys = count(portal.0.vault.database(), "content_key").await;
        let deliveries = Entity::find()
            .filter(Column::PurgedAt.is_null())
            .count(portal.0.database.reader());
        Self {
            keys: usize::try_from(keys).unwrap(),
            blobs: blobs(folder).len(),
            deliveries: usize::try_from(deliveries.await.unwrap()).unwrap(),
        }
    }

    const fn sum(self) -> usize {
        self.keys + self.blobs + self.deliveries
    }

    /// What is left when all is purged that has ended: a delivery of each message that is shared, with what it opens.
    const END: Self = Self {
        keys: 2 * SHARED,
        blobs: SHARED,
        deliveries: SHARED,
    };
}

/// A process that is a node, killed again and again when it has done between an eighth and a quarter of what was left, and at last let go to
/// the end. Says what was left each time.
async fn killed(test: &str, of: &str, portal: &Portal, folder: &Path) -> Vec<Left> {
    let mut kills = Vec::new();
    loop {
        let mut node = Command::new(std::env::current_exe().unwrap())
            .args([&format!("purge::killed_tests::{test}"), "--exact"])
            .env(NODE, of)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        let before = Left::of(portal, folder).await.sum() - Left::END.sum();
        let share = before / 8 + before / 8 * usize::from(u16::from_le_bytes(random)) / usize::from(u16::MAX);
        let end = loop {
            if let Some(end) = node.try_wait().unwrap() {
                break end;
            }
            if kills.len() < KILLED && Left::of(portal, folder).await.sum() - Left::END.sum() + share <= before {
                node.kill().unwrap();
                break node.wait().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        if end.code().is_some() {
            assert!(end.success());
            return kills;
        }
        kills.push(Left::of(portal, folder).await);
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
    let admin = portal.first_admin_of(system.organisation_id()).await;
    let mut shared = Vec::with_capacity(SHARED);
    for number in 0..SHARED {
        let receipt = portal.send(&system, &format!("shared-{number}"), people.len()).await;
        let last_day = receipt.deliveries[2].expires_at + 10 * DAY;
        let last_day = last_day.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
        let case = receipt.deliveries[2].case;
        portal
            .portal
            .extend_case(&admin, case, last_day, "Överklagat")
            .await
            .unwrap();
        shared.push(receipt);
    }
    let ends = shared[0].deliveries[0].expires_at;
    // So that it is foreseen.
    portal.clock.set(ends - DAY);
    portal.portal.run_jobs().await.unwrap();
    portal.clock.set(ends);

    let of = [
        portal.folder().display().to_string(),
        portal.settings.database_url.expose().to_owned(),
        portal.settings.vault_url.expose().to_owned(),
        ends.as_millis().to_string(),
    ]
    .join("\n");
    let all = Left::of(&portal.portal, portal.folder()).await;
    let processes = (0..nodes).map(|_| killed(test, &of, &portal.portal, portal.folder()));
    let kills = futures::future::join_all(processes).await.concat();
    eprintln!("{test}: killed when there were left {kills:?}");
    let end = Left::END;
    let some_keys = |left: &&Left| left.keys > end.keys && left.keys < all.keys;
    let some_blobs = |left: &&Left| left.blobs > end.blobs && left.blobs < all.blobs;
    assert!(
        kills.iter().any(|left| some_keys(&left)),
        "never among the keys: {kills:?}"
    );
    assert!(
        kills.iter().any(|left| some_blobs(&left)),
        "never among the blobs: {kills:?}"
    );
    assert!(
        kills
            .iter()
            .any(|left| left.deliveries > end.deliveries && left.deliveries < all.deliveries),
        "never among what is erased: {kills:?}"
    );

    // Nothing is left but what somebody may read still, and they alone.
    let left = Left::of(&portal.portal, portal.folder()).await;
    assert_eq!(
        [left.keys, left.blobs, left.deliveries],
        [end.keys, end.blobs, end.deliveries]
    );
    let readers = [
        portal.sign_in(0).await,
        portal.sign_in(1).await,
        portal.sign_in(2).await,
    ];
    for receipt in &shared {
        for (place, reader) in readers.iter().enumerate() {
            let read = read_as(&portal, reader, &receipt.deliveries[place]).await;
            match place {
                2 => assert_eq!(read.unwrap(), PDF),
                _ => assert!(matches!(read, Err(ReadError::NotFound))),
            }
        }
    }
    // Everything stands once in the protocols, which follow each other and hold.
    let protocols = protocols(&portal, system.organisation_id()).await;
    let (messages, documents) = (MESSAGES, MESSAGES * DOCUMENTS_EACH);
    let deliveries = MESSAGES + 2 * SHARED;
    assert_eq!(purged(&protocols).len(), messages + documents);
    let stated = protocols.iter().map(|protocol| protocol.signed().statement());
    let sums = stated.fold((0, 0), |sums, it| (sums.0 + it.messages, sums.1 + it.documents));
    assert_eq!(sums, (messages as u64, documents as u64));
    // Everything was told once, and logged once.
    let events = portal.all_events(&system).await;
    let told = events.iter().filter(|event| event.kind == EventKind::Purged);
    let mut each: Vec<_> = told.map(|event| event.delivery).collect();
    assert_eq!(each.len(), deliveries);
    each.sort_unstable();
    each.dedup();
    assert_eq!(each.len(), deliveries);
    let mut logged: BTreeMap<String, usize> = BTreeMap::new();
    for row in portal.audit_log().await {
        *logged.entry(row.action).or_default() += 1;
    }
    let logged = ["message.purged", "document.purged", "delivery.purged"].map(|action| logged.get(action).copied());
    assert_eq!(logged, [Some(messages), Some(documents), Some(deliveries)]);
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
