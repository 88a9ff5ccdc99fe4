//! The end of what directories say, when their organisation was deleted and nothing else is left of it.

use base::OrganisationId;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::entity::{group, member, staff, token};
use crate::database::WriteTransaction;

/// Deletes an organisation's groups, what directories say of its accounts, and their tokens.
pub(crate) async fn erase_all(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    let id = *organisation.as_uuid();
    let groups = group::Entity::find()
        .select_only()
        .column(group::Column::Id)
        .filter(group::Column::OrganisationId.eq(id));
    member::Entity::delete_many()
        .filter(member::Column::GroupId.in_subquery(groups.into_query()))
        .exec(transaction)
        .await?;
    group::Entity::delete_many()
        .filter(group::Column::OrganisationId.eq(id))
        .exec(transaction)
        .await?;
    staff::Entity::delete_many()
        .filter(staff::Column::OrganisationId.eq(id))
        .exec(transaction)
        .await?;
    token::Entity::delete_many()
        .filter(token::Column::OrganisationId.eq(id))
        .exec(transaction)
        .await?;
    Ok(())
}
