//! A protocol's statement: what is signed. Owns its canonical text and how it sums its leaves up.

use std::collections::BTreeMap;

use base::{OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};

use super::leaf::{AppliedRule, ProtocolLeaf, PurgedKind};
use super::merkle::{self, Hash};
use super::rfc3339;

/// What a protocol states about everything that it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolStatement {
    /// Whose protocol it is.
    pub organisation: OrganisationId,
    /// What the organisation was called when the protocol was closed.
    pub organisation_name: String,
    /// The protocol's number; counts from 1 without gaps within the organisation.
    pub number: u64,
    /// When the first of it was purged.
    #[serde(with = "rfc3339")]
    pub first_purged: Timestamp,
    /// When the last of it was purged.
    #[serde(with = "rfc3339")]
    pub last_purged: Timestamp,
    /// When the protocol was closed and signed.
    #[serde(with = "rfc3339")]
    pub closed: Timestamp,
    /// How many documents were purged.
    pub documents: u64,
    /// How many messages were purged: their titles and texts.
    pub messages: u64,
    /// The size of the documents in bytes, as they were sent.
    pub bytes: u64,
    /// The rules that were applied, and to how much.
    pub rules: Vec<RuleTotal>,
    /// The root of the Merkle tree over the leaves: one for each document and each message.
    pub root: Hash,
    /// The SHA-256 hash of the statement of the organisation's protocol before; none for the first.
    pub previous: Option<Hash>,
}

/// How much was purged by one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTotal {
    /// The rule.
    #[serde(flatten)]
    pub rule: AppliedRule,
    /// How many documents.
    pub documents: u64,
    /// How many messages.
    pub messages: u64,
    /// The size of these documents in bytes.
    pub bytes: u64,
}

/// What leaves come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) first_purged: Timestamp,
    pub(super) last_purged: Timestamp,
    pub(super) documents: u64,
    pub(super) messages: u64,
    pub(super) bytes: u64,
    pub(super) rules: Vec<RuleTotal>,
    pub(super) root: Hash,
}

impl ProtocolStatement {
    /// The canonical text: JSON without white space, its fields in the order of this type.
    pub(super) fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a statement's text; `None` when it is not the canonical one.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let statement: Self = serde_json::from_str(text).ok()?;
        (statement.to_text().ok()? == text).then_some(statement)
    }

    /// How many leaves the protocol is over.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.documents.saturating_add(self.messages)
    }

    /// Whether it says of these leaves what they come to.
    pub(super) fn sums_up(&self, sum: &Sum) -> bool {
        let stated = Sum {
            first_purged: self.first_purged,
            last_purged: self.last_purged,
            documents: self.documents,
            messages: self.messages,
            bytes: self.bytes,
            rules: self.rules.clone(),
            root: self.root,
        };
        stated == *sum
    }
}

/// The hash by which the next protocol names a statement.
pub(super) fn hash_of_statement(text: &str) -> Hash {
    Hash::of(text.as_bytes())
}

/// The hashes of leaves with these texts.
pub(super) fn hashes<'a>(leaves: impl IntoIterator<Item = &'a str>) -> Vec<Hash> {
    leaves.into_iter().map(|leaf| Hash::of_leaf(leaf.as_bytes())).collect()
}

/// Sums up an organisation's leaves in the order of the tree; `None` when there are none, one is not in its canonical form, is
/// another organisation's, or stands in another order than that in which they were purged.
pub(super) fn sum<'a>(organisation: OrganisationId, leaves: impl IntoIterator<Item = &'a str> + Clone) -> Option<Sum> {
    let mut rules: BTreeMap<AppliedRule, RuleTotal> = BTreeMap::new();
    let (mut first, mut last) = (None, None);
    for text in leaves.clone() {
        let leaf = ProtocolLeaf::from_text(text).filter(|leaf| leaf.organisation == organisation)?;
        let place = (leaf.purged, leaf.id);
        if last.is_some_and(|last| last >= place) {
            return None;
        }
        last = Some(place);
        first.get_or_insert(leaf.purged);
        let rule = leaf.rule();
        let total = rules.entry(rule.clone()).or_insert(RuleTotal {
            rule,
            documents: 0,
            messages: 0,
            bytes: 0,
        });
        match leaf.kind {
            PurgedKind::Document => total.documents += 1,
            PurgedKind::Message => total.messages += 1,
        }
        total.bytes = total.bytes.checked_add(leaf.bytes.unwrap_or(0))?;
    }
    let rules: Vec<RuleTotal> = rules.into_values().collect();
    let in_all = |count: fn(&RuleTotal) -> u64| rules.iter().try_fold(0_u64, |sum, rule| sum.checked_add(count(rule)));
    Some(Sum {
        first_purged: first?,
        last_purged: last?.0,
        documents: in_all(|rule| rule.documents)?,
        messages: in_all(|rule| rule.messages)?,
        bytes: in_all(|rule| rule.bytes)?,
        rules,
        root: merkle::root(&hashes(leaves)),
    })
}
