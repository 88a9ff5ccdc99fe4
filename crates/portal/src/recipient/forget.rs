//! Forgetting a person who has neither a case, a session nor a request left.
//!
//! Whoever ends a case, a session or a request names the person as forgettable in the same transaction, and whoever sends to somebody
//! does so before the message is there. The job then looks whether
//! something is left, and if nothing is, has the vault forget them. The vault spares who was asked for a short while ago,
//! since a sender or a sign-in may be about to refer to them; such a person stays forgettable until a later round.

use std::collections::{BTreeSet, HashSet};

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::session::{self, Owner};
use crate::{
    Context, Fault, case, data_request, hold, new_device, notification, past_sign_in, register_extract, terms,
};

/// How many people are looked at together.
const BATCH: u64 = 50;
/// How many of them are forgotten in one transaction: few, since each has rows in many tables, and on SQLite whoever reads a document
/// waits for it.
const AT_ONCE: usize = 8;

/// Notes that a person may have lost their last case or session.
pub(crate) async fn may_be_forgotten(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
    since: Timestamp,
) -> Result<(), DbErr> {
    may_all_be_forgotten(on, &BTreeSet::from([recipient]), since).await
}

/// As [`may_be_forgotten`] for many, in the order of their ids, so that two transactions can't wait for each other.
pub(crate) async fn may_all_be_forgotten(
    on: &impl ConnectionTrait,
    recipients: &BTreeSet<RecipientId>,
    since: Timestamp,
) -> Result<(), DbErr> {
    if recipients.is_empty() {
        return Ok(());
    }
    let rows = recipients.iter().map(|recipient| Model {
        recipient_id: *recipient.as_uuid(),
        since: since.as_millis(),
    });
    let newest = OnConflict::column(Column::RecipientId)
        .update_column(Column::Since)
        .to_owned();
    Entity::insert_many(rows.map(IntoActiveModel::into_active_model))
        .on_conflict(newest)
        .exec_without_returning(on)
        .await?;
    Ok(())
}

/// Forgets those for whom nothing is left, and says how many.
pub(crate) async fn forget_unneeded(context: &Context) -> Result<u64, Fault> {
    let mut forgotten = 0;
    let mut after = Uuid::nil();
    loop {
        let rows = Entity::find()
            .filter(Column::RecipientId.gt(after))
            .order_by_asc(Column::RecipientId)
            .limit(BATCH)
            .all(context.database.reader())
            .await?;
        let Some(last) = rows.last() else {
            return Ok(forgotten);
        };
        after = last.recipient_id;
        forgotten += forget(context, &rows).await?;
    }
}

async fn forget(context: &Context, rows: &[Model]) -> Result<u64, Fault> {
    let needed = needed(context, rows).await?;
    let unneeded: Vec<RecipientId> = rows
        .iter()
        .map(|row| RecipientId::from_uuid(row.recipient_id))
        .filter(|recipient| !needed.contains(recipient.as_uuid()))
        .collect();
    // Nobody goes by a clock that may be wrong.
    let now = context.certain_now();
    let due = context.vault.count_forgettable(&unneeded, now).await?;
    if due > 0 {
        // What is told of each is written when the rest of them is erased: without this nothing would be, while the log can't be written.
        let number = due.to_string();
        let entry = AuditEntry::by_portal(AuditAction::PurgeBegun).detail(&number);
        context.record(&entry).await?;
    }
    let gone = context.vault.forget_recipients(&unneeded, now).await?;
    register_extract::destroy_keys_of(context, &gone).await?;
    let mut forgotten = 0;
    for rows in rows.chunks(AT_ONCE) {
        forgotten += erase(context, rows, &needed, &gone).await?;
    }
    Ok(forgotten)
}

/// Erases what is left of those who are gone from the register, and says how many there were. Who is needed is no longer forgettable.
async fn erase(context: &Context, rows: &[Model], needed: &HashSet<Uuid>, gone: &[RecipientId]) -> Result<u64, Fault> {
    let transaction = context.database.write().await?;
    let mut forgotten = Vec::new();
    for row in rows {
        let is_gone = gone.iter().any(|recipient| *recipient.as_uuid() == row.recipient_id);
        if !is_gone && !needed.contains(&row.recipient_id) {
            continue;
        }
        // A case or session that ended after the look has another instant, and leaves the row for the next round.
        let deleted = Entity::delete_many()
            .filter(Column::RecipientId.eq(row.recipient_id))
            .filter(Column::Since.eq(row.since))
            .exec(&transaction)
            .await?;
        if is_gone && deleted.rows_affected > 0 {
            let recipient = RecipientId::from_uuid(row.recipient_id);
            new_device::forget(&transaction, Owner::Recipient(recipient)).await?;
            past_sign_in::forget(&transaction, recipient).await?;
            notification::forget_recipient(&transaction, recipient).await?;
            register_extract::forget(&transaction, recipient).await?;
            terms::forget(&transaction, recipient).await?;
            forgotten.push(recipient);
        }
    }
    // After every other row, since everyone on this node waits for the audit log's writer: somebody who signs out holds
    // their own row while they wait for it.
    let entries: Vec<AuditEntry<'_>> = forgotten
        .iter()
        .map(|recipient| {
            AuditEntry::by_portal(AuditAction::RecipientForgotten).about(AuditTarget::Recipient(*recipient))
        })
        .collect();
    context.audit.record_all(&transaction, context.now(), &entries).await?;
    transaction.commit().await?;
    Ok(u64::try_from(forgotten.len()).unwrap_or(u64::MAX))
}

/// Which of these people a table's rows name.
pub(crate) async fn named_by<E: EntityTrait>(
    on: &impl ConnectionTrait,
    recipient: E::Column,
    recipients: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    E::find()
        .select_only()
        .column(recipient)
        .distinct()
        .filter(recipient.is_in(recipients))
        .into_tuple()
        .all(on)
        .await
}

/// Which of these people have a case, a session or a request, or a hold on what comes to them.
async fn needed(context: &Context, rows: &[Model]) -> Result<HashSet<Uuid>, DbErr> {
    let on = context.database.reader();
    let ids = || rows.iter().map(|row| row.recipient_id);
    let with_cases = case::recipients_with_cases(on, ids()).await?;
    let with_sessions = session::recipients_with_sessions(on, ids()).await?;
    let with_holds = hold::recipients_held(on, ids(), context.certain_now()).await?;
    let with_requests = data_request::recipients_with_requests(on, ids()).await?;
    let needed = with_cases.into_iter().chain(with_sessions).chain(with_holds);
    Ok(needed.chain(with_requests).collect())
}

#[cfg(test)]
mod tests;
