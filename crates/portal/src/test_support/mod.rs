//! What this crate's tests stand on: a real portal with a clock that stands still, on SQLite and, when
//! `POSTVALV_TEST_POSTGRES` holds the address of a server on which databases may be created, on PostgreSQL too.

mod authenticator;
mod copies;
mod given;
mod lives;
mod log;
mod look;
mod norrby;
mod postgres;
mod reading;
mod sending;
mod staff;

use std::path::Path;
use std::time::Duration;

use base::{Clock, Ids, ManualClock, SecretString, TenantId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::{ConnectionTrait as _, DbBackend};
use tempfile::TempDir;

use crate::blob::testing::{bucket, names};
use crate::database::Database;
use crate::{
    AssuranceLevel, BlobSettings, LedgerSettings, Limits, OperatorActor, PasswordCost, Portal, ProviderSettings,
    PurgeSettings, RequestInfo, SessionLimits, Settings, StaffSettings, WarningSettings, WaysIn, data_request, hold,
    purge,
};

pub(crate) use authenticator::Authenticator;
pub(crate) use copies::copy;
pub(crate) use given::given;
pub(crate) use lives::lives;
pub(crate) use log::Log;
pub(crate) use look::{columns, count, every_row, everything_stored, is_among};
pub(crate) use norrby::{HOLD_REASON, Norrby, after, new_hold, policy_of, rule, whatever_goes};
pub(crate) use postgres::fresh_databases;
pub(crate) use reading::{bytes_of, document_id, identity, read, read_as};
pub(crate) use sending::{PDF, draft, file, number, pieces};
pub(crate) use staff::{PASSWORD, new_member, secret};

/// Writes each test twice: one that runs on SQLite, and one that runs on PostgreSQL when there is a server.
///
/// ```ignore
/// on_both_databases! {
///     async fn what_should_hold(portal: TestPortal) { … }
/// }
/// ```
macro_rules! on_both_databases {
    ($(async fn $name:ident($portal:ident: TestPortal) $body:block)+) => {
        $(async fn $name($portal: $crate::test_support::TestPortal) $body)+

        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::test_support::TestPortal::on_sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(portal) = $crate::test_support::TestPortal::on_postgres().await {
                    super::$name(portal).await;
                }
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// As [`on_both_databases`], and once more with the blobs in a bucket, when `POSTVALV_TEST_S3` names an S3 server.
macro_rules! on_each_storage {
    ($(async fn $name:ident($portal:ident: TestPortal) $body:block)+) => {
        $crate::test_support::on_both_databases! {
            $(async fn $name($portal: TestPortal) $body)+
        }

        mod bucket {
            $(#[tokio::test]
            async fn $name() {
                if let Some(portal) = $crate::test_support::TestPortal::on_s3().await {
                    super::$name(portal).await;
                }
            })+
        }
    };
}
pub(crate) use on_each_storage;

/// A portal of its own for one test, in a folder and on databases that nobody else uses.
pub(crate) struct TestPortal {
    pub(crate) portal: Portal,
    pub(crate) clock: ManualClock,
    pub(crate) settings: Settings,
    folder: TempDir,
}

impl TestPortal {
    /// On SQLite.
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings_on_sqlite(folder.path());
        Self::open(folder, settings).await
    }

    /// On two fresh databases of the PostgreSQL server; `None` when there is no server.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let (portal, vault) = fresh_databases().await?;
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), portal, vault);
        Some(Self::open(folder, settings).await)
    }

    /// On SQLite, with the blobs in a part of a bucket; `None` when there is no S3 server.
    pub(crate) async fn on_s3() -> Option<Self> {
        let bucket = bucket()?;
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings_on_sqlite(folder.path());
        settings.blobs = BlobSettings::S3(bucket);
        Some(Self::open(folder, settings).await)
    }

    /// Another installation of the same kind: on such databases, and with such a store of blobs.
    pub(crate) async fn another_installation(&self) -> Self {
        let made = match (self.portal.0.database.backend(), &self.settings.blobs) {
            (DbBackend::Postgres, _) => Self::on_postgres().await,
            (_, BlobSettings::S3(_)) => Self::on_s3().await,
            (_, BlobSettings::Folder(_)) => Some(Self::on_sqlite().await),
        };
        made.unwrap()
    }

    async fn open(folder: TempDir, settings: Settings) -> Self {
        let clock = ManualClock::at(start());
        let portal = Portal::open(settings.clone(), clock.clock()).await.unwrap();
        Self {
            portal,
            clock,
            settings,
            folder,
        }
    }

    /// The same portal with the longest step of the clock that an installation has, for tests of what a wrong clock does.
    pub(crate) async fn guarded(mut self) -> Self {
        self.settings.purge.longest_clock_step = PurgeSettings::default().longest_clock_step;
        self.portal = self.another_node().await;
        self
    }

    /// Another node on the same databases and folders that is guarded like this.
    pub(crate) async fn guarded_node(&self) -> Portal {
        let mut settings = self.settings.clone();
        settings.purge.longest_clock_step = PurgeSettings::default().longest_clock_step;
        Portal::open(settings, self.clock.clock()).await.unwrap()
    }

    /// Another node on the same databases and folders, as after a restart.
    pub(crate) async fn another_node(&self) -> Portal {
        self.another_node_at(self.clock.clock()).await
    }

    /// Another node whose clock may differ.
    pub(crate) async fn another_node_at(&self, clock: Clock) -> Portal {
        Portal::open(self.settings.clone(), clock).await.unwrap()
    }

    /// Another node does what is due up to the destruction of days' secrets, and ends before it has noted anything of that.
    pub(crate) async fn a_node_ends_after_days(&self) {
        let node = self.another_node().await;
        let context = &node.0;
        let release = purge::judge(context).await.unwrap().unwrap();
        purge::keys(context, Some(release)).await.unwrap();
        hold::keep(context).await.unwrap();
        data_request::keep(context).await.unwrap();
        context.vault.destroy_days_before(release.until().day()).await.unwrap();
    }

    /// The operator at the command line.
    pub(crate) fn operator(&self) -> OperatorActor {
        OperatorActor::on_this_host(self.request())
    }

    /// A request from a known address.
    pub(crate) fn request(&self) -> RequestInfo {
        RequestInfo {
            id: Ids::new(self.clock.clock()).next(),
            address: Some([192, 0, 2, 7].into()),
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.clock().now()
    }

    /// The blobs of documents that lie in the store, as paths below it, whole or half written.
    pub(crate) async fn blob_names(&self) -> Vec<String> {
        names(&self.portal.0.blobs).await
    }

    /// Goes on day by day, with a round of jobs in each.
    pub(crate) async fn days_pass(&self, days: u32) {
        for _ in 0..days {
            self.clock.advance(Duration::from_secs(24 * 60 * 60));
            self.portal.run_jobs().await.unwrap();
        }
    }

    /// How many rows a table of the portal's database has.
    pub(crate) async fn rows(&self, table: &str) -> i64 {
        count(&self.portal.0.database, table).await
    }

    /// Makes everything fail that the audit log is to be told of, or possible again.
    pub(crate) async fn no_audit(&self, is_away: bool) {
        let rename = match is_away {
            true => "ALTER TABLE audit_writer RENAME TO audit_writer_away",
            false => "ALTER TABLE audit_writer_away RENAME TO audit_writer",
        };
        let transaction = self.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared(rename).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Lets nothing be written down as carried out in a database, so that whatever the ledger is told of fails after that.
    pub(crate) async fn no_batches(&self, database: &Database, is_away: bool) {
        let rename = match is_away {
            true => "ALTER TABLE ledger_batch RENAME TO ledger_batch_away",
            false => "ALTER TABLE ledger_batch_away RENAME TO ledger_batch",
        };
        let transaction = database.write().await.unwrap();
        transaction.execute_unprepared(rename).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Forgets what was carried out since the recorded place, as a copy from before does.
    pub(crate) async fn forget_batches(&self) {
        let transaction = self.portal.0.database.write().await.unwrap();
        let forget = "DELETE FROM ledger_batch";
        assert!(transaction.execute_unprepared(forget).await.unwrap().rows_affected() > 0);
        transaction.commit().await.unwrap();
    }

    /// How many content keys the vault has.
    pub(crate) async fn content_keys(&self) -> i64 {
        count(self.portal.0.vault.database(), "content_key").await
    }

    /// The folder that holds everything of this portal that is not in PostgreSQL.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The ceiling on retention. The jobs make a secret for each day below it, so a low one keeps the tests quick.
const CEILING_DAYS: u32 = 40;

/// 22 November 2026, 10 o'clock in Stockholm.
fn start() -> Timestamp {
    Timestamp::from_jiff("2026-11-22T09:00:00Z".parse().unwrap())
}

fn settings_on_sqlite(folder: &Path) -> Settings {
    let url = |name: &str| SecretString::new(format!("sqlite:{}", folder.join(name).display()));
    settings(folder, url("portal.db"), url("vault.db"))
}

/// The settings of a portal in a folder, with these databases.
pub(crate) fn settings(folder: &Path, database_url: SecretString, vault_url: SecretString) -> Settings {
    Settings {
        database_url,
        vault_url,
        provider: ProviderSettings::Folder(folder.join("provider")),
        ledger: LedgerSettings::Folder(folder.join("ledger")),
        blobs: BlobSettings::Folder(folder.join("blobs")),
        retention_ceiling_days: CEILING_DAYS,
        audit_retention_days: Settings::DEFAULT_AUDIT_RETENTION_DAYS,
        warnings: WarningSettings {
            unread: Duration::ZERO,
            read: Duration::ZERO,
        },
        purge: PurgeSettings {
            longest_clock_step: Duration::from_secs(u64::from(u32::MAX)),
            compares_clocks: false,
            ..PurgeSettings::default()
        },
        limits: Limits::default(),
        sessions: SessionLimits::default(),
        ways_in: WaysIn {
            numbers: AssuranceLevel::Four,
            prids: Some(AssuranceLevel::Four),
            directories: [(directory(), AssuranceLevel::Two)].into(),
        },
        staff: StaffSettings {
            second_factor_required: false,
            password_cost: PasswordCost {
                memory_kib: 256,
                passes: 1,
            },
            ..StaffSettings::default()
        },
        origin: "https://post.example.se".to_owned(),
        sends_mail: true,
        audit_receivers: Vec::new(),
        terms: None,
        time_zone: TimeZone::get("Europe/Stockholm").unwrap(),
    }
}

/// A directory whose users may be recipients.
pub(crate) fn directory() -> TenantId {
    "11111111-2222-4333-8444-555555555555".parse().unwrap()
}
