//! The keys of register extracts. The version before makes none and leaves them alone; they are of no use after their day.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("extract_key")
            .col(ColumnDef::new("extract_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("key_version").integer().not_null())
            .col(ColumnDef::new("day").integer().not_null())
            .col(ColumnDef::new("secret_version").integer().not_null())
            .col(ColumnDef::new("wrapped_key").binary().not_null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("extract_key_day").table("extract_key").col("day");
        manager.create_index(index).await
    }
}
