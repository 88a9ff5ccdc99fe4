//! What the installation's signatures are checked with, as others find it.

use http::StatusCode;
use portal::{OperatorActor, PublicKeys};

use crate::harness::App;

/// Where archives go, in a copy of an app's configuration.
fn with_backups(app: &App, folder: &std::path::Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(app.configuration_file()).unwrap();
    let file = app.configuration_file().with_extension("backups.toml");
    let section = format!(
        "[backup]\nfolder = \"{}\"\npassphrase = \"a passphrase of the operator\"\n",
        folder.display()
    );
    std::fs::write(&file, format!("{text}\n{section}")).unwrap();
    file
}

const PATH: &str = "/.well-known/postvalv-signing-keys.json";

#[tokio::test]
async fn the_public_keys_are_there_for_anybody_and_old_ones_stay() {
    let app = App::on_sqlite().await;
    let first = app.browser().get(PATH).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.header("content-type"), "application/jwk-set+json");
    let operator = OperatorActor::on_this_host(app.request_info());
    app.portal.rotate_signing_key(&operator).await.unwrap();
    let second = app.browser().get(PATH).await;
    let ids = |text: &str| {
        let keys = PublicKeys::from_json(text).unwrap();
        keys.iter().map(|key| key.id.clone()).collect::<Vec<_>>()
    };
    let (first, second) = (ids(&first.text()), ids(&second.text()));
    assert_eq!((first.len(), second.len()), (1, 2));
    assert_eq!(first[0], second[0]);
}

#[tokio::test]
async fn with_a_new_key_the_note_beside_the_archives_is_made_anew() {
    let app = App::on_sqlite().await;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let blocked = other.path().join("a file");
    std::fs::write(&blocked, "").unwrap();
    let rotate = |folder: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_postvalv"));
        command.arg("--config").arg(with_backups(&app, folder));
        command.args(["signing-key", "rotate"]).output().unwrap()
    };
    for _ in 0..2 {
        let rotated = rotate(folder.path());
        assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
        let keys = app.portal.signing_keys().await.unwrap();
        let newest = &keys.iter().last().unwrap().id;
        let note = std::fs::read_to_string(folder.path().join("ledger-head")).unwrap();
        assert!(note.contains(&format!("\nsignature {newest} ")), "{note}");
    }
    // Where it can't be, the key is replaced all the same, and that is told.
    let rotated = rotate(&blocked);
    assert_eq!(rotated.status.code(), Some(1));
    let newest = app.portal.signing_keys().await.unwrap();
    let (newest, told) = (
        newest.iter().last().unwrap().id.clone(),
        String::from_utf8_lossy(&rotated.stdout),
    );
    assert!(told.contains(&newest), "{told}");
    let complaint = String::from_utf8_lossy(&rotated.stderr);
    assert!(
        complaint.contains("the new key signs, but ledger-head in backup.folder could not be made anew"),
        "{complaint}"
    );
}
