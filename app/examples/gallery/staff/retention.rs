//! How long the organisation keeps what it sends.

use app::page::staff::{
    ApprovalProblem, EffectProblem, NotSaved, PendingRetentionPage, RetentionEffectPage, RetentionForm, RetentionPage,
    RetentionProblem, RulePlace, pending_retention_page, retention_effect_page, retention_form_page,
    retention_not_saved_page, retention_page, retention_versions_page,
};
use app::{Assets, Flash, Language};
use base::{Ids, PendingRetentionId};
use jiff::civil::Date;
use portal::{
    Affected, CountedFrom, DueWeek, PendingRetention, RetentionApproval, RetentionEffect, RetentionInForce,
    RetentionPolicy, RetentionReason, RetentionRule, RetentionVersion, RetentionVersions, TypeRule, UnsentType,
};

use super::{Pages, at};
use crate::samples::{clock, time_zone};

fn rule(days: u32, counted_from: CountedFrom, purpose: &str, legal_ground: &str) -> RetentionRule {
    RetentionRule {
        days,
        counted_from,
        reason: RetentionReason {
            purpose: purpose.to_owned(),
            legal_ground: legal_ground.to_owned(),
        },
    }
}

fn policy() -> RetentionPolicy {
    let decision = rule(
        90,
        CountedFrom::Sent,
        "Den enskilde ska hinna läsa och överklaga beslutet",
        "Förvaltningslagen (2017:900) och länsstyrelsens dokumenthanteringsplan",
    );
    RetentionPolicy {
        minimum_days: 7,
        maximum_days: 180,
        default: rule(30, CountedFrom::Sent, "", ""),
        types: vec![
            TypeRule {
                document_type: "delgivning-med-kvittens".to_owned(),
                rule: decision,
            },
            TypeRule {
                document_type: "kallelse".to_owned(),
                rule: rule(14, CountedFrom::FirstOpened, "Mötet ska vara över", ""),
            },
        ],
    }
}

fn in_force(version: u32, policy: RetentionPolicy) -> RetentionInForce {
    RetentionInForce {
        version,
        policy,
        ceiling_days: 365,
        types_in_use: vec!["beslut".to_owned(), "kallelse".to_owned()],
        still_following_before: u64::from(version) * 1_200,
        time_zone: time_zone(),
    }
}

fn weeks(documents: [u64; 12]) -> Vec<DueWeek> {
    let mut from: Date = "2026-11-22".parse().unwrap_or_default();
    let mut weeks = Vec::new();
    for documents in documents {
        let days_left = 8 - i32::from(from.weekday().to_monday_one_offset());
        let until = from.saturating_add(jiff::Span::new().days(days_left));
        weeks.push(DueWeek { from, until, documents });
        from = until;
    }
    weeks
}

fn affected(documents: u64, messages: u64, days: Option<(i64, i64)>) -> Affected {
    Affected {
        documents,
        messages,
        sent: days.map(|(oldest, newest)| (at(oldest), at(newest))),
    }
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let inside = super::inside(language, assets, "/staff/retention");
    let (own, plain) = (
        in_force(2, policy()),
        in_force(
            0,
            RetentionPolicy {
                types: Vec::new(),
                ..policy()
            },
        ),
    );
    let versions = RetentionVersions {
        versions: [(2, policy(), -3), (1, plain.policy.clone(), -200)]
            .map(|(version, policy, days)| RetentionVersion {
                version,
                policy,
                decided_at: at(days),
                decided_by: (version == 2).then(|| "Karin Åkerström".to_owned()),
                approved_by: (version == 2).then(|| "Olle Berg".to_owned()),
            })
            .into(),
        before: Some(1),
    };
    let no_versions = RetentionVersions::default();
    let due = weeks([12, 0, 48, 1_250, 7, 90, 0, 3, 412, 8, 800, 66]);
    let none_due = weeks([0; 12]);
    let waiting = PendingRetention {
        id: Ids::new(clock()).next::<PendingRetentionId>(),
        policy: Some(policy()),
        asked_at: at(-1),
        asked_by: Some("Karin Åkerström".to_owned()),
        is_own: false,
        lapses_at: at(13),
        above_ceiling: None,
    };
    let asked = RetentionApproval {
        required: true,
        admins: 3,
        pending: Some(waiting.clone()),
    };
    let alone = RetentionApproval {
        required: false,
        admins: 1,
        pending: None,
    };
    let page = |in_force, due, versions, may_change| RetentionPage {
        in_force,
        due,
        held: if may_change { 17 } else { 0 },
        versions,
        approval: if may_change { &asked } else { &alone },
        may_change,
    };
    let form = RetentionForm::of(2, &own.policy, &own.types_in_use, 365);
    let wrong = RetentionForm {
        problem: Some(RetentionProblem::Days(RulePlace::Type(0))),
        ..form.clone()
    };
    let effect = RetentionEffect {
        earlier: affected(1_204, 966, Some((-88, -15))),
        later: affected(0, 0, None),
        unchanged: affected(1, 1, Some((-2, -2))),
        held: affected(4, 3, Some((-61, -40))),
        gone_today: affected(312, 290, Some((-88, -30))),
        counted_today: 315,
        shortens: true,
        unsent: vec![
            UnsentType {
                document_type: "delgivning-med-kvittens".to_owned(),
                most_alike: None,
            },
            UnsentType {
                document_type: "kalelse".to_owned(),
                most_alike: Some("kallelse".to_owned()),
            },
        ],
    };
    let zone = time_zone();
    let shown = |problem: Option<EffectProblem>| RetentionEffectPage {
        effect: &effect,
        version: 2,
        policy: "{}",
        declared: None,
        problem,
        needs_approval: problem.is_none(),
        time_zone: &zone,
    };
    let own_change = PendingRetention {
        policy: None,
        is_own: true,
        ..waiting.clone()
    };
    let above = PendingRetention {
        above_ceiling: Some(180),
        ..waiting.clone()
    };
    let pending = |pending, effect, problem| {
        let shown = PendingRetentionPage {
            pending,
            effect,
            may_change: true,
            problem,
            time_zone: &zone,
        };
        pending_retention_page(&inside, shown)
    };
    vec![
        (
            "retention",
            retention_page(
                &inside,
                page(&own, Some(due.as_slice()), &versions, true),
                Some(Flash::RetentionSaved),
            ),
        ),
        (
            "retention-seen",
            retention_page(
                &inside,
                page(&plain, Some(none_due.as_slice()), &no_versions, false),
                None,
            ),
        ),
        (
            "retention-busy",
            retention_page(&inside, page(&plain, None, &no_versions, true), None),
        ),
        (
            "retention-versions",
            retention_versions_page(&inside, &versions, &time_zone()),
        ),
        ("retention-form", retention_form_page(&inside, &form)),
        ("retention-form-wrong", retention_form_page(&inside, &wrong)),
        ("retention-effect", retention_effect_page(&inside, shown(None))),
        (
            "retention-effect-unconfirmed",
            retention_effect_page(&inside, shown(Some(EffectProblem::ConfirmFirst))),
        ),
        (
            "retention-effect-more-goes",
            retention_effect_page(&inside, shown(Some(EffectProblem::MoreGoesToday))),
        ),
        (
            "retention-not-saved",
            retention_not_saved_page(&inside, NotSaved::ChangedMeanwhile),
        ),
        ("retention-pending", pending(&waiting, Some(&effect), None)),
        ("retention-pending-above", pending(&above, None, None)),
        (
            "retention-pending-above-refused",
            pending(&above, None, Some(ApprovalProblem::AboveCeiling)),
        ),
        (
            "retention-pending-own",
            pending(&own_change, None, Some(ApprovalProblem::OwnChange)),
        ),
    ]
}
