//! What the chains and checkpoints of the log promise while nobody meddles with it.

use base::OrganisationId;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{AuditAction, AuditEntry, AuditReport, Checkpoint, checkpoint, checkpoint_entity, link_entity};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{Portal, PublicKeys};

const HOUR: i64 = 3_600_000;

/// So many rows in an organisation's log, or in the installation's own.
pub(super) async fn write(portal: &Portal, organisation: Option<OrganisationId>, count: usize) {
    for _ in 0..count {
        let entry = AuditEntry::by_portal(AuditAction::DocumentPurged).detail("test");
        let entry = match organisation {
            Some(organisation) => entry.within(organisation),
            None => entry,
        };
        portal.0.record(&entry).await.unwrap();
    }
}

pub(super) async fn verify(portal: &TestPortal, held: &[Checkpoint]) -> AuditReport {
    let keys = portal.portal.signing_keys().await.unwrap();
    let keys = PublicKeys::from_json(&keys.to_json()).unwrap();
    portal.portal.verified(held, &keys).await.unwrap()
}

fn organisation(number: u128) -> OrganisationId {
    OrganisationId::from_uuid(uuid::Uuid::from_u128(number))
}

on_both_databases! {
    async fn each_organisation_has_a_chain_and_the_installation_one_of_its_own(portal: TestPortal) {
        let other = portal.another_node().await;
        write(&portal.portal, Some(organisation(1)), 3).await;
        write(&other, Some(organisation(1)), 2).await;
        write(&portal.portal, Some(organisation(2)), 1).await;
        write(&other, None, 1).await;
        let fresh = verify(&portal, &[]).await;
        assert_eq!((fresh.rows, fresh.waiting, fresh.findings.len()), (7, 7, 0));
        assert_eq!(portal.portal.chain_audit_log().await.unwrap(), 7);
        assert_eq!(portal.portal.chain_audit_log().await.unwrap(), 0);
        let report = verify(&portal, &[]).await;
        assert_eq!((report.rows, report.waiting, report.findings), (7, 0, Vec::new()));
        let lengths: Vec<_> = report.chains.iter().map(|chain| (chain.organisation, chain.last)).collect();
        assert_eq!(lengths, [(None, 1), (Some(organisation(1)), 5), (Some(organisation(2)), 1)]);
    }

    async fn many_nodes_at_once_take_in_each_row_once(portal: TestPortal) {
        let nodes = futures::future::join_all((0..4).map(|_| portal.another_node())).await;
        let work = nodes.iter().map(async |node| {
            for _ in 0..5 {
                write(node, Some(organisation(1)), 3).await;
                node.chain_audit_log().await.unwrap();
            }
        });
        futures::future::join_all(work).await;
        portal.portal.chain_audit_log().await.unwrap();
        let report = verify(&portal, &[]).await;
        assert_eq!((report.rows, report.waiting, report.findings), (60, 0, Vec::new()));
        let links = link_entity::Entity::find().count(portal.portal.0.database.reader()).await.unwrap();
        assert_eq!(links, 60);
    }

    async fn many_rows_are_taken_in_by_batches(portal: TestPortal) {
        let context = &portal.portal.0;
        let transaction = context.database.write().await.unwrap();
        for number in 0..1_203 {
            let entry = AuditEntry::by_portal(AuditAction::DocumentPurged).within(organisation(number % 3 + 1));
            context.audit.record(&transaction, context.now(), &entry).await.unwrap();
        }
        transaction.commit().await.unwrap();
        assert_eq!(portal.portal.chain_audit_log().await.unwrap(), 1_203);
        let report = verify(&portal, &[]).await;
        assert_eq!((report.rows, report.waiting, report.findings), (1_203, 0, Vec::new()));
    }

    async fn a_checkpoint_is_signed_an_hour_after_the_last_when_something_happened(portal: TestPortal) {
        let count = async || {
            let rows = checkpoint_entity::Entity::find().count(portal.portal.0.database.reader());
            rows.await.unwrap()
        };
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(count().await, 0, "nothing happened yet");
        write(&portal.portal, Some(organisation(1)), 1).await;
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(count().await, 1);
        write(&portal.portal, Some(organisation(1)), 1).await;
        portal.clock.advance_millis(HOUR - 1);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(count().await, 1);
        portal.clock.advance_millis(1);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(count().await, 2);
        portal.clock.advance_millis(HOUR);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(count().await, 2, "nothing happened since");
    }

    async fn a_checkpoint_reads_as_it_was_written_and_only_so(portal: TestPortal) {
        write(&portal.portal, Some(organisation(1)), 2).await;
        portal.portal.run_jobs().await.unwrap();
        let keys = portal.portal.signing_keys().await.unwrap();
        let operator = portal.operator();
        let made = portal.portal.audit_checkpoint_of(&operator, Some(organisation(1))).await.unwrap();
        let text = made.to_string();
        assert_eq!(text.parse(), Ok(made.clone()));
        assert!(made.is_signed_by(&keys));
        let none = portal.portal.audit_checkpoint_of(&operator, Some(organisation(2))).await;
        assert!(matches!(none, Err(super::CheckpointError::None)));
        for (from, to) in [("sequence 2", "sequence 3"), ("organisation 0", "organisation 1"), ("Z\n", "1Z\n")] {
            let forged: Result<Checkpoint, _> = text.replacen(from, to, 1).parse();
            assert!(forged.is_err() || !forged.unwrap().is_signed_by(&keys), "{from}");
        }
        for text in ["", "postvalv audit checkpoint v1", &text.replace('\n', " "), &format!("{text}more")] {
            assert!(text.parse::<Checkpoint>().is_err(), "{text}");
        }
        // A key that signs no more still says that it did.
        portal.portal.rotate_signing_key(&operator).await.unwrap();
        assert!(made.is_signed_by(&portal.portal.signing_keys().await.unwrap()));
    }

    async fn the_report_says_to_where_a_checkpoint_proves_and_who_got_one(portal: TestPortal) {
        write(&portal.portal, Some(organisation(1)), 3).await;
        portal.portal.run_jobs().await.unwrap();
        let held = portal.portal.audit_checkpoint_of(&portal.operator(), Some(organisation(1))).await.unwrap();
        write(&portal.portal, Some(organisation(1)), 2).await;
        portal.clock.advance_millis(HOUR);
        portal.portal.run_jobs().await.unwrap();
        let report = verify(&portal, &[held]).await;
        assert_eq!(report.findings, []);
        let chain = report.chains.iter().find(|chain| chain.organisation.is_some()).unwrap();
        let sequence = |proof: &Option<super::Proof>| proof.as_ref().map(|proof| proof.sequence);
        // The handing out is a row too.
        assert_eq!((chain.last, sequence(&chain.held), sequence(&chain.stored)), (6, Some(3), Some(6)));
        let to = chain.handed_out.as_ref().unwrap();
        assert_eq!((to.kind.as_str(), to.sequence.as_str()), ("operator", "3"));
    }

    async fn a_checkpoint_of_another_installation_proves_nothing(portal: TestPortal) {
        let other = TestPortal::on_sqlite().await;
        for portal in [&portal, &other] {
            write(&portal.portal, None, 2).await;
            portal.portal.run_jobs().await.unwrap();
        }
        let foreign = checkpoint::latest(&other.portal.0, None).await.unwrap().unwrap();
        let findings = verify(&portal, &[foreign]).await.findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].to_string().contains("not signed by this installation"));
    }
}
