//! Whether an organisation's recipients are told the names of its staff.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("names_shown").integer().null().to_owned();
        let change = Table::alter().table("organisation").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
