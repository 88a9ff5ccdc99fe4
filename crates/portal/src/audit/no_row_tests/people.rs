//! What people do, and what is handed out to them.

use super::{act, acts, each_is_done_with_its_row_alone};
use crate::test_support::{Norrby, TestPortal, on_both_databases};
use crate::{
    BrowserFamily, DataRequestKind, Device, MailConsent, NewDataRequest, NotificationKind, RecipientActor, SessionKey,
    SystemFamily, Terms, Whereabouts,
};

fn consent() -> MailConsent {
    MailConsent {
        version: "1".to_owned(),
        swedish: "Ja.".to_owned(),
        english: "Yes.".to_owned(),
    }
}

/// Gives an address of the person's own, and gives the code that was mailed there.
async fn give_address(test: &TestPortal, person: &RecipientActor, address: &str) -> String {
    let (consent, hash) = (consent(), consent().hash());
    test.portal
        .give_address(person, address, &consent, &hash)
        .await
        .unwrap();
    let (due, _) = test.portal.take_notifications(100).await.unwrap();
    let mail = due.into_iter().find(|mail| mail.kind == NotificationKind::AddressCode);
    mail.unwrap().code.unwrap().expose().clone()
}

on_both_databases! {
    async fn nothing_that_people_do_is_done_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let case = sent.deliveries[0].case;
        let (portal, request) = (&test.portal, test.request());
        let key = SessionKey::of(b"session of person 0");
        // Another device, told of in the session that came before it.
        let device = Device { browser: BrowserFamily::Safari, system: SystemFamily::Ipad };
        let person = test.sign_in(0).await;
        for other in [b"another one".as_slice(), b"and one more"] {
            test.clock.advance(std::time::Duration::from_secs(60));
            test.sign_in_from(Whereabouts { device, place: None }, &SessionKey::of(other), 0).await;
        }
        let foreign = portal.past_sign_ins(&person).await.unwrap().sign_ins[0].id;
        let request_for_all = NewDataRequest {
            form: portal.new_request_form(),
            organisation: norrby.id,
            case: None,
            kind: DataRequestKind::Erasure,
            text: String::new(),
        };
        let asked = portal.make_request(&person, &request_for_all).await.unwrap();
        let extract = portal.order_register_extract(&person).await.unwrap();
        portal.make_register_extract(&person, extract).await.unwrap();
        let refused = test.sign_in(1).await;
        portal.refuse_mail(&refused).await.unwrap();
        let until = test.now();

        each_is_done_with_its_row_alone(&test, acts! {
            CaseOpened: portal.case(&person, case);
            RegisterExtractDownloaded: portal.open_register_extract(&person, extract);
            RecipientMailAllowed: portal.allow_mail(&refused);
            RecipientNoticesDismissed: portal.dismiss_new_devices(&person, until);
            DataRequestWithdrawn: portal.withdraw_request(&person, asked);
            RecipientSessionEnded: portal.end_other_sessions(&person);
            RecipientSignInReported: portal.report_sign_in(&person, foreign);
            RecipientSignedOut: portal.sign_out(&key, &request);
        })
        .await;
    }

    async fn no_address_comes_or_goes_without_its_row(test: TestPortal) {
        let portal = &test.portal;
        let [gives, proves, drops] = [test.sign_in(0).await, test.sign_in(1).await, test.sign_in(2).await];
        let code = give_address(&test, &proves, "one@example.se").await;
        give_address(&test, &drops, "two@example.se").await;
        let (consent, hash) = (consent(), consent().hash());
        each_is_done_with_its_row_alone(&test, acts! {
            RecipientAddressGiven: portal.give_address(&gives, "own@example.se", &consent, &hash);
            RecipientAddressProven: portal.prove_address(&proves, &code);
            RecipientAddressDropped: portal.drop_unproven_address(&drops);
        })
        .await;
        each_is_done_with_its_row_alone(&test, acts! {
            RecipientMailConsentWithdrawn: portal.refuse_mail(&proves);
        })
        .await;
    }

    async fn no_terms_are_accepted_or_taken_back_without_a_row(test: TestPortal) {
        let mut test = test;
        let terms = Terms {
            version: "1".to_owned(),
            swedish: "Du läser här.".to_owned(),
            english: "You read here.".to_owned(),
        };
        let hash = terms.hash();
        test.settings.terms = Some(terms);
        test.portal = test.another_node().await;
        let (accepts, withdraws) = (test.sign_in(0).await, test.sign_in(1).await);
        test.portal.accept_terms(&withdraws, &hash).await.unwrap();
        let portal = &test.portal;
        each_is_done_with_its_row_alone(&test, acts! {
            RecipientTermsAccepted: portal.accept_terms(&accepts, &hash);
            RecipientTermsWithdrawn: portal.withdraw_terms(&withdraws);
        })
        .await;
    }
}
