//! Destroys what makes content readable, and then the content. Nothing here shows in the portal's database, so it is done
//! again after an interruption, which is fine.

use keyring::ContentOwner;

use super::work::Work;
use crate::{Context, Fault};

/// Destroys the keys of messages and documents that ended.
pub(super) async fn keys(context: &Context, work: &Work) -> Result<(), Fault> {
    let messages = work.messages.iter().map(|(message, _)| ContentOwner::Message(*message));
    let documents = work
        .documents
        .iter()
        .map(|document| ContentOwner::Document(document.id));
    let owners: Vec<ContentOwner> = messages.chain(documents).collect();
    Ok(context.vault.destroy_content_keys(&owners).await?)
}

/// Deletes the blobs of documents that ended.
pub(super) async fn blobs(context: &Context, work: &Work) -> Result<(), Fault> {
    for document in &work.documents {
        context.blobs.delete(document.organisation, document.id).await?;
    }
    Ok(())
}
