//! What recipients see and decide of what is known of them: their sign-ins, kept for a while; who of them wants no mails; and what
//! was done to a case or a document, from one index. Refers to no table: people are the vault's, and a sign-in outlives its session.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, SmallNumber, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sign_in = table(
            "past_sign_in",
            &[
                ("id", Id),
                ("recipient_id", Id),
                ("at", Time),
                ("sealed_device", Bytes),
                ("sealed_place?", Bytes),
                ("is_new_device", SmallNumber),
                ("reported_at?", Time),
            ],
            &["id"],
        );
        manager.create_table(sign_in).await?;
        let refusal = table("mail_refusal", &[("recipient_id", Id), ("at", Time)], &["recipient_id"]);
        manager.create_table(refusal).await?;
        for (name, table, columns) in [
            ("past_sign_in_of_recipient", "past_sign_in", &["recipient_id", "at"][..]),
            ("past_sign_in_age", "past_sign_in", &["at"]),
            ("audit_event_of_target", "audit_event", &["target_id", "at"]),
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
