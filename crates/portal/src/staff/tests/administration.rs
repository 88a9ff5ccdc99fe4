//! What admins do about others.

use std::time::Duration;

use base::{AllowedNetworks, Day};

use super::{rules_of, second_factor_for};
use crate::test_support::{PASSWORD, TestPortal, new_member, on_both_databases};
use crate::{
    ChangeStaffError, InviteError, Role, SeeStaffError, SessionKey, SignInRules, SignInStep, StaffState, Validity,
};

const KARIN: &str = "karin@norrby.example";
const OLLE: &str = "olle@norrby.example";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn key() -> SessionKey {
    SessionKey::of_staff(b"a new session")
}

fn days(first: Option<&str>, last: Option<&str>) -> Validity {
    let day = |text: &str| -> Day { text.parse().unwrap() };
    Validity {
        first: first.map(day),
        last: last.map(day),
    }
}

async fn lock_out(portal: &TestPortal, organisation: base::OrganisationId, email: &str) {
    for _ in 0..10 {
        let refused = portal
            .staff_sign_in(&key(), organisation, email, "gryta hammare åska tvål")
            .await;
        assert!(refused.is_err());
        portal.clock.advance(Duration::from_secs(5 * 60));
    }
}

on_both_databases! {
    async fn an_admin_sees_everybody_of_their_organisation_and_nobody_else(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        second_factor_for(&portal, &olle).await;
        let invited = portal.portal.invite_staff(&karin, new_member("Ada Ek", "Ada@norrby.example", Role::Auditor)).await.unwrap();
        let elsewhere = portal.first_admin_of(portal.organisation("Söderby").await).await;

        let seen = portal.portal.list_staff(&karin).await.unwrap();
        let names: Vec<_> = seen.iter().map(|member| (member.name.as_str(), member.email.as_str())).collect();
        assert_eq!(names, [("Ada Ek", "Ada@norrby.example"), ("Karin Ödegård", KARIN), ("Olle Berg", OLLE)]);
        let states: Vec<_> = seen.iter().map(|member| member.state).collect();
        let until = Some(invited.expires_at);
        assert_eq!(states, [StaffState::Invited { until }, StaffState::Active, StaffState::Active]);
        let factors: Vec<_> = seen.iter().map(|member| (member.has_second_factor, member.is_self)).collect();
        assert_eq!(factors, [(false, false), (false, true), (true, false)]);
        assert_eq!(seen[2].last_signed_in_at, Some(portal.now()));
        assert_eq!(portal.portal.staff_member(&karin, olle.staff_id()).await.unwrap(), seen[2]);

        let foreign = portal.portal.staff_member(&karin, elsewhere.staff_id()).await;
        assert!(matches!(foreign, Err(SeeStaffError::NotFound)));
        portal.clock.advance(4 * DAY);
        let fresh = {
            portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
            portal.staff_in(&key()).await.unwrap()
        };
        let late = portal.portal.staff_member(&fresh, invited.staff).await.unwrap();
        assert_eq!(late.state, StaffState::Invited { until: None });
    }

    async fn somebody_elses_staff_can_not_be_changed(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let elsewhere = portal.first_admin_of(portal.organisation("Söderby").await).await;
        let theirs = elsewhere.staff_id();
        let portal = &portal.portal;
        for answer in [
            portal.change_staff(&karin, theirs, Role::Sender, Validity::default()).await,
            portal.deactivate_staff(&karin, theirs).await,
            portal.reactivate_staff(&karin, theirs).await,
            portal.end_sessions_of_staff(&karin, theirs).await.map(|_| ()),
            portal.unlock_staff(&karin, theirs).await,
        ] {
            assert!(matches!(answer, Err(ChangeStaffError::NotFound)));
        }
    }

    async fn a_role_and_dates_that_are_changed_hold_from_the_next_request_on(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        portal.portal.change_staff(&karin, olle.staff_id(), Role::Auditor, Validity::default()).await.unwrap();
        assert_eq!(portal.staff_in(olle.session()).await.unwrap().role(), Role::Auditor);

        // It is 22 November, 10 o'clock.
        for (validity, state) in [
            (days(Some("2026-11-22"), Some("2026-11-22")), StaffState::Active),
            (days(Some("2026-11-23"), None), StaffState::NotYet),
            (days(None, Some("2026-11-21")), StaffState::Over),
        ] {
            portal.portal.change_staff(&karin, olle.staff_id(), Role::Auditor, validity).await.unwrap();
            let seen = portal.portal.staff_member(&karin, olle.staff_id()).await.unwrap();
            assert_eq!((seen.validity, seen.state), (validity, state));
            assert_eq!(portal.staff_in(olle.session()).await.is_some(), state == StaffState::Active);
        }
        let turned = days(Some("2026-11-23"), Some("2026-11-22"));
        let refused = portal.portal.change_staff(&karin, olle.staff_id(), Role::Sender, turned).await;
        assert!(matches!(refused, Err(ChangeStaffError::DatesOutOfOrder)));
        let seen = portal.portal.staff_member(&karin, olle.staff_id()).await.unwrap();
        assert_eq!((seen.role, seen.validity), (Role::Auditor, days(None, Some("2026-11-21"))));
        // What stayed as it was is not written down.
        portal.portal.change_staff(&karin, olle.staff_id(), seen.role, seen.validity).await.unwrap();
        assert_eq!((portal.audited("staff.role-changed").await, portal.audited("staff.validity-changed").await), (1, 3));
    }

    async fn who_is_deactivated_is_out_at_once_and_comes_back_with_what_they_had(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        for _ in 0..2 {
            portal.portal.deactivate_staff(&karin, olle.staff_id()).await.unwrap();
        }
        assert!(portal.staff_in(olle.session()).await.is_none());
        assert!(portal.portal.load_session(olle.session()).await.unwrap().is_none());
        assert!(portal.staff_sign_in(&key(), olle.organisation_id(), OLLE, PASSWORD).await.is_err());
        let seen = portal.portal.staff_member(&karin, olle.staff_id()).await.unwrap();
        assert_eq!(seen.state, StaffState::Deactivated { by_directory: false });

        portal.portal.reactivate_staff(&karin, olle.staff_id()).await.unwrap();
        assert!(portal.staff_in(olle.session()).await.is_none());
        let step = portal.staff_sign_in(&key(), olle.organisation_id(), OLLE, PASSWORD).await.unwrap();
        assert_eq!(step, SignInStep::Complete);
    }

    async fn an_invitation_of_somebody_who_is_deactivated_is_void(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let invited = portal.portal.invite_staff(&karin, new_member("Ada Ek", "ada@norrby.example", Role::Auditor)).await.unwrap();
        portal.portal.deactivate_staff(&karin, invited.staff).await.unwrap();
        portal.portal.reactivate_staff(&karin, invited.staff).await.unwrap();
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_none());
    }

    async fn the_last_admin_stays_one(portal: TestPortal) {
        let karin = portal.first_admin().await;
        // Neither somebody who is only invited nor somebody who is shut out counts.
        let invited = portal.portal.invite_staff(&karin, new_member("Ada Ek", "ada@norrby.example", Role::Admin)).await.unwrap();
        let olle = portal.member(&karin, OLLE, Role::Admin).await;
        portal.portal.deactivate_staff(&karin, olle.staff_id()).await.unwrap();
        for answer in [
            portal.portal.change_staff(&karin, karin.staff_id(), Role::Sender, days(None, Some("2026-12-31"))).await,
            portal.portal.deactivate_staff(&karin, karin.staff_id()).await,
            portal.portal.change_staff(&karin, karin.staff_id(), Role::Admin, days(None, Some("2026-11-21"))).await,
        ] {
            assert!(matches!(answer, Err(ChangeStaffError::LastAdmin)));
        }
        // Nothing of what was refused was saved.
        let seen = portal.portal.staff_member(&karin, karin.staff_id()).await.unwrap();
        assert_eq!((seen.role, seen.validity), (Role::Admin, Validity::default()));
        assert_eq!(portal.audited("staff.validity-changed").await, 0);
        portal.accept(&invited).await;
        portal.portal.change_staff(&karin, karin.staff_id(), Role::Sender, Validity::default()).await.unwrap();
        assert_eq!(portal.staff_in(karin.session()).await.unwrap().role(), Role::Sender);
    }

    async fn two_admins_who_depose_each_other_at_once_leave_one(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Admin).await;
        let node = portal.another_node().await;
        let both = futures::future::join(
            Box::pin(portal.portal.change_staff(&karin, olle.staff_id(), Role::Sender, Validity::default())),
            Box::pin(node.change_staff(&olle, karin.staff_id(), Role::Sender, Validity::default())),
        );
        let (first, second) = both.await;
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        let admins = [karin.session(), olle.session()].map(|session| portal.staff_in(session));
        let admins = futures::future::join_all(admins).await;
        assert_eq!(admins.iter().flatten().filter(|actor| actor.role() == Role::Admin).count(), 1);
    }

    async fn two_admins_who_invite_each_other_anew_leave_one(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Admin).await;
        let node = portal.another_node().await;
        let both = futures::future::join(
            Box::pin(portal.portal.invite_staff_anew(&karin, olle.staff_id())),
            Box::pin(node.invite_staff_anew(&olle, karin.staff_id())),
        );
        let (first, second) = both.await;
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        let refused = [first, second].into_iter().find_map(Result::err);
        assert!(matches!(refused, Some(InviteError::LastAdmin)));
        let admins = [karin.session(), olle.session()].map(|session| portal.staff_in(session));
        assert_eq!(futures::future::join_all(admins).await.iter().flatten().count(), 1);
    }

    async fn nobody_unlocks_themselves(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let refused = portal.portal.unlock_staff(&karin, karin.staff_id()).await;
        assert!(matches!(refused, Err(ChangeStaffError::Oneself)));
        assert_eq!(portal.audited("staff.unlocked").await, 0);
    }

    async fn an_admin_unlocks_others_and_the_operator_unlocks_the_admin(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id();
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        lock_out(&portal, organisation, OLLE).await;
        portal.staff_sign_in(&key(), organisation, KARIN, PASSWORD).await.unwrap();
        let karin = portal.staff_in(&key()).await.unwrap();
        let seen = portal.portal.staff_member(&karin, olle.staff_id()).await.unwrap();
        assert_eq!(seen.state, StaffState::Locked { until: portal.now() + Duration::from_secs(55 * 60) });
        portal.portal.unlock_staff(&karin, olle.staff_id()).await.unwrap();
        let step = portal.staff_sign_in(&SessionKey::of_staff(b"olle"), organisation, OLLE, PASSWORD).await;
        assert_eq!(step.unwrap(), SignInStep::Complete);

        lock_out(&portal, organisation, KARIN).await;
        assert!(portal.staff_sign_in(&key(), organisation, KARIN, PASSWORD).await.is_err());
        let operator = portal.operator();
        let found = portal.portal.staff_with_email(&operator, organisation, " KARIN@norrby.example").await.unwrap();
        assert_eq!(found, Some(karin.staff_id()));
        assert_eq!(portal.portal.staff_with_email(&operator, organisation, "no@norrby.example").await.unwrap(), None);
        portal.portal.unlock_any_staff(&operator, karin.staff_id()).await.unwrap();
        portal.staff_sign_in(&key(), organisation, KARIN, PASSWORD).await.unwrap();
        assert_eq!(portal.audited("staff.unlocked").await, 2);
    }

    async fn an_account_that_is_locked_works_on_where_it_was_signed_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for _ in 0..10 {
            let _refused = portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, "gryta hammare åska tvål").await;
            portal.clock.advance(Duration::from_secs(5 * 60));
            assert!(portal.staff_in(karin.session()).await.is_some());
        }
    }

    async fn an_admin_ends_somebodys_sessions(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        portal.staff_sign_in(&key(), olle.organisation_id(), OLLE, PASSWORD).await.unwrap();
        assert_eq!(portal.portal.end_sessions_of_staff(&karin, olle.staff_id()).await.unwrap(), 2);
        assert!(portal.staff_in(olle.session()).await.is_none() && portal.staff_in(&key()).await.is_none());
        assert!(portal.staff_in(karin.session()).await.is_some());
    }

    async fn rules_for_signing_in_are_kept_and_never_shut_out_who_sets_them(portal: TestPortal) {
        let karin = portal.first_admin().await;
        assert_eq!(portal.portal.sign_in_rules(&karin).await.unwrap(), SignInRules::default());
        let networks = |text: &str| -> AllowedNetworks { text.parse().unwrap() };
        let rules = SignInRules {
            work_account_required: false,
            second_factor_required: false,
            password_max_age_days: Some(90),
            networks: networks("192.0.2.0/24, 2001:db8::/32"),
        };
        rules_of(&portal, &karin, rules.clone()).await;
        assert_eq!(portal.portal.sign_in_rules(&karin).await.unwrap(), rules);
        assert!(portal.staff_in(karin.session()).await.is_some());

        let elsewhere = SignInRules { networks: networks("198.51.100.0/24"), ..rules.clone() };
        let refused = portal.portal.change_sign_in_rules(&karin, &rules.version(), elsewhere).await;
        assert!(matches!(refused, Err(ChangeStaffError::ExcludesYourself)));
        for days in [0, 3651] {
            let wrong = SignInRules { password_max_age_days: Some(days), ..rules.clone() };
            let refused = portal.portal.change_sign_in_rules(&karin, &rules.version(), wrong).await;
            assert!(matches!(refused, Err(ChangeStaffError::InvalidPasswordAge)));
        }
        // Nor does anybody undo what they have not seen.
        let seen = SignInRules::default().version();
        let refused = portal.portal.change_sign_in_rules(&karin, &seen, SignInRules::default()).await;
        assert!(matches!(refused, Err(ChangeStaffError::ChangedMeanwhile)));
        assert_eq!(portal.portal.sign_in_rules(&karin).await.unwrap(), rules);
        rules_of(&portal, &karin, SignInRules::default()).await;
        assert_eq!(portal.portal.sign_in_rules(&karin).await.unwrap(), SignInRules::default());
    }

    async fn when_no_admin_is_left_the_operator_invites_a_new_first_one(portal: TestPortal) {
        let organisation = portal.organisation("Norrby kommun").await;
        let karin = portal.first_admin_of(organisation).await;
        portal.portal.change_staff(&karin, karin.staff_id(), Role::Admin, days(None, Some("2026-11-22"))).await.unwrap();
        let operator = portal.operator();
        let early = portal.portal.invite_first_admin(&operator, organisation, "Eva Lind", "eva@norrby.example").await;
        assert!(matches!(early, Err(InviteError::HasAdmin)));
        portal.clock.advance(DAY);
        let eva = portal.portal.invite_first_admin(&operator, organisation, "Eva Lind", "eva@norrby.example").await;
        assert_eq!(portal.accept(&eva.unwrap()).await.role(), Role::Admin);
    }
}
