//! The organisation's audit log.

use std::collections::HashMap;

use app::page::staff::audit_page;
use app::{Assets, Language};
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
    };
    let empty = AuditEvents {
        events: Vec::new(),
        older_than: None,
        checkpoint: None,
        receivers: Vec::new(),
    };
    let none = HashMap::new();
    vec![
        ("audit", audit_page(&inside, &log, &names, true, None, &zone)),
        ("audit-empty", audit_page(&inside, &empty, &none, true, None, &zone)),
        ("audit-older", audit_page(&inside, &log, &names, false, None, &zone)),
    ]
}
