//! Wrong tries within a session of staff. Nullable, since the version before knows nothing of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        let columns = [
            ColumnDef::new("failures").integer().null().to_owned(),
            ColumnDef::new("last_failure_at").big_integer().null().to_owned(),
        ];
        for column in columns {
            let change = Table::alter().table("session").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
