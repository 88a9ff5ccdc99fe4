//! A row of the log as one line of an export: JSON with the field names of the Elastic Common Schema (ECS 8.17), and under
//! `postvalv.audit` what is needed to verify it (`docs/audit.md`).

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AuditAction;
use super::canonical::Hash;
use super::class::{Category, Class, Outcome, Type};
use super::entity::Model;

const ECS_VERSION: &str = "8.17.0";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    #[serde(rename = "@timestamp")]
    timestamp: String,
    ecs: Ecs,
    event: Event,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<Id>,
    /// The staff member or recipient who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http: Option<Http>,
    postvalv: Postvalv,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ecs {
    version: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    id: Uuid,
    kind: String,
    module: String,
    dataset: String,
    category: Vec<String>,
    /// Lines that were exported before there were types have none, and no outcome.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    types: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    action: String,
    /// The row's number in its chain.
    sequence: u64,
    /// The hash of the chain up to and with this row.
    hash: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Id {
    id: Uuid,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    ip: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    request: Id,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Postvalv {
    audit: Audit,
}

/// What of the row stands nowhere else in the line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    previous_hash: String,
    writer_id: Uuid,
    counter: i64,
    /// Milliseconds since 1970.
    at: i64,
    actor_kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed_address: Option<String>,
    code: String,
}

impl Line {
    /// The line of a row. `address` is where the request came from, when that is told.
    pub(super) fn of(row: &Model, sequence: u64, previous: &Hash, hash: &Hash, address: Option<String>) -> Self {
        let known = AuditAction::named(&row.action).map(|action| Sorted::of(action.class()));
        let sorted = known.unwrap_or_else(|| Sorted::without_type(&row.action));
        let is_person = matches!(row.actor_kind.as_str(), "staff" | "recipient");
        Self {
            timestamp: Timestamp::from_millis(row.at).to_rfc3339(),
            ecs: Ecs {
                version: ECS_VERSION.to_owned(),
            },
            event: Event {
                id: row.id,
                kind: sorted.kind,
                module: "postvalv".to_owned(),
                dataset: "postvalv.audit".to_owned(),
                category: sorted.category,
                types: sorted.types,
                outcome: sorted.outcome,
                action: row.action.clone(),
                sequence,
                hash: hex::encode(hash),
            },
            organization: row.organisation_id.map(|id| Id { id }),
            user: row.actor_id.filter(|_| is_person).map(|id| Id { id }),
            source: address.map(|ip| Source { ip }),
            http: row.request_id.map(|id| Http { request: Id { id } }),
            postvalv: Postvalv {
                audit: Audit {
                    previous_hash: hex::encode(previous),
                    writer_id: row.writer_id,
                    counter: row.counter,
                    at: row.at,
                    actor_kind: row.actor_kind.clone(),
                    actor_id: row.actor_id,
                    target_kind: row.target_kind.clone(),
                    target_id: row.target_id,
                    detail: row.detail.clone(),
                    sealed_address: row.sealed_address.as_ref().map(|address| STANDARD.encode(address)),
                    code: hex::encode(&row.mac),
                },
            },
        }
    }

    /// Whether the line is what an export says of the row, or said in an earlier version: as this one sorts the action, as the table ever
    /// did, or as it was before lines had types and outcomes. How an action is sorted that this version doesn't know, it can't say.
    pub(super) fn is_of(&self, row: &Model, sequence: u64, previous: &Hash, hash: &Hash) -> bool {
        let sorted = self.event.sorted();
        let was_said = match AuditAction::named(&row.action) {
            None => true,
            Some(_) if sorted.types.is_none() => sorted == Sorted::without_type(&row.action),
            Some(action) => action.classes().any(|class| sorted == Sorted::of(class)),
        };
        let expected = Self::of(row, sequence, previous, hash, self.address());
        let expected = Self {
            event: expected.event.sorted_as(sorted),
            ..expected
        };
        was_said && *self == expected
    }

    /// The row that the line is of; `None` when it holds what no row could.
    pub(super) fn row(&self) -> Option<Model> {
        let audit = &self.postvalv.audit;
        let sealed = audit.sealed_address.as_ref().map(|address| STANDARD.decode(address));
        Some(Model {
            id: self.event.id,
            writer_id: audit.writer_id,
            counter: audit.counter,
            organisation_id: self.organization.as_ref().map(|organization| organization.id),
            at: audit.at,
            actor_kind: audit.actor_kind.clone(),
            actor_id: audit.actor_id,
            action: self.event.action.clone(),
            target_kind: audit.target_kind.clone(),
            target_id: audit.target_id,
            detail: audit.detail.clone(),
            request_id: self.http.as_ref().map(|http| http.request.id),
            sealed_address: sealed.transpose().ok()?,
            mac: hex::decode(&audit.code).ok()?,
        })
    }

    pub(super) const fn sequence(&self) -> u64 {
        self.event.sequence
    }

    pub(super) fn hash(&self) -> Option<Hash> {
        read_hash(&self.event.hash)
    }

    pub(super) fn previous_hash(&self) -> Option<Hash> {
        read_hash(&self.postvalv.audit.previous_hash)
    }

    /// Where the request came from, when that is told. Nothing in the row proves it, since the row has it sealed.
    pub(super) fn address(&self) -> Option<String> {
        self.source.as_ref().map(|source| source.ip.clone())
    }
}

fn read_hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok()?;
    Some(hash)
}

/// The fields of ECS that sort an event.
#[derive(Debug, PartialEq, Eq)]
struct Sorted {
    kind: String,
    category: Vec<String>,
    types: Option<Vec<String>>,
    outcome: Option<String>,
}

impl Event {
    fn sorted(&self) -> Sorted {
        Sorted {
            kind: self.kind.clone(),
            category: self.category.clone(),
            types: self.types.clone(),
            outcome: self.outcome.clone(),
        }
    }

    fn sorted_as(self, sorted: Sorted) -> Self {
        Self {
            kind: sorted.kind,
            category: sorted.category,
            types: sorted.types,
            outcome: sorted.outcome,
            ..self
        }
    }
}

impl Sorted {
    fn of(class: Class) -> Self {
        let texts = |texts: &mut dyn Iterator<Item = &'static str>| texts.map(str::to_owned).collect();
        Self {
            kind: class.kind.as_str().to_owned(),
            category: texts(&mut class.categories.iter().copied().map(Category::as_str)),
            types: Some(texts(&mut class.types.iter().copied().map(Type::as_str))),
            outcome: class.outcome.map(Outcome::as_str).map(str::to_owned),
        }
    }

    /// How lines sorted an action that had neither type nor outcome.
    fn without_type(action: &str) -> Self {
        Self {
            kind: "event".to_owned(),
            category: vec![earlier_category(action).to_owned()],
            types: None,
            outcome: None,
        }
    }
}

/// The category that lines without a type give an action. Never changes: old exports are verified with it.
fn earlier_category(action: &str) -> &'static str {
    let of = |prefixes: &[&str]| prefixes.iter().any(|prefix| action.starts_with(prefix));
    let signs_in = [
        "sign-in",
        "signed-",
        "session-ended",
        "confirmed",
        "password-accepted",
        "logout",
    ];
    if of(&[
        "sign-in-rules.",
        "signing-key.",
        "day-secret.",
        "purge.",
        "ledger.",
        "backup.",
        "audit.",
    ]) {
        "configuration"
    } else if of(&["document.", "message.", "delivery.", "case.", "cases.", "content."]) {
        "file"
    } else if of(&["token."]) || signs_in.iter().any(|part| action.contains(part)) {
        "authentication"
    } else {
        "iam"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_a_type_have_the_categories_that_they_always_had() {
        for (action, expected) in [
            ("staff.signed-in", "authentication"),
            ("recipient.sign-in-refused", "authentication"),
            ("token.issued", "authentication"),
            ("sign-in-rules.changed", "configuration"),
            ("document.downloaded", "file"),
            ("purge-protocol.closed", "iam"),
            ("staff.role-changed", "iam"),
            ("group.member-added", "iam"),
            ("retention.changed", "iam"),
            ("holds.shown-changed", "iam"),
            ("backup.begun", "configuration"),
        ] {
            assert_eq!(earlier_category(action), expected, "{action}");
        }
    }
}
