//! What was purged and by which rule, as people read it.

use portal::{AppliedRule, CountedFrom, PurgeReason};

use super::Texts;

/// What documents of this rule are called by their sender.
#[must_use]
pub fn document_type(texts: &Texts, rule: &AppliedRule) -> String {
    rule.document_type
        .clone()
        .unwrap_or_else(|| texts.get("protocol-no-type"))
}

/// Why and by which rule something was purged.
#[must_use]
pub fn rule(texts: &Texts, rule: &AppliedRule) -> String {
    let key = match (rule.reason, rule.counted_from) {
        (PurgeReason::Expired, CountedFrom::Sent) => "protocol-rule-expired",
        (PurgeReason::Expired, CountedFrom::FirstOpened) => "protocol-rule-expired-opened",
        (PurgeReason::Expired, CountedFrom::CaseClosed) => "protocol-rule-expired-closed",
        (PurgeReason::Revoked, CountedFrom::Sent) => "protocol-rule-revoked",
        (PurgeReason::Revoked, CountedFrom::FirstOpened) => "protocol-rule-revoked-opened",
        (PurgeReason::Revoked, CountedFrom::CaseClosed) => "protocol-rule-revoked-closed",
        (PurgeReason::Erased, CountedFrom::Sent) => "protocol-rule-erased",
        (PurgeReason::Erased, CountedFrom::FirstOpened) => "protocol-rule-erased-opened",
        (PurgeReason::Erased, CountedFrom::CaseClosed) => "protocol-rule-erased-closed",
    };
    texts.with(key, &[("days", rule.retention_days.into())])
}

/// So many documents.
#[must_use]
pub fn documents(texts: &Texts, count: u64) -> String {
    texts.with("protocol-count-documents", &[("count", count.into())])
}

/// So many messages.
#[must_use]
pub fn messages(texts: &Texts, count: u64) -> String {
    texts.with("protocol-count-messages", &[("count", count.into())])
}
