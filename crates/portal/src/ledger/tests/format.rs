//! The one form in which a batch reads.

use super::*;

#[test]
fn a_batch_reads_as_it_was_written_and_in_no_other_form() {
    let key = keyring::SigningKey::from_bytes(&[7; 32]);
    let record = crate::provider::SigningKeyRecord {
        version: 1,
        key: key.verifying_key(),
        from: Timestamp::from_millis(0),
    };
    let keys = PublicKeys::of(&[record]);
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    let batch = LedgerBatch {
        installation: id.parse().unwrap(),
        number: 17,
        at: Timestamp::from_millis(1_795_338_000_000),
        previous: Some([9; 32]),
        entries: vec![
            LedgerEntry::Purged(ContentOwner::Message(id.parse().unwrap())),
            LedgerEntry::Purged(ContentOwner::Document(id.parse().unwrap())),
            LedgerEntry::Ended(id.parse().unwrap()),
            LedgerEntry::Revoked(id.parse().unwrap()),
            LedgerEntry::Forgotten(id.parse().unwrap()),
        ],
    };
    let latest = LedgerBatch {
        entries: vec![
            LedgerEntry::Revoked(id.parse().unwrap()),
            LedgerEntry::OrganisationDeleted(id.parse().unwrap()),
            LedgerEntry::OrganisationErased(id.parse().unwrap()),
        ],
        ..batch
    };
    let told = |of_recipient| ToldHold {
        id: id.parse().unwrap(),
        case: id.parse().unwrap(),
        of_recipient,
    };
    let later = LedgerBatch {
        entries: vec![
            LedgerEntry::Revoked(id.parse().unwrap()),
            LedgerEntry::Held(told(None)),
            LedgerEntry::Held(told(Some((id.parse().unwrap(), id.parse().unwrap())))),
            LedgerEntry::Lifted(id.parse().unwrap()),
            LedgerEntry::MailRefused(id.parse().unwrap()),
            LedgerEntry::MailAllowed(id.parse().unwrap()),
            LedgerEntry::OwnAddress(id.parse().unwrap()),
            LedgerEntry::Restored(2),
        ],
        ..batch
    };
    let text = batch.to_text();
    let sign = |text: &str| {
        let signature = crate::Signature {
            key_id: keys.iter().next().unwrap().id.clone(),
            bytes: key.sign("postvalv ledger v1", text.as_bytes()),
        };
        signed::with_signature(text, &signature)
    };
    assert_eq!(LedgerBatch::verify(&sign(&text), &keys), Some((batch, 0)));
    let newer = later.to_text();
    assert!(newer.starts_with("postvalv ledger v2\n") && text.starts_with("postvalv ledger v1\n"));
    assert_eq!(LedgerBatch::verify(&sign(&newer), &keys), Some((later, 0)));
    assert_eq!(
        LedgerBatch::verify(&sign(&newer.replace("ledger v2", "ledger v1")), &keys),
        None
    );
    let newest = latest.to_text();
    assert!(
        newest.starts_with("postvalv ledger v3\n")
            && newest.contains(&format!("\ndeleted organisation {id}\nerased organisation {id}\n"))
    );
    assert_eq!(LedgerBatch::verify(&sign(&newest), &keys), Some((latest, 0)));
    assert!(LedgerBatch::is_newer(&sign(&newer.replace("ledger v2", "ledger v5"))));
    assert!(!LedgerBatch::is_newer(&sign(&newer)));
    for other in [
        text.replace("number 17", "number 017"),
        text.replace("ledger v1", "ledger v2"),
        text.replace("ended delivery", "ended  delivery"),
        text.replace(id, &id.to_uppercase()),
        text.replace("09:00:00Z", "09:00:00.000Z"),
    ] {
        assert_ne!(other, text);
        assert_eq!(LedgerBatch::verify(&sign(&other), &keys), None, "{other}");
    }
    let stored = sign(&text);
    for broken in [&stored[..stored.len() - 1], &stored[1..], "", "\n", &text] {
        assert_eq!(LedgerBatch::verify(broken, &keys), None);
    }
    assert_eq!(LedgerBatch::verify(&stored, &PublicKeys::of(&[])), None);
}
