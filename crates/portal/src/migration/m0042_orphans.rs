//! When orphans were looked for last.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("orphans_looked_at").big_integer().null().take();
        let change = Table::alter().table("installation").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
