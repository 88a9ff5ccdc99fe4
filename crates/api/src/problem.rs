//! Refusals: problem details (RFC 9457) with a stable code.

use base::RequestId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::BASE_PATH;

/// The media type of a [`Problem`].
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was refused, and what the sender can do about it. Carries nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem for good: the address, on the same portal, of a page that explains it.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/api/v1/problems/file-too-large")]
    pub type_uri: String,
    /// What kind of problem it is, in English; the same each time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The kind of problem, for programs. Clients must accept codes that they don't know.
    #[schema(value_type = ProblemCode)]
    pub code: String,
    /// The request's id, to give to the operator; the portal's log has it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub request_id: Option<RequestId>,
    /// Where in the request the problem lies, as a JSON pointer (RFC 6901) into the metadata, such as
    /// `/documents/2/file_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "/documents/2/file_name")]
    pub pointer: Option<String>,
    /// The limit that was passed: bytes, days, characters or a count, as the code has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Seconds to wait before the same request has a chance; also in the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem of this kind with nothing more to say about it.
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self {
            type_uri: code.type_uri(),
            title: code.title().to_owned(),
            status: code.status(),
            detail: Some(code.advice().to_owned()),
            code: code.as_str().to_owned(),
            request_id: None,
            pointer: None,
            limit: None,
            retry_after: None,
        }
    }

    /// Says where in the metadata the problem lies.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Says which limit was passed.
    #[must_use]
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Says how many seconds to wait.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The code, when it is one that this version knows.
    #[must_use]
    pub fn known_code(&self) -> Option<ProblemCode> {
        ProblemCode::from_name(&self.code)
    }
}

macro_rules! problem_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $status:literal, $title:literal, $advice:literal;)+) => {
        /// The kinds of problems. A code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub enum ProblemCode {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl ProblemCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as it stands on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// What kind of problem it is.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// What the sender can do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)+ }
            }
        }
    };
}

problem_codes! {
    /// The request can't be read at all.
    MalformedRequest = "malformed-request", 400, "The request can't be read",
        "Compare the request with the API's description: the body's form, the query and the headers.";
    /// The connection broke, or nothing came for too long, before the message was complete.
    Interrupted = "interrupted", 400, "The message was broken off",
        "Nothing was stored. Send the whole message again with the same idempotency key.";
    /// `POST /messages` without `Idempotency-Key`.
    IdempotencyKeyMissing = "idempotency-key-missing", 400, "The header Idempotency-Key is missing",
        "Give each message a key of its own, such as a random UUID, and the same key when the same message is sent again.";
    /// The key is too long or has other characters than visible ASCII.
    InvalidIdempotencyKey = "invalid-idempotency-key", 400, "The idempotency key can't be used",
        "Use 1 to 255 visible ASCII characters, such as a random UUID.";
    /// No token, or one that is wrong or has run out.
    InvalidToken = "invalid-token", 401, "The access token is missing, wrong or has run out",
        "Get a new token from /api/v1/token and send it as Authorization: Bearer.";
    /// The token lacks the scope that this request needs.
    InsufficientScope = "insufficient-scope", 403, "The system may not do this",
        "Ask the operator for a system with the scope that the header WWW-Authenticate names.";
    /// The system may not come from the network address that the request came from.
    NetworkNotAllowed = "network-not-allowed", 403, "The system may not be used from this network address",
        "Send from one of the networks that the system was set up with, or ask an admin to add this one.";
    /// It does not exist, or belongs to another organisation; which of them is not said.
    NotFound = "not-found", 404, "There is no such thing",
        "Check the address and the id, and that the system belongs to the organisation that sent the message.";
    /// The address exists but not with this method.
    MethodNotAllowed = "method-not-allowed", 405, "The method is not allowed here",
        "The header Allow names the methods that are.";
    /// Same key, other payload.
    KeyReused = "key-reused", 409, "The idempotency key was used for another message",
        "Give this message a key of its own.";
    /// Another request with the same key is still being received.
    StillReceiving = "still-receiving", 409, "A message with this idempotency key is still being received",
        "Wait as long as Retry-After says, then send the same message again with the same key.";
    /// More metadata than the limit.
    MetadataTooLarge = "metadata-too-large", 413, "The metadata is too large",
        "Shorten the text or send to fewer recipients at a time.";
    /// A document is, or turned out to be, larger than the portal takes.
    FileTooLarge = "file-too-large", 413, "The document is too large",
        "Send a document within the limit that the problem names, in bytes.";
    /// The body is in another form than this address takes.
    UnsupportedMediaType = "unsupported-media-type", 415, "The body is in the wrong form",
        "Send messages as multipart/form-data and other requests as application/json.";
    /// The metadata part is no JSON, or no message.
    InvalidMetadata = "invalid-metadata", 422, "The metadata doesn't describe a message",
        "Compare the metadata with MessageMetadata in the API's description; unknown fields are refused.";
    /// The title is empty, too long, or has control characters or line breaks.
    InvalidTitle = "invalid-title", 422, "The title can't be used",
        "Give one line of 1 to 200 characters without control characters.";
    /// The text is too long or has control characters.
    InvalidBody = "invalid-body", 422, "The text can't be used",
        "Give plain text without control characters, no longer than the limit.";
    /// The document type is no short name.
    InvalidDocumentType = "invalid-document-type", 422, "The document type can't be used",
        "Use 1 to 64 letters, digits, dots, dashes or underscores.";
    /// A number that is no personnummer or samordningsnummer.
    InvalidPersonnummer = "invalid-personnummer", 422, "A personnummer is wrong",
        "Write twelve digits, YYYYMMDDNNNN. The pointer names which recipient; a wrong check digit means that some digit was mistyped.";
    /// A recipient who is named by nothing, by several things, or by something that can't be read.
    InvalidRecipient = "invalid-recipient", 422, "A recipient is not named as one is",
        "Give each recipient exactly one of personnummer, prid (CC:IDENTIFIER) and work_account (tenant and email).";
    /// A recipient who could not sign in to read the message.
    NoWayIn = "no-way-in", 422, "A recipient has no way in",
        "The operator lets in no recipients of that kind, or none from that directory. Ask the operator, or send by personnummer.";
    /// A document that asks for a level that no way in of one of the recipients gives, or for one that is no level.
    LevelNotOffered = "level-not-offered", 422, "A document asks for a level of assurance that is not offered",
        "Ask for 3 or 4, no higher than each recipient can sign in at, or leave minimum_level out.";
    /// An e-mail address that can't be one.
    InvalidEmail = "invalid-email", 422, "An e-mail address is wrong",
        "Correct the address that the pointer names, or leave it out and post the letter.";
    /// Neither text nor documents.
    EmptyMessage = "empty-message", 422, "The message is empty",
        "Give a text, at least one document, or both.";
    /// Nobody to send to.
    NoRecipients = "no-recipients", 422, "The message has no recipient",
        "Name at least one recipient.";
    /// The same person twice.
    DuplicateRecipient = "duplicate-recipient", 422, "A recipient is named twice",
        "Name each recipient once.";
    /// More recipients than one message may have.
    TooManyRecipients = "too-many-recipients", 422, "The message has too many recipients",
        "Divide the recipients over several messages.";
    /// More documents than one message may have.
    TooManyFiles = "too-many-files", 422, "The message has too many documents",
        "Divide the documents over several messages.";
    /// A file name with a path, control characters, direction marks and the like.
    InvalidFileName = "invalid-file-name", 422, "A file name can't be used",
        "Give a plain name without a path, control characters or characters that turn the direction of text.";
    /// A document without bytes.
    EmptyFile = "empty-file", 422, "A document is empty",
        "Leave it out or send the right file.";
    /// A media type that is none, or digits that are no SHA-256.
    InvalidDeclaration = "invalid-declaration", 422, "A document is declared wrongly",
        "Give a media type such as application/pdf, and SHA-256 as 64 hexadecimal digits or not at all.";
    /// The content is not of the type that was declared.
    TypeMismatch = "type-mismatch", 422, "A document is not of the type that was declared",
        "Declare the type that the file really has, or send the right file.";
    /// More or fewer bytes than declared.
    SizeMismatch = "size-mismatch", 422, "A document has another size than was declared",
        "The file changed while it was sent, or the wrong file was sent. Send the message again.";
    /// Other bytes than declared.
    DigestMismatch = "digest-mismatch", 422, "A document differs from its SHA-256",
        "The file changed or was damaged on the way. Send the message again.";
    /// Zero days, or longer than the operator lets anything stay.
    RetentionOutsideLimits = "retention-outside-limits", 422, "The retention is not one that the portal allows",
        "Give at least one day and at most as many as the limit says.";
    /// A declared document's part didn't come.
    MissingPart = "missing-part", 422, "A part of the message is missing",
        "Send the metadata first and then one part for each declared document, in the same order.";
    /// A part that is not the one whose turn it is.
    UnexpectedPart = "unexpected-part", 422, "A part of the message is out of order or one too many",
        "Send the metadata first and then one part for each declared document, in the same order, and nothing after.";
    /// Too many token requests with wrong credentials from one network address.
    TooManyRequests = "too-many-requests", 429, "Too many requests from this address",
        "Wait as long as Retry-After says. Only wrong credentials count: check the client's id and secret before you go on.";
    /// The portal failed.
    Internal = "internal", 500, "The portal failed",
        "Nothing half-done is visible. Try again with the same idempotency key; if it stays so, give the request id to the operator.";
    /// The portal can't work just now.
    Unavailable = "unavailable", 503, "The portal can't answer just now",
        "Try again in a while with the same idempotency key.";
    /// The portal's disk is full.
    OutOfSpace = "out-of-space", 507, "The portal has no room for the message",
        "Nothing was stored. The operator must make room; send the message again after that with the same idempotency key.";
}

impl ProblemCode {
    /// The code with that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// The URI reference that names it in a [`Problem`]: a path on the portal (RFC 9457 section 3.1.1), so that it is
    /// the same on every installation and there is something to read at its end.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("{BASE_PATH}/problems/{}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name_and_is_an_error() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::from_name(code.as_str()), Some(*code));
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn an_unknown_code_is_still_a_problem() {
        let problem: Problem = serde_json::from_str(
            r#"{"type": "/api/v1/problems/new", "title": "New", "status": 422, "code": "new", "other": 1}"#,
        )
        .unwrap();
        assert_eq!(problem.known_code(), None);
    }

    #[test]
    fn what_is_not_said_does_not_stand_there() {
        let json = serde_json::to_value(Problem::new(ProblemCode::FileTooLarge).with_limit(5)).unwrap();
        assert_eq!(json["type"], "/api/v1/problems/file-too-large");
        assert_eq!(json["limit"], 5);
        assert!(json.get("pointer").is_none());
    }
}
