//! Every route, knocked on by somebody who may not use it.
//!
//! The table is what the router is built from (and for API v1, the description that its routes are built with), so a
//! route that is not in it does not exist; a server function too exists only as a route of the table.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use server::routes::{Access, Route};

use crate::harness::{ANNA, App, BENGT};
use crate::requests;
use crate::your_data;

/// Routes for anybody. This list may only shrink; a new route belongs to somebody.
const PUBLIC: &[(Method, &str)] = &[
    (Method::GET, "/"),
    (Method::GET, "/.well-known/postvalv-signing-keys.json"),
    (Method::GET, "/accessibility"),
    (Method::GET, "/api/v1/openapi.json"),
    (Method::GET, "/api/v1/problems/{code}"),
    (Method::GET, "/assets/{file}"),
    (Method::GET, "/data-protection"),
    (Method::GET, "/healthz"),
    (Method::GET, "/preview"),
    (Method::GET, "/readyz"),
    (Method::GET, "/session"),
    (Method::GET, "/sign-in/{provider}/callback"),
    (Method::GET, "/sign-in/{provider}/front-channel-logout"),
    (Method::GET, "/sign-in/{provider}/jwks"),
    (Method::GET, "/sign-in/{provider}/logo"),
    (Method::GET, "/signed-out"),
    (Method::GET, "/staff/invitations/{token}"),
    (Method::GET, "/staff/session"),
    (Method::GET, "/staff/sign-in"),
    (Method::GET, "/staff/sign-in/{organisation}"),
    (Method::GET, "/staff/signed-out"),
    (Method::GET, "/staff/work-account/{provider}/callback"),
    (Method::POST, "/api/v1/token"),
    (Method::POST, "/language"),
    (Method::POST, "/sign-in/{provider}"),
    (Method::POST, "/sign-in/{provider}/back-channel-logout"),
    (Method::POST, "/sign-out"),
    (Method::POST, "/staff/invitations/{token}"),
    (Method::POST, "/staff/sign-in/{organisation}"),
    (Method::POST, "/staff/sign-in/{organisation}/work-account/{provider}"),
    (Method::POST, "/staff/sign-out"),
];

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn is_public(route: &Route) -> bool {
    PUBLIC
        .iter()
        .any(|(method, path)| *method == route.method && *path == route.path)
}

/// The route's path with something in place of its parameters.
fn path(route: &Route, id: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in route.path.split('/') {
        parts.push(if part.starts_with('{') { id } else { part });
    }
    parts.join("/")
}

/// A request from our own page, so that the origin rule is not what refuses it.
fn knock(route: &Route, id: &str) -> Request<Body> {
    Request::builder()
        .method(route.method.clone())
        .uri(path(route, id))
        .header("sec-fetch-site", "same-origin")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn every_route_belongs_to_somebody_unless_it_is_listed_here() {
    let app = App::on_sqlite().await;
    for route in &app.routes {
        assert_eq!(route.access == Access::Public, is_public(route), "{route:?}");
    }
    for (method, path) in PUBLIC.iter().cloned() {
        let known = app
            .routes
            .iter()
            .any(|route| route.method == method && route.path == path);
        assert!(known, "{method} {path} is gone: take it off the list");
    }
}

#[tokio::test]
async fn every_route_of_the_table_is_there() {
    let app = App::on_sqlite().await;
    for route in &app.routes {
        let request = Request::builder()
            .method(Method::OPTIONS)
            .uri(path(route, ID))
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            app.send(request).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{route:?}"
        );
    }
}

#[tokio::test]
async fn nobody_uses_a_route_of_somebodys_without_proof() {
    // So many knocks from one address are refused for being many, where that is bounded.
    let app = App::with(|text| format!("{text}\n[rates]\nrefused_tokens_per_minute = 1000\n")).await;
    let (_, token) = app.sender("Norrby kommun").await;
    let cookie = format!("{}={}", server::COOKIE, app.signed_in(ANNA).await.session().unwrap());
    // A recipient's session under the name of a staff member's cookie.
    let as_staff = cookie.replacen(server::COOKIE, server::STAFF_COOKIE, 1);
    let strangers = [
        ("nobody", None),
        (
            "a made-up session",
            Some(("cookie", format!("{}=AAAAAAAAAAAAAAAAAAAAAA", server::COOKIE))),
        ),
        ("a broken session", Some(("cookie", format!("{}=x", server::COOKIE)))),
        ("a made-up token", Some(("authorization", "Bearer AAAA".to_owned()))),
        ("no bearer", Some(("authorization", "Basic QTpC".to_owned()))),
    ];
    for route in app.routes.iter().filter(|route| route.access != Access::Public) {
        // Who may use one kind of route is a stranger to the other.
        let other = match route.access {
            Access::Recipient | Access::RecipientBeforeTerms => {
                ("a system", Some(("authorization", format!("Bearer {token}"))))
            }
            Access::System => ("a recipient", Some(("cookie", cookie.clone()))),
            Access::Directory => ("a system", Some(("authorization", format!("Bearer {token}")))),
            Access::StaffCandidate | Access::Staff(_) => ("a recipient", Some(("cookie", as_staff.clone()))),
            Access::Public => continue,
        };
        for (who, header) in strangers.iter().cloned().chain([other]) {
            let mut request = knock(route, ID);
            if let Some((name, value)) = header {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            let answer = app.send(request).await;
            let led_to_the_start = answer.status == StatusCode::SEE_OTHER && answer.location() == "/";
            let led_to_staff_sign_in = answer.status == StatusCode::SEE_OTHER && answer.location() == "/staff/sign-in";
            let refused = match route.access {
                Access::Recipient | Access::RecipientBeforeTerms => {
                    led_to_the_start || answer.status == StatusCode::UNAUTHORIZED
                }
                Access::StaffCandidate | Access::Staff(_) => {
                    led_to_staff_sign_in || answer.status == StatusCode::UNAUTHORIZED
                }
                _ => answer.status == StatusCode::UNAUTHORIZED,
            };
            assert!(refused, "{who} on {route:?}: {} {}", answer.status, answer.text());
        }
    }
}

#[tokio::test]
async fn nobody_reads_what_is_somebody_elses() {
    let app = App::on_sqlite().await;
    let (sender, token) = app.sender("Norrby kommun").await;
    let receipt = app
        .message(&sender, ANNA, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    let mut anna = app.signed_in(ANNA).await;
    let (case, document) = app.first_document(&mut anna).await;
    let elsewhere = app.signed_in(ANNA).await;
    let session = anna.get("/sessions").await.id_after("action=\"/sessions/");
    let sign_in = anna.get("/sign-ins").await.id_after("action=\"/sign-ins/");
    let archive = your_data::ordered(&mut anna).await;
    let extract = archive.split('/').nth(2).unwrap().to_owned();
    let request = requests::of_a_person(&mut anna, &receipt).await;
    let (_, other_token) = app.sender("Söderby kommun").await;
    let mut bengt = app.signed_in(BENGT).await;
    let theirs = app.directory("Norrby kommun", None).await;
    let user = theirs.make_user("olle@norrby.example").await;
    let group = theirs.make_group("Skolan").await;
    let stranger = app.directory("Söderby kommun", None).await;
    let with_ids = app.routes.iter().filter(|route| route.path.contains("{id}"));
    let mut tried = 0;
    for route in with_ids.filter(|route| route.access != Access::Public) {
        tried += 1;
        if matches!(route.access, Access::Staff(_)) {
            continue;
        }
        let id = match route.path.split("/{id}").next().unwrap() {
            "/cases" | "/api/v1/cases" => case.to_string(),
            "/documents" => document.to_string(),
            "/sessions" => session.clone(),
            "/sign-ins" => sign_in.clone(),
            "/your-data" => extract.clone(),
            "/rights" => request.clone(),
            "/api/v1/messages" => receipt.id.to_string(),
            "/scim/v2/Users" => user.clone(),
            "/scim/v2/Groups" => group.clone(),
            other => panic!("{other}: whose are these? Say so here"),
        };
        let mut request = knock(route, &id);
        let answer = if route.access == Access::System {
            request
                .headers_mut()
                .insert("authorization", format!("Bearer {other_token}").parse().unwrap());
            app.send(request).await
        } else if route.access == Access::Directory {
            stranger.knock(route.method.clone(), &path(route, &id)).await
        } else {
            bengt.send(request).await
        };
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{route:?}: {}", answer.text());
    }
    assert!(tried >= 6, "{tried}");
    assert!(elsewhere.copy().is_signed_in().await);
    // All of it is there for those whose it is.
    assert_eq!(
        app.signed_in(ANNA)
            .await
            .get(&format!("/documents/{document}"))
            .await
            .status,
        StatusCode::OK
    );
    let request =
        Request::get(format!("/api/v1/messages/{}", receipt.id)).header("authorization", format!("Bearer {token}"));
    assert_eq!(
        app.send(request.body(Body::empty()).unwrap()).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn no_other_site_changes_anything() {
    let app = App::on_sqlite().await;
    let mut browser = app.signed_in(ANNA).await;
    for route in app.routes.iter().filter(|route| !route.method.is_safe()) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "null"),
            ("x-no", ""),
        ] {
            let mut request = knock(route, ID);
            request.headers_mut().remove("sec-fetch-site");
            request.headers_mut().insert(name, value.parse().unwrap());
            let answer = browser.send(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value} on {route:?}");
        }
    }
    assert!(browser.is_signed_in().await);
}
