//! Terms that recipients accepted: each text once, and which of them each person accepted last. Refers to no person's table: people
//! are the vault's.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, Text, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = [
            ("hash", Text),
            ("version", Text),
            ("swedish", Text),
            ("english", Text),
            ("first_accepted_at", Time),
        ];
        manager.create_table(table("terms_text", &text, &["hash"])).await?;
        let acceptance = [
            ("recipient_id", Id),
            ("hash", Text),
            ("accepted_at", Time),
            ("withdrawn_at?", Time),
        ];
        manager
            .create_table(table("terms_acceptance", &acceptance, &["recipient_id"]))
            .await
    }
}
