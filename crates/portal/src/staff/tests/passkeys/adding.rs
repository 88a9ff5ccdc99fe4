//! How passkeys come to an account and leave it.

use super::*;

on_both_databases! {
    async fn adding_confirms_nothing_and_asks_for_what_there_is_from_then_on(portal: TestPortal) {
        let karin = portal.first_admin().await;
        // Karin's password was given, and nothing else: the first second factor asks for no more.
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let stale = portal.portal.second_factor_set_up(&karin).await.unwrap();
        let mut phone = authenticator("Telefonen");
        portal.portal.add_passkey(&karin, "Telefonen", &phone.create(&asked)).await.unwrap();
        // A request that came at the same time goes past nothing.
        let code = code_now(&portal, &stale.secret);
        assert!(matches!(portal.portal.set_second_factor(&karin, &code).await, Err(SecondFactorError::Overtaken)));
        assert!(matches!(portal.portal.ask_for_new_passkey(&karin).await, Err(SecondFactorError::Overtaken)));
        let after = portal.staff_in(karin.session()).await.unwrap();
        let passkey = portal.portal.own_account(&after).await.unwrap().passkeys[0].id;
        for refused in [
            portal.portal.ask_for_new_passkey(&after).await.err(),
            portal.portal.second_factor_set_up(&after).await.err(),
            portal.portal.make_recovery_codes(&after).await.err(),
            portal.portal.remove_passkey(&after, passkey).await.err(),
        ] {
            assert!(matches!(refused, Some(SecondFactorError::Denied(Denied::StepUpNeeded))), "{refused:?}");
        }

        // Where the one that there is was given, another neither ends what that made fresh nor makes it longer.
        portal.clock.advance(2 * MINUTE);
        sign_in_with(&portal, "later", &karin, &mut phone).await.unwrap();
        let karin = portal.staff_in(&key("later")).await.unwrap();
        portal.clock.advance(4 * MINUTE);
        let karin = portal.staff_in(karin.session()).await.unwrap();
        let until = karin.fresh_until();
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        portal.portal.add_passkey(&karin, "Datorn", &authenticator("Datorn").create(&asked)).await.unwrap();
        let app = portal.portal.second_factor_set_up(&karin).await.unwrap();
        portal.portal.set_second_factor(&karin, &code_now(&portal, &app.secret)).await.unwrap();
        assert_eq!(portal.staff_in(karin.session()).await.unwrap().fresh_until(), until);
        assert_eq!(portal.audited("staff.confirmed").await, 0);
    }

    async fn who_added_what_and_when_is_told_in_every_later_session_until_it_was_seen(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let (mut phone, _) = add(&portal, &karin, "Telefonen").await;
        let passkey = NewSecondFactor { kind: SecondFactorKind::Passkey, device: Device::UNKNOWN, at: portal.now() };
        portal.clock.advance(MINUTE);
        second_factor_for(&portal, &karin).await;
        let app = NewSecondFactor { kind: SecondFactorKind::App, at: portal.now(), ..passkey };
        // Not in the session in which it was done, which can't say that it was seen either.
        let karin = portal.staff_in(karin.session()).await.unwrap();
        assert!(portal.portal.staff_notices(&karin).await.unwrap().is_empty());
        portal.portal.dismiss_staff_notices(&karin, everything(&portal)).await.unwrap();

        portal.clock.advance(Duration::from_millis(1));
        for number in ["one", "two"] {
            sign_in_with(&portal, number, &karin, &mut phone).await.unwrap();
            let later = portal.staff_in(&key(number)).await.unwrap();
            let notices = portal.portal.staff_notices(&later).await.unwrap();
            assert_eq!(notices.new_second_factors, [app, passkey]);
            assert!(!notices.is_empty());
        }
        let later = portal.staff_in(&key("two")).await.unwrap();
        let first = SeenNotices { until: passkey.at, ..everything(&portal) };
        portal.portal.dismiss_staff_notices(&later, first).await.unwrap();
        assert_eq!(portal.portal.staff_notices(&later).await.unwrap().new_second_factors, [app]);
        portal.portal.dismiss_staff_notices(&later, everything(&portal)).await.unwrap();
        assert!(portal.portal.staff_notices(&later).await.unwrap().is_empty());
        let one = portal.staff_in(&key("one")).await.unwrap();
        assert!(portal.portal.staff_notices(&one).await.unwrap().is_empty());
        let stored = crate::staff::passkey::entity::Entity::find().all(portal.portal.0.database.reader()).await.unwrap();
        assert!(stored.iter().all(|row| row.sealed_untold_device.is_none()));
    }

    async fn an_authenticator_may_say_whose_passkey_it_is_and_how_it_was_reached(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        let options: serde_json::Value = serde_json::from_str(&asked).unwrap();
        let handle = options["publicKey"]["user"]["id"].as_str().unwrap();
        let handle = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, handle).unwrap();
        let mut phone = authenticator("Telefonen");
        phone.transports = Some(&["hybrid", "internal"]);
        portal.portal.add_passkey(&karin, "Telefonen", &phone.create(&asked)).await.unwrap();
        for handle in [Some(handle), Some(Vec::new()), None] {
            phone.user_handle = handle;
            sign_in_with(&portal, "named", &karin, &mut phone).await.unwrap();
        }
        // It may learn to copy its passkeys, as those of phones did, and not forget it.
        for backup in [(true, false), (true, true)] {
            phone.backup = backup;
            sign_in_with(&portal, "named", &karin, &mut phone).await.unwrap();
        }
        phone.backup = (false, false);
        let refused = sign_in_with(&portal, "forgets", &karin, &mut phone).await;
        assert!(matches!(refused, Err(SecondFactorError::WrongCode)), "{refused:?}");
        // What the library has no word for is no hint, and neither is nothing.
        let ways: [(&str, Option<&[&str]>); 3] =
            [("Kortet", Some(&["usb", "smart-card"])), ("Nyckeln", Some(&[])), ("Datorn", None)];
        for (name, transports) in ways {
            portal.clock.advance_millis(1);
            let karin = fresh(&portal, &portal.staff_in(&key("named")).await.unwrap()).await;
            let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
            let mut new = authenticator(name);
            new.transports = transports;
            portal.portal.add_passkey(&karin, name, &new.create(&asked)).await.unwrap();
        }
        let candidate = on_the_way(&portal, "new", &karin, KARIN).await;
        let asked = portal.portal.ask_for_passkey(&candidate).await.unwrap();
        let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
        let asked = asked["publicKey"]["allowCredentials"].as_array().unwrap();
        let hints: Vec<_> = asked.iter().map(|credential| credential.get("transports")).collect();
        assert_eq!(hints, [Some(&serde_json::json!(["internal", "hybrid"])), None, None, None]);
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
        let refused = portal.portal.confirm_staff_by_passkey(&karin, None, &phone.get(&asked)).await;
        assert!(matches!(refused, Err(ConfirmError::Wrong)));
    }

    async fn an_authenticator_is_added_once_and_ten_of_them_are_enough(portal: TestPortal) {
        let karin = portal.first_admin().await;
        add(&portal, &karin, "1").await;
        let karin = fresh(&portal, &karin).await;
        type Change = fn(&mut Authenticator);
        let wrong: [(&str, Change); 11] = [
            ("there already", |_| ()),
            ("another site", |new| new.origin = "https://evil.example".to_owned()),
            ("in a frame of another site", |new| new.framed = true),
            ("asked by another site", |new| new.site = Some("evil.example")),
            ("an answer to another question", |new| new.kind = Some("webauthn.get")),
            ("nobody there", |new| new.present = false),
            ("nobody verified", |new| new.verifies = false),
            ("copied, and can't be", |new| new.backup = (false, true)),
            ("no id", |new| new.id = Vec::new()),
            ("too long an id", |new| new.id = vec![7; 1024]),
            ("too long an id by far", |new| new.id = vec![7; 60_000]),
        ];
        for (number, (what, change)) in wrong.into_iter().enumerate() {
            let mut new = if number == 0 { authenticator("1") } else { authenticator("another") };
            change(&mut new);
            let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
            let refused = portal.portal.add_passkey(&karin, "x", &new.create(&asked)).await;
            assert!(matches!(refused, Err(SecondFactorError::WrongCode)), "{what}: {refused:?}");
        }
        let mut longest = authenticator("2");
        longest.id = vec![7; 1023];
        let asked = portal.portal.ask_for_new_passkey(&karin).await.unwrap();
        portal.portal.add_passkey(&karin, "2", &longest.create(&asked)).await.unwrap();
        for number in 3..=OwnPasskey::MAX {
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
