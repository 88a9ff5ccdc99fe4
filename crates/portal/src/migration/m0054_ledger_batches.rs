//! What became of the ledger's batches beyond the place that is recorded: 0 carried out, 1 to be taken back, 2 taken back, 3 claimed by
//! whoever opens. The version before records its own place alone, and leaves nothing here.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("ledger_batch")
            .col(ColumnDef::new("number").big_integer().not_null().primary_key())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("fate").integer().not_null())
            .to_owned();
        manager.create_table(table).await
    }
}
