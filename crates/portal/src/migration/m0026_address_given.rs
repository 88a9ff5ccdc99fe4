//! Whether a message's sender gave an address to tell its recipient at. Nothing for what was sent before, of which nobody is told.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("address_given").integer().null().to_owned();
        let change = Table::alter().table("delivery").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
