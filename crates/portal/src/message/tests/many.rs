//! Much at once: nothing waits in a circle, and every event has its number.

use futures::future::join_all;

use crate::SystemActor;
use crate::test_support::{TestPortal, on_both_databases};

async fn send_ask_and_take_back(portal: &TestPortal, sender: &SystemActor, key: String) {
    let receipt = portal.send(sender, &key, 3).await;
    portal.portal.message_status(sender, receipt.id).await.unwrap();
    portal.portal.revoke_message(sender, receipt.id).await.unwrap();
}

on_both_databases! {
    async fn organisations_send_ask_take_back_and_are_purged_at_once(portal: TestPortal) {
        let senders = [portal.sender().await, portal.sender_named("Söderby kommun").await];
        let work = senders.iter().flat_map(|sender| (0..8).map(move |index| (sender, index)));
        let sending = join_all(work.map(|(sender, index)| send_ask_and_take_back(&portal, sender, format!("k{index}"))));
        let purging = async {
            for _ in 0..5 {
                portal.portal.purge(crate::PurgeMode::Run).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        futures::join!(sending, purging);
        portal.portal.purge(crate::PurgeMode::Run).await.unwrap();
        for sender in &senders {
            let events = portal.portal.events(sender, 0, 1000).await.unwrap();
            let sequence: Vec<_> = events.iter().map(|event| event.sequence).collect();
            // Delivered, revoked and purged, for each of 8 messages to 3 people.
            assert_eq!(sequence, (1..=72).collect::<Vec<_>>());
        }
        assert_eq!(portal.content_keys().await, 0);
    }
}
