//! The tables of the first version.
//!
//! Ids are UUIDs, times are milliseconds since the Unix epoch, a name that begins with `sealed_` is encrypted under a
//! content key, and no column holds personal data in clear.

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
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let mut tables = owners();
    tables.extend(content());
    tables.extend(work());
    tables
}

/// Who is here.
fn owners() -> Vec<TableCreateStatement> {
    vec![
        table(
            "installation",
            &[("id", Id), ("generation", Number), ("latest_instant", Time)],
            &["id"],
        ),
        table(
            "organisation",
            &[
                ("id", Id),
                ("name", Text),
                ("retention_days", SmallNumber),
                ("time_zone", Text),
                ("event_sequence", Number),
                ("created_at", Time),
            ],
            &["id"],
        ),
        refers(
            table(
                "system",
                &[
                    ("id", Id),
                    ("organisation_id", Id),
                    ("name", Text),
                    ("secret_hash", Bytes),
                    ("scopes", Text),
                    ("created_at", Time),
                    ("disabled_at?", Time),
                ],
                &["id"],
            ),
            "organisation_id",
            "organisation",
        ),
        refers(
            table(
                "access_token",
                &[
                    ("token_hash", Bytes),
                    ("system_id", Id),
                    ("scopes", Text),
                    ("expires_at", Time),
                ],
                &["token_hash"],
            ),
            "system_id",
            "system",
        ),
        table(
            "session",
            &[
                ("key_hash", Bytes),
                ("recipient_id?", Id),
                ("assurance_level?", SmallNumber),
                ("sealed_name?", Bytes),
                ("sealed_data", Bytes),
                ("created_at", Time),
                ("last_seen_at", Time),
                ("expires_at", Time),
            ],
            &["key_hash"],
        ),
    ]
}

/// What was sent.
fn content() -> Vec<TableCreateStatement> {
    let cases = table(
        "cases",
        &[
            ("id", Id),
            ("organisation_id", Id),
            ("recipient_id?", Id),
            ("created_at", Time),
        ],
        &["id"],
    );
    let message = table(
        "message",
        &[
            ("id", Id),
            ("organisation_id", Id),
            ("system_id", Id),
            ("document_type?", Text),
            ("sealed_title?", Bytes),
            ("sealed_body?", Bytes),
            ("protection", Text),
            ("sent_at", Time),
        ],
        &["id"],
    );
    let document = table(
        "document",
        &[
            ("id", Id),
            ("message_id", Id),
            ("organisation_id", Id),
            ("position", SmallNumber),
            ("sealed_file_name?", Bytes),
            ("media_type", Text),
            ("size", Number),
            ("purged_at?", Time),
        ],
        &["id"],
    );
    let delivery = table(
        "delivery",
        &[
            ("id", Id),
            ("message_id", Id),
            ("case_id", Id),
            ("organisation_id", Id),
            ("recipient_id?", Id),
            ("sent_at", Time),
            ("notified_at?", Time),
            ("opened_at?", Time),
            ("expires_at", Time),
            ("expired_at?", Time),
            ("revoked_at?", Time),
            ("condemned_at?", Time),
            ("purged_at?", Time),
        ],
        &["id"],
    );
    vec![
        refers(cases, "organisation_id", "organisation"),
        refers(
            refers(message, "organisation_id", "organisation"),
            "system_id",
            "system",
        ),
        refers(document, "message_id", "message"),
        refers(refers(delivery, "message_id", "message"), "case_id", "cases"),
    ]
}

/// What keeps sending, telling and logging in order.
fn work() -> Vec<TableCreateStatement> {
    vec![
        table(
            "intent",
            &[
                ("id", Id),
                ("message_id", Id),
                ("organisation_id", Id),
                ("lease_until", Time),
                ("condemned_at?", Time),
            ],
            &["id"],
        ),
        refers(
            table(
                "intent_document",
                &[("intent_id", Id), ("document_id", Id)],
                &["intent_id", "document_id"],
            ),
            "intent_id",
            "intent",
        ),
        refers(
            table(
                "idempotency",
                &[
                    ("system_id", Id),
                    ("key_mac", Bytes),
                    ("state", Text),
                    ("fingerprint?", Bytes),
                    ("message_id", Id),
                    ("lease_until", Time),
                    ("expires_at", Time),
                ],
                &["system_id", "key_mac"],
            ),
            "system_id",
            "system",
        ),
        refers(
            table(
                "notification",
                &[
                    ("id", Id),
                    ("delivery_id", Id),
                    ("organisation_id", Id),
                    ("recipient_id?", Id),
                    ("kind", Text),
                    ("created_at", Time),
                    ("sent_at?", Time),
                ],
                &["id"],
            ),
            "delivery_id",
            "delivery",
        ),
        refers(
            table(
                "event",
                &[
                    ("organisation_id", Id),
                    ("sequence", Number),
                    ("kind", Text),
                    ("message_id", Id),
                    ("delivery_id?", Id),
                    ("at", Time),
                ],
                &["organisation_id", "sequence"],
            ),
            "organisation_id",
            "organisation",
        ),
        table(
            "forgettable",
            &[("recipient_id", Id), ("since", Time)],
            &["recipient_id"],
        ),
        table("audit_writer", &[("id", Id), ("next_counter", Number)], &["id"]),
        table(
            "audit_event",
            &[
                ("id", Id),
                ("writer_id", Id),
                ("counter", Number),
                ("organisation_id?", Id),
                ("at", Time),
                ("actor_kind", Text),
                ("actor_id?", Id),
                ("action", Text),
                ("target_kind?", Text),
                ("target_id?", Id),
                ("detail?", Text),
                ("request_id?", Id),
                ("sealed_address?", Bytes),
                ("mac", Bytes),
            ],
            &["id"],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for &column in columns {
            index.col(column);
        }
        index
    };
    let mut audit = index("audit_event_of_writer", "audit_event", &["writer_id", "counter"]);
    audit.unique();
    vec![
        audit,
        index("system_of_organisation", "system", &["organisation_id"]),
        index("access_token_expiry", "access_token", &["expires_at"]),
        index("session_expiry", "session", &["expires_at"]),
        index("session_of_recipient", "session", &["recipient_id"]),
        index("case_of_recipient", "cases", &["recipient_id"]),
        index("document_of_message", "document", &["message_id", "position"]),
        index("delivery_of_message", "delivery", &["message_id"]),
        index("delivery_of_case", "delivery", &["case_id"]),
        index("delivery_of_recipient", "delivery", &["recipient_id", "sent_at"]),
        index("delivery_expiry", "delivery", &["purged_at", "expires_at"]),
        index("delivery_revoked", "delivery", &["condemned_at", "revoked_at"]),
        index("delivery_condemned", "delivery", &["purged_at", "condemned_at"]),
        index("intent_lease", "intent", &["lease_until"]),
        index("idempotency_expiry", "idempotency", &["expires_at"]),
        index("notification_waiting", "notification", &["sent_at", "created_at"]),
        index("notification_of_delivery", "notification", &["delivery_id"]),
        index("audit_event_of_organisation", "audit_event", &["organisation_id", "at"]),
    ]
}
