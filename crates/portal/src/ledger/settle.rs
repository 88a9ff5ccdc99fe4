//! Up to where it is settled what became of the ledger's batches, and taking back what nobody did.

use sea_orm::DbErr;

use super::apply::apply;
use super::fate::{self, Fate};
use super::{LedgerBatch, LedgerEntry, LedgerHead, head};
use crate::audit::{AuditAction, AuditEntry};
use crate::{Context, Fault};

/// Records in both databases up to where it is settled what became of all batches, whichever node wrote them, and says where that is.
///
/// # Errors
///
/// When a database fails; nothing is lost by that.
pub(crate) async fn settle(context: &Context) -> Result<Option<LedgerHead>, Fault> {
    let databases = [&context.database, context.vault.database()];
    let from = recorded(context).await?;
    let end = fate::end_of(from, databases.map(|database| database.reader())).await?;
    let Some(place) = end.filter(|_| end != from) else {
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
        fate::forget(&transaction, place).await?;
        transaction.commit().await?;
    }
    Ok(end)
}

/// Takes back what the ledger was told five minutes ago and nobody has done: whoever told of it failed to, or ended. A copy that is restored
/// later then knows that it never was. Says how many batches there were.
///
/// # Errors
///
/// When the ledger is not what was written, or something fails. It can be repeated.
pub(crate) async fn take_back_left(context: &Context) -> Result<u64, Fault> {
    let (mut taken_back, mut looked_at) = (0, 0);
    loop {
        let place = settle(context).await?;
        let Some(batch) = context.ledger.next_batch(place).await? else {
            break;
        };
        // By a clock that was wrong it may be of a time to come.
        let age = context.now().as_millis().abs_diff(batch.at.as_millis());
        if age < fate::LEFT_MILLIS || batch.number == looked_at {
            break;
        }
        looked_at = batch.number;
        taken_back += u64::from(take_back(context, &batch).await?);
    }
    Ok(taken_back)
}

/// Takes a batch back, unless somebody has done it meanwhile; does it when somebody has begun to. Says whether it took it back.
async fn take_back(context: &Context, batch: &LedgerBatch) -> Result<bool, Fault> {
    let database = batch.database(context);
    let wanted = match batch.can_be_taken_back() {
        true => Fate::ToTakeBack,
        // It tells of what was so before it was written.
        false => Fate::Done,
    };
    let transaction = database.write().await?;
    let Some(decided) = fate::decide(&transaction, batch.head(), wanted).await? else {
        return Ok(false);
    };
    transaction.commit().await?;
    let number = batch.number.to_string();
    match decided {
        Fate::ToTakeBack => {}
        // Whoever claimed it may have ended.
        Fate::Claimed => {
            apply(context, batch, Some(batch.head())).await?;
            let entry = AuditEntry::by_portal(AuditAction::LedgerApplied).detail(&number);
            context.record(&entry).await?;
            return Ok(false);
        }
        Fate::Done | Fate::TakenBack => return Ok(false),
    }
    let entry = AuditEntry::by_portal(AuditAction::LedgerTakenBack).detail(&number);
    context.record(&entry).await?;
    // Nobody can do it any more, so that this is true whatever happens next.
    let told = context.ledger.append(&[LedgerEntry::TakenBack(batch.number)]).await?;
    let transaction = database.write().await?;
    fate::taken_back(&transaction, batch.head()).await?;
    transaction.commit().await?;
    told.applied(context).await?;
    Ok(true)
}

/// The place up to which both databases have recorded that it is settled.
///
/// # Errors
///
/// When a database fails.
pub(super) async fn recorded(context: &Context) -> Result<Option<LedgerHead>, DbErr> {
    let portal = head::recorded(context.database.reader()).await?;
    let vault = head::recorded(context.vault.database().reader()).await?;
    Ok([portal, vault].into_iter().min_by_key(|place| least(*place)).flatten())
}

/// The number of the batch at a place; 0 before the first.
pub(super) fn least(place: Option<LedgerHead>) -> u64 {
    place.map_or(0, |place| place.number)
}
