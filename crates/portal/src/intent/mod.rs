//! Intents: the promise, with a lease, to store one message; and the sweeper, which removes what broken promises left.
//!
//! An intent names every key and blob before it is made, and goes in the transaction that makes the message visible. So
//! whatever an intent names and nobody can see any more belongs to a broken upload. Knows ids only.

pub(crate) mod document_entity;
pub(crate) mod entity;
mod sweep;

use base::{DocumentId, IntentId, MessageId, OrganisationId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

pub(crate) use sweep::{sweep_blobs, sweep_keys, sweep_one};

/// The promise to store one message.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: IntentId,
    pub(crate) organisation: OrganisationId,
    pub(crate) message: MessageId,
    /// In the order of the message.
    pub(crate) documents: Vec<DocumentId>,
}

impl Intent {
    /// Writes the promise down.
    pub(crate) async fn declare(
        &self,
        transaction: &impl ConnectionTrait,
        lease_until: Timestamp,
    ) -> Result<(), DbErr> {
        let row = entity::Model {
            id: *self.id.as_uuid(),
            message_id: *self.message.as_uuid(),
            organisation_id: *self.organisation.as_uuid(),
            lease_until: lease_until.as_millis(),
            condemned_at: None,
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(transaction)
            .await?;
        if self.documents.is_empty() {
            return Ok(());
        }
        let rows = self.documents.iter().map(|document| {
            document_entity::Model {
                intent_id: *self.id.as_uuid(),
                document_id: *document.as_uuid(),
            }
            .into_active_model()
        });
        document_entity::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
        Ok(())
    }

    /// Extends the lease. Says whether the promise still stands; once the sweeper condemned it, it never does again.
    pub(crate) async fn renew(
        &self,
        transaction: &impl ConnectionTrait,
        lease_until: Timestamp,
    ) -> Result<bool, DbErr> {
        let done = entity::Entity::update_many()
            .col_expr(entity::Column::LeaseUntil, Expr::value(lease_until.as_millis()))
            .filter(entity::Column::Id.eq(*self.id.as_uuid()))
            .filter(entity::Column::CondemnedAt.is_null())
            .exec(transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Redeems the promise, in the transaction that makes the message visible. Says whether it still stood; otherwise
    /// nothing may become visible, since the sweeper has begun to delete.
    pub(crate) async fn redeem(&self, transaction: &impl ConnectionTrait) -> Result<bool, DbErr> {
        // The intent's row is locked first, so that the sweeper either condemned it before or finds it gone.
        let standing = entity::Entity::update_many()
            .col_expr(entity::Column::LeaseUntil, Expr::col(entity::Column::LeaseUntil))
            .filter(entity::Column::Id.eq(*self.id.as_uuid()))
            .filter(entity::Column::CondemnedAt.is_null())
            .exec(transaction)
            .await?;
        if standing.rows_affected != 1 {
            return Ok(false);
        }
        forget(transaction, *self.id.as_uuid()).await?;
        Ok(true)
    }
}

/// Deletes an intent with what it names.
async fn forget(transaction: &impl ConnectionTrait, intent: uuid::Uuid) -> Result<(), DbErr> {
    document_entity::Entity::delete_many()
        .filter(document_entity::Column::IntentId.eq(intent))
        .exec(transaction)
        .await?;
    entity::Entity::delete_by_id(intent).exec(transaction).await?;
    Ok(())
}
