//! An organisation's messages in the order of their ids, which is that of time, for the page of what it has sent.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX message_of_organisation ON message (organisation_id, id);")
            .await?;
        Ok(())
    }
}
