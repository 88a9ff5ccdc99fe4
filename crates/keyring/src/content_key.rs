//! The key of one message, document or request.

use base::{DataRequestId, DocumentId, MessageId, OrganisationId};

use crate::field::{Owner, seals_fields};
use crate::hazmat::Key;

/// What a content key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentOwner {
    /// A message: its title and text.
    Message(MessageId),
    /// A document: its file and the file's name.
    Document(DocumentId),
    /// A person's request about what is held about them: its text and what was answered.
    Request(DataRequestId),
}

impl ContentOwner {
    /// The 16 bytes of the owner's id.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        match self {
            Self::Message(id) => id.as_bytes(),
            Self::Document(id) => id.as_bytes(),
            Self::Request(id) => id.as_bytes(),
        }
    }

    /// `message`, `document` or `data_request`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Document(_) => "document",
            Self::Request(_) => "data_request",
        }
    }
}

/// The key of one message or document, made fresh for it and never used for another. It seals fields, each under a
/// subkey of its own, and a document's container ([`Sealer`](crate::Sealer), [`Opener`](crate::Opener)).
///
/// It carries the ids that it belongs to, so that they can't be mixed up where it is used.
pub struct ContentKey {
    pub(crate) key: Key,
    organisation: OrganisationId,
    content: ContentOwner,
}

impl ContentKey {
    /// A fresh key.
    #[must_use]
    pub fn generate(organisation: OrganisationId, content: ContentOwner) -> Self {
        Self::new(Key::generate(), organisation, content)
    }

    /// Takes a key from its bytes, as test vectors have them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32], organisation: OrganisationId, content: ContentOwner) -> Self {
        Self::new(Key::from_bytes(bytes), organisation, content)
    }

    pub(crate) const fn new(key: Key, organisation: OrganisationId, content: ContentOwner) -> Self {
        Self {
            key,
            organisation,
            content,
        }
    }

    /// The organisation whose content it is.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The message, document or request.
    #[must_use]
    pub const fn content(&self) -> ContentOwner {
        self.content
    }

    pub(crate) const fn owner(&self) -> Owner<'_> {
        Owner {
            kind: self.content.kind(),
            organisation: self.organisation.as_bytes(),
            id: self.content.id(),
        }
    }
}

seals_fields!(ContentKey);
