//! Instants as texts in what is hashed and signed: RFC 3339 in UTC, and each instant has one text.

use base::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let instant: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
    let at = Timestamp::from_jiff(instant);
    if at.to_rfc3339() == text {
        Ok(at)
    } else {
        Err(D::Error::custom("not in its one form"))
    }
}
