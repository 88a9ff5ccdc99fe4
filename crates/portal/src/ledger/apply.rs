//! Doing to the databases what a batch of the ledger tells and they do not know.

use base::{DataRequestId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::fate::{self, Fate};
use super::{LedgerBatch, LedgerEntry, LedgerHead};
use crate::database::WriteTransaction;
use crate::delivery::entity::{Column, Entity};
use crate::{Context, Fault, data_request, delivery, hold, notification, organisation, recipient};

/// How many rows one statement names: far below the databases' limits on parameters.
const NAMED: usize = 500;

/// Does to both databases what a batch tells, and says whether it did: not what was taken back meanwhile. Can be repeated.
/// `read` is the place up to which the caller has looked for what takes it back.
///
/// # Errors
///
/// When the ledger or a database fails. It stays claimed then, and whoever comes next does it.
pub(super) async fn apply(context: &Context, batch: &LedgerBatch, read: Option<LedgerHead>) -> Result<bool, Fault> {
    if !claim(context, batch, read).await? {
        return Ok(false);
    }
    // Before anything goes, and in the order in which it happened.
    for entry in &batch.entries {
        match *entry {
            LedgerEntry::Held(told) => hold::place_as_told(context, told, batch.at).await?,
            LedgerEntry::Lifted(hold) => hold::lift_as_told(context, hold).await?,
            LedgerEntry::MailRefused(recipient) | LedgerEntry::OwnAddress(recipient) => {
                notification::refuse_as_told(context, recipient, batch.at, batch.head()).await?;
            }
            LedgerEntry::MailAllowed(recipient) => notification::allow_as_told(context, recipient).await?,
            _ => {}
        }
    }
    let mut ended = Ended::default();
    for entry in &batch.entries {
        ended.add(*entry);
    }
    for organisation in &ended.erased_organisations {
        context.vault.destroy_organisation_as_told(*organisation).await?;
    }
    context.vault.destroy_as_told(&ended.owners).await?;
    let transaction = context.database.write().await?;
    for organisation in &ended.deleted_organisations {
        organisation::delete_as_told(context, &transaction, *organisation).await?;
    }
    for organisation in &ended.erased_organisations {
        organisation::erase_as_told(context, &transaction, *organisation, batch.at).await?;
    }
    for message in &ended.revoked {
        delivery::revoke(&transaction, *message, batch.at).await?;
    }
    for erased in ended.erased.chunks(NAMED) {
        delivery::erase_as_told(&transaction, erased, batch.at).await?;
    }
    for requests in ended.requests.chunks(NAMED) {
        data_request::delete_as_told(&transaction, requests, context.now()).await?;
    }
    let of_messages = ended.messages.iter().map(|id| *id.as_uuid()).collect();
    condemn(&transaction, Column::MessageId, of_messages, batch.at).await?;
    let themselves = ended.deliveries.iter().map(|id| *id.as_uuid()).collect();
    condemn(&transaction, Column::Id, themselves, batch.at).await?;
    for recipient in ended.recipients {
        // The purge forgets them, once it has seen that nothing refers to them.
        recipient::may_be_forgotten(&transaction, recipient, context.now()).await?;
    }
    fate::decide(&transaction, batch.head(), Fate::Done).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Claims a batch where it would be taken back, so that nobody takes it back while it is done. Says whether it may be done.
pub(super) async fn claim(context: &Context, batch: &LedgerBatch, read: Option<LedgerHead>) -> Result<bool, Fault> {
    let transaction = batch.database(context).write().await?;
    match fate::decide(&transaction, batch.head(), Fate::Claimed).await? {
        Some(Fate::Claimed | Fate::Done) => {
            transaction.commit().await?;
            Ok(true)
        }
        Some(Fate::ToTakeBack | Fate::TakenBack) => Ok(false),
        // It lies before this database's place, and the other one may not know it. That it was taken back is told before the place moves on.
        None => {
            drop(transaction);
            let (taken_back, _) = context.ledger.taken_back(read).await?;
            Ok(!taken_back.contains(&batch.number))
        }
    }
}

/// A batch's entries by what is done about them.
#[derive(Default)]
struct Ended {
    owners: Vec<ContentOwner>,
    messages: Vec<MessageId>,
    deliveries: Vec<DeliveryId>,
    revoked: Vec<MessageId>,
    erased: Vec<DeliveryId>,
    requests: Vec<DataRequestId>,
    recipients: Vec<RecipientId>,
    deleted_organisations: Vec<OrganisationId>,
    erased_organisations: Vec<OrganisationId>,
}

impl Ended {
    fn add(&mut self, entry: LedgerEntry) {
        match entry {
            LedgerEntry::Purged(owner) => {
                self.owners.push(owner);
                match owner {
                    ContentOwner::Message(message) => self.messages.push(message),
                    ContentOwner::Request(request) => self.requests.push(request),
                    ContentOwner::Document(_) => {}
                }
            }
            LedgerEntry::Ended(delivery) => self.deliveries.push(delivery),
            LedgerEntry::Revoked(message) => self.revoked.push(message),
            LedgerEntry::Erased(delivery) => self.erased.push(delivery),
            LedgerEntry::Forgotten(recipient) => self.recipients.push(recipient),
            LedgerEntry::OrganisationDeleted(organisation) => self.deleted_organisations.push(organisation),
            LedgerEntry::OrganisationErased(organisation) => self.erased_organisations.push(organisation),
            LedgerEntry::Held(_)
            | LedgerEntry::Lifted(_)
            | LedgerEntry::MailRefused(_)
            | LedgerEntry::MailAllowed(_)
            | LedgerEntry::OwnAddress(_)
            | LedgerEntry::Restored(_)
            | LedgerEntry::TakenBack(_) => {}
        }
    }
}

/// Condemns the deliveries that a column names. No hold is asked: they were condemned before the ledger told of them.
async fn condemn(transaction: &WriteTransaction, by: Column, ids: Vec<Uuid>, at: Timestamp) -> Result<(), DbErr> {
    for ids in ids.chunks(NAMED) {
        Entity::update_many()
            .col_expr(Column::CondemnedAt, Expr::value(at.as_millis()))
            .filter(by.is_in(ids.iter().copied()))
            .filter(Column::CondemnedAt.is_null())
            .filter(Column::PurgedAt.is_null())
            .exec(transaction)
            .await?;
    }
    Ok(())
}
