//! Signing in with a password, and not getting in.

use std::time::Duration;

use base::OrganisationId;
use futures::future::join_all;
use sea_orm::ConnectionTrait;

use super::everything;
use crate::test_support::{PASSWORD, TestPortal, on_both_databases, secret};
use crate::{RequestInfo, Role, SessionKey, SignInStep, StaffSignInError};

const KARIN: &str = "karin@norrby.example";
const OLLE: &str = "olle@norrby.example";
const WRONG: &str = "gryta hammare åska tvål";

fn key() -> SessionKey {
    SessionKey::of_staff(b"a new session")
}

async fn run(portal: &TestPortal, sql: &str) {
    let transaction = portal.portal.0.database.write().await.unwrap();
    transaction.execute_unprepared(sql).await.unwrap();
    transaction.commit().await.unwrap();
}

/// How often Olle's right password is refused with the one answer.
async fn is_refused(portal: &TestPortal, organisation: OrganisationId) -> bool {
    let answer = portal.staff_sign_in(&key(), organisation, OLLE, PASSWORD).await;
    match answer {
        Ok(step) => {
            assert_eq!(step, SignInStep::Complete);
            false
        }
        Err(error) => {
            assert!(matches!(error, StaffSignInError::Refused), "{error}");
            true
        }
    }
}

/// An organisation with Karin and Olle.
async fn norrby(portal: &TestPortal) -> OrganisationId {
    let karin = portal.first_admin().await;
    portal.member(&karin, OLLE, Role::Sender).await.organisation_id()
}

on_both_databases! {
    async fn the_right_password_lets_somebody_in_by_slug_or_id_and_however_the_address_is_written(portal: TestPortal) {
        let organisation = norrby(&portal).await.to_string();
        for (organisation, email) in [
            (organisation.as_str(), OLLE),
            ("norrby-kommun", OLLE),
            ("norrby-kommun", " Olle@NORRBY.example "),
        ] {
            let proof = portal.portal.staff_password(organisation, email, &secret(PASSWORD), &portal.request()).await;
            assert_eq!(portal.continue_to(&key(), proof.unwrap()).await.unwrap(), SignInStep::Complete);
            assert_eq!(portal.staff_in(&key()).await.unwrap().name(), "Olle Berg");
        }
        let log = portal.audit_log().await;
        let row = log.iter().rfind(|row| row.action == "staff.signed-in").unwrap();
        assert_eq!((row.actor_kind.as_str(), row.detail.as_deref()), ("staff", Some("password")));
    }

    async fn everybody_who_is_refused_gets_one_answer_and_leaves_one_line_in_the_log(portal: TestPortal) {
        let organisation = norrby(&portal).await;
        let address = organisation.to_string();
        let before = portal.audited("staff.sign-in-refused").await;
        let tries = [
            ("no-such-place", OLLE, PASSWORD),
            (address.as_str(), "nobody@norrby.example", PASSWORD),
            (address.as_str(), OLLE, WRONG),
            (address.as_str(), OLLE, ""),
            (address.as_str(), "", ""),
            (address.as_str(), OLLE, "två\nrader"),
        ];
        for (organisation, email, password) in tries {
            let answer = portal.portal.staff_password(organisation, email, &secret(password), &portal.request()).await;
            assert!(matches!(answer, Err(StaffSignInError::Refused)), "{organisation} {email} {password}");
        }
        let huge = "x".repeat(1_000_000);
        let answer = portal.portal.staff_password(&address, &huge, &secret(&huge), &portal.request()).await;
        assert!(matches!(answer, Err(StaffSignInError::Refused)));
        assert_eq!(portal.audited("staff.sign-in-refused").await, before + tries.len() + 1);
        let log = portal.audit_log().await;
        for row in log.iter().filter(|row| row.action == "staff.sign-in-refused") {
            assert_eq!((row.actor_kind.as_str(), row.actor_id), ("nobody", None));
        }
    }

    async fn every_try_waits_for_a_hash_so_that_the_time_does_not_tell_who_exists(portal: TestPortal) {
        let organisation = norrby(&portal).await.to_string();
        run(&portal, "UPDATE staff_member SET password_hash = NULL WHERE role = 'sender'").await;
        let long = "x".repeat(100_000);
        let storm = portal.portal.0.passwords.fill();
        for (organisation, email, password) in [
            ("no-such-place", KARIN, PASSWORD),
            (organisation.as_str(), "nobody@norrby.example", PASSWORD),
            (organisation.as_str(), OLLE, PASSWORD),
            (organisation.as_str(), KARIN, ""),
            (organisation.as_str(), KARIN, &long),
            (organisation.as_str(), KARIN, WRONG),
            (organisation.as_str(), KARIN, PASSWORD),
        ] {
            let answer = portal.portal.staff_password(organisation, email, &secret(password), &portal.request()).await;
            assert!(matches!(answer, Err(StaffSignInError::Busy)), "{organisation} {email}");
        }
        drop(storm);
        assert!(portal.staff_sign_in(&key(), organisation.parse().unwrap(), KARIN, PASSWORD).await.is_ok());
    }

    async fn nobody_gets_in_who_is_shut_out_and_the_answer_does_not_say_why(portal: TestPortal) {
        let organisation = norrby(&portal).await;
        assert!(!is_refused(&portal, organisation).await);
        let (now, hour) = (portal.now().as_millis(), 3_600_000);
        for (shut, open) in [
            (format!("deactivated_at = {now}"), "deactivated_at = NULL"),
            (format!("valid_from = {}", now + hour), "valid_from = NULL"),
            (format!("valid_until = {now}"), "valid_until = NULL"),
            ("password_hash = NULL".to_owned(), ""),
        ] {
            run(&portal, &format!("UPDATE staff_member SET {shut}")).await;
            assert!(is_refused(&portal, organisation).await, "{shut}");
            if !open.is_empty() {
                run(&portal, &format!("UPDATE staff_member SET {open}")).await;
                assert!(!is_refused(&portal, organisation).await, "{open}");
            }
        }
    }

    async fn the_network_is_told_only_to_somebody_who_gave_the_right_password(portal: TestPortal) {
        let organisation = norrby(&portal).await;
        run(&portal, "UPDATE organisation SET staff_networks = '198.51.100.0/24'").await;
        let from = |address: Option<[u8; 4]>| RequestInfo { address: address.map(Into::into), ..portal.request() };
        let address = organisation.to_string();
        for outside in [Some([192, 0, 2, 7]), None] {
            let answer = portal.portal.staff_password(&address, OLLE, &secret(WRONG), &from(outside)).await;
            assert!(matches!(answer, Err(StaffSignInError::Refused)));
            let answer = portal.portal.staff_password(&address, OLLE, &secret(PASSWORD), &from(outside)).await;
            assert!(matches!(answer, Err(StaffSignInError::NetworkNotAllowed)));
        }
        let inside = from(Some([198, 51, 100, 7]));
        let proof = portal.portal.staff_password(&address, OLLE, &secret(PASSWORD), &inside).await.unwrap();
        // Who moves away between the steps is refused too.
        let moved = portal.continue_to(&key(), proof).await;
        assert!(matches!(moved, Err(StaffSignInError::NetworkNotAllowed)));
        assert!(portal.staff_in(&key()).await.is_none());
    }

    async fn wrong_tries_slow_the_account_down_and_then_lock_it_for_an_hour(portal: TestPortal) {
        let organisation = norrby(&portal).await;
        for (number, wait) in [0, 0, 5, 10, 20, 40, 80, 160, 300, 3600].into_iter().enumerate() {
            let answer = portal.staff_sign_in(&key(), organisation, OLLE, WRONG).await;
            assert!(matches!(answer, Err(StaffSignInError::Refused)));
            if wait > 0 {
                // The right password gets the same answer meanwhile, and neither it nor another wrong one makes it longer.
                assert!(is_refused(&portal, organisation).await, "after {}", number + 1);
                let answer = portal.staff_sign_in(&key(), organisation, OLLE, WRONG).await;
                assert!(matches!(answer, Err(StaffSignInError::Refused)));
                portal.clock.advance(Duration::from_secs(wait) - Duration::from_millis(1));
                assert!(is_refused(&portal, organisation).await, "after {}", number + 1);
                portal.clock.advance_millis(1);
            }
        }
        assert_eq!(portal.audited("staff.locked").await, 1);
        assert!(!is_refused(&portal, organisation).await);
        // Somebody else of the organisation was never held up.
        assert_eq!(portal.staff_sign_in(&key(), organisation, KARIN, PASSWORD).await.unwrap(), SignInStep::Complete);
    }

    async fn a_complete_sign_in_forgets_wrong_tries_but_the_person_is_told_of_them(portal: TestPortal) {
        let organisation = norrby(&portal).await;
        for _ in 0..2 {
            for _ in 0..2 {
                let _refused = portal.staff_sign_in(&key(), organisation, OLLE, WRONG).await;
            }
            assert!(!is_refused(&portal, organisation).await);
        }
        let olle = portal.staff_in(&key()).await.unwrap();
        assert_eq!(portal.portal.staff_notices(&olle).await.unwrap().failed_tries, 4);
        portal.portal.dismiss_staff_notices(&olle, everything(&portal)).await.unwrap();
        assert!(portal.portal.staff_notices(&olle).await.unwrap().is_empty());
    }

    async fn tries_at_once_on_two_nodes_are_all_counted(portal: TestPortal) {
        let organisation = norrby(&portal).await;
        let node = portal.another_node().await;
        let address = organisation.to_string();
        let requests: Vec<_> = (0..4).map(|_| portal.request()).collect();
        let wrong = secret(WRONG);
        let tries = requests.iter().enumerate().map(|(number, request)| {
            let portal = if number % 2 == 0 { &portal.portal } else { &node };
            portal.staff_password(&address, OLLE, &wrong, request)
        });
        for answer in join_all(tries).await {
            assert!(matches!(answer, Err(StaffSignInError::Refused)));
        }
        // The third that was counted made the account wait, so the fourth was not.
        assert!(is_refused(&portal, organisation).await);
        portal.clock.advance(Duration::from_secs(5));
        assert!(!is_refused(&portal, organisation).await);
        let olle = portal.staff_in(&key()).await.unwrap();
        assert_eq!(portal.portal.staff_notices(&olle).await.unwrap().failed_tries, 3);
    }

    async fn what_was_proven_is_good_for_ten_minutes_and_for_a_living_session_of_staff(portal: TestPortal) {
        let organisation = norrby(&portal).await.to_string();
        let prove = async || {
            portal.portal.staff_password(&organisation, OLLE, &secret(PASSWORD), &portal.request()).await.unwrap()
        };
        let proof = prove().await;
        portal.clock.advance(Duration::from_secs(10 * 60));
        let late = portal.continue_to(&key(), proof).await;
        assert!(matches!(late, Err(StaffSignInError::SessionGone)));
        let recipients = portal.continue_to(&SessionKey::of(b"a recipient's"), prove().await).await;
        assert!(matches!(recipients, Err(StaffSignInError::SessionGone)));
        let nothing = SessionKey::of_staff(b"no session");
        let proof = prove().await;
        let nowhere = portal
            .portal
            .continue_staff_sign_in(&nothing, proof, crate::Whereabouts::UNKNOWN, &portal.request())
            .await;
        assert!(matches!(nowhere, Err(StaffSignInError::SessionGone)));
    }
}
