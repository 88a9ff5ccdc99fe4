//! What the program does by itself as time goes by, and what it tells of when that is late.

use std::path::Path;

use portal::{OperatorActor, PurgeMode};

use crate::api_support::PDF;
use crate::harness::{ANNA, App};
use crate::serving::Serving;

const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

/// With archives in that folder, of which those of the key provider live for seven days.
async fn with_archives(folder: &Path) -> App {
    std::fs::create_dir(folder.join("provider")).unwrap();
    let section = format!(
        "[backup]\nfolder = \"{}\"\npassphrase = \"a passphrase of the operator\"\nprovider_archive_days = 7\n",
        folder.display()
    );
    App::with(|text| format!("{text}\n{section}")).await
}

#[tokio::test]
async fn a_purge_that_stands_still_or_lags_and_a_log_that_goes_nowhere_are_told_of_in_the_log() {
    // Nobody listens there.
    let receiver = "[audit.syslog.siem]\nhost = \"localhost\"\nport = 1\n";
    let app = App::with(|text| format!("{text}\n{receiver}")).await;
    let (system, _) = app.sender("Norrby kommun").await;
    for _ in 0..2 {
        app.message(&system, ANNA, &[("beslut.pdf", "application/pdf", PDF); 30])
            .await;
    }
    // Something for the installation's own log, which goes to the receiver.
    let operator = OperatorActor::on_this_host(app.request_info());
    app.portal.purge_by(&operator, PurgeMode::Run).await.unwrap();
    app.portal.run_jobs().await.unwrap();
    // Longer than any forecast speaks of, and hours of it after their end.
    app.clock.advance_millis(30 * DAY + 16 * HOUR);

    let mut program = Serving::start(&app).await;
    let alarms = [
        "the purge stands still",
        "the purge lags behind what is due",
        "an audit log is not handed out to where it is to go",
    ];
    for alarm in alarms {
        program.until(async |program| program.log().contains(alarm)).await;
    }
    let log = program.log();
    for alarm in alarms {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(alarm)).collect();
        assert!(told.len() == 1 && told[0].contains("ERROR"), "{log}");
    }
}

#[tokio::test]
async fn archives_of_the_key_provider_that_outlived_their_days_go_while_the_program_runs() {
    let folder = tempfile::tempdir().unwrap();
    let app = with_archives(folder.path()).await;
    let [old, young] = ["20261115T085959Z.tar.age", "20261115T100000Z.tar.age"].map(|name| {
        let archive = folder.path().join("provider").join(name);
        std::fs::write(&archive, "").unwrap();
        archive
    });
    let mut program = Serving::start(&app).await;
    program.until(async |_| !old.exists()).await;
    program
        .until(async |program| program.log().contains("old archives were deleted"))
        .await;
    assert!(young.exists());
    assert!(
        !program.log().contains("older than it may be"),
        "what is deleted is not told of: {}",
        program.log()
    );
    drop(program);
    assert_eq!(app.audited().await.get("backup.pruned/1"), Some(&1));
}

#[tokio::test]
async fn an_archive_that_outlived_its_days_and_can_not_be_deleted_is_told_of_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let app = with_archives(folder.path()).await;
    // A folder can't be deleted as an archive is.
    let stuck = folder.path().join("provider/20261101T080000Z.tar.age");
    std::fs::create_dir(&stuck).unwrap();
    let mut program = Serving::start(&app).await;
    let told = "an archive of the key provider is older than it may be";
    program.until(async |program| program.log().contains(told)).await;
    assert!(stuck.exists());
}
