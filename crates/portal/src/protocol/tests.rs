//! What protocols promise: everything that was purged stands in one of them once, whatever happens meanwhile, and what was changed in
//! one shows.

use std::collections::BTreeSet;

use base::{MessageId, OrganisationId, PurgedId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait as _};

use super::{MAX_LEAVES, ProtocolError, PurgeProtocol, PurgeReason, PurgedKind, VerifiedFile, close};
use crate::purge::{Interruption, interrupted};
use crate::test_support::{PDF, TestPortal, number, on_both_databases};
use crate::{MessageReceipt, Portal, PurgeMode, SystemActor};

/// Sends so many messages with a document each, and lets the clock be where they have expired.
async fn send_expired(portal: &TestPortal, count: usize) -> (SystemActor, Vec<MessageReceipt>) {
    let system = portal.sender().await;
    let mut sent = Vec::new();
    for number in 0..count {
        sent.push(portal.send(&system, &number.to_string(), 1).await);
    }
    portal.clock.set(sent[0].deliveries[0].expires_at);
    (system, sent)
}

/// How a message is looked up that was purged.
fn of_message(message: MessageId) -> PurgedId {
    PurgedId::from_uuid(*message.as_uuid())
}

/// All protocols of an organisation, oldest first, each checked as somebody else would.
pub(crate) async fn protocols(portal: &TestPortal, organisation: OrganisationId) -> Vec<PurgeProtocol> {
    let keys = portal.portal.signing_keys().await.unwrap();
    let operator = portal.operator();
    let mut numbers = Vec::new();
    let mut before = None;
    loop {
        let page = portal
            .portal
            .purge_protocols(&operator, organisation, before)
            .await
            .unwrap();
        numbers.extend(page.statements.iter().map(|signed| signed.statement().number));
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    numbers.reverse();
    let dense: Vec<u64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, dense);
    let mut protocols: Vec<PurgeProtocol> = Vec::new();
    for number in numbers {
        let protocol = portal
            .portal
            .purge_protocol(&operator, organisation, number)
            .await
            .unwrap();
        let checked = VerifiedFile::check(&protocol.to_json(), &keys).unwrap();
        assert_eq!(checked, VerifiedFile::Protocol(protocol.clone()));
        let before = protocols.last().map(|before| before.signed().hash());
        assert_eq!(protocol.signed().statement().previous, before);
        protocols.push(protocol);
    }
    protocols
}

/// What stands in these protocols: each document and message once.
pub(crate) fn purged(protocols: &[PurgeProtocol]) -> BTreeSet<PurgedId> {
    let leaves: Vec<_> = protocols.iter().flat_map(PurgeProtocol::leaves).collect();
    let ids: BTreeSet<PurgedId> = leaves.iter().map(|leaf| leaf.id).collect();
    assert_eq!(ids.len(), leaves.len());
    ids
}

/// Takes a message's own leaf for a protocol, as closing does before that stands.
async fn take_for(portal: &TestPortal, message: MessageId, protocol: i64) {
    use super::leaf_entity::{Column, Entity};
    let transaction = portal.portal.0.database.write().await.unwrap();
    let taken = Entity::update_many()
        .col_expr(Column::Protocol, protocol.into())
        .filter(Column::Id.eq(*message.as_uuid()))
        .exec(&transaction)
        .await
        .unwrap();
    assert_eq!(taken.rows_affected, 1);
    transaction.commit().await.unwrap();
}

on_both_databases! {
    async fn what_stands_in_no_protocol_is_found_in_its_order_without_sorting_all_of_it(portal: TestPortal) {
        let organisation = portal.organisation("Norrby").await;
        let question = close::oldest_free(organisation, 10).build(portal.portal.0.database.backend());
        let steps = portal.plan(question).await;
        assert!(steps.iter().any(|step| step.contains("purge_leaf_")), "{steps:?}");
        assert!(steps.iter().all(|step| !step.contains("Sort") && !step.contains("TEMP B-TREE")), "{steps:?}");
    }

    async fn a_run_leaves_one_signed_protocol_over_all_that_it_purged(portal: TestPortal) {
        let (system, sent) = send_expired(&portal, 3).await;
        let purged_at = portal.now();
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        let protocols = protocols(&portal, system.organisation_id()).await;
        assert_eq!(protocols.len(), 1);
        let stated = protocols[0].signed().statement();
        assert_eq!((stated.organisation_name.as_str(), stated.number), ("Norrby kommun", 1));
        assert_eq!((stated.documents, stated.messages), (3, 3));
        assert_eq!(stated.bytes, 3 * u64::try_from(PDF.len()).unwrap());
        assert_eq!((stated.first_purged, stated.last_purged, stated.closed), (purged_at, purged_at, purged_at));
        assert_eq!(stated.rules.len(), 1);
        let rule = &stated.rules[0].rule;
        assert_eq!((rule.document_type.as_deref(), rule.reason, rule.retention_days), (Some("decision"), PurgeReason::Expired, 30));
        let leaves: Vec<_> = protocols[0].leaves().collect();
        for kind in [PurgedKind::Document, PurgedKind::Message] {
            let messages: BTreeSet<_> = leaves.iter().filter(|leaf| leaf.kind == kind).map(|leaf| leaf.message).collect();
            assert_eq!(messages, sent.iter().map(|sent| sent.id).collect());
        }
        let nonces: BTreeSet<_> = leaves.iter().map(|leaf| leaf.nonce).collect();
        assert_eq!(nonces.len(), leaves.len());
        let row = portal.audit_log().await.into_iter().find(|row| row.action == "purge-protocol.closed").unwrap();
        assert_eq!(row.detail.as_deref(), Some("1"));
    }

    async fn a_run_with_nothing_to_purge_makes_none(portal: TestPortal) {
        let (system, _) = send_expired(&portal, 1).await;
        for _ in 0..3 {
            portal.portal.run_jobs().await.unwrap();
        }
        assert_eq!(protocols(&portal, system.organisation_id()).await.len(), 1);
        assert_eq!(portal.audited("purge-protocol.closed").await, 1);
    }

    async fn what_was_revoked_says_so_and_the_next_protocol_names_the_one_before(portal: TestPortal) {
        let system = portal.sender().await;
        for key in ["1", "2", "3"] {
            let sent = portal.send(&system, key, 2).await;
            portal.portal.revoke_message(&system, sent.id).await.unwrap();
            portal.clock.advance_millis(60_000);
            portal.portal.run_jobs().await.unwrap();
        }
        let protocols = protocols(&portal, system.organisation_id()).await;
        assert_eq!(protocols.len(), 3);
        for protocol in &protocols {
            let [rule] = protocol.signed().statement().rules.as_slice() else { panic!("one rule") };
            assert_eq!((rule.rule.reason, rule.rule.retention_days), (PurgeReason::Revoked, 30));
        }
    }

    async fn organisations_have_protocols_of_their_own(portal: TestPortal) {
        let (norrby, _) = send_expired(&portal, 2).await;
        let soderby = portal.sender_named("Söderby kommun").await;
        let revoked = portal.send(&soderby, "1", 1).await;
        portal.portal.revoke_message(&soderby, revoked.id).await.unwrap();
        portal.portal.run_jobs().await.unwrap();
        let first = protocols(&portal, norrby.organisation_id()).await;
        let second = protocols(&portal, soderby.organisation_id()).await;
        assert_eq!((purged(&first).len(), purged(&second).len()), (4, 2));
        assert!(purged(&first).is_disjoint(&purged(&second)));
    }

    async fn a_run_that_is_broken_off_is_in_the_protocol_of_the_next(portal: TestPortal) {
        let (system, _) = send_expired(&portal, 30).await;
        // One batch is erased, another has lost its keys alone, and nothing is closed.
        interrupted(&portal.portal.0, Interruption::SomeErased, 25).await;
        let organisation = system.organisation_id();
        assert!(protocols(&portal, organisation).await.is_empty());
        assert_eq!(portal.rows("purge_leaf").await, 50);
        let restarted = portal.another_node().await;
        restarted.run_jobs().await.unwrap();
        restarted.run_jobs().await.unwrap();
        let protocols = protocols(&portal, organisation).await;
        assert_eq!((protocols.len(), purged(&protocols).len()), (1, 60));
    }

    async fn nodes_that_close_at_once_tell_of_everything_once(portal: TestPortal) {
        let (system, _) = send_expired(&portal, 30).await;
        interrupted(&portal.portal.0, Interruption::SomeErased, 25).await;
        let nodes = futures::future::join_all((0..3).map(|_| portal.another_node())).await;
        let run = |node: Portal| async move { close(&node.0, 7).await };
        let closed = futures::future::join_all(nodes.into_iter().map(run)).await;
        let rest = close(&portal.portal.0, 7).await.unwrap();
        let protocols = protocols(&portal, system.organisation_id()).await;
        assert_eq!(purged(&protocols).len(), 50);
        let closed: u64 = closed.into_iter().map(Result::unwrap).sum();
        assert_eq!(closed + rest, u64::try_from(protocols.len()).unwrap());
    }

    async fn nodes_that_purge_at_once_tell_of_everything_once(portal: TestPortal) {
        let (system, _) = send_expired(&portal, 30).await;
        let other = portal.another_node().await;
        let run = |node: Portal| async move { node.purge(PurgeMode::Run).await };
        let (one, two) = tokio::join!(run(portal.portal.clone()), run(other));
        let rest = portal.portal.purge(PurgeMode::Run).await.unwrap();
        assert_eq!(one.unwrap().documents + two.unwrap().documents + rest.documents, 30);
        assert_eq!(purged(&protocols(&portal, system.organisation_id()).await).len(), 60);
    }

    async fn what_is_too_much_for_one_protocol_goes_to_the_next(portal: TestPortal) {
        let (system, _) = send_expired(&portal, 12).await;
        interrupted(&portal.portal.0, Interruption::SomeErased, 25).await;
        assert_eq!(close(&portal.portal.0, 10).await.unwrap(), 3);
        let protocols = protocols(&portal, system.organisation_id()).await;
        let counts: Vec<u64> = protocols.iter().map(|protocol| protocol.signed().statement().leaves()).collect();
        assert_eq!(counts, [10, 10, 4]);
        assert_eq!(purged(&protocols).len(), 24);
        assert_eq!(close(&portal.portal.0, MAX_LEAVES).await.unwrap(), 0);
    }

    async fn each_document_has_a_proof_that_holds_with_the_public_keys_alone(portal: TestPortal) {
        let (system, sent) = send_expired(&portal, 5).await;
        let operator = portal.operator();
        let organisation = system.organisation_id();
        let before = portal.portal.inclusion_proofs(&operator, organisation, of_message(sent[0].id)).await;
        assert!(matches!(before, Err(ProtocolError::NotFound)));
        portal.portal.run_jobs().await.unwrap();
        let keys = portal.portal.signing_keys().await.unwrap();
        for sent in &sent {
            let proofs = portal.portal.inclusion_proofs(&operator, organisation, of_message(sent.id)).await.unwrap();
            assert_eq!(proofs.len(), 2);
            for proof in proofs {
                let checked = VerifiedFile::check(&proof.to_json(), &keys).unwrap();
                assert_eq!(checked, VerifiedFile::Proof(proof.clone()));
                let own = portal.portal.inclusion_proofs(&operator, organisation, proof.leaf().id).await.unwrap();
                assert!(own.contains(&proof));
            }
        }
    }

    async fn what_is_taken_for_a_protocol_that_does_not_stand_yet_hides_no_proof_of_the_rest(portal: TestPortal) {
        let (system, sent) = send_expired(&portal, 1).await;
        interrupted(&portal.portal.0, Interruption::SomeErased, 25).await;
        take_for(&portal, sent[0].id, 2).await;
        assert_eq!(close(&portal.portal.0, MAX_LEAVES).await.unwrap(), 1);
        let operator = portal.operator();
        let organisation = system.organisation_id();
        let proofs = portal.portal.inclusion_proofs(&operator, organisation, of_message(sent[0].id)).await.unwrap();
        let [proof] = proofs.as_slice() else { panic!("of the document") };
        assert_eq!(proof.leaf().kind, PurgedKind::Document);
        let keys = portal.portal.signing_keys().await.unwrap();
        VerifiedFile::check(&proof.to_json(), &keys).unwrap();
    }

    async fn staff_see_the_protocols_of_their_own_organisation(portal: TestPortal) {
        let (system, sent) = send_expired(&portal, 1).await;
        portal.portal.run_jobs().await.unwrap();
        let admin = portal.first_admin().await;
        let (own, other) = (admin.organisation_id(), system.organisation_id());
        assert_ne!(own, other);
        assert!(portal.portal.purge_protocols(&admin, own, None).await.unwrap().statements.is_empty());
        let id = of_message(sent[0].id);
        for refused in [
            portal.portal.purge_protocols(&admin, other, None).await.map(drop),
            portal.portal.purge_protocol(&admin, other, 1).await.map(drop),
            portal.portal.purge_protocol(&admin, own, 1).await.map(drop),
            portal.portal.inclusion_proofs(&admin, other, id).await.map(drop),
            portal.portal.inclusion_proofs(&admin, own, id).await.map(drop),
        ] {
            assert!(matches!(refused, Err(ProtocolError::NotFound)), "{refused:?}");
        }
    }

    async fn a_protocol_names_nobody(portal: TestPortal) {
        let (system, _) = send_expired(&portal, 1).await;
        portal.portal.run_jobs().await.unwrap();
        let protocol = protocols(&portal, system.organisation_id()).await.remove(0);
        for text in [protocol.to_json(), protocol.to_csv()] {
            for personal in ["Beslut om", "beslut.pdf", number(0).expose()] {
                assert!(!text.contains(personal), "{text}");
            }
        }
    }
}
