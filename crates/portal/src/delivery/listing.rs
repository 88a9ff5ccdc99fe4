//! The rows of an inbox, fetched as one JSON value.
//!
//! Rows come from SQLite one by one over a channel from another thread, each value copied: for an inbox of a hundred cases
//! that costs three times as much as everything else together. One value with all rows costs next to nothing.

use base::{CaseId, DeliveryId, MessageId, OrganisationId, Timestamp};
use sea_orm::{DbBackend, DbErr};
use uuid::Uuid;

use super::finder::{ReadableDelivery, readable};

/// The deliveries that may be read: `$1` is the recipient, `$2` the instant, `$3` how many at most.
macro_rules! listed {
    () => {
        concat!(
            "(SELECT delivery.id, delivery.case_id, delivery.message_id, delivery.organisation_id, organisation.name, \
             organisation.time_zone, delivery.sent_at, delivery.expires_at, delivery.opened_at, message.sealed_title, \
             (SELECT COUNT(*) FROM document WHERE document.message_id = delivery.message_id) AS documents \
             FROM delivery JOIN message ON message.id = delivery.message_id \
             JOIN organisation ON organisation.id = delivery.organisation_id WHERE ",
            readable!(),
            " ORDER BY delivery.sent_at DESC, delivery.id DESC LIMIT $3) listed"
        )
    };
}

const SQLITE: &str = concat!(
    "SELECT json_group_array(json_array(hex(id), hex(case_id), hex(message_id), hex(organisation_id), name, time_zone, \
     sent_at, expires_at, opened_at, hex(sealed_title), documents)) FROM ",
    listed!()
);

const POSTGRES: &str = concat!(
    "SELECT CAST(COALESCE(json_agg(json_build_array(id, case_id, message_id, organisation_id, name, time_zone, \
     sent_at, expires_at, opened_at, encode(sealed_title, 'hex'), documents)), '[]') AS TEXT) FROM ",
    listed!()
);

/// The query for a database.
pub(super) const fn sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => POSTGRES,
        _ => SQLITE,
    }
}

/// A row as both queries write it; bytes are hexadecimal.
type Row = (
    Uuid,
    Uuid,
    Uuid,
    Uuid,
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    u32,
);

/// Reads the answer, the latest first.
pub(super) fn read(json: &str) -> Result<Vec<ReadableDelivery>, DbErr> {
    let rows: Vec<Row> = serde_json::from_str(json).map_err(|error| DbErr::Json(error.to_string()))?;
    let mut deliveries = rows.into_iter().map(delivery).collect::<Result<Vec<_>, _>>()?;
    // The order of an aggregate's values is nothing that SQL promises.
    deliveries.sort_by_key(|delivery| std::cmp::Reverse((delivery.sent_at, delivery.id)));
    Ok(deliveries)
}

fn delivery(row: Row) -> Result<ReadableDelivery, DbErr> {
    let (
        id,
        case,
        message,
        organisation,
        organisation_name,
        time_zone,
        sent_at,
        expires_at,
        opened_at,
        title,
        documents,
    ) = row;
    let title = title.filter(|title| !title.is_empty());
    Ok(ReadableDelivery {
        id: DeliveryId::from_uuid(id),
        case: CaseId::from_uuid(case),
        message: MessageId::from_uuid(message),
        organisation: OrganisationId::from_uuid(organisation),
        organisation_name,
        time_zone,
        sent_at: Timestamp::from_millis(sent_at),
        expires_at: Timestamp::from_millis(expires_at),
        opened: opened_at.is_some(),
        sealed_title: title
            .map(hex::decode)
            .transpose()
            .map_err(|_| DbErr::Type("a title is not hexadecimal".to_owned()))?,
        sealed_body: None,
        documents,
    })
}
