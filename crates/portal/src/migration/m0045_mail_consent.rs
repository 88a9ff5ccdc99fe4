//! Consent to mails: each text once, and which of them each person agreed to last; the address that somebody has yet to prove, without the
//! address, which is the vault's; and how many codes were sent to whom. Refers to no person's table: people are the vault's.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, SmallNumber, Text, Time};
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
            ("first_given_at", Time),
        ];
        manager
            .create_table(table("mail_consent_text", &text, &["hash"]))
            .await?;
        let consent = [
            ("recipient_id", Id),
            ("hash", Text),
            ("given_at", Time),
            ("withdrawn_at?", Time),
        ];
        manager
            .create_table(table("mail_consent", &consent, &["recipient_id"]))
            .await?;
        let proof = [
            ("recipient_id", Id),
            ("id", Id),
            ("consent_hash", Text),
            ("asked_at", Time),
            ("tries", SmallNumber),
            ("undeliverable_at?", Time),
        ];
        manager
            .create_table(table("address_proof", &proof, &["recipient_id"]))
            .await?;
        let sent = [("subject", Bytes), ("since", Time), ("sent", SmallNumber)];
        manager
            .create_table(table("address_code_count", &sent, &["subject"]))
            .await?;
        for (name, table, column) in [
            ("address_proof_age", "address_proof", "asked_at"),
            ("address_code_count_age", "address_code_count", "since"),
        ] {
            let index = Index::create().name(name).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
