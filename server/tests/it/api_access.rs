//! Who gets into API v1: tokens, scopes, and what belongs to others.

use std::time::Duration;

use portal::Scope;
use reqwest::{Method, Response};
use serde_json::json;

use crate::api_support::{FIRST, Multipart, PDF, SECOND, Served, System, json, metadata, refused};

async fn token(served: &Served, form: &[(&str, &str)]) -> Response {
    served.bare(Method::POST, "/token").form(form).send().await.unwrap()
}

#[tokio::test]
async fn credentials_in_the_header_or_the_form_give_a_token() {
    let served = Served::start().await;
    let system = served.system().await;
    let (id, secret) = (system.id.to_string(), system.secret.expose().as_str());
    let in_form = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_secret", secret),
    ];
    let by_form = token(&served, &in_form).await;
    assert_eq!(by_form.headers()["cache-control"], "no-store");
    let by_header = served
        .bare(Method::POST, "/token")
        .basic_auth(&id, Some(secret))
        .form(&[("grant_type", "client_credentials"), ("scope", "events:read")])
        .send()
        .await
        .unwrap();
    let by_form = json(by_form).await;
    assert_eq!(by_form["token_type"], "Bearer");
    assert_eq!(by_form["expires_in"], 3600);
    assert_eq!(
        by_form["scope"],
        "messages:send messages:read recipients:match events:read"
    );
    let by_header = json(by_header).await;
    assert_eq!(by_header["scope"], "events:read");
    let narrowed = System {
        token: by_header["access_token"].as_str().unwrap().to_owned(),
        ..system
    };
    assert_eq!(served.get(&narrowed, "/events").await.status(), 200);
    let refusal = served.send(&narrowed, "k", &metadata(), &[PDF]).await;
    refused(refusal, "insufficient-scope").await;
}

#[tokio::test]
async fn wrong_credentials_get_the_same_answer_whatever_is_wrong() {
    let served = Served::start().await;
    let system = served.system().await;
    let nobody = "0192f0c1-2345-7abc-8def-0123456789ab";
    for (id, secret) in [
        (system.id.to_string().as_str(), "wrong"),
        (nobody, system.secret.expose().as_str()),
        ("admin", "admin"),
        ("", ""),
    ] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let response = token(&served, &form).await;
        assert_eq!(response.status(), 401);
        assert!(
            response.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Basic ")
        );
        assert_eq!(
            json(response).await,
            json!({ "error": "invalid_client", "error_description": "the client's id or secret is wrong" })
        );
    }
}

#[tokio::test]
async fn a_token_request_that_is_none_is_told_what_is_wrong() {
    let served = Served::start().await;
    let system = served.system().await;
    let (id, secret) = (system.id.to_string(), system.secret.expose().as_str());
    let credentials = [("client_id", id.as_str()), ("client_secret", secret)];
    for (more, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (
            vec![("grant_type", "client_credentials"), ("grant_type", "password")],
            "invalid_request",
        ),
        (
            vec![("grant_type", "client_credentials"), ("scope", "everything")],
            "invalid_scope",
        ),
    ] {
        let form: Vec<_> = credentials.into_iter().chain(more).collect();
        let response = token(&served, &form).await;
        assert_eq!(response.status(), 400);
        assert_eq!(json(response).await["error"], error);
    }
    let response = served
        .bare(Method::POST, "/token")
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(json(response).await["error"], "invalid_request");
}

#[tokio::test]
async fn no_token_or_one_that_is_not_good_gets_401_everywhere() {
    let served = Served::start().await;
    let system = served.system().await;
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    for (method, path) in [
        (Method::GET, "/events".to_owned()),
        (Method::GET, format!("/messages/{id}")),
        (Method::DELETE, format!("/messages/{id}")),
        (Method::POST, "/messages".to_owned()),
        (Method::POST, "/recipients/match".to_owned()),
    ] {
        let bare = served.bare(method.clone(), &path).send().await.unwrap();
        assert_eq!(bare.headers()["www-authenticate"], "Bearer realm=\"postvalv\"");
        refused(bare, "invalid-token").await;
        for wrong in ["abc", &format!("{}x", system.token)] {
            let response = served
                .bare(method.clone(), &path)
                .bearer_auth(wrong)
                .send()
                .await
                .unwrap();
            let challenge = response.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            refused(response, "invalid-token").await;
        }
    }
}

#[tokio::test]
async fn a_token_ends_with_its_hour_and_with_its_system() {
    let served = Served::start().await;
    let system = served.system().await;
    served.app.clock.advance(Duration::from_secs(3599));
    assert_eq!(served.get(&system, "/events").await.status(), 200);
    served.app.clock.advance(Duration::from_secs(1));
    refused(served.get(&system, "/events").await, "invalid-token").await;

    let disabled = served.system().await;
    served
        .app
        .portal
        .disable_system(&served.operator(), disabled.id)
        .await
        .unwrap();
    refused(served.send(&disabled, "k", &metadata(), &[PDF]).await, "invalid-token").await;
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let served = Served::start().await;
    let reader = served.system_with(&[Scope::MessagesRead]).await;
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    let body = json!({ "recipients": [FIRST] });
    let post = served.send(&reader, "k", &metadata(), &[PDF]).await;
    let delete = served
        .request(&reader, Method::DELETE, &format!("/messages/{id}"))
        .send()
        .await
        .unwrap();
    let events = served.get(&reader, "/events").await;
    let matched = served
        .request(&reader, Method::POST, "/recipients/match")
        .json(&body)
        .send()
        .await
        .unwrap();
    for (response, scope) in [
        (post, "messages:send"),
        (delete, "messages:send"),
        (events, "events:read"),
        (matched, "recipients:match"),
    ] {
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains(&format!("scope=\"{scope}\"")), "{challenge}");
        refused(response, "insufficient-scope").await;
    }
    let sender = served.system_with(&[Scope::MessagesSend]).await;
    refused(
        served.get(&sender, &format!("/messages/{id}")).await,
        "insufficient-scope",
    )
    .await;
}

#[tokio::test]
async fn a_message_of_another_organisation_is_not_there() {
    let served = Served::start().await;
    let (owner, stranger) = (served.system().await, served.system().await);
    let receipt = json(served.send(&owner, "k", &metadata(), &[PDF]).await).await;
    let path = format!("/messages/{}", receipt["id"].as_str().unwrap());
    let nothing = "/messages/0192f0c1-2345-7abc-8def-0123456789ab";
    let mut foreign = refused(served.get(&stranger, &path).await, "not-found").await;
    let mut absent = refused(served.get(&stranger, nothing).await, "not-found").await;
    for problem in [&mut foreign, &mut absent] {
        problem["request_id"].take();
    }
    assert_eq!(foreign, absent);
    let revoke = served.request(&stranger, Method::DELETE, &path).send().await.unwrap();
    refused(revoke, "not-found").await;
    refused(served.get(&stranger, "/messages/..%2f").await, "not-found").await;
    assert_eq!(served.get(&owner, &path).await.status(), 200);
    assert_eq!(served.events(&stranger).await, 0);
}

#[tokio::test]
async fn matching_says_only_who_has_an_address() {
    let served = Served::start().await;
    let (sender, stranger) = (served.system().await, served.system().await);
    let mut to_both = metadata();
    to_both["recipients"] = json!([{ "personnummer": FIRST }, { "personnummer": SECOND, "email": "anna@example.se" }]);
    assert_eq!(served.send(&sender, "k", &to_both, &[PDF]).await.status(), 201);
    let ask = async |recipients: serde_json::Value| {
        let request = served.request(&stranger, Method::POST, "/recipients/match");
        request.json(&json!({ "recipients": recipients })).send().await.unwrap()
    };
    // The first was written to and has no address; the third is not known at all: no difference.
    assert_eq!(
        json(ask(json!([FIRST, SECOND, "197701172392"])).await).await,
        json!({ "recipients": [{ "has_address": false }, { "has_address": true }, { "has_address": false }] })
    );
    let problem = refused(ask(json!([FIRST, "200001012385"])).await, "invalid-personnummer").await;
    assert_eq!(problem["pointer"], "/recipients/1");
    refused(ask(json!(vec![FIRST; 1001])).await, "too-many-recipients").await;
    refused(ask(json!(FIRST)).await, "malformed-request").await;
}

#[tokio::test]
async fn a_page_elsewhere_cannot_send_with_a_visitors_cookies() {
    let served = Served::start().await;
    let system = served.system().await;
    let response = served
        .request(&system, Method::POST, "/messages")
        .header("cookie", "__Host-postvalv=x")
        .header("origin", "https://elsewhere.example")
        .header("content-type", Multipart::CONTENT_TYPE)
        .body(Multipart::message(&metadata(), &[PDF]).0)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 403);
}
