//! What is stored of protocols, in SQL.

use base::OrganisationId;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{entity, leaf_entity};

/// The texts of a protocol's leaves, in the order of its tree.
pub(super) async fn leaves(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    number: i64,
) -> Result<Vec<String>, DbErr> {
    leaves_with(on, organisation, number, &[]).await
}

/// As [`leaves`], with some more of the organisation's that are to be of that protocol too.
pub(super) async fn leaves_with(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    number: i64,
    more: &[Uuid],
) -> Result<Vec<String>, DbErr> {
    use leaf_entity::{Column, Entity};
    let of_protocol = Column::Protocol.eq(number);
    let wanted = match more {
        [] => Condition::all().add(of_protocol),
        more => Condition::any()
            .add(of_protocol)
            .add(Column::Id.is_in(more.iter().copied())),
    };
    Entity::find()
        .select_only()
        .column(Column::Leaf)
        .filter(wanted)
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(Column::PurgedAt)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(on)
        .await
}

/// The organisation's protocol with this number.
pub(super) async fn protocol(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    number: i64,
) -> Result<Option<entity::Model>, DbErr> {
    entity::Entity::find_by_id((*organisation.as_uuid(), number))
        .one(on)
        .await
}

/// The organisation's protocols with numbers below `before`, the latest first.
pub(super) async fn protocols(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<entity::Model>, DbErr> {
    use entity::{Column, Entity};
    let mut query = Entity::find().filter(Column::OrganisationId.eq(*organisation.as_uuid()));
    if let Some(before) = before {
        query = query.filter(Column::Number.lt(before));
    }
    query.order_by_desc(Column::Number).limit(limit).all(on).await
}

/// The organisation's leaves of a document, or of a message and its documents.
pub(super) async fn leaves_of(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: Uuid,
    limit: u64,
) -> Result<Vec<leaf_entity::Model>, DbErr> {
    use leaf_entity::{Column, Entity};
    Entity::find()
        .filter(Condition::any().add(Column::Id.eq(id)).add(Column::MessageId.eq(id)))
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(Column::PurgedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(on)
        .await
}
