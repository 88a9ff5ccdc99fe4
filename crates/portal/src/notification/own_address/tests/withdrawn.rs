//! Withdrawing consent, refusing, and agreeing again.

use super::*;

on_both_databases! {
    async fn withdrawing_erases_every_address_at_once_and_drops_what_waits(portal: TestPortal) {
        let sender = portal.sender().await;
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.write(&sender, "1", Some(GIVEN)).await;
        portal.gives(&anna, OTHER).await.unwrap();
        portal.clock.advance(MINUTE);
        portal.portal.refuse_mail(&anna).await.unwrap();
        assert_eq!((portal.rows("unsent_notification").await, portal.rows("address_proof").await), (0, 0));
        let addresses = portal.portal.0.vault.addresses(anna.recipient_id()).await.unwrap();
        assert!(addresses == crate::vault::Addresses::default());
        let own = portal.own(&anna).await;
        assert_eq!(own.consent.unwrap().withdrawn_at, Some(portal.now()));
        assert_eq!((own.refused_at, own.own_address), (Some(portal.now()), None));
        portal.write(&sender, "2", Some(GIVEN)).await;
        assert!(portal.told_after(HOUR).await.is_empty());
        for action in ["recipient.mail-refused", "recipient.mail-consent-withdrawn"] {
            assert_eq!(portal.audited(action).await, 1, "{action}");
        }
        // To lift the refusal is not to agree again: senders' addresses are used, not this one.
        portal.portal.allow_mail(&anna).await.unwrap();
        portal.write(&sender, "3", Some(GIVEN)).await;
        assert_eq!(portal.told_after(HOUR).await, [GIVEN]);
    }

    async fn a_mail_that_is_being_sent_when_consent_is_withdrawn_is_the_last(portal: TestPortal) {
        let sender = portal.sender().await;
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.write(&sender, "1", None).await;
        portal.clock.advance(5 * MINUTE);
        let mail = portal.due().await.remove(0);
        portal.portal.refuse_mail(&anna).await.unwrap();
        portal.portal.settle_notification(mail, SendingOutcome::Failed).await.unwrap();
        assert!(portal.told_after(HOUR).await.is_empty());
    }

    async fn whoever_refused_changes_their_mind_by_proving_an_address(portal: TestPortal) {
        let sender = portal.sender().await;
        let anna = portal.sign_in(0).await;
        portal.portal.refuse_mail(&anna).await.unwrap();
        portal.clock.advance(MINUTE);
        portal.gives(&anna, OWN).await.unwrap();
        assert!(portal.own(&anna).await.refused_at.is_some());
        let code = portal.code_for(OWN).await;
        portal.portal.prove_address(&anna, code.expose()).await.unwrap();
        let own = portal.own(&anna).await;
        assert_eq!((own.own_address.as_deref(), own.refused_at), (Some(OWN), None));
        portal.write(&sender, "1", Some(GIVEN)).await;
        assert_eq!(portal.told_after(HOUR).await, [OWN]);
    }

    async fn what_senders_gave_is_erased_later_where_that_failed(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        let vault = &portal.portal.0.vault;
        portal.gives(&anna, OWN).await.unwrap();
        let asking = portal.row_of_proof().await;
        let code = portal.code_for(OWN).await;
        portal.portal.prove_address(&anna, code.expose()).await.unwrap();
        assert_eq!(portal.rows("address_proof").await, 0);
        // As a program leaves it that ends between the two.
        portal.put_proof(asking).await;
        vault.set_email(anna.recipient_id(), Some(GIVEN)).await.unwrap();
        portal.clock.advance(rule::HOLDS + MINUTE);
        portal.portal.run_jobs().await.unwrap();
        let addresses = vault.addresses(anna.recipient_id()).await.unwrap();
        assert_eq!((addresses.given, addresses.own.as_deref()), (None, Some(OWN)));
        assert_eq!(portal.rows("address_proof").await, 0);
    }
}
