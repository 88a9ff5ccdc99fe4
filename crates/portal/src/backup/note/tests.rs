//! What the note beside the archives promises: it never goes back, and holds by the newest key alone.

use std::path::PathBuf;
use std::time::Duration;

use super::super::folder::BackupFolder;
use crate::backup::BackupError;
use crate::backup::tests::{Backups, empty_places};
use crate::test_support::{TestPortal, copy, on_both_databases};
use crate::{LedgerSettings, Portal, RestoreError};

const HOUR: Duration = Duration::from_secs(3600);

fn ledger_of(portal: &TestPortal) -> PathBuf {
    let LedgerSettings::Folder(ledger) = &portal.settings.ledger;
    ledger.clone()
}

on_both_databases! {
    async fn the_note_of_the_ledgers_end_never_goes_back(portal: TestPortal) {
        let backups = Backups::new();
        let note = async || portal.portal.note_ledger(&backups.settings).await;
        let file = backups.settings.folder.join("ledger-head");
        assert_eq!(note().await.unwrap(), 0);
        assert!(!file.exists(), "there is nothing to say of an empty ledger");
        let system = portal.sender().await;
        for number in 1..=2 {
            let sent = portal.send(&system, &number.to_string(), 1).await;
            portal.portal.revoke_message(&system, sent.id).await.unwrap();
            assert_eq!(note().await.unwrap(), number);
        }
        // What another node wrote counts, before this one knows of it.
        let other = portal.another_node().await;
        let sent = portal.send(&system, "3", 1).await;
        other.revoke_message(&system, sent.id).await.unwrap();
        let last = u64::try_from(std::fs::read_dir(ledger_of(&portal)).unwrap().count()).unwrap();
        assert_eq!(note().await.unwrap(), last);
        let noted = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, "forged").unwrap();
        assert_eq!(note().await.unwrap(), last);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), noted);
        // A ledger that lost what neither this node nor a database knows of.
        std::fs::remove_file(ledger_of(&portal).join(format!("{last:020}"))).unwrap();
        let error = note().await.unwrap_err();
        assert!(matches!(error, BackupError::LedgerBehind { known, end, .. } if known == last && end == last - 1), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), noted);
    }

    async fn of_two_nodes_that_note_at_once_none_takes_the_note_back(portal: TestPortal) {
        let backups = Backups::new();
        let system = portal.sender().await;
        let (first, second) = (portal.send(&system, "1", 1).await, portal.send(&system, "2", 1).await);
        portal.portal.revoke_message(&system, first.id).await.unwrap();
        assert_eq!(portal.portal.note_ledger(&backups.settings).await.unwrap(), 1);
        let other = portal.another_node().await;
        let folder = BackupFolder::open(&backups.settings).unwrap();
        let lock = folder.lock_note().unwrap().unwrap();
        assert!(folder.lock_note().unwrap().is_none(), "one at a time has it");
        // Another node is in the middle of it, and knows more.
        let others = async {
            other.revoke_message(&system, second.id).await.unwrap();
            let end = other.0.ledger.end().await.unwrap().unwrap();
            folder.note_ledger(&other.0.ledger.note(end).await.unwrap()).unwrap();
            drop(lock);
            end.number
        };
        let (noted, end) = tokio::join!(portal.portal.note_ledger(&backups.settings), others);
        assert_eq!(noted.unwrap(), end);
        let text = std::fs::read_to_string(folder.ledger_head()).unwrap();
        assert!(end > 1 && text.contains(&format!("\nnumber {end}\n")), "{text}");
    }

    async fn a_note_by_a_key_that_was_replaced_or_that_the_archive_does_not_know_is_refused(portal: TestPortal) {
        let (backups, into) = (Backups::new(), tempfile::tempdir().unwrap());
        let file = backups.settings.folder.join("ledger-head");
        let system = portal.sender().await;
        let sent = portal.send(&system, "1", 1).await;
        portal.portal.revoke_message(&system, sent.id).await.unwrap();
        let before = backups.make(&portal).await;
        let by_old_key = std::fs::read_to_string(&file).unwrap();
        let ledger_then = tempfile::tempdir().unwrap();
        copy(&ledger_of(&portal), ledger_then.path());
        portal.clock.advance(HOUR);
        portal.portal.rotate_signing_key(&portal.operator()).await.unwrap();
        assert_eq!(portal.portal.note_ledger(&backups.settings).await.unwrap(), 2);
        let by_new_key = std::fs::read_to_string(&file).unwrap();
        let after = backups.make(&portal).await;

        let newest = empty_places(&portal, into.path()).await;
        let mut then = newest.clone();
        then.ledger = LedgerSettings::Folder(ledger_then.path().to_owned());
        let restore = async |settings, archives: &[PathBuf]| {
            let given = backups.given([&archives[0], &archives[1], &archives[2]], into.path());
            Portal::restore(settings, &portal.clock.clock(), &portal.operator(), &given, |_| ()).await
        };
        // All of the time before, but for the note: it says that there was more, though the keys of then can't tell that it is ours.
        assert!(matches!(restore(&then, &before).await, Err(RestoreError::LedgerNote(_))));
        std::fs::write(&file, &by_old_key).unwrap();
        assert!(matches!(restore(&newest, &after).await, Err(RestoreError::LedgerNoteOfReplacedKey(_))));
        // What it says keeps nobody from making it anew.
        assert_eq!(portal.portal.note_ledger(&backups.settings).await.unwrap(), 2);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), by_new_key);
        restore(&newest, &after).await.unwrap();
    }
}
