//! What the archives promise: what is restored from them is whole, and what was purged is out of reach once the provider's
//! archives of then are gone.

use std::fs::File;
use std::io::Read as _;
use std::iter;
use std::path::Path;
use std::process::Command;

use age::secrecy::ExposeSecret as _;
use base::MessageId;
use keyring::ContentOwner;
use sea_orm::EntityTrait as _;
use tempfile::TempDir;

use super::*;
use crate::test_support::{Norrby, PDF, TestPortal, fresh_databases, on_both_databases, read};
use crate::{
    BlobSettings, DataRequestKind, Grant, MessageReceipt, ProviderSettings, PurgeMode, Settings, SystemActor, delivery,
    message,
};

const DAY: i64 = 86_400_000;

/// A folder of archives, and who opens them.
pub(crate) struct Backups {
    pub(crate) settings: BackupSettings,
    pub(super) identity: age::x25519::Identity,
    _folder: TempDir,
}

impl Backups {
    pub(crate) fn new() -> Self {
        let (identity, folder) = (age::x25519::Identity::generate(), tempfile::tempdir().unwrap());
        let settings = BackupSettings {
            folder: folder.path().join("backups"),
            lock: BackupLock::Recipient(identity.to_public().to_string()),
            provider_life: Duration::from_secs(7 * 86_400),
            pg_dump: "pg_dump".into(),
        };
        Self {
            settings,
            identity,
            _folder: folder,
        }
    }

    pub(crate) async fn make(&self, portal: &TestPortal) -> Vec<PathBuf> {
        let operator = portal.operator();
        let made = portal.portal.back_up(&operator, &self.settings, &BackupPart::ALL);
        made.await.unwrap().files
    }

    pub(super) fn unpack(&self, archive: &Path, into: &Path) -> std::io::Result<Manifest> {
        let decryptor = age::Decryptor::new(File::open(archive)?).map_err(std::io::Error::other)?;
        let identity = iter::once(&self.identity as &dyn age::Identity);
        let mut plain = decryptor.decrypt(identity).map_err(std::io::Error::other)?;
        tar::Archive::new(&mut plain).unpack(into)?;
        // The end too must be there.
        std::io::copy(&mut plain, &mut std::io::sink())?;
        let manifest = std::fs::read(into.join("manifest.json"))?;
        Ok(serde_json::from_slice(&manifest)?)
    }

    /// Puts these archives in place, as the command does.
    pub(super) async fn restore(
        &self,
        portal: &TestPortal,
        archives: [&Path; 3],
        into: &Path,
    ) -> Result<Settings, RestoreError> {
        let settings = empty_places(portal, into).await;
        let given = self.given(archives, into);
        Portal::restore(&settings, &portal.clock.clock(), &portal.operator(), &given, |_| ()).await?;
        Ok(settings)
    }

    /// What the operator gives the command who knows nothing of the ledger, with their identity in a file.
    pub(super) fn given(&self, archives: [&Path; 3], into: &Path) -> RestoreSettings {
        let [content, vault, provider] = archives.map(Path::to_owned);
        let file = into.join("identity");
        let text = format!("# created: 2026-11-22\n{}\n", self.identity.to_string().expose_secret());
        std::fs::write(&file, text).unwrap();
        RestoreSettings {
            content,
            vault,
            provider,
            key: ArchiveKey::Identities(file),
            backups: None,
            ledger_at_least: Some(0),
            pg_restore: "pg_restore".into(),
        }
    }

    /// Puts these archives in place, as somebody does by hand, whether they belong together or not.
    async fn unpack_all(&self, portal: &TestPortal, archives: [&Path; 3], into: &Path) -> Settings {
        for archive in archives {
            self.unpack(archive, into).unwrap();
        }
        let mut settings = portal.settings.clone();
        settings.provider = ProviderSettings::Folder(into.join("provider"));
        settings.blobs = BlobSettings::Folder(into.join("blobs"));
        let on_sqlite = |name: &str| SecretString::new(format!("sqlite:{}", into.join(name).display()));
        (settings.database_url, settings.vault_url) = if into.join("portal.sqlite").exists() {
            (on_sqlite("portal.sqlite"), on_sqlite("vault.sqlite"))
        } else {
            let (database, vault) = fresh_databases().await.unwrap();
            for (url, name) in [(&database, "portal.pgdump"), (&vault, "vault.pgdump")] {
                let mut command = Command::new("pg_restore");
                command.args(["--no-owner", "--exit-on-error", "--dbname", url.expose()]);
                assert!(command.arg(into.join(name)).status().unwrap().success());
            }
            (database, vault)
        };
        settings
    }
}

/// Places that are empty, for databases of the same kind, with the ledger of this portal.
pub(super) async fn empty_places(portal: &TestPortal, into: &Path) -> Settings {
    let mut settings = portal.settings.clone();
    settings.provider = ProviderSettings::Folder(into.join("keys"));
    settings.blobs = BlobSettings::Folder(into.join("documents"));
    let on_sqlite = |name: &str| SecretString::new(format!("sqlite:{}", into.join(name).display()));
    (settings.database_url, settings.vault_url) = if portal.settings.database_url.expose().starts_with("sqlite:") {
        (on_sqlite("portal.db"), on_sqlite("vault.db"))
    } else {
        fresh_databases().await.unwrap()
    };
    settings
}

pub(super) async fn opens(portal: &Portal, system: &SystemActor, message: MessageId) -> bool {
    let owner = ContentOwner::Message(message);
    let key = portal.0.vault.content_key(system.organisation_id(), owner).await;
    key.unwrap().is_some()
}

/// Whether whoever has these archives and looks past the ledger opens a message.
async fn thief_opens(
    backups: &Backups,
    portal: &TestPortal,
    archives: [&Path; 3],
    system: &SystemActor,
    receipt: &MessageReceipt,
) -> bool {
    let into = tempfile::tempdir().unwrap();
    let settings = backups.unpack_all(portal, archives, into.path()).await;
    let clock = base::ManualClock::at(receipt.sent_at);
    let thief = Portal::open_copies(settings, clock.clock()).await.unwrap();
    let opened = opens(&thief, system, receipt.id).await;
    thief.close().await;
    opened
}

on_both_databases! {
    async fn a_blob_that_is_lost_is_told_of_and_one_that_is_being_purged_is_not(portal: TestPortal) {
        let system = portal.sender().await;
        let [kept, revoked] = [portal.send(&system, "1", 1).await, portal.send(&system, "2", 1).await];
        let operator = portal.operator();
        let (backups, parts) = (Backups::new(), [BackupPart::Content]);
        assert_eq!(portal.portal.back_up(&operator, &backups.settings, &parts).await.unwrap().lost, 0);
        for name in portal.blob_names().await {
            std::fs::remove_file(portal.folder().join("blobs").join(name)).unwrap();
        }
        portal.portal.revoke_message(&system, revoked.id).await.unwrap();
        portal.portal.run_key_jobs().await.result().unwrap();
        portal.clock.advance(Duration::from_secs(60));
        let made = portal.portal.back_up(&operator, &backups.settings, &parts).await.unwrap();
        assert_eq!((made.files.len(), made.lost), (1, 1));
        assert!(kept.deliveries[0].expires_at > portal.now());
    }

    async fn when_the_providers_archives_are_gone_what_was_purged_does_not_open_and_the_rest_does(portal: TestPortal) {
        let backups = Backups::new();
        let system = portal.sender().await;
        portal.portal.run_jobs().await.unwrap();
        let purged = portal.send(&system, "1", 1).await;
        let lives = portal.send(&system, "2", 1).await;
        let old = backups.make(&portal).await;
        portal.portal.revoke_message(&system, purged.id).await.unwrap();
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        portal.clock.advance_millis(DAY);
        portal.portal.run_jobs().await.unwrap();
        let all_old = [&*old[0], &*old[1], &*old[2]];
        assert!(thief_opens(&backups, &portal, all_old, &system, &purged).await, "or the test shows nothing");

        portal.clock.advance_millis(7 * DAY);
        portal.portal.run_jobs().await.unwrap();
        let new = backups.make(&portal).await;
        assert!(!old[2].exists(), "the provider's archive was too old");
        assert!(old[0].exists() && old[1].exists());
        for (content, vault) in [(&old[0], &old[1]), (&new[0], &old[1]), (&old[0], &new[1]), (&new[0], &new[1])] {
            let left: [&Path; 3] = [content, vault, &new[2]];
            assert!(!thief_opens(&backups, &portal, left, &system, &purged).await);
        }

        let into = tempfile::tempdir().unwrap();
        let settings = backups.restore(&portal, [&new[0], &new[1], &new[2]], into.path()).await.unwrap();
        let restored = Portal::open(settings, portal.clock.clock()).await.unwrap();
        restored.readiness().await.unwrap();
        restored.run_jobs().await.unwrap();
        assert!(opens(&restored, &system, lives.id).await && !opens(&restored, &system, purged.id).await);
        assert_eq!(crate::blob::testing::names(&restored.0.blobs).await, portal.blob_names().await);
        restored.close().await;
    }

    async fn what_is_sent_while_archives_are_made_opens_wherever_it_is_restored(portal: TestPortal) {
        let mut portal = portal;
        let backups = Backups::new();
        let system = portal.sender().await;
        let context = portal.portal.clone().0;
        let (folder, run) = (BackupFolder::open(&backups.settings).unwrap(), context.ids.next());
        let mut sent = vec![portal.send(&system, "before", 1).await];
        let mut made = Vec::new();
        for (step, key) in steps(&BackupPart::ALL).into_iter().zip(["between", "after"]) {
            let archives = take(&context, &backups.settings, &folder, run, step).await.unwrap();
            made.extend(archives.into_iter().map(|made| made.file));
            sent.push(portal.send(&system, key, 1).await);
        }
        let part_of = |archive: &PathBuf| archive.parent().unwrap().file_name().unwrap().to_owned();
        made.sort_by_key(|archive| BackupPart::ALL.iter().position(|part| *part.as_str() == *part_of(archive)));

        let into = tempfile::tempdir().unwrap();
        let settings = backups.restore(&portal, [&made[0], &made[1], &made[2]], into.path()).await.unwrap();
        let restored = Portal::open(settings, portal.clock.clock()).await.unwrap();
        let own = std::mem::replace(&mut portal.portal, restored);
        let restored_cases = message::entity::Entity::find().all(portal.portal.0.database.reader()).await.unwrap();
        let is_restored = |it: &&MessageReceipt| restored_cases.iter().any(|row| row.id == *it.id.as_uuid());
        let restored: Vec<_> = sent.iter().filter(is_restored).collect();
        assert!(restored.iter().any(|it| it.id == sent[0].id), "or the test shows nothing");
        for it in restored {
            assert_eq!(read(&portal, it).await.unwrap(), PDF, "what is there opens");
        }
        std::mem::replace(&mut portal.portal, own).close().await;
    }

    async fn a_restored_archive_from_before_needs_the_ledger_and_gives_back_nothing(portal: TestPortal) {
        let backups = Backups::new();
        let norrby = Norrby::new(&portal).await;
        let system = norrby.system.clone();
        let first = portal.send(&system, "1", 1).await;
        portal.portal.revoke_message(&system, first.id).await.unwrap();
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        let (revoked, lives) = (portal.send(&system, "2", 2).await, portal.send(&system, "3", 1).await);
        let erased = portal.send(&system, "4", 1).await.deliveries[0].clone();
        let old = backups.make(&portal).await;
        portal.portal.revoke_message(&system, revoked.id).await.unwrap();
        portal.clock.advance_millis(2 * 3_600_000);
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        // Not purged yet, so that nothing but the erasure itself tells of it.
        let (person, admin) = (portal.sign_in(0).await, norrby.admin(&portal).await);
        let asked = norrby.ask(&portal, Some(erased.case), DataRequestKind::Erasure);
        let asked = portal.portal.make_request(&person, &asked).await.unwrap();
        let grant = Grant { cases: vec![erased.case], answer: String::new() };
        portal.portal.grant_request(&admin, asked, &grant).await.unwrap();

        let into = tempfile::tempdir().unwrap();
        let by_hand = into.path().join("by hand");
        let mut settings = backups.unpack_all(&portal, [&old[0], &old[1], &old[2]], &by_hand).await;
        let ledger = std::mem::replace(
            &mut settings.ledger,
            crate::LedgerSettings::Folder(into.path().join("no ledger")),
        );
        let refused = Portal::open(settings.clone(), portal.clock.clock()).await;
        assert!(matches!(refused.err(), Some(crate::OpenError::Ledger(_))));
        settings.ledger = ledger;
        let by_command = backups.restore(&portal, [&old[0], &old[1], &old[2]], into.path()).await.unwrap();
        for settings in [settings, by_command] {
            let restored = Portal::open(settings, portal.clock.clock()).await.unwrap();
            assert!(!opens(&restored, &system, revoked.id).await);
            assert!(opens(&restored, &system, lives.id).await);
            let person = [crate::RecipientIdentifier::Number(crate::test_support::number(1))];
            assert_eq!(restored.0.vault.find_recipients(&person).await.unwrap(), [None]);
            let of = delivery::entity::Entity::find_by_id(*erased.delivery.as_uuid());
            let row = of.one(restored.0.database.reader()).await.unwrap().unwrap();
            assert!(row.erased_for.is_some() && row.revoked_at.is_some(), "{row:?}");
            restored.close().await;
        }
    }

    async fn archives_say_what_they_are_and_are_in_the_audit_log(portal: TestPortal) {
        let backups = Backups::new();
        let made = backups.make(&portal).await;
        let mark = portal.portal.0.vault.provider().mark().await.unwrap().unwrap();
        for (part, archive) in BackupPart::ALL.into_iter().zip(&made) {
            let into = tempfile::tempdir().unwrap();
            let manifest = backups.unpack(archive, into.path()).unwrap();
            assert_eq!((manifest.part.as_str(), manifest.installation), (part.as_str(), mark.id));
        }
        assert_eq!(portal.audited("backup.begun").await, 3);
        let again = portal.portal.back_up(&portal.operator(), &backups.settings, &[BackupPart::Vault]).await;
        assert!(matches!(again, Err(BackupError::Exists(_))), "within the same second");
    }

    async fn archives_of_the_provider_age_when_nobody_makes_backups_any_more(portal: TestPortal) {
        let backups = Backups::new();
        let made = backups.make(&portal).await;
        let age = async || portal.portal.oldest_provider_archive(&backups.settings).await.unwrap();
        portal.clock.advance_millis(7 * DAY);
        assert_eq!(portal.portal.run_backup_jobs(&backups.settings).await.unwrap().files, 0);
        assert_eq!(age().await, Duration::from_secs(7 * 86_400));
        portal.clock.advance_millis(1000);
        // Two nodes that have the same folder.
        let other = portal.another_node().await;
        let (one, two) = tokio::join!(
            portal.portal.run_backup_jobs(&backups.settings),
            other.run_backup_jobs(&backups.settings)
        );
        assert!(one.unwrap().files.max(two.unwrap().files) == 1);
        assert!(made[0].exists() && made[1].exists() && !made[2].exists());
        assert_eq!(age().await, Duration::ZERO);
        let row = portal.audit_log().await.into_iter().find(|row| row.action == "backup.pruned").unwrap();
        assert_eq!((row.actor_kind.as_str(), row.detail.as_deref()), ("portal", Some("1")));
    }
}

#[tokio::test]
async fn a_truncated_archive_and_one_for_somebody_else_do_not_open() {
    let (portal, backups, stranger) = (TestPortal::on_sqlite().await, Backups::new(), Backups::new());
    let made = backups.make(&portal).await;
    let into = tempfile::tempdir().unwrap();
    assert!(stranger.unpack(&made[2], into.path()).is_err());
    let mut whole = Vec::new();
    File::open(&made[2]).unwrap().read_to_end(&mut whole).unwrap();
    std::fs::write(&made[2], &whole[..whole.len() - 1]).unwrap();
    assert!(backups.unpack(&made[2], into.path()).is_err());
}

#[tokio::test]
async fn archives_for_a_passphrase_open_with_it_alone() {
    let (portal, mut backups) = (TestPortal::on_sqlite().await, Backups::new());
    backups.settings.lock = BackupLock::Passphrase(SecretString::new("right".to_owned()));
    let operator = portal.operator();
    let made = portal
        .portal
        .back_up(&operator, &backups.settings, &[BackupPart::Vault])
        .await;
    let file = std::fs::read(&made.unwrap().files[0]).unwrap();
    for (passphrase, right) in [("right", true), ("wrong", false)] {
        let identity = age::scrypt::Identity::new(passphrase.to_owned().into());
        let opened = age::Decryptor::new(&*file).unwrap().decrypt(iter::once(&identity as _));
        assert_eq!(opened.is_ok(), right);
    }
}

#[tokio::test]
async fn only_the_providers_archives_age_and_nothing_else_is_touched() {
    let (portal, backups) = (TestPortal::on_sqlite().await, Backups::new());
    let made = backups.make(&portal).await;
    let kept = backups.settings.folder.join("provider/notes.txt");
    std::fs::write(&kept, "").unwrap();
    let prune = async || {
        portal
            .portal
            .prune_backups(&portal.operator(), &backups.settings)
            .await
            .unwrap()
            .files
    };
    portal.clock.advance_millis(7 * DAY);
    assert_eq!(prune().await, 0);
    portal.clock.advance_millis(1000);
    assert_eq!(prune().await, 1);
    assert!(made[0].exists() && made[1].exists() && !made[2].exists() && kept.exists());
    assert_eq!(portal.audited("backup.pruned").await, 1);
}

/// Opens a file as whoever writes it has it open.
fn in_use(file: &Path) -> File {
    let open = File::create(file).unwrap();
    open.try_lock().unwrap();
    open
}

#[tokio::test]
async fn what_killed_runs_left_goes_after_a_day_and_never_what_is_in_use() {
    let (portal, backups) = (TestPortal::on_sqlite().await, Backups::new());
    let folder = &backups.settings.folder;
    let made = backups.make(&portal).await;
    let files = [
        "content/20261121T085959Z.partial",
        "vault/20261121T085959Z.partial",
        "provider/20261121T085959Z.partial",
        ".database-AAAAAA",
        ".ledger-AAAAAA",
        "content/20261121T090000Z.partial",
        ".database-BBBBBB",
    ]
    .map(|name| folder.join(name));
    let written: std::time::SystemTime = (portal.now() - Duration::from_secs(86_401)).to_jiff().into();
    let [old @ .., _, _] = &files;
    for file in &files {
        std::fs::write(file, "").unwrap();
    }
    for file in &files[3..5] {
        File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_modified(written)
            .unwrap();
    }
    let others = ["notes.partial", "content/.database-AAAAAA", "provider/backup.tar.age"].map(|name| folder.join(name));
    for file in &others {
        std::fs::write(file, "").unwrap();
        File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_modified(written)
            .unwrap();
    }
    let prune = async || portal.portal.run_backup_jobs(&backups.settings).await.unwrap().files;
    let busy: Vec<File> = [&files[0], &files[3]].map(|file| in_use(file)).into();
    busy[1].set_modified(written).unwrap();
    assert_eq!(prune().await, 3);
    assert!(files[0].exists() && files[3].exists(), "they are in use");
    drop(busy);
    assert_eq!(prune().await, 2);
    assert!(old.iter().all(|file| !file.exists()));
    assert!(files[5].exists() && files[6].exists(), "they are not a day old");
    assert!(others.iter().chain(&made).all(|file| file.exists()));
}

#[tokio::test]
async fn what_a_run_writes_is_in_use_until_it_is_done() {
    let (portal, backups) = (TestPortal::on_sqlite().await, Backups::new());
    let folder = BackupFolder::open(&backups.settings).unwrap();
    let far_ahead = portal.now() + Duration::from_secs(86_400);
    let left = || {
        folder
            .old(portal.now() - Duration::from_secs(86_400), far_ahead)
            .unwrap()
    };
    let scratch = folder.scratch().unwrap();
    let archive = folder.begin(BackupPart::Content, portal.now()).unwrap();
    let file = archive.create().unwrap();
    assert!(left().is_empty());
    drop(file);
    assert_eq!(left().len(), 1);
    drop(archive);
    assert!(scratch.path().exists() && left().is_empty());
}

#[test]
fn a_recipient_is_known_by_its_form() {
    let identity = age::x25519::Identity::generate();
    assert!(BackupLock::is_recipient(&identity.to_public().to_string()));
    assert!(!BackupLock::is_recipient(identity.to_string().expose_secret()));
    assert!(!BackupLock::is_recipient(""));
}
