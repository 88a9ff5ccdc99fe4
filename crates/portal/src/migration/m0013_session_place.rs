//! Roughly where a sign-in came from, and a code of its network. Nullable, since the version before knows nothing of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for (table, column) in [
            ("session", "sealed_place"),
            ("session", "network_mac"),
            ("staff_device", "sealed_place"),
        ] {
            let definition = ColumnDef::new(column).binary().null().to_owned();
            let change = Table::alter().table(table).add_column(definition).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
