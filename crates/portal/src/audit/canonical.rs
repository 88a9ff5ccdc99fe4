//! The bytes of a row that its authentication code and its place in a chain are made of (`docs/audit.md`). Frozen: a change
//! would make every row and every chain look changed.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::entity::Model;

/// A SHA-256 hash.
pub(super) type Hash = [u8; 32];

const ROW: &[u8] = b"postvalv audit row v1\n";
const LINK: &[u8] = b"postvalv audit link v1\n";
const CHAIN: &[u8] = b"postvalv audit chain v1\n";

/// Everything in a row but its code, in the order of the columns. What is absent is an empty list of bytes, what is
/// present begins with a 1, so that the two never look the same.
pub(super) fn authenticated(row: &Model) -> Vec<Vec<u8>> {
    let present = |bytes: &[u8]| [&[1], bytes].concat();
    let id = |id: Option<Uuid>| id.map_or_else(Vec::new, |id| present(id.as_bytes()));
    let text = |text: Option<&String>| text.map_or_else(Vec::new, |text| present(text.as_bytes()));
    vec![
        id(Some(row.id)),
        id(Some(row.writer_id)),
        present(&row.counter.to_be_bytes()),
        id(row.organisation_id),
        present(&row.at.to_be_bytes()),
        text(Some(&row.actor_kind)),
        id(row.actor_id),
        text(Some(&row.action)),
        text(row.target_kind.as_ref()),
        id(row.target_id),
        text(row.detail.as_ref()),
        id(row.request_id),
        row.sealed_address
            .as_ref()
            .map_or_else(Vec::new, |address| present(address)),
    ]
}

/// The hash of a row: of the values that are authenticated and then of the code, each behind its length (four bytes, the
/// highest first).
fn row_hash(row: &Model) -> Hash {
    let mut hasher = Sha256::new_with_prefix(ROW);
    for value in authenticated(row).iter().chain([&row.mac]) {
        hasher.update(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
        hasher.update(value);
    }
    hasher.finalize().into()
}

/// What stands before the first row of a chain, so that each begins as no other does.
pub(super) fn chain_start(installation: Uuid, chain: Uuid) -> Hash {
    Sha256::new_with_prefix(CHAIN)
        .chain_update(installation)
        .chain_update(chain)
        .finalize()
        .into()
}

/// The hash of a chain up to and with this row.
pub(super) fn link_hash(chain: Uuid, sequence: i64, previous: &Hash, row: &Model) -> Hash {
    Sha256::new_with_prefix(LINK)
        .chain_update(chain)
        .chain_update(sequence.to_be_bytes())
        .chain_update(previous)
        .chain_update(row_hash(row))
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Model {
        Model {
            id: Uuid::from_u128(1),
            writer_id: Uuid::from_u128(2),
            counter: 3,
            organisation_id: Some(Uuid::from_u128(4)),
            at: 1_795_338_000_000,
            actor_kind: "staff".to_owned(),
            actor_id: Some(Uuid::from_u128(5)),
            action: "document.viewed".to_owned(),
            target_kind: Some("document".to_owned()),
            target_id: Some(Uuid::from_u128(6)),
            detail: None,
            request_id: Some(Uuid::from_u128(7)),
            sealed_address: Some(vec![1, 2, 3]),
            mac: vec![9; 32],
        }
    }

    /// The numbers were made by another implementation (Python's hashlib), after `docs/audit.md`.
    #[test]
    fn the_hashes_are_those_of_the_documentation() {
        let chain = Uuid::from_u128(4);
        let start = chain_start(Uuid::from_u128(8), chain);
        let second = link_hash(chain, 2, &link_hash(chain, 1, &start, &row()), &row());
        assert_eq!(
            [hex::encode(start), hex::encode(row_hash(&row())), hex::encode(second)],
            [
                "5ade202bd159e70fb3ac6a37a27b9048095230c82a0d6e77696f9a84473b1d82",
                "2d820fdeec434c2d32f975d4ca774bb64a658b178bbfb28437cedb031c249e29",
                "a370ba00f439cdf23fd9f916512146290d609467cbfa865727745a012483f452",
            ]
        );
    }
}
