//! How much one address, and everybody together, may start.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};

use crate::harness::{DESKTOP, World, authorization, call, query};

async fn begin(world: &World, address: &str) -> StatusCode {
    let mut request = Request::get(format!("/authorize?{}", query(&authorization())))
        .body(Body::empty())
        .unwrap();
    let address: SocketAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(address));
    call(&world.router, request).await.status
}

#[tokio::test]
async fn an_address_that_starts_too_many_waits() {
    let world = World::with("[limits]\norders_per_minute = 2").await;
    assert_eq!(begin(&world, "192.0.2.1:1").await, StatusCode::SEE_OTHER);
    assert_eq!(begin(&world, "192.0.2.1:2").await, StatusCode::SEE_OTHER);
    assert_eq!(begin(&world, "192.0.2.1:3").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(begin(&world, "192.0.2.2:1").await, StatusCode::SEE_OTHER);
    assert_eq!(world.waiting().await.len(), 3);
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(begin(&world, "192.0.2.1:4").await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn starting_again_counts_and_quiet_renewal_does_not() {
    let world = World::with("[limits]\norders_per_minute = 2").await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    sign_in.post("start", &[("method", "qr")]).await;
    sign_in.post("start", &[("method", "qr")]).await;
    let page = sign_in.page().await.body;
    assert!(
        page.contains("många legitimeringar från din internetanslutning"),
        "{page}"
    );
    world.clock.advance(Duration::from_secs(30));
    sign_in.post("start", &[("method", "qr")]).await;
    for _ in 0..50 {
        world.beat().await;
    }
    assert_eq!(sign_in.status().await["state"], "order");
}

#[tokio::test]
async fn when_memory_is_full_newcomers_wait_and_those_inside_go_on() {
    let world = World::with("[limits]\nsign_ins = 1").await;
    let mut first = world.browser(DESKTOP).begin().await;
    let second = world
        .browser(DESKTOP)
        .get(&format!("/authorize?{}", query(&authorization())))
        .await;
    assert_eq!(second.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(first.status().await["state"], "order");
}
