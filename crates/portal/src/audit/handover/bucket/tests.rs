//! Checkpoints in a bucket that locks objects, of a real S3 server when `POSTVALV_TEST_S3` names one (`scripts/with-s3`).

use std::time::Duration;

use base::OrganisationId;
use uuid::Uuid;

use super::super::{AuditLogs, AuditReceiver, AuditReceiverKind, HandoverOutcome};
use super::{CheckpointBucket, CheckpointBucketError, HandoverFailure};
use crate::audit::chain_tests::{verify, write};
use crate::audit::{Checkpoint, checkpoint, handover, sign_due};
use crate::blob::testing::{bucket, delete_for_good, lock, locked_bucket, locking_bucket, objects, overwrite};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{AuditReceiverState, Portal, S3Settings};

const A: Uuid = Uuid::from_u128(0xa);
const HOUR: Duration = Duration::from_secs(60 * 60);
const TWO_YEARS: &str = "<Years>2</Years>";

fn log() -> Option<OrganisationId> {
    Some(OrganisationId::from_uuid(A))
}

fn receiver(logs: AuditLogs) -> AuditReceiver {
    AuditReceiver {
        kind: AuditReceiverKind::Bucket,
        name: "archive".to_owned(),
        logs,
        place: "s3.norrby.example/checkpoints".to_owned(),
    }
}

/// A portal whose checkpoints go to a bucket.
async fn with_receiver(mut portal: TestPortal, logs: AuditLogs) -> TestPortal {
    portal.settings.audit_receivers = vec![receiver(logs)];
    portal.portal = portal.another_node().await;
    portal
}

/// Something happens, and an hour later a checkpoint is signed.
async fn an_hour(portal: &TestPortal) {
    write(&portal.portal, log(), 2).await;
    portal.clock.advance(HOUR);
    portal.portal.chain_audit_log().await.unwrap();
    sign_due(&portal.portal.0).await.unwrap();
}

/// Hands over what waits of A's log, once; `None` when nothing waits.
async fn hand_over(portal: &Portal, settings: &S3Settings) -> Option<Result<u64, CheckpointBucketError>> {
    let receiver = receiver(AuditLogs::Of(log()));
    let taken = portal.take_audit_handover(&receiver, log()).await.unwrap()?;
    let bucket = CheckpointBucket::new(settings).unwrap();
    let done = bucket.hand_over(portal, &taken).await;
    let outcome = match &done {
        Ok(row) => HandoverOutcome::HandedOver(*row),
        Err(problem) => HandoverOutcome::Failed(problem.failure()),
    };
    assert!(portal.settle_audit_handover(taken, outcome).await.unwrap());
    Some(done)
}

async fn state(portal: &TestPortal) -> AuditReceiverState {
    handover::states(&portal.portal.0, A).await.unwrap().remove(0)
}

async fn rows(settings: &S3Settings) -> Vec<u64> {
    let read = |(_, text): (String, String)| text.parse::<Checkpoint>().unwrap().sequence;
    objects(settings).await.into_iter().map(read).collect()
}

on_both_databases! {
    async fn each_checkpoint_is_written_once_by_the_latest_first_and_then_all_that_follow(portal: TestPortal) {
        let Some(settings) = locked_bucket().await else { return };
        let portal = with_receiver(portal, AuditLogs::Of(log())).await;
        an_hour(&portal).await;
        an_hour(&portal).await;
        assert_eq!(hand_over(&portal.portal, &settings).await.unwrap().unwrap(), 4);
        assert!(hand_over(&portal.portal, &settings).await.is_none());
        // The log told that they go there: row 5.
        assert_eq!(portal.audited("audit.receiver-added").await, 1);
        for _ in 0..3 {
            an_hour(&portal).await;
        }
        assert_eq!((state(&portal).await.row, state(&portal).await.last), (4, 11));
        assert_eq!(hand_over(&portal.portal, &settings).await.unwrap().unwrap(), 11);
        assert_eq!(rows(&settings).await, [4, 7, 9, 11]);
        assert_eq!(portal.portal.audit_handover_lag().await.unwrap(), Duration::ZERO);
        let installation = checkpoint::installation(&portal.portal.0).await.unwrap();
        let (first, text) = objects(&settings).await.remove(0);
        assert_eq!(first, format!("{installation}/{}/00000000000000000004.json", OrganisationId::from_uuid(A)));
        assert!(text.starts_with("{\"checkpoint\":\"postvalv audit checkpoint v1\\n"), "{text}");
        // What is held there proves the log, and the report says who holds it.
        let held: Vec<Checkpoint> = objects(&settings).await.iter().map(|(_, text)| text.parse().unwrap()).collect();
        let report = verify(&portal, &held).await;
        let chain = report.chains.iter().find(|chain| chain.organisation == log()).unwrap();
        assert_eq!((report.findings.len(), chain.held.as_ref().unwrap().sequence), (0, 11));
        assert_eq!((chain.holders[0].row, chain.holders[0].place.as_str()), (11, "s3.norrby.example/checkpoints"));
    }

    async fn nobody_deletes_what_the_bucket_has(portal: TestPortal) {
        let Some(settings) = locked_bucket().await else { return };
        let portal = with_receiver(portal, AuditLogs::Of(log())).await;
        an_hour(&portal).await;
        hand_over(&portal.portal, &settings).await.unwrap().unwrap();
        let before = objects(&settings).await;
        let (name, _) = &before[0];
        assert_eq!(
            delete_for_good(&settings, name).await,
            Err("the object store answered 403 AccessDenied".to_owned())
        );
        assert_eq!(objects(&settings).await, before);
    }

    async fn two_nodes_that_hand_over_at_once_write_one_object(portal: TestPortal) {
        let Some(settings) = locked_bucket().await else { return };
        let portal = with_receiver(portal, AuditLogs::Of(log())).await;
        an_hour(&portal).await;
        let other = portal.another_node().await;
        let receiver = receiver(AuditLogs::Of(log()));
        let bucket = CheckpointBucket::new(&settings).unwrap();
        let lost = portal.portal.take_audit_handover(&receiver, log()).await.unwrap().unwrap();
        assert!(other.take_audit_handover(&receiver, log()).await.unwrap().is_none());
        // The first is slow, and its lease ends while it is at it.
        portal.clock.advance(Duration::from_secs(300));
        let taken = other.take_audit_handover(&receiver, log()).await.unwrap().unwrap();
        let (one, two) = tokio::join!(
            bucket.hand_over(&portal.portal, &lost),
            bucket.hand_over(&other, &taken)
        );
        assert_eq!((one.unwrap(), two.unwrap()), (2, 2));
        assert!(!portal.portal.settle_audit_handover(lost, HandoverOutcome::HandedOver(2)).await.unwrap());
        assert!(other.settle_audit_handover(taken, HandoverOutcome::HandedOver(2)).await.unwrap());
        assert_eq!(rows(&settings).await, [2]);
    }

    async fn nothing_is_written_to_a_bucket_that_does_not_lock_for_long_enough(portal: TestPortal) {
        let (Some(plain), Some(unset), Some(locked)) = (bucket(), locking_bucket().await, locked_bucket().await) else { return };
        let portal = with_receiver(portal, AuditLogs::Of(log())).await;
        an_hour(&portal).await;
        let not_locked = "the bucket has no object lock with a default retention in compliance mode";
        let mut cases = vec![(plain, not_locked), (unset, not_locked)];
        for (mode, period, problem) in [
            ("GOVERNANCE", TWO_YEARS, not_locked),
            (
                "COMPLIANCE",
                "<Days>729</Days>",
                "the bucket locks objects for 729 days; it must be at least the 730 for which the audit log is kept",
            ),
        ] {
            let settings = locking_bucket().await.unwrap();
            lock(&settings, mode, period).await;
            cases.push((settings, problem));
        }
        for (settings, expected) in cases {
            let problem = hand_over(&portal.portal, &settings).await.unwrap().unwrap_err();
            assert_eq!((problem.to_string().as_str(), problem.failure()), (expected, HandoverFailure::NotLocked));
            assert_eq!(objects(&settings).await, []);
            let told = state(&portal).await;
            assert_eq!((told.row, told.failure), (0, Some((HandoverFailure::NotLocked, portal.now()))));
            portal.clock.advance(HOUR);
        }
        assert!(portal.portal.audit_handover_lag().await.unwrap() > 3 * HOUR);
        // To one that does, what waited goes.
        assert_eq!(hand_over(&portal.portal, &locked).await.unwrap().unwrap(), 2);
        assert_eq!((rows(&locked).await, state(&portal).await.failure), (vec![2], None));
    }

    async fn what_failed_is_tried_again_and_every_checkpoint_of_meanwhile_goes_too(portal: TestPortal) {
        let Some(settings) = locked_bucket().await else { return };
        let portal = with_receiver(portal, AuditLogs::Of(log())).await;
        an_hour(&portal).await;
        let gone = S3Settings { endpoint: "http://127.0.0.1:1".to_owned(), ..settings.clone() };
        let wrong = S3Settings { secret_access_key: base::SecretString::new("wrong".to_owned()), ..settings.clone() };
        for (settings, failure) in [(gone, HandoverFailure::Unreachable), (wrong, HandoverFailure::Refused)] {
            let problem = hand_over(&portal.portal, &settings).await.unwrap().unwrap_err();
            assert_eq!(problem.failure(), failure, "{problem}");
            assert!(hand_over(&portal.portal, &settings).await.is_none(), "it waits before it tries again");
            an_hour(&portal).await;
        }
        assert!(portal.portal.audit_handover_lag().await.unwrap() >= 2 * HOUR);
        assert_eq!(hand_over(&portal.portal, &settings).await.unwrap().unwrap(), 7);
        assert_eq!(rows(&settings).await, [2, 5, 7]);
    }

    async fn another_history_that_the_bucket_has_is_told_and_never_overwritten(portal: TestPortal) {
        let Some(settings) = locked_bucket().await else { return };
        let portal = with_receiver(portal, AuditLogs::Of(log())).await;
        an_hour(&portal).await;
        let latest = checkpoint::latest(&portal.portal.0, log()).await.unwrap().unwrap();
        let name = super::name(&latest).to_string();
        for foreign in ["{}", "{\"checkpoint\":\"x\"}", &latest.to_string().replace("sequence 2", "sequence 1")] {
            overwrite(&settings, &name, foreign).await;
            let problem = hand_over(&portal.portal, &settings).await.unwrap().unwrap_err();
            assert_eq!(
                problem.to_string(),
                "the bucket holds a checkpoint of row 2 from another history than the audit log has now"
            );
            assert_eq!(state(&portal).await.failure.unwrap().0, HandoverFailure::OtherHistory);
            portal.clock.advance(HOUR);
        }
        assert_eq!(objects(&settings).await.len(), 1);
        // What was written before by a node that could not write that down is as good.
        overwrite(&settings, &name, &latest.to_string()).await;
        assert_eq!(hand_over(&portal.portal, &settings).await.unwrap().unwrap(), 2);
    }

    async fn a_receiver_of_every_log_gets_each_organisations_and_the_installations_own(portal: TestPortal) {
        let Some(settings) = locked_bucket().await else { return };
        let portal = with_receiver(portal, AuditLogs::Every).await;
        write(&portal.portal, None, 3).await;
        an_hour(&portal).await;
        let receiver = receiver(AuditLogs::Every);
        let bucket = CheckpointBucket::new(&settings).unwrap();
        let logs = portal.portal.audit_logs_of(&receiver).await.unwrap();
        assert_eq!(logs.len(), 2);
        for log in logs {
            let taken = portal.portal.take_audit_handover(&receiver, log).await.unwrap().unwrap();
            let row = bucket.hand_over(&portal.portal, &taken).await.unwrap();
            portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(row)).await.unwrap();
        }
        let names: Vec<_> = objects(&settings).await.into_iter().map(|(name, _)| name).collect();
        assert!(names[1].ends_with("/installation/00000000000000000003.json"), "{names:?}");
        assert_eq!((names.len(), state(&portal).await.row), (2, 2));
        assert_eq!(portal.audited("audit.receiver-added").await, 2);
    }
}
