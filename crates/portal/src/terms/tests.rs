//! Who accepted what, and what is read without.

use std::time::Duration;

use futures::StreamExt;

use super::{AcceptTermsError, Terms};
use crate::test_support::{PDF, TestPortal, draft, file, on_both_databases};
use crate::{ContentError, ReadError, RecipientActor, SessionKey};

fn terms(version: &str) -> Terms {
    Terms {
        version: version.to_owned(),
        swedish: "Du läser här.".to_owned(),
        english: "You read here.".to_owned(),
    }
}

/// The same portal, started with these terms.
async fn with(mut test: TestPortal, in_force: Option<Terms>) -> TestPortal {
    test.settings.terms = in_force;
    test.portal = test.another_node().await;
    test
}

/// Person 0 in the session that they have.
async fn again(test: &TestPortal) -> RecipientActor {
    let key = SessionKey::of(b"session of person 0");
    test.portal
        .recipient_actor(&key, test.request())
        .await
        .unwrap()
        .unwrap()
}

#[test]
fn any_other_text_is_named_otherwise() {
    let one = terms("1");
    let others = [
        terms("2"),
        Terms {
            swedish: "Du läser här".to_owned(),
            ..terms("1")
        },
        Terms {
            english: String::new(),
            ..terms("1")
        },
        Terms {
            version: "1D".to_owned(),
            swedish: "u läser här.".to_owned(),
            ..terms("1")
        },
    ];
    for other in others {
        assert_ne!(one.hash(), other.hash(), "{other:?}");
    }
    assert_eq!(one.hash(), terms("1").hash());
}

on_both_databases! {
    async fn nobody_reads_before_they_accepted_and_after_they_took_it_back(test: TestPortal) {
        let system = test.sender().await;
        let sent = test.send(&system, "1", 1).await;
        let case = sent.deliveries[0].case;
        let test = with(test, Some(terms("1"))).await;
        let person = test.sign_in(0).await;
        let reads = async |person: &RecipientActor| match test.portal.case(person, case).await {
            Ok(_) => true,
            Err(ReadError::NotFound) => false,
            Err(other) => panic!("{other}"),
        };
        assert!(!person.has_accepted_terms() && !reads(&person).await);
        assert!(test.portal.inbox(&person).await.unwrap().is_empty());
        let wrong = test.portal.accept_terms(&person, &terms("2").hash()).await;
        assert!(matches!(wrong, Err(AcceptTermsError::NotInForce)));
        for _ in 0..2 {
            test.portal.accept_terms(&person, &terms("1").hash()).await.unwrap();
        }
        let person = again(&test).await;
        assert!(person.has_accepted_terms() && reads(&person).await);
        let own = test.portal.own_terms(&person).await.unwrap().accepted.unwrap();
        assert_eq!((own.terms, own.at, own.is_in_force, own.withdrawn_at), (terms("1"), test.now(), true, None));

        for _ in 0..2 {
            test.portal.withdraw_terms(&person).await.unwrap();
        }
        let person = again(&test).await;
        assert!(!reads(&person).await);
        assert_eq!(test.portal.own_terms(&person).await.unwrap().accepted.unwrap().withdrawn_at, Some(test.now()));
        test.portal.accept_terms(&person, &terms("1").hash()).await.unwrap();
        assert!(reads(&again(&test).await).await);
        assert_eq!(test.audited("recipient.terms-accepted").await, 2);
        assert_eq!(test.audited("recipient.terms-withdrawn").await, 1);
    }

    async fn what_runs_when_they_are_taken_back_is_cut_and_an_extract_without_them_is_not(test: TestPortal) {
        let system = test.sender().await;
        let content: Vec<u8> = PDF.iter().copied().chain(std::iter::repeat(b'a')).take(1024 * 1024).collect();
        let mut large = draft(1);
        large.files = vec![file("beslut.pdf", "application/pdf", &content)];
        let sent = test.send_all(&system, "1", large, &[&content]).await.unwrap();
        let test = with(test, Some(terms("1"))).await;
        let before = test.sign_in(0).await;
        let extract = test.portal.order_register_extract(&before).await.unwrap();
        test.portal.make_register_extract(&before, extract).await.unwrap();
        test.portal.accept_terms(&before, &terms("1").hash()).await.unwrap();
        let person = again(&test).await;
        let document = test.only_document(&person, &sent.deliveries[0]).await;
        let mut stream = test.view(&person, document, None).await.unwrap().stream;
        stream.next().await.unwrap().unwrap();
        assert!(test.portal.may_hand_out(&person, extract).await.unwrap());

        test.portal.withdraw_terms(&person).await.unwrap();
        assert!(!test.portal.may_hand_out(&person, extract).await.unwrap());
        test.clock.advance(Duration::from_secs(3));
        let rest: Vec<_> = stream.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
        assert_eq!(test.audited("document.cut-off").await, 1);
        // What needs no terms goes on.
        assert!(test.portal.may_hand_out(&before, extract).await.unwrap());
        assert!(test.portal.may_hand_out(&again(&test).await, extract).await.unwrap());
    }

    async fn another_version_asks_again_and_what_was_accepted_can_be_shown(test: TestPortal) {
        let test = with(test, Some(terms("1"))).await;
        let person = test.sign_in(0).await;
        test.portal.accept_terms(&person, &terms("1").hash()).await.unwrap();
        let test = with(test, Some(terms("2"))).await;
        let person = again(&test).await;
        assert!(!person.has_accepted_terms());
        let own = test.portal.own_terms(&person).await.unwrap();
        let accepted = own.accepted.unwrap();
        assert_eq!((own.in_force, accepted.terms, accepted.is_in_force), (Some(terms("2")), terms("1"), false));
        test.portal.accept_terms(&person, &terms("2").hash()).await.unwrap();
        assert_eq!((test.rows("terms_text").await, test.rows("terms_acceptance").await), (2, 1));
        // Without terms nobody is asked.
        let test = with(test, None).await;
        assert!(again(&test).await.has_accepted_terms());
    }

    async fn what_somebody_accepted_goes_with_them(test: TestPortal) {
        let test = with(test, Some(terms("1"))).await;
        let person = test.sign_in(0).await;
        test.portal.accept_terms(&person, &terms("1").hash()).await.unwrap();
        test.portal.sign_out(&SessionKey::of(b"session of person 0"), &test.request()).await.unwrap();
        test.clock.advance(Duration::from_secs(2 * 60 * 60));
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.rows("terms_acceptance").await, 0);
    }
}
