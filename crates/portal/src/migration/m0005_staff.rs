//! Staff: accounts, their invitations, passwords, recovery codes and devices; what an organisation asks of them; and which
//! sessions are theirs. What is added to tables that were there is nullable, since the version before knows nothing of it.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Number, SmallNumber, Text, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        // SQLite adds one column a statement.
        for (table, column) in columns() {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX organisation_slug ON organisation (slug); \
                 CREATE UNIQUE INDEX staff_member_email ON staff_member (organisation_id, email_index); \
                 CREATE INDEX staff_invitation_of_member ON staff_invitation (staff_id); \
                 CREATE INDEX session_of_staff ON session (staff_id);",
            )
            .await?;
        Ok(())
    }
}

fn columns() -> Vec<(&'static str, ColumnDef)> {
    let text = |name: &'static str| ColumnDef::new(name).text().null().to_owned();
    let small = |name: &'static str| ColumnDef::new(name).integer().null().to_owned();
    vec![
        ("organisation", text("slug")),
        ("organisation", small("second_factor_required")),
        ("organisation", small("password_max_age_days")),
        ("organisation", text("staff_networks")),
        ("session", text("kind")),
        ("session", ColumnDef::new("staff_id").uuid().null().to_owned()),
        ("session", small("proven")),
        (
            "session",
            ColumnDef::new("confirmed_at").big_integer().null().to_owned(),
        ),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    let member = table(
        "staff_member",
        &[
            ("id", Id),
            ("organisation_id", Id),
            ("role", Text),
            ("valid_from?", Time),
            ("valid_until?", Time),
            ("index_version", SmallNumber),
            ("email_index", Bytes),
            ("sealed_name", Bytes),
            ("sealed_email", Bytes),
            ("password_hash?", Text),
            ("password_set_at?", Time),
            ("sealed_code_secret?", Bytes),
            ("sealed_new_code_secret?", Bytes),
            ("code_step?", Number),
            ("code_set_at?", Time),
            ("failures", SmallNumber),
            ("last_failure_at?", Time),
            ("untold_failures", SmallNumber),
            ("last_signed_in_at?", Time),
            ("created_at", Time),
            ("deactivated_at?", Time),
        ],
        &["id"],
    );
    let invitation = table(
        "staff_invitation",
        &[
            ("token_hash", Bytes),
            ("staff_id", Id),
            ("created_at", Time),
            ("expires_at", Time),
            ("used_at?", Time),
        ],
        &["token_hash"],
    );
    let password = table(
        "staff_password",
        &[("staff_id", Id), ("password_hash", Text), ("set_at", Time)],
        &["staff_id", "password_hash"],
    );
    let recovery_code = table(
        "staff_recovery_code",
        &[("staff_id", Id), ("code_mac", Bytes), ("used_at?", Time)],
        &["staff_id", "code_mac"],
    );
    let device = table(
        "staff_device",
        &[
            ("staff_id", Id),
            ("device_mac", Bytes),
            ("sealed_device", Bytes),
            ("first_seen_at", Time),
            ("told_at?", Time),
        ],
        &["staff_id", "device_mac"],
    );
    let of_member = [invitation, password, recovery_code, device];
    let mut tables = vec![refers(member, "organisation_id", "organisation")];
    tables.extend(of_member.map(|table| refers(table, "staff_id", "staff_member")));
    tables
}
