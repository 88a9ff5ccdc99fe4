use axum::body::Body;
use axum::routing::{get, post};
use base::{ManualClock, Timestamp};
use http::StatusCode;
use tower::ServiceExt;

use super::*;
use crate::request::REQUEST_ID;

fn router() -> Router {
    let origin = "https://post.example.se".parse().unwrap();
    let clock = ManualClock::at(Timestamp::from_millis(0)).clock();
    guard(
        Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/change", post(|| async { "changed" }))
            .route("/panic", get(|| async { panic!("oh") as &'static str })),
        Guard {
            ids: Ids::new(clock),
            trusted_proxies: Vec::new(),
            headers: HeaderPolicy::new(&origin, "default-src 'none'; script-src 'nonce-{nonce}'"),
            origin: OriginRule::new(&origin, &[]),
            idle: Duration::from_secs(1),
            refuse: Arc::new(|refusal, _, _| {
                let status = match refusal {
                    Refusal::ForeignOrigin => StatusCode::FORBIDDEN,
                    Refusal::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
                };
                axum::response::IntoResponse::into_response(status)
            }),
        },
    )
}

async fn answer(method: &str, path: &str) -> Response {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap();
    router().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn every_answer_has_headers_and_an_id_even_refused_panicked_and_unmatched_ones() {
    for (method, path, status) in [
        ("GET", "/", StatusCode::OK),
        ("POST", "/change", StatusCode::FORBIDDEN),
        ("GET", "/panic", StatusCode::INTERNAL_SERVER_ERROR),
        ("GET", "/nowhere", StatusCode::NOT_FOUND),
        ("POST", "/nowhere", StatusCode::FORBIDDEN),
    ] {
        let response = answer(method, path).await;
        assert_eq!(response.status(), status, "{method} {path}");
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cache-control",
        ] {
            assert!(response.headers().contains_key(name), "{name} on {method} {path}");
        }
        assert!(response.headers().contains_key(&REQUEST_ID), "{method} {path}");
    }
}

#[tokio::test]
async fn no_two_answers_share_a_nonce() {
    let first = answer("GET", "/").await.headers()["content-security-policy"].clone();
    let second = answer("GET", "/").await.headers()["content-security-policy"].clone();
    assert_ne!(first, second);
}
