//! Catching up with the ledger: what it tells and the databases do not know is done to them. Before anybody gets in that is normally
//! nothing, or the last batch before a crash; after a restore it is everything since the copy was made. While the portal is open it is what
//! somebody told and could not do.

use base::{DataRequestId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{LedgerBatch, LedgerEntry, LedgerHead, Told, applied, head};
use crate::audit::{AuditAction, AuditEntry};
use crate::database::WriteTransaction;
use crate::delivery::entity::{Column, Entity};
use crate::{Context, Fault, OpenError, data_request, delivery, hold, notification, organisation, purge, recipient};

/// How many rows one statement names: far below the databases' limits on parameters.
const NAMED: usize = 500;

/// How long a batch is left to whoever wrote it, in milliseconds. What they do may be done twice, so a clock that is wrong does no harm.
const LEFT_MILLIS: i64 = 5 * 60 * 1000;

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
    let mut place = settle(context).await?;
    ledger.check(place).await?;
    let last = ledger.0.batches.highest().await?;
    let first = least(place);
    while least(place) < last {
        let batch = ledger.batch_after(place).await?;
        apply(context, &batch).await?;
        place = Some(batch.head());
    }
    *ledger.0.head.lock().await = place;
    settle(context).await?;
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

/// Records in both databases up to where all is carried out, whichever node did it, and says where that is.
///
/// # Errors
///
/// When a database fails; what is carried out may be done anew then.
pub(crate) async fn settle(context: &Context) -> Result<Option<LedgerHead>, Fault> {
    let databases = [&context.database, context.vault.database()];
    let readers = databases.map(|database| database.reader());
    let recorded = [head::recorded(readers[0]).await?, head::recorded(readers[1]).await?];
    let from = recorded.into_iter().min_by_key(|place| least(*place)).flatten();
    let end = applied::end_of(from, readers).await?;
    let Some(place) = end.filter(|_| end != recorded[0] || end != recorded[1]) else {
        return Ok(end);
    };
    for database in databases {
        let transaction = database.write().await?;
        head::record(&transaction, place).await?;
        transaction.commit().await?;
    }
    // Only now, since the two together tell of it.
    for database in databases {
        let transaction = database.write().await?;
        applied::forget(&transaction, place).await?;
        transaction.commit().await?;
    }
    Ok(end)
}

/// Carries out what the ledger has told of for five minutes and nobody has done: who told of it failed to, or ended. So what is told comes
/// true, and stays so when a copy is restored. Says how many batches there were.
///
/// # Errors
///
/// When the ledger is not what was written, or something fails. What was applied stays so, and it can be repeated.
pub(crate) async fn apply_left(context: &Context) -> Result<u64, Fault> {
    let mut numbers: Option<(u64, u64)> = None;
    loop {
        let place = settle(context).await?;
        let batch = context.ledger.next_batch(place).await?;
        let Some(batch) = batch.filter(|batch| batch.at.as_millis() <= context.now().as_millis() - LEFT_MILLIS) else {
            break;
        };
        apply(context, &batch).await?;
        let first = numbers.map_or(batch.number, |(first, _)| first);
        numbers = Some((first, batch.number));
    }
    let Some((first, last)) = numbers else { return Ok(0) };
    let detail = format!("{first}-{last}");
    let entry = AuditEntry::by_portal(AuditAction::LedgerApplied).detail(&detail);
    context.record(&entry).await?;
    Ok(last.saturating_sub(first).saturating_add(1))
}

/// The number of the batch at a place; 0 before the first.
fn least(place: Option<LedgerHead>) -> u64 {
    place.map_or(0, |place| place.number)
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
    Told(vec![batch.head()]).applied_by(&transaction).await?;
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
