//! The rows of an inbox, fetched as one JSON value.
//!
//! Rows come from SQLite one by one over a channel from another thread, each value copied: for an inbox of a hundred cases
//! that costs three times as much as everything else together. One value with all rows costs next to nothing.

use base::{CaseId, DeliveryId, MessageId, OrganisationId, Timestamp};
use sea_orm::{DbBackend, DbErr};
use serde::Deserialize;

use super::finder::{ReadableDelivery, readable};
use crate::database::Packed;

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

/// All bytes of a row in one hexadecimal text, which costs half of one for each column; `||` keeps bytes as they are.
const SQLITE: &str = concat!(
    "SELECT json_group_array(json_array(hex(id || case_id || message_id || organisation_id || COALESCE(sealed_title, '')), \
     name, time_zone, sent_at, expires_at, opened_at, documents)) FROM ",
    listed!()
);

const POSTGRES: &str = concat!(
    "SELECT CAST(COALESCE(json_agg(json_build_array(encode(uuid_send(id) || uuid_send(case_id) || \
     uuid_send(message_id) || uuid_send(organisation_id) || COALESCE(sealed_title, ''), 'hex'), \
     name, time_zone, sent_at, expires_at, opened_at, documents)), '[]') AS TEXT) FROM ",
    listed!()
);

/// The query for a database.
pub(super) const fn sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => POSTGRES,
        _ => SQLITE,
    }
}

/// A row as both queries write it.
#[derive(Deserialize)]
struct Row(Packed, String, String, i64, i64, Option<i64>, u32);

/// Reads the answer, the latest first.
pub(super) fn read(json: &str) -> Result<Vec<ReadableDelivery>, DbErr> {
    let rows: Vec<Row> = serde_json::from_str(json).map_err(|error| DbErr::Json(error.to_string()))?;
    let mut deliveries = rows.into_iter().map(delivery).collect::<Result<Vec<_>, _>>()?;
    // The order of an aggregate's values is nothing that SQL promises.
    deliveries.sort_by_key(|delivery| std::cmp::Reverse((delivery.sent_at, delivery.id)));
    Ok(deliveries)
}

fn delivery(row: Row) -> Result<ReadableDelivery, DbErr> {
    let Row(mut bytes, organisation_name, time_zone, sent_at, expires_at, opened_at, documents) = row;
    Ok(ReadableDelivery {
        id: DeliveryId::from_uuid(bytes.uuid()?),
        case: CaseId::from_uuid(bytes.uuid()?),
        message: MessageId::from_uuid(bytes.uuid()?),
        organisation: OrganisationId::from_uuid(bytes.uuid()?),
        organisation_name,
        time_zone,
        sent_at: Timestamp::from_millis(sent_at),
        expires_at: Timestamp::from_millis(expires_at),
        opened: opened_at.is_some(),
        sealed_title: Some(bytes.rest()).filter(|title| !title.is_empty()),
        sealed_body: None,
        documents,
    })
}
