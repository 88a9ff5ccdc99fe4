//! What becomes of requests: of the person who asks, and of the organisation that answers.

mod erasing;
mod listed;

use std::time::Duration;

use base::{CaseId, DataRequestId};
use keyring::ContentOwner;
use sea_orm::EntityTrait;

use super::{
    AnswerRequestError, DataRequestKind, DataRequestState, Grant, Granted, MakeRequestError, NewDataRequest,
    SeeRequestsError, WithdrawRequestError,
};
use crate::test_support::{Norrby, PDF, TestPortal, bytes_of, number, on_both_databases};
use crate::{
    Denied, EventKind, HoldScope, ListPart, MessageReceipt, NotificationKind, OpenRequests, PurgeReason, ReadError,
    RecipientActor, RecipientIdentifier, Role, SendingOutcome, SessionKey, case, delivery,
};

const DAY: Duration = Duration::from_secs(86_400);
const WHY: &str = "Vi måste bevara det enligt arkivlagen.";

impl Norrby {
    pub(crate) fn ask(&self, test: &TestPortal, case: Option<CaseId>, kind: DataRequestKind) -> NewDataRequest {
        NewDataRequest {
            form: test.portal.new_request_form(),
            organisation: self.id,
            case,
            kind,
            text: "Ta bort det, tack.".to_owned(),
        }
    }

    /// Person 0 asks for a case to be erased.
    async fn asked(&self, test: &TestPortal, sent: &MessageReceipt) -> DataRequestId {
        let person = test.sign_in(0).await;
        let new = self.ask(test, Some(sent.deliveries[0].case), DataRequestKind::Erasure);
        test.portal.make_request(&person, &new).await.unwrap()
    }

    /// Karin erases that case.
    async fn erase(&self, test: &TestPortal, request: DataRequestId, sent: &MessageReceipt) -> Granted {
        let admin = self.admin(test).await;
        test.portal
            .grant_request(&admin, request, &whole(&[sent]))
            .await
            .unwrap()
    }

    /// Why what the latest protocol tells of was purged.
    async fn purged_for(&self, test: &TestPortal) -> PurgeReason {
        let admin = self.admin(test).await;
        let protocols = test.portal.purge_protocols(&admin, self.id, None).await.unwrap();
        let [rule] = protocols.statements[0].statement().rules.as_slice() else {
            panic!("one rule")
        };
        rule.rule.reason
    }
}

/// Erasing the first recipients' cases of messages, without a word.
fn whole(sent: &[&MessageReceipt]) -> Grant {
    Grant {
        cases: sent.iter().map(|sent| sent.deliveries[0].case).collect(),
        answer: String::new(),
    }
}

async fn state(test: &TestPortal, person: &RecipientActor, request: DataRequestId) -> (DataRequestState, bool) {
    let own = test.portal.own_request(person, request).await.unwrap();
    (own.state, own.waits)
}

async fn is_readable(test: &TestPortal, person: &RecipientActor, sent: &MessageReceipt) -> bool {
    match test.portal.case(person, sent.deliveries[0].case).await {
        Ok(_) => true,
        Err(ReadError::NotFound) => false,
        Err(other) => panic!("{other}"),
    }
}

/// Which mails are due now.
async fn mails(test: &TestPortal) -> Vec<NotificationKind> {
    let (taken, _) = test.portal.take_notifications(10).await.unwrap();
    let mut kinds = Vec::new();
    for taken in taken {
        assert!(taken.kind != NotificationKind::RequestAnswered || taken.organisations.is_empty());
        kinds.push(taken.kind);
        test.portal
            .settle_notification(taken, SendingOutcome::Sent)
            .await
            .unwrap();
    }
    kinds
}

on_both_databases! {
    async fn a_request_that_may_have_been_written_keeps_its_key(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let person = test.sign_in(0).await;
        let new = norrby.ask(&test, Some(sent.deliveries[0].case), DataRequestKind::Erasure);
        let keys = test.content_keys().await;
        test.no_audit(true).await;
        let made = test.portal.make_request(&person, &new).await;
        assert!(matches!(made, Err(MakeRequestError::Fault(_))), "{made:?}");
        test.no_audit(false).await;
        assert_eq!(test.content_keys().await, keys + 1);
        // Nothing names it, so it goes as everything that nothing names.
        test.portal.make_request(&person, &new).await.unwrap();
        assert_eq!(test.content_keys().await, keys + 2);
    }

    async fn a_request_whose_key_is_gone_is_answered_without_a_text(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let (declined, granted) = (norrby.asked(&test, &sent).await, norrby.asked(&test, &sent).await);
        let owners = [declined, granted].map(ContentOwner::Request);
        test.portal.0.vault.destroy_content_keys(&owners).await.unwrap();
        let admin = norrby.admin(&test).await;
        test.portal.decline_request(&admin, declined, WHY).await.unwrap();
        test.portal.grant_request(&admin, granted, &whole(&[&sent])).await.unwrap();
        let person = test.sign_in(0).await;
        let own = test.portal.own_request(&person, declined).await.unwrap();
        assert_eq!((own.state, own.answer), (DataRequestState::Declined, None));
    }

    async fn of_two_admins_at_once_one_answers(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let karin = norrby.admin(&test).await;
        let olle = test.member(&karin, "olle@norrby.example", Role::Admin).await;
        let grant = whole(&[&sent]);
        let (one, two) = tokio::join!(
            test.portal.grant_request(&karin, request, &grant),
            test.portal.decline_request(&olle, request, WHY),
        );
        let answered = u8::from(one.is_ok()) + u8::from(two.is_ok());
        assert_eq!(answered, 1, "{one:?} {two:?}");
        let person = test.sign_in(0).await;
        let (state, _) = state(&test, &person, request).await;
        let expected = if one.is_ok() { DataRequestState::Granted } else { DataRequestState::Declined };
        assert_eq!((state, is_readable(&test, &person, &sent).await), (expected, two.is_ok()));
        for loser in [one.err(), two.err()].into_iter().flatten() {
            assert!(matches!(loser, AnswerRequestError::AlreadyAnswered), "{loser}");
        }
    }

    async fn a_person_takes_back_what_is_being_handled_but_nothing_that_is_answered(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let admin = norrby.admin(&test).await;
        test.portal.take_up_request(&admin, request).await.unwrap();
        let person = test.sign_in(0).await;
        test.portal.withdraw_request(&person, request).await.unwrap();
        let refused = test.portal.grant_request(&admin, request, &whole(&[&sent])).await;
        assert!(matches!(refused, Err(AnswerRequestError::AlreadyAnswered)));
        assert!(is_readable(&test, &person, &sent).await);
        assert_eq!(state(&test, &person, request).await.0, DataRequestState::Withdrawn);

        let again = norrby.asked(&test, &sent).await;
        norrby.erase(&test, again, &sent).await;
        let refused = test.portal.withdraw_request(&person, again).await;
        assert!(matches!(refused, Err(WithdrawRequestError::AlreadyAnswered)));
    }

    async fn a_request_is_its_persons_and_its_organisations_alone(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 2, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let other = test.sign_in(1).await;
        assert!(matches!(test.portal.own_request(&other, request).await, Err(ReadError::NotFound)));
        assert!(matches!(test.portal.withdraw_request(&other, request).await, Err(WithdrawRequestError::NotFound)));
        assert!(test.portal.own_requests(&other).await.unwrap().is_empty());
        // Somebody else's case, and an organisation that has nothing for them.
        let stranger = norrby.ask(&test, Some(sent.deliveries[0].case), DataRequestKind::Erasure);
        assert!(matches!(test.portal.make_request(&other, &stranger).await, Err(MakeRequestError::NotFound)));
        let soderby = test.organisation("Söderby kommun").await;
        let nobodys = NewDataRequest { organisation: soderby, case: None, ..stranger };
        assert!(matches!(test.portal.make_request(&other, &nobodys).await, Err(MakeRequestError::NotFound)));

        let eva = test.first_admin_of(soderby).await;
        assert!(matches!(test.portal.data_request(&eva, request).await, Err(SeeRequestsError::NotFound)));
        assert!(test.portal.data_requests(&eva, ListPart::Beginning).await.unwrap().open.is_empty());
        assert!(matches!(test.portal.take_up_request(&eva, request).await, Err(AnswerRequestError::NotFound)));
        assert!(matches!(test.portal.decline_request(&eva, request, WHY).await, Err(AnswerRequestError::NotFound)));
        assert!(matches!(test.portal.extend_request(&eva, request, WHY).await, Err(AnswerRequestError::NotFound)));
        let refused = test.portal.grant_request(&eva, request, &whole(&[&sent])).await;
        assert!(matches!(refused, Err(AnswerRequestError::NotFound)));
    }

    async fn a_look_at_one_request_is_about_it_and_the_list_opens_no_text(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let admin = norrby.admin(&test).await;
        let listed = test.portal.data_requests(&admin, ListPart::Beginning).await.unwrap();
        assert!(listed.open[0].text.is_none() && listed.open[0].recipient.is_some());
        let (seen, _, _) = test.portal.data_request(&admin, request).await.unwrap();
        assert_eq!(seen.text.as_deref(), Some("Ta bort det, tack."));
        let log = test.audit_log().await;
        let looks: Vec<_> = log.iter().filter(|row| row.action == "data-requests.listed").map(|row| row.target_id).collect();
        assert_eq!(looks, [None, Some(*request.as_uuid())]);
    }

    async fn something_is_put_right_by_the_organisation_which_says_how(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let person = test.sign_in(0).await;
        let mut new = norrby.ask(&test, Some(sent.deliveries[0].case), DataRequestKind::Rectification);
        new.text = "  ".to_owned();
        assert!(matches!(test.portal.make_request(&person, &new).await, Err(MakeRequestError::InvalidText)));
        new.text = "Fel adress".to_owned();
        let request = test.portal.make_request(&person, &new).await.unwrap();
        let admin = norrby.admin(&test).await;
        let silent = test.portal.grant_request(&admin, request, &whole(&[])).await;
        assert!(matches!(silent, Err(AnswerRequestError::InvalidText)));
        let wrong = Grant { answer: "Rättat".to_owned(), ..whole(&[&sent]) };
        assert!(matches!(test.portal.grant_request(&admin, request, &wrong).await, Err(AnswerRequestError::InvalidCases)));
        let grant = Grant { cases: vec![], answer: "Vi har skickat ett nytt beslut.".to_owned() };
        test.portal.grant_request(&admin, request, &grant).await.unwrap();
        let own = test.portal.own_request(&person, request).await.unwrap();
        assert_eq!((own.state, own.answer), (DataRequestState::Done, Some(grant.answer)));
        assert!(is_readable(&test, &person, &sent).await);
    }

    async fn more_time_is_taken_once_before_the_month_is_over_and_told(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 40).await;
        let request = norrby.asked(&test, &sent).await;
        test.clock.advance(Duration::from_secs(3_600));
        mails(&test).await;
        let admin = norrby.admin(&test).await;
        assert!(matches!(test.portal.extend_request(&admin, request, " ").await, Err(AnswerRequestError::InvalidText)));
        test.portal.extend_request(&admin, request, "Många ärenden").await.unwrap();
        assert_eq!(mails(&test).await, [NotificationKind::RequestAnswered]);
        let again = test.portal.extend_request(&admin, request, "Ännu fler").await;
        assert!(matches!(again, Err(AnswerRequestError::TooLateToExtend)));
        let person = test.sign_in(0).await;
        let own = test.portal.own_request(&person, request).await.unwrap();
        assert_eq!((own.answer_by.to_string().as_str(), own.extension.as_deref()), ("2027-02-22", Some("Många ärenden")));

        let late = norrby.asked(&test, &sent).await;
        test.clock.advance(31 * DAY);
        let admin = norrby.admin(&test).await;
        assert!(matches!(test.portal.extend_request(&admin, late, "Sent").await, Err(AnswerRequestError::TooLateToExtend)));
        assert_eq!(test.portal.open_requests(&admin).await.unwrap(), OpenRequests { open: 2, overdue: 1 });
        assert_eq!(test.portal.gauges().await.unwrap().overdue_requests, 1);
        let seen = test.portal.data_requests(&admin, ListPart::Beginning).await.unwrap();
        assert_eq!(seen.open.iter().map(|one| (one.id, one.overdue)).collect::<Vec<_>>(), [(late, true), (request, false)]);
    }

    async fn the_same_form_is_one_request_and_five_are_enough(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, 1, 30).await;
        let person = test.sign_in(0).await;
        let new = norrby.ask(&test, None, DataRequestKind::Erasure);
        let keys = test.content_keys().await;
        let (one, two) = tokio::join!(
            test.portal.make_request(&person, &new),
            test.portal.make_request(&person, &new),
        );
        assert_eq!(one.unwrap(), two.unwrap());
        assert_eq!((test.rows("data_request").await, test.content_keys().await), (1, keys + 1));
        for _ in 0..4 {
            let more = norrby.ask(&test, None, DataRequestKind::Erasure);
            test.portal.make_request(&person, &more).await.unwrap();
        }
        let sixth = norrby.ask(&test, None, DataRequestKind::Erasure);
        assert!(matches!(test.portal.make_request(&person, &sixth).await, Err(MakeRequestError::TooMany)));
        let own = test.portal.own_requests(&person).await.unwrap();
        test.portal.withdraw_request(&person, own[0].id).await.unwrap();
        test.portal.make_request(&person, &sixth).await.unwrap();
    }

    async fn whoever_sends_and_takes_back_can_not_go_on_for_ever(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, 1, 30).await;
        let person = test.sign_in(0).await;
        for _ in 0..10 {
            let new = norrby.ask(&test, None, DataRequestKind::Erasure);
            let made = test.portal.make_request(&person, &new).await.unwrap();
            test.portal.withdraw_request(&person, made).await.unwrap();
        }
        let more = norrby.ask(&test, None, DataRequestKind::Erasure);
        let refused = test.portal.make_request(&person, &more).await;
        assert!(matches!(refused, Err(MakeRequestError::TooManyToday)));
        assert_eq!(test.rows("data_request").await, 10);
        test.clock.advance(DAY);
        let person = test.sign_in(0).await;
        test.portal.make_request(&person, &more).await.unwrap();
    }

    async fn a_request_outlives_the_last_case_and_goes_when_its_time_is_over(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let request = norrby.asked(&test, &sent).await;
        // Two months in which nobody answers; the keys of everything else are gone with their days.
        for _ in 0..60 {
            test.clock.advance(DAY);
            test.portal.run_jobs().await.unwrap();
        }
        let admin = norrby.admin(&test).await;
        let (seen, _, _) = test.portal.data_request(&admin, request).await.unwrap();
        assert_eq!((seen.text.as_deref(), seen.overdue), (Some("Ta bort det, tack."), true));
        test.portal.decline_request(&admin, request, WHY).await.unwrap();
        let person = test.sign_in(0).await;
        let own = test.portal.own_request(&person, request).await.unwrap();
        assert_eq!((own.state, own.answer.as_deref()), (DataRequestState::Declined, Some(WHY)));
        assert_eq!(own.kept_until.unwrap(), test.now() + 30 * DAY);
        test.portal.sign_out(&SessionKey::of(b"session of person 0"), &test.request()).await.unwrap();

        test.clock.advance(30 * DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!((test.rows("data_request").await, test.content_keys().await), (0, 0));
        test.clock.advance(DAY);
        test.portal.run_jobs().await.unwrap();
        let known = test.portal.0.vault.find_recipients(&[RecipientIdentifier::Number(number(0))]).await.unwrap();
        assert_eq!(known, [None], "nothing refers to them any more");
        assert_eq!(test.audited("data-request.purged").await, 1);
    }

    async fn an_auditor_sees_that_there_is_one_and_a_sender_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let admin = norrby.admin(&test).await;
        let auditor = test.member(&admin, "olle@norrby.example", Role::Auditor).await;
        let sender = test.member(&admin, "eva@norrby.example", Role::Sender).await;
        let (seen, cases, _) = test.portal.data_request(&auditor, request).await.unwrap();
        assert!(seen.recipient.is_none() && seen.text.is_none() && seen.case.is_none() && cases.is_empty());
        assert!(matches!(test.portal.data_requests(&sender, ListPart::Beginning).await, Err(SeeRequestsError::Denied(Denied::Forbidden))));
        assert_eq!(test.portal.open_requests(&sender).await.unwrap(), OpenRequests::default());
        for actor in [&auditor, &sender] {
            let refused = test.portal.grant_request(actor, request, &whole(&[&sent])).await;
            assert!(matches!(refused, Err(AnswerRequestError::Denied(Denied::Forbidden))));
        }
        test.clock.advance(Duration::from_secs(600));
        let stale = test.staff_in(&SessionKey::of_staff(b"Karin, later")).await.unwrap();
        let refused = test.portal.grant_request(&stale, request, &whole(&[&sent])).await;
        assert!(matches!(refused, Err(AnswerRequestError::Denied(Denied::StepUpNeeded))));
    }
}
