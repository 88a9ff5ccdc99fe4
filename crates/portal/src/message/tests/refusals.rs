//! What bad input gets: a clear refusal, and nothing half-done.

use std::io;

use bytes::Bytes;
use futures::stream;

use crate::test_support::{PDF, TestPortal, draft, file, number, on_both_databases, pieces};
use crate::{DeclaredFile, FileProblem, RecipientIdentifier, Scope, SendError, SystemActor};

/// Sends one file with that content and gives the refusal. Nothing may be left of it.
async fn refusal(portal: &TestPortal, sender: &SystemActor, declared: DeclaredFile, content: &[u8]) -> FileProblem {
    let mut draft = draft(1);
    draft.files = vec![declared];
    let problem = match portal.send_all(sender, "key", draft, &[content]).await {
        Err(SendError::File { index: 0, problem }) => problem,
        other => panic!("{other:?}"),
    };
    nothing_is_left(portal).await;
    problem
}

async fn nothing_is_left(portal: &TestPortal) {
    assert_eq!(portal.blob_names().await, Vec::<String>::new());
    assert_eq!(portal.content_keys().await, 0);
    for table in [
        "message",
        "document",
        "delivery",
        "cases",
        "unsent_notification",
        "event",
        "idempotency",
    ] {
        assert_eq!(portal.rows(table).await, 0, "{table}");
    }
}

on_both_databases! {
    async fn content_that_is_not_what_was_declared_is_refused(portal: TestPortal) {
        let sender = portal.sender().await;
        let pdf = |content: &[u8]| file("beslut.pdf", "application/pdf", content);
        assert_eq!(refusal(&portal, &sender, pdf(b"MZ\x90"), b"MZ\x90").await, FileProblem::TypeMismatch);
        assert_eq!(refusal(&portal, &sender, pdf(PDF), &PDF[1..]).await, FileProblem::SizeMismatch);
        assert_eq!(refusal(&portal, &sender, pdf(&PDF[1..]), PDF).await, FileProblem::SizeMismatch);
        assert_eq!(refusal(&portal, &sender, pdf(PDF), b"").await, FileProblem::Empty);
        let wrong = DeclaredFile { sha256: Some([7; 32]), ..pdf(PDF) };
        assert_eq!(refusal(&portal, &sender, wrong, PDF).await, FileProblem::DigestMismatch);
        // After so many refusals the same key still sends.
        portal.send(&sender, "key", 1).await;
    }

    async fn a_declaration_that_breaks_a_rule_is_refused_before_anything_is_read(portal: TestPortal) {
        let sender = portal.sender().await;
        let limit = portal.settings.limits.max_file_bytes;
        let declared = [
            (DeclaredFile { name: "../beslut.pdf".to_owned(), ..file("", "application/pdf", PDF) }, FileProblem::Name),
            (DeclaredFile { name: "a\u{202E}fdp.exe".to_owned(), ..file("", "application/pdf", PDF) }, FileProblem::Name),
            (DeclaredFile { name: "a\u{0}.pdf".to_owned(), ..file("", "application/pdf", PDF) }, FileProblem::Name),
            (file("beslut.pdf", "pdf", PDF), FileProblem::MediaType),
            (file("beslut.pdf", "application/pdf", b""), FileProblem::Empty),
            (
                DeclaredFile { size: limit + 1, ..file("beslut.pdf", "application/pdf", PDF) },
                FileProblem::TooLarge { limit },
            ),
        ];
        for (declared, expected) in declared {
            let mut draft = draft(1);
            draft.files = vec![declared];
            match portal.begin(&sender, "key", draft).await {
                Err(SendError::File { index: 0, problem }) => assert_eq!(problem, expected),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(portal.rows("intent").await, 0);
        nothing_is_left(&portal).await;
    }

    async fn a_file_larger_than_declared_is_cut_off_while_it_streams(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut draft = draft(1);
        draft.files = vec![file("beslut.pdf", "application/pdf", PDF)];
        let mut upload = portal.begin(&sender, "key", draft).await.unwrap();
        // A stream without an end: only cutting it off lets the test end.
        let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(PDF)));
        let refused = upload.document(0, endless).await;
        assert!(matches!(refused, Err(SendError::File { problem: FileProblem::SizeMismatch, .. })));
        nothing_is_left(&portal).await;
    }

    async fn a_part_that_is_missing_out_of_order_or_too_many_is_refused(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut two = draft(1);
        two.files.push(file("bilaga.pdf", "application/pdf", PDF));

        let mut upload = portal.begin(&sender, "missing", two.clone()).await.unwrap();
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        assert!(matches!(upload.finish().await, Err(SendError::MissingPart { index: 1 })));

        let mut upload = portal.begin(&sender, "out of order".replace(' ', "-").as_str(), two).await.unwrap();
        assert!(matches!(upload.document(1, pieces(PDF, 10)).await, Err(SendError::MissingPart { index: 0 })));
        assert!(matches!(upload.document(0, pieces(PDF, 10)).await, Err(SendError::Interrupted)));
        assert!(matches!(upload.finish().await, Err(SendError::Interrupted)));

        let mut upload = portal.begin(&sender, "too-many", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        assert!(matches!(upload.document(1, pieces(PDF, 10)).await, Err(SendError::UnexpectedPart)));
        nothing_is_left(&portal).await;
    }

    async fn a_retention_beyond_the_ceiling_is_refused(portal: TestPortal) {
        let sender = portal.sender().await;
        for days in [0, 41, u32::MAX] {
            let mut draft = draft(1);
            draft.retention_days = Some(days);
            let refused = portal.begin(&sender, "key", draft).await;
            assert!(matches!(refused, Err(SendError::RetentionOutsideLimits { least_days: 1, most_days: 40 })), "{days}");
        }
        let mut longest = draft(1);
        longest.retention_days = Some(40);
        let receipt = portal.send_all(&sender, "key", longest, &[PDF]).await.unwrap();
        assert_eq!(receipt.deliveries[0].expires_at.to_rfc3339(), "2027-01-01T23:00:00Z");
    }

    async fn the_same_person_twice_is_refused(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut twice = draft(2);
        twice.recipients[1].identifier = RecipientIdentifier::Number(number(0));
        let refused = portal.begin(&sender, "key", twice).await;
        assert!(matches!(refused, Err(SendError::DuplicateRecipient { index: 1 })));
    }

    async fn a_system_without_the_scope_may_not_send(portal: TestPortal) {
        let sender = portal.sender_with("Norrby kommun", &[Scope::MessagesRead]).await;
        let refused = portal.begin(&sender, "key", draft(1)).await;
        assert!(matches!(refused, Err(SendError::Forbidden(_))));
        nothing_is_left(&portal).await;
    }
}
