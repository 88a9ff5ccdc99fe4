//! Bytes as text: lower-case hexadecimal digits, so that each has one text.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<const N: usize, S: Serializer>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

pub(super) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut bytes = [0; N];
    let is_lower_case = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_lower_case && hex::decode_to_slice(&text, &mut bytes).is_ok() {
        Ok(bytes)
    } else {
        Err(D::Error::custom("not so many bytes in lower-case hexadecimal digits"))
    }
}
