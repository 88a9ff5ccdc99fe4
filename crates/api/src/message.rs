//! Sending a message and asking how it fares.

use std::fmt;

use base::{CaseId, DeliveryId, MessageId, SecretString, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instant;

/// The name of the first part of a message's multipart body: a [`MessageMetadata`] as JSON.
pub const METADATA_PART: &str = "metadata";

/// What the name of each part after the first begins with; the document's place in the metadata follows, from 0.
pub const DOCUMENT_PART_PREFIX: &str = "document-";

/// The most bytes that the metadata part may have.
pub const MAX_METADATA_BYTES: usize = 256 * 1024;

/// The header that makes sending safe to repeat.
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";

/// The most characters in an idempotency key. They are visible ASCII (`!` to `~`); a random UUID is a good key.
pub const MAX_IDEMPOTENCY_KEY_CHARS: usize = 255;

/// The multipart body of a message. Only for the API's description: it is never in memory as a whole.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the fields are there for the schema alone")]
pub struct MessageUpload {
    /// The first part, JSON of at most 256 KiB.
    metadata: MessageMetadata,
    /// The first document's bytes. The second one's part is named `document-1`, and so on.
    #[schema(rename = "document-0", value_type = Option<String>, format = Binary)]
    document: Option<Vec<u8>>,
}

/// A message before its documents: what is sent, to whom, and what the documents are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageMetadata {
    /// What the message is about, in the recipient's inbox: one line of 1 to 200 characters, shown only to a recipient who has signed in.
    #[schema(min_length = 1, max_length = 200, example = "Beslut om bygglov")]
    pub title: String,
    /// The text of the message; plain text, where an empty line begins a new paragraph. May be empty when there are
    /// documents.
    #[serde(default)]
    #[schema(example = "Hej!\n\nHär kommer beslutet i ditt ärende.")]
    pub body: String,
    /// The organisation's own name for this kind of message: 1 to 64 letters, digits, dots, dashes or underscores. Not
    /// shown to the recipient; it stays when the message is purged, so it must say nothing of a person.
    #[serde(default)]
    #[schema(example = "decision")]
    pub document_type: Option<String>,
    /// For how many whole days the recipient may read the message, within the limits of the organisation's retention policy;
    /// what the policy says for the document type when absent. It is purged at midnight, the organisation's time, after the
    /// last day.
    #[serde(default)]
    #[schema(minimum = 1, example = 14)]
    pub retention_days: Option<u32>,
    /// Who gets the message. Each gets a case of their own and none sees the others.
    #[schema(min_items = 1)]
    pub recipients: Vec<Recipient>,
    /// The documents, in the order of the parts that follow.
    #[serde(default)]
    pub documents: Vec<DeclaredDocument>,
}

/// A person who gets a message, named by exactly one of `personnummer`, `prid` and `work_account`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// A personnummer or samordningsnummer: twelve digits, with or without a dash before the last four.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "19770117-2392")]
    pub personnummer: Option<SecretString>,
    /// The provisional identifier that the Swedish eIDAS node gives somebody with an e-ID of another country: the country's two
    /// letters, a colon, and an identifier.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "NO:05068907693")]
    pub prid: Option<SecretString>,
    /// A work account in Entra ID. The message waits for whoever first signs in with that address from that directory, and is
    /// theirs from then on, whatever becomes of the address.
    #[serde(default)]
    pub work_account: Option<WorkAccountAddress>,
    /// The person's e-mail address. Where the portal sends mails it is told there that something waits, and later that it is soon
    /// gone, unless the person wants no mails.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email)]
    pub email: Option<SecretString>,
}

/// Where a work account is found that has not signed in yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkAccountAddress {
    /// The directory's id (`tid`). It must be one that the operator lets recipients sign in from.
    #[schema(value_type = String, format = "uuid")]
    pub tenant: TenantId,
    /// The person's e-mail address or user name in the directory; letters and capitals are the same.
    #[schema(value_type = String, format = Email)]
    pub email: SecretString,
}

/// A document as it is announced before its bytes.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredDocument {
    /// The file's name as the recipient sees it, without a path; at most 255 bytes.
    #[schema(example = "beslut.pdf")]
    pub file_name: String,
    /// The media type (RFC 9110 section 8.3.1); the content is compared with it.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// How many bytes the document has. Neither more nor fewer are accepted.
    #[schema(minimum = 1, example = 48_213)]
    pub size: u64,
    /// SHA-256 of the bytes, 64 hexadecimal digits. When given, the message is refused if the bytes differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub sha256: Option<String>,
    /// The least level of assurance, 3 or 4, at which the recipient must have signed in to read it. Signed in at a lower one they
    /// see that there is a document, and are offered to sign in again. Each recipient must have a way in at that level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 3, maximum = 4, example = 4)]
    pub minimum_level: Option<u8>,
}

impl Serialize for Recipient {
    /// Writes out who it is, for the body of the request; what is absent is left out.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

        let mut recipient = serializer.serialize_map(None)?;
        if let Some(personnummer) = &self.personnummer {
            recipient.serialize_entry("personnummer", personnummer.expose())?;
        }
        if let Some(prid) = &self.prid {
            recipient.serialize_entry("prid", prid.expose())?;
        }
        if let Some(work_account) = &self.work_account {
            recipient.serialize_entry("work_account", work_account)?;
        }
        if let Some(email) = &self.email {
            recipient.serialize_entry("email", email.expose())?;
        }
        recipient.end()
    }
}

impl Serialize for WorkAccountAddress {
    /// Writes the directory and the address out, for the body of the request.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut address = serializer.serialize_struct("WorkAccountAddress", 2)?;
        address.serialize_field("tenant", &self.tenant)?;
        address.serialize_field("email", self.email.expose())?;
        address.end()
    }
}

impl Serialize for MessageMetadata {
    /// Writes everything out, for the first part of the request.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut metadata = serializer.serialize_struct("MessageMetadata", 6)?;
        metadata.serialize_field("title", &self.title)?;
        metadata.serialize_field("body", &self.body)?;
        metadata.serialize_field("document_type", &self.document_type)?;
        metadata.serialize_field("retention_days", &self.retention_days)?;
        metadata.serialize_field("recipients", &self.recipients)?;
        metadata.serialize_field("documents", &self.documents)?;
        metadata.end()
    }
}

// Titles, texts, names of files and people never reach a log, so nothing here prints more than how many there are.

impl fmt::Debug for MessageMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageMetadata")
            .field("recipients", &self.recipients.len())
            .field("documents", &self.documents.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient").finish_non_exhaustive()
    }
}

impl fmt::Debug for DeclaredDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeclaredDocument")
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// The receipt for a message that is stored, durable and visible to its recipients.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageReceipt {
    /// The message.
    #[schema(value_type = String, format = "uuid")]
    pub id: MessageId,
    /// When it became visible.
    #[serde(with = "instant::required")]
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
    /// Whether this request repeated an earlier one with the same idempotency key, and so stored nothing new.
    pub repeated: bool,
    /// One delivery for each recipient, in the order of the request.
    pub deliveries: Vec<DeliveryReceipt>,
}

/// What became of one recipient of a message just sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryReceipt {
    /// The delivery.
    #[schema(value_type = String, format = "uuid")]
    pub id: DeliveryId,
    /// The case that it lies in.
    #[schema(value_type = String, format = "uuid")]
    pub case_id: CaseId,
    /// When the recipient can no longer read it.
    #[serde(with = "instant::required")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// A text to print and post to the person. It names the portal and the sender, says
    /// nothing about the content, and holds no link that gives anything.
    pub letter: String,
}

/// How a message fares.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageStatus {
    /// The message.
    #[schema(value_type = String, format = "uuid")]
    pub id: MessageId,
    /// When it was sent.
    #[serde(with = "instant::required")]
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
    /// The organisation's own name for this kind of message, when one was given.
    pub document_type: Option<String>,
    /// One for each recipient, in the order of the request that sent it.
    pub deliveries: Vec<Delivery>,
}

/// How a message fares with one recipient.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// The delivery.
    #[schema(value_type = String, format = "uuid")]
    pub id: DeliveryId,
    /// The case that it lies in.
    #[schema(value_type = String, format = "uuid")]
    pub case_id: CaseId,
    /// Where it stands now.
    pub state: DeliveryState,
    /// When a notification was handed to the mail system.
    #[serde(default, with = "instant::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub notified_at: Option<Timestamp>,
    /// When the recipient first opened it.
    #[serde(default, with = "instant::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opened_at: Option<Timestamp>,
    /// When the recipient can no longer read it.
    #[serde(with = "instant::required")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When the sender took it back.
    #[serde(default, with = "instant::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// When its content and everything personal about it was destroyed.
    #[serde(default, with = "instant::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub purged_at: Option<Timestamp>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// The recipient can read it and has not opened it.
    Delivered,
    /// The recipient has opened it and still can.
    Opened,
    /// Its time is over; nobody can read it any more.
    Expired,
    /// The sender took it back; nobody can read it any more.
    Revoked,
    /// Its content and everything personal about it is destroyed.
    Purged,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> MessageMetadata {
        MessageMetadata {
            title: "Beslut".to_owned(),
            body: "Hemligt".to_owned(),
            document_type: None,
            retention_days: Some(14),
            recipients: vec![Recipient {
                personnummer: Some(SecretString::new("197701172392".to_owned())),
                ..Recipient::default()
            }],
            documents: vec![DeclaredDocument {
                file_name: "anna.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                size: 7,
                sha256: None,
                minimum_level: None,
            }],
        }
    }

    #[test]
    fn metadata_reads_back_what_it_wrote() {
        let text = serde_json::to_string(&metadata()).unwrap();
        let read: MessageMetadata = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert!(text.contains("197701172392"));
    }

    #[test]
    fn metadata_prints_nothing_of_anyone() {
        let printed = format!("{:?} {:?}", metadata(), metadata().documents);
        for secret in ["Beslut", "Hemligt", "1977", "anna"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn whom_a_message_goes_to_reads_back_and_what_is_absent_is_left_out() {
        for text in [
            r#"{"personnummer":"197701172392","email":"anna@example.se"}"#,
            r#"{"prid":"NO:05068907693"}"#,
            r#"{"work_account":{"tenant":"11111111-2222-4333-8444-555555555555","email":"karin@norrby.example"}}"#,
        ] {
            let read: Recipient = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        let text = r#"{"title": "Beslut", "recipients": [], "retention_day": 3}"#;
        assert!(serde_json::from_str::<MessageMetadata>(text).is_err());
    }

    #[test]
    fn instants_are_rfc_3339_and_what_has_not_happened_is_null() {
        let delivery = Delivery {
            id: "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap(),
            case_id: "0192f0c1-2345-7abc-8def-0123456789ac".parse().unwrap(),
            state: DeliveryState::Delivered,
            notified_at: None,
            opened_at: None,
            expires_at: Timestamp::from_millis(1_795_302_245_678),
            revoked_at: None,
            purged_at: None,
        };
        let json = serde_json::to_value(&delivery).unwrap();
        assert_eq!(json["expires_at"], "2026-11-21T23:04:05.678Z");
        assert_eq!(json["opened_at"], serde_json::Value::Null);
        let read: Delivery = serde_json::from_value(json).unwrap();
        assert_eq!(read.expires_at, delivery.expires_at);
    }
}
