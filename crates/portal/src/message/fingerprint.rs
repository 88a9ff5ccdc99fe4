//! What makes two requests the same: the metadata and each file's SHA-256. Only a keyed code of it is ever stored.

use zeroize::Zeroizing;

use super::draft::CheckedDraft;

/// The values of the fingerprint. Each list begins with its length, so that two different requests never give the same
/// values.
pub(super) fn values(draft: &CheckedDraft, digests: &[[u8; 32]]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut values = Values(Vec::new());
    values.add(b"message v1");
    values.add(draft.title.as_bytes());
    values.add(draft.body.as_bytes());
    values.add_optional(draft.document_type.as_deref().map(str::as_bytes));
    values.add_optional(
        draft
            .retention_days
            .map(u32::to_be_bytes)
            .as_ref()
            .map(<[u8; 4]>::as_slice),
    );
    values.add_length(draft.recipients.len());
    for recipient in &draft.recipients {
        values.add(recipient.identifier.stored().as_bytes());
        values.add_optional(recipient.email.as_deref().map(str::as_bytes));
    }
    values.add_length(draft.files.len());
    for (file, digest) in draft.files.iter().zip(digests) {
        values.add(file.name.as_bytes());
        values.add(file.media_type.as_bytes());
        values.add(&file.size.to_be_bytes());
        values.add(digest);
    }
    // Only when there are any, so that a message without them is the same as it was before there were any.
    if draft.files.iter().any(|file| file.minimum_level.is_some()) {
        values.add(b"minimum levels");
        for file in &draft.files {
            let level = file.minimum_level.map(|level| level.number().to_be_bytes());
            values.add_optional(level.as_ref().map(<[u8; 2]>::as_slice));
        }
    }
    values.0
}

struct Values(Vec<Zeroizing<Vec<u8>>>);

impl Values {
    fn add(&mut self, value: &[u8]) {
        self.0.push(Zeroizing::new(value.to_vec()));
    }

    /// What is absent differs from what is empty.
    fn add_optional(&mut self, value: Option<&[u8]>) {
        self.add(&[u8::from(value.is_some())]);
        self.add(value.unwrap_or_default());
    }

    fn add_length(&mut self, length: usize) {
        self.add(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
    }
}
