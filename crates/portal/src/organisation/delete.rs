//! Deleting an organisation: it is closed at once, in one transaction, and what it has sent is withdrawn. From then on the finder gives it
//! to nobody, the purge destroys what was withdrawn as it does what senders revoke, and `erase.rs` does the rest.
//!
//! The ledger is told by one line, last of all before the commit: a copy from before then closes it too, and withdraws all that it has,
//! whatever that is.

use base::{HoldId, OrganisationId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::content::{self, OrganisationContent};
use super::entity::{ActiveModel, Entity};
use super::{Organisation, finder};
use crate::actor::OperatorActor;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;
use crate::{Context, Fault, Portal, case, data_request, delivery, hold, register_extract, staff, system};

/// An organisation was not deleted, and nothing of it is changed.
#[derive(Debug, thiserror::Error)]
pub enum DeleteOrganisationError {
    /// There is none of that slug or id.
    #[error("there is no organisation with that id or slug")]
    NotFound,
    /// A hold keeps something of it.
    #[error(
        "holds keep {held} of its messages: its admins must lift them first, and what they are on is kept for seven days after that"
    )]
    Held {
        /// How many messages, counted for each recipient.
        held: u64,
    },
    /// It has more messages than were confirmed.
    #[error("it has {messages} messages, which is more than you confirmed")]
    MoreThanConfirmed {
        /// How many it has.
        messages: u64,
    },
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for DeleteOrganisationError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// Deletes an organisation that has at most so many messages: nobody gets in, nothing can be sent and recipients have nothing of it any
    /// more when this returns. The next purges destroy what it has, and the rounds of jobs what is left of it then but its name, its log
    /// and its protocols. Says what it had. Does nothing when it was deleted before.
    ///
    /// # Errors
    ///
    /// [`DeleteOrganisationError`]. After a fault nothing is deleted, unless a portal is opened within five minutes that finds the ledger
    /// told.
    pub async fn delete_organisation(
        &self,
        actor: &OperatorActor,
        address: &str,
        most: u64,
    ) -> Result<OrganisationContent, DeleteOrganisationError> {
        let context = &*self.0;
        let row = finder::find_row_by_address_even_deleted(context.database.reader(), address).await?;
        let id = OrganisationId::from_uuid(row.ok_or(DeleteOrganisationError::NotFound)?.id);
        context.latch().await?;
        let transaction = context.database.write().await?;
        // In the order in which everybody locks: who purges or places a hold has a case, who revokes has deliveries.
        case::lock_all(&transaction, id).await?;
        delivery::lock_all(&transaction, id).await?;
        let row = finder::lock_row_alone(&transaction, id).await?;
        // Only now: what others did while this waited for them came before.
        let now = context.certain_now();
        let organisation = Organisation::from_row(row.ok_or(DeleteOrganisationError::NotFound)?)?;
        let content = content::count(&transaction, id, now).await?;
        if organisation.deleted_at.is_some() {
            return Ok(content);
        }
        if content.held > 0 {
            return Err(DeleteOrganisationError::Held { held: content.held });
        }
        if content.messages > most {
            let messages = content.messages;
            return Err(DeleteOrganisationError::MoreThanConfirmed { messages });
        }
        let lifted = close(context, &transaction, id, now, Some(actor)).await?;
        let detail = content.messages.to_string();
        let entry = AuditEntry::by_operator(actor, AuditAction::OrganisationDeleted);
        let entry = entry.within(id).about(AuditTarget::Organisation(id)).detail(&detail);
        context.audit.record(&transaction, now, &entry).await?;
        let mut told: Vec<LedgerEntry> = lifted.into_iter().map(LedgerEntry::Lifted).collect();
        told.push(LedgerEntry::OrganisationDeleted(id));
        let told = context.ledger.append(&told).await.map_err(Fault::from)?;
        told.applied_by(&transaction).await?;
        transaction.commit().await?;
        Ok(content)
    }
}

/// Closes an organisation, and says which holds that lifted: they kept nothing, and nobody is left to lift them.
async fn close(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    now: Timestamp,
    by: Option<&OperatorActor>,
) -> Result<Vec<HoldId>, Fault> {
    delivery::revoke_all(transaction, organisation, now).await?;
    register_extract::withdraw_about(transaction, organisation).await?;
    system::end_tokens_of(transaction, organisation).await?;
    staff::end_sessions_of(context, transaction, organisation).await?;
    let change = ActiveModel {
        id: Set(*organisation.as_uuid()),
        deleted_at: Set(Some(now.as_millis())),
        ..ActiveModel::default()
    };
    Entity::update(change).exec(transaction).await?;
    // What tells the log comes last: everyone on this node waits for its writer.
    data_request::end_all(context, transaction, organisation, now, by).await?;
    hold::lift_all(context, transaction, organisation, now, by).await
}

/// Deletes an organisation of which the ledger tells that it was. Can be repeated. What a hold keeps in this copy is kept until its
/// seven days are over.
pub(crate) async fn delete_as_told(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
) -> Result<(), Fault> {
    // Another node may be open, with people who send and hold.
    case::lock_all(transaction, organisation).await?;
    delivery::lock_all(transaction, organisation).await?;
    let row = finder::lock_row_alone(transaction, organisation).await?;
    if row.is_none_or(|row| row.deleted_at.is_some()) {
        return Ok(());
    }
    let now = context.now();
    close(context, transaction, organisation, now, None).await?;
    let entry = AuditEntry::by_portal(AuditAction::OrganisationDeleted);
    let entry = entry
        .within(organisation)
        .about(AuditTarget::Organisation(organisation));
    context.audit.record(transaction, now, &entry).await
}

/// Ends what a copy still has of an organisation of which the ledger tells that the last of it was erased: its keys are gone by now. The
/// purge and the rounds of jobs do the rest. Can be repeated.
pub(crate) async fn erase_as_told(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    at: Timestamp,
) -> Result<(), Fault> {
    use delivery::entity as of;
    of::Entity::update_many()
        .col_expr(of::Column::CondemnedAt, at.as_millis().into())
        .filter(of::Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(of::Column::CondemnedAt.is_null())
        .filter(of::Column::PurgedAt.is_null())
        .exec(transaction)
        .await?;
    data_request::delete_all_as_told(transaction, organisation, context.now()).await?;
    hold::lift_all(context, transaction, organisation, context.now(), None).await?;
    Ok(())
}
