//! The end of an organisation's accounts, when it is deleted: their sessions at once, they themselves when nothing is left of it.

use base::OrganisationId;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::entity::{Column, Entity};
use super::{invitation_entity, passkey, password, second_factor, store};
use crate::database::WriteTransaction;
use crate::session::{self, Owner};
use crate::{Context, Fault, new_device};

/// Ends every session of an organisation's staff.
pub(crate) async fn end_sessions_of(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
) -> Result<(), Fault> {
    for row in store::lock_all(transaction, organisation).await? {
        session::end_all_of_staff(context, transaction, row.staff_id(), None).await?;
    }
    Ok(())
}

/// Erases every account of an organisation with all that is known of whose it is. What the log says of them names nobody any more. The
/// caller has erased what a directory says of them.
pub(crate) async fn erase_all(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
) -> Result<(), Fault> {
    end_sessions_of(context, transaction, organisation).await?;
    for row in store::lock_all(transaction, organisation).await? {
        new_device::forget(transaction, Owner::Staff(row.staff_id())).await?;
    }
    let (on, of) = (transaction, organisation);
    delete::<invitation_entity::Entity>(on, invitation_entity::Column::StaffId, of).await?;
    delete::<password::entity::Entity>(on, password::entity::Column::StaffId, of).await?;
    delete::<passkey::entity::Entity>(on, passkey::entity::Column::StaffId, of).await?;
    use second_factor::recovery_code_entity as recovery_code;
    delete::<recovery_code::Entity>(on, recovery_code::Column::StaffId, of).await?;
    Entity::delete_many()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Deletes the rows whose column names an account of the organisation.
async fn delete<E: EntityTrait>(on: &WriteTransaction, staff: E::Column, of: OrganisationId) -> Result<(), DbErr> {
    let theirs = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::OrganisationId.eq(*of.as_uuid()));
    E::delete_many()
        .filter(staff.in_subquery(theirs.into_query()))
        .exec(on)
        .await?;
    Ok(())
}
