//! What a person sees of their cases.

use std::time::Duration;

use base::CaseId;
use sea_orm::ConnectionTrait as _;

use crate::test_support::{PDF, TestPortal, draft, file, on_both_databases};
use crate::{CaseActKind, EventKind, ListedDocument, ReadError};

/// Alters what is stored.
async fn alter(portal: &TestPortal, sql: &str) {
    let transaction = portal.portal.0.database.write().await.unwrap();
    let altered = transaction.execute_unprepared(sql).await.unwrap();
    assert_eq!(altered.rows_affected(), 1, "{sql}");
    transaction.commit().await.unwrap();
}

on_both_databases! {
    async fn an_inbox_shows_what_waits_and_who_sent_it(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 2).await;
        let person = portal.sign_in(0).await;

        let inbox = portal.portal.inbox(&person).await.unwrap();
        assert_eq!(inbox.len(), 1);
        let entry = &inbox[0];
        assert_eq!(entry.case, receipt.deliveries[0].case);
        assert_eq!(entry.organisation, "Norrby kommun");
        assert_eq!(entry.title.as_deref(), Some("Beslut om förskoleplats"));
        assert_eq!((entry.unread, entry.documents), (true, 1));
        assert_eq!(entry.sent_at, receipt.sent_at);
        assert_eq!(entry.expires_at, receipt.deliveries[0].expires_at);
    }

    async fn the_latest_message_comes_first(portal: TestPortal) {
        let system = portal.sender().await;
        let first = portal.send(&system, "1", 1).await;
        portal.clock.advance(Duration::from_secs(60));
        let second = portal.send(&system, "2", 1).await;
        let person = portal.sign_in(0).await;

        let cases: Vec<CaseId> = portal.portal.inbox(&person).await.unwrap().iter().map(|entry| entry.case).collect();
        assert_eq!(cases, [second.deliveries[0].case, first.deliveries[0].case]);
    }

    async fn a_person_without_cases_has_an_empty_inbox(portal: TestPortal) {
        let person = portal.sign_in(2).await;
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
    }

    async fn somebody_elses_case_is_not_found_like_one_that_does_not_exist(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 2).await;
        let person = portal.sign_in(0).await;
        let stranger = portal.sign_in(2).await;

        let theirs = receipt.deliveries[1].case;
        let nobodys: CaseId = portal.portal.0.ids.next();
        for (actor, case) in [(&person, theirs), (&stranger, theirs), (&person, nobodys)] {
            let answer = portal.portal.case(actor, case).await;
            assert!(matches!(answer, Err(ReadError::NotFound)));
        }
        assert_eq!(portal.audited("case.opened").await, 0);
    }

    async fn a_case_shows_its_texts_and_documents(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let person = portal.sign_in(0).await;

        let case = portal.portal.case(&person, receipt.deliveries[0].case).await.unwrap();
        assert_eq!(case.organisation, "Norrby kommun");
        assert_eq!(case.title.as_deref(), Some("Beslut om förskoleplats"));
        assert_eq!(case.time_zone.iana_name(), Some("Europe/Stockholm"));
        let message = &case.messages[0];
        assert_eq!(message.body.as_deref(), Some("Hej! Här är beslutet."));
        let ListedDocument::Open(document) = &message.documents[0] else {
            panic!("the document is locked");
        };
        assert_eq!(document.file_name, "beslut.pdf");
        assert_eq!(document.media_type, "application/pdf");
        assert_eq!(document.size, u64::try_from(PDF.len()).unwrap());
    }

    async fn opening_a_case_is_told_to_the_sender_once_and_logged_each_time(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let person = portal.sign_in(0).await;
        let case = receipt.deliveries[0].case;
        for _ in 0..3 {
            portal.portal.case(&person, case).await.unwrap();
        }

        let events = portal.portal.events(&system, 0, 100).await.unwrap();
        let opened: Vec<_> = events.iter().filter(|event| event.kind == EventKind::Opened).collect();
        assert_eq!(opened.len(), 1);
        assert_eq!(opened[0].delivery, Some(receipt.deliveries[0].delivery));
        assert_eq!(portal.audited("case.opened").await, 3);
        assert!(!portal.portal.inbox(&person).await.unwrap()[0].unread);
    }

    async fn a_case_ends_to_the_millisecond_before_any_job_ran(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let delivery = &receipt.deliveries[0];
        portal.clock.set(delivery.expires_at - Duration::from_millis(1));
        let person = portal.sign_in(0).await;
        assert!(portal.portal.case(&person, delivery.case).await.is_ok());

        portal.clock.set(delivery.expires_at);
        assert!(matches!(portal.portal.case(&person, delivery.case).await, Err(ReadError::NotFound)));
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
    }

    async fn a_clock_that_goes_back_brings_nothing_back_before_any_job_ran(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let delivery = &receipt.deliveries[0];
        portal.clock.set(delivery.expires_at);
        let person = portal.sign_in(0).await;
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
        portal.clock.set(receipt.sent_at);
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
        assert!(matches!(portal.portal.case(&person, delivery.case).await, Err(ReadError::NotFound)));
    }

    async fn a_clock_that_goes_back_brings_nothing_back(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let delivery = &receipt.deliveries[0];
        portal.clock.set(delivery.expires_at);
        portal.portal.run_jobs().await.unwrap();

        portal.clock.set(receipt.sent_at);
        let restarted = portal.another_node().await;
        let person = portal.sign_in(0).await;
        for node in [&portal.portal, &restarted] {
            assert!(node.inbox(&person).await.unwrap().is_empty());
            assert!(matches!(node.case(&person, delivery.case).await, Err(ReadError::NotFound)));
        }
    }

    async fn a_revoked_message_is_gone_at_once(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let person = portal.sign_in(0).await;
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
        let answer = portal.portal.case(&person, receipt.deliveries[0].case).await;
        assert!(matches!(answer, Err(ReadError::NotFound)));
    }

    async fn a_title_that_was_moved_to_another_message_does_not_open(portal: TestPortal) {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        use crate::message::entity::{Column, Entity};

        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let mut other = draft(1);
        other.title = "Ett annat beslut".to_owned();
        let other = portal.send_all(&system, "2", other, &[PDF]).await.unwrap();
        let database = &portal.portal.0.database;
        let stolen = Entity::find_by_id(*other.id.as_uuid()).one(database.reader()).await.unwrap().unwrap();
        let transaction = database.write().await.unwrap();
        Entity::update_many()
            .col_expr(Column::SealedTitle, stolen.sealed_title.into())
            .filter(Column::Id.eq(*receipt.id.as_uuid()))
            .exec(&transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();

        let person = portal.sign_in(0).await;
        let mut titles: Vec<_> = portal.portal.inbox(&person).await.unwrap().into_iter().map(|entry| entry.title).collect();
        titles.sort();
        assert_eq!(titles, [None, Some("Ett annat beslut".to_owned())]);
        let case = portal.portal.case(&person, receipt.deliveries[0].case).await.unwrap();
        assert_eq!((&case.title, &case.messages[0].title), (&None, &None));
        assert_eq!(portal.audited("content.damaged").await, 2);
    }

    async fn a_text_that_was_altered_keeps_nobody_from_the_rest_and_was_not_opened(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let (person, case) = (portal.sign_in(0).await, receipt.deliveries[0].case);
        alter(&portal, "UPDATE message SET sealed_body = sealed_title").await;
        let view = portal.portal.case(&person, case).await.unwrap();
        let message = &view.messages[0];
        assert_eq!((message.title.as_deref(), &message.body), (Some("Beslut om förskoleplats"), &None));
        let document = portal.only_document(&person, &receipt.deliveries[0]).await;
        portal.view(&person, document, None).await.unwrap();
        let status = portal.portal.message_status(&system, receipt.id).await.unwrap();
        assert_eq!(status.deliveries[0].opened_at, None);
        let log = portal.audit_log().await;
        let damaged: Vec<_> = log.iter().filter(|row| row.action == "content.damaged").collect();
        // Each time that the case is shown, which looking for its document is too.
        assert_eq!(damaged.len(), 2);
        assert_eq!(damaged[0].target_id, Some(*case.as_uuid()));
        assert_eq!(damaged[0].organisation_id, Some(*system.organisation_id().as_uuid()));
    }

    async fn a_title_that_was_altered_keeps_nobody_from_the_documents_and_the_history(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let (person, case) = (portal.sign_in(0).await, receipt.deliveries[0].case);
        alter(&portal, "UPDATE message SET sealed_title = sealed_body").await;
        let history = portal.portal.case_history(&person, case).await.unwrap();
        assert_eq!(history.title, None);
        let acts: Vec<_> = history.acts.into_iter().map(|act| act.what).collect();
        assert_eq!(acts, [CaseActKind::Damaged { name: None }, CaseActKind::Sent { title: None }]);
        let document = portal.only_document(&person, &receipt.deliveries[0]).await;
        let page = portal.portal.document(&person, document).await.unwrap();
        assert_eq!((page.case_title, &*page.summary.file_name), (None, "beslut.pdf"));
        assert_eq!(portal.audited("content.damaged").await, 2);
    }

    async fn a_name_that_was_altered_keeps_nobody_from_the_message_and_its_other_documents(portal: TestPortal) {
        let system = portal.sender().await;
        let mut draft = draft(1);
        draft.files.push(file("bilaga.pdf", "application/pdf", PDF));
        let receipt = portal.send_all(&system, "1", draft, &[PDF, PDF]).await.unwrap();
        let (person, case) = (portal.sign_in(0).await, receipt.deliveries[0].case);
        alter(
            &portal,
            "UPDATE document SET sealed_file_name = (SELECT sealed_title FROM message) \
             WHERE position = 0",
        )
        .await;
        let view = portal.portal.case(&person, case).await.unwrap();
        assert!(view.messages[0].is_intact());
        let [ListedDocument::Damaged { id }, ListedDocument::Open(open)] = &*view.messages[0].documents else {
            panic!("the first does not open, and the second does");
        };
        assert_eq!(open.file_name, "bilaga.pdf");
        portal.view(&person, open.id, None).await.unwrap();
        assert!(matches!(portal.portal.document(&person, *id).await, Err(ReadError::Damaged)));
        // The message itself was shown as it was sent.
        let status = portal.portal.message_status(&system, receipt.id).await.unwrap();
        assert_eq!(status.deliveries[0].opened_at, Some(portal.now()));
        assert_eq!(portal.audited("content.damaged").await, 2);
    }

    async fn a_key_that_is_gone_without_a_purge_leaves_the_case_with_nothing_in_it(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let (person, case) = (portal.sign_in(0).await, receipt.deliveries[0].case);
        let vault = portal.portal.0.vault.database().write().await.unwrap();
        vault.execute_unprepared("DELETE FROM content_key").await.unwrap();
        vault.commit().await.unwrap();
        let view = portal.portal.case(&person, case).await.unwrap();
        assert_eq!((&view.title, &view.messages[0].body), (&None, &None));
        assert!(matches!(view.messages[0].documents[..], [ListedDocument::Damaged { .. }]));
        assert_eq!(portal.audited("content.damaged").await, 1);
    }

    async fn what_could_not_be_shown_was_not_opened(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let person = portal.sign_in(0).await;
        let vault = portal.portal.0.vault.database().clone();
        let change = async |sql| {
            let transaction = vault.write().await.unwrap();
            transaction.execute_unprepared(sql).await.unwrap();
            transaction.commit().await.unwrap();
        };
        change("ALTER TABLE content_key RENAME TO hidden").await;
        let answer = portal.portal.case(&person, receipt.deliveries[0].case).await;
        assert!(matches!(answer, Err(ReadError::Fault(_))));
        let opened_at = async || {
            portal.portal.message_status(&system, receipt.id).await.unwrap().deliveries[0].opened_at
        };
        assert_eq!(opened_at().await, None);
        assert_eq!(portal.audited("case.opened").await, 0);
        change("ALTER TABLE hidden RENAME TO content_key").await;
        portal.portal.case(&person, receipt.deliveries[0].case).await.unwrap();
        assert_eq!(opened_at().await, Some(portal.now()));
    }
}
