//! What a person is told of what happened to their case, and of nobody else's.

use std::time::Duration;

use base::{CaseId, Personnummer, SessionId};
use sea_orm::ConnectionTrait as _;

use super::history::ACTS;
use super::{CaseActKind, CaseHistory};
use crate::test_support::{Norrby, PDF, TestPortal, document_id, draft, identity, number, on_both_databases};
use crate::{
    BrowserFamily, ContentUse, Device, Identity, ReadError, RecipientActor, RequestedRange, Role, SessionKey,
    SystemFamily, VerifiedIdentity, Whereabouts,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const PHONE: Whereabouts = Whereabouts {
    device: Device {
        browser: BrowserFamily::Safari,
        system: SystemFamily::Iphone,
    },
    place: None,
};

async fn history(portal: &TestPortal, actor: &RecipientActor, case: CaseId) -> CaseHistory {
    portal.portal.case_history(actor, case).await.unwrap()
}

/// What is told, the latest first, in short.
fn kinds(history: &CaseHistory) -> Vec<&'static str> {
    let kind = |what: &CaseActKind| match what {
        CaseActKind::Sent { .. } => "sent",
        CaseActKind::Notified { .. } => "notified",
        CaseActKind::RulesDecided { .. } => "rules",
        CaseActKind::ExtractMade => "extract made",
        CaseActKind::CaseSeen => "seen",
        CaseActKind::CaseOpened => "opened",
        CaseActKind::HistorySeen => "looked",
        CaseActKind::CaseClosed => "closed",
        CaseActKind::CaseReopened => "reopened",
        CaseActKind::CaseExtended { .. } => "extended",
        CaseActKind::DocumentViewed { .. } => "viewed",
        CaseActKind::DocumentDownloaded { .. } => "downloaded",
        CaseActKind::Damaged { .. } => "damaged",
    };
    history.acts.iter().map(|act| kind(&act.what)).collect()
}

/// Without what tells of looks at the history itself.
fn of_others(history: CaseHistory) -> CaseHistory {
    let acts = history
        .acts
        .into_iter()
        .filter(|act| act.what != CaseActKind::HistorySeen);
    CaseHistory {
        acts: acts.collect(),
        ..history
    }
}

/// Opens the case and its only document to view and to download, an hour apart.
async fn read(portal: &TestPortal, actor: &RecipientActor, case: CaseId) {
    let view = portal.portal.case(actor, case).await.unwrap();
    let document = document_id(&view.messages[0].documents[0]);
    for content_use in [ContentUse::View, ContentUse::Download] {
        portal.clock.advance(Duration::from_secs(60));
        portal
            .portal
            .open_content(actor, document, content_use, None)
            .await
            .unwrap();
    }
}

on_both_databases! {
    async fn a_person_is_told_what_they_opened_and_from_where(portal: TestPortal) {
        let system = portal.sender().await;
        let case = portal.send(&system, "1", 1).await.deliveries[0].case;
        portal.clock.advance(HOUR);
        let phone = portal.sign_in_from(PHONE, &SessionKey::of(b"phone"), 0).await;
        assert_eq!(kinds(&history(&portal, &phone, case).await), ["sent"]);
        // Looking at it is no opening.
        assert_eq!(portal.audited("case.opened").await, 0);
        read(&portal, &phone, case).await;
        portal.clock.advance(HOUR);
        let elsewhere = portal.sign_in_from(Whereabouts::UNKNOWN, &SessionKey::of(b"other"), 0).await;
        portal.portal.case(&elsewhere, case).await.unwrap();

        let told = history(&portal, &elsewhere, case).await;
        assert_eq!(kinds(&told), ["opened", "downloaded", "viewed", "opened", "looked", "sent"]);
        assert_eq!((&*told.organisation, told.title.as_deref()), ("Norrby kommun", Some("Beslut om förskoleplats")));
        let from: Vec<_> = told.acts.iter().map(|act| act.from.clone().map(|from| from.device)).collect();
        let phone = Some(PHONE.device);
        assert_eq!(from, [Some(Device::UNKNOWN), phone, phone, phone, phone, None]);
        let own: Vec<_> = told.acts.iter().map(|act| act.is_in_this_session).collect();
        assert_eq!(own, [true, false, false, false, false, false]);
        let name = Some("beslut.pdf".to_owned());
        assert_eq!(told.acts[1].what, CaseActKind::DocumentDownloaded { name });
        assert_eq!(told.acts[5].what, CaseActKind::Sent { title: Some("Beslut om förskoleplats".to_owned()) });
    }

    async fn a_look_at_the_history_is_in_the_log_before_anything_is_shown_and_opens_no_text(portal: TestPortal) {
        let system = portal.sender().await;
        let case = portal.send(&system, "1", 1).await.deliveries[0].case;
        let anna = portal.sign_in(0).await;
        portal.no_audit(true).await;
        let refused = portal.portal.case_history(&anna, case).await;
        assert!(matches!(refused, Err(ReadError::Fault(_))), "{refused:?}");
        portal.no_audit(false).await;
        // A text that does not open hides nothing that the page shows.
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("UPDATE message SET sealed_body = sealed_title").await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(kinds(&history(&portal, &anna, case).await), ["sent"]);
        let log = portal.audit_log().await;
        let row = log.iter().find(|row| row.action == "case.history-seen").unwrap();
        assert_eq!((row.target_id, row.actor_id), (Some(*case.as_uuid()), Some(*anna.recipient_id().as_uuid())));
        assert_eq!(row.organisation_id, Some(*system.organisation_id().as_uuid()));
        assert_eq!(row.detail, anna.sign_in().map(|id| id.to_string()));
        // Whoever looked is in it from then on.
        let told = history(&portal, &anna, case).await;
        assert_eq!(kinds(&told), ["looked", "sent"]);
        assert!(told.acts[0].is_in_this_session);
        assert_eq!(portal.audited("case.history-seen").await, 2);
        for action in ["case.opened", "content.damaged"] {
            assert_eq!(portal.audited(action).await, 0, "{action}");
        }
    }

    async fn nobody_is_told_of_others_who_were_sent_the_same(portal: TestPortal) {
        let system = portal.sender().await;
        let sent = portal.send(&system, "1", 2).await;
        let [annas, bengts] = [0, 1].map(|index| sent.deliveries[index].case);
        let (anna, bengt) = (portal.sign_in(0).await, portal.sign_in(1).await);
        read(&portal, &bengt, bengts).await;
        assert_eq!(kinds(&history(&portal, &anna, annas).await), ["sent"]);
        assert_eq!(kinds(&history(&portal, &bengt, bengts).await), ["downloaded", "viewed", "opened", "sent"]);
        let unknown = CaseId::from_uuid(*portal.portal.0.ids.next::<SessionId>().as_uuid());
        for (actor, case) in [(&anna, bengts), (&bengt, annas), (&anna, unknown)] {
            let answer = portal.portal.case_history(actor, case).await;
            assert!(matches!(answer, Err(ReadError::NotFound)));
        }
    }

    async fn a_case_tells_nothing_of_another_and_nothing_once_it_can_not_be_read(portal: TestPortal) {
        let system = portal.sender().await;
        let [first, second] = [portal.send(&system, "1", 1).await, portal.send(&system, "2", 1).await];
        let anna = portal.sign_in(0).await;
        read(&portal, &anna, first.deliveries[0].case).await;
        assert_eq!(kinds(&history(&portal, &anna, second.deliveries[0].case).await), ["sent"]);
        portal.portal.revoke_message(&system, first.id).await.unwrap();
        let answer = portal.portal.case_history(&anna, first.deliveries[0].case).await;
        assert!(matches!(answer, Err(ReadError::NotFound)));
    }

    async fn what_somebody_did_under_their_earlier_number_is_told_too(portal: TestPortal) {
        let old = Personnummer::from_digits("197010632391").unwrap();
        let as_known = |previous, number| VerifiedIdentity {
            identity: Identity::Number { number, previous, prid: None },
            ..identity(0, portal.now())
        };
        let system = portal.sender().await;
        let mut to_old = draft(1);
        to_old.recipients[0].identifier = crate::RecipientIdentifier::Number(old.clone());
        let case = portal.send_all(&system, "1", to_old, &[PDF]).await.unwrap().deliveries[0].case;
        let before = portal.identify(&SessionKey::of(b"one"), as_known(None, old.clone()), PHONE).await;
        read(&portal, &before, case).await;
        let mut unread = draft(1);
        unread.recipients[0].identifier = crate::RecipientIdentifier::Number(old.clone());
        let unread = portal.send_all(&system, "2", unread, &[PDF]).await.unwrap().deliveries[0].case;
        history(&portal, &before, unread).await;
        let now = portal.identify(&SessionKey::of(b"two"), as_known(Some(old), number(0)), PHONE).await;
        let told = history(&portal, &now, case).await;
        assert_eq!(kinds(&told), ["downloaded", "viewed", "opened", "sent"]);
        assert!(told.acts.iter().take(3).all(|act| act.from.is_some()));
        assert_eq!(kinds(&history(&portal, &now, unread).await), ["looked", "sent"]);
    }

    async fn a_person_is_told_when_staff_looked_at_their_case_and_by_name_where_they_may_know(portal: TestPortal) {
        let norrby = Norrby::new(&portal).await;
        let [sent, other] = [norrby.send_as(&portal, None, None).await, norrby.send_as(&portal, None, None).await];
        let (case, others) = (sent.deliveries[0].case, other.deliveries[0].case);
        let karin = norrby.admin(&portal).await;
        let olle = portal.member(&karin, "olle@norrby.example", Role::Sender).await;
        let anna = portal.sign_in(0).await;
        // The list of all cases is about none of them.
        portal.portal.sent_messages(&karin, None).await.unwrap();
        assert_eq!(kinds(&history(&portal, &anna, case).await), ["sent"]);
        // What one of them repeats the same day is told when it was first and last, and of each who looked.
        for (minutes, staff) in [(1, &karin), (1, &olle), (5, &karin), (11, &karin)] {
            portal.clock.advance(Duration::from_secs(minutes * 60));
            portal.portal.staff_case(staff, case).await.unwrap();
        }
        let told = history(&portal, &anna, case).await;
        assert_eq!(kinds(&told), ["seen", "seen", "seen", "looked", "sent"]);
        let told = of_others(told);
        assert!(told.acts.iter().all(|act| act.by.is_empty() && act.from.is_none() && !act.is_in_this_session));
        assert!(!told.is_cut);
        assert_eq!(kinds(&history(&portal, &anna, others).await), ["sent"]);

        let karin = norrby.admin(&portal).await;
        portal.portal.show_staff_names(&karin, true).await.unwrap();
        let told = of_others(history(&portal, &anna, case).await);
        let by: Vec<_> = told.acts.into_iter().map(|act| act.by.join(" ")).collect();
        assert_eq!(by, ["Karin Ödegård", "Olle Berg", "Karin Ödegård", ""]);
    }

    async fn whoever_repeats_an_act_hundreds_of_times_hides_nothing_that_was_before_it(portal: TestPortal) {
        let norrby = Norrby::new(&portal).await;
        let sent = norrby.send_as(&portal, None, None).await;
        let case = sent.deliveries[0].case;
        let karin = norrby.admin(&portal).await;
        portal.portal.staff_case(&karin, case).await.unwrap();
        let anna = portal.sign_in(0).await;
        let document = portal.only_document(&anna, &sent.deliveries[0]).await;
        portal.portal.open_content(&anna, document, ContentUse::Download, None).await.unwrap();
        for _ in 0..=ACTS {
            portal.clock.advance(Duration::from_secs(1));
            let range = Some(RequestedRange::Last(1));
            portal.portal.open_content(&anna, document, ContentUse::View, range).await.unwrap();
        }
        let olle = portal.member(&karin, "olle@norrby.example", Role::Sender).await;
        for _ in 0..=ACTS {
            portal.clock.advance(Duration::from_secs(1));
            portal.portal.staff_case(&olle, case).await.unwrap();
        }
        let told = history(&portal, &anna, case).await;
        assert_eq!(kinds(&told), ["seen", "viewed", "downloaded", "opened", "seen", "sent"]);
        assert!(!told.is_cut);
    }

    async fn of_more_acts_than_are_told_the_latest_are_and_that_there_are_more(portal: TestPortal) {
        let norrby = Norrby::new(&portal).await;
        let case = norrby.send_as(&portal, None, None).await.deliveries[0].case;
        let mut last = portal.sign_in(0).await;
        for number in 0..=ACTS {
            portal.clock.advance(Duration::from_secs(1));
            last = portal.sign_in_from(PHONE, &SessionKey::of(number.to_string().as_bytes()), 0).await;
            portal.portal.case(&last, case).await.unwrap();
        }
        let told = history(&portal, &last, case).await;
        assert!(told.is_cut);
        let opened: Vec<_> = told.acts.iter().filter(|act| act.what == CaseActKind::CaseOpened).collect();
        assert_eq!(opened.len(), ACTS);
        assert!(opened[0].is_in_this_session);
    }
}
