//! What a restore promises: all of it or nothing, nothing that ended since, and nobody gets in by what a copy brings to life again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use base::SecretString;

use super::*;
use crate::backup::tests::{Backups, empty_places, opens};
use crate::backup::{BackupLock, archive};
use crate::ledger::LedgerError;
use crate::test_support::{PASSWORD, TestPortal, copy, count, new_member, on_both_databases, on_each_storage, secret};
use crate::{BlobSettings, LedgerSettings, NotReady, OpenError, PurgeMode, Role, Scope};

const HOUR: Duration = Duration::from_secs(3600);

/// Every file below a folder, with its size.
fn files(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => drop(found.insert(entry.path(), entry.metadata().unwrap().len())),
        }
    }
    found
}

/// That there is nothing in any of these places.
async fn assert_empty(settings: &Settings) {
    for url in [&settings.database_url, &settings.vault_url] {
        match crate::database::sqlite_file(url).unwrap() {
            None => assert!(load::is_empty(url).await.unwrap()),
            Some(file) => assert!(!file.exists() && !load::with_end(file, ".restoring").exists()),
        }
    }
    let crate::ProviderSettings::Folder(keys) = &settings.provider;
    assert!(!keys.exists(), "{:?}", files(keys));
    match &settings.blobs {
        BlobSettings::Folder(blobs) => assert!(!blobs.exists(), "{:?}", files(blobs)),
        BlobSettings::S3(_) => assert!(Blobs::open(&settings.blobs).await.unwrap().is_empty().await.unwrap()),
    }
}

async fn try_to(portal: &TestPortal, settings: &Settings, from: &RestoreSettings) -> Result<Restored, RestoreError> {
    Portal::restore(settings, &portal.clock.clock(), &portal.operator(), from, |_| ()).await
}

fn ledger_of(portal: &TestPortal) -> PathBuf {
    let LedgerSettings::Folder(ledger) = &portal.settings.ledger;
    ledger.clone()
}

on_both_databases! {
    async fn nobody_gets_in_by_what_the_copy_brought_to_life_again(portal: TestPortal) {
        let (backups, into) = (Backups::new(), tempfile::tempdir().unwrap());
        let organisation = portal.organisation("Norrby kommun").await;
        let admin = portal.first_admin_of(organisation).await;
        portal.system_actor_of(organisation, &Scope::ALL).await;
        portal.sign_in(0).await;
        let mut invited = Vec::new();
        for email in ["eva@norrby.example", "bo@norrby.example", "ida@norrby.example"] {
            let new = new_member("Eva Ek", email, Role::Sender);
            invited.push(portal.portal.invite_staff(&admin, new).await.unwrap());
        }
        let made = backups.make(&portal).await;
        let settings = empty_places(&portal, into.path()).await;
        let given = backups.given([&made[0], &made[1], &made[2]], into.path());
        let done = try_to(&portal, &settings, &given).await.unwrap();
        assert_eq!((done.sessions, done.access_tokens, done.invitations), (2, 1, 3));

        let restored = Portal::open(settings, portal.clock.clock()).await.unwrap();
        let rows = async |of: &str| count(&restored.0.database, of).await;
        for way_in in ["session", "access_token", "staff_invitation WHERE used_at IS NULL"] {
            assert_eq!((rows(way_in).await, portal.rows(way_in).await > 0), (0, true), "{way_in}");
        }
        assert_eq!(rows("staff_invitation").await, 1, "the admin's, which is accepted");
        let (password, request) = (secret(PASSWORD), portal.request());
        for invitation in &invited {
            assert!(restored.accept_invitation(&invitation.token, &password, &request).await.is_err());
        }
        let told = "audit_event WHERE action = 'installation.restored'";
        assert_eq!((rows(told).await, portal.rows(told).await), (1, 0));
        assert_eq!(rows(&format!("{told} AND detail = '{}' AND actor_kind = 'operator'", done.generation)).await, 1);
        restored.close().await;
        for invitation in &invited {
            portal.accept(invitation).await;
        }
    }

    async fn what_can_not_be_restored_changes_nothing(portal: TestPortal) {
        let (backups, strangers) = (Backups::new(), Backups::new());
        let system = portal.sender().await;
        portal.send(&system, "1", 1).await;
        let first = portal.send(&system, "2", 1).await;
        portal.portal.revoke_message(&system, first.id).await.unwrap();
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        let old = backups.make(&portal).await;
        portal.clock.advance(HOUR);
        let made = backups.make(&portal).await;
        let other = TestPortal::on_sqlite().await;
        other.clock.advance(2 * HOUR);
        let theirs = backups.make(&other).await;
        // Afterwards, since a note of theirs would take the place of ours.
        let their_sender = other.sender().await;
        for key in ["1", "2"] {
            let sent = other.send(&their_sender, key, 1).await;
            other.portal.revoke_message(&their_sender, sent.id).await.unwrap();
        }

        let into = tempfile::tempdir().unwrap();
        let settings = empty_places(&portal, into.path()).await;
        let all: [&Path; 3] = [&made[0], &made[1], &made[2]];
        let given = backups.given(all, into.path());
        let before = files(into.path());
        let refused = async |settings: &Settings, from: &RestoreSettings| {
            let error = try_to(&portal, settings, from).await.unwrap_err();
            assert_eq!(files(into.path()), before, "{error}");
            assert_empty(settings).await;
            error
        };
        let archives = |content: &Path, vault: &Path, provider: &Path| RestoreSettings {
            content: content.to_owned(),
            vault: vault.to_owned(),
            provider: provider.to_owned(),
            ..given.clone()
        };

        // The wrong archives.
        let mixed = archives(&made[0], &made[1], &old[2]);
        assert!(matches!(refused(&settings, &mixed).await, RestoreError::Runs));
        let swapped = archives(&made[1], &made[0], &made[2]);
        assert!(matches!(refused(&settings, &swapped).await, RestoreError::Part { .. }));
        let foreign = archives(&made[0], &made[1], &theirs[2]);
        assert!(matches!(refused(&settings, &foreign).await, RestoreError::Installations));
        let absent = archives(&made[0], &made[1], Path::new("/nowhere/x.tar.age"));
        assert!(matches!(refused(&settings, &absent).await, RestoreError::File(..)));
        let no_archive = archives(&made[0], &made[1], Path::new("/dev/null"));
        assert!(matches!(refused(&settings, &no_archive).await, RestoreError::Damaged(_)));

        // The wrong keys.
        let stranger = strangers.given(all, tempfile::tempdir().unwrap().keep().as_path());
        assert!(matches!(refused(&settings, &stranger).await, RestoreError::Key(_)));
        let passphrase = ArchiveKey::Passphrase(SecretString::new("not the right one".to_owned()));
        let passphrase = RestoreSettings { key: passphrase, ..given.clone() };
        assert!(matches!(refused(&settings, &passphrase).await, RestoreError::Key(_)));
        let no_identity = RestoreSettings { key: ArchiveKey::Identities(made[0].clone()), ..given.clone() };
        assert!(matches!(refused(&settings, &no_identity).await, RestoreError::Identity(_)));

        // No ledger, and one that lacks its end or is another installation's.
        let mut without = settings.clone();
        without.ledger = LedgerSettings::Folder(into.path().join("no ledger"));
        assert!(matches!(refused(&without, &given).await, RestoreError::NoLedger(_)));
        let short = tempfile::tempdir().unwrap();
        without.ledger = LedgerSettings::Folder(short.path().to_owned());
        assert!(matches!(refused(&without, &given).await, RestoreError::Ledger(LedgerError::Missing(2))));
        let first = "00000000000000000001";
        std::fs::copy(ledger_of(&portal).join(first), short.path().join(first)).unwrap();
        assert!(matches!(refused(&without, &given).await, RestoreError::Ledger(LedgerError::Missing(2))));
        let second = "00000000000000000002";
        std::fs::copy(ledger_of(&portal).join(first), short.path().join(second)).unwrap();
        assert!(matches!(refused(&without, &given).await, RestoreError::Ledger(LedgerError::Damaged(2))));
        without.ledger = LedgerSettings::Folder(ledger_of(&other));
        assert!(matches!(refused(&without, &given).await, RestoreError::Ledger(LedgerError::Damaged(_))));
        let all_theirs = archives(&theirs[0], &theirs[1], &theirs[2]);
        let mut their_places = empty_places(&other, into.path()).await;
        their_places.ledger = settings.ledger.clone();
        assert!(matches!(refused(&their_places, &all_theirs).await, RestoreError::Ledger(LedgerError::Damaged(_))));

        // The wrong places.
        let mut same = settings.clone();
        same.vault_url = same.database_url.clone();
        assert!(matches!(try_to(&portal, &same, &given).await, Err(RestoreError::SameDatabase)));
        for change in [
            (|settings, portal| settings.database_url = portal.database_url.clone()) as fn(&mut Settings, &Settings),
            |settings, portal| settings.vault_url = portal.vault_url.clone(),
            |settings, portal| settings.provider = portal.provider.clone(),
            |settings, portal| settings.blobs = portal.blobs.clone(),
        ] {
            let mut taken = settings.clone();
            change(&mut taken, &portal.settings);
            assert!(matches!(try_to(&portal, &taken, &given).await, Err(RestoreError::NotEmpty(_))));
            assert_eq!(files(into.path()), before);
        }
        assert_eq!(portal.portal.readiness().await.ok(), Some(()));
        try_to(&portal, &settings, &given).await.unwrap();
    }

    async fn a_ledger_that_ends_before_it_is_known_to_have_come_is_refused_and_changes_nothing(portal: TestPortal) {
        let (backups, into) = (Backups::new(), tempfile::tempdir().unwrap());
        let system = portal.sender().await;
        let gone_before = portal.send(&system, "1", 1).await;
        let (revoked, lives) = (portal.send(&system, "2", 1).await, portal.send(&system, "3", 1).await);
        portal.portal.revoke_message(&system, gone_before.id).await.unwrap();
        let made = backups.make(&portal).await;
        let copied_then = tempfile::tempdir().unwrap();
        copy(&ledger_of(&portal), copied_then.path());
        portal.clock.advance(HOUR);
        portal.portal.revoke_message(&system, revoked.id).await.unwrap();
        let pruned = portal.portal.prune_backups(&portal.operator(), &backups.settings).await.unwrap();
        assert_eq!((pruned.files, pruned.ledger), (0, 2));

        let note = backups.settings.folder.join("ledger-head");
        let text = std::fs::read_to_string(&note).unwrap();
        assert!(text.contains("\nnumber 2\n") && text.contains("\nat 2026-11-22T10:00:00Z\n"), "{text}");
        let newest = empty_places(&portal, into.path()).await;
        let mut older = newest.clone();
        older.ledger = LedgerSettings::Folder(copied_then.path().to_owned());
        let given = backups.given([&made[0], &made[1], &made[2]], into.path());
        let before = files(into.path());
        let refused = async |settings: &Settings, from: &RestoreSettings| {
            let error = try_to(&portal, settings, from).await.unwrap_err();
            assert_eq!(files(into.path()), before, "{error}");
            assert_empty(settings).await;
            error
        };
        let error = refused(&older, &given).await;
        assert!(matches!(error, RestoreError::LedgerBehind { end: 1, known: 2, .. }), "{error}");

        // Whoever may write there can't say something else; what they can do is to take it away, which is told of.
        for altered in [text.replace("number 2", "number 1"), text.replace("10:00:00Z", "09:00:00Z"), String::new()] {
            assert_ne!(altered, text);
            std::fs::write(&note, altered).unwrap();
            for settings in [&older, &newest] {
                assert!(matches!(refused(settings, &given).await, RestoreError::LedgerNote(_)));
            }
        }
        std::fs::remove_file(&note).unwrap();
        let known = |number| RestoreSettings { ledger_at_least: Some(number), ..given.clone() };
        assert!(matches!(refused(&older, &known(2)).await, RestoreError::LedgerBehind { end: 1, known: 2, .. }));
        assert!(matches!(refused(&newest, &known(3)).await, RestoreError::LedgerBehind { end: 2, known: 3, .. }));
        // In the folder that is configured it counts as well.
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("ledger-head"), &text).unwrap();
        let configured = RestoreSettings { backups: Some(elsewhere.path().to_owned()), ..given.clone() };
        assert!(matches!(refused(&older, &configured).await, RestoreError::LedgerBehind { end: 1, known: 2, .. }));

        // Where nothing says how far it had come, neither is taken: the one of then reaches as far as the archives do.
        let unknown = RestoreSettings { ledger_at_least: None, ..given.clone() };
        for (settings, end) in [(&older, "batch 1 of 2026-11-22T09:00:00Z"), (&newest, "batch 2 of 2026-11-22T10:00:00Z")] {
            let error = refused(settings, &unknown).await;
            assert!(matches!(error, RestoreError::LedgerEndUnknown { .. }) && error.to_string().contains(end), "{error}");
        }

        // Only who says that they know nothing gets the ledger of then, and is told of it before anything is put in place.
        let restore = async |settings: &Settings, from: &RestoreSettings| {
            let mut found = None;
            let tell = |ledger| {
                let crate::ProviderSettings::Folder(keys) = &settings.provider;
                assert!(!keys.join("installation").exists());
                found = Some(ledger);
            };
            let operator = portal.operator();
            Portal::restore(settings, &portal.clock.clock(), &operator, from, tell).await.unwrap();
            let restored = Portal::open(settings.clone(), portal.clock.clock()).await.unwrap();
            let opened = [opens(&restored, &system, revoked.id).await, opens(&restored, &system, lives.id).await];
            restored.close().await;
            (found.unwrap(), opened)
        };
        let (found, opened) = restore(&older, &given).await;
        let then = portal.now() - HOUR;
        assert_eq!(found, LedgerFound { last: Some((1, then)), at_least: 0 });
        assert_eq!(opened, [true, true]);
        std::fs::write(&note, &text).unwrap();
        let again = tempfile::tempdir().unwrap();
        let newest = empty_places(&portal, again.path()).await;
        let (found, opened) = restore(&newest, &given).await;
        assert_eq!(found, LedgerFound { last: Some((2, portal.now())), at_least: 2 });
        assert_eq!(opened, [false, true], "what was revoked since is gone");
    }

    async fn an_archive_of_which_one_byte_is_missing_or_another_changes_nothing(portal: TestPortal) {
        let (backups, into) = (Backups::new(), tempfile::tempdir().unwrap());
        let system = portal.sender().await;
        portal.send(&system, "1", 1).await;
        let made = backups.make(&portal).await;
        let settings = empty_places(&portal, into.path()).await;
        let given = backups.given([&made[0], &made[1], &made[2]], into.path());
        for archive in &made {
            let whole = std::fs::read(archive).unwrap();
            let (middle, last) = (whole.len() / 2, whole.len() - 1);
            let mut broken = vec![whole[..last].to_vec(), whole[..middle].to_vec(), whole[..10].to_vec(), Vec::new()];
            for place in [10, 100, middle, last] {
                let mut changed = whole.clone();
                changed[place] ^= 1;
                broken.push(changed);
            }
            for broken in broken {
                std::fs::write(archive, broken).unwrap();
                let error = try_to(&portal, &settings, &given).await.unwrap_err();
                assert!(matches!(error, RestoreError::Damaged(_) | RestoreError::Key(_)), "{error}");
                assert_empty(&settings).await;
            }
            std::fs::write(archive, whole).unwrap();
        }
        try_to(&portal, &settings, &given).await.unwrap();
    }

    async fn what_fails_in_the_middle_is_taken_away_again_and_can_be_repeated(portal: TestPortal) {
        let (backups, into) = (Backups::new(), tempfile::tempdir().unwrap());
        let system = portal.sender().await;
        let sent = portal.send(&system, "1", 1).await;
        let made = backups.make(&portal).await;
        let settings = empty_places(&portal, into.path()).await;
        let good = backups.given([&made[0], &made[1], &made[2]], into.path());

        // Archives that say the right thing and hold no databases.
        for (part, place) in [(BackupPart::Content, 0), (BackupPart::Vault, 1)] {
            let mut bad = good.clone();
            let file = into.path().join(part.as_str());
            let unpacked = tempfile::tempdir().unwrap();
            let manifest = backups.unpack(&made[place], unpacked.path()).unwrap();
            let mut made = archive::Archive::begin(std::fs::File::create(&file).unwrap(), &backups.settings, &manifest).unwrap();
            let name = std::fs::read_dir(unpacked.path()).unwrap().map(|entry| entry.unwrap().file_name());
            let name = name.map(|name| name.into_string().unwrap()).find(|name| name.contains(".sqlite") || name.contains(".pgdump"));
            made.add(&name.unwrap(), 7, &b"nothing"[..]).unwrap();
            made.finish().unwrap();
            match part {
                BackupPart::Content => bad.content = file.clone(),
                _ => bad.vault = file.clone(),
            }
            try_to(&portal, &settings, &bad).await.unwrap_err();
            assert_empty(&settings).await;
        }
        if crate::database::sqlite_file(&settings.database_url).unwrap().is_none() {
            let program = RestoreSettings { pg_restore: "/nowhere/pg_restore".into(), ..good.clone() };
            assert!(matches!(try_to(&portal, &settings, &program).await, Err(RestoreError::Load(_))));
            assert_empty(&settings).await;
        }

        assert_eq!(try_to(&portal, &settings, &good).await.unwrap().generation, 2);
        let restored = Portal::open(settings.clone(), portal.clock.clock()).await.unwrap();
        assert!(opens(&restored, &system, sent.id).await);
        // As it is just before the last step.
        let crate::ProviderSettings::Folder(keys) = &settings.provider;
        std::fs::remove_file(keys.join("installation")).unwrap();
        assert!(matches!(restored.readiness().await, Err(NotReady::Installation(_))));
        assert!(Portal::open(settings.clone(), portal.clock.clock()).await.is_err());
        restored.close().await;
    }
}

#[tokio::test]
async fn archives_for_a_passphrase_are_restored_with_it() {
    let (portal, mut backups) = (TestPortal::on_sqlite().await, Backups::new());
    let passphrase = SecretString::new("a long passphrase".to_owned());
    backups.settings.lock = BackupLock::Passphrase(passphrase.clone());
    let made = backups.make(&portal).await;
    let into = tempfile::tempdir().unwrap();
    let settings = empty_places(&portal, into.path()).await;
    let given = RestoreSettings {
        key: ArchiveKey::Passphrase(passphrase),
        ..backups.given([&made[0], &made[1], &made[2]], into.path())
    };
    try_to(&portal, &settings, &given).await.unwrap();
}

mod storage {
    use super::*;

    on_each_storage! {
        async fn a_restored_installation_is_whole_and_of_another_generation(portal: TestPortal) {
            let (backups, into) = (Backups::new(), tempfile::tempdir().unwrap());
            let system = portal.sender().await;
            let lives = portal.send(&system, "1", 2).await;
            let revoked = portal.send(&system, "2", 1).await;
            let reader = portal.sign_in(0).await;
            let made = backups.make(&portal).await;
            portal.portal.revoke_message(&system, revoked.id).await.unwrap();
            portal.portal.refuse_mail(&reader).await.unwrap();

            let mut settings = empty_places(&portal, into.path()).await;
            if let BlobSettings::S3(bucket) = &portal.settings.blobs {
                let mut bucket = bucket.clone();
                bucket.prefix = format!("{}-restored", bucket.prefix);
                settings.blobs = BlobSettings::S3(bucket);
            }
            let given = backups.given([&made[0], &made[1], &made[2]], into.path());
            let done = try_to(&portal, &settings, &given).await.unwrap();
            assert_eq!((done.generation, done.batches), (2, 2));
            assert_eq!((done.sessions, done.access_tokens), (1, 1));
            let restored = Portal::open(settings.clone(), portal.clock.clock()).await.unwrap();
            restored.readiness().await.unwrap();
            restored.run_jobs().await.unwrap();
            assert!(opens(&restored, &system, lives.id).await && !opens(&restored, &system, revoked.id).await);
            let again = try_to(&portal, &settings, &given).await;
            assert!(matches!(again, Err(RestoreError::NotEmpty(_))));
            restored.readiness().await.unwrap();

            // A node that has one part of before and the others of now is not ready.
            let mut mixed = settings.clone();
            mixed.provider = portal.settings.provider.clone();
            let refused = Portal::open(mixed, portal.clock.clock()).await;
            assert!(matches!(refused.err(), Some(OpenError::Installation(_))));

            // And once more, elsewhere: no generation is given twice.
            let elsewhere = tempfile::tempdir().unwrap();
            let mut settings = empty_places(&portal, elsewhere.path()).await;
            settings.blobs = BlobSettings::Folder(elsewhere.path().join("blobs"));
            assert_eq!(try_to(&portal, &settings, &given).await.unwrap().generation, 3);
            restored.close().await;
        }
    }
}
