use base::{ManualClock, Timestamp};
use jiff::tz::TimeZone;

use super::*;
use crate::database::testing::{TestDatabases, on_each_database};
use crate::{
    BlobSettings, LedgerSettings, Limits, PurgeSettings, SessionLimits, StaffSettings, WarningSettings, WaysIn,
};

fn settings(databases: &TestDatabases) -> Settings {
    let folder = databases.folder.path();
    Settings {
        database_url: databases.portal.clone(),
        vault_url: databases.vault.clone(),
        provider: ProviderSettings::Folder(folder.join("provider")),
        ledger: LedgerSettings::Folder(folder.join("ledger")),
        blobs: BlobSettings::Folder(folder.join("blobs")),
        retention_ceiling_days: 365,
        audit_retention_days: 730,
        warnings: WarningSettings {
            unread: std::time::Duration::ZERO,
            read: std::time::Duration::ZERO,
        },
        purge: PurgeSettings::default(),
        limits: Limits::default(),
        sessions: SessionLimits::default(),
        ways_in: WaysIn::default(),
        staff: StaffSettings::default(),
        origin: "https://post.example.se".to_owned(),
        sends_mail: false,
        audit_receivers: Vec::new(),
        terms: None,
        time_zone: TimeZone::UTC,
    }
}

async fn open(settings: &Settings) -> Result<Installation, InstallationError> {
    let clock = ManualClock::at(Timestamp::from_millis(1_795_305_600_000)).clock();
    Installation::open(settings, &clock, &Ids::new(clock.clone())).await
}

async fn mismatch(settings: &Settings) -> String {
    match open(settings).await {
        Err(InstallationError::Mismatch(text)) => text,
        Err(other) => panic!("another error: {other:?}"),
        Ok(_) => panic!("it opened"),
    }
}

#[tokio::test]
async fn new_parts_become_one_installation_and_stay_it() {
    on_each_database(async |databases| {
        let settings = settings(databases);
        let first = open(&settings).await.unwrap();
        check(&first.database, &first.vault, &first.blobs).await.unwrap();
        let second = open(&settings).await.unwrap();
        assert_eq!(
            first.vault.provider().mark().await.unwrap(),
            second.blobs.read_mark().await.unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_part_among_old_ones_is_refused_whichever_it_is() {
    on_each_database(async |databases| {
        on_each_database(async |others| {
            let old = settings(databases);
            open(&old).await.unwrap();
            let new = settings(others);
            for (part, mixed) in [
                (
                    "the portal's database is new",
                    Settings {
                        database_url: new.database_url,
                        ..old.clone()
                    },
                ),
                (
                    "the vault's database is new",
                    Settings {
                        vault_url: new.vault_url,
                        ..old.clone()
                    },
                ),
                (
                    "the key provider is new",
                    Settings {
                        provider: new.provider,
                        ..old.clone()
                    },
                ),
                (
                    "the blob store is new",
                    Settings {
                        blobs: new.blobs,
                        ..old.clone()
                    },
                ),
            ] {
                let text = mismatch(&mixed).await;
                assert!(text.contains(part), "{text}");
                assert_eq!(text.matches("generation 1").count(), 3, "{text}");
            }
            // Nothing was written by the refusals.
            open(&old).await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn another_installations_vault_is_refused() {
    on_each_database(async |databases| {
        on_each_database(async |others| {
            let (ours, theirs) = (settings(databases), settings(others));
            open(&ours).await.unwrap();
            let _ = open(&theirs).await;
            let mixed = Settings {
                vault_url: theirs.vault_url,
                ..ours
            };
            mismatch(&mixed).await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_part_of_another_generation_makes_a_running_server_not_ready() {
    on_each_database(async |databases| {
        let installation = open(&settings(databases)).await.unwrap();
        let mark = installation.blobs.read_mark().await.unwrap().unwrap();
        let restored = InstallationMark { generation: 2, ..mark };
        installation.blobs.write_mark(restored).await.unwrap();
        let checked = check(&installation.database, &installation.vault, &installation.blobs).await;
        assert!(matches!(checked, Err(InstallationError::Mismatch(_))));
        assert!(mismatch(&settings(databases)).await.contains("generation 2"));
    })
    .await;
}

#[test]
fn a_mark_reads_as_it_was_written_and_nothing_else_does() {
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    let mark: InstallationMark = format!("{id} 7\n").parse().unwrap();
    assert_eq!(mark.generation, 7);
    assert_eq!(mark.to_string().parse(), Ok(mark));
    for text in ["", id, "7", "x 7", &format!("{id} seven")] {
        assert_eq!(text.parse::<InstallationMark>(), Err(InvalidMark), "{text}");
    }
}
