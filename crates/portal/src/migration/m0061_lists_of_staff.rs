//! Indexes of holds and of requests in the order in which staff see them, a part at a time.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // PostgreSQL does not take a null as a value by which the columns after it are in order.
        for index in [
            "hold_standing ON hold (organisation_id, review_at, id) WHERE lifted_at IS NULL",
            "hold_lifted ON hold (organisation_id, lifted_at, id) WHERE lifted_at IS NOT NULL",
            "data_request_open ON data_request (organisation_id, due_at, id) WHERE state IN ('received', 'handling')",
            "data_request_closed ON data_request (organisation_id, received_at, id) \
             WHERE state NOT IN ('received', 'handling')",
        ] {
            let index = format!("CREATE INDEX {index}");
            manager.get_connection().execute_unprepared(&index).await?;
        }
        Ok(())
    }
}
