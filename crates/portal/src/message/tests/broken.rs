//! Uploads that break: nothing of them is ever visible, and the sweeper leaves nothing.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{StreamExt, stream};

use crate::test_support::{PDF, TestPortal, draft, file, number, on_each_storage, pieces};
use crate::{MessageDraft, RecipientIdentifier, SendError, SystemActor};

/// Longer than any lease, and then longer than a swept intent is kept.
const LEASE_OVER: Duration = Duration::from_secs(301);
const INTENT_OVER: Duration = Duration::from_secs(3601);

fn two_files() -> MessageDraft {
    let mut draft = draft(2);
    draft.files.push(file("bilaga.txt", "text/plain", b"bilaga"));
    draft
}

/// Another node sweeps when the lease is over: what the broken upload stored is gone, and its key sends again.
async fn sweeps_clean(portal: &TestPortal, sender: &SystemActor) {
    portal.clock.advance(LEASE_OVER);
    let node = portal.another_node().await;
    node.run_jobs().await.unwrap();
    assert_eq!(portal.blob_names().await, Vec::<String>::new());
    assert_eq!(portal.content_keys().await, 0);
    portal.clock.advance(INTENT_OVER);
    node.run_jobs().await.unwrap();
    for table in [
        "intent",
        "intent_document",
        "message",
        "document",
        "delivery",
        "cases",
        "unsent_notification",
        "event",
    ] {
        assert_eq!(portal.rows(table).await, 0, "{table}");
    }
    let receipt = portal
        .send_all(sender, "key", two_files(), &[PDF, b"bilaga"])
        .await
        .unwrap();
    assert!(!receipt.repeated);
    node.run_jobs().await.unwrap();
    assert_eq!(portal.blob_names().await.len(), 2);
    assert_eq!(portal.content_keys().await, 3);
}

on_each_storage! {
    async fn a_system_that_is_disabled_while_it_sends_has_sent_nothing(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 1000)).await.unwrap();
        portal.portal.disable_system(&portal.operator(), sender.system_id()).await.unwrap();
        assert!(matches!(upload.finish().await, Err(SendError::SystemDisabled)));
        let person = portal.sign_in(0).await;
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
        assert_eq!(portal.audited("message.sent").await, 0);
    }

    async fn a_message_that_comes_to_nothing_at_its_last_step_leaves_nobody_in_the_register(portal: TestPortal) {
        use sea_orm::ConnectionTrait;

        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 1000)).await.unwrap();
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("UPDATE intent SET condemned_at = 1").await.unwrap();
        transaction.commit().await.unwrap();
        assert!(matches!(upload.finish().await, Err(SendError::Interrupted)));

        let vault = &portal.portal.0.vault;
        assert!(vault.find_recipients(&[RecipientIdentifier::Number(number(0))]).await.unwrap()[0].is_some());
        portal.clock.advance(INTENT_OVER);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(vault.find_recipients(&[RecipientIdentifier::Number(number(0))]).await.unwrap(), [None]);
    }

    async fn a_crash_after_the_intent_leaves_nothing(portal: TestPortal) {
        let sender = portal.sender().await;
        let upload = portal.begin(&sender, "key", two_files()).await.unwrap();
        assert_eq!(portal.content_keys().await, 3);
        // Forgetting is what a crash does: nothing is dropped, closed or given up.
        std::mem::forget(upload);
        sweeps_clean(&portal, &sender).await;
    }

    async fn a_crash_in_the_middle_of_a_file_leaves_nothing(portal: TestPortal) {
        let sender = portal.sender().await;
        let content = vec![b'x'; 20 * 1024 * 1024];
        let mut draft = draft(1);
        draft.files = vec![file("stor.txt", "text/plain", &content)];
        let mut upload = portal.begin(&sender, "key", draft).await.unwrap();
        {
            let never_ends = pieces(&content[1..], 1 << 20).chain(stream::pending());
            let mut receiving = Box::pin(upload.document(0, never_ends));
            while portal.blob_names().await.is_empty() {
                let _ = PollOnce(receiving.as_mut()).await;
                tokio::task::yield_now().await;
            }
            std::mem::forget(receiving);
        }
        std::mem::forget(upload);
        assert!(portal.blob_names().await[0].contains('#'), "half of a blob lies there under another name");
        sweeps_clean(&portal, &sender).await;
    }

    async fn a_crash_between_two_files_leaves_nothing(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", two_files()).await.unwrap();
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        assert_eq!(portal.blob_names().await.len(), 1);
        std::mem::forget(upload);
        sweeps_clean(&portal, &sender).await;
    }

    async fn a_crash_before_the_last_step_leaves_nothing(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", two_files()).await.unwrap();
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        upload.document(1, pieces(b"bilaga", 10)).await.unwrap();
        std::mem::forget(upload);
        sweeps_clean(&portal, &sender).await;
    }

    async fn a_connection_that_breaks_lets_the_sender_try_again_at_once(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", two_files()).await.unwrap();
        let broken = pieces(&PDF[..20], 10)
            .map(|piece| piece.map_err(io::Error::other))
            .chain(stream::iter([Err(io::Error::from(io::ErrorKind::ConnectionReset))]));
        assert!(matches!(upload.document(0, broken).await, Err(SendError::Interrupted)));
        assert_eq!(portal.blob_names().await, Vec::<String>::new());
        assert_eq!(portal.content_keys().await, 0);
        portal.send_all(&sender, "key", two_files(), &[PDF, b"bilaga"]).await.unwrap();
    }

    async fn the_last_step_may_be_broken_off_anywhere(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut whole = 0;
        for polls in 0.. {
            let key = format!("key-{polls}");
            let mut draft = draft(2);
            for recipient in &mut draft.recipients {
                recipient.email = Some("anna@example.com".to_owned());
            }
            let mut upload = portal.begin(&sender, &key, draft).await.unwrap();
            upload.document(0, pieces(PDF, 1000)).await.unwrap();
            let messages = portal.rows("message").await;
            let done = poll_at_most(upload.finish(), polls).await;
            portal.clock.advance(LEASE_OVER);
            portal.portal.run_jobs().await.unwrap();
            let visible = portal.rows("message").await - messages;
            // What was acknowledged is there. What was not is there as a whole or not at all.
            assert!(visible == 1 || (visible == 0 && done.is_none()));
            whole += visible;
            let files = usize::try_from(whole).unwrap();
            assert_eq!(portal.rows("delivery").await, 2 * whole);
            assert_eq!(portal.rows("document").await, whole);
            // One a person, however much waits for them.
            assert_eq!(portal.rows("unsent_notification").await, 2 * whole.min(1));
            assert_eq!(portal.content_keys().await, 2 * whole);
            assert_eq!(portal.blob_names().await.len(), files);
            if let Some(done) = done {
                assert!(!done.unwrap().repeated);
                break;
            }
        }
    }

    async fn an_upload_that_was_swept_can_not_finish(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        portal.clock.advance(LEASE_OVER);
        portal.another_node().await.run_jobs().await.unwrap();
        assert!(matches!(upload.finish().await, Err(SendError::Interrupted)));
        assert_eq!(portal.rows("message").await, 0);
    }

    async fn an_upload_that_lost_its_key_to_another_can_not_finish(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut slow = portal.begin(&sender, "key", draft(1)).await.unwrap();
        slow.document(0, pieces(PDF, 10)).await.unwrap();
        portal.clock.advance(LEASE_OVER);
        let receipt = portal.send(&sender, "key", 1).await;
        assert!(matches!(slow.finish().await, Err(SendError::Interrupted)));
        assert_eq!(portal.rows("message").await, 1);
        assert!(portal.portal.message_status(&sender, receipt.id).await.is_ok());
    }

    async fn the_sweeper_leaves_a_running_upload_alone(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        portal.clock.advance(LEASE_OVER - Duration::from_secs(2));
        assert_eq!(portal.portal.run_jobs().await.unwrap().intents, 0);
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        upload.finish().await.unwrap();
    }
}

/// Polls a future once.
struct PollOnce<'a, F: ?Sized>(Pin<&'a mut F>);

impl<F: Future + ?Sized> Future for PollOnce<'_, F> {
    type Output = Poll<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(self.0.as_mut().poll(context))
    }
}

/// Polls a future so many times whenever it asks for it, and drops it when it is not done by then.
async fn poll_at_most<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
