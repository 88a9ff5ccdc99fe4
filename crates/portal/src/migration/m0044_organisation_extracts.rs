//! Which extracts organisations have made of what they have registered about people, by whom and why. The version before knows nothing
//! of them: what it leaves lying of somebody who is forgotten goes when its time is over.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let extract = table(
            "organisation_extract",
            &[
                ("id", Id),
                ("organisation_id", Id),
                ("recipient_id?", Id),
                ("form_id", Id),
                ("made_at", Time),
                ("made_by", Id),
                ("sealed_reason", Bytes),
            ],
            &["id"],
        );
        manager
            .create_table(refers(extract, "organisation_id", "organisation"))
            .await?;
        let mut once = Index::create();
        once.name("organisation_extract_form")
            .table("organisation_extract")
            .col("organisation_id")
            .col("form_id")
            .unique();
        manager.create_index(once).await?;
        for (name, columns) in [
            ("organisation_extract_made", &["organisation_id", "made_at"][..]),
            ("organisation_extract_recipient", &["recipient_id"]),
            ("organisation_extract_end", &["made_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("organisation_extract");
            for &column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
