//! Who gets in to SCIM, what of others nobody sees, and what hostile requests get.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use portal::OperatorActor;
use serde_json::{Value, json};

use crate::harness::App;
use crate::scim_support::{OBJECT, TENANT, body, patch, refused, user};

#[tokio::test]
async fn every_wrong_token_gets_the_same_answer_and_not_without_end() {
    let app = App::with(|text| format!("{text}\n[rates]\nrefused_tokens_per_minute = 5\n")).await;
    let directory = app.directory("Norrby kommun", None).await;
    let ask = async |token: Option<&str>| {
        let mut request = Request::get("/scim/v2/Users");
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let mut seen = Vec::new();
    let right = format!("Bearer {}", directory.token);
    for wrong in [
        None,
        Some("Basic QTpC"),
        Some("Bearer AAAA"),
        Some(&right[..right.len() - 1]),
        Some(&right.replace("Bearer ", "")),
    ] {
        let answer = ask(wrong).await;
        refused(&answer, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"postvalv\"");
        let mut body = body(&answer);
        let detail = body["detail"]
            .as_str()
            .unwrap()
            .replace(answer.header("x-request-id"), "");
        body["detail"] = detail.into();
        seen.push(body);
    }
    assert!(seen.iter().all(|body| *body == seen[0]), "{seen:?}");
    assert_eq!(app.audited().await["provisioning.token-refused/"], 2);
    for _ in 0..3 {
        assert_eq!(ask(Some("Bearer AAAA")).await.status, StatusCode::UNAUTHORIZED);
    }
    let often = ask(Some("Bearer AAAA")).await;
    refused(&often, StatusCode::TOO_MANY_REQUESTS);
    assert!(!often.header("retry-after").is_empty());
    // A good one is never refused for what others do.
    assert_eq!(ask(Some(&right)).await.status, StatusCode::OK);
    let operator = OperatorActor::on_this_host(app.request_info());
    let listed = app
        .portal
        .list_provisioning_tokens(&operator, directory.organisation)
        .await
        .unwrap();
    let withdrawn = app
        .portal
        .withdraw_provisioning_token(&operator, directory.organisation, listed[0].id);
    withdrawn.await.unwrap();
    app.clock.advance_millis(60_000);
    assert_eq!(ask(Some(&right)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_directory_sees_and_changes_nothing_of_another_organisation() {
    let app = App::on_sqlite().await;
    let theirs = app.directory("Norrby kommun", Some(TENANT)).await;
    let mut karin = user("karin@norrby.example");
    karin["externalId"] = OBJECT.into();
    let id = theirs.post("/Users", &karin).await["id"].as_str().unwrap().to_owned();
    let group = theirs
        .post(
            "/Groups",
            &json!({ "displayName": "Skolan", "members": [{ "value": id }] }),
        )
        .await;
    let group = group["id"].as_str().unwrap().to_owned();
    let before = (
        theirs.get(&format!("/Users/{id}")).await,
        theirs.get(&format!("/Groups/{group}")).await,
    );
    for stranger in [
        app.directory("Söderby kommun", Some(TENANT)).await,
        app.directory("Österby kommun", None).await,
        app.directory_of(theirs.organisation, None).await,
    ] {
        let (users, groups) = (format!("/Users/{id}"), format!("/Groups/{group}"));
        let replaced = json!({ "userName": "x@norrby.example", "externalId": OBJECT, "displayName": "x" });
        let off = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
        let renamed = patch(json!([{ "op": "replace", "path": "displayName", "value": "x" }]));
        for (method, path, value) in [
            (Method::GET, &users, None),
            (Method::PUT, &users, Some(&replaced)),
            (Method::PATCH, &users, Some(&off)),
            (Method::DELETE, &users, None),
            (Method::GET, &groups, None),
            (Method::PUT, &groups, Some(&replaced)),
            (Method::PATCH, &groups, Some(&renamed)),
            (Method::DELETE, &groups, None),
        ] {
            let answer = stranger.send(method.clone(), path, value).await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{method} {path}: {}",
                answer.text()
            );
        }
        for (endpoint, filter) in [
            ("/Users", "userName eq \"karin@norrby.example\"".to_owned()),
            ("/Users", format!("externalId eq \"{OBJECT}\"")),
            ("/Users", format!("id eq \"{id}\"")),
            ("/Users", "userName pr".to_owned()),
            ("/Groups", "displayName eq \"Skolan\"".to_owned()),
            ("/Groups", format!("members.value eq \"{id}\"")),
        ] {
            assert_eq!(stranger.query(endpoint, &filter).await["totalResults"], 0, "{filter}");
        }
        let all = stranger.send(Method::POST, "/.search", Some(&json!({}))).await;
        assert_eq!(body(&all)["totalResults"], 0);
        let with_member = json!({ "displayName": "Skolan", "members": [{ "value": id }] });
        let answer = stranger.send(Method::POST, "/Groups", Some(&with_member)).await;
        assert_eq!(refused(&answer, StatusCode::BAD_REQUEST), "invalidValue");
    }
    let after = (
        theirs.get(&format!("/Users/{id}")).await,
        theirs.get(&format!("/Groups/{group}")).await,
    );
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_filter_that_asks_for_too_much_and_the_directorys_own_account_are_refused() {
    let app = App::on_sqlite().await;
    let directory = app.directory("Norrby kommun", None).await;
    let me = directory.send(Method::GET, "/Me", None).await;
    refused(&me, StatusCode::NOT_IMPLEMENTED);
    let id = directory.make_user("olle@norrby.example").await;
    let condition = vec!["value eq \"x\""; 101].join(" or ");
    let remove = json!({ "op": "remove", "path": format!("emails[{condition}]") });
    let change = directory.change(&format!("/Users/{id}"), json!([remove, remove])).await;
    assert_eq!(refused(&change, StatusCode::BAD_REQUEST), "tooMany");
    let emails = vec![json!({ "value": "ä".repeat(128), "type": "x" }); 20];
    for number in 0..70 {
        let mut made = user(&format!("u{number}@norrby.example"));
        made["emails"] = json!(emails);
        made["emails"][0] = json!({ "value": format!("u{number}@norrby.example"), "type": "work" });
        directory.post("/Users", &made).await;
    }
    let filter = vec!["emails co \"q\""; 200].join(" or ");
    let search = json!({ "filter": filter });
    let found = directory.send(Method::POST, "/Users/.search", Some(&search)).await;
    assert_eq!(refused(&found, StatusCode::BAD_REQUEST), "tooMany");
    assert_eq!(directory.query("/Users", "emails co \"y\"").await["totalResults"], 70);
}

#[tokio::test]
async fn hostile_requests_are_refused_in_the_form_of_scim() {
    let app = App::on_sqlite().await;
    let okta = app.directory("Norrby kommun", None).await;
    let id = okta.make_user("olle@norrby.example").await;
    let path = format!("/Users/{id}");
    let json_text = "application/json";
    for (text, status) in [
        ("{".to_owned(), StatusCode::BAD_REQUEST),
        (String::new(), StatusCode::BAD_REQUEST),
        ("[]".to_owned(), StatusCode::BAD_REQUEST),
        ("null".to_owned(), StatusCode::BAD_REQUEST),
        (
            format!("{{\"userName\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000)),
            StatusCode::BAD_REQUEST,
        ),
        (
            format!("{{\"userName\":\"{}\"}}", "x".repeat(257)),
            StatusCode::BAD_REQUEST,
        ),
        (
            format!("{{\"userName\":\"{}\"}}", "x".repeat(600_000)),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        for (method, path) in [
            (Method::POST, "/Users"),
            (Method::PUT, path.as_str()),
            (Method::POST, "/Groups"),
            (Method::PATCH, &path),
        ] {
            let answer = okta.send_text(method.clone(), path, json_text, text.clone()).await;
            refused(&answer, status);
            assert!(!answer.text().contains("xxx"), "{}", answer.text());
        }
    }
    let other_type = okta
        .send_text(Method::POST, "/Users", "text/plain", "{}".to_owned())
        .await;
    refused(&other_type, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for filter in [
        "userName",
        "userName%20eq",
        "(userName%20pr",
        "userName%20is%20%22a%22",
        &"(".repeat(3000),
    ] {
        let answer = okta.send(Method::GET, &format!("/Users?filter={filter}"), None).await;
        assert_eq!(refused(&answer, StatusCode::BAD_REQUEST), "invalidFilter");
    }
    for query in ["count=x", "startIndex=1e3", "attributes=%22"] {
        let answer = okta.send(Method::GET, &format!("/Users?{query}"), None).await;
        assert_eq!(refused(&answer, StatusCode::BAD_REQUEST), "invalidValue");
    }
    for path in [
        "/Users/x",
        "/Users/0192f0c1-2345-7abc-8def-0123456789ab",
        "/Groups/..%2f",
        "/Bulk",
        "/Schemas/x",
        "/ResourceTypes/x",
    ] {
        let answer = okta.send(Method::GET, path, None).await;
        refused(&answer, StatusCode::NOT_FOUND);
    }
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        refused(
            &okta.send(Method::DELETE, path, None).await,
            StatusCode::METHOD_NOT_ALLOWED,
        );
    }
    refused(
        &okta.send(Method::GET, "/Schemas?filter=id%20pr", None).await,
        StatusCode::FORBIDDEN,
    );
    let members: Vec<Value> = (0..2001)
        .map(|number| json!({ "value": format!("{number:036}") }))
        .collect();
    let many = okta
        .send(
            Method::POST,
            "/Groups",
            Some(&json!({ "displayName": "x", "members": members })),
        )
        .await;
    assert_eq!(refused(&many, StatusCode::BAD_REQUEST), "invalidValue");
    let twice = json!({ "displayName": "y", "members": [{ "value": id }, { "value": id }] });
    assert_eq!(
        okta.post("/Groups", &twice).await["members"].as_array().unwrap().len(),
        1
    );
    assert_eq!(okta.get(&path).await["userName"], "olle@norrby.example");
}

#[tokio::test]
async fn each_kind_of_directory_is_told_what_it_must_send() {
    let app = App::on_sqlite().await;
    let entra = app.directory("Norrby kommun", Some(TENANT)).await;
    let okta = app.directory("Söderby kommun", None).await;
    let required = async |directory: &crate::scim_support::Directory<'_>| {
        let schema = directory
            .get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")
            .await;
        let attributes = schema["attributes"].as_array().unwrap().clone();
        let required = attributes.iter().filter(|attribute| attribute["required"] == true);
        required
            .map(|attribute| attribute["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(required(&entra).await, ["userName", "externalId", "active"]);
    assert_eq!(required(&okta).await, ["userName", "emails", "active"]);
    let without = entra
        .send(Method::POST, "/Users", Some(&user("karin@norrby.example")))
        .await;
    assert_eq!(refused(&without, StatusCode::BAD_REQUEST), "invalidValue");
    let without = okta.send(Method::POST, "/Users", Some(&user("no address"))).await;
    assert_eq!(refused(&without, StatusCode::BAD_REQUEST), "invalidValue");
    let config = okta.get("/ServiceProviderConfig").await;
    for (feature, supported) in [
        ("patch", true),
        ("filter", true),
        ("bulk", false),
        ("sort", false),
        ("changePassword", false),
        ("etag", false),
    ] {
        assert_eq!(config[feature]["supported"], supported, "{feature}");
    }
    assert_eq!(okta.get("/ResourceTypes").await["totalResults"], 2);
}

#[tokio::test]
async fn a_page_elsewhere_changes_nothing_with_a_visitors_cookies() {
    let app = App::on_sqlite().await;
    let okta = app.directory("Norrby kommun", None).await;
    let request = Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", okta.token))
        .header("content-type", "application/scim+json")
        .header("cookie", "__Host-postvalv=x")
        .header("origin", "https://elsewhere.example")
        .body(Body::from(user("olle@norrby.example").to_string()))
        .unwrap();
    refused(&app.send(request).await, StatusCode::FORBIDDEN);
    assert_eq!(okta.get("/Users").await["totalResults"], 0);
}
