//! Checkpoints to an address that an organisation's admin chose: which it is, and what goes there next. The address is sealed, since it may
//! hold what only the two sides are to know, and goes to nobody but who sends something there; people see its host.
//!
//! Another address is another webhook with an id of its own, so that nothing that was said of one counts for the other.

mod address;
mod entity;

use std::time::Duration;

use base::{AuditWebhookId, OrganisationId, Timestamp};
use keyring::Field;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Statement, Value};
use uuid::Uuid;

pub use self::address::{InvalidWebhookAddress, WebhookAddress};
use super::{AuditLogs, AuditReceiver, AuditReceiverKind, TakenHandover, state};
use crate::audit::chain::{from_stored_id, stored_id};
use crate::audit::{AuditAction, AuditEntry, AuditReceiverState, AuditTarget, checkpoint};
use crate::database::WriteTransaction;
use crate::organisation::NotLocked;
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor, organisation};

/// For how long the webhook of a deleted organisation is waited for.
const WAITS_FOR: Duration = Duration::from_secs(7 * 86_400);
/// The webhooks that something waits for.
const WAITING: &str = "\
    SELECT h.chain_id, h.receiver FROM audit_handover h WHERE h.kind = 'webhook' AND EXISTS \
    (SELECT 1 FROM audit_checkpoint c WHERE c.chain_id = h.chain_id AND c.sequence > h.sequence) ORDER BY h.due_at";
/// The place in chain $4 of the row by which organisation $1 was deleted at $2, in the words of the log $3; none while it has no place.
const DELETED: &str = "\
    SELECT MAX(l.sequence) FROM audit_event e JOIN audit_link l ON l.event_id = e.id AND l.chain_id = $4 \
    WHERE e.organisation_id = $1 AND e.at >= $2 AND e.action = $3";
const OLDEST_WAITING: &str = "\
    SELECT MIN(c.at) FROM audit_handover h JOIN audit_checkpoint c \
    ON c.chain_id = h.chain_id AND c.sequence > h.sequence WHERE h.kind = 'webhook'";

/// The webhook was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeWebhookError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ChangeWebhookError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<NotLocked> for ChangeWebhookError {
    fn from(problem: NotLocked) -> Self {
        problem.or_gone(Self::Denied(Denied::OrganisationGone))
    }
}

/// What is to be sent to a webhook.
#[derive(Clone, Debug)]
pub struct WebhookDelivery {
    /// Where to.
    pub address: WebhookAddress,
    /// The number of the checkpoint's row.
    pub row: u64,
    /// The checkpoint, as a JSON object.
    pub body: Vec<u8>,
}

impl Portal {
    /// Lets checkpoints of the log of the actor's organisation go to this address from now on, and nowhere else by webhook: the latest
    /// there is, before it those that the address before did not get, and all that follow. Does nothing when they go there already.
    /// Whether anybody may be sent to that address is for the caller to know.
    ///
    /// # Errors
    ///
    /// [`ChangeWebhookError`].
    pub async fn set_audit_webhook(
        &self,
        actor: &StaffActor,
        address: &WebhookAddress,
    ) -> Result<(), ChangeWebhookError> {
        let context = &*self.0;
        context.require(actor, Action::ChangeAuditWebhook).await??;
        let organisation = actor.organisation_id();
        let chain = stored_id(Some(organisation));
        let newest = super::first_after(context, AuditReceiverKind::Webhook, chain).await?;
        let transaction = context.database.write().await?;
        organisation::lock_row(&transaction, organisation).await?;
        let before = find(&transaction, organisation).await?;
        if let Some(row) = &before
            && open(context, row).is_ok_and(|known| known == *address)
        {
            return Ok(());
        }
        let reached = match &before {
            Some(row) => remove(context, &transaction, actor, row).await?,
            None => None,
        };
        let id: AuditWebhookId = context.ids.next();
        let row = entity::Model {
            organisation_id: *organisation.as_uuid(),
            id: *id.as_uuid(),
            sealed_address: context
                .vault
                .webhook_key()
                .seal_field(place(id.as_uuid()), address.url().as_str().as_bytes()),
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let handover = super::entity::Model {
            kind: AuditReceiverKind::Webhook.as_str().to_owned(),
            receiver: id.to_string(),
            chain_id: chain,
            place: String::new(),
            sequence: reached.map_or(newest, |reached| reached.min(newest)),
            due_at: context.clock_time().as_millis(),
            attempts: 0,
            succeeded_at: None,
            failed_at: None,
            failure: None,
        };
        super::entity::Entity::insert(handover.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let id = id.to_string();
        tell(context, &transaction, actor, AuditAction::AuditWebhookSet, &id).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets checkpoints of the log of the actor's organisation go to no webhook any more. Does nothing when there is none.
    ///
    /// # Errors
    ///
    /// [`ChangeWebhookError`].
    pub async fn remove_audit_webhook(&self, actor: &StaffActor) -> Result<(), ChangeWebhookError> {
        let context = &*self.0;
        context.require(actor, Action::ChangeAuditWebhook).await??;
        let organisation = actor.organisation_id();
        let transaction = context.database.write().await?;
        organisation::lock_row(&transaction, organisation).await?;
        if let Some(row) = find(&transaction, organisation).await? {
            remove(context, &transaction, actor, &row).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The webhooks of all organisations that a checkpoint waits for, the one first that has waited longest for its turn; some may not be
    /// due yet, or another node's.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn waiting_audit_webhooks(&self) -> Result<Vec<AuditReceiver>, Fault> {
        let reader = self.0.database.reader();
        let query = Statement::from_string(reader.get_database_backend(), WAITING);
        let mut waiting = Vec::new();
        for row in reader.query_all_raw(query).await? {
            let chain: Uuid = row.try_get_by_index(0)?;
            waiting.push(AuditReceiver {
                kind: AuditReceiverKind::Webhook,
                name: row.try_get_by_index(1)?,
                logs: AuditLogs::Of(from_stored_id(chain)),
                place: String::new(),
            });
        }
        Ok(waiting)
    }

    /// The first checkpoint that was taken for a webhook; `None` when the webhook was removed meanwhile, or nothing waits any more.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn audit_webhook_delivery(&self, taken: &TakenHandover) -> Result<Option<WebhookDelivery>, Fault> {
        let context = &*self.0;
        let Some(organisation) = from_stored_id(taken.row.chain_id) else {
            return Ok(None);
        };
        let row = find(context.database.reader(), organisation).await?;
        let Some(row) = row.filter(|row| row.id.to_string() == taken.row.receiver) else {
            return Ok(None);
        };
        let address = open(context, &row)?;
        let first = checkpoint::behind(context, taken.row.chain_id, taken.row.sequence, 1).await?;
        let delivery = |first: &crate::Checkpoint| {
            Ok::<_, Fault>(WebhookDelivery {
                address,
                row: first.sequence,
                body: first.to_json().map_err(Fault::new)?,
            })
        };
        first.first().map(delivery).transpose()
    }

    /// For how long the oldest checkpoint that a webhook is to get has waited; zero when nothing waits. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn audit_webhook_lag(&self) -> Result<Duration, Fault> {
        let reader = self.0.database.reader();
        let query = Statement::from_string(reader.get_database_backend(), OLDEST_WAITING);
        let row = reader.query_one_raw(query).await?;
        let oldest: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        let now = self.0.now();
        Ok(oldest.map_or(Duration::ZERO, |oldest| now.since(Timestamp::from_millis(oldest))))
    }
}

/// How far the webhook of an organisation has come, if it has one.
pub(in crate::audit) async fn webhook(
    context: &Context,
    organisation: OrganisationId,
) -> Result<Option<AuditReceiverState>, Fault> {
    let Some(row) = find(context.database.reader(), organisation).await? else {
        return Ok(None);
    };
    // One that can't be read can still be replaced or removed, and hides nothing else of the log.
    let place = open(context, &row).map_or_else(|_| row.id.to_string(), |address| address.place());
    let receiver = AuditReceiver {
        kind: AuditReceiverKind::Webhook,
        name: row.id.to_string(),
        logs: AuditLogs::Of(Some(organisation)),
        place,
    };
    let state = state::of(context, &receiver, stored_id(Some(organisation)));
    Ok(Some(state.await?))
}

/// Until when the webhook of a deleted organisation is waited for, while it is still to get a checkpoint that tells of that. Not for ever:
/// what can't be reached for a week gets nothing more.
pub(crate) async fn webhook_waits(
    context: &Context,
    organisation: OrganisationId,
    deleted_at: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let reader = context.database.reader();
    let Some(row) = find(reader, organisation).await? else {
        return Ok(None);
    };
    let until = deleted_at + WAITS_FOR;
    if until <= context.certain_now() {
        return Ok(None);
    }
    let chain = stored_id(Some(organisation));
    let values: [Value; 4] = [
        (*organisation.as_uuid()).into(),
        deleted_at.as_millis().into(),
        AuditAction::OrganisationDeleted.as_str().into(),
        chain.into(),
    ];
    let question = Statement::from_sql_and_values(reader.get_database_backend(), DELETED, values);
    let told = reader.query_one_raw(question).await?;
    let told: Option<i64> = told.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let key = (
        AuditReceiverKind::Webhook.as_str().to_owned(),
        row.id.to_string(),
        chain,
    );
    let handover = super::entity::Entity::find_by_id(key).one(reader).await?;
    let waits = handover.is_some_and(|handover| told.is_none_or(|told| handover.sequence < told));
    Ok(waits.then_some(until))
}

/// Forgets the webhook of a deleted organisation.
pub(crate) async fn forget_webhook(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    super::entity::Entity::delete_many()
        .filter(super::entity::Column::Kind.eq(AuditReceiverKind::Webhook.as_str()))
        .filter(super::entity::Column::ChainId.eq(stored_id(Some(organisation))))
        .exec(transaction)
        .await?;
    entity::Entity::delete_by_id(*organisation.as_uuid())
        .exec(transaction)
        .await?;
    Ok(())
}

/// The host of the webhook with this id; `None` when it is not the organisation's any more, or can't be read.
pub(super) async fn host(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: Option<OrganisationId>,
    id: &str,
) -> Result<Option<String>, Fault> {
    let Some(organisation) = organisation else {
        return Ok(None);
    };
    let row = find(on, organisation).await?.filter(|row| row.id.to_string() == id);
    Ok(row.and_then(|row| Some(open(context, &row).ok()?.place())))
}

async fn find(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Option<entity::Model>, Fault> {
    Ok(entity::Entity::find_by_id(*organisation.as_uuid()).one(on).await?)
}

fn place(id: &Uuid) -> Field<'_> {
    Field::new("audit_webhook", "sealed_address", id.as_bytes())
}

fn open(context: &Context, row: &entity::Model) -> Result<WebhookAddress, Fault> {
    let key = context.vault.webhook_key();
    let text = key.open_text(place(&row.id), &row.sealed_address).map_err(Fault::new)?;
    WebhookAddress::parse(&text).map_err(Fault::new)
}

/// Removes a webhook, and says how far it had come.
async fn remove(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    row: &entity::Model,
) -> Result<Option<i64>, Fault> {
    let id = row.id.to_string();
    let chain = stored_id(Some(actor.organisation_id()));
    let key = || (AuditReceiverKind::Webhook.as_str().to_owned(), id.clone(), chain);
    let handover = super::entity::Entity::find_by_id(key()).one(transaction).await?;
    super::entity::Entity::delete_by_id(key()).exec(transaction).await?;
    entity::Entity::delete_by_id(row.organisation_id)
        .exec(transaction)
        .await?;
    let got = handover.as_ref().filter(|handover| handover.succeeded_at.is_some());
    let got = got.map_or(0, |handover| handover.sequence);
    let detail = format!("{id} {got}");
    tell(context, transaction, actor, AuditAction::AuditWebhookRemoved, &detail).await?;
    Ok(handover.map(|handover| handover.sequence))
}

async fn tell(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    action: AuditAction,
    detail: &str,
) -> Result<(), Fault> {
    let entry = AuditEntry::by_staff(actor, action)
        .about(AuditTarget::Organisation(actor.organisation_id()))
        .detail(detail);
    context.audit.record(transaction, context.now(), &entry).await
}

#[cfg(test)]
mod tests;
