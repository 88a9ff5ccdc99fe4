//! Passkeys, from adding one to losing it, and every way to answer wrongly.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::{code_now, rules_of, second_factor_for};
use crate::test_support::{Authenticator, PASSWORD, TestPortal, is_among, on_both_databases, secret};
use crate::{
    AcceptedInvitation, ConfirmError, OwnPasskey, PasskeyAdded, Role, SecondFactorError, SecondFactors, SessionKey,
    SignInRules, SignInStep, StaffActor, StaffCandidate, StaffVisitor,
};

const KARIN: &str = "karin@norrby.example";
const ORIGIN: &str = "https://post.example.se";
const MINUTE: Duration = Duration::from_secs(60);

fn key(name: &str) -> SessionKey {
    SessionKey::of_staff(name.as_bytes())
}

fn authenticator(name: &str) -> Authenticator {
    Authenticator::new(name, ORIGIN)
}

/// Adds an authenticator's passkey under its name.
async fn add(portal: &TestPortal, actor: &StaffActor, name: &str) -> (Authenticator, PasskeyAdded) {
    // One after another, since the list is in that order.
    portal.clock.advance_millis(1);
    let mut authenticator = authenticator(name);
    let asked = portal.portal.ask_for_new_passkey(actor).await.unwrap();
    let answer = authenticator.create(&asked);
    let added = portal.portal.add_passkey(actor, name, &answer).await.unwrap();
    (authenticator, added)
}

/// Gives the password of an account of Karin's organisation in a new session, in which more is asked for.
async fn on_the_way(portal: &TestPortal, name: &str, karin: &StaffActor, email: &str) -> StaffCandidate {
    let organisation = karin.organisation_id();
    portal
        .staff_sign_in(&key(name), organisation, email, PASSWORD)
        .await
        .unwrap();
    match portal.staff_visitor(&key(name)).await {
        StaffVisitor::Candidate(candidate) => candidate,
        other => panic!("{other:?}"),
    }
}

/// Answers what is asked for in a new session, and goes on if that is accepted.
async fn sign_in_with(
    portal: &TestPortal,
    name: &str,
    karin: &StaffActor,
    authenticator: &mut Authenticator,
) -> Result<(), SecondFactorError> {
    let candidate = on_the_way(portal, &format!("before {name}"), karin, KARIN).await;
    let asked = portal.portal.ask_for_passkey(&candidate).await?;
    let proof = portal
        .portal
        .staff_passkey(&candidate, &authenticator.get(&asked))
        .await?;
    assert_eq!(
        portal.continue_to(&key(name), proof).await.unwrap(),
        SignInStep::Complete
    );
    Ok(())
}

async fn confirm(
    portal: &TestPortal,
    actor: &StaffActor,
    authenticator: &mut Authenticator,
) -> Result<(), ConfirmError> {
    let asked = portal.portal.ask_for_passkey_to_confirm(actor).await.unwrap();
    portal
        .portal
        .confirm_staff_by_passkey(actor, &authenticator.get(&asked))
        .await
}

async fn details(portal: &TestPortal, detail: &str) -> usize {
    let log = portal.audit_log().await;
    log.iter().filter(|row| row.detail.as_deref() == Some(detail)).count()
}

on_both_databases! {
    async fn a_passkey_is_asked_for_from_the_time_on_that_it_is_added(portal: TestPortal) {
        let karin = portal.first_admin().await;
        portal.staff_sign_in(&key("elsewhere"), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        let (mut phone, added) = add(&portal, &karin, "Telefonen").await;
        assert_eq!((added.recovery_codes.unwrap().len(), added.proof.is_none()), (10, true));
        // Whoever signed in without it has to come anew, and this session goes on.
        assert!(portal.staff_in(&key("elsewhere")).await.is_none());
        assert!(portal.staff_in(karin.session()).await.is_some());
        let account = portal.portal.own_account(&karin).await.unwrap();
        assert_eq!(account.second_factors(), SecondFactors { codes: false, passkeys: true });
        let [passkey] = &account.passkeys[..] else { panic!("{:?}", account.passkeys) };
        assert_eq!((passkey.name.as_str(), passkey.added_at, passkey.last_used_at), ("Telefonen", portal.now(), None));

        portal.clock.advance(MINUTE);
        sign_in_with(&portal, "new", &karin, &mut phone).await.unwrap();
        let karin = portal.staff_in(&key("new")).await.unwrap();
        let account = portal.portal.own_account(&karin).await.unwrap();
        assert_eq!(account.passkeys[0].last_used_at, Some(portal.now()));
        assert!(portal.portal.list_staff(&karin).await.unwrap()[0].has_second_factor);
        let log = portal.audit_log().await;
        assert!(log.iter().any(|row| row.action == "staff.passkey-added"));
        let row = log.iter().rfind(|row| row.action == "staff.signed-in").unwrap();
        assert_eq!(row.detail.as_deref(), Some("passkey"));
        // And again, with the counter of then.
        sign_in_with(&portal, "again", &karin, &mut phone).await.unwrap();
    }

    async fn an_answer_counts_once_in_the_session_that_asked_and_for_five_minutes(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        let (one, other) =
            (on_the_way(&portal, "one", &karin, KARIN).await, on_the_way(&portal, "other", &karin, KARIN).await);
        let give = async |candidate: &StaffCandidate, answer: &str| {
            portal.portal.staff_passkey(candidate, answer).await.map(|_| ())
        };
        // Nothing was asked.
        let asked = portal.portal.ask_for_passkey(&one).await.unwrap();
        let answer = phone.get(&asked);
        assert!(matches!(give(&other, &answer).await, Err(SecondFactorError::NotAsked)));
        // Another session asked something else.
        portal.portal.ask_for_passkey(&other).await.unwrap();
        assert!(matches!(give(&other, &answer).await, Err(SecondFactorError::WrongCode)));
        // The one that asked takes it, and once.
        give(&one, &answer).await.unwrap();
        assert!(matches!(give(&one, &answer).await, Err(SecondFactorError::NotAsked)));
        // Only the question that was asked last is open.
        let earlier = portal.portal.ask_for_passkey(&one).await.unwrap();
        portal.portal.ask_for_passkey(&one).await.unwrap();
        assert!(matches!(give(&one, &phone.get(&earlier)).await, Err(SecondFactorError::WrongCode)));
        // A wrong answer closes it.
        let asked = portal.portal.ask_for_passkey(&one).await.unwrap();
        assert!(matches!(give(&one, "{}").await, Err(SecondFactorError::WrongCode)));
        portal.clock.advance(MINUTE);
        assert!(matches!(give(&one, &phone.get(&asked)).await, Err(SecondFactorError::NotAsked)));
        // And so does time.
        let asked = portal.portal.ask_for_passkey(&one).await.unwrap();
        portal.clock.advance(4 * MINUTE + Duration::from_millis(59_999));
        give(&one, &phone.get(&asked)).await.unwrap();
        let late = on_the_way(&portal, "late", &karin, KARIN).await;
        let asked = portal.portal.ask_for_passkey(&late).await.unwrap();
        portal.clock.advance(5 * MINUTE);
        assert!(matches!(give(&late, &phone.get(&asked)).await, Err(SecondFactorError::NotAsked)));
        assert_eq!(details(&portal, "wrong-passkey").await, 3);
        assert_eq!(details(&portal, "passkey-not-asked-for").await, 4);
    }

    async fn of_two_who_give_one_answer_at_once_one_gets_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        let candidate = on_the_way(&portal, "one", &karin, KARIN).await;
        let answer = phone.get(&portal.portal.ask_for_passkey(&candidate).await.unwrap());
        let node = portal.another_node().await;
        let both = futures::future::join(
            portal.portal.staff_passkey(&candidate, &answer),
            node.staff_passkey(&candidate, &answer),
        );
        let (first, second) = both.await;
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    }

    async fn wrong_answers_are_refused_and_count_as_wrong_tries(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        type Change = fn(&mut Authenticator);
        let wrong: [(&str, Change); 6] = [
            ("another site", |phone| phone.origin = "https://post.example.se.evil.example".to_owned()),
            ("a site below ours", |phone| phone.origin = "https://x.post.example.se".to_owned()),
            ("another port", |phone| phone.origin = "https://post.example.se:8443".to_owned()),
            ("without encryption", |phone| phone.origin = "http://post.example.se".to_owned()),
            ("nobody verified", |phone| phone.verifies = false),
            ("another authenticator", |phone| *phone = authenticator("Någon annans")),
        ];
        for (number, (what, change)) in wrong.into_iter().enumerate() {
            let mut answerer = authenticator("Telefonen");
            answerer.counter = 100;
            change(&mut answerer);
            let refused = sign_in_with(&portal, what, &karin, &mut answerer).await;
            assert!(matches!(refused, Err(SecondFactorError::WrongCode)), "{what}: {refused:?}");
            assert_eq!(details(&portal, "wrong-passkey").await, number + 1, "{what}");
            portal.clock.advance(MINUTE);
        }
        // A signature that is not one.
        let candidate = on_the_way(&portal, "forged", &karin, KARIN).await;
        let asked = portal.portal.ask_for_passkey(&candidate).await.unwrap();
        let mut forged: serde_json::Value = serde_json::from_str(&phone.get(&asked)).unwrap();
        forged["response"]["signature"] = serde_json::json!("MEUCIQ");
        let refused = portal.portal.staff_passkey(&candidate, &forged.to_string()).await;
        assert!(matches!(refused, Err(SecondFactorError::WrongCode)));
        // Seven in a row make the account wait, for the password too.
        let refused = portal.staff_sign_in(&key("waits"), karin.organisation_id(), KARIN, PASSWORD).await;
        assert!(refused.is_err());
        let right = portal.portal.ask_for_passkey(&candidate).await.unwrap();
        let waits = portal.portal.staff_passkey(&candidate, &phone.get(&right)).await;
        assert!(matches!(waits, Err(SecondFactorError::TooManyTries { .. })));
        portal.clock.advance(2 * MINUTE);
        // The question is still open, since nothing was looked at.
        portal.portal.staff_passkey(&candidate, &phone.get(&right)).await.unwrap();
    }

    async fn somebodys_passkey_is_worth_nothing_for_somebody_else(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, "olle@norrby.example", Role::Admin).await;
        let (mut of_karin, _) = add(&portal, &karin, "Karins").await;
        let (mut of_olle, _) = add(&portal, &olle, "Olles").await;
        let foreign = sign_in_with(&portal, "foreign", &karin, &mut of_olle).await;
        assert!(matches!(foreign, Err(SecondFactorError::WrongCode)));
        // Nor does the question of one account go with the other's session.
        let candidate = on_the_way(&portal, "olle", &karin, "olle@norrby.example").await;
        let karins = on_the_way(&portal, "karin", &karin, KARIN).await;
        let answer = of_karin.get(&portal.portal.ask_for_passkey(&karins).await.unwrap());
        let foreign = portal.portal.staff_passkey(&candidate, &answer).await;
        assert!(matches!(foreign, Err(SecondFactorError::NotAsked)));
        // A row that is given to somebody else opens no more.
        let transaction = portal.portal.0.database.write().await.unwrap();
        let copy = "UPDATE staff_passkey SET staff_id = \
            (SELECT id FROM staff_member WHERE staff_member.id <> staff_passkey.staff_id)";
        transaction.execute_unprepared(copy).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(matches!(portal.portal.ask_for_passkey(&karins).await, Err(SecondFactorError::Fault(_))));
    }

    async fn a_counter_that_does_not_go_on_is_refused_and_stands_in_the_audit_log(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        phone.counter = 7;
        sign_in_with(&portal, "one", &karin, &mut phone).await.unwrap();
        let mut copy = authenticator("Telefonen");
        copy.counter = 3;
        let refused = sign_in_with(&portal, "copy", &karin, &mut copy).await;
        assert!(matches!(refused, Err(SecondFactorError::WrongCode)));
        // Also when it was asked for before the other was used.
        let candidate = on_the_way(&portal, "two", &karin, KARIN).await;
        let asked = portal.portal.ask_for_passkey(&candidate).await.unwrap();
        copy.counter = phone.counter;
        let answer = copy.get(&asked);
        sign_in_with(&portal, "three", &karin, &mut phone).await.unwrap();
        let refused = portal.portal.staff_passkey(&candidate, &answer).await;
        assert!(matches!(refused, Err(SecondFactorError::WrongCode)));
        assert_eq!(details(&portal, "passkey-counter").await, 2);
    }

    async fn a_passkey_alone_confirms_and_the_fifth_wrong_one_ends_the_session(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        portal.clock.advance(5 * MINUTE);
        let karin = portal.staff_in(karin.session()).await.unwrap();
        let stale = portal.portal.ask_for_new_passkey(&karin).await;
        assert!(matches!(stale, Err(SecondFactorError::Denied(crate::Denied::StepUpNeeded))));
        let asked = portal.portal.ask_for_passkey_to_confirm(&karin).await.unwrap();
        let answer = phone.get(&asked);
        portal.portal.confirm_staff_by_passkey(&karin, &answer).await.unwrap();
        let karin = portal.staff_in(karin.session()).await.unwrap();
        assert!(portal.portal.ask_for_new_passkey(&karin).await.is_ok());
        // What was asked is over; what was asked for another purpose is no answer.
        let again = portal.portal.confirm_staff_by_passkey(&karin, &answer).await;
        assert!(matches!(again, Err(ConfirmError::NotAsked)));
        portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let other = portal.portal.confirm_staff_by_passkey(&karin, &answer).await;
        assert!(matches!(other, Err(ConfirmError::NotAsked)));
        assert_eq!(details(&portal, "passkey").await, 1);

        let mut stranger = authenticator("Någon annans");
        for number in 1..=5 {
            let refused = confirm(&portal, &karin, &mut stranger).await;
            let ended = matches!(refused, Err(ConfirmError::SessionGone));
            assert_eq!((ended, refused.is_err()), (number == 5, true), "{number}");
            portal.clock.advance(MINUTE);
        }
        assert!(portal.staff_in(karin.session()).await.is_none());
    }

    async fn the_password_and_a_recovery_code_go_where_no_passkey_can_be_used(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (_, added) = add(&portal, &karin, "Telefonen").await;
        let codes = added.recovery_codes.unwrap();
        let confirm = async |code: &str| portal.portal.confirm_staff(&karin, &secret(PASSWORD), code).await;
        assert!(matches!(confirm("").await, Err(ConfirmError::Wrong)));
        confirm(codes[0].expose()).await.unwrap();
        let candidate = on_the_way(&portal, "new", &karin, KARIN).await;
        assert_eq!(candidate.second_factors(), SecondFactors { codes: false, passkeys: true });
        let code = portal.portal.staff_second_factor(&candidate, "123456").await;
        assert!(matches!(code, Err(SecondFactorError::WrongCode)));
        assert!(portal.portal.staff_second_factor(&candidate, codes[1].expose()).await.is_ok());
    }

    async fn who_must_have_a_second_factor_may_choose_a_passkey_on_the_way_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        rules_of(&portal, &karin, SignInRules { second_factor_required: true, ..SignInRules::default() }).await;
        let candidate = on_the_way(&portal, "new", &karin, KARIN).await;
        assert_eq!(candidate.step(), SignInStep::SetUpSecondFactor);
        assert!(matches!(portal.portal.ask_for_passkey(&candidate).await, Err(SecondFactorError::Overtaken)));
        let asked = portal.portal.ask_for_new_passkey(&candidate).await.unwrap();
        let answer = authenticator("Telefonen").create(&asked);
        let nameless = portal.portal.add_passkey(&candidate, " ", &answer).await;
        assert!(matches!(nameless, Err(SecondFactorError::NoName)));
        let added = portal.portal.add_passkey(&candidate, "Telefonen", &answer).await.unwrap();
        assert_eq!(added.recovery_codes.unwrap().len(), 10);
        assert_eq!(portal.continue_to(&key("in"), added.proof.unwrap()).await.unwrap(), SignInStep::Complete);
        // Who is still on the way replaces nothing.
        let again = portal.portal.ask_for_new_passkey(&candidate).await;
        assert!(matches!(again, Err(SecondFactorError::Overtaken)));
        let app = portal.portal.second_factor_set_up(&candidate).await;
        assert!(matches!(app, Err(SecondFactorError::Overtaken)));

        // The last one stays as long as one is required, of whichever kind it is.
        let karin = portal.staff_in(&key("in")).await.unwrap();
        let only = portal.portal.own_account(&karin).await.unwrap().passkeys[0].id;
        let refused = portal.portal.remove_passkey(&karin, only).await;
        assert!(matches!(refused, Err(SecondFactorError::Required)));
        assert_eq!(portal.portal.own_account(&karin).await.unwrap().passkeys.len(), 1);
        second_factor_for(&portal, &karin).await;
        portal.portal.remove_passkey(&karin, only).await.unwrap();
        let refused = portal.portal.remove_second_factor(&karin).await;
        assert!(matches!(refused, Err(SecondFactorError::Required)));
        add(&portal, &karin, "Datorn").await;
        portal.portal.remove_second_factor(&karin).await.unwrap();
        assert_eq!(portal.portal.own_account(&karin).await.unwrap().recovery_codes_left, 10);
    }

    async fn removing_ends_other_sessions_and_the_last_takes_the_recovery_codes_with_it(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        let (_, second) = add(&portal, &karin, "Datorn").await;
        assert!(second.recovery_codes.is_none());
        let olle = portal.member(&karin, "olle@norrby.example", Role::Admin).await;
        sign_in_with(&portal, "elsewhere", &karin, &mut phone).await.unwrap();
        let passkeys = portal.portal.own_account(&karin).await.unwrap().passkeys;
        let foreign = portal.portal.remove_passkey(&olle, passkeys[0].id).await;
        assert!(matches!(foreign, Err(SecondFactorError::Overtaken)));
        portal.portal.remove_passkey(&karin, passkeys[0].id).await.unwrap();
        assert!(portal.staff_in(&key("elsewhere")).await.is_none());
        assert!(portal.staff_in(karin.session()).await.is_some());
        assert_eq!(portal.portal.own_account(&karin).await.unwrap().recovery_codes_left, 10);
        let removed = sign_in_with(&portal, "removed", &karin, &mut phone).await;
        assert!(matches!(removed, Err(SecondFactorError::WrongCode)));
        portal.portal.remove_passkey(&karin, passkeys[1].id).await.unwrap();
        let account = portal.portal.own_account(&karin).await.unwrap();
        assert_eq!((account.second_factors().any(), account.recovery_codes_left), (false, 0));
        portal.staff_sign_in(&key("bare"), karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert!(portal.staff_in(&key("bare")).await.is_some());
        let log = portal.audit_log().await;
        assert_eq!(log.iter().filter(|row| row.action == "staff.passkey-removed").count(), 2);
    }

    async fn a_passkey_that_was_removed_meanwhile_answers_nothing(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        add(&portal, &karin, "Datorn").await;
        let asked = portal.portal.ask_for_passkey_to_confirm(&karin).await.unwrap();
        let passkeys = portal.portal.own_account(&karin).await.unwrap().passkeys;
        portal.portal.remove_passkey(&karin, passkeys[0].id).await.unwrap();
        let refused = portal.portal.confirm_staff_by_passkey(&karin, &phone.get(&asked)).await;
        assert!(matches!(refused, Err(ConfirmError::Wrong)));
    }

    async fn an_authenticator_is_added_once_and_ten_of_them_are_enough(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut first, _) = add(&portal, &karin, "1").await;
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let twice = portal.portal.add_passkey(&karin, "1 igen", &first.create(&asked)).await;
        assert!(matches!(twice, Err(SecondFactorError::WrongCode)));
        let mut unverified = authenticator("obekräftad");
        unverified.verifies = false;
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let refused = portal.portal.add_passkey(&karin, "x", &unverified.create(&asked)).await;
        assert!(matches!(refused, Err(SecondFactorError::WrongCode)));
        let mut elsewhere = Authenticator::new("elsewhere", "https://evil.example");
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let refused = portal.portal.add_passkey(&karin, "x", &elsewhere.create(&asked)).await;
        assert!(matches!(refused, Err(SecondFactorError::WrongCode)));
        for number in 2..=OwnPasskey::MAX {
            add(&portal, &karin, &number.to_string()).await;
        }
        let refused = portal.portal.ask_for_new_passkey(&karin).await;
        assert!(matches!(refused, Err(SecondFactorError::TooManyPasskeys)));
        assert_eq!(portal.portal.own_account(&karin).await.unwrap().passkeys.len(), 10);
    }

    async fn who_is_invited_anew_has_no_passkeys_any_more(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, "olle@norrby.example", Role::Sender).await;
        add(&portal, &olle, "Olles").await;
        let invited = portal.portal.invite_staff_anew(&karin, olle.staff_id()).await.unwrap();
        let new = secret("hammare blixt lampa sadel");
        let accepted = portal.portal.accept_invitation(&invited.token, &new, &portal.request()).await.unwrap();
        let AcceptedInvitation::SignIn(proof) = accepted else { panic!("the first day has not come") };
        assert_eq!(portal.continue_to(&key("anew"), proof).await.unwrap(), SignInStep::Complete);
        let olle = portal.staff_in(&key("anew")).await.unwrap();
        let account = portal.portal.own_account(&olle).await.unwrap();
        assert_eq!((account.passkeys.len(), account.second_factors().any(), account.recovery_codes_left), (0, false, 0));
    }

    async fn nothing_of_a_passkey_can_be_read_in_the_databases(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let options: serde_json::Value = serde_json::from_str(&asked).unwrap();
        let (handle, challenge) = (&options["publicKey"]["user"]["id"], &options["publicKey"]["challenge"]);
        let answer = authenticator("Jobbets dator").create(&asked);
        let credential: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let asked_again = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let again: serde_json::Value = serde_json::from_str(&asked_again).unwrap();
        // One account, one handle; each question a challenge of its own.
        assert_eq!(&again["publicKey"]["user"]["id"], handle);
        assert_ne!(&again["publicKey"]["challenge"], challenge);
        let stored = crate::test_support::everything_stored(&portal.portal.0.database).await;
        let answer = authenticator("Jobbets dator").create(&asked_again);
        portal.portal.add_passkey(&karin, "Jobbets dator", &answer).await.unwrap();
        let later = crate::test_support::everything_stored(&portal.portal.0.database).await;
        for canary in [handle, &again["publicKey"]["challenge"], &credential["id"]] {
            let canary = canary.as_str().unwrap();
            assert!(!is_among(canary, &stored) && !is_among(canary, &later), "{canary}");
        }
        assert!(!is_among("Jobbets dator", &later));
    }

    async fn an_app_and_a_passkey_stand_side_by_side(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let app = second_factor_for(&portal, &karin).await;
        let (mut phone, added) = add(&portal, &karin, "Telefonen").await;
        assert!(added.recovery_codes.is_none());
        portal.clock.advance(MINUTE);
        sign_in_with(&portal, "passkey", &karin, &mut phone).await.unwrap();
        let candidate = on_the_way(&portal, "code", &karin, KARIN).await;
        assert_eq!(candidate.second_factors(), SecondFactors { codes: true, passkeys: true });
        let code = code_now(&portal, &app.secret);
        assert!(portal.portal.staff_second_factor(&candidate, &code).await.is_ok());
        assert!(portal.portal.staff_second_factor(&candidate, app.recovery_codes[0].expose()).await.is_ok());
    }
}
