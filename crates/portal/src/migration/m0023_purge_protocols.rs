//! The protocols of what was purged, and a leaf for each document and message in them. New tables alone, which the version before knows
//! nothing of; what that version purges stands in no protocol.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Number, Text, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let leaf = table(
            "purge_leaf",
            &[
                ("id", Id),
                ("organisation_id", Id),
                ("message_id", Id),
                ("purged_at", Time),
                ("leaf", Text),
                ("protocol?", Number),
            ],
            &["id"],
        );
        manager
            .create_table(refers(leaf, "organisation_id", "organisation"))
            .await?;
        let protocol = table(
            "purge_protocol",
            &[
                ("organisation_id", Id),
                ("number", Number),
                ("statement", Text),
                ("key_id", Text),
                ("signature", Bytes),
            ],
            &["organisation_id", "number"],
        );
        manager
            .create_table(refers(protocol, "organisation_id", "organisation"))
            .await?;
        // What is in no protocol yet stands together in it.
        let mut of_protocol = Index::create();
        of_protocol.name("purge_leaf_of_protocol").table("purge_leaf");
        for column in ["protocol", "organisation_id", "purged_at", "id"] {
            of_protocol.col(column);
        }
        manager.create_index(of_protocol).await?;
        let mut of_message = Index::create();
        of_message
            .name("purge_leaf_of_message")
            .table("purge_leaf")
            .col("message_id");
        manager.create_index(of_message).await
    }
}
