//! The tables of the first version. No column holds a key or personal data in clear.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            installation(),
            organisation_key(),
            register_key(),
            day(),
            content_key(),
            recipient(),
            recipient_index(),
        ] {
            manager.create_table(table).await?;
        }
        for (table, name) in [("content_key", "content_key_by_day"), ("recipient", "recipient_by_day")] {
            let mut index = Index::create();
            index.name(name).table(table).col("day").col("secret_version");
            manager.create_index(index).await?;
        }
        let mut index = Index::create();
        index
            .name("recipient_index_by_recipient")
            .table("recipient_index")
            .col("recipient_id");
        manager.create_index(index).await
    }
}

fn table(name: &'static str, columns: Vec<ColumnDef>, primary_key: &[&'static str]) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    let mut key = Index::create();
    for &column in primary_key {
        key.col(column);
    }
    table.primary_key(&mut key);
    table
}

fn uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

fn integer(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

fn big_integer(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

fn boolean(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary().not_null().take()
}

fn optional_bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary().null().take()
}

fn installation() -> TableCreateStatement {
    table("installation", vec![uuid("id"), big_integer("generation")], &["id"])
}

fn organisation_key() -> TableCreateStatement {
    table(
        "organisation_key",
        vec![
            uuid("organisation_id"),
            integer("version"),
            integer("root_version"),
            bytes("wrapped_key"),
        ],
        &["organisation_id", "version"],
    )
}

fn register_key() -> TableCreateStatement {
    table(
        "register_key",
        vec![integer("version"), integer("root_version"), bytes("wrapped_key")],
        &["version"],
    )
}

fn day() -> TableCreateStatement {
    table(
        "day",
        vec![
            integer("number"),
            integer("secret_version"),
            boolean("marked"),
            boolean("over"),
        ],
        &["number"],
    )
}

fn content_key() -> TableCreateStatement {
    table(
        "content_key",
        vec![
            uuid("owner_id"),
            uuid("organisation_id"),
            integer("key_version"),
            integer("day"),
            integer("secret_version"),
            bytes("wrapped_key"),
        ],
        &["owner_id"],
    )
}

fn recipient() -> TableCreateStatement {
    table(
        "recipient",
        vec![
            uuid("id"),
            integer("key_version"),
            integer("day"),
            integer("secret_version"),
            bytes("wrapped_key"),
            bytes("sealed_personnummer"),
            optional_bytes("sealed_name"),
            optional_bytes("sealed_email"),
            big_integer("reserved_at"),
        ],
        &["id"],
    )
}

fn recipient_index() -> TableCreateStatement {
    let mut recipient = ForeignKey::create();
    recipient.from("recipient_index", "recipient_id").to("recipient", "id");
    table(
        "recipient_index",
        vec![integer("index_version"), bytes("blind_index"), uuid("recipient_id")],
        &["index_version", "blind_index"],
    )
    .foreign_key(&mut recipient)
    .take()
}
