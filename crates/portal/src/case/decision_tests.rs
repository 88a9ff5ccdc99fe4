//! What closing a case, opening it again and extending it do.

use std::time::Duration;

use base::CaseId;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::test_support::{Norrby, PDF, TestPortal, after, on_both_databases, read, rule};
use crate::{
    CaseError, CountedFrom, Denied, EventKind, HoldScope, MessageReceipt, MissingScope, NewHold, ReadError,
    RetentionPolicy, Role, Scope, SystemError, TypeRule, retention,
};

pub(super) const DAY: Duration = Duration::from_secs(86_400);
const REASON: &str = "Överklagande, dnr 2026-17";

/// `days` after its case is closed for files and `default` after sending for all else, within 1 to `maximum`.
pub(super) fn policy(days: u32, default: u32, maximum: u32) -> RetentionPolicy {
    RetentionPolicy {
        minimum_days: 1,
        maximum_days: maximum,
        default: rule(default, CountedFrom::Sent),
        types: vec![TypeRule {
            document_type: "file".to_owned(),
            rule: rule(days, CountedFrom::CaseClosed),
        }],
    }
}

/// Files go seven days after their case is closed and after 30 anyhow; the operator's ceiling is 40.
pub(super) async fn norrby(test: &TestPortal) -> Norrby {
    let norrby = Norrby::new(test).await;
    norrby.decide(test, policy(7, 10, 30)).await;
    norrby
}

impl Norrby {
    async fn close(&self, test: &TestPortal, sent: &MessageReceipt) {
        let closed = test.portal.close_case_by_system(&self.system, case_of(sent)).await;
        closed.unwrap();
    }

    async fn reopen(&self, test: &TestPortal, sent: &MessageReceipt) {
        let opened = test.portal.reopen_case_by_system(&self.system, case_of(sent)).await;
        opened.unwrap();
    }

    pub(super) async fn extend(
        &self,
        test: &TestPortal,
        sent: &MessageReceipt,
        last_day: Date,
    ) -> Result<(), CaseError> {
        let admin = self.admin(test).await;
        test.portal.extend_case(&admin, case_of(sent), last_day, REASON).await
    }

    /// The kinds of all events, in order.
    async fn events(&self, test: &TestPortal) -> Vec<EventKind> {
        let events = test.portal.events(&self.system, 0, 100).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }
}

pub(super) fn case_of(sent: &MessageReceipt) -> CaseId {
    sent.deliveries[0].case
}

/// The day after so many from now.
pub(super) fn day(test: &TestPortal, days: u32) -> Date {
    retention::local_date(test.now(), &test.settings.time_zone).saturating_add(i64::from(days).days())
}

on_both_databases! {
    async fn while_a_case_is_open_it_is_kept_for_the_maximum_and_from_its_closing_for_the_days_of_the_rule(test: TestPortal) {
        let norrby = norrby(&test).await;
        let (file, letter) = (norrby.send_as(&test, Some("file"), None).await, norrby.send_as(&test, None, None).await);
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, file.sent_at, 30));
        test.days_pass(3).await;
        let closed = test.now();
        norrby.close(&test, &file).await;
        norrby.close(&test, &letter).await;
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, closed, 7));
        assert_eq!(norrby.end_of(&test, &letter).await, after(&test, letter.sent_at, 10));
        // Closed again later: nothing happens.
        test.days_pass(2).await;
        norrby.close(&test, &file).await;
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, closed, 7));
        assert_eq!(test.audited("case.closed").await, 2);
        assert_eq!(read(&test, &file).await.unwrap(), PDF);
        test.days_pass(6).await;
        assert!(matches!(read(&test, &file).await, Err(ReadError::NotFound)));
        assert_eq!(test.audited("document.purged").await, 2);
    }

    async fn a_case_that_is_closed_late_ends_at_the_maximum(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        test.days_pass(28).await;
        norrby.close(&test, &file).await;
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, file.sent_at, 30));
    }

    async fn an_open_case_that_nobody_closes_is_purged_at_the_maximum(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        test.days_pass(30).await;
        assert_eq!(read(&test, &file).await.unwrap(), PDF);
        test.days_pass(1).await;
        assert!(matches!(read(&test, &file).await, Err(ReadError::NotFound)));
        assert_eq!(test.audited("document.purged").await, 1);
    }

    async fn a_case_that_is_opened_again_is_kept_for_the_maximum_and_its_days_begin_anew_when_it_is_closed(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        norrby.close(&test, &file).await;
        test.days_pass(5).await;
        norrby.reopen(&test, &file).await;
        norrby.reopen(&test, &file).await;
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, file.sent_at, 30));
        test.days_pass(12).await;
        // Its keys and its recipient were kept for the later day.
        assert_eq!(read(&test, &file).await.unwrap(), PDF);
        let closed = test.now();
        norrby.close(&test, &file).await;
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, closed, 7));
        assert_eq!((test.audited("case.closed").await, test.audited("case.reopened").await), (2, 1));
        let told = norrby.events(&test).await;
        let of_case: Vec<_> = told.into_iter().filter(|kind| matches!(kind, EventKind::CaseClosed | EventKind::CaseReopened)).collect();
        assert_eq!(of_case, [EventKind::CaseClosed, EventKind::CaseReopened, EventKind::CaseClosed]);
    }

    async fn what_has_ended_since_its_case_was_closed_does_not_come_back(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        norrby.close(&test, &file).await;
        let end = norrby.end_of(&test, &file).await;
        test.clock.set(end);
        norrby.reopen(&test, &file).await;
        assert!(matches!(read(&test, &file).await, Err(ReadError::NotFound)));
        assert_eq!(norrby.end_of(&test, &file).await, end);
        let refused = norrby.extend(&test, &file, day(&test, 20)).await;
        assert!(matches!(refused, Err(CaseError::TooLate)));
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 1);
        norrby.close(&test, &file).await;
    }

    async fn new_rules_count_from_when_a_case_was_closed_and_their_effect_says_so(test: TestPortal) {
        let norrby = norrby(&test).await;
        let (closed, open) = (norrby.send_as(&test, Some("file"), None).await, norrby.send_as(&test, Some("file"), None).await);
        test.days_pass(1).await;
        let at = test.now();
        norrby.close(&test, &closed).await;
        let admin = norrby.admin(&test).await;
        let effect = test.portal.retention_effect(&admin, policy(3, 10, 30), Some("file")).await.unwrap();
        assert_eq!((effect.earlier.documents, effect.unchanged.documents), (1, 1));
        norrby.decide(&test, policy(3, 10, 30)).await;
        assert_eq!(norrby.end_of(&test, &closed).await, after(&test, at, 3));
        assert_eq!(norrby.end_of(&test, &open).await, after(&test, open.sent_at, 30));
    }

    async fn a_case_is_extended_beyond_the_organisations_rules_with_its_keys_and_its_recipient(test: TestPortal) {
        let norrby = norrby(&test).await;
        let letter = norrby.send_as(&test, None, None).await;
        let last_day = day(&test, 38);
        norrby.extend(&test, &letter, last_day).await.unwrap();
        assert_eq!(norrby.end_of(&test, &letter).await, after(&test, letter.sent_at, 38));
        // Shorter rules leave it where it is.
        norrby.decide(&test, policy(2, 2, 20)).await;
        assert_eq!(norrby.end_of(&test, &letter).await, after(&test, letter.sent_at, 38));
        test.days_pass(38).await;
        assert_eq!(read(&test, &letter).await.unwrap(), PDF);
        test.days_pass(1).await;
        assert!(matches!(read(&test, &letter).await, Err(ReadError::NotFound)));
        assert_eq!((test.audited("case.extended").await, test.audited("document.purged").await), (1, 1));
        assert!(norrby.events(&test).await.contains(&EventKind::CaseExtended));
    }

    async fn what_is_no_extension_is_refused_for_what_it_is_and_changes_nothing(test: TestPortal) {
        let norrby = norrby(&test).await;
        let (letter, revoked) = (norrby.send_as(&test, None, None).await, norrby.send_as(&test, None, None).await);
        test.portal.revoke_message(&norrby.system, revoked.id).await.unwrap();
        let end = norrby.end_of(&test, &letter).await;
        let refused = norrby.extend(&test, &letter, day(&test, 10)).await;
        assert!(matches!(refused, Err(CaseError::NotLater)));
        let latest = day(&test, 40);
        let refused = norrby.extend(&test, &letter, day(&test, 41)).await;
        assert!(matches!(refused, Err(CaseError::AboveCeiling { latest: said }) if said == latest));
        let refused = norrby.extend(&test, &revoked, day(&test, 20)).await;
        assert!(matches!(refused, Err(CaseError::TooLate)));
        let admin = norrby.admin(&test).await;
        for reason in ["", " ", "två\nrader"] {
            let refused = test.portal.extend_case(&admin, case_of(&letter), day(&test, 20), reason).await;
            assert!(matches!(refused, Err(CaseError::InvalidReason)));
        }
        assert_eq!(norrby.end_of(&test, &letter).await, end);
        assert_eq!((test.rows("case_extension").await, test.audited("case.extended").await), (0, 0));
        // To the ceiling itself it goes, and no day further.
        norrby.extend(&test, &letter, latest).await.unwrap();
        assert_eq!(norrby.end_of(&test, &letter).await, after(&test, letter.sent_at, 40));
        let admin = norrby.admin(&test).await;
        let other = test.portal.extend_case(&admin, case_of(&letter), latest, "Något annat").await;
        assert!(matches!(other, Err(CaseError::NotLater)));
    }

    async fn the_same_that_is_sent_twice_also_at_once_extends_a_case_once(test: TestPortal) {
        let norrby = norrby(&test).await;
        let letter = norrby.send_as(&test, None, None).await;
        let karin = norrby.admin(&test).await;
        let olle = test.member(&karin, "olle@norrby.example", Role::Admin).await;
        let (node, case, last_day) = (test.another_node().await, case_of(&letter), day(&test, 20));
        let (one, two) = tokio::join!(
            test.portal.extend_case(&karin, case, last_day, REASON),
            node.extend_case(&karin, case, last_day, REASON),
        );
        one.unwrap();
        two.unwrap();
        norrby.extend(&test, &letter, last_day).await.unwrap();
        let others = test.portal.extend_case(&olle, case, last_day, REASON).await;
        assert!(matches!(others, Err(CaseError::NotLater)));
        assert_eq!((test.rows("case_extension").await, test.audited("case.extended").await), (1, 1));
        // Once it has been extended further, it is an old decision.
        test.portal.extend_case(&olle, case, day(&test, 30), REASON).await.unwrap();
        assert!(matches!(norrby.extend(&test, &letter, last_day).await, Err(CaseError::NotLater)));
        assert_eq!(norrby.end_of(&test, &letter).await, after(&test, letter.sent_at, 30));
    }

    async fn what_is_being_purged_is_not_extended(test: TestPortal) {
        let norrby = norrby(&test).await;
        let letter = norrby.send_as(&test, None, None).await;
        test.clock.set(norrby.end_of(&test, &letter).await);
        test.portal.run_key_jobs().await.result().unwrap();
        test.clock.set(letter.sent_at);
        let refused = norrby.extend(&test, &letter, day(&test, 20)).await;
        assert!(matches!(refused, Err(CaseError::TooLate)), "though the clock went back");
    }

    async fn staff_see_the_case_with_what_was_decided_and_the_reason_goes_with_it(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        norrby.close(&test, &file).await;
        norrby.extend(&test, &file, day(&test, 9)).await.unwrap();
        let admin = norrby.admin(&test).await;
        let case = test.portal.staff_case(&admin, case_of(&file)).await.unwrap();
        assert_eq!((case.closed_at, case.messages.len()), (Some(file.sent_at), 1));
        assert_eq!(case.messages[0].days_after_closing, Some(7));
        assert_eq!(case.extensible, Some((day(&test, 10), day(&test, 40))));
        let [extension] = &case.extensions[..] else { panic!("one extension") };
        assert_eq!((extension.last_day, extension.reason.as_deref()), (day(&test, 9), Some(REASON)));
        assert_eq!(extension.by.as_deref(), Some("Karin Ödegård"));
        test.days_pass(10).await;
        let admin = norrby.admin(&test).await;
        let case = test.portal.staff_case(&admin, case_of(&file)).await.unwrap();
        assert_eq!((case.extensible, case.extensions[0].reason.as_deref()), (None, None));
        assert!(case.recipient == crate::SentRecipient::Forgotten && case.messages[0].title.is_none());
    }

    async fn the_recipient_sees_that_a_case_is_closed_by_which_rule_it_is_kept_and_that_it_was_extended(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        let person = test.sign_in(0).await;
        let case = test.portal.case(&person, case_of(&file)).await.unwrap();
        assert_eq!((case.closed_at, case.extended, case.messages[0].days_after_closing), (None, false, Some(7)));
        norrby.close(&test, &file).await;
        norrby.extend(&test, &file, day(&test, 9)).await.unwrap();
        let case = test.portal.case(&person, case_of(&file)).await.unwrap();
        assert_eq!((case.closed_at, case.extended), (Some(file.sent_at), true));
        assert_eq!(case.expires_at, after(&test, file.sent_at, 9));
        let history = test.portal.case_history(&person, case_of(&file)).await.unwrap();
        let extended = crate::CaseActKind::CaseExtended { last_day: Some(day(&test, 9)) };
        assert!(history.acts.iter().any(|act| act.what == extended));
        assert!(history.acts.iter().any(|act| act.what == crate::CaseActKind::CaseClosed));
    }

    async fn the_protocol_names_the_rule_that_counts_from_closing_and_of_what_was_extended_its_days(test: TestPortal) {
        let norrby = norrby(&test).await;
        let (file, extended) = (norrby.send_as(&test, Some("file"), None).await, norrby.send_as(&test, Some("file"), None).await);
        for sent in [&file, &extended] {
            norrby.close(&test, sent).await;
        }
        norrby.extend(&test, &extended, day(&test, 9)).await.unwrap();
        test.days_pass(11).await;
        let mut rules = Vec::new();
        for number in 1..=2 {
            let protocol = test.portal.purge_protocol(&test.operator(), norrby.id, number).await.unwrap();
            let rule = protocol.signed().statement().rules[0].rule.clone();
            rules.push((rule.retention_days, rule.counted_from, rule.policy_version));
        }
        assert_eq!(rules, [(7, CountedFrom::CaseClosed, Some(1)), (9, CountedFrom::Sent, None)]);
    }

    async fn closing_many_cases_does_not_stop_the_purge(test: TestPortal) {
        let norrby = norrby(&test).await;
        norrby.decide(&test, policy(1, 10, 30)).await;
        let mut sent = Vec::new();
        for _ in 0..60 {
            sent.push(norrby.send_as(&test, Some("file"), None).await);
        }
        test.days_pass(2).await;
        for sent in &sent {
            norrby.close(&test, sent).await;
        }
        for _ in 0..48 {
            test.clock.advance(Duration::from_secs(3600));
            assert_eq!(test.portal.run_jobs().await.unwrap().stopped, None);
        }
        assert_eq!(test.audited("document.purged").await, 60);
    }

    async fn the_effect_of_new_rules_tells_what_is_held_apart(test: TestPortal) {
        let norrby = norrby(&test).await;
        let held = norrby.send_as(&test, None, None).await;
        norrby.send_as(&test, None, None).await;
        test.days_pass(5).await;
        let admin = norrby.admin(&test).await;
        let hold = NewHold {
            form: test.portal.new_hold_form(),
            case: case_of(&held),
            scope: HoldScope::Case,
            reason: REASON.to_owned(),
            review_on: Some(day(&test, 30)),
        };
        test.portal.place_hold(&admin, &hold).await.unwrap();
        let effect = test.portal.retention_effect(&admin, policy(7, 2, 30), None).await.unwrap();
        assert_eq!((effect.earlier.documents, effect.held.documents, effect.gone_today.documents), (2, 1, 1));
        // What is held goes when the hold lets it go, and is not announced to the purge today.
        let effect = test.portal.retention_effect(&admin, policy(7, 20, 30), None).await.unwrap();
        assert_eq!((effect.later.documents, effect.held.documents), (2, 0));
    }

    async fn nobody_decides_about_a_case_of_others_or_without_the_right(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        let admin = norrby.admin(&test).await;
        let sender = test.member(&admin, "eva@norrby.example", Role::Sender).await;
        let auditor = test.member(&admin, "olle@norrby.example", Role::Auditor).await;
        let other = test.organisation("Söderby kommun").await;
        let of_other = test.system_actor_of(other, &Scope::ALL).await;
        let admin_of_other = test.first_admin_of(other).await;
        let (case, last_day) = (case_of(&file), day(&test, 35));

        let forbidden = |result: Result<(), CaseError>| matches!(result, Err(CaseError::Denied(Denied::Forbidden)));
        assert!(forbidden(test.portal.close_case(&auditor, case).await));
        assert!(forbidden(test.portal.reopen_case(&auditor, case).await));
        assert!(forbidden(test.portal.extend_case(&auditor, case, last_day, REASON).await));
        assert!(forbidden(test.portal.extend_case(&sender, case, last_day, REASON).await));
        assert!(matches!(test.portal.staff_case(&auditor, case).await, Err(CaseError::Denied(Denied::Forbidden))));
        let missing = |result: Result<(), CaseError>| matches!(result, Err(CaseError::NotFound));
        assert!(missing(test.portal.close_case(&admin_of_other, case).await));
        assert!(missing(test.portal.reopen_case(&admin_of_other, case).await));
        assert!(missing(test.portal.extend_case(&admin_of_other, case, last_day, REASON).await));
        assert!(matches!(test.portal.close_case_by_system(&of_other, case).await, Err(SystemError::NotFound)));
        let reader = test.system_actor_of(norrby.id, &[Scope::MessagesRead]).await;
        let refused = test.portal.close_case_by_system(&reader, case).await;
        assert!(matches!(refused, Err(SystemError::Forbidden(MissingScope(Scope::MessagesSend)))));
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, file.sent_at, 30));
        assert_eq!(test.audited("case.closed").await + test.audited("case.extended").await, 0);

        test.portal.close_case(&sender, case).await.unwrap();
        test.portal.reopen_case(&sender, case).await.unwrap();
        assert_eq!((test.audited("case.closed").await, test.audited("case.reopened").await), (1, 1));
    }

    async fn an_extension_and_a_closing_at_once_leave_a_case_that_is_both(test: TestPortal) {
        let norrby = norrby(&test).await;
        let file = norrby.send_as(&test, Some("file"), None).await;
        let other = test.another_node().await;
        let admin = norrby.admin(&test).await;
        let last_day = day(&test, 35);
        let (closed, extended) = tokio::join!(
            other.close_case_by_system(&norrby.system, case_of(&file)),
            test.portal.extend_case(&admin, case_of(&file), last_day, REASON),
        );
        closed.unwrap();
        extended.unwrap();
        assert_eq!(norrby.end_of(&test, &file).await, after(&test, file.sent_at, 35));
        test.days_pass(35).await;
        assert_eq!(read(&test, &file).await.unwrap(), PDF);
    }
}
