//! Opening whatever bytes come: nothing panics, and nothing opens that was not sealed.

#![no_main]

use std::sync::LazyLock;

use base::{DocumentId, OrganisationId};
use keyring::{ContentKey, ContentOwner, DaySecret, Field, Opener, OrganisationKey, PREFIX_SIZE, Sealer, WrappedKey, WrappingKey};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

const PLACE: Field<'static> = Field::new("message", "sealed_title", b"row");

static ORGANISATION: LazyLock<OrganisationId> = LazyLock::new(|| OrganisationId::from_uuid(Uuid::from_u128(1)));
static OWNER: LazyLock<ContentOwner> =
    LazyLock::new(|| ContentOwner::Document(DocumentId::from_uuid(Uuid::from_u128(2))));
static KEY: LazyLock<ContentKey> = LazyLock::new(|| ContentKey::from_bytes([7; 32], *ORGANISATION, *OWNER));
/// A prefix that is right, so that the fuzzer reaches the chunks.
static PREFIX: LazyLock<[u8; PREFIX_SIZE]> = LazyLock::new(|| Sealer::new(&KEY).1);
static WRAPPING: LazyLock<WrappingKey> = LazyLock::new(|| {
    let day = base::Day::from_number(20_779);
    WrappingKey::for_organisation(&OrganisationKey::generate(), &DaySecret::from_bytes([3; 32]), *ORGANISATION, day)
});

fuzz_target!(|data: &[u8]| {
    let Some((&what, data)) = data.split_first() else { return };
    match what % 4 {
        0 => open(data),
        1 => open(&[PREFIX.as_slice(), data].concat()),
        2 => assert!(KEY.open_field(PLACE, data).is_err()),
        _ => assert!(WRAPPING.unwrap_content_key(&WrappedKey::from_bytes(data.to_vec()), *ORGANISATION, *OWNER).is_err()),
    }
});

fn open(container: &[u8]) {
    let Some((prefix, chunks)) = container.split_first_chunk() else { return };
    let Ok(opener) = Opener::new(&KEY, prefix, container.len() as u64) else { return };
    let span = opener.span(3..container.len() as u64);
    assert!(span.container.start <= span.container.end && span.container.end <= container.len() as u64);
    assert!(opener.open_chunks(0, &mut chunks.to_vec(), |_| panic!("a chunk that nobody sealed opens")).is_err());
}
