//! Holds, and whether an organisation's recipients may see that there is one. The version before knows nothing of them, and would
//! purge what is held: it must not run beside this one.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, SmallNumber, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let hold = table(
            "hold",
            &[
                ("id", Id),
                ("organisation_id", Id),
                ("case_id", Id),
                ("of_recipient", SmallNumber),
                ("recipient_id?", Id),
                ("sealed_reason?", Bytes),
                ("review_at", Time),
                ("too_late", SmallNumber),
                ("placed_at", Time),
                ("placed_by", Id),
                ("lifted_at?", Time),
                ("lifted_by?", Id),
                ("sealed_lift_reason?", Bytes),
                ("settled_at?", Time),
            ],
            &["id"],
        );
        manager
            .create_table(refers(hold, "organisation_id", "organisation"))
            .await?;
        for (name, columns) in [
            ("hold_of_case", ["case_id", "lifted_at"]),
            ("hold_of_recipient", ["recipient_id", "lifted_at"]),
            ("hold_of_organisation", ["organisation_id", "lifted_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("hold");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let column = ColumnDef::new("kept_until").big_integer().null().to_owned();
        let change = Table::alter().table("delivery").add_column(column).to_owned();
        manager.alter_table(change).await?;
        let column = ColumnDef::new("holds_shown").integer().null().to_owned();
        let change = Table::alter().table("organisation").add_column(column).to_owned();
        manager.alter_table(change).await
    }
}
