//! What an organisation decides about one case: that it is closed, and that it is kept for longer, with who decided so, when and why. The
//! version before knows nothing of either, and would let what was extended end by new rules: it must not run beside this one.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["closed_at", "extended_until"] {
            let column = ColumnDef::new(column).big_integer().null().to_owned();
            let change = Table::alter().table("cases").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        let extension = table(
            "case_extension",
            &[
                ("id", Id),
                ("case_id", Id),
                ("message_id", Id),
                ("until", Time),
                ("sealed_reason?", Bytes),
                ("extended_at", Time),
                ("extended_by", Id),
            ],
            &["id"],
        );
        manager.create_table(refers(extension, "case_id", "cases")).await?;
        let mut index = Index::create();
        index
            .name("case_extension_of_case")
            .table("case_extension")
            .col("case_id");
        manager.create_index(index).await
    }
}
