//! Remembers the days that people's keys were wrapped for before. The version before doesn't know the table and writes
//! nothing into it; so no foreign key ties it, and what is left of somebody goes when the day is over.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("recipient_earlier_day")
            .col(ColumnDef::new("recipient_id").uuid().not_null())
            .col(ColumnDef::new("day").integer().not_null())
            .primary_key(Index::create().col("recipient_id").col("day"));
        manager.create_table(table).await?;
        let mut index = Index::create();
        index
            .name("recipient_earlier_day_by_day")
            .table("recipient_earlier_day")
            .col("day");
        manager.create_index(index).await
    }
}
