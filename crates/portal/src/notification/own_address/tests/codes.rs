//! The code that proves an address: whose it is, for how long it holds, and how many are sent.

use super::*;

on_both_databases! {
    async fn five_wrong_codes_forget_the_address(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, OWN).await.unwrap();
        let code = portal.code_for(OWN).await;
        let unformed = portal.portal.prove_address(&anna, "1234").await;
        assert!(matches!(unformed, Err(ProveAddressError::NotACode)));
        for expected in [4, 3, 2, 1] {
            let wrong = portal.portal.prove_address(&anna, &another(&code)).await;
            assert!(matches!(wrong, Err(ProveAddressError::Wrong { left }) if left == expected), "{wrong:?}");
        }
        let last = portal.portal.prove_address(&anna, &another(&code)).await;
        assert!(matches!(last, Err(ProveAddressError::TooManyTries)));
        let late = portal.portal.prove_address(&anna, code.expose()).await;
        assert!(matches!(late, Err(ProveAddressError::NothingToProve)));
        assert!(portal.own(&anna).await.unproven.is_none());
        assert_eq!(portal.audited("recipient.address-code-wrong").await, 5);
    }

    async fn a_code_holds_for_half_an_hour_and_what_it_was_for_is_forgotten_then(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, OWN).await.unwrap();
        let code = portal.code_for(OWN).await;
        portal.clock.advance(30 * MINUTE);
        let anna = portal.sign_in(0).await;
        assert!(portal.own(&anna).await.unproven.is_none());
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("address_proof").await, 0);
        let addresses = portal.portal.0.vault.addresses(anna.recipient_id()).await.unwrap();
        assert!(addresses.unproven.is_none());
        let over = portal.portal.prove_address(&anna, code.expose()).await;
        assert!(matches!(over, Err(ProveAddressError::NothingToProve)));
        // Nor is a mail sent whose code holds no more.
        portal.gives(&anna, OWN).await.unwrap();
        assert!(portal.told_after(30 * MINUTE).await.is_empty());
    }

    async fn what_was_kept_as_proven_without_being_written_down_goes_with_its_code(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, OWN).await.unwrap();
        let vault = &portal.portal.0.vault;
        // As a program leaves it that ends before it has written down that the address is proven.
        vault.set_own_email(anna.recipient_id(), Some(OWN)).await.unwrap();
        portal.clock.advance(30 * MINUTE);
        portal.portal.run_jobs().await.unwrap();
        assert!(vault.addresses(anna.recipient_id()).await.unwrap().own.is_none());
    }

    async fn a_code_is_of_one_person_in_whichever_session(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, OWN).await.unwrap();
        let code = portal.code_for(OWN).await;
        let bengt = portal.sign_in(1).await;
        let none = portal.portal.prove_address(&bengt, code.expose()).await;
        assert!(matches!(none, Err(ProveAddressError::NothingToProve)));
        portal.gives(&bengt, OTHER).await.unwrap();
        portal.code_for(OTHER).await;
        let wrong = portal.portal.prove_address(&bengt, code.expose()).await;
        assert!(matches!(wrong, Err(ProveAddressError::Wrong { left: 4 })));
        let elsewhere = identity(0, portal.now());
        let elsewhere = portal.identify(&SessionKey::of(b"her phone"), elsewhere, Whereabouts::UNKNOWN).await;
        portal.portal.prove_address(&elsewhere, code.expose()).await.unwrap();
        assert_eq!(portal.own(&anna).await.own_address.as_deref(), Some(OWN));
        assert!(portal.own(&bengt).await.own_address.is_none());
    }

    async fn a_code_is_of_the_address_that_was_given_last(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, OWN).await.unwrap();
        let first = portal.code_for(OWN).await;
        // In another tab.
        portal.gives(&anna, OTHER).await.unwrap();
        let second = portal.code_for(OTHER).await;
        let wrong = portal.portal.prove_address(&anna, first.expose()).await;
        assert!(matches!(wrong, Err(ProveAddressError::Wrong { left: 4 })));
        portal.portal.send_another_code(&anna).await.unwrap();
        let third = portal.code_for(OTHER).await;
        assert!(second != third);
        let wrong = portal.portal.prove_address(&anna, second.expose()).await;
        assert!(matches!(wrong, Err(ProveAddressError::Wrong { left: 4 })));
        // Both tabs send the form.
        let both = tokio::join!(
            portal.portal.prove_address(&anna, third.expose()),
            portal.portal.prove_address(&anna, third.expose()),
        );
        assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
        assert_eq!(portal.own(&anna).await.own_address.as_deref(), Some(OTHER));
    }

    async fn nobody_can_fill_a_mailbox_with_codes(portal: TestPortal) {
        let (anna, bengt) = (portal.sign_in(0).await, portal.sign_in(1).await);
        for address in ["cecilia@example.se", "Cecilia+1@example.se"] {
            portal.gives(&anna, address).await.unwrap();
        }
        portal.gives(&bengt, "cecilia+b@Example.se").await.unwrap();
        // The fourth to one mailbox, whoever asks for it.
        let before = portal.own(&bengt).await.unproven;
        for person in [&anna, &bengt] {
            let refused = portal.gives(person, "cecilia@example.se").await;
            assert!(matches!(refused, Err(GiveAddressError::TooMany)));
        }
        assert!(matches!(portal.portal.send_another_code(&bengt).await, Err(GiveAddressError::TooMany)));
        assert_eq!(portal.own(&bengt).await.unproven, before);
        // The sixth of one person's, wherever it goes.
        for address in ["a@example.se", "b@example.se", "c@example.se"] {
            portal.gives(&anna, address).await.unwrap();
        }
        assert!(matches!(portal.gives(&anna, "d@example.se").await, Err(GiveAddressError::TooMany)));
        portal.clock.advance(DAY);
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, "cecilia@example.se").await.unwrap();
        portal.clock.advance(DAY);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("address_code_count").await, 0);
    }
}
