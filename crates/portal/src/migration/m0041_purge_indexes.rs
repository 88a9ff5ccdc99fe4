//! Indexes by which a purge finds its next batch without passing what it has done: what nobody has marked by its end, and what is marked in
//! the order in which it was.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = [
            ("delivery_standing", ["condemned_at", "expires_at", "id"]),
            ("delivery_marked", ["purged_at", "condemned_at", "id"]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create();
            index.name(name).table("delivery");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let replaced = Index::drop().name("delivery_condemned").table("delivery").to_owned();
        manager.drop_index(replaced).await
    }
}
