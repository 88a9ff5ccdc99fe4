//! The end of extracts: by their time, and with whom they are about. Keys go first.

use base::{OrganisationId, RecipientId, RegisterExtractId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::by_organisation;
use super::entity::{Column, Entity};
use crate::database::WriteTransaction;
use crate::{Context, Fault, case};

/// How many are ended together.
const BATCH: u64 = 200;

/// Destroys the keys of extracts whose time is over, and deletes them. Says how many.
pub(crate) async fn end_due(context: &Context) -> Result<u64, Fault> {
    let mut ended = 0;
    loop {
        let due: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::ExpiresAt.lte(context.now().as_millis()))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(context.database.reader())
            .await?;
        if due.is_empty() {
            return Ok(ended);
        }
        destroy_keys(context, &due).await?;
        let transaction = context.database.write().await?;
        let deleted = Entity::delete_many()
            .filter(Column::Id.is_in(due))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        ended += deleted.rows_affected;
    }
}

/// Destroys the keys of the extracts of people who are forgotten.
pub(crate) async fn destroy_keys_of(context: &Context, recipients: &[RecipientId]) -> Result<(), Fault> {
    let theirs: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::RecipientId.is_in(recipients.iter().map(|recipient| *recipient.as_uuid())))
        .into_tuple()
        .all(context.database.reader())
        .await?;
    destroy_keys(context, &theirs).await
}

/// Deletes the extracts of a person who is forgotten, and that organisations made any.
pub(crate) async fn forget(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .exec(on)
        .await?;
    by_organisation::forget(on, recipient).await
}

/// The extracts of people who turned out to be somebody else are nobody's from now on, and end in the next round of jobs.
pub(crate) async fn withdraw(transaction: &WriteTransaction, recipients: &[RecipientId]) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(0_i64))
        .filter(Column::RecipientId.is_in(recipients.iter().map(|recipient| *recipient.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}

/// As [`withdraw`], those of everybody with whom an organisation has a case: they tell of what is not there any more.
pub(crate) async fn withdraw_about(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    let people = case::entity::Entity::find()
        .select_only()
        .column(case::entity::Column::RecipientId)
        .filter(case::entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(case::entity::Column::RecipientId.is_not_null());
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(0_i64))
        .filter(Column::RecipientId.in_subquery(people.into_query()))
        .exec(transaction)
        .await?;
    Ok(())
}

async fn destroy_keys(context: &Context, extracts: &[Uuid]) -> Result<(), Fault> {
    let extracts: Vec<_> = extracts.iter().copied().map(RegisterExtractId::from_uuid).collect();
    Ok(context.vault.destroy_extract_keys(&extracts).await?)
}
