//! What is tried within a complete session: counted there, and nowhere else.

use std::time::Duration;

use crate::test_support::{PASSWORD, TestPortal, on_both_databases, secret};
use crate::{ChangePasswordError, ConfirmError, SessionKey, StaffActor, StaffSignInError};

const KARIN: &str = "karin@norrby.example";
const WRONG: &str = "gryta hammare åska tvål";
const HOUR: Duration = Duration::from_secs(60 * 60);

fn key() -> SessionKey {
    SessionKey::of_staff(b"elsewhere")
}

async fn confirm(portal: &TestPortal, actor: &StaffActor, password: &str) -> Result<(), ConfirmError> {
    portal.portal.confirm_staff(actor, &secret(password), "").await
}

/// Uses a session for an hour.
async fn an_hour_passes(portal: &TestPortal, actor: &StaffActor) {
    for _ in 0..4 {
        portal.clock.advance(HOUR / 4);
        assert!(portal.staff_in(actor.session()).await.is_some());
    }
}

on_both_databases! {
    async fn who_keeps_an_account_locked_bars_nothing_within_its_owners_session(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for _ in 0..10 {
            let refused = portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, WRONG).await;
            assert!(refused.is_err());
            portal.clock.advance(Duration::from_secs(5 * 60));
            assert!(portal.staff_in(karin.session()).await.is_some());
        }
        confirm(&portal, &karin, PASSWORD).await.unwrap();
        // Which does not let them try on.
        let locked = portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, PASSWORD).await;
        assert!(matches!(locked, Err(StaffSignInError::Refused)));
        let new = secret("hammare blixt lampa sadel");
        portal.portal.change_staff_password(&karin, &secret(PASSWORD), &new).await.unwrap();
    }

    async fn the_fifth_wrong_try_in_a_row_ends_the_session_however_long_it_takes(portal: TestPortal) {
        let karin = portal.first_admin().await;
        portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        let elsewhere = portal.staff_in(&key()).await.unwrap();
        for _ in 0..4 {
            assert!(matches!(confirm(&portal, &karin, WRONG).await, Err(ConfirmError::Wrong)));
            an_hour_passes(&portal, &karin).await;
        }
        // A right one begins the row anew.
        confirm(&portal, &karin, PASSWORD).await.unwrap();
        for _ in 0..3 {
            assert!(matches!(confirm(&portal, &karin, WRONG).await, Err(ConfirmError::Wrong)));
            an_hour_passes(&portal, &karin).await;
        }
        let new = secret("hammare blixt lampa sadel");
        let wrong = portal.portal.change_staff_password(&karin, &secret(WRONG), &new).await;
        assert!(matches!(wrong, Err(ChangePasswordError::WrongPassword)));
        an_hour_passes(&portal, &karin).await;
        assert!(matches!(confirm(&portal, &karin, WRONG).await, Err(ConfirmError::SessionGone)));

        assert!(portal.staff_in(karin.session()).await.is_none());
        assert_eq!(portal.audited("staff.session-ended").await, 1);
        for password in [WRONG, PASSWORD] {
            assert!(matches!(confirm(&portal, &karin, password).await, Err(ConfirmError::SessionGone)));
        }
        let gone = portal.portal.change_staff_password(&karin, &secret(PASSWORD), &new).await;
        assert!(matches!(gone, Err(ChangePasswordError::Overtaken)));
        // Nothing of it bars the sign-in, and the owner is told.
        portal.staff_sign_in(&key(), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert_eq!(portal.portal.staff_notices(&elsewhere).await.unwrap().failed_tries, 9);
    }

    async fn of_many_confirmations_at_once_no_more_are_judged_than_one_after_another(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let answers = futures::future::join_all((0..8).map(|_| confirm(&portal, &karin, WRONG))).await;
        let judged = answers.iter().filter(|answer| matches!(answer, Err(ConfirmError::Wrong))).count();
        let barred = answers.iter().filter(|answer| matches!(answer, Err(ConfirmError::TooManyTries { .. }))).count();
        assert_eq!((judged, barred), (3, 5));
    }
}
