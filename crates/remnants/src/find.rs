//! Finds where keys, fields and ids could lie in any bytes. It may find too much, since AES-GCM tells what is none; what
//! it leaves out is only what random bytes don't look like ([`Randomness`]), and what stands far from any id.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::{MAX_SHORT_FIELD, Places, postgres};

/// Bytes of a wrapped key: a version, a nonce, a key, a tag.
const WRAPPED_KEY: usize = 61;
/// Bytes that sealing adds to a field: a version, a nonce, a tag.
pub(crate) const OVERHEAD: usize = 29;
/// The version that wrapped keys and sealed fields begin with.
const VERSION: u8 = 1;
/// The milliseconds in which our ids were made: from 2020 until 2100.
const ID_TIMES: std::ops::Range<u64> = 1_577_836_800_000..4_102_444_800_000;
/// How many bytes away the id may stand to which a key or a field is bound. It stands in the same row; but of a changed row
/// PostgreSQL's log may hold only what changed, and the id in an index's record after it.
const NEAR: usize = 8 * 1024;

/// Something that could be a key or a field.
#[derive(Default)]
pub(crate) struct Candidate {
    pub(crate) places: Places,
    /// What could be the id that it is bound to.
    pub(crate) near: BTreeSet<Uuid>,
}

/// Candidates by their bytes.
pub(crate) type Candidates = BTreeMap<Vec<u8>, Candidate>;

/// Everything that could be something.
#[derive(Default)]
pub(crate) struct Found {
    /// What could be a wrapped key.
    pub(crate) wrapped_keys: Candidates,
    /// What could be the beginning of a sealed field, with what follows, since nothing says how long it is.
    pub(crate) fields: Candidates,
    /// What could be a sealed field that is longer than those, whole. In TOAST no id stands near it.
    pub(crate) long_fields: Candidates,
}

impl Found {
    /// Looks at each position of a file.
    pub(crate) fn look(&mut self, bytes: &[u8], place: &Arc<str>) {
        let ids = ids(bytes);
        for (start, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == VERSION) {
            let rest = bytes.get(start..).unwrap_or_default();
            // A nonce and a tag at least.
            if !rest.get(1..OVERHEAD).is_some_and(|sealed| FIELD.fits(sealed)) {
                continue;
            }
            let near = near(&ids, start);
            if let Some(key) = rest.get(..WRAPPED_KEY).filter(|key| KEY.fits(key)) {
                add(&mut self.wrapped_keys, key, place, near);
            }
            let end = rest.len().min(OVERHEAD + MAX_SHORT_FIELD);
            add(&mut self.fields, rest.get(..end).unwrap_or_default(), place, near);
            if let Some(whole) = postgres::whole_value(bytes, start).filter(|value| value.len() > end) {
                add(&mut self.long_fields, &whole, place, near);
            }
        }
    }

    /// Leaves out what was found elsewhere too.
    pub(crate) fn leave_out(&mut self, elsewhere: &Self) {
        self.wrapped_keys
            .retain(|bytes, _| !elsewhere.wrapped_keys.contains_key(bytes));
        self.fields.retain(|bytes, _| !elsewhere.fields.contains_key(bytes));
        self.long_fields
            .retain(|bytes, _| !elsewhere.long_fields.contains_key(bytes));
    }
}

fn add(candidates: &mut Candidates, bytes: &[u8], place: &Arc<str>, near: &[(usize, Uuid)]) {
    let candidate = candidates.entry(bytes.to_vec()).or_default();
    candidate.places.insert(Arc::clone(place));
    candidate.near.extend(near.iter().map(|(_, id)| id));
}

/// What could be an id, and where, in the order of the file.
fn ids(bytes: &[u8]) -> Vec<(usize, Uuid)> {
    let windows = bytes.windows(16).enumerate();
    windows
        .filter_map(|(start, window)| {
            // The variant first, which rules out the most.
            let id = window
                .get(8)
                .filter(|byte| **byte >> 6 == 0b10)
                .and(Uuid::from_slice(window).ok())?;
            is_id(&id).then_some(id)?;
            Some((start, id))
        })
        .collect()
}

/// Those of `ids` that are near a place.
fn near(ids: &[(usize, Uuid)], place: usize) -> &[(usize, Uuid)] {
    let first = ids.partition_point(|(start, _)| *start < place.saturating_sub(NEAR));
    let end = ids.partition_point(|(start, _)| *start <= place.saturating_add(NEAR));
    ids.get(first..end).unwrap_or_default()
}

/// Whether a UUID could be one of our ids: of version 7 and in our time, or, for a person, of version 4.
fn is_id(id: &Uuid) -> bool {
    match id.get_version_num() {
        7 => ID_TIMES.contains(&(id.as_u64_pair().0 >> 16)),
        4 => PERSON.fits(id.as_bytes()),
        _ => false,
    }
}

/// What random bytes look like.
struct Randomness {
    /// So many different bytes at least.
    different: u32,
    /// Any byte at most so many times.
    repeats: u8,
    /// So many bytes with and without the highest bit at least, which text does not have.
    of_each_half: usize,
}

/// 28 random bytes are refused one time in four million.
const FIELD: Randomness = Randomness {
    different: 16,
    repeats: 6,
    of_each_half: 2,
};
/// 61 bytes of which 60 are random are refused one time in five million.
const KEY: Randomness = Randomness {
    different: 37,
    repeats: 8,
    of_each_half: 11,
};
/// The 16 bytes of an id of which 15 are random are refused one time in a billion.
const PERSON: Randomness = Randomness {
    different: 9,
    repeats: 6,
    of_each_half: 0,
};

impl Randomness {
    fn fits(&self, bytes: &[u8]) -> bool {
        let mut times = [0_u8; 256];
        let mut different = 0;
        for byte in bytes {
            let Some(times) = times.get_mut(usize::from(*byte)) else {
                continue;
            };
            different += u32::from(*times == 0);
            *times = times.saturating_add(1);
            if *times > self.repeats {
                return false;
            }
        }
        let high = bytes.iter().filter(|byte| byte.leading_ones() > 0).count();
        different >= self.different && (self.of_each_half..=bytes.len() - self.of_each_half).contains(&high)
    }
}

#[cfg(test)]
mod tests {
    use base::{Clock, DocumentId, Ids, OrganisationId, RecipientId};
    use keyring::{ContentKey, ContentOwner, DaySecret, Field, OrganisationKey, WrappingKey};
    use proptest::prelude::*;

    use super::*;

    fn look(bytes: &[u8]) -> Found {
        let mut found = Found::default();
        found.look(bytes, &"file".into());
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn ids_keys_and_fields_are_found_wherever_they_lie(
            before in proptest::collection::vec(any::<u8>(), 0..40),
            after in proptest::collection::vec(any::<u8>(), 0..700),
        ) {
            let source = Ids::new(Clock::system());
            let organisation: OrganisationId = source.next();
            let document: DocumentId = source.next();
            let person: RecipientId = source.next_recipient();
            let key = ContentKey::generate(organisation, ContentOwner::Document(document));
            let day = base::Day::from_number(20_000);
            let wrapping =
                WrappingKey::for_organisation(&OrganisationKey::generate(), &DaySecret::generate(), organisation, day);
            let wrapped = wrapping.wrap_content_key(&key).into_bytes();
            let sealed = key.seal_field(Field::new("document", "sealed_file_name", document.as_bytes()), b"a");
            let around = |middle: &[u8]| [&before, middle, &after].concat();

            for id in [document.as_uuid(), person.as_uuid()] {
                prop_assert!(ids(&around(id.as_bytes())).contains(&(before.len(), *id)));
            }
            let row = [document.as_bytes().as_slice(), &wrapped, &sealed].concat();
            let found = look(&around(&row));
            prop_assert!(found.wrapped_keys[&wrapped].near.contains(document.as_uuid()));
            let field = found.fields.iter().find(|(field, _)| field.starts_with(&sealed));
            prop_assert!(field.is_some_and(|(_, field)| field.near.contains(document.as_uuid())));
        }
    }

    #[test]
    fn an_id_is_near_on_either_side_and_not_far_away() {
        let id = |number| (number, Uuid::from_u128(number as u128));
        let ids = [id(0), id(10), id(NEAR + 10), id(2 * NEAR + 10), id(2 * NEAR + 11)];
        assert_eq!(near(&ids, NEAR + 10), &ids[1..4]);
        assert_eq!(near(&ids, 0), &ids[..2]);
        assert_eq!(near(&[], 7), &[]);
    }

    #[test]
    fn what_is_nothing_is_left_out() {
        for bytes in [
            vec![0; 300],
            vec![1; 300],
            b"\x01Norrby kommun, Norrby kommun, Norrby kommun. ".repeat(5),
        ] {
            let found = look(&bytes);
            assert!(ids(&bytes).is_empty());
            assert!(found.wrapped_keys.is_empty() && found.fields.is_empty());
        }
    }
}
