//! Orders of the copy of what is held about a person, each with what was gathered for it until it ends. Refers to no table: people are
//! the vault's. The version before knows nothing of them; what it leaves lying is unreadable after its day.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, SmallNumber, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let extract = table(
            "register_extract",
            &[
                ("id", Id),
                ("recipient_id", Id),
                ("ordered_at", Time),
                ("under_way?", SmallNumber),
                ("lease_until", Time),
                ("done", SmallNumber),
                ("total", SmallNumber),
                ("ready_at?", Time),
                ("expires_at", Time),
                ("sealed?", Bytes),
            ],
            &["id"],
        );
        manager.create_table(extract).await?;
        // Rows that are not under way have NULL there, and any number of these may stand beside each other.
        let mut one = Index::create();
        one.name("register_extract_under_way")
            .table("register_extract")
            .col("recipient_id")
            .col("under_way")
            .unique();
        manager.create_index(one).await?;
        let mut due = Index::create();
        due.name("register_extract_expiry")
            .table("register_extract")
            .col("expires_at");
        manager.create_index(due).await
    }
}
