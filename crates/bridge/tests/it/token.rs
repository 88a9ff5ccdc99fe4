//! Codes, tokens and UserInfo, from outside.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::Value;

use crate::harness::{ALMA, DESKTOP, SECRET, World, call, code, exchange, query};

fn claims(id_token: &Value) -> Value {
    let claims = id_token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn a_code_buys_tokens_and_the_number_comes_by_user_info_alone() {
    let world = World::new().await;
    let tokens = world.exchange(&code(&world).await).await;
    assert_eq!(tokens["token_type"], "Bearer");
    let claims = claims(&tokens["id_token"]);
    assert_eq!(claims["acr"], "http://id.elegnamnden.se/loa/1.0/loa3");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["aud"], "portal");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert!(!claims.to_string().contains(ALMA) && !claims.to_string().contains("Alma"));

    let info = world.user_info(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(info.headers["cache-control"], "no-store");
    let info = info.json();
    assert_eq!(info["sub"], claims["sub"]);
    assert_eq!(info["https://id.oidc.se/claim/personalIdentityNumber"], ALMA);
    assert_eq!(info["ssn"], ALMA);
    assert_eq!(info["name"], "Alma Exempelsson");
    assert_eq!(info["given_name"], "Alma");
    assert_eq!(info["family_name"], "Exempelsson");
}

#[tokio::test]
async fn a_person_has_the_same_sub_each_time() {
    let world = World::new().await;
    let mut subs = Vec::new();
    for _ in 0..2 {
        let tokens = world.exchange(&code(&world).await).await;
        subs.push(claims(&tokens["id_token"])["sub"].as_str().unwrap().to_owned());
    }
    assert_eq!(subs[0], subs[1]);
    assert!(!subs[0].contains(ALMA));
}

#[tokio::test]
async fn a_code_is_good_once_and_using_it_again_revokes_what_it_gave() {
    let world = World::new().await;
    let code = code(&world).await;
    let tokens = world.exchange(&code).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(world.user_info(access).await.status, StatusCode::OK);
    let again = world.token(&exchange(&code)).await;
    assert_eq!(
        (again.status, again.json()["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_grant"))
    );
    assert_eq!(world.user_info(access).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_runs_out_after_a_minute_and_an_access_token_after_five() {
    let world = World::new().await;
    let (late, used) = (code(&world).await, code(&world).await);
    let tokens = world.exchange(&used).await;
    let access = tokens["access_token"].as_str().unwrap();
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.token(&exchange(&late)).await.json()["error"], "invalid_grant");
    assert_eq!(world.user_info(access).await.status, StatusCode::OK);
    world.clock.advance(Duration::from_secs(240));
    assert_eq!(world.user_info(access).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_is_bound_to_client_address_and_verifier() {
    let world = World::new().await;
    for (change, value) in [
        ("redirect_uri", "https://portal.example/callback/"),
        ("code_verifier", "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ("code_verifier", "short"),
    ] {
        let code = code(&world).await;
        let form = exchange(&code).map(|(name, known)| if name == change { (name, value) } else { (name, known) });
        assert_eq!(world.token(&form).await.json()["error"], "invalid_grant", "{change}");
    }
    let code = code(&world).await;
    let other = [
        ("client_id", "other"),
        ("client_secret", "ffffffffffffffffffffffffffffffff"),
    ];
    assert_eq!(
        world.token_as(&other, &exchange(&code)).await.json()["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_client_that_is_not_itself_is_refused_before_its_code_is_looked_at() {
    let world = World::new().await;
    let code = code(&world).await;
    for credentials in [
        &[("client_id", "portal"), ("client_secret", "wrong")][..],
        &[("client_id", "nobody"), ("client_secret", SECRET)],
        &[("client_id", "portal")],
        &[],
    ] {
        let answer = world.token_as(credentials, &exchange(&code)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["error"], "invalid_client");
        assert!(answer.headers.contains_key("www-authenticate"));
    }
    world.exchange(&code).await;
}

#[tokio::test]
async fn credentials_may_come_as_http_basic_but_not_twice() {
    let world = World::new().await;
    let code = code(&world).await;
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("portal:{SECRET}")));
    let send = |body: String| {
        let request = Request::post("/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", &basic)
            .body(Body::from(body))
            .unwrap();
        call(&world.router, request)
    };
    let twice = send(format!(
        "{}&client_id=portal&client_secret={SECRET}",
        query(&exchange(&code))
    ))
    .await;
    assert_eq!(twice.json()["error"], "invalid_request");
    assert_eq!(send(query(&exchange(&code))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_malformed_token_request_is_told_why() {
    let world = World::new().await;
    for (form, error) in [
        (&[("grant_type", "refresh_token")][..], "unsupported_grant_type"),
        (&[], "invalid_request"),
        (&[("grant_type", "authorization_code")], "invalid_request"),
        (&[("grant_type", "a"), ("grant_type", "a")], "invalid_request"),
    ] {
        let answer = world.token(form).await;
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (StatusCode::BAD_REQUEST, Some(error))
        );
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn user_info_needs_a_token_in_its_header() {
    let world = World::new().await;
    assert_eq!(world.user_info("nonsense").await.status, StatusCode::UNAUTHORIZED);
    let tokens = world.exchange(&code(&world).await).await;
    let access = tokens["access_token"].as_str().unwrap();
    let request = Request::get(format!("/userinfo?access_token={access}"))
        .body(Body::empty())
        .unwrap();
    let answer = call(&world.router, request).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(
        answer.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Bearer")
    );
}

#[tokio::test]
async fn a_client_may_have_its_user_info_signed_and_the_number_in_the_id_token() {
    let world = World::with(
        r#"
        [clients.signed]
        name = "Signerad"
        purpose_sv = "se"
        purpose_en = "see"
        secret = "0123456789abcdef0123456789abcdef"
        redirect_uris = ["https://portal.example/callback"]
        signed_userinfo = true
        number_in_id_token = true
        "#,
    )
    .await;
    let parameters: Vec<_> = crate::harness::authorization()
        .into_iter()
        .map(|(name, value)| (name, if name == "client_id" { "signed" } else { value }))
        .collect();
    let mut browser = world.browser(DESKTOP);
    let path = browser
        .get(&format!("/authorize?{}", query(&parameters)))
        .await
        .location()
        .to_owned();
    let mut sign_in = crate::harness::SignIn { browser, path };
    sign_in.approve_by_qr(ALMA).await;
    let code = sign_in.code().await;
    let credentials = [("client_id", "signed"), ("client_secret", SECRET)];
    let tokens = world.token_as(&credentials, &exchange(&code)).await.json();
    assert_eq!(
        claims(&tokens["id_token"])["https://id.oidc.se/claim/personalIdentityNumber"],
        ALMA
    );
    let info = world.user_info(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(info.headers["content-type"], "application/jwt");
    let info = claims(&Value::String(info.body));
    assert_eq!(
        (&info["aud"], &info["iss"]),
        (&Value::from("signed"), &Value::from(crate::harness::ORIGIN))
    );
    assert_eq!(info["https://id.oidc.se/claim/personalIdentityNumber"], ALMA);
}

#[tokio::test]
async fn keys_rotate_without_a_gap() {
    let world = World::new().await;
    let keys = async || {
        let request = Request::get("/jwks.json").body(Body::empty()).unwrap();
        let keys = call(&world.router, request).await.json();
        let keys = keys["keys"].as_array().unwrap().clone();
        assert!(keys.iter().all(|key| key["alg"] == "ES256" && key.get("d").is_none()));
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = keys().await;
    world.clock.advance(Duration::from_secs(28 * 86_400));
    world.bridge.tidy().await;
    let both = keys().await;
    assert_eq!((first.len(), both.len()), (1, 2));
    world.clock.advance(Duration::from_secs(2 * 86_400));
    let tokens = world.exchange(&code(&world).await).await;
    let header = tokens["id_token"].as_str().unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["kid"], both[1].as_str());
}
