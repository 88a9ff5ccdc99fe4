//! The SQL of holds.

use std::collections::HashSet;

use base::{CaseId, DeliveryId, HoldId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::condition::{is_held, protects_since};
use super::entity::{Column, Entity, Model};
use super::rule::HoldScope;
use crate::database::WriteTransaction;
use crate::delivery;

impl Model {
    pub(super) const fn hold_id(&self) -> HoldId {
        HoldId::from_uuid(self.id)
    }

    pub(super) const fn scope(&self) -> HoldScope {
        if self.of_recipient == 1 {
            HoldScope::Recipient
        } else {
            HoldScope::Case
        }
    }

    pub(super) const fn case(&self) -> CaseId {
        CaseId::from_uuid(self.case_id)
    }
}

/// Holds that still keep what they are on.
pub(super) fn protecting(now: Timestamp) -> Condition {
    Condition::any()
        .add(Column::LiftedAt.is_null())
        .add(Column::LiftedAt.gt(protects_since(now).as_millis()))
}

/// An organisation's hold.
pub(super) async fn find(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: HoldId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*id.as_uuid())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .one(on)
        .await
}

/// The hold that an organisation placed with a form.
pub(super) async fn of_form(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    form: HoldId,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::FormId.eq(*form.as_uuid()))
        .one(on)
        .await
}

/// Which of these people something is held of, so that they must stay known.
pub(crate) async fn recipients_held(
    on: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = Uuid>,
    now: Timestamp,
) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::RecipientId)
        .distinct()
        .filter(Column::RecipientId.is_in(recipients))
        .filter(protecting(now))
        .into_tuple()
        .all(on)
        .await
}

/// Everybody of whom something is held, after `after`.
pub(super) async fn next_recipients(
    on: &impl ConnectionTrait,
    after: Uuid,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<RecipientId>, DbErr> {
    let found: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::RecipientId)
        .distinct()
        .filter(Column::RecipientId.gt(after))
        .filter(protecting(now))
        .order_by_asc(Column::RecipientId)
        .limit(limit)
        .into_tuple()
        .all(on)
        .await?;
    Ok(found.into_iter().map(RecipientId::from_uuid).collect())
}

/// Which deliveries of these messages are held.
pub(crate) async fn held_deliveries(
    on: &impl ConnectionTrait,
    messages: &[Uuid],
    now: Timestamp,
) -> Result<HashSet<DeliveryId>, DbErr> {
    use delivery::entity as of;
    let found: Vec<Uuid> = of::Entity::find()
        .select_only()
        .column(of::Column::Id)
        .filter(of::Column::MessageId.is_in(messages.iter().copied()))
        .filter(of::Column::PurgedAt.is_null())
        .filter(of::Column::CondemnedAt.is_null())
        .filter(is_held(now))
        .into_tuple()
        .all(on)
        .await?;
    Ok(found.into_iter().map(DeliveryId::from_uuid).collect())
}

/// Gives holds on some people to another. The caller has locked their cases.
pub(crate) async fn give(transaction: &WriteTransaction, from: &[RecipientId], to: RecipientId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::RecipientId, Expr::value(*to.as_uuid()))
        .filter(Column::RecipientId.is_in(from.iter().map(|id| *id.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}
