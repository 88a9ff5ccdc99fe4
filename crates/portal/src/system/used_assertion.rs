//! The rows of `client_assertion`: which assertions were used, so that none is used twice.

use base::{SystemId, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, PaginatorTrait, TryInsertResult};
use sha2::{Digest as _, Sha256};

use super::assertion::{Assertion, AssertionProblem};
use super::token::TokenError;
use crate::database::WriteTransaction;
use crate::{Context, Fault};

/// The most assertions of one system that hold and were used. A token lasts an hour, so a system needs one now and then.
const MAX_ALIVE: u64 = 1000;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_assertion")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) system_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) jti_hash: Vec<u8>,
    pub(crate) expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Uses an assertion whose signature is good, in the transaction of what it is used for.
pub(super) async fn use_up(
    transaction: &WriteTransaction,
    system: SystemId,
    assertion: &Assertion,
    now: Timestamp,
) -> Result<(), TokenError> {
    let alive = Entity::find()
        .filter(Column::SystemId.eq(*system.as_uuid()))
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .count(transaction)
        .await?;
    if alive >= MAX_ALIVE {
        return Err(TokenError::InvalidAssertion(AssertionProblem::TooMany));
    }
    let row = Model {
        system_id: *system.as_uuid(),
        jti_hash: Sha256::digest(assertion.jti()).to_vec(),
        expires_at: assertion.ends().as_millis(),
    };
    let taken = OnConflict::columns([Column::SystemId, Column::JtiHash])
        .do_nothing()
        .to_owned();
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(taken)
        .try_insert()
        .exec_without_returning(transaction)
        .await?;
    match inserted {
        TryInsertResult::Inserted(1..) => Ok(()),
        _ => Err(TokenError::InvalidAssertion(AssertionProblem::Replayed)),
    }
}

/// Forgets assertions that are over, which nobody can use again. Says how many.
pub(crate) async fn forget(context: &Context) -> Result<u64, Fault> {
    let transaction = context.database.write().await?;
    let done = Entity::delete_many()
        .filter(Column::ExpiresAt.lte(context.clock_time().as_millis()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}
