//! `GET /metrics` in Prometheus' text format (0.0.4), on a listener of its own. Numbers of the whole installation, without labels.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use portal::{Gauges, Portal};

/// How many ask at once at most; a collector is one.
pub(crate) const LIMITS: web::Limits = web::Limits {
    max_connections: 8,
    header: Duration::from_secs(10),
    idle: Duration::from_secs(10),
    shutdown: Duration::from_secs(5),
};

/// The only route of the listener.
pub fn metrics_router(portal: Portal) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(portal)
}

async fn metrics(State(portal): State<Portal>) -> Response {
    match portal.gauges().await {
        Ok(gauges) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text(&gauges)).into_response(),
        Err(fault) => {
            crate::answer::log_error("the metrics could not be read", &fault);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
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
            "ledger_head",
            "The number of the ledger's last batch, as far as the databases know.",
            gauges.ledger_head,
        ),
    ];
    let line = |(name, help, value)| {
        format!("# HELP postvalv_{name} {help}\n# TYPE postvalv_{name} gauge\npostvalv_{name} {value}\n")
    };
    lines.map(line).concat()
}
