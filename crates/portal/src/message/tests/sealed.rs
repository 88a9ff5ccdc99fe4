//! Nothing of a message lies readable in either database or in the blob store.

use crate::test_support::{PDF, draft, everything_stored, is_among, number, on_both_databases};

on_both_databases! {
    async fn nothing_that_was_sent_is_stored_readable(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut draft = draft(2);
        draft.recipients[0].email = Some("asa@example.se".to_owned());
        portal.send_all(&sender, "arende-4711", draft.clone(), &[PDF]).await.unwrap();
        let mut stored = everything_stored(&portal.portal.0.database).await;
        assert!(is_among("Norrby kommun", &stored), "what may be read is found");
        stored.extend(everything_stored(portal.portal.0.vault.database()).await);
        let names = portal.blob_names().await;
        for name in &names {
            stored.push(name.clone().into_bytes());
            stored.push(std::fs::read(portal.folder().join("blobs").join(name)).unwrap());
        }
        assert_eq!(names.len(), 1);
        let (first, second) = (number(0), number(1));
        let secrets = [
            draft.title.as_str(), &draft.body, "beslut.pdf", "%PDF", first.expose(), second.expose(), "0001012384",
            "asa@example.se", "arende-4711", "192.0.2.7",
        ];
        for secret in secrets {
            assert!(!is_among(secret, &stored), "{secret}");
        }
    }
}
