//! How far the database has come with the ledger. The version before knows nothing of it, and writes no ledger.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ColumnDef::new("ledger_number").big_integer().null().to_owned(),
            ColumnDef::new("ledger_hash").binary().null().to_owned(),
        ];
        for column in columns {
            let change = Table::alter().table("installation").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
