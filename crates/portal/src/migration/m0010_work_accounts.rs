//! Staff with a work account: whose directories an organisation's are, who has such an account, and whether others get in too.
//! What is added to tables that were there is nullable, since the version before knows nothing of it.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tenant = table(
            "organisation_tenant",
            &[("organisation_id", Id), ("tenant_id", Id), ("created_at", Time)],
            &["organisation_id", "tenant_id"],
        );
        manager
            .create_table(refers(tenant, "organisation_id", "organisation"))
            .await?;
        let columns = [
            (
                "staff_member",
                ColumnDef::new("sealed_work_account").binary().null().to_owned(),
            ),
            (
                "organisation",
                ColumnDef::new("work_account_required").integer().null().to_owned(),
            ),
        ];
        for (table, column) in columns {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
