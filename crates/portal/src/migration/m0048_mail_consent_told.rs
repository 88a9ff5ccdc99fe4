//! Which batch of the ledger told of the address for which somebody agreed to mails. Of what was agreed before, none is known, and a restored
//! copy then takes what the ledger tells as later.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("ledger_batch")
            .big_integer()
            .not_null()
            .default(0)
            .take();
        let change = Table::alter().table("mail_consent").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
