//! What shortens retention, and how long a change waits for a second admin. Pure.

use std::time::Duration;

use base::Timestamp;

use crate::retention::effect::RetentionEffect;
use crate::retention::rule::{CountedFrom, RetentionPolicy};
use crate::retention::term::Term;

/// How long a change waits.
const WAITS: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// When a change that was asked for at an instant can't be approved any more.
pub(super) fn lapses_at(asked_at: Timestamp) -> Timestamp {
    asked_at + WAITS
}

/// Whether a policy keeps anything for a shorter time than the one before it: what was sent already, or what will be sent by some rule.
pub(crate) fn shortens(before: &RetentionPolicy, after: &RetentionPolicy, effect: &RetentionEffect) -> bool {
    let types = before
        .types
        .iter()
        .chain(&after.types)
        .map(|it| it.document_type.as_str());
    let mut kinds = std::iter::once(None).chain(types.map(Some));
    // Whatever the operator allows by now: a rule that is cut by the ceiling may be let out again.
    let term = |policy: &RetentionPolicy, kind| policy.term(kind, None, u32::MAX);
    effect.earlier.messages > 0 || kinds.any(|kind| is_shorter(term(before, kind), term(after, kind)))
}

/// Whether something can end earlier by one term than by another.
const fn is_shorter(before: Term, after: Term) -> bool {
    use CountedFrom::{CaseClosed, FirstOpened, Sent};
    if after.at_most < before.at_most {
        return true;
    }
    match (before.counted_from, after.counted_from) {
        (Sent, _) | (FirstOpened, FirstOpened) | (CaseClosed, CaseClosed) => after.days < before.days,
        // What nobody opened or closed was kept for the maximum.
        (FirstOpened | CaseClosed, Sent) => after.days < before.at_most,
        // Either may come first.
        (FirstOpened, CaseClosed) | (CaseClosed, FirstOpened) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::effect::Affected;
    use crate::retention::rule::{RetentionReason, RetentionRule, TypeRule};

    fn rule(days: u32, counted_from: CountedFrom) -> RetentionRule {
        RetentionRule {
            days,
            counted_from,
            reason: RetentionReason::default(),
        }
    }

    /// 30 days from sending, decisions 60, notes 7 from opening, files 14 from closing; 1 to 90 days.
    fn policy() -> RetentionPolicy {
        let of_type = |name: &str, rule| TypeRule {
            document_type: name.to_owned(),
            rule,
        };
        RetentionPolicy {
            minimum_days: 1,
            maximum_days: 90,
            default: rule(30, CountedFrom::Sent),
            types: vec![
                of_type("decision", rule(60, CountedFrom::Sent)),
                of_type("file", rule(14, CountedFrom::CaseClosed)),
                of_type("note", rule(7, CountedFrom::FirstOpened)),
            ],
        }
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table reads best as one")]
    fn the_table_of_what_shortens() {
        let table: [(&str, fn(&mut RetentionPolicy), bool); 18] = [
            ("nothing", |_| {}, false),
            ("a longer default", |it| it.default.days = 31, false),
            ("a shorter default", |it| it.default.days = 29, true),
            ("a lower maximum", |it| it.maximum_days = 89, true),
            ("a higher maximum", |it| it.maximum_days = 91, false),
            ("another minimum", |it| it.minimum_days = 7, false),
            ("a shorter rule of a type", |it| it.types[0].rule.days = 59, true),
            ("a longer rule of a type", |it| it.types[0].rule.days = 61, false),
            ("a type without its rule", |it| drop(it.types.remove(0)), true),
            (
                "a type without a rule that was shorter",
                |it| {
                    it.types[0].rule.days = 20;
                    it.default.days = 60;
                },
                true,
            ),
            (
                "another purpose",
                |it| it.default.reason.purpose = "Omprövning".to_owned(),
                false,
            ),
            (
                "from opening rather than from sending",
                |it| it.default.counted_from = CountedFrom::FirstOpened,
                false,
            ),
            (
                "from closing, and fewer days",
                |it| it.default = rule(29, CountedFrom::CaseClosed),
                true,
            ),
            (
                "from sending rather than from opening",
                |it| it.types[2].rule = rule(89, CountedFrom::Sent),
                true,
            ),
            (
                "from sending, for the maximum",
                |it| it.types[2].rule = rule(90, CountedFrom::Sent),
                false,
            ),
            (
                "from closing rather than from opening",
                |it| it.types[2].rule = rule(30, CountedFrom::CaseClosed),
                true,
            ),
            ("fewer days from closing", |it| it.types[1].rule.days = 13, true),
            (
                "a new type that is shorter than the rest",
                |it| {
                    it.types.push(TypeRule {
                        document_type: "reminder".to_owned(),
                        rule: rule(5, CountedFrom::Sent),
                    });
                },
                true,
            ),
        ];
        for (what, change, expected) in table {
            let mut after = policy();
            change(&mut after);
            assert_eq!(
                shortens(&policy(), &after, &RetentionEffect::default()),
                expected,
                "{what}"
            );
        }
    }

    #[test]
    fn whatever_moves_a_document_nearer_shortens() {
        let effect = RetentionEffect {
            earlier: Affected {
                documents: 0,
                messages: 1,
                sent: None,
            },
            ..RetentionEffect::default()
        };
        assert!(shortens(&policy(), &policy(), &effect));
    }
}
