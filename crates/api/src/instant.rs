//! Instants on the wire: RFC 3339 in UTC, such as `2026-11-22T03:04:05.678Z`.

use base::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de};

/// For `#[serde(with)]` on a [`Timestamp`].
pub(crate) mod required {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&instant.to_rfc3339())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).map_err(de::Error::custom)
    }
}

/// For `#[serde(with)]` on an `Option<Timestamp>`; absent and `null` mean that it has not happened.
pub(crate) mod optional {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(instant: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match instant {
            Some(instant) => serializer.serialize_str(&instant.to_rfc3339()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| read(&text).map_err(de::Error::custom)).transpose()
    }
}

fn read(text: &str) -> Result<Timestamp, jiff::Error> {
    text.parse().map(Timestamp::from_jiff)
}
