//! Catching up with the ledger: what it tells and the databases do not know is done to them, before anybody gets in. Normally
//! that is nothing, or the last batch before a crash; after a restore it is everything since the copy was made.

use base::{DataRequestId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{LedgerBatch, LedgerEntry, LedgerHead, head};
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
    let portal = head::recorded(context.database.reader()).await.map_err(Fault::from)?;
    let vault = head::recorded(context.vault.database().reader())
        .await
        .map_err(Fault::from)?;
    let ledger = &context.ledger;
    let least = |place: Option<LedgerHead>| place.map_or(0, |place| place.number);
    let last = ledger.0.batches.highest().await?;
    let (mut place, known) = match least(portal) <= least(vault) {
        true => (portal, vault),
        false => (vault, portal),
    };
    ledger.check(known).await?;
    ledger.check(place).await?;
    let first = least(place);
    while least(place) < last {
        let batch = ledger.batch_after(place).await?;
        apply(context, &batch).await?;
        place = Some(batch.head());
    }
    *ledger.0.head.lock().await = place;
    let applied = least(place).saturating_sub(first);
    if applied > 0 {
        let numbers = format!("{}-{}", first.saturating_add(1), least(place));
        let entry = AuditEntry::by_portal(AuditAction::LedgerApplied).detail(&numbers);
        context.record(&entry).await?;
        // What has expired meanwhile is the jobs', whose brake may hold it back.
        purge::keys(context, None).await?;
        if let Err(fault) = purge::rest(context).await {
            // A blob store can't keep the portal shut: the keys are gone, nobody reaches what is condemned, and the jobs go on.
            tracing::error!(causes = fault.causes(), "what the ledger told of is not all erased yet");
        }
    }
    Ok(applied)
}

/// Records in both databases that they know of everything that this node wrote.
///
/// # Errors
///
/// When a database fails; the next opening then applies anew what is known.
pub(crate) async fn settle(context: &Context) -> Result<(), Fault> {
    let Some(place) = context.ledger.head().await else {
        return Ok(());
    };
    for database in [&context.database, context.vault.database()] {
        if head::recorded(database.reader()).await? == Some(place) {
            continue;
        }
        let transaction = database.write().await?;
        head::record(&transaction, place).await?;
        transaction.commit().await?;
    }
    Ok(())
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
    context.vault.destroy_as_told(&ended.owners, batch.head()).await?;
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
    head::record(&transaction, batch.head()).await?;
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
            | LedgerEntry::Restored(_) => {}
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
