//! Whose rules announced that something goes which was not foreseen; nobody's where the operator confirmed it, or the version before wrote it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("organisation_id").uuid().null().to_owned();
        let change = Table::alter().table("purge_announced").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
