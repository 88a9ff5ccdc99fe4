//! Who is not forgotten by a clock that is far ahead.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::may_be_forgotten;
use crate::test_support::{Norrby, PDF, draft, on_both_databases, pieces};
use crate::{HoldScope, SessionKey};

const HOUR: Duration = Duration::from_secs(60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

on_both_databases! {
    async fn a_clock_that_is_far_ahead_forgets_nobody_who_is_being_written_to(test: TestPortal) {
        let test = test.guarded().await;
        let system = test.sender().await;
        test.portal.run_jobs().await.unwrap();
        let mut upload = test.begin(&system, "slow", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 1000)).await.unwrap();
        let right = test.now();
        test.clock.set(right + YEAR);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("recipient.forgotten").await, 0);
        test.clock.set(right);
        upload.finish().await.unwrap();
        let person = test.sign_in(0).await;
        assert_eq!(test.portal.inbox(&person).await.unwrap().len(), 1);
    }

    async fn who_came_while_the_clock_was_far_ahead_is_forgotten_once_it_is_right(test: TestPortal) {
        let test = test.guarded().await;
        test.portal.run_jobs().await.unwrap();
        let right = test.now();
        test.clock.set(right + HOUR * 24 * 30);
        test.sign_in(0).await;
        test.portal.sign_out(&SessionKey::of(b"session of person 0"), &test.request()).await.unwrap();
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("recipient.forgotten").await, 0);
        test.clock.set(right);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("recipient.forgotten").await, 1);
    }

    async fn a_clock_that_is_far_ahead_forgets_nobody_whom_a_lifted_hold_keeps(test: TestPortal) {
        let test = test.guarded().await;
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        norrby.lift(&test, hold).await;
        let person = test.sign_in(0).await;
        // Nothing is left of them but the hold, and nobody has asked for them for a while.
        let transaction = test.portal.0.database.write().await.unwrap();
        for gone in [
            "UPDATE cases SET recipient_id = NULL",
            "UPDATE delivery SET recipient_id = NULL",
            "DELETE FROM session WHERE recipient_id IS NOT NULL",
        ] {
            transaction.execute_unprepared(gone).await.unwrap();
        }
        may_be_forgotten(&transaction, person.recipient_id(), test.now()).await.unwrap();
        transaction.commit().await.unwrap();
        test.clock.advance(HOUR * 2);
        test.portal.run_jobs().await.unwrap();
        let right = test.now();
        assert_eq!(test.audited("recipient.forgotten").await, 0);
        test.clock.set(right + YEAR);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("recipient.forgotten").await, 0);
    }
}
