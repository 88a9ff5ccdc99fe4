//! Checkpoints on their way from the configuration to a bucket that does not lock objects, of a real S3 server when `POSTVALV_TEST_S3` names
//! one (`scripts/with-s3`).

use std::time::Duration;

use server::config::Config;
use server::{Bucket, Way};
use tokio::sync::watch;
use url::Url;

use crate::given::given;
use crate::harness::App;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test]
async fn a_bucket_that_does_not_lock_gets_nothing_and_that_is_told_of_each_log() {
    let Some(server) = given("POSTVALV_TEST_S3", "scripts/with-s3") else {
        return;
    };
    let app = App::on_sqlite().await;
    app.system("Norrby kommun").await;
    app.portal.run_jobs().await.unwrap();
    app.clock.advance(HOUR);
    app.portal.run_jobs().await.unwrap();
    let logs = app.rows("(SELECT DISTINCT chain_id FROM audit_checkpoint)").await;
    assert!(logs >= 1);

    let mut server = Url::parse(&server).unwrap();
    let (id, key) = (server.username().to_owned(), server.password().unwrap().to_owned());
    server.set_username("").unwrap();
    server.set_password(None).unwrap();
    let text = std::fs::read_to_string(app.configuration_file()).unwrap();
    let section = format!(
        "[audit.checkpoints.archive.s3]\nendpoint = \"{}\"\nregion = \"eu-north-1\"\nbucket = \"postvalv-tests\"\n\
         prefix = \"checkpoints\"\naccess_key_id = \"{id}\"\nsecret_access_key = \"{key}\"\n",
        server.as_str().trim_end_matches('/')
    );
    std::fs::write(app.configuration_file(), format!("{text}\n{section}")).unwrap();
    let config = Config::load_from(&app.configuration_file(), []).unwrap();
    let way = Way::Bucket(Bucket::all(&config).unwrap().remove(0));
    let (_go_on, stop) = watch::channel(false);
    assert!(!way.hand_over_due(&app.portal, &stop).await);
    let failed = "audit_handover WHERE kind = 's3' AND failure = 'not-locked' AND succeeded_at IS NULL";
    assert_eq!(app.rows(failed).await, logs);
    // It waits before it tries again.
    assert!(way.hand_over_due(&app.portal, &stop).await);
}
