//! Several columns of bytes as one hexadecimal text, for rows that are fetched together as one JSON value.

use sea_orm::DbErr;
use serde::{Deserialize, Deserializer, de};
use uuid::Uuid;

/// Bytes of a row, one column after another: identifiers of 16 bytes first, and at the end one of any length.
pub(crate) struct Packed {
    bytes: Vec<u8>,
    read: usize,
}

impl Packed {
    /// The next identifier.
    ///
    /// # Errors
    ///
    /// When fewer than 16 bytes are left.
    pub(crate) fn uuid(&mut self) -> Result<Uuid, DbErr> {
        let next = self.bytes.get(self.read..).and_then(|rest| rest.first_chunk());
        let uuid = next.ok_or_else(|| DbErr::Type("a row is too short".to_owned()))?;
        let uuid = Uuid::from_bytes(*uuid);
        self.read += size_of::<Uuid>();
        Ok(uuid)
    }

    /// Everything that was not read.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        self.bytes.drain(..self.read);
        self.bytes
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = hex::decode(<&str>::deserialize(deserializer)?)
            .map_err(|_| de::Error::custom("the bytes of a row are not hexadecimal"))?;
        Ok(Self { bytes, read: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_packed() {
        let mut row: Packed = serde_json::from_str(r#""00000000000000000000000000000007aBcD""#).unwrap();
        assert_eq!(row.uuid().unwrap(), Uuid::from_u128(7));
        assert_eq!(row.rest(), [0xab, 0xcd]);
    }

    #[test]
    fn a_row_that_is_too_short_or_not_hexadecimal_is_refused() {
        let mut row: Packed = serde_json::from_str(r#""0000""#).unwrap();
        assert!(row.uuid().is_err());
        assert!(serde_json::from_str::<Packed>(r#""zz""#).is_err());
    }
}
