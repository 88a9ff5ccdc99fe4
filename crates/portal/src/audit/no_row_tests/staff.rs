//! What staff do, and what is shown to them.

use jiff::civil::Date;

use super::{act, acts, each_is_done_with_its_row_alone};
use crate::test_support::{
    Norrby, PASSWORD, TestPortal, new_member, on_both_databases, policy_of, secret, whatever_goes,
};
use crate::{
    DataRequestKind, HoldScope, ListPart, NewDataRequest, Role, SeenNotices, SessionKey, SignInRules, StaffActor,
    Validity, WebhookAddress,
};

/// Somebody else of the organisation.
pub(super) async fn colleague(test: &TestPortal, admin: &StaffActor, name: &str) -> StaffActor {
    test.member(admin, &format!("{name}@norrby.example"), Role::Sender)
        .await
}

on_both_databases! {
    async fn nothing_is_done_or_shown_of_what_was_sent_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (admin, portal) = (norrby.admin(&test).await, &test.portal);
        let sent = norrby.send(&test, 1, 30).await;
        let held = norrby.hold(&test, &sent, HoldScope::Case).await;
        let case = sent.deliveries[0].case;
        let closed = norrby.send(&test, 1, 30).await.deliveries[0].case;
        portal.close_case(&admin, closed).await.unwrap();
        let person = test.sign_in(0).await;
        let mut requests = Vec::new();
        for _ in 0..3 {
            let new = NewDataRequest {
                form: portal.new_request_form(),
                organisation: norrby.id,
                case: None,
                kind: DataRequestKind::Erasure,
                text: String::new(),
            };
            requests.push(portal.make_request(&person, &new).await.unwrap());
        }
        let last_day: Date = "2026-12-31".parse().unwrap();

        each_is_done_with_its_row_alone(&test, acts! {
            CasesListed: portal.staff_case(&admin, case);
            CaseExtended: portal.extend_case(&admin, case, last_day, "Överklagat");
            CaseClosed: portal.close_case(&admin, case);
            CaseReopened: portal.reopen_case(&admin, closed);
            HoldsListed: portal.holds(&admin, ListPart::Beginning);
            CasesListed: portal.hold(&admin, held);
            CasesListed: portal.case_to_hold(&admin, case);
            HoldsShownChanged: portal.show_holds(&admin, true);
            StaffNamesShownChanged: portal.show_staff_names(&admin, true);
            DataRequestsListed: portal.data_requests(&admin, ListPart::Beginning);
            DataRequestsListed: portal.data_request(&admin, requests[0]);
            DataRequestTakenUp: portal.take_up_request(&admin, requests[0]);
            DataRequestExtended: portal.extend_request(&admin, requests[1], "Många ärenden");
            DataRequestDeclined: portal.decline_request(&admin, requests[2], "Det ska sparas enligt lag");
        })
        .await;
    }

    async fn no_colleague_and_no_rule_of_theirs_is_changed_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (admin, portal, operator) = (norrby.admin(&test).await, &test.portal, test.operator());
        let (olle, eva) = (colleague(&test, &admin, "olle").await, colleague(&test, &admin, "eva").await);
        let (bo, ida) = (colleague(&test, &admin, "bo").await, colleague(&test, &admin, "ida").await);
        portal.deactivate_staff(&admin, bo.staff_id()).await.unwrap();
        let invited = portal.invite_staff(&admin, new_member("Åke Ek", "ake@norrby.example", Role::Sender)).await.unwrap();
        let until_later = Validity { first: None, last: Some("2027-12-31".parse().unwrap()) };
        let rules = || SignInRules { password_max_age_days: Some(90), ..SignInRules::default() };
        let seen = portal.sign_in_rules(&admin).await.unwrap().version();
        let address = WebhookAddress::parse("https://hooks.norrby.example/checkpoints").unwrap();
        let (password, new_password) = (secret(PASSWORD), secret("gråsten paraply 3 hyacint"));
        let (request, key) = (test.request(), SessionKey::of_staff(b"Karin, later"));
        let seen_by_now = SeenNotices { failed_tries: 0, until: test.now() };

        each_is_done_with_its_row_alone(&test, acts! {
            StaffInvitationAccepted: portal.accept_invitation(&invited.token, &password, &request);
            StaffValidityChanged: portal.change_staff(&admin, olle.staff_id(), Role::Sender, until_later);
            StaffSessionEnded: portal.end_sessions_of_staff(&admin, eva.staff_id());
            StaffUnlocked: portal.unlock_staff(&admin, eva.staff_id());
            StaffUnlocked: portal.unlock_any_staff(&operator, eva.staff_id());
            StaffNoticesDismissed: portal.dismiss_staff_notices(&olle, seen_by_now);
            StaffDeactivated: portal.deactivate_staff(&admin, eva.staff_id());
            StaffReactivated: portal.reactivate_staff(&admin, bo.staff_id());
            StaffPasswordChanged: portal.change_staff_password(&ida, &password, &new_password);
            StaffConfirmed: portal.confirm_staff(&admin, &password, "");
            StaffInvited: portal.reset_staff(&operator, ida.staff_id());
            SignInRulesChanged: portal.change_sign_in_rules(&admin, &seen, rules());
            SignInRulesChanged: portal.allow_passwords(&operator, norrby.id);
            AuditWebhookSet: portal.set_audit_webhook(&admin, &address);
            StaffSignedOut: portal.sign_out_staff(&key, &request);
        })
        .await;
        each_is_done_with_its_row_alone(&test, acts! {
            AuditWebhookRemoved: portal.remove_audit_webhook(&admin);
        })
        .await;
    }

    async fn no_change_of_rules_waits_or_is_withdrawn_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (karin, portal) = (norrby.admin(&test).await, &test.portal);
        let olle = test.member(&karin, "olle@norrby.example", Role::Admin).await;
        let version = portal.retention(&karin).await.unwrap().version;

        each_is_done_with_its_row_alone(&test, acts! {
            RetentionApprovalChanged: portal.require_retention_approval(&karin, true);
        })
        .await;
        each_is_done_with_its_row_alone(&test, acts! {
            RetentionChangeAsked: portal.change_retention(&karin, whatever_goes(version), policy_of(20), None);
        })
        .await;
        let (pending, _) = portal.pending_retention(&karin).await.unwrap();
        each_is_done_with_its_row_alone(&test, acts! {
            RetentionChangeWithdrawn: portal.withdraw_retention(&karin, pending.id);
        })
        .await;
        portal.change_retention(&karin, whatever_goes(version), policy_of(20), None).await.unwrap();
        let (pending, _) = portal.pending_retention(&karin).await.unwrap();
        each_is_done_with_its_row_alone(&test, acts! {
            RetentionChanged: portal.approve_retention(&olle, pending.id, u64::MAX);
        })
        .await;
    }
}
