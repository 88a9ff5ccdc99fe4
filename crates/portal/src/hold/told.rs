//! What the ledger tells of holds, done to a copy that does not know it. Why somebody placed or lifted one is not in the ledger.

use std::collections::BTreeSet;

use base::{HoldId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel, TryInsertResult};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::keep::keep_ahead;
use super::lift::{Lifting, target};
use super::place::{BATCH, in_scope};
use super::rule::HoldScope;
use super::store;
use crate::audit::{AuditAction, AuditEntry};
use crate::database::WriteTransaction;
use crate::ledger::ToldHold;
use crate::{Context, Fault, case, organisation};

/// Places a hold of which the ledger tells, unless it is known, or what it was on is not. It is to be reviewed at once. Of an organisation
/// that is deleted it is lifted as it is placed, since nobody is left who could: it keeps what it is on for seven days. Can be repeated.
pub(crate) async fn place_as_told(context: &Context, told: ToldHold, at: Timestamp) -> Result<(), Fault> {
    let reader = context.database.reader();
    let is_known = Entity::find_by_id(*told.id.as_uuid()).one(reader).await?.is_some();
    let Some(on) = on(context, told).await?.filter(|_| !is_known) else {
        return Ok(());
    };
    let seen = in_scope(reader, on.organisation, told.case, on.scope, on.recipient).await?;
    for held in seen.standing.chunks(BATCH) {
        keep_ahead(context, held).await?;
    }
    let messages: Vec<MessageId> = seen.standing.iter().map(|held| held.message).collect();
    let gone = context.vault.messages_without_keys(&messages).await?;
    let transaction = context.database.write().await?;
    let mut cases: Vec<Uuid> = seen.standing.iter().map(|held| *held.case.as_uuid()).collect();
    cases.push(*told.case.as_uuid());
    cases.sort_unstable();
    cases.dedup();
    case::lock(&transaction, &cases).await?;
    // What came meanwhile, on another node, is kept by the next round of jobs, before the secret of any day goes.
    let mut found = in_scope(&transaction, on.organisation, told.case, on.scope, on.recipient).await?;
    found.standing.retain(|held| !gone.contains(&held.message));
    if on.scope == HoldScope::Case && found.standing.is_empty() {
        return Ok(());
    }
    let lost: BTreeSet<MessageId> = found.lost.union(&gone).copied().collect();
    let row = Model {
        id: *told.id.as_uuid(),
        organisation_id: *on.organisation.as_uuid(),
        form_id: None,
        case_id: *told.case.as_uuid(),
        of_recipient: i32::from(on.scope == HoldScope::Recipient),
        recipient_id: (on.scope == HoldScope::Recipient).then(|| *on.recipient.as_uuid()),
        sealed_reason: None,
        review_at: at.as_millis(),
        too_late: i32::try_from(lost.len()).unwrap_or(i32::MAX),
        placed_at: at.as_millis(),
        placed_by: Uuid::nil(),
        lifted_at: None,
        lifted_by: None,
        sealed_lift_reason: None,
        settled_at: None,
        restored_at: Some(context.now().as_millis()),
    };
    let (target, id) = (target(&row), told.id.to_string());
    // Whoever told of it may have been about to write it.
    let inserted = Entity::insert(row.clone().into_active_model())
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&transaction)
        .await?;
    if !matches!(inserted, TryInsertResult::Inserted(1..)) {
        return Ok(());
    }
    let entry = AuditEntry::by_portal(AuditAction::HoldPlaced)
        .within(on.organisation)
        .about(target)
        .detail(&id);
    context.audit.record(&transaction, context.now(), &entry).await?;
    if !organisation::stays(&transaction, on.organisation).await? {
        lift(context, &transaction, &row).await?;
    }
    Ok(transaction.commit().await?)
}

/// Lifts a hold of which the ledger tells that it was lifted, if it is known and stands. Its seven days begin now, and not when it was
/// lifted, so that nobody has less of them for a restore. Can be repeated.
pub(crate) async fn lift_as_told(context: &Context, hold: HoldId) -> Result<(), Fault> {
    loop {
        let transaction = context.database.write().await?;
        let Some(row) = Entity::find_by_id(*hold.as_uuid()).one(&transaction).await? else {
            return Ok(());
        };
        // What is its recipient's may have become another's meanwhile.
        if let Some(row) = store::locked(&transaction, &row).await? {
            lift(context, &transaction, &row).await?;
            return Ok(transaction.commit().await?);
        }
    }
}

/// Lifts a hold now, if it stands.
async fn lift(context: &Context, transaction: &WriteTransaction, row: &Model) -> Result<(), Fault> {
    let lifting = Lifting {
        at: context.now(),
        by: None,
        sealed_reason: None,
    };
    if !lifting.apply(transaction, row).await? {
        return Ok(());
    }
    let id = row.hold_id().to_string();
    let entry = AuditEntry::by_portal(AuditAction::HoldLifted)
        .within(OrganisationId::from_uuid(row.organisation_id))
        .about(target(row))
        .detail(&id);
    context.audit.record(transaction, context.now(), &entry).await
}

/// What a hold is on, in this copy.
struct On {
    organisation: OrganisationId,
    scope: HoldScope,
    recipient: RecipientId,
}

/// `None` when this copy has nothing that the hold could be on.
async fn on(context: &Context, told: ToldHold) -> Result<Option<On>, Fault> {
    let reader = context.database.reader();
    let case = case::entity::Entity::find_by_id(*told.case.as_uuid())
        .one(reader)
        .await?;
    let with = case
        .as_ref()
        .and_then(|case| case.recipient_id)
        .map(RecipientId::from_uuid);
    Ok(match told.of_recipient {
        None => case.zip(with).map(|(case, recipient)| On {
            organisation: OrganisationId::from_uuid(case.organisation_id),
            scope: HoldScope::Case,
            recipient,
        }),
        Some((organisation, recipient)) => {
            let is_known = organisation::find_even_deleted(reader, organisation).await?.is_some();
            let reached = in_scope(reader, organisation, told.case, HoldScope::Recipient, recipient).await?;
            let has_more = reached.standing.iter().any(|held| held.recipient == Some(recipient));
            is_known.then_some(On {
                organisation,
                scope: HoldScope::Recipient,
                // Where this copy has nothing for whom the ledger names, they were somebody else then, with whom it has the case. The
                // case itself is held in either way.
                recipient: with.filter(|_| !has_more).unwrap_or(recipient),
            })
        }
    })
}
