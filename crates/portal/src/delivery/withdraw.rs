//! Withdrawing all that an organisation has sent, when it is deleted.

use base::{OrganisationId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::entity::{Column, Entity};
use crate::database::WriteTransaction;

fn standing(organisation: OrganisationId) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::PurgedAt.is_null())
        .filter(Column::RevokedAt.is_null())
}

/// Locks what an organisation has sent and not taken back, in the order of the ids, as whoever revokes a message does. The caller has
/// locked the cases. (SQLite has one writer at a time.)
pub(crate) async fn lock_all(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let ids = standing(organisation).select_only().column(Column::Id);
        let locked = ids.order_by_asc(Column::Id).lock_exclusive().into_tuple::<Uuid>();
        locked.all(transaction).await?;
    }
    Ok(())
}

/// Revokes what an organisation has sent and not taken back.
pub(crate) async fn revoke_all(
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    at: Timestamp,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(at.as_millis()))
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::PurgedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}
