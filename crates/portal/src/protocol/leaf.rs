//! A leaf: what a protocol says of one purged document or message. Owns its canonical text, which is what is stored, hashed and handed
//! out (`docs/purge-protocol.md`), and the rule that was applied. Names nobody and carries nothing of the content.

use base::{MessageId, OrganisationId, PurgedId, Timestamp};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{hexadecimal, rfc3339};
use crate::retention::CountedFrom;

/// What was purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurgedKind {
    /// A document.
    Document,
    /// A message's title and text.
    Message,
}

impl PurgedKind {
    /// The word for it in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Message => "message",
        }
    }
}

/// Why it was purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurgeReason {
    /// Its retention had ended for at least one recipient, and for no other did it go on.
    Expired,
    /// The sender took it back from everybody.
    Revoked,
    /// At least one recipient had it erased, and for no other did it go on.
    Erased,
}

impl PurgeReason {
    /// The word for it in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Erased => "erased",
        }
    }
}

/// The rule by which something was purged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AppliedRule {
    /// What its sender calls this kind of document.
    pub document_type: Option<String>,
    /// Why it was purged.
    pub reason: PurgeReason,
    /// The days of the rule that it followed when it ended, or those that its sender asked for. It could be read for fewer when it was
    /// revoked before or the policy's maximum came first, and for more when the rule was decided on later.
    pub retention_days: u32,
    /// From when these count.
    pub counted_from: CountedFrom,
    /// The version of its organisation's retention policy that says so: 0 before the organisation decided on one, and none when
    /// its end was fixed as it was sent.
    pub policy_version: Option<u32>,
}

/// One purged document or message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolLeaf {
    /// Whose it was.
    pub organisation: OrganisationId,
    /// What it was.
    pub kind: PurgedKind,
    /// Its id.
    pub id: PurgedId,
    /// The message that it is, or belonged to.
    pub message: MessageId,
    /// What its sender calls this kind of document.
    pub document_type: Option<String>,
    /// A document's size in bytes, as it was sent; none for a message.
    pub bytes: Option<u64>,
    /// When it was sent.
    #[serde(with = "rfc3339")]
    pub sent: Timestamp,
    /// When the last of it was erased.
    #[serde(with = "rfc3339")]
    pub purged: Timestamp,
    /// Why it was purged.
    pub reason: PurgeReason,
    /// The days of the rule that it followed when it ended, or those that its sender asked for. It could be read for fewer when it was
    /// revoked before or the policy's maximum came first, and for more when the rule was decided on later.
    pub retention_days: u32,
    /// From when these count.
    pub counted_from: CountedFrom,
    /// The version of its organisation's retention policy that says so: 0 before the organisation decided on one, and none when
    /// its end was fixed as it was sent.
    pub policy_version: Option<u32>,
    /// Random, so that nobody who knows a leaf's hash can find out by trying what it says.
    #[serde(with = "hexadecimal")]
    pub nonce: [u8; 32],
}

impl ProtocolLeaf {
    /// The canonical text: JSON without white space, its fields in the order of this type.
    pub(super) fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a leaf's text; `None` when it is not the canonical one.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let leaf: Self = serde_json::from_str(text).ok()?;
        (leaf.to_text().ok()? == text).then_some(leaf)
    }

    /// The rule by which it was purged.
    #[must_use]
    pub fn rule(&self) -> AppliedRule {
        AppliedRule {
            document_type: self.document_type.clone(),
            reason: self.reason,
            retention_days: self.retention_days,
            counted_from: self.counted_from,
            policy_version: self.policy_version,
        }
    }
}

/// The retention of something that expires at the local midnight after its last day, in whole days after the day of sending.
pub(super) fn retention_days(sent: Timestamp, expires: Timestamp, time_zone: &TimeZone) -> u32 {
    let date = |at: Timestamp| at.to_jiff().to_zoned(time_zone.clone()).date();
    let days = date(sent).until(date(expires)).map_or(0, |span| span.get_days());
    u32::try_from(days - 1).unwrap_or(0)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::merkle::Hash;
    use crate::retention::{Counted, Term};

    /// A leaf whose every field is known.
    pub(in crate::protocol) fn leaf(number: u8) -> ProtocolLeaf {
        ProtocolLeaf {
            organisation: "01937a00-0000-7000-8000-000000000001".parse().unwrap(),
            kind: PurgedKind::Document,
            id: format!("01937a00-0000-7000-8000-0000000002{number:02}")
                .parse()
                .unwrap(),
            message: "01937a00-0000-7000-8000-000000000100".parse().unwrap(),
            document_type: Some("decision".to_owned()),
            bytes: Some(1000 + u64::from(number)),
            sent: Timestamp::from_jiff("2026-11-22T09:00:00Z".parse().unwrap()),
            purged: Timestamp::from_jiff("2026-12-22T23:00:04.125Z".parse().unwrap()),
            reason: PurgeReason::Expired,
            retention_days: 30,
            counted_from: CountedFrom::Sent,
            policy_version: Some(1),
            nonce: [number; 32],
        }
    }

    #[test]
    fn the_canonical_text_and_its_hash_never_change() {
        let text = leaf(0).to_text().unwrap();
        assert_eq!(
            text,
            "{\"organisation\":\"01937a00-0000-7000-8000-000000000001\",\"kind\":\"document\",\
             \"id\":\"01937a00-0000-7000-8000-000000000200\",\"message\":\"01937a00-0000-7000-8000-000000000100\",\
             \"document_type\":\"decision\",\"bytes\":1000,\"sent\":\"2026-11-22T09:00:00Z\",\
             \"purged\":\"2026-12-22T23:00:04.125Z\",\"reason\":\"expired\",\"retention_days\":30,\"counted_from\":\"sent\",\
             \"policy_version\":1,\"nonce\":\"0000000000000000000000000000000000000000000000000000000000000000\"}"
        );
        // By another implementation.
        let hash = "0d20c229fad074e52b7c7eb76ea39e1b95a2dc13e41cd1bf1c2cab363b555134";
        assert_eq!(Hash::of_leaf(text.as_bytes()).to_string(), hash);
        assert_eq!(ProtocolLeaf::from_text(&text), Some(leaf(0)));
    }

    #[test]
    fn only_the_canonical_text_is_a_leaf() {
        let text = leaf(0).to_text().unwrap();
        for wrong in [
            text.replacen(':', ": ", 1),
            text.replace("09:00:00Z", "09:00:00.000Z"),
            text.replace("expired", "Expired"),
            text.replace("{\"organisation\"", "{\"more\":1,\"organisation\""),
            text.replace("\"0000", "\"A000"),
            String::new(),
        ] {
            assert_ne!(wrong, text);
            assert_eq!(ProtocolLeaf::from_text(&wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_days_of_the_rule_are_those_that_the_expiry_was_made_of(
            sent in 0_i64..4_000_000_000_000, days in 1_u32..=3650, zone in 0_usize..4,
        ) {
            let names = ["Europe/Stockholm", "UTC", "Asia/Beirut", "Pacific/Auckland"];
            let zone = TimeZone::get(names[zone]).unwrap();
            let sent = Timestamp::from_millis(sent);
            let term = Term {
                days,
                counted_from: CountedFrom::Sent,
                at_most: days,
                ceiling: days,
            };
            let expires = term.expires_at(Counted::sent_at(sent), &zone);
            prop_assert_eq!(retention_days(sent, expires, &zone), days);
        }
    }
}
