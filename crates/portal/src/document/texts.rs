//! Opens what a page shows of a document.

use keyring::{ContentKey, Field};

use super::{DocumentSummary, Preview};
use crate::delivery::ReadableDocument;

/// A document as a list shows it; `None` when its name was altered.
pub(crate) fn summary(key: &ContentKey, document: &ReadableDocument) -> Option<DocumentSummary> {
    Some(DocumentSummary {
        id: document.id,
        file_name: open_file_name(key, document)?,
        media_type: document.media_type.clone(),
        size: document.size,
        preview: Preview::of(&document.media_type),
    })
}

/// The sender's name for the file; `None` when it was altered.
pub(super) fn open_file_name(key: &ContentKey, document: &ReadableDocument) -> Option<String> {
    let place = Field::new("document", "sealed_file_name", document.id.as_bytes());
    key.open_text(place, document.sealed_file_name.as_deref()?).ok()
}
