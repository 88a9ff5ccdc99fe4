use base::{DocumentId, MessageId};

use super::*;
use crate::Field;

const FIELD: Field<'static> = Field::new("document", "sealed_file_name", &[]);
const DAY: Day = Day::from_number(20_779);

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn organisation(number: u128) -> OrganisationId {
    OrganisationId::from_uuid(uuid(number))
}

fn document(number: u128) -> ContentOwner {
    ContentOwner::Document(DocumentId::from_uuid(uuid(number)))
}

fn wrapping_key(organisation_key: u8, secret: u8, organisation_number: u128, day: Day) -> WrappingKey {
    WrappingKey::for_organisation(
        &OrganisationKey::from_bytes([organisation_key; 32]),
        &DaySecret::from_bytes([secret; 32]),
        organisation(organisation_number),
        day,
    )
}

#[test]
fn a_wrapped_content_key_is_the_same_key() {
    let key = ContentKey::generate(organisation(1), document(2));
    let sealed = key.seal_field(FIELD, b"beslut.pdf");
    let wrapped = wrapping_key(1, 2, 1, DAY).wrap_content_key(&key);
    assert_eq!(wrapped.as_bytes().len(), 61);
    let stored = WrappedKey::from_bytes(wrapped.into_bytes());
    let unwrapped = wrapping_key(1, 2, 1, DAY).unwrap_content_key(&stored, organisation(1), document(2));
    assert_eq!(unwrapped.unwrap().open_text(FIELD, &sealed).unwrap(), "beslut.pdf");
}

#[test]
fn a_content_key_unwraps_for_its_own_organisation_owner_day_and_secret_alone() {
    let wrapped = wrapping_key(1, 2, 1, DAY).wrap_content_key(&ContentKey::generate(organisation(1), document(2)));
    let right = wrapping_key(1, 2, 1, DAY);
    let message = ContentOwner::Message(MessageId::from_uuid(uuid(2)));
    for (what, key, organisation, owner) in [
        (
            "another organisation's key",
            &wrapping_key(9, 2, 1, DAY),
            organisation(1),
            document(2),
        ),
        (
            "another secret",
            &wrapping_key(1, 9, 1, DAY),
            organisation(1),
            document(2),
        ),
        (
            "another day",
            &wrapping_key(1, 2, 1, DAY.plus_days(1)),
            organisation(1),
            document(2),
        ),
        (
            "key and secret exchanged",
            &wrapping_key(2, 1, 1, DAY),
            organisation(1),
            document(2),
        ),
        (
            "another organisation's wrapping",
            &wrapping_key(1, 2, 9, DAY),
            organisation(1),
            document(2),
        ),
        ("another organisation", &right, organisation(9), document(2)),
        ("another document", &right, organisation(1), document(9)),
        ("a message", &right, organisation(1), message),
    ] {
        assert!(key.unwrap_content_key(&wrapped, organisation, owner).is_err(), "{what}");
    }
}

#[test]
fn a_wrapped_key_changed_anywhere_does_not_unwrap() {
    let key = wrapping_key(1, 2, 1, DAY);
    let wrapped = key.wrap_content_key(&ContentKey::generate(organisation(1), document(2)));
    for bit in 0..wrapped.as_bytes().len() * 8 {
        let mut changed = wrapped.as_bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let changed = WrappedKey::from_bytes(changed);
        assert!(
            key.unwrap_content_key(&changed, organisation(1), document(2)).is_err(),
            "bit {bit}"
        );
    }
    for length in 0..wrapped.as_bytes().len() {
        let cut = WrappedKey::from_bytes(wrapped.as_bytes()[..length].to_vec());
        assert!(
            key.unwrap_content_key(&cut, organisation(1), document(2)).is_err(),
            "{length} bytes"
        );
    }
}

#[test]
fn wrapping_again_keeps_the_key_and_ends_what_the_old_secret_opens() {
    let (today, later) = (wrapping_key(1, 2, 1, DAY), wrapping_key(1, 3, 1, DAY.plus_days(30)));
    let key = ContentKey::generate(organisation(1), document(2));
    let sealed = key.seal_field(FIELD, b"x");
    let wrapped = today.wrap_content_key(&key);
    let again = later.wrap_content_key(
        &today
            .unwrap_content_key(&wrapped, organisation(1), document(2))
            .unwrap(),
    );
    let unwrapped = later.unwrap_content_key(&again, organisation(1), document(2)).unwrap();
    assert!(unwrapped.open_field(FIELD, &sealed).is_ok());
    assert!(today.unwrap_content_key(&again, organisation(1), document(2)).is_err());
}

#[test]
fn the_same_key_wrapped_twice_looks_different() {
    let key = ContentKey::generate(organisation(1), document(2));
    let wrapping = wrapping_key(1, 2, 1, DAY);
    assert_ne!(wrapping.wrap_content_key(&key), wrapping.wrap_content_key(&key));
}

#[test]
fn the_root_key_unwraps_what_it_wrapped_in_its_place_alone() {
    let root = RootKey::from_bytes([1; 32]);
    let key = OrganisationKey::generate();
    let wrapped = root.wrap_organisation_key(&key, organisation(1), 1);
    let unwrapped = root.unwrap_organisation_key(&wrapped, organisation(1), 1).unwrap();
    assert!(unwrapped.0.as_bytes() == key.0.as_bytes());
    assert!(root.unwrap_organisation_key(&wrapped, organisation(2), 1).is_err());
    assert!(root.unwrap_organisation_key(&wrapped, organisation(1), 2).is_err());
    assert!(root.unwrap_register_key(&wrapped, 1).is_err());
    assert!(
        RootKey::generate()
            .unwrap_organisation_key(&wrapped, organisation(1), 1)
            .is_err()
    );

    let register = root.wrap_register_key(&RegisterKey::generate(), 1);
    assert!(root.unwrap_register_key(&register, 1).is_ok());
    assert!(root.unwrap_register_key(&register, 2).is_err());
}

#[test]
fn a_recipients_fields_open_with_their_own_key_alone() {
    let [anna, bo] = [1, 2].map(|number| RecipientId::from_uuid(uuid(number)));
    let place = Field::new("recipient", "sealed_name", anna.as_bytes());
    let register = RegisterKey::from_bytes([4; 32]);
    let day = |number| WrappingKey::for_register(&register, &DaySecret::from_bytes([5; 32]), DAY.plus_days(number));
    let key = RecipientKey::generate(anna);
    let sealed = key.seal_field(place, "Anna Åkesson".as_bytes());
    let wrapped = day(0).wrap_recipient_key(&key);
    let unwrapped = day(0).unwrap_recipient_key(&wrapped, anna).unwrap();
    assert_eq!(unwrapped.open_text(place, &sealed).unwrap(), "Anna Åkesson");
    assert!(day(0).unwrap_recipient_key(&wrapped, bo).is_err());
    assert!(day(1).unwrap_recipient_key(&wrapped, anna).is_err());
    assert!(RecipientKey::generate(anna).open_text(place, &sealed).is_err());
    assert_eq!(key.open_text(place, &key.seal_field(place, &[0xff])), Err(OpenError));
}

#[test]
fn the_key_of_an_extract_unwraps_for_its_own_day_and_extract_alone() {
    let extract = |number| RegisterExtractId::from_uuid(uuid(number));
    let wrapping = |key, secret, day| {
        WrappingKey::for_register(
            &RegisterKey::from_bytes([key; 32]),
            &DaySecret::from_bytes([secret; 32]),
            day,
        )
    };
    let key = ExtractKey::generate(extract(1));
    let place = Field::new("register_extract", "sealed", &[]);
    let sealed = key.seal_field(place, b"allt");
    let wrapped = wrapping(1, 2, DAY).wrap_extract_key(&key);
    let unwrapped = wrapping(1, 2, DAY).unwrap_extract_key(&wrapped, extract(1)).unwrap();
    assert_eq!(unwrapped.open_text(place, &sealed).unwrap(), "allt");
    for (wrapping, id) in [
        (wrapping(9, 2, DAY), 1),
        (wrapping(1, 9, DAY), 1),
        (wrapping(1, 2, DAY.plus_days(1)), 1),
        (wrapping(1, 2, DAY), 9),
    ] {
        assert!(wrapping.unwrap_extract_key(&wrapped, extract(id)).is_err());
    }
    // A recipient of the same id has another key.
    let recipient = RecipientId::from_uuid(uuid(1));
    assert!(wrapping(1, 2, DAY).unwrap_recipient_key(&wrapped, recipient).is_err());
}
