//! Changing passwords.

use std::time::Duration;

use sea_orm::{ConnectionTrait, EntityTrait};

use crate::staff::entity::Entity;
use crate::test_support::{PASSWORD, TestPortal, on_both_databases, secret};
use crate::{
    ChangePasswordError, PasswordCost, PasswordProblem, Portal, SessionKey, SignInStep, StaffActor, StaffSignInError,
    StaffVisitor,
};

const KARIN: &str = "karin@norrby.example";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn key() -> SessionKey {
    SessionKey::of_staff(b"a new session")
}

/// Passwords that may be set.
fn other(number: usize) -> String {
    let words = ["gryta", "hammare", "åska", "tvål", "fjäril", "segel", "lampa"];
    format!("{} blixt {} sadel", words[number], words[(number + 3) % 7])
}

async fn change(portal: &TestPortal, actor: &StaffActor, from: &str, to: &str) -> Result<(), ChangePasswordError> {
    portal
        .portal
        .change_staff_password(actor, &secret(from), &secret(to))
        .await
}

async fn ask_for_new_passwords_every_90_days(portal: &TestPortal) {
    let transaction = portal.portal.0.database.write().await.unwrap();
    let sql = "UPDATE organisation SET password_max_age_days = 90";
    transaction.execute_unprepared(sql).await.unwrap();
    transaction.commit().await.unwrap();
}

on_both_databases! {
    async fn a_changed_password_ends_the_other_sessions_and_the_old_one_is_worth_nothing(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let elsewhere = SessionKey::of_staff(b"elsewhere");
        portal.staff_sign_in(&elsewhere, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        change(&portal, &karin, PASSWORD, &other(0)).await.unwrap();
        assert!(portal.staff_in(&elsewhere).await.is_none());
        assert!(portal.staff_in(karin.session()).await.is_some());
        assert!(portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, PASSWORD).await.is_err());
        portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, &other(0)).await.unwrap();
        assert_eq!(portal.audited("staff.password-changed").await, 1);
    }

    async fn a_wrong_present_password_changes_nothing_and_counts(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for _ in 0..3 {
            let refused = change(&portal, &karin, &other(1), &other(0)).await;
            assert!(matches!(refused, Err(ChangePasswordError::WrongPassword)));
        }
        // From the third on the account waits, also for the right one.
        let until = portal.now() + Duration::from_secs(5);
        let refused = change(&portal, &karin, PASSWORD, &other(0)).await;
        assert!(matches!(refused, Err(ChangePasswordError::TooManyTries { until: told }) if told == until));
        portal.clock.advance(Duration::from_secs(5));
        change(&portal, &karin, PASSWORD, &other(0)).await.unwrap();
        assert_eq!(portal.portal.staff_notices(&karin).await.unwrap().failed_tries, 3);
    }

    async fn of_many_guesses_at_once_no_more_are_judged_than_one_after_another(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (guess, new) = (other(1), other(0));
        let guesses = (0..8).map(|_| change(&portal, &karin, &guess, &new));
        let answers = futures::future::join_all(guesses).await;
        let judged = answers.iter().filter(|answer| matches!(answer, Err(ChangePasswordError::WrongPassword))).count();
        let barred = answers.iter().filter(|answer| matches!(answer, Err(ChangePasswordError::TooManyTries { .. }))).count();
        assert_eq!((judged, barred), (3, 5));
        assert_eq!(portal.audited("staff.sign-in-refused").await, 3);
    }

    async fn what_was_proven_with_a_password_is_worth_nothing_once_there_is_another(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let organisation = karin.organisation_id().to_string();
        let proof = portal.portal.staff_password(&organisation, KARIN, &secret(PASSWORD), &portal.request()).await;
        portal.clock.advance_millis(1);
        change(&portal, &karin, PASSWORD, &other(0)).await.unwrap();
        let overtaken = portal.continue_to(&key(), proof.unwrap()).await;
        assert!(matches!(overtaken, Err(StaffSignInError::Refused)));
    }

    async fn the_last_five_passwords_can_not_be_set_again(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let mut present = PASSWORD.to_owned();
        for number in 0..5 {
            portal.clock.advance_millis(1);
            change(&portal, &karin, &present, &other(number)).await.unwrap();
            present = other(number);
        }
        assert_eq!(portal.rows("staff_password").await, 5);
        for number in 0..5 {
            let refused = change(&portal, &karin, &present, &other(number)).await;
            assert!(matches!(refused, Err(ChangePasswordError::Password(PasswordProblem::UsedBefore))), "{number}");
        }
        change(&portal, &karin, &present, PASSWORD).await.unwrap();
    }

    async fn a_password_that_is_too_old_must_be_changed_before_anything_else(portal: TestPortal) {
        let karin = portal.first_admin().await;
        ask_for_new_passwords_every_90_days(&portal).await;
        portal.clock.advance(90 * DAY - Duration::from_millis(1));
        let in_time = portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert_eq!(in_time, SignInStep::Complete);
        portal.clock.advance_millis(1);
        // Who signed in before goes on until their session ends.
        assert!(portal.staff_in(&key()).await.is_some());

        let late = SessionKey::of_staff(b"late");
        let step = portal.staff_sign_in(&late, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert_eq!(step, SignInStep::ChangePassword);
        let StaffVisitor::Candidate(candidate) = portal.staff_visitor(&late).await else {
            panic!("somebody else");
        };
        let again = portal.portal.replace_old_password(&candidate, &secret(PASSWORD)).await;
        assert!(matches!(again, Err(ChangePasswordError::Password(PasswordProblem::UsedBefore))));
        let proof = portal.portal.replace_old_password(&candidate, &secret(&other(0))).await.unwrap();
        // Every other session ended with it, and this one gets a new id.
        assert!(portal.staff_in(&key()).await.is_none());
        let renewed = SessionKey::of_staff(b"renewed");
        assert_eq!(portal.continue_to(&renewed, proof).await.unwrap(), SignInStep::Complete);
        assert!(portal.staff_in(&renewed).await.is_some());
        let overtaken = portal.portal.replace_old_password(&candidate, &secret(&other(1))).await;
        assert!(overtaken.is_ok(), "the same person may change it once more while the session of the sign-in lasts");
    }

    async fn a_hash_is_made_anew_at_todays_cost_when_its_password_comes(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let hash = async || {
            let row = Entity::find().one(portal.portal.0.database.reader()).await.unwrap().unwrap();
            row.password_hash.unwrap()
        };
        assert!(hash().await.contains("m=256,t=1,p=1"));
        let mut settings = portal.settings.clone();
        settings.staff.password_cost = PasswordCost { memory_kib: 512, passes: 2 };
        let node = Portal::open(settings, portal.clock.clock()).await.unwrap();
        let organisation = karin.organisation_id().to_string();
        let wrong = node.staff_password(&organisation, KARIN, &secret(&other(0)), &portal.request()).await;
        assert!(wrong.is_err());
        assert!(hash().await.contains("m=256,t=1,p=1"));
        node.staff_password(&organisation, KARIN, &secret(PASSWORD), &portal.request()).await.unwrap();
        assert!(hash().await.contains("m=512,t=2,p=1"));
        // It is still the same password, for signing in and for what was used before.
        let refused = node.change_staff_password(&karin, &secret(PASSWORD), &secret(PASSWORD)).await;
        assert!(matches!(refused, Err(ChangePasswordError::Password(PasswordProblem::UsedBefore))));
        assert_eq!(portal.rows("staff_password").await, 1);
    }
}
