//! What counts of several people's word who turn out to be one.

use super::*;

on_both_databases! {
    async fn of_two_who_turn_out_to_be_one_the_living_ones_word_counts(portal: TestPortal) {
        let old = Personnummer::from_digits("197010632391").unwrap();
        // Who has said nothing has said what they said before.
        let before = portal.known_by(b"one", None, old.clone()).await;
        portal.proves(&before, OWN).await;
        portal.gives(&before, OTHER).await.unwrap();
        let living = portal.known_by(b"two", None, number(0)).await;
        let now = portal.known_by(b"three", Some(old), number(0)).await;
        assert!(now.recipient_id() == living.recipient_id() && now.recipient_id() != before.recipient_id());
        let own = portal.own(&now).await;
        assert_eq!((own.own_address.as_deref(), own.unproven), (Some(OWN), None));
        assert!(own.consent.is_some_and(|consent| consent.withdrawn_at.is_none()));
        let linked = portal.portal.0.vault.addresses(before.recipient_id()).await.unwrap();
        assert!(linked.own.is_none() && linked.unproven.is_none());
        let sender = portal.sender().await;
        portal.write(&sender, "1", None).await;
        assert_eq!(portal.told_after(5 * MINUTE).await, [OWN]);
    }

    async fn whoever_refused_is_not_mailed_where_they_agreed_under_another_number(portal: TestPortal) {
        let old = Personnummer::from_digits("197010632391").unwrap();
        let before = portal.known_by(b"one", None, old.clone()).await;
        portal.proves(&before, OWN).await;
        let living = portal.known_by(b"two", None, number(0)).await;
        portal.portal.refuse_mail(&living).await.unwrap();
        let now = portal.known_by(b"three", Some(old), number(0)).await;
        assert_eq!(living.recipient_id(), now.recipient_id());
        let own = portal.own(&now).await;
        assert!(own.refused_at.is_some() && own.own_address.is_none());
        let addresses = portal.portal.0.vault.addresses(now.recipient_id()).await.unwrap();
        assert!(addresses == crate::vault::Addresses::default());
    }

    async fn whoever_agreed_is_mailed_where_they_refused_under_another_number(portal: TestPortal) {
        let old = Personnummer::from_digits("197010632391").unwrap();
        let before = portal.known_by(b"one", None, old.clone()).await;
        portal.portal.refuse_mail(&before).await.unwrap();
        let living = portal.known_by(b"two", None, number(0)).await;
        portal.proves(&living, OWN).await;
        let now = portal.known_by(b"three", Some(old), number(0)).await;
        let own = portal.own(&now).await;
        assert_eq!((own.own_address.as_deref(), own.refused_at), (Some(OWN), None));
    }
}
