//! Requests for erasure and rectification, the events that tell organisations of them, and which deliveries were erased for one.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Number, Text, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let request = table(
            "data_request",
            &[
                ("id", Id),
                ("organisation_id", Id),
                ("recipient_id", Id),
                ("form_id", Id),
                ("case_id?", Id),
                ("kind", Text),
                ("state", Text),
                ("sealed_text?", Bytes),
                ("received_at", Time),
                ("due_at", Time),
                ("extended_at?", Time),
                ("sealed_extension?", Bytes),
                ("taken_up_by?", Id),
                ("answered_at?", Time),
                ("answered_by?", Id),
                ("sealed_answer?", Bytes),
                ("done_at?", Time),
                ("purge_at?", Time),
            ],
            &["id"],
        );
        manager
            .create_table(refers(request, "organisation_id", "organisation"))
            .await?;
        let event = table(
            "request_event",
            &[
                ("organisation_id", Id),
                ("sequence", Number),
                ("kind", Text),
                ("request_id", Id),
                ("at", Time),
            ],
            &["organisation_id", "sequence"],
        );
        manager
            .create_table(refers(event, "organisation_id", "organisation"))
            .await?;
        let column = ColumnDef::new("erased_for").uuid().null().to_owned();
        let change = Table::alter().table("delivery").add_column(column).to_owned();
        manager.alter_table(change).await?;
        for (name, table, columns) in [
            (
                "data_request_of_organisation",
                "data_request",
                &["organisation_id", "state"][..],
            ),
            ("data_request_of_recipient", "data_request", &["recipient_id"]),
            ("data_request_purge", "data_request", &["purge_at"]),
            ("data_request_state", "data_request", &["state"]),
            ("delivery_erased_for", "delivery", &["erased_for"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for &column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
