//! Addresses of key sets as credentials of systems. The version before leaves credentials of a kind that it doesn't know alone.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let address = ColumnDef::new("key_set_address").text().null().to_owned();
        let change = Table::alter().table("system_credential").add_column(address).to_owned();
        manager.alter_table(change).await
    }
}
