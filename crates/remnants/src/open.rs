//! Tries what was found with what is left, from the root keys down to the texts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use base::{DataRequestId, Day, DocumentId, MessageId, OrganisationId, RecipientId};
use keyring::{
    ContentKey, ContentOwner, Field, OpenError, Opener, OrganisationKey, PREFIX_SIZE, RecipientKey, RegisterKey,
    SEALED_CHUNK_SIZE, WrappedKey, WrappingKey,
};
use uuid::Uuid;

use crate::find::{Found, OVERHEAD};
use crate::secrets::Secrets;
use crate::{File, Opened, Places, Remnant};

/// The versions that a vault's own key may have.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=4;

/// Opens everything that opens.
///
/// # Errors
///
/// When a blob can't be read.
pub(crate) fn everything(found: &Found, secrets: &Secrets, blobs: &[File]) -> io::Result<Vec<Remnant>> {
    let mut remnants = Vec::new();
    let owners = owners(found, &wrapping_keys(found, secrets), &mut remnants);
    for (id, owner) in &owners {
        owner.open_fields(*id, found, &mut remnants);
        if let Owner::Content(key @ ContentOwner::Document(_), content) = owner {
            open_blobs(*key, content, blobs, &mut remnants)?;
        }
    }
    Ok(remnants)
}

/// The wrapping keys of one day.
enum Wrapping {
    Organisation(OrganisationId, Day, WrappingKey),
    Register(Day, WrappingKey),
}

/// Every wrapping key that can be derived: the vault's own keys × the days that have a secret.
fn wrapping_keys(found: &Found, secrets: &Secrets) -> Vec<Wrapping> {
    let mut wrapping = Vec::new();
    for (bytes, candidate) in &found.wrapped_keys {
        let wrapped = WrappedKey::from_bytes(bytes.clone());
        if let Some((organisation, key)) = organisation_key(&wrapped, &candidate.near, secrets) {
            wrapping.extend(secrets.days.iter().map(|(day, secret)| {
                let key = WrappingKey::for_organisation(&key, secret, organisation, *day);
                Wrapping::Organisation(organisation, *day, key)
            }));
        }
        if let Some(key) = register_key(&wrapped, secrets) {
            let days = secrets.days.iter();
            wrapping.extend(
                days.map(|(day, secret)| Wrapping::Register(*day, WrappingKey::for_register(&key, secret, *day))),
            );
        }
    }
    wrapping
}

/// A person's id is of version 4, every other of version 7.
fn with_version(version: usize, near: &BTreeSet<Uuid>) -> impl Iterator<Item = &Uuid> {
    near.iter().filter(move |id| id.get_version_num() == version)
}

fn organisation_key(
    wrapped: &WrappedKey,
    near: &BTreeSet<Uuid>,
    secrets: &Secrets,
) -> Option<(OrganisationId, OrganisationKey)> {
    secrets.roots.iter().find_map(|root| {
        with_version(7, near).find_map(|id| {
            let id = OrganisationId::from_uuid(*id);
            let key = VERSIONS
                .filter_map(|version| root.unwrap_organisation_key(wrapped, id, version).ok())
                .next();
            key.map(|key| (id, key))
        })
    })
}

fn register_key(wrapped: &WrappedKey, secrets: &Secrets) -> Option<RegisterKey> {
    secrets.roots.iter().find_map(|root| {
        let mut keys = VERSIONS.filter_map(|version| root.unwrap_register_key(wrapped, version).ok());
        keys.next()
    })
}

/// A key that opened, of whom it is.
enum Owner {
    Content(ContentOwner, ContentKey),
    Person(RecipientKey),
}

/// Every owner of a key that opens. Each wrapped key that does is a remnant; an owner may have several, one for each day
/// that the key was ever wrapped for.
fn owners(found: &Found, wrapping: &[Wrapping], remnants: &mut Vec<Remnant>) -> BTreeMap<Uuid, Owner> {
    let mut owners = BTreeMap::new();
    for (bytes, candidate) in &found.wrapped_keys {
        let wrapped = WrappedKey::from_bytes(bytes.clone());
        let Some((id, day, owner)) = wrapping.iter().find_map(|key| key.unwrap(&wrapped, &candidate.near)) else {
            continue;
        };
        remnants.push(Remnant {
            opened: Opened::Key(format!("{} {id}", owner.kind()), day),
            places: candidate.places.clone(),
        });
        owners.insert(id, owner);
    }
    owners
}

impl Wrapping {
    /// Tries a key as that of everything whose id is near.
    fn unwrap(&self, wrapped: &WrappedKey, near: &BTreeSet<Uuid>) -> Option<(Uuid, Day, Owner)> {
        match self {
            Self::Organisation(organisation, day, key) => with_version(7, near).find_map(|id| {
                let owners = [
                    ContentOwner::Message(MessageId::from_uuid(*id)),
                    ContentOwner::Document(DocumentId::from_uuid(*id)),
                    ContentOwner::Request(DataRequestId::from_uuid(*id)),
                ];
                owners.into_iter().find_map(|owner| {
                    let content = key.unwrap_content_key(wrapped, *organisation, owner).ok()?;
                    Some((*id, *day, Owner::Content(owner, content)))
                })
            }),
            Self::Register(day, key) => with_version(4, near).find_map(|id| {
                let recipient = RecipientId::from_uuid(*id);
                let own = key.unwrap_recipient_key(wrapped, recipient).ok()?;
                Some((*id, *day, Owner::Person(own)))
            }),
        }
    }
}

impl Owner {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Content(owner, _) => owner.kind(),
            Self::Person(..) => "recipient",
        }
    }

    /// The fields that this owner's key seals.
    const fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Content(ContentOwner::Message(_), _) => &["sealed_title", "sealed_body"],
            Self::Content(ContentOwner::Document(_), _) => &["sealed_file_name"],
            Self::Content(ContentOwner::Request(_), _) => &["sealed_text", "sealed_extension", "sealed_answer"],
            Self::Person(..) => &["sealed_personnummer", "sealed_name", "sealed_email"],
        }
    }

    fn open(&self, id: Uuid, column: &'static str, sealed: &[u8]) -> Result<String, OpenError> {
        let place = Field::new(self.kind(), column, id.as_bytes());
        match self {
            Self::Content(_, key) => key.open_text(place, sealed),
            Self::Person(key) => key.open_text(place, sealed),
        }
    }

    const fn opened(&self, text: String) -> Opened {
        match self {
            Self::Content(ContentOwner::Message(_) | ContentOwner::Request(_), _) => Opened::Text(text),
            Self::Content(ContentOwner::Document(_), _) => Opened::FileName(text),
            Self::Person(..) => Opened::Personal(text),
        }
    }

    /// Opens all fields of this owner, old values too.
    fn open_fields(&self, id: Uuid, found: &Found, remnants: &mut Vec<Remnant>) {
        let mut opened: BTreeMap<Vec<u8>, (String, Places)> = BTreeMap::new();
        for &column in self.columns() {
            for (bytes, candidate) in found
                .fields
                .iter()
                .filter(|(_, candidate)| candidate.near.contains(&id))
            {
                let lengths = OVERHEAD..=bytes.len();
                let fields = lengths.filter_map(|length| bytes.get(..length));
                let Some((field, text)) = first_that_opens(fields, |field| self.open(id, column, field)) else {
                    continue;
                };
                let (_, known) = opened.entry(field.to_vec()).or_insert_with(|| (text, Places::new()));
                known.extend(candidate.places.iter().cloned());
            }
            for (bytes, candidate) in &found.long_fields {
                if let Ok(text) = self.open(id, column, bytes) {
                    opened.insert(bytes.clone(), (text, candidate.places.clone()));
                }
            }
        }
        remnants.extend(opened.into_values().map(|(text, places)| Remnant {
            opened: self.opened(text),
            places,
        }));
    }
}

fn first_that_opens<'a>(
    mut fields: impl Iterator<Item = &'a [u8]>,
    open: impl Fn(&[u8]) -> Result<String, OpenError>,
) -> Option<(&'a [u8], String)> {
    fields.find_map(|field| open(field).ok().map(|text| (field, text)))
}

/// Opens the blobs that bear the document's name.
fn open_blobs(owner: ContentOwner, key: &ContentKey, blobs: &[File], remnants: &mut Vec<Remnant>) -> io::Result<()> {
    let name = Uuid::from_bytes(*owner.id()).to_string();
    for blob in blobs.iter().filter(|blob| blob.path.ends_with(&name)) {
        if let Some(content) = open_blob(key, std::fs::read(&blob.path)?) {
            remnants.push(Remnant {
                opened: Opened::Content(content),
                places: Places::from([Arc::clone(&blob.place)]),
            });
        }
    }
    Ok(())
}

fn open_blob(key: &ContentKey, mut blob: Vec<u8>) -> Option<Vec<u8>> {
    let size = u64::try_from(blob.len()).ok()?;
    let (prefix, chunks) = blob.split_first_chunk_mut::<PREFIX_SIZE>()?;
    let opener = Opener::new(key, prefix, size).ok()?;
    let mut content = Vec::new();
    for (index, chunk) in (0..).zip(chunks.chunks_mut(SEALED_CHUNK_SIZE)) {
        let Ok(plaintext) = opener.open_chunk(index, chunk) else {
            break;
        };
        content.extend_from_slice(plaintext);
    }
    Some(content)
}
