//! What is gathered for an extract. Personal data all of it, so none of these types prints itself.

use base::{CaseId, DataRequestId, DeliveryId, DocumentId, MessageId, RegisterExtractId, Timestamp};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{HandedRequest, OrganisationAct};
use crate::{DataRequestKind, DataRequestState, Whereabouts};

/// Everything that is held about a person but what senders wrote, as it was at one time.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterPart {
    /// When it was gathered.
    pub gathered_at: Timestamp,
    /// What the person is known by; first what counts now, then what was known before it turned out to be them.
    pub identifiers: Vec<KeptIdentifier>,
    /// The name that the identity provider gave last.
    pub name: Option<String>,
    /// The address for mails, which a sender gave.
    pub email: Option<String>,
    /// The address for mails that the person gave themselves and proved.
    pub own_email: Option<String>,
    /// The one that they have yet to prove.
    pub unproven_email: Option<String>,
    /// What they agreed to last when they gave one.
    pub mail_consent: Option<KeptMailConsent>,
    /// When the person said that they want no mails.
    pub mail_refused_at: Option<Timestamp>,
    /// Mails that wait to be sent.
    pub waiting_mails: Vec<WaitingMail>,
    /// Where the person is signed in.
    pub sessions: Vec<KeptSession>,
    /// The kinds of devices that they have signed in from.
    pub devices: Vec<KeptDevice>,
    /// Their sign-ins, the latest first.
    pub sign_ins: Vec<KeptSignIn>,
    /// The terms that they accepted last.
    pub terms: Option<KeptTerms>,
    /// What they have asked organisations to erase or put right, the latest first.
    pub requests: Vec<KeptRequest>,
    /// Holds on all that an organisation sends them, where the organisation lets that be seen.
    pub holds: Vec<KeptHold>,
    /// Their cases, the earliest first.
    pub cases: Vec<KeptCase>,
    /// What the audit log has of what they did, the latest first.
    pub acts: Vec<KeptAct>,
    /// What the logs of organisations have of what was done about them, by others than themselves.
    // What an earlier version gathered has none.
    #[serde(default)]
    pub organisation_acts: Vec<KeptOrganisationActs>,
    /// Extracts that they have ordered and that are not gone.
    pub extracts: Vec<(RegisterExtractId, Timestamp)>,
    /// Extracts that organisations have made about them, the latest first.
    // What an earlier version gathered has none.
    #[serde(default)]
    pub organisation_extracts: Vec<KeptOrganisationExtract>,
    /// Whether there is more than an extract holds.
    pub is_cut: bool,
}

impl RegisterPart {
    /// The requests that could not be handed out, since they were deleted after the register was gathered.
    pub fn requests_gone<'a>(&'a self, handed: &'a [HandedRequest]) -> impl Iterator<Item = &'a KeptRequest> {
        let is_there = |kept: &KeptRequest| handed.iter().any(|handed| handed.request.id == kept.id);
        self.requests.iter().filter(move |kept| !is_there(kept))
    }
}

/// Something that a person is known by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptIdentifier {
    /// The kind: `personnummer`, `samordningsnummer`, `prid`, `work account` or `work account invitation`.
    pub kind: String,
    /// The value.
    pub value: String,
}

/// A mail that waits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingMail {
    /// What it tells of, by its stored name.
    pub kind: String,
    /// Since when.
    pub since: Timestamp,
}

/// A session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSession {
    /// When it began.
    pub signed_in_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// From where.
    #[serde(with = "whereabouts")]
    pub from: Whereabouts,
}

/// A kind of device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDevice {
    /// The first time.
    pub first_seen_at: Timestamp,
    /// Which, and from where as long as the person has not been told of it.
    #[serde(with = "whereabouts")]
    pub from: Whereabouts,
}

/// A sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSignIn {
    /// When.
    pub at: Timestamp,
    /// From where.
    #[serde(with = "whereabouts")]
    pub from: Whereabouts,
    /// Whether it was the first from that kind of device.
    pub is_new_device: bool,
    /// When the person said that it was not them.
    pub reported_at: Option<Timestamp>,
}

/// Terms that the person accepted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTerms {
    /// What the operator calls the text.
    pub version: String,
    /// What names exactly that text.
    pub hash: String,
    /// When they accepted it.
    pub accepted_at: Timestamp,
    /// When they took that back.
    pub withdrawn_at: Option<Timestamp>,
}

/// A consent to mails.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMailConsent {
    /// What the text is called.
    pub version: String,
    /// What names exactly that text.
    pub hash: String,
    /// When they agreed to it.
    pub given_at: Timestamp,
    /// When they withdrew that.
    pub withdrawn_at: Option<Timestamp>,
}

/// A request for erasure or rectification, without what was written in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRequest {
    /// The request.
    pub id: DataRequestId,
    /// The name of the organisation that it went to.
    pub organisation: String,
    /// The case that it is about; `None` for everything that the organisation has sent.
    pub case: Option<CaseId>,
    /// What the person asked for.
    pub kind: DataRequestKind,
    /// How far it had come.
    pub state: DataRequestState,
    /// Whether something that is erased was not destroyed yet, since the organisation had to keep it.
    pub waits: bool,
    /// When it came.
    pub received_at: Timestamp,
    /// The last day on which it was to be answered, where the organisation is.
    #[serde(with = "day")]
    pub answer_by: Date,
    /// When the organisation took two months more.
    pub extended_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When everything that came of it was done.
    pub done_at: Option<Timestamp>,
    /// Until when it is kept.
    pub kept_until: Option<Timestamp>,
    /// The last day of that, where the organisation is.
    // What an earlier version gathered has none.
    #[serde(default, with = "maybe_day")]
    pub last_day: Option<Date>,
}

/// A hold on what an organisation sends somebody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptHold {
    /// The organisation's name.
    pub organisation: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when it keeps what it is on, when it is lifted.
    // What an earlier version gathered has none.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// That an organisation made an extract of what it has registered about the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOrganisationExtract {
    /// The organisation's name.
    pub organisation: String,
    /// When.
    pub made_at: Timestamp,
    /// The name of who made it, where the organisation lets its recipients know the names of its staff.
    // What an earlier version gathered has none.
    #[serde(default)]
    pub made_by: Option<String>,
}

/// A case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCase {
    /// The case.
    pub id: CaseId,
    /// The organisation's name.
    pub organisation: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When its sender closed it, while it is closed.
    pub closed_at: Option<Timestamp>,
    /// With what instant the last day is over until which its sender extended it.
    pub extended_until: Option<Timestamp>,
    /// That last day, where the organisation is.
    // What an earlier version gathered has none.
    #[serde(default, with = "maybe_day")]
    pub extended_to: Option<Date>,
    /// Whether there is a hold on it, where the organisation lets that be seen.
    pub held: bool,
    /// Until when the hold keeps it, when it is lifted.
    // What an earlier version gathered has none.
    #[serde(default)]
    pub held_until: Option<Timestamp>,
    /// What was delivered into it and not purged, the earliest first.
    pub deliveries: Vec<KeptDelivery>,
}

/// A message handed to the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// The message.
    pub message: MessageId,
    /// The sender's name for the kind of document.
    pub document_type: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When a mail of it was sent.
    pub notified_at: Option<Timestamp>,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it can't be read any more.
    pub expires_at: Timestamp,
    /// Whether it could be read.
    pub state: DeliveryState,
    /// What for it is kept, in the organisation's words; may be empty.
    pub purpose: String,
    /// By which law, in the organisation's words; may be empty.
    pub legal_ground: String,
    /// Its documents, in the sender's order.
    pub documents: Vec<KeptDocument>,
}

/// Whether a delivery could be read when it was gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It could.
    Readable,
    /// Its time was over, and it waited to be purged.
    Expired,
    /// Its sender had taken it back, and it waited to be purged.
    Revoked,
    /// The person had had it erased, and it waited to be purged.
    Erased,
}

/// A document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDocument {
    /// The document.
    pub id: DocumentId,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// The level of assurance that it asks for.
    pub minimum_level: Option<i32>,
}

/// What was done about the person by one organisation, its systems or the portal, as the organisation's log has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOrganisationActs {
    /// The organisation's name.
    pub organisation: String,
    /// The latest first.
    pub acts: Vec<OrganisationAct>,
}

/// Something that the person did, as the audit log has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAct {
    /// When.
    pub at: Timestamp,
    /// What, by its stored name.
    pub action: String,
    /// In which organisation's log.
    pub organisation: Option<String>,
    /// What kind of thing it was done to.
    pub target_kind: Option<String>,
    /// The id of it.
    pub target: Option<String>,
    /// The network address that it came from, when it is known.
    pub address: Option<String>,
}

mod day {
    //! A day as ISO 8601 writes it.

    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        day.to_string().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

mod maybe_day {
    //! The same, where there may be none.

    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(super) fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let day = Option::<String>::deserialize(deserializer)?;
        day.map(|day| day.parse().map_err(D::Error::custom)).transpose()
    }
}

mod whereabouts {
    //! As rows keep them.

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::{Device, Place, Whereabouts};

    pub(super) fn serialize<S: Serializer>(from: &Whereabouts, serializer: S) -> Result<S::Ok, S::Error> {
        (from.device.to_bytes(), from.place.as_ref().map(Place::to_bytes)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Whereabouts, D::Error> {
        let (device, place): (Vec<u8>, Option<Vec<u8>>) = Deserialize::deserialize(deserializer)?;
        Ok(Whereabouts {
            device: Device::from_bytes(&device),
            place: place.and_then(|bytes| Place::from_bytes(&bytes)),
        })
    }
}
