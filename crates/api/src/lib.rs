//! The wire types of API v1, for the server and its clients.
//!
//! Owns the shape of every request and answer, the names of the scopes and the codes of the problems, each with its
//! OpenAPI schema. Knows neither how a request is served nor how it is sent. What `docs/openapi.json` says follows from
//! the types here and the paths in the server.
//!
//! Rules that hold for all of them: instants are RFC 3339 in UTC; ids are UUIDs in their hyphenated form; a field that
//! a request doesn't know is refused (a misspelt `retention_days` must not silently mean "the default"), while a client
//! ignores the fields of an answer that it doesn't know, since answers may grow.

mod event;
mod instant;
mod message;
mod problem;
mod recipient;
mod token;

pub use event::{EndingCredential, Event, EventKind, EventPage};
pub use message::{
    DOCUMENT_PART_PREFIX, DeclaredDocument, Delivery, DeliveryReceipt, DeliveryState, IDEMPOTENCY_KEY_HEADER,
    MAX_IDEMPOTENCY_KEY_CHARS, MAX_METADATA_BYTES, METADATA_PART, MessageMetadata, MessageReceipt, MessageStatus,
    MessageUpload, Recipient, WorkAccountAddress,
};
pub use problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
pub use recipient::{MatchRequest, MatchResponse, RecipientMatch, parse_personnummer};
pub use token::{CLIENT_ASSERTION_TYPE, TokenError, TokenErrorCode, TokenRequest, TokenResponse};

/// Where API v1 begins on a portal.
pub const BASE_PATH: &str = "/api/v1";
