//! The draft of a message and the rules that need nothing but the draft.

use base::Personnummer;

/// A message as its sender describes it, before the files come.
#[derive(Clone)]
pub struct MessageDraft {
    /// One line that says what it is; the recipient sees it in the inbox. 1 to 200 characters.
    pub title: String,
    /// Plain text; may be empty when there are files.
    pub body: String,
    /// The sender's name for this kind of document, such as `decision`; retention policies go by it.
    pub document_type: Option<String>,
    /// How many days it may be read, when not the organisation's default.
    pub retention_days: Option<u32>,
    /// Who gets it, each in a case of their own.
    pub recipients: Vec<RecipientAddress>,
    /// The files that follow, in this order.
    pub files: Vec<DeclaredFile>,
}

impl std::fmt::Debug for MessageDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageDraft")
            .field("document_type", &self.document_type)
            .field("retention_days", &self.retention_days)
            .field("recipients", &self.recipients.len())
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// A person to send to.
#[derive(Clone)]
pub struct RecipientAddress {
    /// Who it is.
    pub personnummer: Personnummer,
    /// Where to tell them that something waits.
    pub email: Option<String>,
}

impl std::fmt::Debug for RecipientAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecipientAddress([secret])")
    }
}

/// What the sender says of a file before it comes.
#[derive(Clone)]
pub struct DeclaredFile {
    /// The file's name, without folders; at most 255 bytes.
    pub name: String,
    /// Its media type, such as `application/pdf`.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content, when the sender knows it.
    pub sha256: Option<[u8; 32]>,
}

impl std::fmt::Debug for DeclaredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeclaredFile")
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
