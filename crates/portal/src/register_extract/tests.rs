//! What an extract has, and for whom and how long it is there.

use std::collections::BTreeSet;
use std::task::Poll;

use base::RegisterExtractId;
use sea_orm::EntityTrait;

use super::{DeliveryState, ExtractState, MakeExtractError, OpenExtractError, OrderExtractError, RegisterPart, entity};
use crate::test_support::{TestPortal, columns, draft, everything_stored, is_among, number, on_both_databases};
use crate::{
    DataRequestKind, DataRequestState, NewDataRequest, Portal, RecipientActor, RecipientIdentifier, Scope, SessionKey,
    Terms,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// An extract that is ready.
async fn made(portal: &Portal, actor: &RecipientActor) -> RegisterExtractId {
    let extract = portal.order_register_extract(actor).await.unwrap();
    portal.make_register_extract(actor, extract).await.unwrap();
    extract
}

pub(super) async fn opened(portal: &Portal, actor: &RecipientActor) -> RegisterPart {
    let extract = made(portal, actor).await;
    portal.open_register_extract(actor, extract).await.unwrap()
}

async fn extract_keys(portal: &TestPortal) -> usize {
    let stored = columns(portal.portal.0.vault.database()).await;
    assert!(stored.contains_key("extract_key"));
    usize::try_from(crate::test_support::count(portal.portal.0.vault.database(), "extract_key").await).unwrap()
}

on_both_databases! {
    async fn it_has_what_is_held_about_the_person_from_every_organisation(portal: TestPortal) {
        let (norrby, soderby) = (portal.sender().await, portal.sender_named("Söderby kommun").await);
        let mut with_address = draft(1);
        with_address.recipients[0].email = Some("anna@example.com".to_owned());
        portal.send_all(&norrby, "1", with_address, &[crate::test_support::PDF]).await.unwrap();
        let revoked = portal.send(&norrby, "2", 1).await;
        portal.send(&soderby, "3", 2).await;
        portal.portal.revoke_message(&norrby, revoked.id).await.unwrap();
        let anna = portal.sign_in(0).await;
        let inbox = portal.portal.inbox(&anna).await.unwrap();
        portal.portal.case(&anna, inbox[0].case).await.unwrap();

        let part = opened(&portal.portal, &anna).await;
        let identifier = RecipientIdentifier::Number(number(0));
        assert!(part.identifiers.len() == 1 && part.identifiers[0].value == *identifier.indexed());
        assert_eq!(part.name.as_deref(), Some("Testperson 0"));
        assert_eq!(part.email.as_deref(), Some("anna@example.com"));
        assert_eq!(part.waiting_mails.len(), 1);
        assert_eq!((part.sessions.len(), part.sign_ins.len(), part.devices.len()), (1, 1, 1));
        assert_eq!((part.extracts.len(), part.is_cut), (1, false));
        let organisations: BTreeSet<_> = part.cases.iter().map(|case| &*case.organisation).collect();
        assert_eq!(organisations, BTreeSet::from(["Norrby kommun", "Söderby kommun"]));
        let deliveries: Vec<_> = part.cases.iter().flat_map(|case| &case.deliveries).collect();
        assert_eq!(deliveries.len(), 3);
        let of = |state| deliveries.iter().filter(|delivery| delivery.state == state).count();
        assert_eq!((of(DeliveryState::Readable), of(DeliveryState::Revoked)), (2, 1));
        assert!(deliveries.iter().any(|delivery| delivery.opened_at.is_some()));
        assert!(deliveries.iter().all(|delivery| delivery.documents.len() == 1));
        assert!(deliveries.iter().all(|delivery| delivery.document_type.as_deref() == Some("decision")));
        let acts: BTreeSet<_> = part.acts.iter().map(|act| &*act.action).collect();
        assert_eq!(acts, BTreeSet::from(["case.opened", "recipient.signed-in", "register-extract.ordered"]));
    }

    async fn it_says_how_far_it_has_come_while_it_is_made(portal: TestPortal) {
        let sender = portal.sender().await;
        for number in 0..41 {
            portal.send(&sender, &number.to_string(), 1).await;
        }
        let anna = portal.sign_in(0).await;
        let extract = portal.portal.order_register_extract(&anna).await.unwrap();
        let mut making = std::pin::pin!(portal.portal.make_register_extract(&anna, extract));
        let mut seen = Vec::new();
        let made = loop {
            let orders = portal.portal.register_extracts_of(&anna).await.unwrap();
            if let ExtractState::UnderWay { done, total } = orders[0].state
                && seen.last() != Some(&(done, total))
            {
                seen.push((done, total));
            }
            // A step at a time, none of which gathers twenty cases.
            if let Poll::Ready(made) = futures::poll!(making.as_mut()) {
                break made;
            }
        };
        made.unwrap();
        assert!(seen.starts_with(&[(0, 0), (0, 41), (20, 41), (40, 41)]), "{seen:?}");
        let orders = portal.portal.register_extracts_of(&anna).await.unwrap();
        assert!(matches!(orders[0].state, ExtractState::Ready { .. }));
    }

    async fn it_has_what_the_person_asked_for_without_what_was_written(portal: TestPortal) {
        let id = portal.organisation("Norrby kommun").await;
        let karin = portal.first_admin_of(id).await;
        let (system, secret) = portal.system(id, &Scope::ALL).await;
        let issued = portal.portal.issue_token(system, &secret, None, portal.request()).await.unwrap();
        let system = portal.portal.system_actor(&issued.token, portal.request()).await.unwrap();
        let case = portal.send(&system, "1", 1).await.deliveries[0].case;
        let anna = portal.sign_in(0).await;
        let new = NewDataRequest {
            form: portal.portal.new_request_form(),
            organisation: id,
            case: Some(case),
            kind: DataRequestKind::Rectification,
            text: "Fel adress".to_owned(),
        };
        let request = portal.portal.make_request(&anna, &new).await.unwrap();
        let part = opened(&portal.portal, &anna).await;
        let kept = &part.requests[0];
        assert_eq!((part.requests.len(), kept.id, kept.case), (1, request, Some(case)));
        assert_eq!((&*kept.organisation, kept.kind), ("Norrby kommun", DataRequestKind::Rectification));
        assert_eq!((kept.state, kept.received_at, kept.answered_at), (DataRequestState::Received, portal.now(), None));
        assert!(!serde_json::to_string(&part).unwrap().contains("Fel adress"));

        // What was answered since is handed out as it is by then, to nobody else.
        portal.portal.decline_request(&karin, request, "Den är rätt").await.unwrap();
        let handed = portal.portal.hand_out_requests(&anna).await.unwrap();
        assert_eq!((handed.len(), handed[0].request.state), (1, DataRequestState::Declined));
        let written = (handed[0].text.as_deref(), handed[0].extension.as_deref(), handed[0].answer.as_deref());
        assert_eq!(written, (Some("Fel adress"), None, Some("Den är rätt")));
        assert_eq!(part.requests_gone(&handed).count(), 0);
        assert_eq!(part.requests_gone(&[]).count(), 1);
        let bengt = portal.sign_in(1).await;
        assert!(portal.portal.hand_out_requests(&bengt).await.unwrap().is_empty());
    }

    async fn it_says_which_cases_are_closed_and_until_when_they_are_extended(portal: TestPortal) {
        let id = portal.organisation("Norrby kommun").await;
        let karin = portal.first_admin_of(id).await;
        let (system, secret) = portal.system(id, &Scope::ALL).await;
        let issued = portal.portal.issue_token(system, &secret, None, portal.request()).await.unwrap();
        let system = portal.portal.system_actor(&issued.token, portal.request()).await.unwrap();
        let case = portal.send(&system, "1", 1).await.deliveries[0].case;
        let anna = portal.sign_in(0).await;
        let of = async |portal: &TestPortal| opened(&portal.portal, &anna).await.cases.remove(0);
        let before = of(&portal).await;
        assert_eq!((before.closed_at, before.extended_until), (None, None));
        portal.portal.close_case(&karin, case).await.unwrap();
        let zone = jiff::tz::TimeZone::get("Europe/Stockholm").unwrap();
        let ends = before.deliveries[0].expires_at.to_jiff().to_zoned(zone).date();
        let last_day = ends.tomorrow().unwrap();
        portal.portal.extend_case(&karin, case, last_day, "Överklagat").await.unwrap();
        let after = of(&portal).await;
        assert_eq!(after.closed_at, Some(portal.now()));
        assert_eq!(after.extended_until, Some(after.deliveries[0].expires_at));
        assert!(after.extended_until.unwrap() > before.deliveries[0].expires_at);
        assert_eq!((before.extended_to, after.extended_to), (None, Some(last_day)));
    }

    async fn it_says_which_terms_the_person_accepted_and_needs_none(portal: TestPortal) {
        let mut portal = portal;
        let terms = Terms {
            version: "2026-11".to_owned(),
            swedish: "Du läser här.".to_owned(),
            english: "You read here.".to_owned(),
        };
        portal.settings.terms = Some(terms.clone());
        portal.portal = portal.another_node().await;
        let anna = portal.sign_in(0).await;
        assert!(opened(&portal.portal, &anna).await.terms.is_none());
        portal.portal.accept_terms(&anna, &terms.hash()).await.unwrap();
        portal.portal.withdraw_terms(&anna).await.unwrap();
        let kept = opened(&portal.portal, &anna).await.terms.unwrap();
        assert_eq!((&*kept.version, kept.hash), ("2026-11", terms.hash()));
        assert_eq!((kept.accepted_at, kept.withdrawn_at), (portal.now(), Some(portal.now())));
    }

    async fn it_has_nothing_of_anybody_else(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.send(&sender, "1", 2).await;
        let (anna, bengt) = (portal.sign_in(0).await, portal.sign_in(1).await);
        for person in [&anna, &bengt] {
            let inbox = portal.portal.inbox(person).await.unwrap();
            let case = portal.portal.case(person, inbox[0].case).await.unwrap();
            let document = crate::test_support::document_id(&case.messages[0].documents[0]);
            portal.view(person, document, None).await.unwrap();
        }
        // They were sent the same document, and each sees what they did with it themselves.
        let part = opened(&portal.portal, &anna).await;
        assert_eq!(part.cases.len(), 1);
        let viewed = part.acts.iter().filter(|act| act.action == "document.viewed").count();
        assert_eq!((viewed, part.sign_ins.len()), (1, 1));
        let sealed = serde_json::to_string(&part).unwrap();
        assert!(!sealed.contains(&*RecipientIdentifier::Number(number(1)).indexed()) && !sealed.contains("Testperson 1"));
    }

    async fn somebody_elses_and_no_extract_are_the_same(portal: TestPortal) {
        let (anna, bengt) = (portal.sign_in(0).await, portal.sign_in(1).await);
        let extract = made(&portal.portal, &anna).await;
        for (actor, id) in [(&bengt, extract), (&anna, portal.portal.0.ids.next())] {
            let refused = portal.portal.open_register_extract(actor, id).await;
            assert!(matches!(refused, Err(OpenExtractError::NotFound)));
            assert!(!portal.portal.may_hand_out(actor, id).await.unwrap());
        }
        assert!(matches!(
            portal.portal.make_register_extract(&bengt, extract).await,
            Err(MakeExtractError::Gone)
        ));
        assert!(portal.portal.register_extracts_of(&bengt).await.unwrap().is_empty());
        assert!(portal.portal.open_register_extract(&anna, extract).await.is_ok());
    }

    async fn a_sign_in_is_fresh_for_a_quarter_of_an_hour(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        let extract = made(&portal.portal, &anna).await;
        for minutes in [14, 1] {
            let is_fresh = portal.portal.is_sign_in_fresh(&anna).await.unwrap();
            assert!(is_fresh && portal.portal.open_register_extract(&anna, extract).await.is_ok());
            portal.clock.advance_millis(minutes * MINUTE);
            // Reading goes on.
            portal.portal.inbox(&anna).await.unwrap();
            portal.portal.may_hand_out(&anna, extract).await.unwrap();
        }
        assert!(!portal.portal.is_sign_in_fresh(&anna).await.unwrap());
        let refused = portal.portal.open_register_extract(&anna, extract).await;
        assert!(matches!(refused, Err(OpenExtractError::SignInAgain)));
        let again = portal.sign_in_to(&SessionKey::of(b"anew"), 0).await;
        assert!(portal.portal.open_register_extract(&again, extract).await.is_ok());
        assert_eq!(portal.audited("register-extract.downloaded").await, 3);
    }

    async fn after_a_day_it_is_gone_and_what_is_left_of_it_does_not_open(portal: TestPortal) {
        let extract = made(&portal.portal, &portal.sign_in(0).await).await;
        let sealed = entity::Entity::find().all(portal.portal.0.database.reader()).await.unwrap();
        let key = portal.portal.0.vault.extract_key(extract).await.unwrap().unwrap();
        let place = super::field(&extract);
        assert!(key.open_field(place, sealed[0].sealed.as_ref().unwrap()).is_ok());
        portal.clock.advance_millis(24 * HOUR - 1);
        let anna = portal.sign_in(0).await;
        assert!(portal.portal.open_register_extract(&anna, extract).await.is_ok());
        portal.clock.advance_millis(1);
        let refused = portal.portal.open_register_extract(&anna, extract).await;
        assert!(matches!(refused, Err(OpenExtractError::NotFound)));
        assert!(!portal.portal.may_hand_out(&anna, extract).await.unwrap());
        // A clock that goes back brings nothing back.
        portal.portal.run_jobs().await.unwrap();
        assert_eq!((portal.rows("register_extract").await, extract_keys(&portal).await), (0, 0));
        assert!(portal.portal.0.vault.extract_key(extract).await.unwrap().is_none());
    }

    async fn whoever_has_a_copy_of_the_vault_opens_nothing_after_the_day(portal: TestPortal) {
        let extract = made(&portal.portal, &portal.sign_in(0).await).await;
        // No job has deleted the rows, but the secret of the day is destroyed.
        portal.clock.advance_millis(48 * HOUR);
        let today = portal.now().day();
        portal.portal.0.vault.destroy_days_before(today).await.unwrap();
        assert_eq!(extract_keys(&portal).await, 1);
        assert!(portal.portal.0.vault.extract_key(extract).await.unwrap().is_none());
        portal.portal.0.vault.delete_rows_before(today).await.unwrap();
        assert_eq!(extract_keys(&portal).await, 0);
    }

    async fn it_lives_on_when_its_day_gets_another_secret(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        let extract = made(&portal.portal, &anna).await;
        let other = made(&portal.portal, &anna).await;
        // Destroyed before its day, so the day is compacted.
        portal.portal.0.vault.destroy_extract_keys(&[other]).await.unwrap();
        let compacted = portal.portal.0.vault.compact_marked_days().await.unwrap();
        assert_eq!(compacted.len(), 1);
        assert!(portal.portal.open_register_extract(&anna, extract).await.is_ok());
        let gone = portal.portal.open_register_extract(&anna, other).await;
        assert!(matches!(gone, Err(OpenExtractError::NotFound)));
    }

    async fn those_that_broke_off_do_not_use_up_the_days_orders_but_have_an_end_too(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        for _ in 0..7 {
            portal.portal.order_register_extract(&anna).await.unwrap();
            // Nobody makes it.
            portal.clock.advance(super::LEASE);
        }
        for _ in 0..3 {
            made(&portal.portal, &anna).await;
        }
        let refused = portal.portal.order_register_extract(&anna).await;
        assert!(matches!(refused, Err(OrderExtractError::TooMany)));
        portal.clock.advance(super::KEPT);
        let anna = portal.sign_in(0).await;
        for _ in 0..10 {
            portal.portal.order_register_extract(&anna).await.unwrap();
            portal.clock.advance(super::LEASE);
        }
        let refused = portal.portal.order_register_extract(&anna).await;
        assert!(matches!(refused, Err(OrderExtractError::TooMany)));
    }

    async fn one_is_under_way_at_most_and_a_few_are_ordered_in_a_day(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        let state = async || portal.portal.register_extracts_of(&anna).await.unwrap()[0].state;
        let first = portal.portal.order_register_extract(&anna).await.unwrap();
        let (one, two) = tokio::join!(
            portal.portal.order_register_extract(&anna),
            portal.portal.order_register_extract(&anna)
        );
        assert!(matches!(one, Err(OrderExtractError::UnderWay)) && matches!(two, Err(OrderExtractError::UnderWay)));
        assert_eq!(state().await, ExtractState::UnderWay { done: 0, total: 0 });
        portal.portal.make_register_extract(&anna, first).await.unwrap();
        assert!(matches!(state().await, ExtractState::Ready { .. }));
        made(&portal.portal, &anna).await;
        made(&portal.portal, &anna).await;
        let refused = portal.portal.order_register_extract(&anna).await;
        assert!(matches!(refused, Err(OrderExtractError::TooMany)));
        assert_eq!(portal.rows("register_extract").await, 3);
        assert_eq!(portal.audited("register-extract.ordered").await, 3);
        portal.clock.advance_millis(24 * HOUR);
        let anna = portal.sign_in(0).await;
        made(&portal.portal, &anna).await;
    }

    async fn an_order_whose_node_stopped_is_to_be_repeated(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        let lost = portal.portal.order_register_extract(&anna).await.unwrap();
        portal.clock.advance_millis(3 * MINUTE);
        assert_eq!(portal.portal.register_extracts_of(&anna).await.unwrap()[0].state, ExtractState::Broken);
        let again = portal.portal.order_register_extract(&anna).await.unwrap();
        // Should the node wake up, it makes nothing that nobody waits for.
        let late = portal.portal.make_register_extract(&anna, lost).await;
        assert!(matches!(late, Err(MakeExtractError::Gone)));
        portal.portal.make_register_extract(&anna, again).await.unwrap();
    }

    async fn when_the_session_ends_the_work_stops_and_says_so(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.send(&sender, "1", 1).await;
        let anna = portal.sign_in(0).await;
        let extract = portal.portal.order_register_extract(&anna).await.unwrap();
        portal.portal.delete_session(anna.session()).await.unwrap();
        let stopped = portal.portal.make_register_extract(&anna, extract).await;
        assert!(matches!(stopped, Err(MakeExtractError::SessionEnded)));
        let anna = portal.sign_in(0).await;
        assert_eq!(portal.portal.register_extracts_of(&anna).await.unwrap()[0].state, ExtractState::Broken);
        assert_eq!(extract_keys(&portal).await, 0);
    }

    async fn nothing_of_it_is_stored_in_clear(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut with_address = draft(1);
        with_address.recipients[0].email = Some("anna@example.com".to_owned());
        portal.send_all(&sender, "1", with_address, &[crate::test_support::PDF]).await.unwrap();
        let anna = portal.sign_in(0).await;
        made(&portal.portal, &anna).await;
        let mut stored = everything_stored(&portal.portal.0.database).await;
        stored.extend(everything_stored(portal.portal.0.vault.database()).await);
        let number = RecipientIdentifier::Number(number(0));
        for word in ["anna@example.com", "Testperson 0", &number.indexed(), "gathered_at", "Beslut om"] {
            assert!(!is_among(word, &stored), "{word}");
        }
    }

    async fn it_goes_with_the_person(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        made(&portal.portal, &anna).await;
        portal.portal.delete_session(anna.session()).await.unwrap();
        // Nothing is left of her, and nobody has asked for her for an hour.
        portal.clock.advance_millis(2 * HOUR);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!((portal.rows("register_extract").await, extract_keys(&portal).await), (0, 0));
        assert_eq!(portal.audited("recipient.forgotten").await, 1);
    }
}

/// Every column of the two databases that names a person who receives, and where an extract has what stands there. Whoever adds one says
/// so here, and gathers it or says why not.
const CONSIDERED: [(&str, &str, &str); 22] = [
    (
        "address_proof",
        "recipient_id",
        "person: unproven_email, and what the person did of it among acts",
    ),
    ("cases", "recipient_id", "cases"),
    ("data_request", "recipient_id", "requests"),
    ("delivery", "recipient_id", "cases: messages"),
    (
        "forgettable",
        "recipient_id",
        "nothing but that they may be forgotten, which is a duty of the portal's",
    ),
    (
        "hold",
        "recipient_id",
        "holds, where the organisation lets them be seen",
    ),
    ("mail_consent", "recipient_id", "person: mail_consent"),
    ("mail_refusal", "recipient_id", "person: mail_refused"),
    (
        "notification",
        "recipient_id",
        "nothing: a table that only an earlier version writes to",
    ),
    ("organisation_extract", "recipient_id", "organisation_extracts"),
    ("past_sign_in", "recipient_id", "sign_ins"),
    ("recipient_device", "recipient_id", "devices"),
    ("register_extract", "recipient_id", "extracts"),
    ("session", "recipient_id", "sessions"),
    ("terms_acceptance", "recipient_id", "terms"),
    ("unsent_notification", "person_id", "person: waiting_mails"),
    ("audit_event", "actor_id", "acts"),
    (
        "recipient",
        "id",
        "person: identifiers, name, email, own_email, unproven_email",
    ),
    ("recipient", "linked_to", "person: identifiers"),
    (
        "recipient_earlier_day",
        "recipient_id",
        "nothing: on which days keys of theirs were wrapped",
    ),
    (
        "recipient_index",
        "recipient_id",
        "nothing: keyed codes of the identifiers",
    ),
    ("extract_key", "extract_id", "extracts"),
];

#[tokio::test]
async fn every_table_that_names_a_recipient_is_considered() {
    let portal = TestPortal::on_sqlite().await;
    let mut found = BTreeSet::new();
    for database in [&portal.portal.0.database, portal.portal.0.vault.database()] {
        for (table, columns) in columns(database).await {
            for (column, _) in columns {
                let of_recipient = table == "recipient" && (column == "id" || column == "linked_to");
                let names = column.contains("recipient_id") || column.contains("person_id") || of_recipient;
                if names || (table == "audit_event" && column == "actor_id") || column == "extract_id" {
                    found.insert((table.clone(), column));
                }
            }
        }
    }
    let considered: BTreeSet<_> = CONSIDERED
        .iter()
        .map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned()))
        .collect();
    assert_eq!(found, considered);
}
