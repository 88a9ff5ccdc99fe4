//! The numbers that a collector reads.

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use server::metrics_router;
use tower::ServiceExt;

use crate::harness::{App, on_both_databases};

async fn metrics(app: &App) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let answer = metrics_router(app.portal.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

on_both_databases! {
    async fn the_numbers_are_of_the_installation_and_have_no_labels(app: App) {
        app.portal.run_jobs().await.unwrap();
        let text = metrics(&app).await;
        let values: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            values,
            [
                "postvalv_purge_lag_seconds 0",
                "postvalv_purge_stopped 0",
                "postvalv_purge_waiting_documents 0",
                "postvalv_latest_round_timestamp_seconds 1795338000",
                "postvalv_audit_unchained_rows 0",
                "postvalv_audit_handover_lag_seconds 0",
                "postvalv_audit_webhook_lag_seconds 0",
                "postvalv_due_mails 0",
                "postvalv_ledger_head 0",
            ]
        );
        assert!(!text.contains('{'));
    }

    async fn they_are_not_where_people_are(app: App) {
        assert_eq!(app.browser().get("/metrics").await.status, StatusCode::NOT_FOUND);
    }
}
