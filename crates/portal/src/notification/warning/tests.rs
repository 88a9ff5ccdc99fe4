//! When somebody is warned of what is soon gone, and when not.

use std::time::Duration;

use base::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::NotificationKind;
use crate::test_support::{Norrby, PDF, TestPortal, draft, on_both_databases, policy_of};
use crate::{EventKind, MessageReceipt, Portal, SendingOutcome, SystemActor, WarningSettings};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const GATHERED: Duration = Duration::from_secs(5 * 60);

/// A node that warns seven days ahead of what is unread, and three of what was read.
async fn warning(portal: &TestPortal) -> Portal {
    let mut settings = portal.settings.clone();
    settings.warnings = WarningSettings {
        unread: DAY * 7,
        read: DAY * 3,
    };
    Portal::open(settings, portal.clock.clock()).await.unwrap()
}

/// A message to the first test person for so many days, with their address.
async fn send(portal: &TestPortal, system: &SystemActor, key: &str, days: u32) -> MessageReceipt {
    let mut draft = draft(1);
    draft.retention_days = Some(days);
    draft.recipients[0].email = Some("anna@example.com".to_owned());
    portal.send_all(system, key, draft, &[PDF]).await.unwrap()
}

async fn events(portal: &TestPortal, system: &SystemActor) -> usize {
    let events = portal.portal.events(system, 0, 1000).await.unwrap();
    events
        .iter()
        .filter(|event| event.kind == EventKind::ExpiresSoon)
        .count()
}

/// The kinds of what the mail server would get now, besides that something waits.
async fn mails(node: &Portal) -> Vec<NotificationKind> {
    let mut kinds = Vec::new();
    for taken in node.take_notifications(100).await.unwrap().0 {
        if taken.kind != NotificationKind::Waiting {
            assert_eq!(taken.organisations, ["Norrby kommun"]);
            kinds.push(taken.kind);
        }
        node.settle_notification(taken, SendingOutcome::Sent).await.unwrap();
    }
    kinds
}

/// How many mails about what is unread and soon gone the mail server would get now.
async fn warnings(node: &Portal) -> usize {
    let mut warnings = 0;
    for taken in node.take_notifications(100).await.unwrap().0 {
        warnings += usize::from(taken.kind == NotificationKind::EndingUnread);
        node.settle_notification(taken, SendingOutcome::Sent).await.unwrap();
    }
    warnings
}

async fn ending_at(portal: &TestPortal, node: &Portal, at: Timestamp) -> u64 {
    portal.clock.set(at);
    node.run_key_jobs().await.result().unwrap().ending
}

on_both_databases! {
    async fn what_is_unread_and_what_was_read_is_warned_of_once_each(portal: TestPortal) {
        let node = warning(&portal).await;
        let system = portal.sender().await;
        let end = send(&portal, &system, "1", 30).await.deliveries[0].expires_at;
        assert_eq!(ending_at(&portal, &node, end - DAY * 7 - Duration::from_millis(1)).await, 0);
        assert_eq!(ending_at(&portal, &node, end - DAY * 7).await, 1);
        assert_eq!(ending_at(&portal, &node, end - DAY * 6).await, 0);
        assert_eq!(mails(&node).await, [NotificationKind::EndingUnread]);
        let anna = portal.sign_in(0).await;
        let case = portal.portal.inbox(&anna).await.unwrap()[0].case;
        portal.portal.case(&anna, case).await.unwrap();
        assert_eq!(ending_at(&portal, &node, end - DAY * 3).await, 1);
        portal.clock.advance(GATHERED);
        assert_eq!(mails(&node).await, [NotificationKind::EndingRead]);
        assert_eq!(ending_at(&portal, &node, end - DAY).await, 0);
        assert_eq!(events(&portal, &system).await, 2);
        assert!(mails(&node).await.is_empty());
    }

    async fn what_was_opened_or_taken_back_before_the_mail_went_is_in_none(portal: TestPortal) {
        let node = warning(&portal).await;
        let system = portal.sender().await;
        let receipt = send(&portal, &system, "1", 30).await;
        let end = receipt.deliveries[0].expires_at;
        assert_eq!(ending_at(&portal, &node, end - DAY * 7).await, 1);
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        portal.clock.advance(GATHERED);
        assert!(mails(&node).await.is_empty());
        assert_eq!(events(&portal, &system).await, 1);
    }

    async fn who_gave_no_address_learns_of_it_and_writes_to_nobody(portal: TestPortal) {
        let node = warning(&portal).await;
        let system = portal.sender().await;
        let end = portal.send(&system, "1", 1).await.deliveries[0].expires_at;
        assert_eq!(ending_at(&portal, &node, end - DAY * 7).await, 1);
        assert_eq!((events(&portal, &system).await, portal.rows("unsent_notification").await), (1, 0));
    }

    async fn what_is_kept_for_a_short_time_is_warned_of_when_half_of_it_is_over(portal: TestPortal) {
        let node = warning(&portal).await;
        let system = portal.sender().await;
        let receipt = send(&portal, &system, "1", 4).await;
        let half = receipt.deliveries[0].expires_at.since(receipt.sent_at) / 2;
        assert_eq!(ending_at(&portal, &node, receipt.sent_at + half - DAY / 24).await, 0);
        assert_eq!(ending_at(&portal, &node, receipt.sent_at + half).await, 1);
    }

    async fn many_at_once_are_one_mail_and_two_nodes_warn_once(portal: TestPortal) {
        let (node, other) = (warning(&portal).await, warning(&portal).await);
        let system = portal.sender().await;
        let mut end = portal.now();
        for number in 0..3 {
            end = send(&portal, &system, &number.to_string(), 30).await.deliveries[0].expires_at;
        }
        portal.clock.set(end - DAY * 7);
        let (one, two) = tokio::join!(super::warn(&node.0), super::warn(&other.0));
        assert_eq!(one.unwrap() + two.unwrap(), 3);
        assert_eq!(events(&portal, &system).await, 3);
        portal.clock.advance(GATHERED);
        assert_eq!(mails(&node).await, [NotificationKind::EndingUnread]);
    }

    async fn what_an_extension_takes_out_of_the_window_is_warned_of_anew_and_nothing_else(portal: TestPortal) {
        let mut portal = portal;
        portal.portal = warning(&portal).await;
        let (node, norrby) = (portal.portal.clone(), Norrby::new(&portal).await);
        let sent = send(&portal, &norrby.system, "1", 20).await;
        let extend = async |last_day: Date| {
            let admin = norrby.admin(&portal).await;
            portal.portal.extend_case(&admin, sent.deliveries[0].case, last_day, "Överklagat").await.unwrap();
            norrby.end_of(&portal, &sent).await
        };
        let end = sent.deliveries[0].expires_at;
        assert_eq!(ending_at(&portal, &node, end - DAY * 7).await, 1);
        // One day more: it is soon gone still.
        assert_eq!(ending_at(&portal, &node, end - DAY * 6).await, 0);
        assert_eq!(warnings(&node).await, 1);
        let day_of_end = end.to_jiff().to_zoned(portal.settings.time_zone.clone()).date();
        let later = extend(day_of_end).await;
        assert!(end < later && later <= portal.now() + DAY * 7);
        assert_eq!(ending_at(&portal, &node, end).await, 0);

        let later = extend(day_of_end + 15.days()).await;
        assert_eq!(ending_at(&portal, &node, later - DAY * 7 - Duration::from_millis(1)).await, 0);
        assert_eq!(ending_at(&portal, &node, later - DAY * 7).await, 1);
        assert_eq!(ending_at(&portal, &node, later - DAY * 6).await, 0);
        assert_eq!((events(&portal, &norrby.system).await, warnings(&node).await), (2, 1));
    }

    async fn what_rules_take_out_of_the_window_is_warned_of_anew_and_nothing_else(portal: TestPortal) {
        let mut portal = portal;
        portal.portal = warning(&portal).await;
        let (node, norrby) = (portal.portal.clone(), Norrby::new(&portal).await);
        norrby.decide(&portal, policy_of(20)).await;
        let mut draft = draft(1);
        draft.recipients[0].email = Some("anna@example.com".to_owned());
        let sent = portal.send_all(&norrby.system, "1", draft, &[PDF]).await.unwrap();
        let end = sent.deliveries[0].expires_at;
        assert_eq!(ending_at(&portal, &node, end - DAY * 7).await, 1);
        assert_eq!(ending_at(&portal, &node, end - DAY * 6).await, 0);
        assert_eq!(warnings(&node).await, 1);
        norrby.decide(&portal, policy_of(21)).await;
        assert!(end < norrby.end_of(&portal, &sent).await);
        assert_eq!(ending_at(&portal, &node, end).await, 0);

        norrby.decide(&portal, policy_of(36)).await;
        let later = norrby.end_of(&portal, &sent).await;
        assert_eq!(ending_at(&portal, &node, later - DAY * 7 - Duration::from_millis(1)).await, 0);
        assert_eq!(ending_at(&portal, &node, later - DAY * 7).await, 1);
        assert_eq!(ending_at(&portal, &node, later - DAY * 6).await, 0);
        assert_eq!((events(&portal, &norrby.system).await, warnings(&node).await), (2, 1));
    }

    async fn nobody_is_warned_where_the_days_are_none(portal: TestPortal) {
        let system = portal.sender().await;
        let end = send(&portal, &system, "1", 30).await.deliveries[0].expires_at;
        let node = portal.portal.clone();
        assert_eq!(ending_at(&portal, &node, end - DAY).await, 0);
        assert_eq!(events(&portal, &system).await, 0);
    }
}
