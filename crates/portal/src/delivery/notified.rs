//! Deliveries of which their recipients are told, or were.

use base::{CaseId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use super::entity::{Column, Entity};
use super::finder::readable;
use crate::case;
use crate::database::WriteTransaction;
use crate::event::{EventKind, NewEvent};

/// The most deliveries that one notification tells of.
const MAX_DELIVERIES: u64 = 1_000;

const UNNOTIFIED: &str = concat!(
    "SELECT delivery.id, delivery.case_id, CASE WHEN delivery.address_given = 1 THEN organisation.name END FROM delivery \
     JOIN organisation ON organisation.id = delivery.organisation_id WHERE ",
    readable!(),
    " AND (delivery.address_given = 1 OR $4 = 1) AND delivery.notified_at IS NULL AND delivery.opened_at IS NULL ORDER BY delivery.sent_at LIMIT $3"
);

/// A delivery that waits for somebody who was not told of it.
#[derive(Debug, Clone)]
pub(crate) struct Unnotified {
    pub(crate) id: DeliveryId,
    pub(crate) case: CaseId,
    /// The organisation's name, where it may be named in a mail.
    pub(crate) sender: Option<String>,
}

/// What a person could read at this instant, has not opened and was not told of, where its sender gave an address to tell them
/// at, or `of_all` that is sent to them; the oldest first. An organisation that gave none is named in no mail, though another address is known.
pub(crate) async fn unnotified(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
    now: Timestamp,
    of_all: bool,
) -> Result<Vec<Unnotified>, DbErr> {
    let values = [
        (*recipient.as_uuid()).into(),
        now.as_millis().into(),
        MAX_DELIVERIES.into(),
        i32::from(of_all).into(),
    ];
    let query = Statement::from_sql_and_values(on.get_database_backend(), UNNOTIFIED, values);
    let rows = on.query_all_raw(query).await?;
    rows.iter()
        .map(|row| {
            Ok(Unnotified {
                id: DeliveryId::from_uuid(row.try_get_by_index(0)?),
                case: CaseId::from_uuid(row.try_get_by_index(1)?),
                sender: row.try_get_by_index(2)?,
            })
        })
        .collect()
}

/// When a person was last told of something that waits for them.
pub(crate) async fn last_notified(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
) -> Result<Option<Timestamp>, DbErr> {
    let last: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(Column::NotifiedAt.max(), "last")
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .into_tuple()
        .one(on)
        .await?;
    Ok(last.flatten().map(Timestamp::from_millis))
}

/// Marks deliveries as told of, and gives the events to record, by organisation so that several nodes number them in the same
/// order. One that was purged meanwhile is left alone.
pub(crate) async fn mark_notified(
    transaction: &WriteTransaction,
    told: &[Unnotified],
    now: Timestamp,
) -> Result<Vec<(OrganisationId, Vec<NewEvent>)>, DbErr> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let cases: Vec<Uuid> = told.iter().map(|delivery| *delivery.case.as_uuid()).collect();
    case::lock(transaction, &cases).await?;
    let rows = Entity::find()
        .filter(Column::Id.is_in(told.iter().map(|delivery| *delivery.id.as_uuid())))
        .filter(Column::NotifiedAt.is_null())
        .filter(Column::PurgedAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::NotifiedAt, Expr::value(now.as_millis()))
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(transaction)
        .await?;
    let mut rows = rows;
    rows.sort_by_key(|row| row.organisation_id);
    Ok(rows
        .chunk_by(|one, next| one.organisation_id == next.organisation_id)
        .filter_map(|rows| {
            let organisation = OrganisationId::from_uuid(rows.first()?.organisation_id);
            let told = rows.iter().map(|row| NewEvent {
                kind: EventKind::Notified,
                message: MessageId::from_uuid(row.message_id),
                delivery: DeliveryId::from_uuid(row.id),
            });
            Some((organisation, told.collect()))
        })
        .collect())
}
