//! Batches of the ledger that are carried out, beyond the place that is recorded. The version before records its own place alone, and leaves
//! nothing here.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("applied_batch")
            .col(ColumnDef::new("number").big_integer().not_null().primary_key())
            .col(ColumnDef::new("hash").binary().not_null())
            .to_owned();
        manager.create_table(table).await
    }
}
