//! What staff do with their second factors: the app with codes, the recovery codes and passkeys.

use std::cell::RefCell;

use super::staff::colleague;
use super::{act, acts, each_is_done_with_its_row_alone, refused};
use crate::staff::tests::{KARIN, code_now, fresh, on_the_way, rules_of, second_factor_for};
use crate::test_support::{Authenticator, Norrby, PASSWORD, TestPortal, on_both_databases, secret};
use crate::{ConfirmError, SecondFactorError, SessionKey, SignInRules, StaffActor, Whereabouts};

fn authenticator(name: &str) -> Authenticator {
    Authenticator::new(name, "https://post.example.se")
}

/// Adds a passkey, and gives who they are from then on and what has it.
async fn with_passkey(test: &TestPortal, actor: &StaffActor, name: &str) -> (StaffActor, Authenticator) {
    let mut authenticator = authenticator(name);
    let asked = test.portal.ask_for_new_passkey(actor).await.unwrap();
    let answer = authenticator.create(&asked);
    test.portal.add_passkey(actor, name, &answer).await.unwrap();
    (fresh(test, actor).await, authenticator)
}

on_both_databases! {
    async fn no_second_factor_comes_or_goes_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (admin, portal) = (norrby.admin(&test).await, &test.portal);
        let sets = colleague(&test, &admin, "olle").await;
        let begun = portal.second_factor_set_up(&sets).await.unwrap();
        let code = code_now(&test, &begun.secret);
        let renews = colleague(&test, &admin, "eva").await;
        second_factor_for(&test, &renews).await;
        let renews = fresh(&test, &renews).await;
        let removes = colleague(&test, &admin, "bo").await;
        second_factor_for(&test, &removes).await;
        let removes = fresh(&test, &removes).await;
        let adds = colleague(&test, &admin, "ida").await;
        let asked = portal.ask_for_new_passkey(&adds).await.unwrap();
        let answer = authenticator("Idas").create(&asked);
        let (drops, _) = with_passkey(&test, &colleague(&test, &admin, "lena").await, "Lenas").await;
        let dropped = portal.own_account(&drops).await.unwrap().passkeys[0].id;

        each_is_done_with_its_row_alone(&test, acts! {
            StaffSecondFactorSet: portal.set_second_factor(&sets, &code);
            StaffRecoveryCodesMade: portal.make_recovery_codes(&renews);
            StaffSecondFactorRemoved: portal.remove_second_factor(&removes);
            StaffPasskeyAdded: portal.add_passkey(&adds, "Idas", &answer);
            StaffPasskeyRemoved: portal.remove_passkey(&drops, dropped);
        })
        .await;
    }

    async fn nobody_confirms_or_comes_in_by_a_second_factor_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (admin, portal) = (norrby.admin(&test).await, &test.portal);
        let (confirms, mut of_eva) = with_passkey(&test, &colleague(&test, &admin, "eva").await, "Evas").await;
        let (mistakes, _) = with_passkey(&test, &colleague(&test, &admin, "bo").await, "Bos").await;
        let codes = second_factor_for(&test, &colleague(&test, &admin, "olle").await).await.recovery_codes;
        let olle = on_the_way(&test, "Olle", &admin, "olle@norrby.example").await;
        let proves = on_the_way(&test, "Eva", &admin, "eva@norrby.example").await;
        let asked = portal.ask_for_passkey(&proves).await.unwrap();
        let mut another = authenticator("Någon annans");
        let wrong = another.get(&asked);
        let asked = portal.ask_for_passkey_to_confirm(&confirms).await.unwrap();
        let (password, answer) = (secret(PASSWORD), of_eva.get(&asked));
        let (request, address) = (test.request(), norrby.id.to_string());
        let proofs = RefCell::new(Vec::new());
        for code in &codes[..2] {
            let proof = portal.staff_second_factor(&olle, code.expose()).await.unwrap();
            proofs.borrow_mut().push(proof);
        }
        // A proof is good for one try.
        let next_proof = || proofs.borrow_mut().pop().unwrap();
        let (half, whole) = (SessionKey::of_staff(b"Olle, half in"), SessionKey::of_staff(b"Olle, in"));
        for key in [&half, &whole] {
            portal.create_session(key, b"{}").await.unwrap();
        }

        each_is_done_with_its_row_alone(&test, acts! {
            StaffPasswordAccepted: async {
                let proof = portal.staff_password(&address, "olle@norrby.example", &password, &request).await.unwrap();
                portal.continue_staff_sign_in(&half, proof, Whereabouts::UNKNOWN, &request).await
            };
            StaffSignedIn: portal.continue_staff_sign_in(&whole, next_proof(), Whereabouts::UNKNOWN, &request);
            StaffSignInRefused: refused(portal.staff_second_factor(&olle, "0000-0000-0000-0000"), |refusal| {
                matches!(refusal, SecondFactorError::WrongCode)
            });
            StaffSignInRefused: refused(portal.staff_passkey(&proves, &wrong), |refusal| {
                matches!(refusal, SecondFactorError::WrongCode)
            });
            StaffConfirmed: portal.confirm_staff_by_passkey(&confirms, Some(&password), &answer);
            StaffSignInRefused: refused(portal.confirm_staff_by_passkey(&mistakes, None, "{}"), |refusal| {
                matches!(refusal, ConfirmError::NotAsked)
            });
        })
        .await;
    }

    async fn no_second_factor_is_set_up_on_the_way_in_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (admin, portal) = (norrby.admin(&test).await, &test.portal);
        colleague(&test, &admin, "olle").await;
        rules_of(&test, &admin, SignInRules { second_factor_required: true, ..SignInRules::default() }).await;
        let sets = on_the_way(&test, "Karin", &admin, KARIN).await;
        let begun = portal.second_factor_set_up(&sets).await.unwrap();
        let code = code_now(&test, &begun.secret);
        let adds = on_the_way(&test, "Olle", &admin, "olle@norrby.example").await;
        let asked = portal.ask_for_new_passkey(&adds).await.unwrap();
        let answer = authenticator("Olles").create(&asked);

        each_is_done_with_its_row_alone(&test, acts! {
            StaffSecondFactorSet: portal.set_second_factor(&sets, &code);
            StaffPasskeyAdded: portal.add_passkey(&adds, "Olles", &answer);
        })
        .await;
    }
}
