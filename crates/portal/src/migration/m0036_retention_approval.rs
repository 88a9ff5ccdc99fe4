//! That what shortens an organisation's retention needs a second admin, the change that waits for one, and who approved each version. The
//! version before asks nobody: it must not run beside this one where an organisation demands it.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, SmallNumber, Text, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pending = table(
            "retention_pending",
            &[
                ("organisation_id", Id),
                ("id", Id),
                ("policy?", Text),
                ("seen_version", SmallNumber),
                ("asked_at", Time),
                ("asked_by", Id),
            ],
            &["organisation_id"],
        );
        manager
            .create_table(refers(pending, "organisation_id", "organisation"))
            .await?;
        let column = ColumnDef::new("approved_by").uuid().null().to_owned();
        let change = Table::alter().table("retention_policy").add_column(column).to_owned();
        manager.alter_table(change).await?;
        let column = ColumnDef::new("retention_approval").integer().null().to_owned();
        let change = Table::alter().table("organisation").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
