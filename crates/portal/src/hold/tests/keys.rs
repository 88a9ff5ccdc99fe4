//! The keys of what is held: wrapped for later days in time, or found lost.

use super::*;

on_both_databases! {
    async fn a_server_that_was_down_for_longer_than_every_secret_reaches_finds_what_is_held(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, free) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 3).await);
        norrby.hold(&test, &held, HoldScope::Case).await;
        jobs(&test).await;
        test.clock.advance(300 * DAY);
        jobs(&test).await;
        assert!(norrby.exists(&test, &held).await && !norrby.exists(&test, &free).await);
        test.days_pass(3).await;
        assert!(norrby.exists(&test, &held).await);
    }

    async fn no_days_secret_goes_while_something_held_can_not_be_wrapped_for_a_later_day(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let held = norrby.send(&test, 1, 3).await;
        norrby.hold(&test, &held, HoldScope::Case).await;
        jobs(&test).await;
        // Whoever wraps anew finds the organisation's key unreadable.
        let vault = test.portal.0.vault.clone();
        let sql = async |statement: &str| {
            let transaction = vault.database().write().await.unwrap();
            transaction.execute_unprepared(statement).await.unwrap();
            transaction.commit().await.unwrap();
        };
        sql("UPDATE organisation_key SET root_version = root_version + 1").await;
        test.clock.advance(50 * DAY);
        let secrets = vault.provider().day_secrets().await.unwrap().len();
        assert!(test.portal.run_jobs().await.is_err());
        assert!(vault.provider().day_secrets().await.unwrap().len() >= secrets);
        sql("UPDATE organisation_key SET root_version = root_version - 1").await;
        assert!(test.portal.run_jobs().await.unwrap().days > 0);
        assert!(norrby.exists(&test, &held).await);
    }

    async fn what_has_lost_its_keys_is_not_said_to_be_held(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        test.portal.0.vault.destroy_content_keys(&[ContentOwner::Message(sent.id)]).await.unwrap();
        assert!(matches!(norrby.try_to_hold(&test, &sent, HoldScope::Case).await, Err(HoldError::TooLate)));
    }
}
