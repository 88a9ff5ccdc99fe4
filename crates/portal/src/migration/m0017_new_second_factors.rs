//! By what a session was confirmed last, and from which device a second factor came that its owner was not told of yet. Nullable,
//! since the version before knows nothing of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ("session", ColumnDef::new("confirmed_by").integer().null().to_owned()),
            (
                "staff_passkey",
                ColumnDef::new("sealed_untold_device").binary().null().to_owned(),
            ),
            (
                "staff_member",
                ColumnDef::new("sealed_untold_code_device").binary().null().to_owned(),
            ),
        ];
        for (table, column) in columns {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
