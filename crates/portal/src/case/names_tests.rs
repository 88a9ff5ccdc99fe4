//! Whose names a person reads where their case tells of what staff did: those of an organisation that lets them, and none else.

use sea_orm::{ConnectionTrait, Statement};

use super::decision_tests::{case_of, day, norrby};
use super::{CaseAct, CaseActKind};
use crate::test_support::{Norrby, TestPortal, number, on_both_databases, policy_of};
use crate::{
    Denied, MessageReceipt, NewOrganisationExtract, OrganisationExtract, RecipientActor, Role, StaffActor,
    organisation_extract_json, register_extract_json,
};

const KARIN: &str = "Karin Ödegård";
const OLLE: &str = "Olle Berg";

/// What everybody of an organisation can do to a case: Karin decides on other rules, a system closes it, Olle opens it again, Karin
/// extends it and makes an extract.
async fn all_of_it(test: &TestPortal) -> (Norrby, MessageReceipt, StaffActor) {
    let norrby = norrby(test).await;
    let sent = norrby.send_as(test, Some("file"), None).await;
    let olle = test
        .member(&norrby.admin(test).await, "olle@norrby.example", Role::Admin)
        .await;
    test.clock.advance_millis(1_000);
    norrby.decide(test, policy_of(12)).await;
    test.clock.advance_millis(1_000);
    let case = case_of(&sent);
    test.portal.close_case_by_system(&norrby.system, case).await.unwrap();
    test.clock.advance_millis(1_000);
    test.portal.reopen_case(&olle, case).await.unwrap();
    test.clock.advance_millis(1_000);
    norrby.extend(test, &sent, day(test, 20)).await.unwrap();
    test.clock.advance_millis(1_000);
    extract(test, &norrby.admin(test).await).await;
    (norrby, sent, olle)
}

async fn extract(test: &TestPortal, admin: &StaffActor) -> OrganisationExtract {
    let new = NewOrganisationExtract {
        form: test.portal.new_extract_form(),
        number: number(0),
        reason: "Begäran per brev".to_owned(),
    };
    let made = test.portal.make_organisation_extract(admin, &new).await;
    made.unwrap().unwrap()
}

async fn acts(test: &TestPortal, anna: &RecipientActor, sent: &MessageReceipt) -> Vec<CaseAct> {
    let mut acts = test.portal.case_history(anna, case_of(sent)).await.unwrap().acts;
    // What earlier looks of this test left.
    acts.retain(|act| act.what != CaseActKind::HistorySeen);
    acts
}

/// The names that the case tells, of what was done by whom.
async fn told(test: &TestPortal, anna: &RecipientActor, sent: &MessageReceipt) -> Vec<(&'static str, Vec<String>)> {
    let acts = acts(test, anna, sent).await.into_iter().map(|act| {
        let what = match act.what {
            CaseActKind::RulesDecided { .. } => "rules",
            CaseActKind::ExtractMade => "extract",
            CaseActKind::CaseExtended { .. } => "extended",
            CaseActKind::CaseReopened => "reopened",
            CaseActKind::CaseClosed => "closed",
            CaseActKind::Sent { .. } => "sent",
            _ => "else",
        };
        (what, act.by)
    });
    acts.collect()
}

on_both_databases! {
    async fn a_case_names_staff_where_their_organisation_lets_recipients_know_and_systems_never(test: TestPortal) {
        let (norrby, sent, olle) = all_of_it(&test).await;
        let anna = test.sign_in(0).await;
        let kinds = ["extract", "extended", "reopened", "closed", "rules", "sent"];
        let nobody = kinds.map(|what| (what, Vec::<String>::new()));
        assert_eq!(told(&test, &anna, &sent).await, nobody);
        assert!(!test.portal.shows_staff_names(&olle).await.unwrap());
        // What another organisation decides has no effect.
        let soderby = test.organisation("Söderby kommun").await;
        let other = test.first_admin_of(soderby).await;
        test.portal.show_staff_names(&other, true).await.unwrap();
        assert_eq!(told(&test, &anna, &sent).await, nobody);
        test.portal.show_staff_names(&norrby.admin(&test).await, true).await.unwrap();
        assert!(test.portal.shows_staff_names(&olle).await.unwrap());
        let named = [
            ("extract", vec![KARIN.to_owned()]),
            ("extended", vec![KARIN.to_owned()]),
            ("reopened", vec![OLLE.to_owned()]),
            ("closed", Vec::new()),
            ("rules", vec![KARIN.to_owned()]),
            ("sent", Vec::new()),
        ];
        assert_eq!(told(&test, &anna, &sent).await, named);
        // Who is shut out has the name still.
        let karin = norrby.admin(&test).await;
        test.portal.deactivate_staff(&karin, olle.staff_id()).await.unwrap();
        assert_eq!(told(&test, &anna, &sent).await, named);
        test.portal.show_staff_names(&karin, false).await.unwrap();
        assert_eq!(told(&test, &anna, &sent).await, nobody);
        assert_eq!(test.audited("staff.names-shown-changed").await, 3);
        let details: Vec<_> = test.audit_log().await.into_iter()
            .filter(|row| row.action == "staff.names-shown-changed" && row.organisation_id == Some(*norrby.id.as_uuid()))
            .map(|row| row.detail)
            .collect();
        assert_eq!(details, [Some("shown".to_owned()), Some("hidden".to_owned())]);
    }

    async fn whose_account_is_gone_is_a_staff_member_without_a_name(test: TestPortal) {
        let (norrby, sent, _) = all_of_it(&test).await;
        test.portal.show_staff_names(&norrby.admin(&test).await, true).await.unwrap();
        let transaction = test.portal.0.database.write().await.unwrap();
        let gone = uuid::Uuid::from_u128(1);
        let backend = test.portal.0.database.backend();
        for sql in ["UPDATE organisation_extract SET made_by = $1", "UPDATE retention_policy SET decided_by = $1"] {
            transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [gone.into()])).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let anna = test.sign_in(0).await;
        let told = told(&test, &anna, &sent).await;
        assert_eq!((&told[4], &told[0]), (&("rules", Vec::new()), &("extract", Vec::new())));
        assert_eq!(told[1], ("extended", vec![KARIN.to_owned()]));
    }

    async fn extracts_name_staff_by_the_same_rule(test: TestPortal) {
        let (norrby, _, _) = all_of_it(&test).await;
        let anna = test.sign_in(0).await;
        for shown in [false, true, false] {
            let karin = norrby.admin(&test).await;
            test.portal.show_staff_names(&karin, shown).await.unwrap();
            let by = shown.then(|| KARIN.to_owned());
            let made = test.portal.extracts_by_organisations(&anna).await.unwrap();
            assert!(made.iter().all(|made| made.made_by == by) && !made.is_empty(), "{made:?}");
            let own = test.portal.order_register_extract(&anna).await.unwrap();
            test.portal.make_register_extract(&anna, own).await.unwrap();
            let part = test.portal.open_register_extract(&anna, own).await.unwrap();
            assert_eq!(part.organisation_extracts, made);
            assert_eq!(register_extract_json(&part, &[], &[], test.now()).contains(KARIN), shown);
            let handed_on = organisation_extract_json(&extract(&test, &karin).await);
            assert_eq!([KARIN, OLLE].map(|name| handed_on.contains(name)), [shown, shown], "{handed_on}");
            assert!(handed_on.contains("\"kind\": \"staff\""));
        }
    }

    async fn admins_alone_decide_soon_after_they_proved_who_they_are(test: TestPortal) {
        let karin = test.first_admin().await;
        for role in [Role::Sender, Role::Auditor] {
            let colleague = test.member(&karin, &format!("{role}@norrby.example"), role).await;
            let refused = test.portal.show_staff_names(&colleague, true).await;
            assert!(matches!(refused, Err(crate::ChangeStaffError::Denied(Denied::Forbidden))), "{role}");
            assert_eq!(test.portal.shows_staff_names(&colleague).await.is_ok(), role == Role::Auditor);
        }
        test.clock.advance_millis(5 * 60_000);
        let karin = test.staff_in(karin.session()).await.unwrap();
        let stale = test.portal.show_staff_names(&karin, true).await;
        assert!(matches!(stale, Err(crate::ChangeStaffError::Denied(Denied::StepUpNeeded))));
        assert!(!test.portal.shows_staff_names(&karin).await.unwrap());
    }
}
