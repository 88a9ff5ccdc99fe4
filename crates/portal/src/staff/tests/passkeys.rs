//! What passkeys let somebody do, and every way to answer wrongly.

mod adding;

use std::time::Duration;

use sea_orm::{ConnectionTrait, EntityTrait};

use super::{KARIN, code_now, everything, fresh, key, on_the_way, rules_of, second_factor_for};
use crate::test_support::{Authenticator, PASSWORD, TestPortal, is_among, on_both_databases, secret};
use crate::{
    AcceptedInvitation, ConfirmError, Denied, Device, NewSecondFactor, OwnPasskey, PasskeyAdded, PasskeyConfirms, Role,
    SecondFactorError, SecondFactorKind, SecondFactors, SeenNotices, SignInRules, SignInStep, StaffActor,
    StaffCandidate,
};

const ORIGIN: &str = "https://post.example.se";
const MINUTE: Duration = Duration::from_secs(60);

fn authenticator(name: &str) -> Authenticator {
    Authenticator::new(name, ORIGIN)
}

/// Adds an authenticator's passkey under its name.
async fn add(portal: &TestPortal, actor: &StaffActor, name: &str) -> (Authenticator, PasskeyAdded) {
    // One after another, since the list is in that order.
    portal.clock.advance_millis(1);
    let actor = &fresh(portal, actor).await;
    let mut authenticator = authenticator(name);
    let asked = portal.portal.ask_for_new_passkey(actor).await.unwrap();
    let answer = authenticator.create(&asked);
    let added = portal.portal.add_passkey(actor, name, &answer).await.unwrap();
    (authenticator, added)
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
        .confirm_staff_by_passkey(actor, None, &authenticator.get(&asked))
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
        let wrong: [(&str, Change); 13] = [
            ("another site", |phone| phone.origin = "https://post.example.se.evil.example".to_owned()),
            ("a site below ours", |phone| phone.origin = "https://x.post.example.se".to_owned()),
            ("another port", |phone| phone.origin = "https://post.example.se:8443".to_owned()),
            ("without encryption", |phone| phone.origin = "http://post.example.se".to_owned()),
            ("in a frame of another site", |phone| phone.framed = true),
            ("asked by another site", |phone| phone.site = Some("evil.example")),
            ("asked by the site above ours", |phone| phone.site = Some("example.se")),
            ("an answer to another question", |phone| phone.kind = Some("webauthn.create")),
            ("nobody there", |phone| phone.present = false),
            ("nobody verified", |phone| phone.verifies = false),
            ("copied, and can't be", |phone| phone.backup = (false, true)),
            ("another account", |phone| phone.user_handle = Some(vec![7; 16])),
            ("another authenticator", |phone| *phone = authenticator("Någon annans")),
        ];
        for (number, (what, change)) in wrong.into_iter().enumerate() {
            let mut answerer = authenticator("Telefonen");
            answerer.counter = 100;
            change(&mut answerer);
            let refused = sign_in_with(&portal, what, &karin, &mut answerer).await;
            assert!(matches!(refused, Err(SecondFactorError::WrongCode)), "{what}: {refused:?}");
            assert_eq!(details(&portal, "wrong-passkey").await, number + 1, "{what}");
            portal.clock.advance(5 * MINUTE);
            // A right one begins the row anew.
            if number == 6 {
                sign_in_with(&portal, "right", &karin, &mut phone).await.unwrap();
            }
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
        portal.clock.advance(2 * MINUTE);
        sign_in_with(&portal, "later", &karin, &mut phone).await.unwrap();
        portal.clock.advance(5 * MINUTE);
        let karin = portal.staff_in(&key("later")).await.unwrap();
        assert_eq!(portal.portal.passkey_confirms(&karin).await.unwrap(), Some(PasskeyConfirms::Alone));
        let stale = portal.portal.ask_for_new_passkey(&karin).await;
        assert!(matches!(stale, Err(SecondFactorError::Denied(Denied::StepUpNeeded))));
        let asked = portal.portal.ask_for_passkey_to_confirm(&karin).await.unwrap();
        let answer = phone.get(&asked);
        portal.portal.confirm_staff_by_passkey(&karin, None, &answer).await.unwrap();
        let karin = portal.staff_in(karin.session()).await.unwrap();
        assert!(portal.portal.ask_for_new_passkey(&karin).await.is_ok());
        // What was asked is over; what was asked for another purpose is no answer.
        let again = portal.portal.confirm_staff_by_passkey(&karin, None, &answer).await;
        assert!(matches!(again, Err(ConfirmError::NotAsked)));
        portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let other = portal.portal.confirm_staff_by_passkey(&karin, None, &answer).await;
        assert!(matches!(other, Err(ConfirmError::NotAsked)));
        assert_eq!(details(&portal, "passkey").await, 2);

        let mut stranger = authenticator("Någon annans");
        for number in 1..=5 {
            let refused = confirm(&portal, &karin, &mut stranger).await;
            let ended = matches!(refused, Err(ConfirmError::SessionGone));
            assert_eq!((ended, refused.is_err()), (number == 5, true), "{number}");
            portal.clock.advance(MINUTE);
        }
        assert!(portal.staff_in(karin.session()).await.is_none());
    }

    async fn a_passkey_of_this_very_session_confirms_with_the_password_only(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        let karin = portal.staff_in(karin.session()).await.unwrap();
        assert_eq!(portal.portal.passkey_confirms(&karin).await.unwrap(), Some(PasskeyConfirms::WithPassword));
        let (right, wrong) = (secret(PASSWORD), secret("gryta hammare åska tvål"));
        for (password, confirms) in [(None, false), (Some(&wrong), false), (Some(&right), true)] {
            let asked = portal.portal.ask_for_passkey_to_confirm(&karin).await.unwrap();
            let answer = phone.get(&asked);
            let confirmed = portal.portal.confirm_staff_by_passkey(&karin, password, &answer).await;
            assert_eq!(confirmed.is_ok(), confirms, "{confirmed:?}");
            assert!(confirms || matches!(confirmed, Err(ConfirmError::Wrong)));
        }
        assert_eq!(details(&portal, "confirmation").await, 2);
        assert!(portal.staff_in(karin.session()).await.unwrap().fresh_until() > portal.now());

        // In a later session it is asked for alone, and one that is added there is not asked for.
        portal.clock.advance(2 * MINUTE);
        sign_in_with(&portal, "later", &karin, &mut phone).await.unwrap();
        let karin = portal.staff_in(&key("later")).await.unwrap();
        let (mut thiefs, _) = add(&portal, &karin, "Datorn").await;
        let karin = portal.staff_in(&key("later")).await.unwrap();
        assert_eq!(portal.portal.passkey_confirms(&karin).await.unwrap(), Some(PasskeyConfirms::Alone));
        let refused = confirm(&portal, &karin, &mut thiefs).await;
        assert!(matches!(refused, Err(ConfirmError::Wrong)), "{refused:?}");
        confirm(&portal, &karin, &mut phone).await.unwrap();
        // Nor does a wrong password go with one that needs none.
        let asked = portal.portal.ask_for_passkey_to_confirm(&karin).await.unwrap();
        let refused = portal.portal.confirm_staff_by_passkey(&karin, Some(&wrong), &phone.get(&asked)).await;
        assert!(matches!(refused, Err(ConfirmError::Wrong)), "{refused:?}");
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
}
