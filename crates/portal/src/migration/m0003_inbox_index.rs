//! A person's living deliveries in the order of the inbox, from one index.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(
                "DROP INDEX delivery_of_recipient; \
                 CREATE INDEX delivery_of_recipient ON delivery (recipient_id, purged_at, sent_at, id);",
            )
            .await?;
        Ok(())
    }
}
