//! `GET /metrics` in Prometheus' text format (0.0.4), on a listener of its own. Numbers of the whole installation, without labels.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use portal::{BackupSettings, Gauges, Portal};

/// How many ask at once at most; a collector is one.
pub(crate) const LIMITS: web::Limits = web::Limits {
    max_connections: 8,
    header: Duration::from_secs(10),
    idle: Duration::from_secs(10),
    shutdown: Duration::from_secs(5),
};

/// The only route of the listener. With `backups` it tells of these archives too.
pub fn metrics_router(portal: Portal, backups: Option<BackupSettings>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state((portal, backups))
}

async fn metrics(State((portal, backups)): State<(Portal, Option<BackupSettings>)>) -> Response {
    let mut text = match portal.gauges().await {
        Ok(gauges) => text(&gauges),
        Err(fault) => {
            crate::answer::log_error("the metrics could not be read", &fault);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    if let Some(backups) = backups {
        match portal.oldest_provider_archive(&backups).await {
            Ok(age) => text.push_str(&line((
                "oldest_provider_archive_age_seconds",
                "How long ago the oldest archive of the key provider was begun; 0 when there is none.",
                age.as_secs(),
            ))),
            // The others are told all the same; a collector notices that this one is missing.
            Err(error) => crate::answer::log_error("the age of the archives could not be read", &error),
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

fn text(gauges: &Gauges) -> String {
    let lines = [
        (
            "purge_lag_seconds",
            "For how long the oldest of what is due has waited to be purged.",
            gauges.purge_lag.as_secs(),
        ),
        (
            "purge_stopped",
            "1 while the purge stands still.",
            u64::from(gauges.purge_waiting.is_some()),
        ),
        (
            "purge_waiting_documents",
            "Documents that wait until the purge may go on.",
            gauges.purge_waiting.unwrap_or(0),
        ),
        (
            "latest_round_timestamp_seconds",
            "The latest instant that a round of jobs latched.",
            u64::try_from(gauges.latest_round_at.as_seconds()).unwrap_or(0),
        ),
        (
            "audit_unchained_rows",
            "Rows of the audit log that are in no chain yet.",
            gauges.unchained_audit_rows,
        ),
        (
            "audit_handover_lag_seconds",
            "For how long the oldest of what is to be handed out of audit logs has waited.",
            gauges.audit_handover_lag.as_secs(),
        ),
        (
            "audit_webhook_lag_seconds",
            "For how long the oldest checkpoint that a webhook of an organisation is to get has waited.",
            gauges.audit_webhook_lag.as_secs(),
        ),
        ("due_mails", "Mails that are due and not sent.", gauges.due_mails),
        (
            "overdue_data_requests",
            "People's requests that are not answered though the last day for it is over.",
            gauges.overdue_requests,
        ),
        (
            "ledger_head",
            "The number of the ledger's last batch, as far as the databases know.",
            gauges.ledger_head,
        ),
    ];
    lines.map(line).concat()
}

/// A number with its name and what it says.
fn line((name, help, value): (&str, &str, u64)) -> String {
    format!("# HELP postvalv_{name} {help}\n# TYPE postvalv_{name} gauge\npostvalv_{name} {value}\n")
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;

    #[test]
    fn each_number_stands_under_its_own_name() {
        let text = text(&Gauges {
            purge_lag: Duration::from_secs(2),
            purge_waiting: Some(3),
            latest_round_at: Timestamp::from_millis(4_000),
            unchained_audit_rows: 5,
            audit_handover_lag: Duration::from_secs(6),
            audit_webhook_lag: Duration::from_secs(7),
            due_mails: 8,
            overdue_requests: 9,
            ledger_head: 10,
        });
        let values: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            values,
            [
                "postvalv_purge_lag_seconds 2",
                "postvalv_purge_stopped 1",
                "postvalv_purge_waiting_documents 3",
                "postvalv_latest_round_timestamp_seconds 4",
                "postvalv_audit_unchained_rows 5",
                "postvalv_audit_handover_lag_seconds 6",
                "postvalv_audit_webhook_lag_seconds 7",
                "postvalv_due_mails 8",
                "postvalv_overdue_data_requests 9",
                "postvalv_ledger_head 10",
            ]
        );
    }
}
