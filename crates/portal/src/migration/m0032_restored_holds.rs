//! Which holds stand again after a restore because the ledger told of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("restored_at").big_integer().null().to_owned();
        let change = Table::alter().table("hold").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
