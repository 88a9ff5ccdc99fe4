//! Organisations' retention policies, and which version of them a delivery follows. What was sent before follows none: nobody wrote
//! down whether its sender had asked for the days that it got.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, SmallNumber, Text, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let policy = table(
            "retention_policy",
            &[
                ("organisation_id", Id),
                ("version", SmallNumber),
                ("policy", Text),
                ("decided_at", Time),
                ("decided_by", Id),
            ],
            &["organisation_id", "version"],
        );
        manager
            .create_table(refers(policy, "organisation_id", "organisation"))
            .await?;
        for (table, column) in [("message", "retention_days"), ("delivery", "policy_version")] {
            let column = ColumnDef::new(column).integer().null().to_owned();
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX delivery_of_policy ON delivery (organisation_id, policy_version, id) WHERE purged_at IS NULL",
            )
            .await?;
        Ok(())
    }
}
