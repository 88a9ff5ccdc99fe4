//! The organisation's audit log.

use std::collections::HashMap;

use app::page::staff::{WebhookForm, WebhookFormProblem, audit_page};
use app::{Assets, Flash, Language};
use portal::{AuditEvent, AuditEvents, AuditReceiverKind, AuditReceiverState, HandoverFailure};

use super::{Pages, at};
use crate::samples::time_zone;

const KARIN: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn event(row: u64, action: &str, actor_kind: &str, address: Option<&str>) -> AuditEvent {
    AuditEvent {
        row,
        at: at(-1),
        action: action.to_owned(),
        actor_kind: actor_kind.to_owned(),
        actor_id: Some(KARIN.to_owned()),
        target: action.starts_with("document").then(|| KARIN.to_owned()),
        address: address.map(str::to_owned),
    }
}

fn receiver(place: &str, row: u64, succeeded: Option<i64>, failure: Option<HandoverFailure>) -> AuditReceiverState {
    AuditReceiverState {
        kind: AuditReceiverKind::Syslog,
        place: place.to_owned(),
        row,
        last: 1_204,
        succeeded_at: succeeded.map(at),
        waiting_since: failure.map(|_| at(-2)),
        failure: failure.map(|failure| (failure, at(-1))),
    }
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let inside = super::inside(language, assets, "/staff/audit");
    let zone = time_zone();
    let names = HashMap::from([(KARIN.to_owned(), "Maria-Magdalena Wallenstråle Gyllenhammar".to_owned())]);
    let log = AuditEvents {
        events: vec![
            event(
                1_204,
                "retention.changed",
                "staff",
                Some("2001:db8:85a3::8a2e:370:7334"),
            ),
            event(1_203, "document.viewed", "recipient", None),
            event(1_202, "document.purged", "portal", None),
            event(1_201, "something.new", "staff", Some("192.0.2.7")),
        ],
        older_than: Some(1_201),
        checkpoint: Some((1_190, at(-1))),
        receivers: vec![
            receiver("siem.norrby.example:6514", 1_204, Some(-1), None),
            receiver(
                "insamlare-for-sakerhetshandelser.it-drift.norrby.example:6514",
                812,
                Some(-3),
                Some(HandoverFailure::Certificate),
            ),
            receiver("192.0.2.14:6514", 0, None, Some(HandoverFailure::Unreachable)),
            AuditReceiverState {
                kind: AuditReceiverKind::Bucket,
                last: 1_190,
                ..receiver("s3.lansarkivet.example/kontrollpunkter/postvalv", 1_190, Some(-2), None)
            },
            AuditReceiverState {
                kind: AuditReceiverKind::Bucket,
                ..receiver("s3.norrby.example/logg", 0, None, Some(HandoverFailure::NotLocked))
            },
        ],
        webhook: Some(AuditReceiverState {
            kind: AuditReceiverKind::Webhook,
            ..receiver(
                "kontrollpunkter.informationssakerhet.norrby.example:8443",
                1_120,
                Some(-2),
                Some(HandoverFailure::Answered(503)),
            )
        }),
    };
    let reached = AuditEvents {
        receivers: Vec::new(),
        webhook: Some(AuditReceiverState {
            kind: AuditReceiverKind::Webhook,
            last: 1_190,
            ..receiver("hooks.norrby.example", 1_190, Some(-1), None)
        }),
        ..log.clone()
    };
    let moved = AuditEvents {
        webhook: Some(AuditReceiverState {
            kind: AuditReceiverKind::Webhook,
            ..receiver("hooks.norrby.example", 0, None, Some(HandoverFailure::Answered(308)))
        }),
        ..reached.clone()
    };
    let empty = AuditEvents {
        events: Vec::new(),
        older_than: None,
        checkpoint: None,
        receivers: Vec::new(),
        webhook: None,
    };
    let none = HashMap::new();
    let form = WebhookForm::default();
    let filled_in = |address: &str, problem| WebhookForm {
        address: address.to_owned(),
        problem: Some(problem),
    };
    let wrong = filled_in("http://hooks.norrby.example", WebhookFormProblem::Address);
    let inner = filled_in("https://10.1.2.3/logg", WebhookFormProblem::NotAllowed);
    let unconfirmed = filled_in("https://hooks.norrby.example/logg", WebhookFormProblem::ConfirmFirst);
    let page =
        |log: &AuditEvents, names, is_first, form, flash| audit_page(&inside, log, names, is_first, form, flash, &zone);
    vec![
        ("audit", page(&log, &names, true, Some(&form), None)),
        (
            "audit-webhook",
            page(&reached, &names, true, Some(&form), Some(Flash::WebhookSaved)),
        ),
        ("audit-webhook-wrong", page(&empty, &none, true, Some(&wrong), None)),
        ("audit-webhook-inner", page(&moved, &names, true, Some(&inner), None)),
        (
            "audit-webhook-confirm",
            page(&reached, &names, true, Some(&unconfirmed), None),
        ),
        ("audit-auditor", page(&log, &names, true, None, None)),
        ("audit-empty", page(&empty, &none, true, Some(&form), None)),
        ("audit-empty-auditor", page(&empty, &none, true, None, None)),
        ("audit-older", page(&log, &names, false, Some(&form), None)),
    ]
}
