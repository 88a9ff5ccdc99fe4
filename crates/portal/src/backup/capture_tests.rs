//! Capture and open: what somebody finds who has archives and what opens them, but not the secrets that are gone by then. First in clear,
//! in the unpacked files; then with everything that the provider has left, looked for in their bytes ([`remnants`]) and not by our own
//! rules about who may read what.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use remnants::Opened;

use super::tests::Backups;
use crate::test_support::{PDF, draft, file, on_both_databases};
use crate::{BackupPart, MessageDraft, ProviderSettings, PurgeMode};

const TITLE: &str = "Beslut om skuldsanering";
const BODY: &str = "Kanariefågeln sitter i texten.";
const FILE_NAME: &str = "beslut-skuldsanering.pdf";
const CONTENT: &[u8] = b"% Kanariefageln sitter i dokumentet.\n";
const EMAIL: &str = "kanariefageln@example.se";
/// Of what is still there when everything else is gone.
const LIVING: &str = "Beslut om barnomsorg";

/// To the first test person, or to the second one for less long.
fn to(person: usize) -> (MessageDraft, Vec<u8>) {
    let content = [PDF, CONTENT].concat();
    let mut draft = draft(2);
    draft.recipients = draft.recipients.split_off(person);
    draft.recipients.truncate(1);
    if person == 0 {
        draft.title = TITLE.to_owned();
        draft.body = BODY.to_owned();
        draft.recipients[0].email = Some(EMAIL.to_owned());
        draft.files = vec![file(FILE_NAME, "application/pdf", &content)];
        draft.retention_days = Some(30);
        return (draft, content);
    }
    draft.title = LIVING.to_owned();
    draft.retention_days = Some(20);
    (draft, PDF.to_vec())
}

/// Everything that the archives must not give away of the first person's message.
fn canaries() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("title", TITLE.into()),
        ("text", BODY.into()),
        ("file name", FILE_NAME.into()),
        ("content", CONTENT.into()),
        ("personnummer", b"200001012384".to_vec()),
        ("name", b"Testperson 0".to_vec()),
        ("mail address", EMAIL.into()),
    ]
}

fn holds(bytes: &[u8], canary: &[u8]) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary)
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// Puts in place of what `pg_dump` made, which is compressed, the values of its rows as they are stored: bytes and ids as bytes.
fn open_dumps(folder: &Path) {
    for dump in files(folder)
        .into_iter()
        .filter(|file| file.extension().is_some_and(|end| end == "pgdump"))
    {
        let text = Command::new("pg_restore").arg("--file=-").arg(&dump).output().unwrap();
        assert!(text.status.success() && !text.stdout.is_empty());
        let mut values = Vec::new();
        for line in text.stdout.split(|byte| *byte == b'\n') {
            for value in line.split(|byte| *byte == b'\t') {
                let of_bytes = value.strip_prefix(b"\\\\x").and_then(|digits| hex::decode(digits).ok());
                let id = || uuid::Uuid::try_parse_ascii(value).ok().map(|id| id.as_bytes().to_vec());
                values.extend(of_bytes.or_else(id).unwrap_or_else(|| value.to_vec()));
            }
        }
        std::fs::write(dump.with_extension("values"), values).unwrap();
        std::fs::remove_file(dump).unwrap();
    }
}

/// Which canaries open with the secrets in a provider's folder, and whether the message does that is still there.
fn opened(folder: &Path, provider: &Path) -> (BTreeSet<&'static str>, bool) {
    let (mut found, mut lives) = (BTreeSet::new(), false);
    for remnant in remnants::examine(folder, provider).unwrap() {
        let bytes = match remnant.opened {
            Opened::Key(..) => continue,
            Opened::Text(text) | Opened::FileName(text) | Opened::Personal(text) => text.into_bytes(),
            Opened::Content(content) => content,
        };
        lives |= holds(&bytes, LIVING.as_bytes());
        found.extend(
            canaries()
                .iter()
                .filter(|(_, canary)| holds(&bytes, canary))
                .map(|(what, _)| *what),
        );
    }
    (found, lives)
}

on_both_databases! {
    async fn archives_give_nothing_away_in_clear_nor_what_was_purged_when_the_old_secrets_are_gone(portal: TestPortal) {
        let backups = Backups::new();
        let system = portal.sender().await;
        let (purged, content) = to(0);
        let purged = portal.send_all(&system, "1", purged, &[&content]).await.unwrap();
        let (living, content) = to(1);
        portal.send_all(&system, "2", living, &[&content]).await.unwrap();
        let person = portal.sign_in(0).await;
        portal.view(&person, portal.only_document(&person, &purged.deliveries[0]).await, None).await.unwrap();
        portal.portal.run_jobs().await.unwrap();
        let old = backups.make(&portal).await;

        // Everything that is in the archives, in clear.
        let unpacked = tempfile::tempdir().unwrap();
        let provider = tempfile::tempdir().unwrap();
        for (part, archive) in BackupPart::ALL.into_iter().zip(&old) {
            let into = if part == BackupPart::Provider { provider.path() } else { unpacked.path() };
            backups.unpack(archive, into).unwrap();
        }
        open_dumps(unpacked.path());
        let everything: Vec<Vec<u8>> = [unpacked.path(), provider.path()]
            .into_iter()
            .flat_map(files)
            .map(|file| std::fs::read(file).unwrap())
            .collect();
        let is_there = |canary: &[u8]| everything.iter().any(|file| holds(file, canary));
        assert!(is_there(b"Norrby kommun"), "the look finds what stands there in clear");
        for (what, canary) in canaries() {
            assert!(!is_there(&canary), "{what}");
            // As in a text of bytes, should one hold another.
            assert!(!is_there(hex::encode(&canary).as_bytes()), "{what}");
        }

        // With the provider's archive of then all of it opens, or what follows shows nothing.
        let (found, lives) = opened(unpacked.path(), &provider.path().join("provider"));
        let all: BTreeSet<&str> = canaries().iter().map(|(what, _)| *what).collect();
        assert_eq!((found, lives), (all, true));

        portal.portal.revoke_message(&system, purged.id).await.unwrap();
        portal.clock.advance_millis(2 * 3_600_000);
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        portal.days_pass(8).await;
        assert_eq!(portal.portal.run_backup_jobs(&backups.settings).await.unwrap().files, 1);
        assert!(old[0].exists() && old[1].exists() && !old[2].exists());
        // With what is left of the provider, in place and in the newest archive, none of it does, and what is still there does.
        let new = backups.make(&portal).await;
        let newest = tempfile::tempdir().unwrap();
        backups.unpack(&new[2], newest.path()).unwrap();
        let ProviderSettings::Folder(in_place) = &portal.settings.provider;
        for left in [in_place.clone(), newest.path().join("provider")] {
            assert_eq!(opened(unpacked.path(), &left), (BTreeSet::new(), true));
        }
    }
}
