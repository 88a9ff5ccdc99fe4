//! RP-initiated logout.

use axum::http::StatusCode;

use crate::harness::{DESKTOP, World, code, query};

const SIGNED_OUT: &str = "https://portal.example/signed-out";

#[tokio::test]
async fn signing_out_revokes_the_token_and_goes_where_the_relying_party_registered() {
    let world = World::new().await;
    let tokens = world.exchange(&code(&world).await).await;
    let access = tokens["access_token"].as_str().unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let parameters = [
        ("id_token_hint", id_token),
        ("post_logout_redirect_uri", SIGNED_OUT),
        ("state", "å"),
    ];
    let answer = world
        .browser(DESKTOP)
        .get(&format!("/end-session?{}", query(&parameters)))
        .await;
    assert_eq!(answer.location(), "https://portal.example/signed-out?state=%C3%A5");
    assert_eq!(world.user_info(access).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_old_id_token_still_says_whose_sign_out_it_is() {
    let world = World::new().await;
    let tokens = world.exchange(&code(&world).await).await;
    world.clock.advance(std::time::Duration::from_secs(3_600));
    let parameters = [
        ("id_token_hint", tokens["id_token"].as_str().unwrap()),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ];
    let answer = world
        .browser(DESKTOP)
        .get(&format!("/end-session?{}", query(&parameters)))
        .await;
    assert_eq!(answer.location(), SIGNED_OUT);
}

#[tokio::test]
async fn nobody_is_sent_anywhere_else() {
    let world = World::new().await;
    let tokens = world.exchange(&code(&world).await).await;
    let id_token = tokens["id_token"].as_str().unwrap();
    let (signed, signature) = id_token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let evil = "https://evil.example/";
    for parameters in [
        vec![("id_token_hint", id_token), ("post_logout_redirect_uri", evil)],
        vec![("client_id", "portal"), ("post_logout_redirect_uri", evil)],
        vec![("post_logout_redirect_uri", SIGNED_OUT)],
        vec![("client_id", "other"), ("post_logout_redirect_uri", SIGNED_OUT)],
        vec![
            ("id_token_hint", id_token),
            ("client_id", "other"),
            ("post_logout_redirect_uri", SIGNED_OUT),
        ],
        vec![("id_token_hint", &forged), ("post_logout_redirect_uri", SIGNED_OUT)],
    ] {
        let answer = world
            .browser(DESKTOP)
            .get(&format!("/end-session?{}", query(&parameters)))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{parameters:?}");
        assert!(!answer.headers.contains_key("location"));
    }
    let page = world.browser(DESKTOP).get("/end-session").await;
    assert!(page.body.contains("Du är utloggad"));
}
