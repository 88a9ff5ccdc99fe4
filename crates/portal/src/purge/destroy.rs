//! Destroys what makes content readable, and then the content. Nothing here shows in the portal's database, so it is done
//! again after an interruption, which is fine.

use std::collections::{BTreeMap, BTreeSet};

use base::{DocumentId, MessageId, OrganisationId};
use keyring::ContentOwner;

use super::work::Work;
use crate::audit::{AuditAction, AuditEntry};
use crate::blob::Blobs;
use crate::ledger::LedgerEntry;
use crate::{Context, Fault};

/// How many keys are destroyed in one transaction of the vault.
const KEYS_AT_ONCE: usize = 5_000;

/// Destroys the keys of messages and documents that ended.
pub(super) async fn keys(context: &Context, work: &Work) -> Result<(), Fault> {
    let messages = work.messages.iter().map(|(message, _)| ContentOwner::Message(*message));
    let documents = work
        .documents
        .iter()
        .map(|document| ContentOwner::Document(document.id));
    let owners: Vec<ContentOwner> = messages.chain(documents).collect();
    for owners in owners.chunks(KEYS_AT_ONCE) {
        if !context.vault.has_content_keys(owners).await? {
            // As in each round while their blobs can't be deleted.
            continue;
        }
        // What is told of each is written when it is erased, after its blob: without this the log would tell of nothing until then.
        let number = owners.len().to_string();
        let entry = AuditEntry::by_portal(AuditAction::PurgeBegun).detail(&number);
        context.record(&entry).await?;
        context.vault.destroy_content_keys(owners).await?;
    }
    Ok(())
}

/// Tells the ledger of deliveries that ended while their message lives on. Of the others it knows by the messages' keys.
pub(super) async fn tell_of_deliveries(context: &Context, work: &Work) -> Result<(), Fault> {
    let ended: BTreeSet<MessageId> = work.messages.iter().map(|(message, _)| *message).collect();
    let alone = work
        .deliveries
        .iter()
        .filter(|delivery| !ended.contains(&delivery.message));
    let entries: Vec<LedgerEntry> = alone.map(|delivery| LedgerEntry::Ended(delivery.id)).collect();
    if !entries.is_empty() {
        let told = context.ledger.append(&entries).await?;
        // They were condemned before, which is all that a batch does to them.
        told.applied(context).await?;
    }
    Ok(())
}

/// Deletes the blobs of documents that ended. A message with a blob that can't be deleted is left to a later run, so that
/// it does not keep the others from being purged; its keys are destroyed. Gives the first fault.
pub(super) async fn blobs(blobs: &Blobs, work: &mut Work) -> Option<Fault> {
    let mut of_organisations: BTreeMap<OrganisationId, Vec<DocumentId>> = BTreeMap::new();
    for document in &work.documents {
        of_organisations
            .entry(document.organisation)
            .or_default()
            .push(document.id);
    }
    let (mut first, mut failed) = (None, BTreeSet::new());
    for (organisation, documents) in of_organisations {
        for (document, problem) in blobs.delete_all(organisation, &documents).await {
            failed.insert(document);
            first.get_or_insert(Fault::from(problem));
        }
    }
    let of_failed = work.documents.iter().filter(|document| failed.contains(&document.id));
    let left = of_failed.map(|document| document.message).collect();
    work.leave(&left);
    first
}
