//! The last step of an upload: one transaction makes the whole message visible, with its notifications, events and audit
//! row.

use base::{CaseId, DeliveryId, RecipientId, Timestamp};
use keyring::{Field, Mac};
use sea_orm::{EntityTrait, IntoActiveModel};

use super::attempt::Attempt;
use super::draft::CheckedDraft;
use super::{DeliveryReceipt, MessageReceipt, RecipientAddress, SendError, entity};
use crate::actor::SystemActor;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::event::{self, EventKind, NewEvent};
use crate::{
    Context, Fault, RecipientIdentifier, case, delivery, document, hold, notification, organisation, recipient, system,
};

/// The level of protection at which the server opens the content in the recipient's session.
pub(super) const SESSION_LEVEL: &str = "session";

/// Makes the message visible to its recipients, or fails and changes nothing that anyone sees.
pub(super) async fn publish(
    attempt: &mut Attempt,
    actor: &SystemActor,
    draft: &CheckedDraft,
    fingerprint: &Mac,
) -> Result<MessageReceipt, SendError> {
    let context = attempt.context();
    let sent_at = context.now();
    let expires_at = attempt.expires_at(sent_at);
    if expires_at.day() != attempt.day {
        // The upload went on past midnight.
        context
            .vault
            .rewrap_content_keys(&attempt.owners(), expires_at.day())
            .await?;
    }
    let recipients = find_recipients(attempt, draft, expires_at).await?;
    let (cases, delivery_ids) = new_ids(attempt, recipients.len());
    let parts: Vec<_> = recipients.into_iter().zip(cases).zip(delivery_ids).collect();

    let transaction = context.database.write().await?;
    let stays = organisation::stays(&transaction, attempt.organisation.id).await?;
    if !stays || !system::is_enabled(&transaction, actor.system_id()).await? {
        return Err(SendError::SystemDisabled);
    }
    let message = attempt.intent.message;
    let stands = attempt.intent.redeem(&transaction).await?
        && attempt
            .row
            .complete(&transaction, message, fingerprint, sent_at)
            .await?;
    if !stands {
        return Err(SendError::Interrupted);
    }
    insert_message(&transaction, attempt, actor, draft, sent_at).await?;
    insert_documents(&transaction, attempt, draft).await?;
    for (((recipient, case), delivery), to) in parts.iter().zip(&draft.recipients) {
        case::open(&transaction, *case, attempt.organisation.id, *recipient, sent_at).await?;
        let new = delivery::NewDelivery {
            id: *delivery,
            message,
            case: *case,
            organisation: attempt.organisation.id,
            recipient: *recipient,
            sent_at,
            expires_at,
            policy_version: attempt.retention.version,
            address_given: address_of(to).is_some(),
        };
        delivery::create(&transaction, &new).await?;
    }
    hold::note_lifted(&transaction, message, context.certain_now()).await?;
    let waiting: Vec<_> = parts
        .iter()
        .map(|((recipient, _), delivery)| (*delivery, *recipient))
        .collect();
    let consenting = notification::consenting(&transaction, waiting.iter().map(|(_, recipient)| *recipient)).await?;
    let has_address = waiting
        .iter()
        .zip(&draft.recipients)
        .filter(|((_, recipient), to)| address_of(to).is_some() || consenting.contains(recipient));
    let told = has_address.map(|((_, recipient), _)| *recipient);
    notification::announce_waiting(context, &transaction, told).await?;
    let happened: Vec<_> = waiting
        .iter()
        .map(|(delivery, _)| NewEvent {
            kind: EventKind::Delivered,
            message,
            delivery: *delivery,
        })
        .collect();
    event::record(&transaction, attempt.organisation.id, sent_at, &happened).await?;
    let entry = AuditEntry::by_system(actor, AuditAction::MessageSent).about(AuditTarget::Message(message));
    context.audit.record(&transaction, sent_at, &entry).await?;
    transaction.commit().await?;
    attempt.settle();
    Ok(MessageReceipt {
        id: message,
        sent_at,
        repeated: false,
        deliveries: parts
            .into_iter()
            .map(|((_, case), delivery)| DeliveryReceipt {
                delivery,
                case,
                expires_at,
            })
            .collect(),
    })
}

/// Ids for each recipient's case and delivery. They sort in the order of the recipients, which is how the deliveries of
/// a message are listed later.
fn new_ids(attempt: &Attempt, count: usize) -> (Vec<CaseId>, Vec<DeliveryId>) {
    let ids = &attempt.context().ids;
    let cases = std::iter::repeat_with(|| ids.next()).take(count).collect();
    let mut deliveries: Vec<DeliveryId> = std::iter::repeat_with(|| ids.next()).take(count).collect();
    deliveries.sort_unstable();
    (cases, deliveries)
}

/// Finds or creates the recipients in the register, right before the transaction that refers to them.
async fn find_recipients(
    attempt: &Attempt,
    draft: &CheckedDraft,
    expires_at: Timestamp,
) -> Result<Vec<RecipientId>, SendError> {
    let vault = &attempt.context().vault;
    let mut found = Vec::with_capacity(draft.recipients.len());
    for recipient in &draft.recipients {
        let id = vault.recipient(&recipient.identifier, expires_at.day()).await?;
        if let Some(address) = address_of(recipient) {
            notification::keep_address(attempt.context(), id, address, notification::AddressFrom::Sender).await?;
        }
        found.push(id);
    }
    may_come_to_nothing(attempt.context(), &found).await?;
    Ok(found)
}

/// Where the sender has the recipient told that something waits.
fn address_of(recipient: &RecipientAddress) -> Option<&str> {
    let invited = match &recipient.identifier {
        RecipientIdentifier::Invitation(invitation) => Some(invitation.email()),
        _ => None,
    };
    recipient.email.as_deref().or(invited)
}

/// Names people as forgettable before anything refers to them: should the message come to nothing, the job has the
/// register forget those whom nothing else needs. It spares whoever was asked for a short while ago.
async fn may_come_to_nothing(context: &Context, recipients: &[RecipientId]) -> Result<(), Fault> {
    // In one order, so that two transactions can't wait for each other.
    let mut recipients = recipients.to_vec();
    recipients.sort_unstable();
    let transaction = context.database.write().await?;
    for recipient in recipients {
        recipient::may_be_forgotten(&transaction, recipient, context.now()).await?;
    }
    Ok(transaction.commit().await?)
}

async fn insert_message(
    transaction: &WriteTransaction,
    attempt: &Attempt,
    actor: &SystemActor,
    draft: &CheckedDraft,
    sent_at: Timestamp,
) -> Result<(), Fault> {
    let id = attempt.intent.message;
    let key = attempt.message_key()?;
    let seal = |column, text: &str| key.seal_field(Field::new("message", column, id.as_bytes()), text.as_bytes());
    let row = entity::Model {
        id: *id.as_uuid(),
        organisation_id: *attempt.organisation.id.as_uuid(),
        system_id: *actor.system_id().as_uuid(),
        document_type: draft.document_type.clone(),
        sealed_title: Some(seal("sealed_title", &draft.title)),
        sealed_body: Some(seal("sealed_body", &draft.body)),
        protection: SESSION_LEVEL.to_owned(),
        sent_at: sent_at.as_millis(),
        retention_days: draft
            .retention_days
            .map(i32::try_from)
            .transpose()
            .map_err(Fault::new)?,
    };
    entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

async fn insert_documents(
    transaction: &WriteTransaction,
    attempt: &Attempt,
    draft: &CheckedDraft,
) -> Result<(), Fault> {
    for (position, (file, id)) in draft.files.iter().zip(&attempt.intent.documents).enumerate() {
        let key = attempt.document_key(position)?;
        let field = Field::new("document", "sealed_file_name", id.as_bytes());
        let new = document::NewDocument {
            id: *id,
            message: attempt.intent.message,
            organisation: attempt.organisation.id,
            position,
            sealed_file_name: key.seal_field(field, file.name.as_bytes()),
            media_type: &file.media_type,
            size: file.size,
            minimum_level: file.minimum_level,
        };
        document::create(transaction, new).await?;
    }
    Ok(())
}
