//! The kinds of devices that recipients have signed in from. Refers to no table: people are the vault's.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let device = table(
            "recipient_device",
            &[
                ("recipient_id", Id),
                ("device_mac", Bytes),
                ("sealed_device", Bytes),
                ("first_seen_at", Time),
                ("told_at?", Time),
                ("sealed_place?", Bytes),
            ],
            &["recipient_id", "device_mac"],
        );
        manager.create_table(device).await
    }
}
