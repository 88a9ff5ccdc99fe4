//! What an organisation's extract has, what never, and who may make one.

use std::time::Duration;

use base::OrganisationId;
use uuid::Uuid;

use super::tests::opened;
use super::{
    DeliveryState, Handed, LeftOut, NewOrganisationExtract, ORGANISATION_EXTRACTS_A_DAY, OrganisationExtract,
    OrganisationExtractError, RegisterPart, organisation_extract_json, register_extract_json,
};
use crate::test_support::{
    PASSWORD, PDF, TestPortal, draft, everything_stored, is_among, number, on_both_databases, secret,
};
use crate::{
    CaseActKind, DataRequestKind, Denied, HoldScope, ListPart, MessageReceipt, NewDataRequest, NewHold, RecipientActor,
    RecipientIdentifier, Role, Scope, StaffActor, SystemActor,
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WHY: &str = "Begäran per brev, dnr 2026-17";

/// An organisation with a system and an admin.
struct Sender {
    id: OrganisationId,
    system: SystemActor,
    admin: StaffActor,
}

impl Sender {
    async fn new(test: &TestPortal, name: &str) -> Self {
        let id = test.organisation(name).await;
        let admin = test.first_admin_of(id).await;
        let (system, secret) = test.system(id, &Scope::ALL).await;
        let issued = test
            .portal
            .issue_token(system, &secret, None, test.request())
            .await
            .unwrap();
        Self {
            id,
            system: test.portal.system_actor(&issued.token, test.request()).await.unwrap(),
            admin,
        }
    }

    async fn send(&self, test: &TestPortal, title: &str, recipients: usize) -> MessageReceipt {
        let mut draft = draft(recipients);
        draft.title = title.to_owned();
        draft.recipients[0].email = Some(format!("{}@example.se", self.id));
        let key = test.portal.new_extract_form();
        // The order of time is that of ids.
        test.clock.advance_millis(1);
        test.send_all(&self.system, &key.to_string(), draft, &[PDF])
            .await
            .unwrap()
    }

    async fn extract(&self, test: &TestPortal, person: usize) -> Option<OrganisationExtract> {
        test.portal
            .make_organisation_extract(&self.admin, &about(test, person))
            .await
            .unwrap()
    }
}

fn about(test: &TestPortal, person: usize) -> NewOrganisationExtract {
    NewOrganisationExtract {
        form: test.portal.new_extract_form(),
        number: number(person),
        reason: WHY.to_owned(),
    }
}

/// Opens the person's case, and looks at its document.
async fn read(test: &TestPortal, person: &RecipientActor, receipt: &MessageReceipt, place: usize) {
    test.portal.case(person, receipt.deliveries[place].case).await.unwrap();
    let document = test.only_document(person, &receipt.deliveries[place]).await;
    test.view(person, document, None).await.unwrap();
}

/// Every id of an organisation that stands in the database beside its own: of cases, messages, documents and so on.
async fn ids_of(test: &TestPortal, organisation: OrganisationId) -> Vec<Uuid> {
    use sea_orm::{ConnectionTrait, Statement};
    let database = &test.portal.0.database;
    let mut ids = vec![*organisation.as_uuid()];
    for sql in [
        "SELECT id FROM cases WHERE organisation_id = $1",
        "SELECT id FROM message WHERE organisation_id = $1",
        "SELECT id FROM delivery WHERE organisation_id = $1",
        "SELECT document.id FROM document JOIN message ON message.id = document.message_id \
         WHERE message.organisation_id = $1",
        "SELECT id FROM data_request WHERE organisation_id = $1",
        "SELECT id FROM hold WHERE organisation_id = $1",
        "SELECT id FROM staff_member WHERE organisation_id = $1",
        "SELECT id FROM system WHERE organisation_id = $1",
        "SELECT id FROM organisation_extract WHERE organisation_id = $1",
        "SELECT target_id FROM audit_event WHERE organisation_id = $1 AND target_id IS NOT NULL \
         AND target_kind <> 'recipient'",
    ] {
        let values = [(*organisation.as_uuid()).into()];
        let question = Statement::from_sql_and_values(database.backend(), sql, values);
        let rows = database.reader().query_all_raw(question).await.unwrap();
        assert!(!rows.is_empty(), "{sql}");
        ids.extend(rows.iter().map(|row| row.try_get_by_index::<Uuid>(0).unwrap()));
    }
    ids
}

/// Everything that can happen between an organisation and person 0.
async fn all_of_it(test: &TestPortal, sender: &Sender, anna: &RecipientActor, title: &str) -> MessageReceipt {
    let receipt = sender.send(test, title, 2).await;
    let revoked = sender.send(test, &format!("{title}, fel"), 1).await;
    test.portal.revoke_message(&sender.system, revoked.id).await.unwrap();
    read(test, anna, &receipt, 0).await;
    let new = NewDataRequest {
        form: test.portal.new_request_form(),
        organisation: sender.id,
        case: None,
        kind: DataRequestKind::Rectification,
        text: format!("Rätta {title}"),
    };
    let request = test.portal.make_request(anna, &new).await.unwrap();
    test.portal
        .decline_request(&sender.admin, request, "Det är rätt.")
        .await
        .unwrap();
    let zone = jiff::tz::TimeZone::get("Europe/Stockholm").unwrap();
    let review_on = test.now().to_jiff().to_zoned(zone).date().tomorrow().unwrap();
    let hold = NewHold {
        form: test.portal.new_hold_form(),
        case: receipt.deliveries[0].case,
        scope: HoldScope::Recipient,
        reason: format!("Tvist om {title}"),
        review_on: Some(review_on),
    };
    test.portal.place_hold(&sender.admin, &hold).await.unwrap();
    test.portal
        .staff_case(&sender.admin, receipt.deliveries[0].case)
        .await
        .unwrap();
    receipt
}

on_both_databases! {
    async fn it_has_what_the_organisation_has_registered_and_no_content(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let anna = test.sign_in(0).await;
        let receipt = all_of_it(&test, &norrby, &anna, "Beslut").await;
        let extract = norrby.extract(&test, 0).await.unwrap();
        assert_eq!((&*extract.organisation, extract.made_at, extract.is_cut), ("Norrby kommun", test.now(), false));
        assert_eq!(extract.cases.len(), 2);
        let of = |state| extract.cases.iter().flat_map(|case| &case.deliveries).filter(|it| it.state == state).count();
        assert_eq!((of(DeliveryState::Readable), of(DeliveryState::Revoked)), (1, 1));
        let case = &extract.cases[0];
        assert_eq!(case.id, receipt.deliveries[0].case);
        assert_eq!(case.deliveries[0].opened_at, Some(test.now()));
        assert_eq!(case.deliveries[0].documents.len(), 1);
        // Of what can be read, what staff see on the page of the case; of what can't, nothing.
        let shown = &extract.shown[0].messages[0];
        assert_eq!(shown.title.as_deref(), Some("Beslut"));
        assert!(shown.text == Handed::Left(LeftOut::OnlyForThePerson));
        assert!(shown.documents[0].handed == Handed::Left(LeftOut::OnlyForThePerson) && shown.documents[0].name.is_none());
        assert!(extract.shown[1].messages.is_empty());
        let request = &extract.requests[0];
        assert_eq!((request.text.as_deref(), request.answer.as_deref()), (Some("Rätta Beslut"), Some("Det är rätt.")));

        let acts: Vec<_> = extract.acts.iter().map(|act| (&*act.action, &*act.actor_kind, act.actor.as_deref())).collect();
        for act in [
            ("message.sent", "system", Some("ärendesystem")),
            ("message.revoked", "system", Some("ärendesystem")),
            ("case.opened", "recipient", None),
            ("document.viewed", "recipient", None),
            ("data-request.received", "recipient", None),
            ("data-request.declined", "staff", None),
            ("cases.listed", "staff", None),
        ] {
            assert!(acts.contains(&act), "{act:?} in {acts:?}");
        }
        // Who the person is in the portal is told nowhere.
        let json = organisation_extract_json(&extract);
        assert!(!json.contains(&anna.recipient_id().as_uuid().to_string()), "{json}");
    }

    async fn what_organisations_did_is_in_the_persons_own_as_their_logs_have_it(test: TestPortal) {
        let (norrby, soderby) = (Sender::new(&test, "Norrby kommun").await, Sender::new(&test, "Söderby kommun").await);
        let (anna, bengt) = (test.sign_in(0).await, test.sign_in(1).await);
        let receipt = all_of_it(&test, &norrby, &anna, "Beslut").await;
        read(&test, &bengt, &receipt, 1).await;
        soderby.send(&test, "Kallelse", 1).await;
        test.portal.show_holds(&norrby.admin, false).await.unwrap();
        let part = opened(&test.portal, &anna).await;
        let acts = |part: &RegisterPart, place: usize| -> Vec<(String, String)> {
            let acts = part.organisation_acts[place].acts.iter();
            acts.map(|act| (act.action.clone(), act.actor_kind.clone())).collect()
        };
        assert_eq!(part.organisation_acts.len(), 2);
        assert_eq!(part.organisation_acts[1].organisation, "Söderby kommun");
        let by = |action: &str, kind: &str| (action.to_owned(), kind.to_owned());
        assert_eq!(acts(&part, 1), [by("message.sent", "system")]);
        let norrbys = acts(&part, 0);
        for act in [by("message.sent", "system"), by("message.revoked", "system"), by("data-request.declined", "staff")] {
            assert!(norrbys.contains(&act), "{act:?} in {norrbys:?}");
        }
        // What they did themselves is among their own acts, and what Bengt did with the same is his.
        assert!(norrbys.iter().all(|(action, kind)| kind != "recipient" && action != "hold.placed"), "{norrbys:?}");

        test.portal.show_holds(&norrby.admin, true).await.unwrap();
        let part = opened(&test.portal, &anna).await;
        assert!(acts(&part, 0).contains(&by("hold.placed", "staff")));
        let json = register_extract_json(&part, &[], &[], test.now());
        let file: serde_json::Value = serde_json::from_str(&json).unwrap();
        let told = file["organisation_acts"].as_array().unwrap();
        let sent = told.iter().find(|act| act["action"] == "message.sent" && act["organisation"] == "Norrby kommun");
        assert_eq!(sent.unwrap()["by"], serde_json::json!({"kind": "system", "name": "ärendesystem"}));
        assert!(!json.contains("Tvist"), "{json}");
    }

    async fn holds_are_in_it_where_the_person_may_see_them(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let anna = test.sign_in(0).await;
        all_of_it(&test, &norrby, &anna, "Beslut").await;
        let holds = |extract: &OrganisationExtract| {
            let acts = extract.acts.iter().filter(|act| act.action.starts_with("hold.")).count();
            (extract.holds.len(), acts, extract.cases.iter().filter(|case| case.held).count())
        };
        assert_eq!(holds(&norrby.extract(&test, 0).await.unwrap()), (0, 0, 0));
        test.portal.show_holds(&norrby.admin, true).await.unwrap();
        let extract = norrby.extract(&test, 0).await.unwrap();
        assert_eq!(holds(&extract), (1, 1, 2));
        assert!(!organisation_extract_json(&extract).contains("Tvist"));
        // Lifted, it keeps everything for seven days more.
        let hold = test.portal.holds(&norrby.admin, ListPart::Beginning).await.unwrap().standing[0].id;
        test.portal.lift_hold(&norrby.admin, hold, "Över").await.unwrap();
        let until = Some(test.now() + Duration::from_secs(7 * 86_400));
        let extract = norrby.extract(&test, 0).await.unwrap();
        assert_eq!(holds(&extract), (1, 2, 2));
        assert!(extract.holds[0].until == until && extract.cases.iter().all(|case| case.held_until == until));
    }

    async fn nothing_of_another_organisation_nor_of_the_portals_is_in_it(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let soderby = Sender::new(&test, "Söderby kommun").await;
        let anna = test.sign_in(0).await;
        for (sender, title) in [(&norrby, "Beslut i Norrby"), (&soderby, "Beslut i Söderby")] {
            test.portal.show_holds(&sender.admin, true).await.unwrap();
            all_of_it(&test, sender, &anna, title).await;
            sender.extract(&test, 0).await.unwrap();
        }
        for (own, other, title) in [(&norrby, &soderby, "Söderby"), (&soderby, &norrby, "Norrby")] {
            let json = organisation_extract_json(&own.extract(&test, 0).await.unwrap());
            for id in ids_of(&test, other.id).await {
                assert!(!json.contains(&id.to_string()), "{id} in {json}");
            }
            let file: serde_json::Value = serde_json::from_str(&json).unwrap();
            for portals in ["sessions", "devices", "sign_ins", "terms", "extracts", "organisation_extracts"] {
                assert!(file[portals].is_null(), "{portals} in {json}");
            }
            for portals in ["name", "email", "mail_refused", "waiting_mails"] {
                assert!(file["person"][portals].is_null(), "{portals} in {json}");
            }
            for never in [title, "Testperson", "@example.se", "192.0.2.7", PDF_NAME] {
                assert!(!json.contains(never), "{never} in {json}");
            }
            assert!(json.contains(&*RecipientIdentifier::Number(number(0)).indexed()));
        }
    }

    async fn who_was_sent_the_same_is_not_in_it(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let receipt = norrby.send(&test, "Beslut", 2).await;
        let (anna, bengt) = (test.sign_in(0).await, test.sign_in(1).await);
        read(&test, &anna, &receipt, 0).await;
        test.clock.advance_millis(1);
        read(&test, &bengt, &receipt, 1).await;
        let bengts = norrby.extract(&test, 1).await.unwrap();
        assert_eq!(bengts.cases.len(), 1);
        let read_at: Vec<_> = bengts.acts.iter().filter(|act| act.action == "document.viewed").map(|act| act.at).collect();
        assert_eq!(read_at, [test.now()]);
        let json = organisation_extract_json(&bengts);
        for annas in [receipt.deliveries[0].case.to_string(), receipt.deliveries[0].delivery.to_string()] {
            assert!(!json.contains(&annas), "{annas} in {json}");
        }
    }

    async fn who_is_known_to_others_alone_and_who_to_nobody_are_the_same(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let soderby = Sender::new(&test, "Söderby kommun").await;
        soderby.send(&test, "Beslut", 1).await;
        test.sign_in(0).await;
        for person in [0, 2] {
            assert!(norrby.extract(&test, person).await.is_none());
        }
        // The organisation's log names nobody either.
        let log = test.audit_log().await;
        let told: Vec<_> = log.iter().filter(|row| row.action == "register-extract.nothing-found").collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|row| row.target_id.is_none() && row.organisation_id == Some(*norrby.id.as_uuid())));
        assert_eq!(test.audited("register-extract.made-by-organisation").await, 0);
        let listed = test.portal.organisation_extracts(&norrby.admin).await.unwrap();
        assert!(listed.made.len() == 2 && listed.made.iter().all(|made| !made.found));
        // And nobody whom they don't have anything about is told.
        let anna = test.sign_in(0).await;
        assert!(test.portal.extracts_by_organisations(&anna).await.unwrap().is_empty());
    }

    async fn of_whom_the_log_tells_still_there_is_something_when_the_last_case_is_gone(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let soderby = Sender::new(&test, "Söderby kommun").await;
        let receipt = norrby.send(&test, "Beslut", 1).await;
        let others = soderby.send(&test, "Beslut", 1).await;
        norrby.extract(&test, 0).await.unwrap();
        test.portal.revoke_message(&norrby.system, receipt.id).await.unwrap();
        test.clock.advance_millis(2_000);
        test.portal.run_jobs().await.unwrap();
        assert_eq!((test.audited("message.purged").await, test.audited("recipient.forgotten").await), (1, 0));
        let extract = norrby.extract(&test, 0).await.unwrap();
        assert!(extract.cases.is_empty() && extract.requests.is_empty() && extract.holds.is_empty());
        assert_eq!(extract.acts.iter().map(|act| &*act.action).collect::<Vec<_>>(), ["register-extract.made-by-organisation"]);
        let json = organisation_extract_json(&extract);
        for theirs in [others.id.to_string(), others.deliveries[0].case.to_string(), "Söderby".to_owned()] {
            assert!(!json.contains(&theirs), "{theirs} in {json}");
        }
    }

    async fn it_is_in_the_log_with_the_reason_sealed_before_it_is_given(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        norrby.send(&test, "Beslut", 1).await;
        let anna = test.sign_in(0).await;
        test.no_audit(true).await;
        let refused = test.portal.make_organisation_extract(&norrby.admin, &about(&test, 0)).await;
        assert!(matches!(refused, Err(OrganisationExtractError::Fault(_))));
        test.no_audit(false).await;
        assert_eq!(test.rows("organisation_extract").await, 0);

        let made = norrby.extract(&test, 0).await.unwrap();
        let log = test.audit_log().await;
        let row = log.iter().find(|row| row.action == "register-extract.made-by-organisation").unwrap();
        assert_eq!(row.target_id, Some(*anna.recipient_id().as_uuid()));
        assert_eq!(row.detail, Some(made.id.to_string()));
        assert_eq!((row.actor_id, row.organisation_id), (Some(*norrby.admin.staff_id().as_uuid()), Some(*norrby.id.as_uuid())));
        let listed = test.portal.organisation_extracts(&norrby.admin).await.unwrap();
        assert_eq!((&*listed.made[0].reason, listed.made[0].made_by.as_deref()), (WHY, Some("Karin Ödegård")));
        let mut stored = everything_stored(&test.portal.0.database).await;
        stored.extend(everything_stored(test.portal.0.vault.database()).await);
        for word in [WHY, &*RecipientIdentifier::Number(number(0)).indexed(), "made_by"] {
            assert!(!is_among(word, &stored), "{word}");
        }
        // Another organisation sees nothing of it.
        let soderby = Sender::new(&test, "Söderby kommun").await;
        assert!(test.portal.organisation_extracts(&soderby.admin).await.unwrap().made.is_empty());
    }

    async fn the_person_sees_who_made_one_and_when(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let soderby = Sender::new(&test, "Söderby kommun").await;
        let at_norrby = norrby.send(&test, "Beslut", 2).await.deliveries[0].case;
        let at_soderby = soderby.send(&test, "Beslut", 1).await.deliveries[0].case;
        norrby.extract(&test, 0).await.unwrap();
        let made_at = test.now();
        test.clock.advance_millis(MINUTE);
        let later = norrby.send(&test, "Senare", 1).await.deliveries[0].case;
        let anna = test.sign_in(0).await;
        let told = test.portal.extracts_by_organisations(&anna).await.unwrap();
        assert_eq!(told.iter().map(|it| (&*it.organisation, it.made_at)).collect::<Vec<_>>(), [("Norrby kommun", made_at)]);
        let in_history = async |case| {
            let history = test.portal.case_history(&anna, case).await.unwrap();
            let made = history.acts.into_iter().filter(|act| act.what == CaseActKind::ExtractMade);
            made.map(|act| act.at).collect::<Vec<_>>()
        };
        assert_eq!(in_history(at_norrby).await, [made_at]);
        assert!(in_history(at_soderby).await.is_empty() && in_history(later).await.is_empty());
        let own = test.portal.order_register_extract(&anna).await.unwrap();
        test.portal.make_register_extract(&anna, own).await.unwrap();
        let part = test.portal.open_register_extract(&anna, own).await.unwrap();
        assert_eq!(part.organisation_extracts, told);
        let bengt = test.sign_in(1).await;
        assert!(test.portal.extracts_by_organisations(&bengt).await.unwrap().is_empty());
    }

    async fn admins_alone_make_them_soon_after_they_proved_who_they_are(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        norrby.send(&test, "Beslut", 1).await;
        for role in [Role::Sender, Role::Auditor] {
            let colleague = test.member(&norrby.admin, &format!("{role}@norrby.example"), role).await;
            let refused = test.portal.make_organisation_extract(&colleague, &about(&test, 0)).await;
            assert!(matches!(refused, Err(OrganisationExtractError::Denied(Denied::Forbidden))));
            let refused = test.portal.organisation_extracts(&colleague).await;
            assert!(matches!(refused, Err(OrganisationExtractError::Denied(Denied::Forbidden))));
        }
        assert_eq!(test.audited("staff.denied").await, 4);
        test.clock.advance_millis(5 * MINUTE);
        let karin = test.staff_in(norrby.admin.session()).await.unwrap();
        let stale = test.portal.make_organisation_extract(&karin, &about(&test, 0)).await;
        assert!(matches!(stale, Err(OrganisationExtractError::Denied(Denied::StepUpNeeded))));
        assert_eq!(test.rows("organisation_extract").await, 0);
        test.portal.confirm_staff(&karin, &secret(PASSWORD), "").await.unwrap();
        let karin = test.staff_in(norrby.admin.session()).await.unwrap();
        assert!(test.portal.make_organisation_extract(&karin, &about(&test, 0)).await.unwrap().is_some());
    }

    async fn a_form_counts_once_and_a_reason_is_one_line(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        norrby.send(&test, "Beslut", 1).await;
        let new = about(&test, 0);
        for reason in ["", " ", "två\nrader", &"x".repeat(201)] {
            let wrong = NewOrganisationExtract { reason: reason.to_owned(), ..new.clone() };
            let refused = test.portal.make_organisation_extract(&norrby.admin, &wrong).await;
            assert!(matches!(refused, Err(OrganisationExtractError::InvalidReason)), "{reason}");
        }
        let (one, two) = tokio::join!(
            test.portal.make_organisation_extract(&norrby.admin, &new),
            test.portal.make_organisation_extract(&norrby.admin, &new)
        );
        let results = [one, two];
        assert_eq!(results.iter().filter(|result| matches!(result, Ok(Some(_)))).count(), 1);
        assert_eq!(results.iter().filter(|result| matches!(result, Err(OrganisationExtractError::FormUsed))).count(), 1);
        assert_eq!(test.audited("register-extract.made-by-organisation").await, 1);
        // The form of another organisation is none of this one's.
        let soderby = Sender::new(&test, "Söderby kommun").await;
        soderby.send(&test, "Beslut", 1).await;
        assert!(test.portal.make_organisation_extract(&soderby.admin, &new).await.unwrap().is_some());
    }

    async fn as_many_as_a_day_has_and_no_more(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        for _ in 0..ORGANISATION_EXTRACTS_A_DAY {
            assert!(norrby.extract(&test, 0).await.is_none());
        }
        let refused = test.portal.make_organisation_extract(&norrby.admin, &about(&test, 0)).await;
        assert!(matches!(refused, Err(OrganisationExtractError::TooMany)));
        let soderby = Sender::new(&test, "Söderby kommun").await;
        assert!(soderby.extract(&test, 0).await.is_none());
    }

    async fn that_it_was_made_goes_with_the_person_and_with_the_log(test: TestPortal) {
        let norrby = Sender::new(&test, "Norrby kommun").await;
        let receipt = norrby.send(&test, "Beslut", 1).await;
        norrby.extract(&test, 0).await.unwrap();
        // About nobody, so that it goes with time alone.
        assert!(norrby.extract(&test, 2).await.is_none());
        test.portal.revoke_message(&norrby.system, receipt.id).await.unwrap();
        test.clock.advance_millis(2 * 60 * MINUTE);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("recipient.forgotten").await, 1);
        assert_eq!(test.rows("organisation_extract").await, 1);
        let days = i64::from(test.settings.audit_retention_days);
        test.clock.advance_millis((days - 1) * DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.rows("organisation_extract").await, 1);
        test.clock.advance_millis(2 * DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.rows("organisation_extract").await, 0);
    }
}

/// The name of the file in [`draft`].
const PDF_NAME: &str = "beslut.pdf";

#[test]
fn what_an_earlier_version_gathered_is_opened_still() {
    let empty = serde_json::json!({
        "gathered_at": 1, "identifiers": [], "name": null, "email": null, "mail_refused_at": null, "waiting_mails": [],
        "sessions": [], "devices": [], "sign_ins": [], "terms": null, "requests": [], "holds": [], "cases": [],
        "acts": [], "extracts": [], "is_cut": false,
    });
    let part: RegisterPart = serde_json::from_value(empty).unwrap();
    assert!(part.organisation_extracts.is_empty());
}
