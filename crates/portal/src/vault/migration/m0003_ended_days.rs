//! Remembers the days whose end isn't dealt with yet. The version before doesn't know the table; a day that ends under it
//! is dealt with as that version does.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("ended_day")
            .col(ColumnDef::new("number").integer().not_null().primary_key())
            .col(ColumnDef::new("logged").boolean().not_null());
        manager.create_table(table).await
    }
}
