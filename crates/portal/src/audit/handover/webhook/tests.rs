//! Which checkpoints go to an organisation's webhook, in which order, and what becomes of them when it is changed meanwhile.

use std::time::Duration;

use base::OrganisationId;
use sea_orm::{ConnectionTrait as _, DbBackend};

use super::super::{AuditReceiver, HandoverFailure, HandoverOutcome, TakenHandover};
use super::WebhookAddress;
use crate::audit::chain_tests::{verify, write};
use crate::audit::{Checkpoint, handover, sign_due};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{AuditReceiverKind, AuditReceiverState, ChangeWebhookError, Denied, Portal, Role, StaffActor};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn address(host: &str) -> WebhookAddress {
    WebhookAddress::parse(&format!("https://{host}/postvalv?key=xyzzy")).unwrap()
}

/// Something happens, and an hour later a checkpoint is signed, of which row is said.
async fn an_hour(portal: &TestPortal, organisation: OrganisationId) -> u64 {
    write(&portal.portal, Some(organisation), 2).await;
    portal.clock.advance(HOUR);
    portal.portal.chain_audit_log().await.unwrap();
    sign_due(&portal.portal.0).await.unwrap();
    let latest = crate::audit::checkpoint::latest(&portal.portal.0, Some(organisation)).await;
    latest.unwrap().unwrap().sequence
}

async fn set(portal: &TestPortal, karin: &StaffActor, host: &str) {
    portal.portal.set_audit_webhook(karin, &address(host)).await.unwrap();
}

/// Takes what waits for the only webhook.
async fn take(portal: &Portal) -> Option<TakenHandover> {
    let waiting = portal.waiting_audit_webhooks().await.unwrap();
    take_for(portal, waiting.first()?).await
}

async fn take_for(portal: &Portal, receiver: &AuditReceiver) -> Option<TakenHandover> {
    let super::AuditLogs::Of(log) = receiver.logs else {
        panic!("a webhook is of one log");
    };
    portal.take_audit_handover(receiver, log).await.unwrap()
}

/// Hands over the first of what waits, and says what it was.
async fn hand_over(portal: &Portal) -> Option<(u64, Checkpoint)> {
    let taken = take(portal).await?;
    let delivery = portal.audit_webhook_delivery(&taken).await.unwrap().unwrap();
    let outcome = HandoverOutcome::HandedOver(delivery.row);
    assert!(portal.settle_audit_handover(taken, outcome).await.unwrap());
    let text = String::from_utf8(delivery.body).unwrap();
    Some((delivery.row, text.parse().unwrap()))
}

async fn state(portal: &TestPortal, karin: &StaffActor) -> AuditReceiverState {
    let state = handover::webhook(&portal.portal.0, karin.organisation_id()).await;
    state.unwrap().unwrap()
}

/// What the log has beside this action, each time.
async fn details(portal: &TestPortal, action: &str) -> Vec<Option<String>> {
    let rows = portal.audit_log().await;
    let of_action = rows.into_iter().filter(|row| row.action == action);
    of_action.map(|row| row.detail).collect()
}

on_both_databases! {
    async fn an_address_that_was_tampered_with_hides_nothing_else_of_the_log(portal: TestPortal) {
        let karin = portal.first_admin().await;
        set(&portal, &karin, "hooks.norrby.example").await;
        let transaction = portal.portal.0.database.write().await.unwrap();
        let damage = match portal.portal.0.database.backend() {
            DbBackend::Postgres => "UPDATE audit_webhook SET sealed_address = '\\x00'::bytea",
            _ => "UPDATE audit_webhook SET sealed_address = x'00'",
        };
        transaction.execute_unprepared(damage).await.unwrap();
        transaction.commit().await.unwrap();
        let log = portal.portal.audit_events(&karin, None).await.unwrap();
        assert!(!log.webhook.unwrap().place.contains("norrby"));
        portal.portal.remove_audit_webhook(&karin).await.unwrap();
    }

    async fn the_webhook_of_a_deleted_organisation_gets_word_of_that_and_nothing_more(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id();
        an_hour(&portal, organisation).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        let operator = portal.operator();
        portal.portal.delete_organisation(&operator, "norrby-kommun", 0).await.unwrap();
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("audit_webhook").await, 1, "no checkpoint tells of it yet");
        an_hour(&portal, organisation).await;
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("audit_webhook").await, 1, "it has not got it");
        while hand_over(&portal.portal).await.is_some() {}
        portal.portal.run_jobs().await.unwrap();
        assert_eq!((portal.rows("audit_webhook").await, portal.audited("organisation.erased").await), (0, 1));
        an_hour(&portal, organisation).await;
        assert!(portal.portal.waiting_audit_webhooks().await.unwrap().is_empty());

        // One that can't be reached is not waited for for ever.
        let karin = portal.first_admin().await;
        set(&portal, &karin, "hooks.norrby.example").await;
        let address = karin.organisation_id().to_string();
        portal.portal.delete_organisation(&operator, &address, 0).await.unwrap();
        portal.days_pass(6).await;
        assert_eq!(portal.audited("organisation.erased").await, 1);
        portal.days_pass(1).await;
        assert_eq!((portal.rows("audit_webhook").await, portal.audited("organisation.erased").await), (0, 2));
    }

    async fn a_checkpoint_from_after_a_deletion_that_does_not_reach_its_row_tells_nothing_of_it(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id();
        set(&portal, &karin, "hooks.norrby.example").await;
        portal.portal.chain_audit_log().await.unwrap();
        portal.portal.delete_organisation(&portal.operator(), "norrby-kommun", 0).await.unwrap();
        portal.clock.advance(HOUR);
        // The row of the deletion has no place yet.
        sign_due(&portal.portal.0).await.unwrap();
        assert!(hand_over(&portal.portal).await.is_some());
        portal.portal.run_jobs().await.unwrap();
        assert_eq!((portal.rows("audit_webhook").await, portal.audited("organisation.erased").await), (1, 0));
        an_hour(&portal, organisation).await;
        assert!(hand_over(&portal.portal).await.is_some());
        portal.portal.run_jobs().await.unwrap();
        assert_eq!((portal.rows("audit_webhook").await, portal.audited("organisation.erased").await), (0, 1));
    }

    async fn the_latest_checkpoint_goes_first_and_then_each_that_follows(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id();
        let other = portal.organisation("Söderby kommun").await;
        an_hour(&portal, organisation).await;
        let second = an_hour(&portal, organisation).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        assert_eq!(hand_over(&portal.portal).await.unwrap().0, second);
        assert!(hand_over(&portal.portal).await.is_none());
        let mut expected = Vec::new();
        for _ in 0..3 {
            expected.push(an_hour(&portal, organisation).await);
            an_hour(&portal, other).await;
        }
        let told = state(&portal, &karin).await;
        assert_eq!((told.row, told.last, told.place.as_str()), (second, expected[2], "hooks.norrby.example"));
        assert_eq!(told.waiting_since, Some(portal.now() - 5 * HOUR));
        assert_eq!(portal.portal.audit_webhook_lag().await.unwrap(), 5 * HOUR);
        let mut held = Vec::new();
        while let Some((row, checkpoint)) = hand_over(&portal.portal).await {
            assert_eq!((row, checkpoint.organisation), (expected[held.len()], Some(organisation)));
            held.push(checkpoint);
        }
        assert_eq!(held.len(), 3);
        let told = state(&portal, &karin).await;
        assert_eq!((told.row, told.waiting_since), (expected[2], None));
        assert_eq!(portal.portal.audit_webhook_lag().await.unwrap(), Duration::ZERO);
        // What its lag is, is not mixed up with that of the operator's receivers.
        assert_eq!(portal.portal.audit_handover_lag().await.unwrap(), Duration::ZERO);
        // What was received proves the log, and the report says who holds it.
        let report = verify(&portal, &held).await;
        let chain = report.chains.iter().find(|chain| chain.organisation == Some(organisation)).unwrap();
        assert_eq!((report.findings.len(), chain.held.as_ref().unwrap().sequence), (0, expected[2]));
        let [holder] = &chain.holders[..] else { panic!("{:?}", chain.holders) };
        assert_eq!((holder.kind, holder.row), (AuditReceiverKind::Webhook, expected[2]));
        assert_eq!(holder.place, "hooks.norrby.example");
    }

    async fn a_webhook_that_is_set_before_the_first_checkpoint_gets_the_first(portal: TestPortal) {
        let karin = portal.first_admin().await;
        set(&portal, &karin, "hooks.norrby.example").await;
        assert!(portal.portal.waiting_audit_webhooks().await.unwrap().is_empty());
        let told = state(&portal, &karin).await;
        assert_eq!((told.row, told.last, told.waiting_since, told.failure), (0, 0, None, None));
        let first = an_hour(&portal, karin.organisation_id()).await;
        let second = an_hour(&portal, karin.organisation_id()).await;
        assert_eq!(hand_over(&portal.portal).await.unwrap().0, first);
        assert_eq!(hand_over(&portal.portal).await.unwrap().0, second);
    }

    async fn one_node_at_a_time_is_at_it_and_another_goes_on_when_it_stops(portal: TestPortal) {
        let karin = portal.first_admin().await;
        an_hour(&portal, karin.organisation_id()).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        let other = portal.another_node().await;
        let lost = take(&portal.portal).await.unwrap();
        assert!(take(&other).await.is_none());
        portal.clock.advance(299 * SECOND);
        assert!(take(&other).await.is_none());
        portal.clock.advance(SECOND);
        let taken = take(&other).await.unwrap();
        let row = other.audit_webhook_delivery(&taken).await.unwrap().unwrap().row;
        assert!(!portal.portal.settle_audit_handover(lost, HandoverOutcome::HandedOver(row)).await.unwrap());
        assert!(other.settle_audit_handover(taken, HandoverOutcome::HandedOver(row)).await.unwrap());
        assert!(take(&other).await.is_none() && take(&portal.portal).await.is_none());
    }

    async fn what_failed_is_tried_again_later_and_the_page_says_why(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let row = an_hour(&portal, karin.organisation_id()).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        for pause in [10, 20, 40] {
            let taken = take(&portal.portal).await.unwrap();
            let failed = HandoverOutcome::Failed(HandoverFailure::Answered(503));
            portal.portal.settle_audit_handover(taken, failed).await.unwrap();
            assert!(take(&portal.portal).await.is_none());
            let told = state(&portal, &karin).await;
            assert_eq!((told.row, told.failure), (0, Some((HandoverFailure::Answered(503), portal.now()))));
            portal.clock.advance(pause * SECOND);
        }
        assert!(portal.portal.audit_webhook_lag().await.unwrap() >= 70 * SECOND);
        assert_eq!(hand_over(&portal.portal).await.unwrap().0, row);
        let told = state(&portal, &karin).await;
        assert_eq!((told.row, told.succeeded_at, told.failure), (row, Some(portal.now()), None));
    }

    async fn another_address_gets_the_latest_and_what_the_one_before_did_not(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id();
        an_hour(&portal, organisation).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        hand_over(&portal.portal).await.unwrap();
        let expected = [an_hour(&portal, organisation).await, an_hour(&portal, organisation).await];
        // One is on its way there when the address is changed, and counts for neither.
        let waiting = portal.portal.waiting_audit_webhooks().await.unwrap().remove(0);
        let late = take_for(&portal.portal, &waiting).await.unwrap();
        set(&portal, &karin, "hooks.norrby.example:8443").await;
        assert!(portal.portal.audit_webhook_delivery(&late).await.unwrap().is_none());
        assert!(!portal.portal.settle_audit_handover(late, HandoverOutcome::HandedOver(expected[1])).await.unwrap());
        assert!(take_for(&portal.portal, &waiting).await.is_none());
        let told = state(&portal, &karin).await;
        assert_eq!((told.row, told.place.as_str()), (0, "hooks.norrby.example:8443"));
        for row in expected {
            assert_eq!(hand_over(&portal.portal).await.unwrap().0, row);
        }
        assert!(hand_over(&portal.portal).await.is_none());
        // One that has everything hands on to one that begins with the latest.
        set(&portal, &karin, "elsewhere.example").await;
        assert_eq!(hand_over(&portal.portal).await.unwrap().0, expected[1]);
        assert!(hand_over(&portal.portal).await.is_none());
        assert_eq!((portal.audited("audit.webhook-set").await, portal.audited("audit.webhook-removed").await), (3, 2));
    }

    async fn the_same_address_again_changes_nothing(portal: TestPortal) {
        let karin = portal.first_admin().await;
        an_hour(&portal, karin.organisation_id()).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        hand_over(&portal.portal).await.unwrap();
        set(&portal, &karin, "HOOKS.norrby.example:443").await;
        assert!(hand_over(&portal.portal).await.is_none());
        assert_eq!((portal.audited("audit.webhook-set").await, portal.audited("audit.webhook-removed").await), (1, 0));
    }

    async fn nothing_goes_to_a_webhook_that_was_removed_and_the_log_says_what_it_got(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id();
        let row = an_hour(&portal, organisation).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        let waiting = portal.portal.waiting_audit_webhooks().await.unwrap().remove(0);
        hand_over(&portal.portal).await.unwrap();
        an_hour(&portal, organisation).await;
        let late = take(&portal.portal).await.unwrap();
        portal.portal.remove_audit_webhook(&karin).await.unwrap();
        assert!(portal.portal.audit_webhook_delivery(&late).await.unwrap().is_none());
        assert!(!portal.portal.settle_audit_handover(late, HandoverOutcome::GivenBack).await.unwrap());
        assert!(take_for(&portal.portal, &waiting).await.is_none());
        assert!(portal.portal.waiting_audit_webhooks().await.unwrap().is_empty());
        assert!(handover::webhook(&portal.portal.0, organisation).await.unwrap().is_none());
        assert_eq!(portal.portal.audit_webhook_lag().await.unwrap(), Duration::ZERO);
        let detail = format!("{} {row}", waiting.name);
        assert_eq!(details(&portal, "audit.webhook-removed").await, [Some(detail)]);
        assert_eq!(details(&portal, "audit.webhook-set").await, [Some(waiting.name)]);
        // There is nothing left to remove.
        portal.portal.remove_audit_webhook(&karin).await.unwrap();
        assert_eq!(portal.audited("audit.webhook-removed").await, 1);
    }

    async fn only_an_admin_decides_and_each_for_their_own_organisation(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for (email, role) in [("eva@norrby.example", Role::Auditor), ("bo@norrby.example", Role::Sender)] {
            let actor = portal.member(&karin, email, role).await;
            let refused = [
                portal.portal.set_audit_webhook(&actor, &address("hooks.norrby.example")).await,
                portal.portal.remove_audit_webhook(&actor).await,
            ];
            for refused in refused {
                assert!(matches!(refused, Err(ChangeWebhookError::Denied(Denied::Forbidden))), "{role}");
            }
        }
        assert_eq!(portal.audited("staff.denied").await, 4);
        let other = portal.organisation("Söderby kommun").await;
        let lena = portal.first_admin_of(other).await;
        set(&portal, &karin, "hooks.norrby.example").await;
        portal.portal.remove_audit_webhook(&lena).await.unwrap();
        assert_eq!(state(&portal, &karin).await.place, "hooks.norrby.example");
        let of_other = portal.portal.audit_events(&lena, None).await.unwrap();
        assert_eq!(of_other.webhook, None);
    }
}
