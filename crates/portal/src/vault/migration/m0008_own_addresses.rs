//! The e-mail addresses that people give themselves: the one that is proven to be theirs, and one that is not yet. Nullable, since the
//! version before knows nothing of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["sealed_own_email", "sealed_unproven_email"] {
            let column = ColumnDef::new(name).binary().null().to_owned();
            let change = Table::alter().table("recipient").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
