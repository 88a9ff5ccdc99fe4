//! That the operator is told of each thing that a deleted organisation waits for, and of nothing else.

use std::time::Duration;

use base::Timestamp;

use super::ErasureObstacle;
use crate::purge::{Interruption, interrupted};
use crate::test_support::{Norrby, PDF, TestPortal, draft, on_both_databases, pieces};
use crate::{DataRequestKind, HoldScope, NewDataRequest, WebhookAddress};

const DAY: Duration = Duration::from_secs(86_400);

/// What is waited for, how many of it and until when.
async fn waits(test: &TestPortal, norrby: &Norrby) -> Vec<(ErasureObstacle, u64, Option<Timestamp>)> {
    let waits = test.portal.erasure_waits(&test.operator(), norrby.id).await.unwrap();
    waits.into_iter().map(|it| (it.obstacle, it.count, it.until)).collect()
}

async fn delete(test: &TestPortal, norrby: &Norrby) {
    let address = norrby.id.to_string();
    test.portal
        .delete_organisation(&test.operator(), &address, 100)
        .await
        .unwrap();
}

async fn is_erased(test: &TestPortal) -> bool {
    test.audited("organisation.erased").await == 1
}

on_both_databases! {
    async fn everything_that_is_waited_for_is_named_until_it_is_gone(test: TestPortal) {
        use ErasureObstacle::{ContentKey, Delivery, Document, Hold, Message, Request, Upload, Webhook};
        let norrby = Norrby::new(&test).await;
        let karin = norrby.admin(&test).await;
        let address = WebhookAddress::parse("https://hooks.norrby.example/").unwrap();
        test.portal.set_audit_webhook(&karin, &address).await.unwrap();
        let sent = norrby.send(&test, 2, 30).await;
        let request = NewDataRequest {
            form: test.portal.new_request_form(),
            organisation: norrby.id,
            case: None,
            kind: DataRequestKind::Erasure,
            text: String::new(),
        };
        test.portal.make_request(&test.sign_in(0).await, &request).await.unwrap();
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        norrby.lift(&test, hold).await;
        let lifted_at = test.now();
        test.clock.advance(7 * DAY);
        let mut upload = test.begin(&norrby.system, "begun", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        std::mem::forget(upload);
        assert_eq!(waits(&test, &norrby).await, [], "it is not even deleted");

        delete(&test, &norrby).await;
        let deleted_at = test.now();
        let found = waits(&test, &norrby).await;
        let named: Vec<_> = found.iter().map(|(obstacle, count, _)| (*obstacle, *count)).collect();
        let expected = [
            (Upload, 1), (Delivery, 2), (Message, 1), (Document, 1), (Request, 1), (Hold, 1), (Webhook, 1),
            (ContentKey, named.last().unwrap().1),
        ];
        assert_eq!(named, expected);
        let until = |obstacle| found.iter().find(|it| it.0 == obstacle).unwrap().2;
        assert_eq!(until(Hold), Some(lifted_at + 7 * DAY));
        assert_eq!(until(Webhook), Some(deleted_at + 7 * DAY));
        assert_eq!((until(Upload), until(Request), until(ContentKey)), (None, None, None), "nobody knows yet");

        test.days_pass(2).await;
        let left = waits(&test, &norrby).await;
        let named: Vec<_> = left.iter().map(|(obstacle, count, _)| (*obstacle, *count)).collect();
        assert_eq!(named, [(Request, 1), (Webhook, 1), (ContentKey, 1)]);
        assert!(left[0].2.unwrap() >= deleted_at + 30 * DAY);
        assert!(!is_erased(&test).await);
        test.days_pass(31).await;
        assert!(is_erased(&test).await);
        assert_eq!(waits(&test, &norrby).await, []);
    }

    async fn what_no_protocol_has_yet_and_keys_that_nothing_names_are_waited_for_too(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, 1, 30).await;
        let owner = [keyring::ContentOwner::Request(test.portal.0.ids.next())];
        let day = test.now().day().plus_days(30);
        test.portal.0.vault.new_content_keys(norrby.id, &owner, day).await.unwrap();
        delete(&test, &norrby).await;
        interrupted(&test.portal.0, Interruption::SomeErased, 2).await;
        let left = waits(&test, &norrby).await;
        let lines = left.iter().find(|it| it.0 == ErasureObstacle::ProtocolLine);
        assert_eq!(lines.map(|it| it.2), Some(None), "{left:?}");
        test.portal.run_jobs().await.unwrap();
        assert_eq!(waits(&test, &norrby).await, [(ErasureObstacle::ContentKey, 1, None)]);
        assert!(!is_erased(&test).await);
        test.days_pass(9).await;
        assert!(is_erased(&test).await);
    }
}
