//! The assurance level that a document asks for. Nullable, since the version before asks for none.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("minimum_level").integer().null().to_owned();
        let change = Table::alter().table("document").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
