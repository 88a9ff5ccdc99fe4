//! The second factor, from setting it up to losing it.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::{KARIN, code_now, key, on_the_way, rules_of, second_factor_for};
use crate::test_support::{PASSWORD, TestPortal, on_both_databases, secret};
use crate::{
    ConfirmError, Denied, OwnAccount, Role, SecondFactorError, SignInRules, SignInStep, StaffActor, StaffVisitor,
};

const STEP: Duration = Duration::from_secs(30);

/// Signs Karin in with a password and a code, in a session of that name.
async fn sign_in_with(
    portal: &TestPortal,
    name: &str,
    karin: &StaffActor,
    code: &str,
) -> Result<(), SecondFactorError> {
    let candidate = on_the_way(portal, &format!("before {name}"), karin, KARIN).await;
    let proof = portal.portal.staff_second_factor(&candidate, code).await?;
    assert_eq!(
        portal.continue_to(&key(name), proof).await.unwrap(),
        SignInStep::Complete
    );
    Ok(())
}

on_both_databases! {
    async fn a_second_factor_counts_when_a_code_of_it_was_given_and_is_asked_for_from_then_on(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let begun = portal.portal.second_factor_set_up(&karin).await.unwrap();
        assert!(begun.address.expose().starts_with("otpauth://totp/Norrby%20kommun:karin%40norrby.example?secret="));
        let again = portal.portal.second_factor_set_up(&karin).await.unwrap();
        assert!(begun.secret == again.secret && begun.address.expose().contains(begun.secret.expose().as_str()));
        // Begun is not set.
        assert_eq!(portal.portal.own_account(&karin).await.unwrap().second_factor_set_at, None);
        let wrong = portal.portal.set_second_factor(&karin, "000 00").await;
        assert!(matches!(wrong, Err(SecondFactorError::WrongCode)));

        let elsewhere = key("elsewhere");
        portal.staff_sign_in(&elsewhere, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        let set = portal.portal.set_second_factor(&karin, &code_now(&portal, &begun.secret)).await.unwrap();
        assert_eq!((set.recovery_codes.len(), set.proof.is_none()), (10, true));
        let account = portal.portal.own_account(&karin).await.unwrap();
        assert_eq!((account.second_factor_set_at, account.recovery_codes_left), (Some(portal.now()), 10));
        // Whoever signed in without it has to come anew, and this session goes on.
        assert!(portal.staff_in(&elsewhere).await.is_none());
        assert!(portal.staff_in(karin.session()).await.is_some());

        portal.clock.advance(STEP);
        sign_in_with(&portal, "new", &karin, &code_now(&portal, &begun.secret)).await.unwrap();
        assert_eq!(portal.staff_in(&key("new")).await.unwrap().staff_id(), karin.staff_id());
        let log = portal.audit_log().await;
        let row = log.iter().rfind(|row| row.action == "staff.signed-in").unwrap();
        assert_eq!(row.detail.as_deref(), Some("one-time-code"));
    }

    async fn a_code_is_accepted_once_also_of_two_who_give_it_at_once(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let app = second_factor_for(&portal, &karin).await.secret;
        // The code of the set-up counts no more.
        let replayed = sign_in_with(&portal, "replayed", &karin, &code_now(&portal, &app)).await;
        assert!(matches!(replayed, Err(SecondFactorError::WrongCode)));

        portal.clock.advance(STEP);
        let (one, other) = (on_the_way(&portal, "one", &karin, KARIN).await, on_the_way(&portal, "other", &karin, KARIN).await);
        let (node, code) = (portal.another_node().await, code_now(&portal, &app));
        let both = futures::future::join(
            portal.portal.staff_second_factor(&one, &code),
            node.staff_second_factor(&other, &code),
        );
        let (first, second) = both.await;
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        assert_eq!(portal.audit_log().await.iter().filter(|row| row.detail.as_deref() == Some("wrong-code")).count(), 2);
    }

    async fn wrong_codes_count_as_wrong_tries_and_the_right_password_does_not_forget_them(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let app = second_factor_for(&portal, &karin).await.secret;
        portal.clock.advance(STEP);
        for _ in 0..3 {
            let wrong = sign_in_with(&portal, "guess", &karin, "aaaa-aaaa-aaaa-aaaa").await;
            assert!(matches!(wrong, Err(SecondFactorError::WrongCode)));
        }
        let until = portal.now() + Duration::from_secs(5);
        let refused = portal.staff_sign_in(&key("next"), karin.organisation_id(), KARIN, PASSWORD).await;
        assert!(refused.is_err());
        portal.clock.advance(Duration::from_secs(5));
        let candidate = on_the_way(&portal, "next", &karin, KARIN).await;
        let wrong = portal.portal.staff_second_factor(&candidate, "000000").await;
        assert!(matches!(wrong, Err(SecondFactorError::WrongCode)));
        let waits = portal.portal.staff_second_factor(&candidate, &code_now(&portal, &app)).await;
        let expected = until + Duration::from_secs(10);
        assert!(matches!(waits, Err(SecondFactorError::TooManyTries { until }) if until == expected));
        portal.clock.advance(Duration::from_secs(10));
        assert!(portal.portal.staff_second_factor(&candidate, &code_now(&portal, &app)).await.is_ok());
    }

    async fn each_recovery_code_works_once_in_place_of_a_code_and_new_ones_void_the_old(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let codes = second_factor_for(&portal, &karin).await.recovery_codes;
        let first = codes[0].expose().to_uppercase().replace('-', " ");
        sign_in_with(&portal, "first", &karin, &first).await.unwrap();
        let again = sign_in_with(&portal, "again", &karin, codes[0].expose()).await;
        assert!(matches!(again, Err(SecondFactorError::WrongCode)));
        let account = portal.portal.own_account(&karin).await.unwrap();
        assert_eq!((account.recovery_codes_left, account.has_few_recovery_codes()), (9, false));
        for code in &codes[1..7] {
            sign_in_with(&portal, "one more", &karin, code.expose()).await.unwrap();
        }
        let account = portal.portal.own_account(&karin).await.unwrap();
        assert_eq!(account.recovery_codes_left, OwnAccount::FEW_RECOVERY_CODES);
        assert!(account.has_few_recovery_codes());

        let new = portal.portal.make_recovery_codes(&karin).await.unwrap();
        assert_eq!(portal.portal.own_account(&karin).await.unwrap().recovery_codes_left, 10);
        let old = sign_in_with(&portal, "old", &karin, codes[8].expose()).await;
        assert!(matches!(old, Err(SecondFactorError::WrongCode)));
        sign_in_with(&portal, "new", &karin, new[0].expose()).await.unwrap();
    }

    async fn of_two_who_give_a_recovery_code_at_once_one_gets_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let codes = second_factor_for(&portal, &karin).await.recovery_codes;
        let (one, other) = (on_the_way(&portal, "one", &karin, KARIN).await, on_the_way(&portal, "other", &karin, KARIN).await);
        let node = portal.another_node().await;
        let both = futures::future::join(
            portal.portal.staff_second_factor(&one, codes[0].expose()),
            node.staff_second_factor(&other, codes[0].expose()),
        );
        let (first, second) = both.await;
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    }

    async fn somebodys_codes_are_worth_nothing_for_somebody_else(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, "olle@norrby.example", Role::Admin).await;
        let codes = second_factor_for(&portal, &olle).await;
        second_factor_for(&portal, &karin).await;
        portal.clock.advance(STEP);
        for code in [code_now(&portal, &codes.secret), codes.recovery_codes[0].expose().clone()] {
            let foreign = sign_in_with(&portal, "foreign", &karin, &code).await;
            assert!(matches!(foreign, Err(SecondFactorError::WrongCode)));
        }
    }

    async fn who_must_have_one_sets_it_up_on_the_way_in_and_only_in_that_session(portal: TestPortal) {
        let karin = portal.first_admin().await;
        rules_of(&portal, &karin, SignInRules { second_factor_required: true, ..SignInRules::default() }).await;
        assert!(portal.staff_in(karin.session()).await.is_none());
        let candidate = on_the_way(&portal, "new", &karin, KARIN).await;
        assert_eq!(candidate.step(), SignInStep::SetUpSecondFactor);
        let another = on_the_way(&portal, "another", &karin, KARIN).await;
        let begun = portal.portal.second_factor_set_up(&candidate).await.unwrap();
        // What was begun in one session is not seen in another, which begins its own.
        let other = portal.portal.second_factor_set_up(&another).await.unwrap();
        assert!(begun.secret != other.secret);
        let overtaken = portal.portal.set_second_factor(&candidate, &code_now(&portal, &begun.secret)).await;
        assert!(matches!(overtaken, Err(SecondFactorError::Overtaken)));

        let begun = portal.portal.second_factor_set_up(&candidate).await.unwrap();
        let set = portal.portal.set_second_factor(&candidate, &code_now(&portal, &begun.secret)).await.unwrap();
        // Somebody who was on the way too can't put their own in its place.
        let late = portal.portal.second_factor_set_up(&another).await;
        assert!(matches!(late, Err(SecondFactorError::Overtaken)));
        let step = portal.continue_to(&key("in"), set.proof.unwrap()).await.unwrap();
        assert_eq!(step, SignInStep::Complete);
        assert!(portal.staff_in(&key("in")).await.is_some());
    }

    async fn one_that_is_required_can_be_replaced_and_not_removed(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let before = second_factor_for(&portal, &karin).await;
        rules_of(&portal, &karin, SignInRules { second_factor_required: true, ..SignInRules::default() }).await;
        let refused = portal.portal.remove_second_factor(&karin).await;
        assert!(matches!(refused, Err(SecondFactorError::Required)));
        portal.clock.advance(STEP);
        let after = second_factor_for(&portal, &karin).await;
        portal.clock.advance(STEP);
        for code in [code_now(&portal, &before.secret), before.recovery_codes[0].expose().clone()] {
            let old = sign_in_with(&portal, "old", &karin, &code).await;
            assert!(matches!(old, Err(SecondFactorError::WrongCode)));
        }
        sign_in_with(&portal, "new", &karin, &code_now(&portal, &after.secret)).await.unwrap();

        rules_of(&portal, &karin, SignInRules::default()).await;
        portal.portal.remove_second_factor(&karin).await.unwrap();
        let step = portal.staff_sign_in(&key("plain"), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert_eq!(step, SignInStep::Complete);
        let none = portal.portal.make_recovery_codes(&karin).await;
        assert!(matches!(none, Err(SecondFactorError::Overtaken)));
    }

    async fn a_confirmation_takes_password_and_code_and_is_fresh_for_five_minutes(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let app = second_factor_for(&portal, &karin).await.secret;
        portal.clock.advance(Duration::from_secs(5 * 60));
        let stale = portal.staff_in(karin.session()).await.unwrap();
        for refused in [
            portal.portal.second_factor_set_up(&stale).await.err(),
            portal.portal.remove_second_factor(&stale).await.err(),
            portal.portal.make_recovery_codes(&stale).await.err(),
        ] {
            assert!(matches!(refused, Some(SecondFactorError::Denied(Denied::StepUpNeeded))));
        }
        let code = code_now(&portal, &app);
        for (password, code) in [("gryta hammare åska tvål", code.as_str()), (PASSWORD, "000000"), (PASSWORD, "")] {
            let refused = portal.portal.confirm_staff(&stale, &secret(password), code).await;
            assert!(matches!(refused, Err(ConfirmError::Wrong)), "{code}");
        }
        let barred = portal.portal.confirm_staff(&stale, &secret(PASSWORD), &code).await;
        assert!(matches!(barred, Err(ConfirmError::TooManyTries { .. })));
        portal.clock.advance(Duration::from_secs(5));
        portal.portal.confirm_staff(&stale, &secret(PASSWORD), &code).await.unwrap();
        let fresh = portal.staff_in(karin.session()).await.unwrap();
        assert_eq!(fresh.fresh_until(), portal.now() + Duration::from_secs(5 * 60));
        portal.portal.make_recovery_codes(&fresh).await.unwrap();
        // It was used, so it confirms nothing more.
        let replayed = portal.portal.confirm_staff(&fresh, &secret(PASSWORD), &code).await;
        assert!(matches!(replayed, Err(ConfirmError::Wrong)));
        assert_eq!(portal.audited("staff.confirmed").await, 1);
    }

    async fn a_confirmation_in_a_session_that_has_ended_is_none(portal: TestPortal) {
        let karin = portal.first_admin().await;
        portal.portal.sign_out_staff(karin.session(), &portal.request()).await.unwrap();
        let gone = portal.portal.confirm_staff(&karin, &secret(PASSWORD), "").await;
        assert!(matches!(gone, Err(ConfirmError::SessionGone)));
    }

    async fn the_secret_and_the_recovery_codes_lie_nowhere_in_clear(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let set = second_factor_for(&portal, &karin).await;
        let stored = crate::test_support::everything_stored(&portal.portal.0.database).await;
        let bare = set.recovery_codes[0].expose().replace('-', "");
        for canary in [set.secret.expose().as_str(), set.recovery_codes[0].expose(), &bare] {
            assert!(!crate::test_support::is_among(canary, &stored));
        }
        // A secret that was sealed for one account opens in no other.
        let olle = portal.member(&karin, "olle@norrby.example", Role::Sender).await;
        let transaction = portal.portal.0.database.write().await.unwrap();
        let copy = "UPDATE staff_member SET sealed_code_secret = (SELECT other.sealed_code_secret FROM staff_member other \
            WHERE other.sealed_code_secret IS NOT NULL)";
        transaction.execute_unprepared(copy).await.unwrap();
        transaction.commit().await.unwrap();
        portal.clock.advance(STEP);
        let candidate = {
            let name = key("olle");
            portal.staff_sign_in(&name, olle.organisation_id(), "olle@norrby.example", PASSWORD).await.unwrap();
            match portal.staff_visitor(&name).await {
                StaffVisitor::Candidate(candidate) => candidate,
                other => panic!("{other:?}"),
            }
        };
        let copied = portal.portal.staff_second_factor(&candidate, &code_now(&portal, &set.secret)).await;
        assert!(matches!(copied, Err(SecondFactorError::Fault(_))));
    }
}
