//! Catching up with the ledger when a portal opens: what it tells and the databases do not know is done to them, before anybody gets in.
//! Normally that is nothing, or the last batch before a crash; after a restore it is everything since the copy was made.

use sea_orm::DbErr;

use super::apply::apply;
use super::fate::{self, Fate};
use super::settle::{least, recorded, settle};
use super::{LedgerBatch, head};
use crate::audit::{AuditAction, AuditEntry};
use crate::{Context, Fault, OpenError, purge};

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
    let (taken_back, end) = ledger.taken_back(from).await?;
    let (mut place, mut applied, mut is_behind) = (from, Vec::new(), false);
    while least(place) < least(end) {
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
        if apply(context, &batch, end).await? && !is_known {
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

/// Writes down what became of a batch, unless that is written down.
async fn write_down(context: &Context, batch: &LedgerBatch, fate: Fate) -> Result<(), Fault> {
    let transaction = context.database.write().await?;
    fate::decide(&transaction, batch.head(), fate).await?;
    Ok(transaction.commit().await?)
}
