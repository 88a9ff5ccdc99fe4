//! Opens whatever opens: what somebody with copies of both databases, the blobs and a provider's folder could read.
//!
//! For tests and examinations of copies. Behind the feature `forensics`, which no program of ours turns on; it looks
//! past every rule about who may read what and when.

use base::{DocumentId, MessageId, OrganisationId, RecipientId};
use keyring::{ContentKey, ContentOwner, Field, Opener, PREFIX_SIZE, SEALED_CHUNK_SIZE};
use sea_orm::EntityTrait;

use crate::{Context, Fault, Portal, document, message};

/// What could be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A message's title or text.
    Text(String),
    /// A document's file name.
    FileName(String),
    /// A document's content, up to the first piece that does not open.
    Content(Vec<u8>),
    /// A person's number, name or address.
    Personal(String),
}

impl Portal {
    /// Opens everything that the databases, blobs and provider of this portal still hold together, whoever it belongs
    /// to and however long ago it expired.
    ///
    /// # Errors
    ///
    /// When the databases can't be read. What merely does not open is left out.
    pub async fn open_everything(&self) -> Result<Vec<Opened>, Fault> {
        let context = &*self.0;
        let mut opened = Vec::new();
        open_messages(context, &mut opened).await?;
        open_documents(context, &mut opened).await?;
        for recipient in context.vault.every_recipient().await? {
            open_person(context, recipient, &mut opened).await;
        }
        Ok(opened)
    }
}

async fn open_messages(context: &Context, opened: &mut Vec<Opened>) -> Result<(), Fault> {
    for row in message::entity::Entity::find().all(context.database.reader()).await? {
        let id = MessageId::from_uuid(row.id);
        let organisation = OrganisationId::from_uuid(row.organisation_id);
        let Some(key) = key(context, organisation, ContentOwner::Message(id)).await else {
            continue;
        };
        for (column, sealed) in [("sealed_title", &row.sealed_title), ("sealed_body", &row.sealed_body)] {
            let place = Field::new("message", column, id.as_bytes());
            if let Some(Ok(text)) = sealed.as_deref().map(|sealed| key.open_text(place, sealed)) {
                opened.push(Opened::Text(text));
            }
        }
    }
    Ok(())
}

async fn open_documents(context: &Context, opened: &mut Vec<Opened>) -> Result<(), Fault> {
    for row in document::entity::Entity::find().all(context.database.reader()).await? {
        let id = DocumentId::from_uuid(row.id);
        let organisation = OrganisationId::from_uuid(row.organisation_id);
        let Some(key) = key(context, organisation, ContentOwner::Document(id)).await else {
            continue;
        };
        let place = Field::new("document", "sealed_file_name", id.as_bytes());
        if let Some(Ok(name)) = row
            .sealed_file_name
            .as_deref()
            .map(|sealed| key.open_text(place, sealed))
        {
            opened.push(Opened::FileName(name));
        }
        if let Some(content) = open_content(context, organisation, id, &key).await {
            opened.push(Opened::Content(content));
        }
    }
    Ok(())
}

async fn key(context: &Context, organisation: OrganisationId, owner: ContentOwner) -> Option<ContentKey> {
    context.vault.content_key(organisation, owner).await.ok().flatten()
}

async fn open_content(
    context: &Context,
    organisation: OrganisationId,
    document: DocumentId,
    key: &ContentKey,
) -> Option<Vec<u8>> {
    let size = context.blobs.size(organisation, document).await.ok()?;
    let mut blob = context.blobs.read(organisation, document, 0..size).await.ok()?;
    let prefix = blob.next(PREFIX_SIZE).await.ok()??;
    let opener = Opener::new(key, prefix.as_ref().try_into().ok()?, size).ok()?;
    let mut content = Vec::new();
    for index in 0..opener.chunks() {
        let Ok(Some(mut chunk)) = blob.next(SEALED_CHUNK_SIZE).await else {
            break;
        };
        let Ok(plaintext) = opener.open_chunk(index, &mut chunk) else {
            break;
        };
        content.extend_from_slice(plaintext);
    }
    Some(content)
}

async fn open_person(context: &Context, recipient: RecipientId, opened: &mut Vec<Opened>) {
    let Ok(Some(personal)) = context.vault.personal(recipient).await else {
        return;
    };
    opened.push(Opened::Personal(personal.identifier.indexed().to_string()));
    let addresses = personal.addresses;
    opened.extend(
        [personal.name, addresses.given, addresses.own, addresses.unproven]
            .into_iter()
            .flatten()
            .map(Opened::Personal),
    );
}
