//! Many messages at once, for measuring how they end. For tests, and behind the feature `bench`, which no program of ours turns on: nobody is
//! told, the audit log says nothing of it, and blobs are written to a folder without waiting for the disk.

use std::path::Path;

use base::{Day, DeliveryId, DocumentId, MessageId, RecipientId};
use keyring::{ContentKey, ContentOwner, Field, Sealer};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel};

use super::entity;
use super::publish::SESSION_LEVEL;
use crate::actor::SystemActor;
use crate::organisation::Organisation;
use crate::retention::{self, Counted};
use crate::{Context, Fault, Portal, RecipientIdentifier, blob, case, delivery, document};

/// How many messages are stored in one transaction, since each waits for the disk.
const AT_ONCE: usize = 500;
/// What is in each document.
const CONTENT: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// How many of what.
#[derive(Debug, Clone, Copy)]
pub struct ManyMessages {
    /// Messages, each to one recipient, who take turns.
    pub messages: usize,
    /// Documents in each.
    pub documents: usize,
}

/// A message with what it brings.
struct New {
    message: MessageId,
    recipient: RecipientId,
    documents: Vec<DocumentId>,
}

impl Portal {
    /// Stores messages as an upload leaves them, by the retention of the sender's organisation, with their blobs in `folder`, which is
    /// the blob store's. Gives the first document of each, in the order of the messages.
    ///
    /// # Errors
    ///
    /// A fault; then some are stored.
    pub async fn store_messages(
        &self,
        actor: &SystemActor,
        recipients: &[RecipientIdentifier],
        many: ManyMessages,
        folder: &Path,
    ) -> Result<Vec<DocumentId>, Fault> {
        let context = &*self.0;
        let organisation = crate::organisation::find(context.database.reader(), actor.organisation_id()).await?;
        let organisation = organisation.ok_or_else(|| Fault::new("the organisation is missing"))?;
        let until = expiry(context, &organisation).await?.0.day();
        let mut known = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            known.push(context.vault.recipient(recipient, until).await?);
        }
        blob::prepare_folder(folder, organisation.id)?;
        let mut first = Vec::with_capacity(many.messages);
        let mut turns = known.iter().copied().cycle();
        let mut left = many.messages;
        while left > 0 {
            let count = left.min(AT_ONCE);
            left -= count;
            let new = turns.by_ref().take(count).map(|recipient| New {
                message: context.ids.next(),
                recipient,
                documents: std::iter::repeat_with(|| context.ids.next())
                    .take(many.documents)
                    .collect(),
            });
            let new: Vec<New> = new.collect();
            store(context, actor, &organisation, &new, until, folder).await?;
            first.extend(new.iter().filter_map(|new| new.documents.first().copied()));
        }
        // PostgreSQL does so by itself after so many new rows, within a minute.
        if context.database.backend() == DbBackend::Postgres {
            context.database.writer().execute_unprepared("ANALYZE").await?;
        }
        Ok(first)
    }
}

async fn expiry(context: &Context, organisation: &Organisation) -> Result<(base::Timestamp, i32), Fault> {
    let policy = retention::in_force(context, context.database.reader(), organisation).await?;
    let term = policy.policy.term(None, None, context.settings.retention_ceiling_days);
    let counted = Counted {
        sent: context.now(),
        opened: None,
        closed: None,
        extended: None,
    };
    Ok((term.expires_at(counted, &organisation.time_zone), policy.version))
}

async fn store(
    context: &Context,
    actor: &SystemActor,
    organisation: &Organisation,
    new: &[New],
    until: Day,
    folder: &Path,
) -> Result<(), Fault> {
    let (expires_at, policy_version) = expiry(context, organisation).await?;
    let owners: Vec<ContentOwner> = new
        .iter()
        .flat_map(|new| {
            let documents = new.documents.iter().copied().map(ContentOwner::Document);
            std::iter::once(ContentOwner::Message(new.message)).chain(documents)
        })
        .collect();
    let keys = context.vault.new_content_keys(organisation.id, &owners, until).await?;
    let mut keys = keys.into_iter();
    let mut next_key = || {
        keys.next()
            .ok_or_else(|| Fault::new("the vault made fewer keys than it was asked for"))
    };
    let now = context.now();
    let transaction = context.database.write().await?;
    for new in new {
        let key = next_key()?;
        let seal =
            |column, text: &str| key.seal_field(Field::new("message", column, new.message.as_bytes()), text.as_bytes());
        let row = entity::Model {
            id: *new.message.as_uuid(),
            organisation_id: *organisation.id.as_uuid(),
            system_id: *actor.system_id().as_uuid(),
            document_type: None,
            sealed_title: Some(seal("sealed_title", "Beslut om förskoleplats")),
            sealed_body: Some(seal("sealed_body", "Hej! Här är beslutet.")),
            protection: SESSION_LEVEL.to_owned(),
            sent_at: now.as_millis(),
            retention_days: None,
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        for (position, id) in new.documents.iter().enumerate() {
            let key = next_key()?;
            let field = Field::new("document", "sealed_file_name", id.as_bytes());
            let row = document::NewDocument {
                id: *id,
                message: new.message,
                organisation: organisation.id,
                position,
                sealed_file_name: key.seal_field(field, b"beslut.pdf"),
                media_type: "application/pdf",
                size: CONTENT.len() as u64,
                minimum_level: None,
            };
            document::create(&transaction, row).await?;
            blob::write_unsynced(folder, organisation.id, *id, &container(&key)?)?;
        }
        let case = context.ids.next();
        case::open(&transaction, case, organisation.id, new.recipient, now).await?;
        let id: DeliveryId = context.ids.next();
        let delivery = delivery::NewDelivery {
            id,
            message: new.message,
            case,
            organisation: organisation.id,
            recipient: new.recipient,
            sent_at: now,
            expires_at,
            policy_version,
            address_given: false,
        };
        delivery::create(&transaction, &delivery).await?;
    }
    Ok(transaction.commit().await?)
}

fn container(key: &ContentKey) -> Result<Vec<u8>, Fault> {
    let (mut sealer, prefix) = Sealer::new(key);
    let mut container = prefix.to_vec();
    sealer
        .push(CONTENT, |chunk| container.extend(chunk))
        .map_err(Fault::new)?;
    container.extend(sealer.finish().map_err(Fault::new)?);
    Ok(container)
}
