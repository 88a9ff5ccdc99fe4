//! `postvalv restore`, as the operator runs it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use base::SecretString;
use portal::{BackupLock, BackupPart, BackupSettings, OperatorActor, Portal};
use server::config::Config;

use crate::harness::{ANNA, App, on_both_databases};

const PASSPHRASE: &str = "a passphrase of the operator";

/// Archives of all parts.
async fn archives(app: &App, folder: &Path) -> Vec<PathBuf> {
    let settings = BackupSettings {
        folder: folder.to_owned(),
        lock: BackupLock::Passphrase(SecretString::new(PASSPHRASE.to_owned())),
        provider_life: Duration::from_secs(7 * 86_400),
        pg_dump: "pg_dump".into(),
    };
    let operator = OperatorActor::on_this_host(app.request_info());
    let made = app.portal.back_up(&operator, &settings, &BackupPart::ALL).await;
    made.unwrap().files
}

/// Writes the section `[backup]` with a passphrase into a copy of a configuration.
fn with_passphrase(configuration: &Path, passphrase: &str) -> PathBuf {
    let file = configuration.with_extension(format!("{}.toml", passphrase.len()));
    std::fs::copy(configuration, &file).unwrap();
    let mut file_to_append = OpenOptions::new().append(true).open(&file).unwrap();
    write!(
        file_to_append,
        "\n[backup]\nfolder = \"/nowhere\"\npassphrase = \"{passphrase}\"\n"
    )
    .unwrap();
    file
}

fn restore(configuration: &Path, archives: &[PathBuf], knows: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postvalv"));
    command.arg("--config").arg(configuration).arg("restore");
    for (name, archive) in ["--content", "--vault", "--provider"].into_iter().zip(archives) {
        command.arg(name).arg(archive);
    }
    command.args(knows).output().unwrap()
}

/// What it said on refusing.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

on_both_databases! {
    async fn the_operator_restores_what_was_archived_and_nothing_else(app: App) {
        let (system, _) = app.sender("Norrby kommun").await;
        let lives = app.message(&system, ANNA, &[]).await;
        let revoked = app.message(&system, ANNA, &[]).await;
        app.signed_in(ANNA).await;
        let (backups, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let made = archives(&app, backups.path()).await;
        app.portal.revoke_message(&system, revoked.id).await.unwrap();
        let configuration = app.configuration_below(place.path()).await;
        let right = with_passphrase(&configuration, PASSPHRASE);

        assert!(refused(&restore(&configuration, &made, &[])).contains("backup.passphrase"));
        assert!(refused(&restore(&right, &made, &[])).contains("there is no ledger"));
        let ledger = place.path().join("ledger");
        std::fs::create_dir(&ledger).unwrap();
        for batch in std::fs::read_dir(configuration_folder(&app).join("ledger")).unwrap() {
            let batch = batch.unwrap();
            std::fs::copy(batch.path(), ledger.join(batch.file_name())).unwrap();
        }
        let wrong = with_passphrase(&configuration, "another passphrase");
        assert!(refused(&restore(&wrong, &made, &[])).contains("does not open with this identity or passphrase"));
        let swapped = [made[1].clone(), made[0].clone(), made[2].clone()];
        assert!(refused(&restore(&right, &swapped, &[])).contains("is an archive of vault and not of content"));
        assert!(!place.path().join("keys").exists() && !place.path().join("blobs").exists());

        // What was copied with the archives would bring back what was revoked since: somebody must say that there is no more.
        let unknown = refused(&restore(&right, &made, &[]));
        assert!(unknown.contains("ends with batch 1 of 2026-11-22T09:00:00Z") && unknown.contains("ledger-head"), "{unknown}");
        assert!(!place.path().join("keys").exists() && !place.path().join("blobs").exists());

        let nothing_known = ["--ledger-at-least", "0"];
        let done = restore(&right, &made, &nothing_known);
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        for line in ["generation     2", "ledger         1 batches", "sessions       1 ended"] {
            assert!(said.contains(line), "{said}");
        }
        let ends = said.find("ledger         ends with batch 1 of 2026-11-22T09:00:00Z").unwrap();
        assert!(ends < said.find("installation").unwrap(), "{said}");
        assert!(said.contains("WARNING        nothing but the archives says whether this ledger is the newest"), "{said}");
        assert!(refused(&restore(&right, &made, &nothing_known)).contains("is not empty"));

        let config = Config::load_from(&configuration, []).unwrap();
        let restored = Portal::open(config.settings(), app.clock.clock()).await.unwrap();
        let is_revoked = async |id| {
            let status = restored.message_status(&system, id).await.unwrap();
            status.deliveries[0].revoked_at.is_some()
        };
        assert!(!is_revoked(lives.id).await && is_revoked(revoked.id).await);
        restored.readiness().await.unwrap();
        restored.close().await;
    }
}

fn configuration_folder(app: &App) -> PathBuf {
    app.configuration_file().parent().unwrap().to_owned()
}
