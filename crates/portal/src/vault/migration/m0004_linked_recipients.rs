//! People who turned out to be somebody who was in the register already. Nullable, since the version before knows nothing of it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("linked_to").uuid().null().to_owned();
        let change = Table::alter().table("recipient").add_column(column).to_owned();
        manager.alter_table(change).await?;
        let mut index = Index::create();
        index.name("recipient_by_link").table("recipient").col("linked_to");
        manager.create_index(index).await
    }
}
