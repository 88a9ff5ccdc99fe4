//! What organisations' directories keep here: their tokens, what they say of staff, and groups. New tables alone, which the version
//! before knows nothing of and leaves as they are.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, SmallNumber, Text, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [token(), staff(), group(), member()] {
            manager.create_table(table).await?;
        }
        for (name, table, column, unique) in [
            ("provisioning_token_hash", "provisioning_token", "token_hash", true),
            (
                "provisioning_token_of_organisation",
                "provisioning_token",
                "organisation_id",
                false,
            ),
            (
                "provisioned_staff_user_name",
                "provisioned_staff",
                "user_name_index",
                true,
            ),
            (
                "provisioned_staff_external_id",
                "provisioned_staff",
                "external_id_index",
                false,
            ),
            (
                "provisioned_staff_of_organisation",
                "provisioned_staff",
                "organisation_id",
                false,
            ),
            (
                "provisioned_group_display_name",
                "provisioned_group",
                "display_name_index",
                true,
            ),
            (
                "provisioned_group_of_organisation",
                "provisioned_group",
                "organisation_id",
                false,
            ),
            (
                "provisioned_group_member_staff",
                "provisioned_group_member",
                "staff_id",
                false,
            ),
        ] {
            let mut index = Index::create();
            index.name(name).table(table).col(column);
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn token() -> TableCreateStatement {
    let columns = [
        ("id", Id),
        ("organisation_id", Id),
        ("tenant_id?", Id),
        ("name", Text),
        ("token_hash", Bytes),
        ("created_at", Time),
        ("expires_at", Time),
        ("last_used_at?", Time),
        ("withdrawn_at?", Time),
    ];
    refers(
        table("provisioning_token", &columns, &["id"]),
        "organisation_id",
        "organisation",
    )
}

fn staff() -> TableCreateStatement {
    let columns = [
        ("staff_id", Id),
        ("organisation_id", Id),
        ("tenant_id?", Id),
        ("index_version?", SmallNumber),
        ("user_name_index?", Bytes),
        ("external_id_index?", Bytes),
        ("sealed_attributes?", Bytes),
        ("role?", Text),
        ("shut_at?", Time),
        ("created_at", Time),
        ("changed_at", Time),
        ("deleted_at?", Time),
    ];
    let table = refers(
        table("provisioned_staff", &columns, &["staff_id"]),
        "staff_id",
        "staff_member",
    );
    refers(table, "organisation_id", "organisation")
}

fn group() -> TableCreateStatement {
    let columns = [
        ("id", Id),
        ("organisation_id", Id),
        ("tenant_id?", Id),
        ("index_version", SmallNumber),
        ("display_name_index", Bytes),
        ("sealed_attributes", Bytes),
        ("role?", Text),
        ("created_at", Time),
        ("changed_at", Time),
    ];
    refers(
        table("provisioned_group", &columns, &["id"]),
        "organisation_id",
        "organisation",
    )
}

fn member() -> TableCreateStatement {
    let columns = [("group_id", Id), ("staff_id", Id)];
    let table = table("provisioned_group_member", &columns, &["group_id", "staff_id"]);
    let table = refers(table, "group_id", "provisioned_group");
    refers(table, "staff_id", "staff_member")
}
