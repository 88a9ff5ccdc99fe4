//! How far each log has come that goes to somebody outside by itself. Nodes of the version before hand out nothing.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, Number, SmallNumber, Text, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let handover = [
            ("kind", Text),
            ("receiver", Text),
            ("chain_id", Id),
            ("place", Text),
            ("sequence", Number),
            ("due_at", Time),
            ("attempts", SmallNumber),
            ("succeeded_at?", Time),
            ("failed_at?", Time),
            ("failure?", Text),
        ];
        let key = ["kind", "receiver", "chain_id"];
        manager.create_table(table("audit_handover", &handover, &key)).await
    }
}
