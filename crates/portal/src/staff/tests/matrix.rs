//! Every use case of staff × every role: what the table allows, and nothing else.

use std::sync::LazyLock;

use std::time::Duration;

use futures::future::BoxFuture;

use crate::audit::entity::Model as AuditRow;
use crate::test_support::{PASSWORD, TestPortal, new_member, on_both_databases, secret};
use crate::{Action, Denied, Portal, Role, SessionKey, SignInRules, StaffActor, Validity};

/// What came of asking for something: refused by the table, or not. A fault is neither.
type Asked<'a> = BoxFuture<'a, Option<Denied>>;
type UseCase = for<'a> fn(&'a Portal, &'a StaffActor, base::StaffId) -> Asked<'a>;

macro_rules! use_cases {
    ($($action:ident $error:ident: |$portal:ident, $actor:ident, $other:ident| $call:expr;)+) => {
        [$((Action::$action, (|$portal, $actor, $other| Box::pin(async move {
            let _ = $other;
            match $call.await {
                Err(crate::$error::Denied(denied)) => Some(denied),
                Err(crate::$error::Fault(fault)) => panic!("{fault}"),
                _ => None,
            }
        })) as UseCase)),+]
    };
}

/// Every use case that takes a staff member, with the action that it is.
fn use_cases() -> Vec<(Action, UseCase)> {
    use_cases! {
        OwnAccount SeeStaffError: |portal, actor, other| portal.own_account(actor);
        OwnAccount ChangePasswordError: |portal, actor, other| {
            async { portal.change_staff_password(actor, &secret("wrong"), &secret(PASSWORD)).await }
        };
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| portal.second_factor_set_up(actor);
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| portal.set_second_factor(actor, "000000");
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| portal.remove_second_factor(actor);
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| portal.make_recovery_codes(actor);
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| portal.ask_for_new_passkey(actor);
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| portal.add_passkey(actor, "Nyckel", "{}");
        ChangeOwnSecondFactor SecondFactorError: |portal, actor, other| {
            portal.remove_passkey(actor, base::PasskeyId::from_uuid(*other.as_uuid()))
        };
        SeeStaff SeeStaffError: |portal, actor, other| portal.list_staff(actor);
        SeeStaff SeeStaffError: |portal, actor, other| portal.staff_member(actor, other);
        InviteStaff InviteError: |portal, actor, other| {
            portal.invite_staff(actor, new_member("Eva", "eva@norrby.example", Role::Admin))
        };
        InviteStaff InviteError: |portal, actor, other| portal.invite_staff_anew(actor, other);
        ChangeStaff ChangeStaffError: |portal, actor, other| {
            portal.change_staff(actor, other, Role::Sender, Validity::default())
        };
        UnlockStaff ChangeStaffError: |portal, actor, other| portal.unlock_staff(actor, other);
        EndStaffSessions ChangeStaffError: |portal, actor, other| portal.end_sessions_of_staff(actor, other);
        DeactivateStaff ChangeStaffError: |portal, actor, other| portal.deactivate_staff(actor, other);
        DeactivateStaff ChangeStaffError: |portal, actor, other| portal.reactivate_staff(actor, other);
        SeeStaff SeeStaffError: |portal, actor, other| portal.shows_staff_names(actor);
        ShowStaffNames ChangeStaffError: |portal, actor, other| portal.show_staff_names(actor, true);
        SeeSignInRules ChangeStaffError: |portal, actor, other| portal.sign_in_rules(actor);
        ChangeSignInRules ChangeStaffError: |portal, actor, other| {
            portal.change_sign_in_rules(actor, &DEFAULT_RULES, SignInRules::default())
        };
    }
    .into()
}

/// The version of the rules that an organisation begins with, for as long as a use case borrows it.
static DEFAULT_RULES: LazyLock<String> = LazyLock::new(|| SignInRules::default().version());

async fn of_each_role(portal: &TestPortal) -> Vec<SessionKey> {
    let karin = portal.first_admin().await;
    let mut sessions = Vec::new();
    for role in Role::ALL {
        let email = format!("{role}@norrby.example");
        sessions.push(portal.member(&karin, &email, role).await.session().clone());
    }
    sessions
}

/// The audit log's lines about staff who were refused.
async fn denials(portal: &TestPortal) -> Vec<AuditRow> {
    let log = portal.audit_log().await;
    log.into_iter().filter(|row| row.action == "staff.denied").collect()
}

/// A refusal by role leaves a line about who asked for what, and anything else leaves none.
async fn is_told_of(
    portal: &TestPortal,
    before: Vec<AuditRow>,
    actor: &StaffActor,
    action: Action,
    asked: Option<Denied>,
) {
    let after = denials(portal).await;
    let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    if asked != Some(Denied::Forbidden) {
        assert_eq!(new, Vec::<&AuditRow>::new(), "{action:?}");
        return;
    }
    assert_eq!(new.len(), 1, "{action:?}");
    assert_eq!(new[0].detail.as_deref(), Some(action.as_str()));
    assert_eq!(new[0].actor_id, Some(*actor.staff_id().as_uuid()));
    assert_eq!(new[0].organisation_id, Some(*actor.organisation_id().as_uuid()));
    assert_eq!(new[0].request_id, Some(*actor.request().id.as_uuid()));
}

on_both_databases! {
    async fn the_table_decides_who_may_do_what_and_when_a_fresh_sign_in_is_asked_for(portal: TestPortal) {
        let sessions = of_each_role(&portal).await;
        let other = portal.staff_in(&sessions[0]).await.unwrap().staff_id();
        // Stale first: what is refused then changes nothing.
        portal.clock.advance(Duration::from_secs(5 * 60));
        for session in &sessions {
            for (action, use_case) in use_cases().into_iter().filter(|(action, _)| action.needs_step_up()) {
                let actor = portal.staff_in(session).await.unwrap();
                let expected = if actor.role().allows(action) { Denied::StepUpNeeded } else { Denied::Forbidden };
                let before = denials(&portal).await;
                let asked = use_case(&portal.portal, &actor, other).await;
                assert_eq!(asked, Some(expected), "{} {action:?}", actor.role());
                is_told_of(&portal, before, &actor, action, asked).await;
            }
        }
        // Then fresh, for the roles that may the least first, since what is allowed changes things.
        for role in [Role::Auditor, Role::Sender, Role::Admin] {
            let session = &sessions[Role::ALL.iter().position(|one| *one == role).unwrap()];
            let actor = portal.staff_in(session).await.unwrap();
            portal.portal.confirm_staff(&actor, &secret(PASSWORD), "").await.unwrap();
            let actor = portal.staff_in(session).await.unwrap();
            assert_eq!(actor.role(), role);
            for (action, use_case) in use_cases() {
                let expected = (!role.allows(action)).then_some(Denied::Forbidden);
                let before = denials(&portal).await;
                let asked = use_case(&portal.portal, &actor, other).await;
                assert_eq!(asked, expected, "{role} {action:?}");
                is_told_of(&portal, before, &actor, action, asked).await;
            }
        }
    }
}

#[test]
fn every_action_of_staff_alone_has_a_use_case_here() {
    // Cases, systems, directories' tokens, retention, holds, requests, extracts, protocols and the audit log are other modules' words.
    let elsewhere = [
        Action::SeeCases,
        Action::CloseCase,
        Action::ExtendCase,
        Action::SeeSystems,
        Action::ChangeSystems,
        Action::SeeProvisioning,
        Action::ChangeProvisioning,
        Action::SeeRetention,
        Action::SeeRetentionEffect,
        Action::ChangeRetention,
        Action::SeeHolds,
        Action::PlaceHold,
        Action::LiftHold,
        Action::SeeRequests,
        Action::AnswerRequest,
        Action::MakeRegisterExtract,
        Action::SeePurgeProtocols,
        Action::SeeAudit,
        Action::ExportAudit,
        Action::ChangeAuditWebhook,
    ];
    for action in Action::ALL {
        let is_here = use_cases().iter().any(|(known, _)| *known == action);
        assert_ne!(is_here, elsewhere.contains(&action), "{action:?}");
    }
}
