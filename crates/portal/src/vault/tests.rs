//! What the vault promises, on SQLite and on PostgreSQL. A *raw copy* is a row as somebody may have copied it from the
//! database, its log or a backup; the tests put such rows back and see whether any secret that is left opens them.

mod contents;
mod days;
mod people;

use std::sync::Arc;

use base::{Day, DocumentId, ManualClock, MessageId, OrganisationId, Personnummer, Timestamp};
use keyring::{ContentKey, ContentOwner, Field};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::entity::{content_key, recipient, recipient_earlier_day};
use super::*;
use crate::LedgerSettings;
use crate::database::testing::{TestDatabases, on_each_database};
use crate::installation::InstallationMark;
use crate::provider::FolderProvider;
use crate::recipient::{KnownAs, RecipientIdentifier};
use crate::test_support::Log;

/// 2026-11-22.
const TODAY: Day = Day::from_number(20_779);
const FIELD: Field<'static> = Field::new("message", "sealed_title", &[]);

async fn open_vault(databases: &TestDatabases, database: Database, provider: FolderProvider, clock: Clock) -> Vault {
    let installation = provider.mark().await.unwrap().unwrap().id;
    let provider = Arc::new(provider);
    let place = LedgerSettings::Folder(databases.folder.path().join("ledger"));
    let ledger = Ledger::open(&place, installation, provider.clone(), clock.clone()).unwrap();
    Vault::open(database, provider, ledger, clock).await.unwrap()
}

/// A vault whose clock the test moves.
struct Fixture {
    vault: Vault,
    clock: ManualClock,
    ids: Ids,
    organisation: OrganisationId,
}

impl Fixture {
    async fn new(databases: &TestDatabases) -> Self {
        let clock = ManualClock::at(Timestamp::from_millis(TODAY.start().as_millis() + 9 * 3_600_000));
        let database = Database::connect(&databases.vault).await.unwrap();
        database.migrate::<VaultMigrator>().await.unwrap();
        let ids = Ids::new(clock.clock());
        let provider = FolderProvider::open(&databases.folder.path().join("provider")).unwrap();
        if provider.mark().await.unwrap().is_none() {
            let mark = InstallationMark {
                id: ids.next(),
                generation: 1,
            };
            provider.establish(mark).await.unwrap();
        }
        if provider.signing_keys().await.unwrap().is_empty() {
            provider.add_signing_key(1, clock.clock().now()).await.unwrap();
        }
        let vault = open_vault(databases, database, provider, clock.clock()).await;
        let organisation = ids.next();
        vault.create_organisation_key(organisation).await.unwrap();
        Self {
            vault,
            clock,
            ids,
            organisation,
        }
    }

    /// Another node on the same database and provider, which has nothing in memory.
    async fn other_node(&self, databases: &TestDatabases) -> Vault {
        let database = Database::connect(&databases.vault).await.unwrap();
        let provider = FolderProvider::open(&databases.folder.path().join("provider")).unwrap();
        open_vault(databases, database, provider, self.clock.clock()).await
    }

    fn document(&self) -> ContentOwner {
        ContentOwner::Document(self.ids.next::<DocumentId>())
    }

    fn message(&self) -> ContentOwner {
        ContentOwner::Message(self.ids.next::<MessageId>())
    }

    async fn new_key(&self, owner: ContentOwner, day: Day) -> ContentKey {
        let mut keys = self
            .vault
            .new_content_keys(self.organisation, &[owner], day)
            .await
            .unwrap();
        assert_eq!(keys.len(), 1);
        keys.remove(0)
    }

    async fn opens(&self, owner: ContentOwner) -> bool {
        self.vault
            .content_key(self.organisation, owner)
            .await
            .unwrap()
            .is_some()
    }

    async fn raw_content_keys(&self) -> Vec<content_key::Model> {
        content_key::Entity::find()
            .all(self.vault.database.reader())
            .await
            .unwrap()
    }

    async fn raw_recipients(&self) -> Vec<recipient::Model> {
        recipient::Entity::find()
            .all(self.vault.database.reader())
            .await
            .unwrap()
    }

    /// Puts raw copies back in place of what is there now.
    async fn restore_content_keys(&self, rows: Vec<content_key::Model>) {
        let transaction = self.vault.database.write().await.unwrap();
        content_key::Entity::delete_many().exec(&transaction).await.unwrap();
        for row in rows {
            let row = row.into_active_model();
            content_key::Entity::insert(row)
                .exec_without_returning(&transaction)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
    }

    /// Puts raw copies of forgotten people back.
    async fn restore_recipients(&self, rows: Vec<recipient::Model>) {
        let transaction = self.vault.database.write().await.unwrap();
        for row in rows {
            recipient::Entity::insert(row.into_active_model())
                .on_conflict_do_nothing()
                .exec_without_returning(&transaction)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
    }

    /// Puts a row in place of the one that a person has.
    async fn replace_recipient(&self, row: recipient::Model) {
        let transaction = self.vault.database.write().await.unwrap();
        let row = row.into_active_model().reset_all();
        recipient::Entity::update(row).exec(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// The days that are remembered as those that people's keys were wrapped for before.
    async fn earlier_days(&self) -> Vec<Day> {
        let rows = recipient_earlier_day::Entity::find()
            .all(self.vault.database.reader())
            .await;
        rows.unwrap().iter().map(|row| Day::from_number(row.day)).collect()
    }

    /// Moves the clock to the morning of a day and ends the days before it.
    async fn begin_day(&self, day: Day) -> Vec<Day> {
        self.clock
            .set(Timestamp::from_millis(day.start().as_millis() + 5 * 60_000));
        let destroyed = self.vault.destroy_days_before(day).await.unwrap();
        self.vault.delete_rows_before(day).await.unwrap();
        destroyed
    }
}

fn number(digits: &str) -> RecipientIdentifier {
    RecipientIdentifier::Number(Personnummer::from_digits(digits).unwrap())
}

/// Whether two keys are the same: what one seals the other opens.
fn same(one: &ContentKey, other: &ContentKey) -> bool {
    other.open_field(FIELD, &one.seal_field(FIELD, b"x")).is_ok()
}
