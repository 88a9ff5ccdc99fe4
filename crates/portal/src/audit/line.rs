//! A row of the log as one line of an export: JSON with the field names of the Elastic Common Schema (ECS 8.17), and under
//! `postvalv.audit` what is needed to verify it (`docs/audit.md`).

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::canonical::Hash;
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
        let is_person = matches!(row.actor_kind.as_str(), "staff" | "recipient");
        Self {
            timestamp: Timestamp::from_millis(row.at).to_rfc3339(),
            ecs: Ecs {
                version: ECS_VERSION.to_owned(),
            },
            event: Event {
                id: row.id,
                kind: "event".to_owned(),
                module: "postvalv".to_owned(),
                dataset: "postvalv.audit".to_owned(),
                category: vec![category(&row.action).to_owned()],
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

/// The ECS category (`event.category`) that an action belongs to.
fn category(action: &str) -> &'static str {
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
    fn each_action_belongs_to_a_category() {
        for (action, expected) in [
            ("staff.signed-in", "authentication"),
            ("recipient.sign-in-refused", "authentication"),
            ("token.issued", "authentication"),
            ("sign-in-rules.changed", "configuration"),
            ("document.downloaded", "file"),
            ("staff.role-changed", "iam"),
            ("group.member-added", "iam"),
        ] {
            assert_eq!(category(action), expected, "{action}");
        }
    }
}
