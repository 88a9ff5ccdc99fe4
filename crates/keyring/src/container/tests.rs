//! The container as a whole, in parts, and every way to break it.

use base::{DocumentId, OrganisationId};
use proptest::prelude::*;

use super::*;
use crate::ContentOwner;

fn organisation(number: u128) -> OrganisationId {
    OrganisationId::from_uuid(uuid::Uuid::from_u128(number))
}

fn document(number: u128) -> ContentOwner {
    ContentOwner::Document(DocumentId::from_uuid(uuid::Uuid::from_u128(number)))
}

fn key() -> ContentKey {
    ContentKey::from_bytes([7; 32], organisation(1), document(2))
}

/// Bytes that differ from place to place and from chunk to chunk.
fn content(length: usize) -> Vec<u8> {
    (0..length)
        .map(|position| (position * 31 + position / 251).to_le_bytes()[0])
        .collect()
}

fn seal(key: &ContentKey, plaintext: &[u8]) -> Vec<u8> {
    let (mut sealer, prefix) = Sealer::new(key);
    let mut container = prefix.to_vec();
    sealer.push(plaintext, |chunk| container.extend(chunk)).unwrap();
    container.extend(sealer.finish().unwrap());
    container
}

fn opener(key: &ContentKey, container: &[u8]) -> Result<Opener, OpenError> {
    let prefix = container.first_chunk().ok_or(OpenError)?;
    Opener::new(key, prefix, container.len() as u64)
}

fn open(key: &ContentKey, container: &[u8]) -> Result<Vec<u8>, OpenError> {
    let opener = opener(key, container)?;
    let mut chunks = container[PREFIX_SIZE..].to_vec();
    let mut ranges = Vec::new();
    opener.open_chunks(0, &mut chunks, |range| ranges.push(range))?;
    let plaintext: Vec<u8> = ranges.into_iter().flat_map(|range| chunks[range].to_vec()).collect();
    assert_eq!(plaintext.len() as u64, opener.plaintext_size());
    Ok(plaintext)
}

fn open_range(key: &ContentKey, container: &[u8], range: Range<u64>) -> Vec<u8> {
    let opener = opener(key, container).unwrap();
    let span = opener.span(range.clone());
    let [start, end] = [span.container.start, span.container.end].map(|end| usize::try_from(end).unwrap());
    let mut chunks = container[start..end].to_vec();
    let mut plaintext = Vec::new();
    let mut ranges = Vec::new();
    opener
        .open_chunks(span.first_chunk, &mut chunks, |range| ranges.push(range))
        .unwrap();
    ranges
        .into_iter()
        .for_each(|range| plaintext.extend_from_slice(&chunks[range]));
    let length = range
        .end
        .min(opener.plaintext_size())
        .saturating_sub(range.start.min(opener.plaintext_size()));
    plaintext[span.skip..span.skip + usize::try_from(length).unwrap()].to_vec()
}

/// Sizes around the borders of chunks.
const SIZES: [usize; 9] = [
    0,
    1,
    100,
    CHUNK_SIZE - 1,
    CHUNK_SIZE,
    CHUNK_SIZE + 1,
    2 * CHUNK_SIZE,
    2 * CHUNK_SIZE + 1,
    3 * CHUNK_SIZE + 500,
];

#[test]
fn a_document_of_any_size_comes_back() {
    for size in SIZES {
        let plaintext = content(size);
        let container = seal(&key(), &plaintext);
        assert_eq!(container.len() as u64, container_size(size as u64).unwrap(), "{size}");
        assert_eq!(plaintext_size(container.len() as u64), Ok(size as u64));
        assert!(open(&key(), &container).unwrap() == plaintext, "{size}");
    }
}

#[test]
fn the_same_document_never_looks_the_same() {
    assert_ne!(
        seal(&key(), b"Beslut")[..PREFIX_SIZE],
        seal(&key(), b"Beslut")[..PREFIX_SIZE]
    );
}

#[test]
fn each_size_of_a_container_belongs_to_one_size_of_document() {
    let full = container_size(CHUNK).unwrap();
    for short in 1..=TAG {
        // A second chunk with room for a tag at most would hold nothing.
        assert_eq!(plaintext_size(full + short), Err(OpenError), "{short}");
    }
    assert_eq!(plaintext_size(full + TAG + 1), Ok(CHUNK + 1));
    assert_eq!(plaintext_size(full - 1), Ok(CHUNK - 1));
    for impossible in [0, 1, PREFIX, PREFIX + TAG - 1, u64::MAX] {
        assert_eq!(plaintext_size(impossible), Err(OpenError), "{impossible}");
    }
    assert_eq!(plaintext_size(PREFIX + TAG), Ok(0));
}

#[test]
fn a_document_of_more_than_256_tebibytes_is_refused() {
    let largest = MAX_CHUNKS * CHUNK;
    let size = container_size(largest).unwrap();
    assert_eq!(plaintext_size(size), Ok(largest));
    assert_eq!(container_size(largest + 1), Err(TooLarge));
    assert_eq!(container_size(u64::MAX), Err(TooLarge));
    let (mut sealer, _) = Sealer::new(&key());
    sealer.index = MAX_CHUNKS;
    assert_eq!(sealer.finish().map(drop), Err(TooLarge));
}

#[test]
fn a_container_cut_short_anywhere_does_not_open() {
    let container = seal(&key(), &content(2 * CHUNK_SIZE + 500));
    let borders = [0, 1, 2].map(|chunk| PREFIX_SIZE + chunk * SEALED_CHUNK_SIZE);
    let near = borders
        .into_iter()
        .flat_map(|border| border.saturating_sub(20)..border + 20);
    for length in (0..PREFIX_SIZE)
        .chain(near)
        .chain(container.len() - 40..container.len())
    {
        assert_eq!(open(&key(), &container[..length]), Err(OpenError), "{length} bytes");
    }
}

#[test]
fn a_container_with_something_appended_does_not_open() {
    for size in [500, CHUNK_SIZE] {
        let container = seal(&key(), &content(size));
        for appended in [1, 16, 17, 500, SEALED_CHUNK_SIZE] {
            let mut longer = container.clone();
            longer.resize(container.len() + appended, 0);
            assert_eq!(open(&key(), &longer), Err(OpenError), "{size} + {appended}");
        }
        // Its own last chunk once more.
        let mut doubled = container.clone();
        doubled.extend_from_slice(&container[PREFIX_SIZE..]);
        assert_eq!(open(&key(), &doubled), Err(OpenError), "{size}");
    }
}

#[test]
fn chunks_in_another_order_do_not_open() {
    let container = seal(&key(), &content(3 * CHUNK_SIZE));
    let chunk = |number: usize| {
        let start = PREFIX_SIZE + number * SEALED_CHUNK_SIZE;
        &container[start..start + SEALED_CHUNK_SIZE]
    };
    for order in [[1, 0, 2], [0, 2, 1], [2, 1, 0], [0, 0, 2], [0, 1, 1], [1, 1, 2]] {
        let mut shuffled = container[..PREFIX_SIZE].to_vec();
        order
            .iter()
            .for_each(|&number| shuffled.extend_from_slice(chunk(number)));
        assert_eq!(open(&key(), &shuffled), Err(OpenError), "{order:?}");
    }
    // A chunk left out at the beginning, in the middle or at the end.
    for rest in [[1, 2], [0, 2], [0, 1]] {
        let mut shorter = container[..PREFIX_SIZE].to_vec();
        rest.iter().for_each(|&number| shorter.extend_from_slice(chunk(number)));
        assert_eq!(open(&key(), &shorter), Err(OpenError), "{rest:?}");
    }
}

#[test]
fn a_chunk_or_header_of_another_container_does_not_open() {
    let (one, other) = (seal(&key(), &content(500)), seal(&key(), &content(500)));
    for border in [HEADER_SIZE, PREFIX_SIZE] {
        let mixed = [&one[..border], &other[border..]].concat();
        assert_eq!(open(&key(), &mixed), Err(OpenError), "{border}");
    }
}

#[test]
fn a_header_of_another_format_is_refused() {
    let container = seal(&key(), b"Beslut");
    for (position, value) in [
        (0, b'P'),
        (13, 0),
        (13, 2),
        (14, 0),
        (14, 2),
        (15, 15),
        (15, 17),
        (15, 255),
    ] {
        let mut changed = container.clone();
        changed[position] = value;
        assert_eq!(open(&key(), &changed), Err(OpenError), "byte {position} = {value}");
    }
}

#[test]
fn a_container_moved_to_another_document_or_organisation_does_not_open() {
    let container = seal(&key(), b"Beslut");
    for stranger in [
        ContentKey::from_bytes([7; 32], organisation(1), document(3)),
        ContentKey::from_bytes([7; 32], organisation(3), document(2)),
        ContentKey::from_bytes([7; 32], organisation(2), document(1)),
    ] {
        assert_eq!(open(&stranger, &container), Err(OpenError));
    }
}

#[test]
fn another_key_does_not_open_and_is_noticed_before_any_chunk() {
    let container = seal(&key(), b"Beslut");
    let other = ContentKey::from_bytes([8; 32], organisation(1), document(2));
    assert!(opener(&other, &container).is_err());
    let fresh = ContentKey::generate(organisation(1), document(2));
    assert!(opener(&fresh, &container).is_err());
}

#[test]
fn one_flipped_bit_anywhere_in_a_small_container_is_noticed() {
    let container = seal(&key(), b"Beslut om bygglov");
    for bit in 0..container.len() * 8 {
        let mut changed = container.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&key(), &changed), Err(OpenError), "bit {bit}");
    }
}

#[test]
fn a_damaged_chunk_leaves_no_plaintext_behind() {
    let container = seal(&key(), &content(500));
    let opener = opener(&key(), &container).unwrap();
    let mut chunk = container[PREFIX_SIZE..].to_vec();
    chunk[3] ^= 1;
    let before = chunk.clone();
    assert_eq!(opener.open_chunk(0, &mut chunk).map(|_| ()), Err(OpenError));
    assert_eq!(chunk, before);
}

#[test]
fn a_chunk_opens_only_as_itself() {
    let container = seal(&key(), &content(2 * CHUNK_SIZE + 500));
    let opener = opener(&key(), &container).unwrap();
    for number in [0, 2, 3, u64::MAX] {
        let mut chunk = container[PREFIX_SIZE + SEALED_CHUNK_SIZE..][..SEALED_CHUNK_SIZE].to_vec();
        assert_eq!(
            opener.open_chunk(number, &mut chunk).map(|_| ()),
            Err(OpenError),
            "as {number}"
        );
    }
    assert_eq!(opener.open_chunk(0, &mut []).map(|_| ()), Err(OpenError));
}

#[test]
fn the_chunks_before_a_damaged_one_open() {
    let mut container = seal(&key(), &content(3 * CHUNK_SIZE));
    container[PREFIX_SIZE + 2 * SEALED_CHUNK_SIZE + 5] ^= 1;
    let opener = opener(&key(), &container).unwrap();
    let mut opened = 0;
    let result = opener.open_chunks(0, &mut container[PREFIX_SIZE..], |_| opened += 1);
    assert_eq!((result, opened), (Err(OpenError), 2));
}

#[test]
fn any_range_opens_without_the_rest() {
    let size = 3 * CHUNK_SIZE as u64 + 500;
    let plaintext = content(usize::try_from(size).unwrap());
    let container = seal(&key(), &plaintext);
    for range in [
        0..1,
        0..size,
        CHUNK - 1..CHUNK,
        CHUNK - 1..CHUNK + 1,
        CHUNK..2 * CHUNK,
        size - 1..size,
        size - 1..size + 1000,
        3 * CHUNK..size,
        10..10,
    ] {
        let end = usize::try_from(range.end.min(size)).unwrap();
        let expected = &plaintext[usize::try_from(range.start).unwrap()..end];
        assert!(open_range(&key(), &container, range.clone()) == expected, "{range:?}");
    }
}

#[test]
fn a_range_needs_no_more_chunks_than_it_touches() {
    let container = seal(&key(), &content(3 * CHUNK_SIZE + 500));
    let opener = opener(&key(), &container).unwrap();
    let chunk = |number: u64| PREFIX + number * SEALED_CHUNK;
    let end = container.len() as u64;
    for (range, first_chunk, expected, skip) in [
        (0..CHUNK, 0, chunk(0)..chunk(1), 0),
        (5..CHUNK + 1, 0, chunk(0)..chunk(2), 5),
        (CHUNK..2 * CHUNK, 1, chunk(1)..chunk(2), 0),
        (3 * CHUNK + 7..3 * CHUNK + 8, 3, chunk(3)..end, 7),
        (u64::MAX - 1..u64::MAX, 3, chunk(3)..end, 500),
        (0..u64::MAX, 0, chunk(0)..end, 0),
    ] {
        let span = opener.span(range.clone());
        assert_eq!(
            span,
            Span {
                first_chunk,
                container: expected,
                skip
            },
            "{range:?}"
        );
    }
}

#[test]
fn a_document_of_no_bytes_is_authenticated_too() {
    let container = seal(&key(), b"");
    let opener = opener(&key(), &container).unwrap();
    assert_eq!((opener.plaintext_size(), opener.chunks()), (0, 1));
    assert_eq!(opener.span(0..0).container, PREFIX..PREFIX + TAG);
    let mut chunk = container[PREFIX_SIZE..].to_vec();
    chunk[0] ^= 1;
    assert_eq!(opener.open_chunk(0, &mut chunk).map(|_| ()), Err(OpenError));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn it_does_not_matter_in_which_pieces_a_document_comes(
        size in 0_usize..3 * CHUNK_SIZE,
        pieces in proptest::collection::vec(1_usize..100_000, 1..20),
    ) {
        let plaintext = content(size);
        let (mut sealer, prefix) = Sealer::with_salt(&key(), &[5; SALT_SIZE]);
        let mut container = prefix.to_vec();
        let mut rest = plaintext.as_slice();
        for piece in pieces.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*piece).min(rest.len()));
            sealer.push(now, |chunk| container.extend(chunk)).unwrap();
            rest = later;
        }
        container.extend(sealer.finish().unwrap());
        prop_assert!(open(&key(), &container).unwrap() == plaintext);
        let (mut sealer, prefix) = Sealer::with_salt(&key(), &[5; SALT_SIZE]);
        let mut at_once = prefix.to_vec();
        sealer.push(&plaintext, |chunk| at_once.extend(chunk)).unwrap();
        at_once.extend(sealer.finish().unwrap());
        prop_assert!(container == at_once);
    }

    #[test]
    fn any_range_of_any_document_opens(size in 0_u64..200_000, start in 0_u64..200_000, length in 0_u64..200_000) {
        let plaintext = content(usize::try_from(size).unwrap());
        let container = seal(&key(), &plaintext);
        let (from, to) = (start.min(size), (start + length).min(size));
        let expected = &plaintext[usize::try_from(from).unwrap()..usize::try_from(to.max(from)).unwrap()];
        prop_assert!(open_range(&key(), &container, start..start + length) == expected);
    }

    #[test]
    fn one_flipped_bit_in_a_large_container_is_noticed(bit in 0_usize..8 * (64 + 2 * SEALED_CHUNK_SIZE)) {
        let mut container = seal(&key(), &content(2 * CHUNK_SIZE));
        container[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(open(&key(), &container), Err(OpenError));
    }

    #[test]
    fn any_size_of_container_is_judged_without_panic(size: u64) {
        if let Ok(plaintext) = plaintext_size(size) {
            prop_assert_eq!(container_size(plaintext), Ok(size));
        }
    }

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(open(&key(), &bytes), Err(OpenError));
    }
}
