//! Catching up with the ledger when a portal opens: what it tells and the databases do not know is done to them, before anybody gets in.
//! Normally that is nothing, or the last batch before a crash; after a restore it is everything since the copy was made.

use base::{DataRequestId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::fate::{self, Fate};
use super::settle::{least, recorded, settle};
use super::{LedgerBatch, LedgerEntry, head};
use crate::audit::{AuditAction, AuditEntry};
use crate::database::WriteTransaction;
use crate::delivery::entity::{Column, Entity};
use crate::{Context, Fault, OpenError, data_request, delivery, hold, notification, organisation, purge, recipient};

/// How many rows one statement names: far below the databases' limits on parameters.
const NAMED: usize = 500;

/// Applies every batch that one of the databases does not know, and purges what that ends. Says how many batches there were.
///
/// # Errors
///
/// When the ledger does not reach as far as the databases do, is damaged or another one, or something fails: the portal must
/// not open then. What was applied stays so, and it can be repeated.
pub(crate) async fn follow(context: &Context) -> Result<u64, OpenError> {
    let ledger = &context.ledger;
    for database in [&context.database, context.vault.database()] {
        let reader = database.reader();
        ledger.check(head::last(reader).await.map_err(Fault::from)?).await?;
        ledger.check(head::recorded(reader).await.map_err(Fault::from)?).await?;
    }
    let from = recorded(context).await.map_err(Fault::from)?;
    let last = ledger.0.batches.highest().await?;
    let taken_back = ledger.taken_back(from, last).await?;
    let (mut place, mut applied, mut is_behind) = (from, Vec::new(), false);
    while least(place) < last {
        let batch = ledger.batch_after(place).await?;
        place = Some(batch.head());
        let fates = fates(context, batch.number).await.map_err(Fault::from)?;
        if taken_back.contains(&batch.number) {
            write_down(context, &batch, Fate::TakenBack).await?;
            continue;
        }
        // The jobs tell the ledger of the first of these.
        if fates.contains(&Some(Fate::ToTakeBack)) || fates.contains(&Some(Fate::TakenBack)) {
            continue;
        }
        let is_known = fates.contains(&Some(Fate::Done));
        if is_known && !is_behind && !batch.is_of_vault() {
            continue;
        }
        apply(context, &batch).await?;
        if !is_known {
            applied.push(batch.number);
            // What comes later was done before it, and what comes last must be done last.
            is_behind = true;
        }
    }
    *ledger.0.head.lock().await = place;
    settle(context).await?;
    if let (Some(first), Some(last)) = (applied.first(), applied.last()) {
        let numbers = format!("{first}-{last}");
        let entry = AuditEntry::by_portal(AuditAction::LedgerApplied).detail(&numbers);
        context.record(&entry).await?;
        // What has expired meanwhile is the jobs', whose brake may hold it back.
        purge::keys(context, None).await?;
        if let Err(fault) = purge::rest(context).await {
            // A blob store can't keep the portal shut: the keys are gone, nobody reaches what is condemned, and the jobs go on.
            tracing::error!(causes = fault.causes(), "what the ledger told of is not all erased yet");
        }
    }
    Ok(u64::try_from(applied.len()).unwrap_or(u64::MAX))
}

/// What the two databases tell of a batch.
async fn fates(context: &Context, batch: u64) -> Result<[Option<Fate>; 2], DbErr> {
    Ok([
        fate::fate_of(context.database.reader(), batch).await?,
        fate::fate_of(context.vault.database().reader(), batch).await?,
    ])
}

/// Does to both databases what a batch tells. Can be repeated.
async fn apply(context: &Context, batch: &LedgerBatch) -> Result<(), Fault> {
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
    Ok(transaction.commit().await?)
}

/// Writes down what became of a batch, unless that is written down.
async fn write_down(context: &Context, batch: &LedgerBatch, fate: Fate) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    fate::decide(&transaction, batch.head(), fate).await?;
    Ok(transaction.commit().await?)
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
