//! How somebody becomes staff.

use std::time::Duration;

use base::Day;

use crate::test_support::{PASSWORD, everything_stored, is_among, new_member, on_both_databases, secret};
use crate::{
    AcceptError, AcceptedInvitation, Denied, InviteError, PasswordProblem, Role, SessionKey, SignInStep,
    StaffSignInError, StaffState, Validity,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const OLLE: &str = "olle@norrby.example";

fn day(text: &str) -> Option<Day> {
    Some(text.parse().unwrap())
}

on_both_databases! {
    async fn the_operator_invites_the_first_admin_who_invites_the_others(portal: TestPortal) {
        let organisation = portal.organisation("Norrby kommun").await;
        let karin = portal.first_admin_of(organisation).await;
        assert_eq!((karin.organisation_id(), karin.role(), karin.name()), (organisation, Role::Admin, "Karin Ödegård"));
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        assert_eq!((olle.organisation_id(), olle.role()), (organisation, Role::Sender));
        assert_eq!(olle.organisation_slug(), Some("norrby-kommun"));

        let log = portal.audit_log().await;
        let by: Vec<_> = log.iter().filter(|row| row.action == "staff.invited").collect();
        assert_eq!((by[0].actor_kind.as_str(), by[1].actor_kind.as_str()), ("operator", "staff"));
        assert_eq!(by[1].target_id, Some(*olle.staff_id().as_uuid()));
        assert!(by.iter().all(|row| row.organisation_id == Some(*organisation.as_uuid())));
        assert_eq!(portal.audited("staff.invitation-accepted").await, 2);
    }

    async fn once_there_is_an_admin_the_operator_need_not_invite_one(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (operator, organisation) = (portal.operator(), karin.organisation_id());
        let again = portal.portal.invite_first_admin(&operator, organisation, "Eva Lind", "eva@norrby.example").await;
        assert!(matches!(again, Err(InviteError::HasAdmin)));
        let nowhere = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let nowhere = portal.portal.invite_first_admin(&operator, nowhere, "Eva Lind", "eva@norrby.example").await;
        assert!(matches!(nowhere, Err(InviteError::NotFound)));
    }

    async fn only_an_admin_invites_and_only_after_a_fresh_sign_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for (email, role) in [(OLLE, Role::Sender), ("ada@norrby.example", Role::Auditor)] {
            let member = portal.member(&karin, email, role).await;
            let refused = portal.portal.invite_staff(&member, new_member("Eva", "eva@norrby.example", Role::Admin)).await;
            assert!(matches!(refused, Err(InviteError::Denied(Denied::Forbidden))));
            let refused = portal.portal.invite_staff_anew(&member, karin.staff_id()).await;
            assert!(matches!(refused, Err(InviteError::Denied(Denied::Forbidden))));
        }
        portal.clock.advance(Duration::from_secs(5 * 60));
        let key = SessionKey::of_staff(b"later");
        portal.staff_sign_in(&key, karin.organisation_id(), "karin@norrby.example", PASSWORD).await.unwrap();
        let fresh = portal.staff_in(&key).await.unwrap();
        portal.clock.advance(Duration::from_secs(5 * 60));
        let stale = portal.staff_in(&key).await.unwrap();
        let refused = portal.portal.invite_staff(&stale, new_member("Eva", "eva@norrby.example", Role::Admin)).await;
        assert!(matches!(refused, Err(InviteError::Denied(Denied::StepUpNeeded))));
        portal.portal.invite_staff(&fresh, new_member("Eva", "eva@norrby.example", Role::Admin)).await.unwrap();
    }

    async fn looking_at_an_invitation_does_not_use_it(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let invited = portal.portal.invite_staff(&karin, new_member(" Olle Berg ", OLLE, Role::Sender)).await.unwrap();
        for _ in 0..2 {
            let seen = portal.portal.invitation(&invited.token).await.unwrap().unwrap();
            assert_eq!((seen.organisation.as_str(), seen.slug.as_deref()), ("Norrby kommun", Some("norrby-kommun")));
            assert_eq!((seen.name.as_str(), seen.email.as_str()), ("Olle Berg", OLLE));
            assert_eq!(seen.expires_at, portal.now() + 72 * HOUR);
        }
        portal.accept(&invited).await;
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_none());
    }

    async fn an_invitation_holds_for_72_hours(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let invited = portal.portal.invite_staff(&karin, new_member("Olle Berg", OLLE, Role::Sender)).await.unwrap();
        portal.clock.advance(72 * HOUR - Duration::from_millis(1));
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_some());
        portal.clock.advance_millis(1);
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_none());
        let late = portal.portal.accept_invitation(&invited.token, &secret(PASSWORD), &portal.request()).await;
        assert!(matches!(late, Err(AcceptError::NoSuchInvitation)));
    }

    async fn a_later_invitation_voids_the_earlier(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let first = portal.portal.invite_staff(&karin, new_member("Olle Berg", OLLE, Role::Sender)).await.unwrap();
        let second = portal.portal.invite_staff_anew(&karin, first.staff).await.unwrap();
        assert_eq!(first.staff, second.staff);
        assert!(portal.portal.invitation(&first.token).await.unwrap().is_none());
        let voided = portal.portal.accept_invitation(&first.token, &secret(PASSWORD), &portal.request()).await;
        assert!(matches!(voided, Err(AcceptError::NoSuchInvitation)));
        portal.accept(&second).await;
    }

    async fn an_invitation_is_accepted_before_the_first_day_and_lets_in_from_it_on(portal: TestPortal) {
        // It is 22 November.
        let karin = portal.first_admin().await;
        let mut new = new_member("Olle Berg", OLLE, Role::Sender);
        new.validity = Validity { first: day("2026-12-02"), last: None };
        let invited = portal.portal.invite_staff(&karin, new).await.unwrap();
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_some());
        let accepted = portal.portal.accept_invitation(&invited.token, &secret(PASSWORD), &portal.request()).await.unwrap();
        assert!(matches!(accepted, AcceptedInvitation::NotYet { first } if Some(first) == day("2026-12-02")));
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_none());
        let seen = portal.portal.staff_member(&karin, invited.staff).await.unwrap();
        assert_eq!(seen.state, StaffState::NotYet);

        let key = SessionKey::of_staff(b"olle");
        let early = portal.staff_sign_in(&key, karin.organisation_id(), OLLE, PASSWORD).await;
        assert!(matches!(early, Err(StaffSignInError::Refused)));
        portal.clock.advance(10 * 24 * HOUR);
        let step = portal.staff_sign_in(&key, karin.organisation_id(), OLLE, PASSWORD).await.unwrap();
        assert_eq!(step, SignInStep::Complete);
    }

    async fn an_invitation_is_void_when_the_last_day_is_over(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let mut new = new_member("Olle Berg", OLLE, Role::Sender);
        new.validity = Validity { first: None, last: day("2026-11-22") };
        let invited = portal.portal.invite_staff(&karin, new).await.unwrap();
        portal.clock.advance(24 * HOUR);
        assert!(portal.portal.invitation(&invited.token).await.unwrap().is_none());
        let late = portal.portal.accept_invitation(&invited.token, &secret(PASSWORD), &portal.request()).await;
        assert!(matches!(late, Err(AcceptError::NoSuchInvitation)));
    }

    async fn of_two_who_accept_at_once_one_gets_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let invited = portal.portal.invite_staff(&karin, new_member("Olle Berg", OLLE, Role::Sender)).await.unwrap();
        let node = portal.another_node().await;
        let (one, other) = (secret(PASSWORD), secret("gryta hammare åska tvål"));
        let (request, another_request) = (portal.request(), portal.request());
        let both = futures::future::join(
            portal.portal.accept_invitation(&invited.token, &one, &request),
            node.accept_invitation(&invited.token, &other, &another_request),
        );
        let (first, second) = both.await;
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        assert_eq!(portal.audited("staff.invitation-accepted").await, 2);
        let winner = if first.is_ok() { PASSWORD } else { "gryta hammare åska tvål" };
        let key = SessionKey::of_staff(b"winner");
        let step = portal.staff_sign_in(&key, karin.organisation_id(), OLLE, winner).await.unwrap();
        assert_eq!(step, SignInStep::Complete);
    }

    async fn a_password_that_may_not_be_set_does_not_use_the_invitation_up(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let invited = portal.portal.invite_staff(&karin, new_member("Olle Berg", OLLE, Role::Sender)).await.unwrap();
        for (password, why) in [
            ("kort", PasswordProblem::TooShort),
            ("olleberg2026", PasswordProblem::SameAsIdentity),
            ("unbelievable", PasswordProblem::Common),
        ] {
            let refused = portal.portal.accept_invitation(&invited.token, &secret(password), &portal.request()).await;
            assert!(matches!(refused, Err(AcceptError::Password(problem)) if problem == why), "{password}");
        }
        portal.accept(&invited).await;
    }

    async fn an_address_is_one_person_in_an_organisation_and_another_in_the_next(portal: TestPortal) {
        let karin = portal.first_admin().await;
        portal.member(&karin, OLLE, Role::Sender).await;
        let again = portal.portal.invite_staff(&karin, new_member("Olof", " OLLE@Norrby.Example", Role::Admin)).await;
        assert!(matches!(again, Err(InviteError::AlreadyStaff)));
        let elsewhere = portal.first_admin_of(portal.organisation("Söderby").await).await;
        portal.portal.invite_staff(&elsewhere, new_member("Olof", OLLE, Role::Sender)).await.unwrap();
    }

    async fn mistakes_in_an_invitation_make_nobody(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let rows = portal.rows("staff_member").await;
        for name in ["", " ", "två\nrader", &"å".repeat(101)] {
            let refused = portal.portal.invite_staff(&karin, new_member(name, OLLE, Role::Sender)).await;
            assert!(matches!(refused, Err(InviteError::InvalidName)), "{name:?}");
        }
        for email in ["", "olle", "olle@", "olle berg@norrby.example"] {
            let refused = portal.portal.invite_staff(&karin, new_member("Olle", email, Role::Sender)).await;
            assert!(matches!(refused, Err(InviteError::InvalidEmail)), "{email:?}");
        }
        let mut new = new_member("Olle", OLLE, Role::Sender);
        new.validity = Validity { first: day("2026-12-02"), last: day("2026-12-01") };
        let refused = portal.portal.invite_staff(&karin, new).await;
        assert!(matches!(refused, Err(InviteError::DatesOutOfOrder)));
        assert_eq!(portal.rows("staff_member").await, rows);
    }

    async fn who_is_invited_anew_begins_anew(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        let invited = portal.portal.invite_staff_anew(&karin, olle.staff_id()).await.unwrap();
        assert!(portal.staff_in(olle.session()).await.is_none());
        let key = SessionKey::of_staff(b"with the old password");
        assert!(portal.staff_sign_in(&key, olle.organisation_id(), OLLE, PASSWORD).await.is_err());
        // Nor with the password from before.
        let refused = portal.portal.accept_invitation(&invited.token, &secret(PASSWORD), &portal.request()).await;
        assert!(matches!(refused, Err(AcceptError::Password(PasswordProblem::UsedBefore))));

        let oneself = portal.portal.invite_staff_anew(&karin, karin.staff_id()).await;
        assert!(matches!(oneself, Err(InviteError::Oneself)));
        let elsewhere = portal.first_admin_of(portal.organisation("Söderby").await).await;
        let foreign = portal.portal.invite_staff_anew(&elsewhere, olle.staff_id()).await;
        assert!(matches!(foreign, Err(InviteError::NotFound)));
        let reset = portal.portal.reset_staff(&portal.operator(), karin.staff_id()).await.unwrap();
        assert!(portal.staff_in(karin.session()).await.is_none());
        assert!(portal.portal.invitation(&reset.token).await.unwrap().is_some());
    }

    async fn the_database_holds_no_name_address_password_or_token(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let invited = portal.portal.invite_staff(&karin, new_member("Olle Kanariefågel", OLLE, Role::Sender)).await.unwrap();
        portal.accept(&invited).await;
        let stored = everything_stored(&portal.portal.0.database).await;
        for canary in ["Kanarie", "olle@norrby", "kruka sadel", invited.token.expose()] {
            assert!(!is_among(canary, &stored), "{canary}");
        }
        assert!(is_among("Norrby kommun", &stored));
    }
}
