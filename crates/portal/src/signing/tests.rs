//! What signatures of the installation promise.

use super::{PublicKeys, SigningPurpose};
use crate::test_support::on_both_databases;

on_both_databases! {
    async fn whoever_has_the_public_keys_can_check_a_signature(portal: TestPortal) {
        let context = &portal.portal.0;
        let purpose = SigningPurpose::AuditCheckpoint;
        let signature = context.sign(purpose, b"message").await.unwrap();
        let published = portal.portal.signing_keys().await.unwrap().to_json();
        let keys = PublicKeys::from_json(&published).unwrap();
        assert!(keys.verify(purpose, b"message", &signature));
        assert!(!keys.verify(purpose, b"another", &signature));
        assert!(!keys.verify(SigningPurpose::PurgeProtocol, b"message", &signature));
    }

    async fn all_nodes_sign_with_one_key(portal: TestPortal) {
        let nodes = futures::future::join_all((0..4).map(|_| portal.another_node())).await;
        let first = portal.portal.0.sign(SigningPurpose::PurgeProtocol, b"").await.unwrap();
        for node in nodes {
            let signature = node.0.sign(SigningPurpose::PurgeProtocol, b"").await.unwrap();
            assert_eq!(signature, first);
        }
        assert_eq!(portal.portal.signing_keys().await.unwrap().iter().count(), 1);
    }

    async fn a_replaced_key_signs_no_more_but_its_signatures_hold(portal: TestPortal) {
        let context = &portal.portal.0;
        let purpose = SigningPurpose::AuditCheckpoint;
        let before = context.sign(purpose, b"message").await.unwrap();
        portal.clock.advance_millis(1_000);
        let keys = portal.portal.rotate_signing_key(&portal.operator()).await.unwrap();
        let after = portal.another_node().await.0.sign(purpose, b"message").await.unwrap();
        assert_ne!(before.key_id, after.key_id);
        assert!(keys.verify(purpose, b"message", &before) && keys.verify(purpose, b"message", &after));
        let ends: Vec<_> = keys.iter().map(|key| key.signed_until).collect();
        assert_eq!(ends, [Some(portal.now()), None]);
        let row = portal.audit_log().await.pop().unwrap();
        assert_eq!((row.action.as_str(), row.detail), ("signing-key.rotated", Some(before.key_id)));
    }
}
