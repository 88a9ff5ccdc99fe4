//! The SQL of holds.

use std::collections::HashSet;

use base::{CaseId, DeliveryId, HoldId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

use super::condition::{is_held, protects_since};
use super::entity::{Column, Entity, Model};
use super::rule::HoldScope;
use crate::database::WriteTransaction;
use crate::list_part::PAGE;
use crate::{Cursor, case, delivery};

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

/// Locks what a hold is on and is not being purged: cases, then deliveries, each in the order of their ids and before the hold's row, as
/// whoever gives a person's things to another does. Then gives the hold as it stands; `None` when it is on another person's things by
/// now. (SQLite has one writer at a time.)
pub(super) async fn locked(transaction: &WriteTransaction, row: &Model) -> Result<Option<Model>, DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        use delivery::entity as of;
        let scope = of::Entity::find().filter(deliveries_of(row));
        let cases = scope.clone().select_only().column(of::Column::CaseId).distinct();
        let cases: Vec<Uuid> = cases.into_tuple().all(transaction).await?;
        case::lock(transaction, &cases).await?;
        let deliveries = scope.select_only().column(of::Column::Id);
        let deliveries = deliveries.order_by_asc(of::Column::Id).lock_exclusive();
        deliveries.into_tuple::<Uuid>().all(transaction).await?;
    }
    let now = Entity::find_by_id(row.id).one(transaction).await?;
    Ok(now.filter(|now| now.recipient_id == row.recipient_id))
}

/// Deliveries that a hold is on and that are not being purged.
pub(super) fn deliveries_of(row: &Model) -> Condition {
    use delivery::entity::Column;
    let on = Condition::any()
        .add(Column::CaseId.eq(row.case_id))
        .add(Column::RecipientId.eq(row.recipient_id));
    Condition::all()
        .add(Column::OrganisationId.eq(row.organisation_id))
        .add(on)
        .add(Column::CondemnedAt.is_null())
        .add(Column::PurgedAt.is_null())
}

/// Some of an organisation's holds in force, one more than is shown: the next review first.
pub(super) fn standing(organisation: OrganisationId, after: Option<Cursor>) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::LiftedAt.is_null())
        .apply_if(after, |query, cursor| {
            query.filter(cursor.after(Column::ReviewAt, Column::Id))
        })
        .order_by_asc(Column::ReviewAt)
        .order_by_asc(Column::Id)
        .limit(PAGE as u64 + 1)
}

/// Some of an organisation's holds that were lifted, one more than is shown: the latest first.
pub(super) fn lifted(organisation: OrganisationId, after: Option<Cursor>) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::LiftedAt.is_not_null())
        .apply_if(after, |query, cursor| {
            query.filter(cursor.before(Column::LiftedAt, Column::Id))
        })
        .order_by_desc(Column::LiftedAt)
        .order_by_desc(Column::Id)
        .limit(PAGE as u64 + 1)
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
