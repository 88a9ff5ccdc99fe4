//! The numbers that a collector reads.

use std::time::Duration;

use axum::body::Body;
use base::SecretString;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use portal::{BackupLock, BackupSettings, OperatorActor};
use server::metrics_router;
use tower::ServiceExt;

use crate::api_support::PDF;
use crate::harness::{ANNA, App, on_both_databases};

const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

async fn metrics(app: &App) -> String {
    metrics_with(app, None).await
}

async fn metrics_with(app: &App, backups: Option<BackupSettings>) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let answer = metrics_router(app.portal.clone(), backups)
        .oneshot(request)
        .await
        .unwrap();
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
                "postvalv_overdue_data_requests 0",
                "postvalv_ledger_head 0",
            ]
        );
        assert!(!text.contains('{'));
    }

    async fn the_age_of_the_oldest_provider_archive_is_told_where_there_are_backups(app: App) {
        let folder = tempfile::tempdir().unwrap();
        let settings = BackupSettings {
            folder: folder.path().to_owned(),
            lock: BackupLock::Passphrase(SecretString::new("a passphrase of the operator".to_owned())),
            provider_life: Duration::from_secs(7 * 86_400),
            pg_dump: "pg_dump".into(),
        };
        const NAME: &str = "postvalv_oldest_provider_archive_age_seconds";
        let told = async || metrics_with(&app, Some(settings.clone())).await.lines().last().unwrap().to_owned();
        assert_eq!(told().await, format!("{NAME} 0"));
        let provider = folder.path().join("provider");
        for name in ["20261121T080000Z.tar.age", "20261122T080000Z.tar.age", "notes.txt", "20261101T080000Z.partial"] {
            std::fs::write(provider.join(name), "").unwrap();
        }
        assert_eq!(told().await, format!("{NAME} {}", 25 * 3600));
        assert!(!metrics(&app).await.contains(NAME));
        std::fs::remove_dir_all(folder.path()).unwrap();
        std::fs::write(folder.path(), "").unwrap();
        assert_eq!(told().await, "postvalv_ledger_head 0", "a folder that can't be read keeps nothing else back");
        std::fs::remove_file(folder.path()).unwrap();
    }

    async fn a_purge_that_stands_still_shows_with_what_waits(app: App) {
        let (system, _) = app.sender("Norrby kommun").await;
        for _ in 0..2 {
            app.message(&system, ANNA, &[("beslut.pdf", "application/pdf", PDF); 30]).await;
        }
        app.portal.run_jobs().await.unwrap();
        // Longer than any forecast speaks of, and an hour of it after their end.
        app.clock.advance_millis(30 * DAY + 15 * HOUR);
        assert!(app.portal.run_jobs().await.unwrap().stopped.is_some());
        let has = |text: &str, line: &str| assert!(text.lines().any(|it| it == line), "{line} in {text}");
        let text = metrics(&app).await;
        has(&text, "postvalv_purge_stopped 1");
        has(&text, "postvalv_purge_waiting_documents 60");
        has(&text, "postvalv_purge_lag_seconds 3600");

        let operator = OperatorActor::on_this_host(app.request_info());
        app.portal.confirm_purge(&operator, 60).await.unwrap();
        app.portal.run_jobs().await.unwrap();
        let text = metrics(&app).await;
        has(&text, "postvalv_purge_stopped 0");
        has(&text, "postvalv_purge_waiting_documents 0");
        has(&text, "postvalv_purge_lag_seconds 0");
    }

    async fn they_are_not_where_people_are(app: App) {
        assert_eq!(app.browser().get("/metrics").await.status, StatusCode::NOT_FOUND);
    }
}
