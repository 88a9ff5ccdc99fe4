//! Where organisations let checkpoints of their audit logs go. Nodes of the version before send nothing there.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [("organisation_id", Id), ("id", Id), ("sealed_address", Bytes)];
        let webhook = table("audit_webhook", &columns, &["organisation_id"]);
        manager
            .create_table(refers(webhook, "organisation_id", "organisation"))
            .await
    }
}
