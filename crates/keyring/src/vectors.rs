//! The frozen test vectors in `vectors/`. What is stored was made with these formats, so a vector that no longer holds
//! means stored documents that no longer open. `vectors/open.mjs` checks the same files with WebCrypto.

use base::{Day, DocumentId, MessageId, OrganisationId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::hazmat::{Cipher, Key, hkdf, hmac};
use crate::{
    BlindIndexKey, ContentKey, ContentOwner, DaySecret, Field, InstallationKey, OpenError, Opener, OrganisationKey,
    PREFIX_SIZE, RootKey, Sealer, WrappedKey, WrappingKey, field,
};

fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    hex::decode(hexadecimal).unwrap()
}

fn array<const N: usize>(hexadecimal: &str) -> [u8; N] {
    bytes(hexadecimal).try_into().unwrap()
}

fn owner(kind: &str, id: &str) -> ContentOwner {
    match kind {
        "message" => ContentOwner::Message(id.parse::<MessageId>().unwrap()),
        "document" => ContentOwner::Document(id.parse::<DocumentId>().unwrap()),
        other => panic!("no such owner: {other}"),
    }
}

#[derive(Deserialize)]
struct Containers {
    purpose: String,
    opens: Vec<Container>,
    refused: Vec<Container>,
}

#[derive(Deserialize)]
struct Container {
    name: String,
    content_key: String,
    organisation_id: OrganisationId,
    document_id: String,
    /// The plaintext as text, or its length when it follows the rule.
    plaintext: Option<String>,
    plaintext_length: Option<usize>,
    container: String,
}

impl Container {
    fn key(&self) -> ContentKey {
        let owner = owner("document", &self.document_id);
        ContentKey::from_bytes(array(&self.content_key), self.organisation_id, owner)
    }

    fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.container).unwrap()
    }

    fn plaintext(&self) -> Vec<u8> {
        match (&self.plaintext, self.plaintext_length) {
            (Some(text), None) => text.clone().into_bytes(),
            // The rule in the file: byte i is (31 i + floor(i / 251)) mod 256.
            (None, Some(length)) => (0..length).map(|i| (i * 31 + i / 251).to_le_bytes()[0]).collect(),
            _ => panic!("{} has one plaintext", self.name),
        }
    }

    fn open(&self) -> Result<Vec<u8>, OpenError> {
        let container = self.bytes();
        let (prefix, chunks) = container.split_first_chunk().ok_or(OpenError)?;
        let opener = Opener::new(&self.key(), prefix, container.len() as u64)?;
        let mut chunks = chunks.to_vec();
        let mut ranges = Vec::new();
        opener.open_chunks(0, &mut chunks, |range| ranges.push(range))?;
        Ok(ranges.into_iter().flat_map(|range| chunks[range].to_vec()).collect())
    }
}

#[test]
fn frozen_containers_open() {
    let containers: Containers = read("container.json");
    assert_eq!(containers.purpose, "postvalv document container v1");
    for vector in &containers.opens {
        assert!(vector.open().unwrap() == vector.plaintext(), "{}", vector.name);
    }
}

#[test]
fn sealing_again_with_the_same_salt_gives_the_frozen_containers() {
    for vector in read::<Containers>("container.json").opens {
        let salt = vector.bytes()[16..32].try_into().unwrap();
        let (mut sealer, prefix) = Sealer::with_salt(&vector.key(), &salt);
        assert_eq!(prefix.len(), PREFIX_SIZE);
        let mut container = prefix.to_vec();
        sealer
            .push(&vector.plaintext(), |chunk| container.extend(chunk))
            .unwrap();
        container.extend(sealer.finish().unwrap());
        assert!(container == vector.bytes(), "{}", vector.name);
    }
}

#[test]
fn broken_frozen_containers_are_refused() {
    let containers: Containers = read("container.json");
    assert!(containers.refused.len() >= 8);
    for vector in &containers.refused {
        assert_eq!(vector.open(), Err(OpenError), "{}", vector.name);
    }
}

#[derive(Deserialize)]
struct Fields {
    key_purpose: String,
    purpose: String,
    opens: Vec<SealedField>,
    refused: Vec<SealedField>,
}

#[derive(Deserialize)]
struct SealedField {
    name: String,
    content_key: String,
    organisation_id: OrganisationId,
    owner_kind: String,
    owner_id: String,
    table: String,
    column: String,
    row: String,
    plaintext: Option<String>,
    sealed: String,
}

impl SealedField {
    fn key(&self) -> ContentKey {
        let owner = owner(&self.owner_kind, &self.owner_id);
        ContentKey::from_bytes(array(&self.content_key), self.organisation_id, owner)
    }

    /// Calls `work` with the field. A field's names are constants of the program, so here they are leaked.
    fn with_place<T>(&self, work: impl FnOnce(Field<'_>) -> T) -> T {
        let constant = |name: &str| -> &'static str { Box::leak(name.to_owned().into_boxed_str()) };
        work(Field::new(
            constant(&self.table),
            constant(&self.column),
            &bytes(&self.row),
        ))
    }

    fn sealed(&self) -> Vec<u8> {
        STANDARD.decode(&self.sealed).unwrap()
    }
}

#[test]
fn frozen_fields_open_and_are_sealed_the_same() {
    let fields: Fields = read("field.json");
    assert_eq!(
        (fields.key_purpose.as_str(), fields.purpose.as_str()),
        ("postvalv field key v1", "postvalv field v1")
    );
    for vector in &fields.opens {
        let plaintext = vector.plaintext.as_deref().unwrap();
        let sealed = vector.sealed();
        let opened = vector.with_place(|place| vector.key().open_text(place, &sealed));
        assert_eq!(opened.unwrap(), plaintext, "{}", vector.name);
        let nonce = sealed[1..13].try_into().unwrap();
        let key = vector.key();
        let again = vector
            .with_place(|place| field::seal_with_nonce(&key.key, &key.owner(), place, plaintext.as_bytes(), &nonce));
        assert_eq!(again, sealed, "{}", vector.name);
    }
}

#[test]
fn broken_frozen_fields_are_refused() {
    for vector in read::<Fields>("field.json").refused {
        let opened = vector.with_place(|place| vector.key().open_text(place, &vector.sealed()));
        assert_eq!(opened, Err(OpenError), "{}", vector.name);
    }
}

#[derive(Deserialize)]
struct Hierarchy {
    root_key: String,
    organisation_key: String,
    wrapped_organisation_key: String,
    organisation_id: OrganisationId,
    organisation_key_version: u32,
    day_secret: String,
    day: Day,
    owner_kind: String,
    owner_id: String,
    content_key: String,
    wrapped_content_key: String,
    blind_index_key: String,
    blind_indexes: Vec<Index>,
    installation_key: String,
    mac_purpose: String,
    mac_values: Vec<String>,
    mac: String,
}

#[derive(Deserialize)]
struct Index {
    kind: String,
    identifier: String,
    index: String,
}

#[test]
fn the_frozen_hierarchy_unwraps() {
    let vector: Hierarchy = read("hierarchy.json");
    let root = RootKey::from_bytes(array(&vector.root_key));
    let wrapped = WrappedKey::from_bytes(bytes(&vector.wrapped_organisation_key));
    let version = vector.organisation_key_version;
    let organisation_key = root
        .unwrap_organisation_key(&wrapped, vector.organisation_id, version)
        .unwrap();
    let secret = DaySecret::from_bytes(array(&vector.day_secret));
    let owner = owner(&vector.owner_kind, &vector.owner_id);
    let wrapped = WrappedKey::from_bytes(bytes(&vector.wrapped_content_key));
    for organisation_key in [
        organisation_key,
        OrganisationKey::from_bytes(array(&vector.organisation_key)),
    ] {
        let wrapping = WrappingKey::for_organisation(&organisation_key, &secret, vector.organisation_id, vector.day);
        let key = wrapping
            .unwrap_content_key(&wrapped, vector.organisation_id, owner)
            .unwrap();
        assert!(key.key.as_bytes() == &array(&vector.content_key));
    }
}

#[test]
fn frozen_blind_indexes_and_codes_are_made_the_same() {
    let vector: Hierarchy = read("hierarchy.json");
    let key = BlindIndexKey::from_bytes(array(&vector.blind_index_key));
    for index in &vector.blind_indexes {
        let kind = Box::leak(index.kind.clone().into_boxed_str());
        assert_eq!(hex::encode(key.index(kind, &index.identifier).as_bytes()), index.index);
    }
    let purpose = Box::leak(vector.mac_purpose.into_boxed_str());
    let key = InstallationKey::from_bytes(array(&vector.installation_key)).mac_key(purpose);
    let values: Vec<Vec<u8>> = vector.mac_values.iter().map(|value| bytes(value)).collect();
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    assert_eq!(hex::encode(key.mac(&values).as_bytes()), vector.mac);
}

#[derive(Deserialize)]
struct Nist {
    cases: Vec<NistCase>,
}

#[derive(Deserialize)]
struct NistCase {
    file: String,
    count: u32,
    key: String,
    iv: String,
    aad: String,
    plaintext: Option<String>,
    ciphertext: String,
    tag: String,
    valid: bool,
}

#[test]
fn the_cipher_agrees_with_nist() {
    let cases = read::<Nist>("nist-aes-256-gcm.json").cases;
    assert!(cases.len() > 200 && cases.iter().any(|case| !case.valid));
    for case in cases {
        let name = format!("{} {}", case.file, case.count);
        let cipher = Cipher::new(&Key::from_bytes(array(&case.key)));
        let (iv, aad, tag) = (array(&case.iv), bytes(&case.aad), array(&case.tag));
        let mut data = bytes(&case.ciphertext);
        let opened = cipher.open(&iv, &aad, &mut data, &tag);
        assert_eq!(opened.is_ok(), case.valid, "{name}");
        if let Some(plaintext) = case.plaintext {
            assert_eq!(hex::encode(&data), plaintext, "{name}");
            assert_eq!(cipher.seal(&iv, &aad, &mut data), tag, "{name}");
            assert_eq!(hex::encode(&data), case.ciphertext, "{name}");
        }
    }
}

#[test]
fn hkdf_agrees_with_rfc_5869() {
    // Appendix A.1.
    let mut output = [0; 42];
    hkdf(
        &[0x0b; 22],
        Some(&bytes("000102030405060708090a0b0c")),
        &bytes("f0f1f2f3f4f5f6f7f8f9"),
        &mut output,
    );
    assert_eq!(
        hex::encode(output),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    );
    // Appendix A.3: without salt and info.
    hkdf(&[0x0b; 22], None, &[], &mut output);
    assert_eq!(
        hex::encode(output),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    );
}

#[test]
fn hmac_agrees_with_rfc_4231() {
    // Section 4.3, with its key of four bytes filled up with zeros, as HMAC itself does (RFC 2104, section 2).
    let mut key = [0; 32];
    key[..4].copy_from_slice(b"Jefe");
    assert_eq!(
        hex::encode(hmac(&Key::from_bytes(key), b"what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}
