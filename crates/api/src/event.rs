//! What has happened to an organisation's messages and credentials, read by a cursor.

use base::{CredentialId, DataRequestId, DeliveryId, MessageId, SystemId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instant;

/// Some events in the order in which they happened.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The events, by rising sequence number.
    pub events: Vec<Event>,
    /// What to give as `after` next time. Keep it: it never skips an event and never repeats one.
    pub next_after: u64,
    /// Whether there are more events right now.
    pub more: bool,
}

/// Something that happened to a message, a request that a person made, or something that happens to a credential of one of the organisation's systems.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its number within the organisation; rises by one with each event.
    pub sequence: u64,
    /// What happened. Clients must accept kinds that they don't know, since more will come.
    #[schema(value_type = EventKind)]
    pub kind: String,
    /// The message; null when it happened to none.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub message_id: Option<MessageId>,
    /// The delivery, when it happened to one recipient's alone.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub delivery_id: Option<DeliveryId>,
    /// The credential that ends, when that is what happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<EndingCredential>,
    /// The person's request, when one came. What is asked for, and by whom, admins see in the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub request_id: Option<DataRequestId>,
    /// When.
    #[serde(with = "instant::required")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A system's credential that ends by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EndingCredential {
    /// The system.
    #[schema(value_type = String, format = "uuid")]
    pub system_id: SystemId,
    /// Its credential.
    #[schema(value_type = String, format = "uuid")]
    pub credential_id: CredentialId,
    /// When it ends: replace it before.
    #[serde(with = "instant::required")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The message became visible to the recipient.
    Delivered,
    /// A notification was handed to the mail system.
    Notified,
    /// The recipient opened it for the first time.
    Opened,
    /// The sender took it back, or erased it at the recipient's request.
    Revoked,
    /// Its content and everything personal about it was destroyed.
    Purged,
    /// It is soon destroyed: once while the recipient has not opened it, and once when they have.
    ExpiresSoon,
    /// A system's credential ends within fourteen days; said once, and never of a message.
    CredentialEnding,
    /// Its case was closed: what its organisation's rules count from that ends earlier now.
    CaseClosed,
    /// Its case was opened again: what was counted from its closing may end later.
    CaseReopened,
    /// Its case is kept for longer: it ends later.
    CaseExtended,
    /// A person asks for erasure or rectification, which is to be answered within a month. Never of a message.
    RequestReceived,
}
