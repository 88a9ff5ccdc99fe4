//! The end of an organisation's systems, when it is deleted: their tokens at once, their credentials when nothing is left of it.

use base::{OrganisationId, Timestamp};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::entity::{Column, Entity};
use super::{NO_SECRET, access_token, credential, used_assertion};
use crate::database::WriteTransaction;

/// Ends every access token of an organisation's systems.
pub(crate) async fn end_tokens_of(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    delete::<access_token::Entity>(transaction, access_token::Column::SystemId, organisation).await
}

/// Deletes every credential of an organisation's systems, and disables them.
pub(crate) async fn erase_credentials(
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<(), DbErr> {
    end_tokens_of(transaction, organisation).await?;
    let (on, of) = (transaction, organisation);
    delete::<credential::entity::Entity>(on, credential::entity::Column::SystemId, of).await?;
    delete::<used_assertion::Entity>(on, used_assertion::Column::SystemId, of).await?;
    let systems = Entity::update_many().filter(Column::OrganisationId.eq(*organisation.as_uuid()));
    let secrets = systems.clone().col_expr(Column::SecretHash, NO_SECRET.to_vec().into());
    secrets.exec(transaction).await?;
    systems
        .col_expr(Column::DisabledAt, now.as_millis().into())
        .filter(Column::DisabledAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}

/// Deletes the rows whose column names a system of the organisation.
async fn delete<E: EntityTrait>(on: &WriteTransaction, system: E::Column, of: OrganisationId) -> Result<(), DbErr> {
    let theirs = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::OrganisationId.eq(*of.as_uuid()));
    E::delete_many()
        .filter(system.in_subquery(theirs.into_query()))
        .exec(on)
        .await?;
    Ok(())
}
