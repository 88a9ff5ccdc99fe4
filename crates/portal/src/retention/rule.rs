//! What a policy may be, and which of its rules holds for what was sent. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::term::Term;
use crate::Fault;
use crate::message::{is_document_type, is_line};

/// How many days an organisation keeps what it sends unless it says otherwise.
pub(crate) const DEFAULT_DAYS: u32 = 30;
/// The longest purpose or legal ground, in characters.
const MAX_REASON_CHARS: usize = 200;
/// The most document types with a rule of their own.
const MAX_TYPES: usize = 30;

/// What a rule counts its days from. However it counts, nothing is kept longer than the policy's maximum after it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountedFrom {
    /// From when it was sent.
    Sent,
    /// From when its recipient opened it; what nobody opens is kept for the maximum.
    FirstOpened,
    /// From when its case was closed; while the case is open it is kept for the maximum.
    CaseClosed,
}

impl CountedFrom {
    /// The word for it in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::FirstOpened => "first_opened",
            Self::CaseClosed => "case_closed",
        }
    }
}

/// How long something is kept, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// For how many days.
    pub days: u32,
    /// From when on.
    pub counted_from: CountedFrom,
    /// What it is kept for and by which law; the recipient sees both.
    pub reason: RetentionReason,
}

/// Why something is kept: one line each, at most 200 characters, and either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionReason {
    /// What for (article 5(1)(b) of the GDPR).
    pub purpose: String,
    /// By which law (article 6, or a law on archives).
    pub legal_ground: String,
}

/// The rule of one document type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// The sender's name for this kind of document.
    pub document_type: String,
    /// Its rule.
    pub rule: RetentionRule,
}

/// How long an organisation keeps what it sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionPolicy {
    /// The fewest days that a rule, or a sender for one message, may ask for.
    pub minimum_days: u32,
    /// The most days, and the longest that anything is kept after it was sent.
    pub maximum_days: u32,
    /// The rule of whatever has none of its own.
    pub default: RetentionRule,
    /// Rules for single document types, in the order of their names.
    pub types: Vec<TypeRule>,
}

/// Why a policy can't be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// The minimum is below one day.
    #[error("the minimum is below one day")]
    MinimumBelowOne,
    /// The minimum is above the maximum.
    #[error("the minimum is above the maximum")]
    MinimumAboveMaximum,
    /// The maximum is above the operator's ceiling.
    #[error("the maximum is above the operator's ceiling of {ceiling_days} days")]
    AboveCeiling {
        /// The ceiling, in days.
        ceiling_days: u32,
    },
    /// A rule's days lie outside the policy's minimum and maximum.
    #[error("a rule's days lie outside minimum and maximum")]
    OutsideLimits {
        /// The type whose rule it is; `None` for the default.
        document_type: Option<String>,
    },
    /// A purpose or a legal ground is too long or not one line.
    #[error("a purpose or legal ground is not one line of at most 200 characters")]
    InvalidReason {
        /// The type whose rule it is; `None` for the default.
        document_type: Option<String>,
    },
    /// The name of a document type has other characters than a type's.
    #[error("not a document type")]
    InvalidType {
        /// The name.
        document_type: String,
    },
    /// Two rules are for the same document type.
    #[error("two rules are for the same document type")]
    TwoRules {
        /// The type.
        document_type: String,
    },
    /// A rule is for a type that neither any message nor the policy before has.
    #[error("nothing was sent with this document type")]
    UnknownType {
        /// The type.
        document_type: String,
    },
    /// There are more than thirty types.
    #[error("too many document types")]
    TooManyTypes,
}

/// The retention is shorter or longer than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutsideLimits {
    /// In days.
    pub(crate) least: u32,
    /// In days.
    pub(crate) most: u32,
}

impl RetentionPolicy {
    /// The policy of an organisation that has not decided on one.
    pub(crate) fn of_days(days: u32, ceiling_days: u32) -> Self {
        Self {
            minimum_days: 1,
            maximum_days: ceiling_days.max(1),
            default: RetentionRule {
                days: days.min(ceiling_days).max(1),
                counted_from: CountedFrom::Sent,
                reason: RetentionReason::default(),
            },
            types: Vec::new(),
        }
    }

    /// The policy as it is stored and as a page sends it back: JSON (RFC 8259).
    ///
    /// # Errors
    ///
    /// A fault, which no policy is known to give.
    pub fn to_json(&self) -> Result<String, Fault> {
        serde_json::to_string(self).map_err(Fault::new)
    }

    /// What [`RetentionPolicy::to_json`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Whether it lets something be kept for longer than a ceiling, in days.
    pub(crate) const fn is_above(&self, ceiling_days: u32) -> bool {
        self.maximum_days > ceiling_days
    }

    /// The policy with its texts trimmed and its types in order, when it keeps every rule.
    ///
    /// # Errors
    ///
    /// The first problem, in the order of the page.
    pub(crate) fn check(mut self, ceiling_days: u32) -> Result<Self, PolicyProblem> {
        if self.minimum_days < 1 {
            return Err(PolicyProblem::MinimumBelowOne);
        }
        if self.minimum_days > self.maximum_days {
            return Err(PolicyProblem::MinimumAboveMaximum);
        }
        if self.is_above(ceiling_days) {
            return Err(PolicyProblem::AboveCeiling { ceiling_days });
        }
        if self.types.len() > MAX_TYPES {
            return Err(PolicyProblem::TooManyTypes);
        }
        let limits = self.minimum_days..=self.maximum_days;
        let mut seen = BTreeSet::new();
        let of_types = self.types.iter_mut().map(|it| (Some(&it.document_type), &mut it.rule));
        for (document_type, rule) in std::iter::once((None, &mut self.default)).chain(of_types) {
            let owned = || document_type.cloned();
            if let Some(name) = document_type {
                if !is_document_type(name) {
                    return Err(PolicyProblem::InvalidType {
                        document_type: name.clone(),
                    });
                }
                // Two names that differ in case alone are taken for one: a rule must not hinge on that.
                if !seen.insert(name.to_ascii_lowercase()) {
                    return Err(PolicyProblem::TwoRules {
                        document_type: name.clone(),
                    });
                }
            }
            if !limits.contains(&rule.days) {
                return Err(PolicyProblem::OutsideLimits { document_type: owned() });
            }
            for text in [&mut rule.reason.purpose, &mut rule.reason.legal_ground] {
                *text = text.trim().to_owned();
                if !text.is_empty() && !is_line(text, MAX_REASON_CHARS) {
                    return Err(PolicyProblem::InvalidReason { document_type: owned() });
                }
            }
        }
        self.types
            .sort_by(|one, other| one.document_type.cmp(&other.document_type));
        Ok(self)
    }

    /// The rule for a document type: its own, whatever the case of its letters, else the default.
    pub(crate) fn rule_for(&self, document_type: Option<&str>) -> &RetentionRule {
        let own = |name: &str| {
            let is_it = |it: &&TypeRule| it.document_type.eq_ignore_ascii_case(name);
            self.types.iter().find(is_it)
        };
        document_type.and_then(own).map_or(&self.default, |own| &own.rule)
    }

    /// How long something is kept. What its sender asked for comes first, then the rule of its type, then the default; the
    /// policy's maximum and the operator's ceiling, which may have been lowered since, cut each of them.
    pub(crate) fn term(&self, document_type: Option<&str>, requested: Option<u32>, ceiling_days: u32) -> Term {
        let at_most = self.maximum_days.min(ceiling_days).max(1);
        let (days, counted_from) = match requested {
            Some(days) => (days, CountedFrom::Sent),
            None => {
                let rule = self.rule_for(document_type);
                (rule.days, rule.counted_from)
            }
        };
        Term {
            days: days.clamp(1, at_most),
            counted_from,
            at_most,
            ceiling: ceiling_days.max(at_most),
        }
    }

    /// Passes when a sender may ask for so many days for one message.
    pub(crate) fn allows(&self, days: u32, ceiling_days: u32) -> Result<(), OutsideLimits> {
        let most = self.maximum_days.min(ceiling_days).max(1);
        let least = self.minimum_days.min(most);
        if (least..=most).contains(&days) {
            Ok(())
        } else {
            Err(OutsideLimits { least, most })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CEILING: u32 = 365;

    fn rule(days: u32, counted_from: CountedFrom) -> RetentionRule {
        RetentionRule {
            days,
            counted_from,
            reason: RetentionReason::default(),
        }
    }

    fn of_type(document_type: &str, days: u32, counted_from: CountedFrom) -> TypeRule {
        TypeRule {
            document_type: document_type.to_owned(),
            rule: rule(days, counted_from),
        }
    }

    /// 7 to 90 days; 30 from sending, decisions 60, notes 7 from opening, files 14 from when their case is closed.
    fn policy() -> RetentionPolicy {
        RetentionPolicy {
            minimum_days: 7,
            maximum_days: 90,
            default: rule(30, CountedFrom::Sent),
            types: vec![
                of_type("decision", 60, CountedFrom::Sent),
                of_type("file", 14, CountedFrom::CaseClosed),
                of_type("note", 7, CountedFrom::FirstOpened),
            ],
        }
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table reads best as one")]
    fn the_table_of_precedence() {
        use CountedFrom::{CaseClosed, FirstOpened, Sent};
        let table: [(Option<&str>, Option<u32>, u32, (u32, CountedFrom, u32)); 14] = [
            // type, asked for by the sender, ceiling → days, counted from, at most
            (None, None, CEILING, (30, Sent, 90)),
            (Some("decision"), None, CEILING, (60, Sent, 90)),
            (Some("Decision"), None, CEILING, (60, Sent, 90)),
            (Some("note"), None, CEILING, (7, FirstOpened, 90)),
            (Some("file"), None, CEILING, (14, CaseClosed, 90)),
            (Some("letter"), None, CEILING, (30, Sent, 90)),
            (Some("decision"), Some(14), CEILING, (14, Sent, 90)),
            (Some("note"), Some(14), CEILING, (14, Sent, 90)),
            (Some("file"), Some(20), CEILING, (20, Sent, 90)),
            // What was asked for under a policy that allowed more is cut by the one that holds now.
            (None, Some(120), CEILING, (90, Sent, 90)),
            // The operator lowered the ceiling below what the organisation decided.
            (Some("decision"), None, 45, (45, Sent, 45)),
            (Some("note"), None, 5, (5, FirstOpened, 5)),
            (Some("file"), None, 5, (5, CaseClosed, 5)),
            (None, Some(14), 10, (10, Sent, 10)),
        ];
        for (document_type, requested, ceiling, (days, counted_from, at_most)) in table {
            let term = Term {
                days,
                counted_from,
                at_most,
                ceiling,
            };
            assert_eq!(
                policy().term(document_type, requested, ceiling),
                term,
                "{document_type:?} {requested:?} {ceiling}"
            );
        }
    }

    #[test]
    fn a_sender_may_ask_for_what_lies_between_minimum_and_maximum() {
        for (days, ceiling, allowed) in [
            (6, CEILING, false),
            (7, CEILING, true),
            (90, CEILING, true),
            (91, CEILING, false),
            (0, CEILING, false),
            (46, 45, false),
            (45, 45, true),
            // A ceiling below the minimum leaves the ceiling itself.
            (5, 5, true),
            (4, 5, false),
        ] {
            assert_eq!(policy().allows(days, ceiling).is_ok(), allowed, "{days} {ceiling}");
        }
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table reads best as one")]
    fn each_thing_that_a_policy_may_not_be_is_refused_for_what_it_is() {
        let named = || Some("decision".to_owned());
        let cases: [(fn(&mut RetentionPolicy), PolicyProblem); 11] = [
            (|it| it.minimum_days = 0, PolicyProblem::MinimumBelowOne),
            (|it| it.minimum_days = 91, PolicyProblem::MinimumAboveMaximum),
            (
                |it| it.maximum_days = 366,
                PolicyProblem::AboveCeiling { ceiling_days: CEILING },
            ),
            (
                |it| it.default.days = 0,
                PolicyProblem::OutsideLimits { document_type: None },
            ),
            (
                |it| it.default.days = 91,
                PolicyProblem::OutsideLimits { document_type: None },
            ),
            (
                |it| it.types.iter_mut().for_each(|it| it.rule.days = 6),
                PolicyProblem::OutsideLimits { document_type: named() },
            ),
            (
                |it| it.types.push(of_type("DECISION", 30, CountedFrom::Sent)),
                PolicyProblem::TwoRules {
                    document_type: "DECISION".to_owned(),
                },
            ),
            (
                |it| it.types.push(of_type("a b", 30, CountedFrom::Sent)),
                PolicyProblem::InvalidType {
                    document_type: "a b".to_owned(),
                },
            ),
            (
                |it| it.default.reason.purpose = "två\nrader".to_owned(),
                PolicyProblem::InvalidReason { document_type: None },
            ),
            (
                |it| it.default.reason.legal_ground = "x".repeat(201),
                PolicyProblem::InvalidReason { document_type: None },
            ),
            (
                |it| {
                    it.types = (0..31)
                        .map(|n| of_type(&format!("t{n}"), 30, CountedFrom::Sent))
                        .collect();
                },
                PolicyProblem::TooManyTypes,
            ),
        ];
        for (spoil, problem) in cases {
            let mut policy = policy();
            spoil(&mut policy);
            assert_eq!(policy.check(CEILING), Err(problem));
        }
        assert_eq!(policy().check(CEILING), Ok(policy()));
    }

    #[test]
    fn texts_are_trimmed_and_types_come_in_order() {
        let mut given = policy();
        given.types.reverse();
        given.default.reason.purpose = "  Handläggning av ansökan ".to_owned();
        let checked = given.check(CEILING).unwrap();
        assert_eq!(checked.types, policy().types);
        assert_eq!(checked.default.reason.purpose, "Handläggning av ansökan");
    }
}
