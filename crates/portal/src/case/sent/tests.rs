//! What staff see of what their organisation has sent.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};

use crate::test_support::{TestPortal, number, on_both_databases};
use crate::{Denied, KnownAs, RecipientIdentifier, Role, SentMessagesError, SentRecipient, StaffActor};

/// Titles, and for each recipient their number and whether they may read it.
async fn seen(test: &TestPortal, actor: &StaffActor) -> Vec<(Option<String>, Vec<(Option<String>, bool)>)> {
    let sent = test.portal.sent_messages(actor, None).await.unwrap();
    sent.messages
        .into_iter()
        .map(|message| {
            let deliveries = message.deliveries.into_iter().map(|delivery| {
                let number = match delivery.recipient {
                    SentRecipient::Known(KnownAs::Number(number)) => Some(number.expose().to_owned()),
                    _ => None,
                };
                (number, delivery.status.is_living())
            });
            (message.title, deliveries.collect())
        })
        .collect()
}

on_both_databases! {
    async fn staff_see_their_organisations_messages_and_to_whom_they_went(test: TestPortal) {
        let sender = test.sender().await;
        let receipt = test.send(&sender, "key", 2).await;
        let other = test.sender_named("Söderby kommun").await;
        test.send(&other, "key", 1).await;
        let admin = test.first_admin_of(sender.organisation_id()).await;
        let numbers: Vec<_> = (0..2).map(|index| Some(number(index).expose().to_owned())).collect();
        let seen = seen(&test, &admin).await;
        assert_eq!(seen.len(), 1);
        let (title, deliveries) = &seen[0];
        assert!(title.is_some());
        assert_eq!(deliveries.iter().map(|(number, _)| number.clone()).collect::<Vec<_>>(), numbers);
        let sent = test.portal.sent_messages(&admin, None).await.unwrap();
        assert_eq!((sent.messages[0].id, sent.older_than), (receipt.id, None));
        let named = format!("1 {id} {id}", id = receipt.id);
        assert_eq!(test.details("cases.listed").await, [Some(named.clone()), Some(named)]);
        let older = test.portal.sent_messages(&admin, Some(receipt.id)).await.unwrap();
        assert!(older.messages.is_empty());
        assert_eq!(test.details("cases.listed").await.last(), Some(&Some("0".to_owned())));
        let actor = test.sign_in(0).await;
        test.portal.case(&actor, receipt.deliveries[0].case).await.unwrap();
        let sent = test.portal.sent_messages(&admin, None).await.unwrap();
        let opened: Vec<_> = sent.messages[0].deliveries.iter().map(|delivery| delivery.status.opened_at).collect();
        assert_eq!(opened, [Some(test.now()), None]);
    }

    async fn what_nobody_may_read_any_more_shows_neither_title_nor_number(test: TestPortal) {
        let sender = test.sender().await;
        let receipt = test.send(&sender, "key", 1).await;
        let admin = test.first_admin_of(sender.organisation_id()).await;
        // To the millisecond, before anything was purged.
        let expires_at = receipt.deliveries[0].expires_at;
        let lasting = expires_at - Duration::from_millis(1);
        test.clock.set(lasting);
        let living = seen(&test, &admin).await;
        assert!(living[0].0.is_some() && living[0].1[0].0.is_some());
        test.clock.set(expires_at);
        assert_eq!(seen(&test, &admin).await, [(None, vec![(None, false)])]);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(seen(&test, &admin).await, [(None, vec![(None, false)])]);
    }

    async fn a_number_that_does_not_open_hides_no_other(test: TestPortal) {
        let sender = test.sender().await;
        test.send(&sender, "key", 2).await;
        let admin = test.first_admin_of(sender.organisation_id()).await;
        let (anna, vault) = (RecipientIdentifier::Number(number(0)), &test.portal.0.vault);
        let found = vault.find_recipients(&[anna]).await.unwrap()[0].unwrap();
        let transaction = vault.database().write().await.unwrap();
        let damage = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            "UPDATE recipient SET sealed_personnummer = $1 WHERE id = $2",
            [vec![0_u8; 40].into(), (*found.as_uuid()).into()],
        );
        transaction.execute_raw(damage).await.unwrap();
        transaction.commit().await.unwrap();
        let sent = test.portal.sent_messages(&admin, None).await.unwrap();
        let recipients: Vec<_> = sent.messages[0].deliveries.iter().map(|delivery| &delivery.recipient).collect();
        assert!(*recipients[0] == SentRecipient::Unreadable && *recipients[1] == SentRecipient::Known(KnownAs::Number(number(1))));
    }

    async fn what_was_taken_back_shows_neither_title_nor_number(test: TestPortal) {
        let sender = test.sender().await;
        let receipt = test.send(&sender, "key", 1).await;
        let admin = test.first_admin_of(sender.organisation_id()).await;
        test.portal.revoke_message(&sender, receipt.id).await.unwrap();
        assert_eq!(seen(&test, &admin).await, [(None, vec![(None, false)])]);
    }

    async fn many_messages_come_some_at_a_time_without_gap_or_repetition(test: TestPortal) {
        let sender = test.sender().await;
        let mut sent = Vec::new();
        for index in 0..60 {
            sent.push(test.send(&sender, &format!("key-{index}"), 1).await.id);
            test.clock.advance_millis(1);
        }
        sent.reverse();
        let admin = test.first_admin_of(sender.organisation_id()).await;
        let (mut seen, mut older_than, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = test.portal.sent_messages(&admin, older_than).await.unwrap();
            seen.extend(page.messages.iter().map(|message| message.id));
            (older_than, pages) = (page.older_than, pages + 1);
            if older_than.is_none() {
                break;
            }
        }
        assert_eq!((seen, pages), (sent, 3));
    }

    async fn an_auditor_sees_no_cases(test: TestPortal) {
        let admin = test.first_admin().await;
        let auditor = test.member(&admin, "eva@norrby.example", Role::Auditor).await;
        let refused = test.portal.sent_messages(&auditor, None).await;
        assert!(matches!(refused, Err(SentMessagesError::Denied(Denied::Forbidden))));
        assert_eq!(test.audited("cases.listed").await, 0);
        assert_eq!(test.audited("staff.denied").await, 1);
    }
}
