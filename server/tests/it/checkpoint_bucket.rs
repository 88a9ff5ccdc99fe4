//! Checkpoints on their way from the configuration to buckets, those that lock objects and one that does not, of a real S3 server when
//! `POSTVALV_TEST_S3` names one (`scripts/with-s3`).

use std::collections::BTreeSet;
use std::time::Duration;

use base::OrganisationId;
use portal::{Checkpoint, OperatorActor, PurgeMode};
use server::config::Config;
use server::{Bucket, Way};
use tokio::sync::watch;
use url::Url;

use crate::given::given;
use crate::harness::App;
use crate::locked_bucket::LockedBucket;
use crate::serving::Serving;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A portal that signed a checkpoint of each of its logs, and whose these are.
async fn signed() -> (App, BTreeSet<Option<OrganisationId>>) {
    let app = App::on_sqlite().await;
    let mut logs = BTreeSet::from([None]);
    for (name, slug) in [("Norrby kommun", "norrby-kommun"), ("Söderby kommun", "soderby-kommun")] {
        app.system(name).await;
        logs.insert(Some(app.portal.organisation_at(slug).await.unwrap().unwrap().id));
    }
    // Something for the installation's own log.
    let operator = OperatorActor::on_this_host(app.request_info());
    app.portal.purge_by(&operator, PurgeMode::Run).await.unwrap();
    app.portal.run_jobs().await.unwrap();
    app.clock.advance(HOUR);
    app.portal.run_jobs().await.unwrap();
    (app, logs)
}

fn configure(app: &App, section: &str) -> Config {
    let text = std::fs::read_to_string(app.configuration_file()).unwrap();
    std::fs::write(app.configuration_file(), format!("{text}\n{section}")).unwrap();
    Config::load_from(&app.configuration_file(), []).unwrap()
}

/// Of whose logs a bucket holds a checkpoint.
async fn logs_in(bucket: &LockedBucket) -> BTreeSet<Option<OrganisationId>> {
    let whose = |text: &String| text.parse::<Checkpoint>().unwrap().organisation;
    bucket.objects().await.iter().map(whose).collect()
}

#[tokio::test]
async fn a_bucket_that_locks_gets_a_checkpoint_of_each_log_once() {
    let Some(bucket) = LockedBucket::new().await else {
        return;
    };
    let (app, logs) = signed().await;
    let config = configure(&app, &bucket.section("archive"));
    let way = Way::Bucket(Bucket::all(&config).unwrap().remove(0));
    let (_go_on, stop) = watch::channel(false);
    assert!(way.hand_over_due(&app.portal, &stop).await);
    let held = bucket.objects().await;
    assert_eq!((held.len(), logs_in(&bucket).await), (logs.len(), logs.clone()));
    let handed_over = "audit_handover WHERE kind = 's3' AND succeeded_at IS NOT NULL AND failure IS NULL";
    assert_eq!(app.rows(handed_over).await, i64::try_from(logs.len()).unwrap());
    assert!(way.hand_over_due(&app.portal, &stop).await);
    assert_eq!(bucket.objects().await, held);
}

#[tokio::test]
async fn the_program_hands_checkpoints_over_to_each_bucket_that_is_configured() {
    let Some(archive) = LockedBucket::new().await else {
        return;
    };
    let elsewhere = LockedBucket::new().await.unwrap();
    let (app, logs) = signed().await;
    let sections = [archive.section("archive"), elsewhere.section("elsewhere")];
    configure(&app, &sections.join("\n"));
    let mut program = Serving::start(&app).await;
    for bucket in [&archive, &elsewhere] {
        program.until(async |_| logs_in(bucket).await == logs).await;
    }
}

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
