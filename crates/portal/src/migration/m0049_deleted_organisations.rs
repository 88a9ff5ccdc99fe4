//! When an organisation was deleted, and when the last of it was erased. Nodes of the version before know nothing of either, and let its
//! staff and systems in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["deleted_at", "erased_at"] {
            let column = ColumnDef::new(name).big_integer().null().to_owned();
            let change = Table::alter().table("organisation").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
