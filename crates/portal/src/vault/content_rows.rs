//! The rows of content keys, fetched as one JSON value.
//!
//! Rows come from SQLite one by one over a channel from another thread, and an inbox asks for a hundred at once: one value
//! with all of them costs a tenth.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use serde::Deserialize;
use uuid::Uuid;

use super::entity::content_key;
use crate::database::Packed;

/// `$1` is a JSON array of the owners' identifiers, in hexadecimal.
const SQLITE: &str = "SELECT json_group_array(json_array(hex(owner_id || organisation_id || wrapped_key), key_version, \
     day, secret_version)) FROM content_key \
     WHERE owner_id IN (SELECT unhex(value) FROM json_each($1))";

const POSTGRES: &str = "SELECT CAST(COALESCE(json_agg(json_build_array(encode(uuid_send(owner_id) || \
     uuid_send(organisation_id) || wrapped_key, 'hex'), key_version, day, secret_version)), '[]') AS TEXT) FROM content_key \
     WHERE owner_id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON)))";

/// A row as both queries write it.
#[derive(Deserialize)]
struct Row(Packed, i32, i32, i32);

/// The rows of these owners, by owner; those that have no key are missing.
pub(super) async fn find(
    on: &impl ConnectionTrait,
    owners: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, content_key::Model>, DbErr> {
    let backend = on.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => POSTGRES,
        _ => SQLITE,
    };
    let owners: Vec<_> = owners.into_iter().map(Uuid::simple).collect();
    let owners = serde_json::to_string(&owners).map_err(json_error)?;
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(owners)]);
    let Some(answer) = on.query_one_raw(statement).await? else {
        return Ok(HashMap::new());
    };
    let rows: Vec<Row> = serde_json::from_str(&answer.try_get_by_index::<String>(0)?).map_err(json_error)?;
    rows.into_iter()
        .map(|row| model(row).map(|row| (row.owner_id, row)))
        .collect()
}

fn model(row: Row) -> Result<content_key::Model, DbErr> {
    let Row(mut bytes, key_version, day, secret_version) = row;
    Ok(content_key::Model {
        owner_id: bytes.uuid()?,
        organisation_id: bytes.uuid()?,
        key_version,
        day,
        secret_version,
        wrapped_key: bytes.rest(),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn json_error(error: serde_json::Error) -> DbErr {
    DbErr::Json(error.to_string())
}
