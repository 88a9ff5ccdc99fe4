//! With which form each hold was placed, so that one that is sent twice places one. The version before names none, and places two.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("form_id").uuid().null().to_owned();
        let change = Table::alter().table("hold").add_column(column).to_owned();
        manager.alter_table(change).await?;
        let mut once = Index::create();
        once.name("hold_form")
            .table("hold")
            .col("organisation_id")
            .col("form_id")
            .unique();
        manager.create_index(once).await
    }
}
