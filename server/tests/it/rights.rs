//! The table of rights, over HTTP: each role knocks on each route of staff's, and gets in exactly where its role does.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use portal::{Action, OperatorActor, Role};
use server::routes::{Access, Route};

use crate::browser::{Answer, Browser};
use crate::harness::App;
use crate::holds;
use crate::requests;
use crate::staff_support::{KARIN, PASSWORD, any_form, form, new_password};

const MINUTE: i64 = 60_000;
const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn path(route: &Route, id: &str) -> String {
    let parts: Vec<&str> = route
        .path
        .split('/')
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect();
    parts.join("/")
}

async fn knock(browser: &mut Browser<'_>, route: &Route, id: &str) -> Answer {
    let request = Request::builder()
        .method(route.method.clone())
        .uri(path(route, id))
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-dest", "document")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = if route.method == Method::GET {
        String::new()
    } else {
        any_form()
    };
    browser.send(request.body(Body::from(body)).unwrap()).await
}

/// How many lines about staff who were refused by role the audit log has.
async fn denials(app: &App) -> usize {
    let audited = app.audited().await;
    let denied = audited.iter().filter(|(what, _)| what.starts_with("staff.denied/"));
    denied.map(|(_, count)| count).sum()
}

/// Every route of staff's with the action that it is for.
fn routes(app: &App) -> Vec<(Route, Action)> {
    let of_staff = app.routes.iter().filter_map(|route| match route.access {
        Access::Staff(action) => Some((route.clone(), action)),
        _ => None,
    });
    of_staff.collect()
}

#[tokio::test]
async fn each_role_gets_in_exactly_where_the_table_says() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    let routes = routes(&app);
    let tried: BTreeSet<String> = routes.iter().map(|(_, action)| format!("{action:?}")).collect();
    let all: BTreeSet<String> = Action::ALL.iter().map(|action| format!("{action:?}")).collect();
    assert_eq!(all.difference(&tried).collect::<Vec<_>>(), Vec::<&String>::new());
    for (role, browser) in [
        (Role::Admin, &mut karin),
        (Role::Sender, &mut bo),
        (Role::Auditor, &mut eva),
    ] {
        for (route, action) in &routes {
            let before = denials(&app).await;
            let answer = knock(browser, route, NOBODY).await;
            let allowed = answer.status != StatusCode::FORBIDDEN;
            let told = format!("{role} on {} {}: {}", route.method, route.path, answer.status);
            assert_eq!(allowed, role.allows(*action), "{told}");
            assert_eq!(denials(&app).await - before, usize::from(!allowed), "{told}");
            assert!(!answer.status.is_server_error(), "{told}");
        }
        assert!(browser.is_staff().await, "{role}");
    }
}

#[tokio::test]
async fn what_matters_asks_for_a_fresh_sign_in_after_five_minutes() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let own_page = karin
        .get("/staff/members")
        .await
        .id_after("<h2><a href=\"/staff/members/");
    app.clock.advance_millis(5 * MINUTE);
    for (route, action) in routes(&app).iter().filter(|(_, action)| action.needs_step_up()) {
        let answer = knock(&mut karin, route, &own_page).await;
        // A form that was filled in stays, and leads to the confirmation in another tab.
        let stays = answer.status == StatusCode::UNPROCESSABLE_ENTITY
            && answer.text().contains("href=\"/staff/confirm\" target=\"_blank\"");
        let asked = answer.location() == "/staff/confirm" || stays;
        assert!(asked, "{action:?} {route:?}: {} {}", answer.status, answer.text());
    }
    // Nothing was done meanwhile, and after the confirmation it goes on where it was.
    assert_eq!(karin.get("/staff/members/new").await.location(), "/staff/confirm");
    assert_eq!(karin.get("/staff/confirm").await.status, StatusCode::OK);
    let wrong = karin
        .post("/staff/confirm", &form(&[("password", "fel lösenord här")]))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(karin.get("/staff/members/new").await.location(), "/staff/confirm");
    let right = karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(right.location(), "/staff/members/new");
    assert_eq!(karin.get("/staff/members/new").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_asked_for_a_confirmation_says_that_it_is_not_done_yet() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let _bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    let id = karin
        .get("/staff/members")
        .await
        .id_after("<h2><a href=\"/staff/members/");
    let page = format!("/staff/members/{id}");
    app.clock.advance_millis(5 * MINUTE);
    assert_eq!(
        karin.post(&format!("{page}/deactivate"), "").await.location(),
        "/staff/confirm"
    );
    // Not before it is confirmed.
    let asked = karin.get("/staff/confirm").await.text();
    assert!(!asked.contains("Det är inte gjort än"), "{asked}");
    let confirmed = karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(confirmed.location(), page);
    let text = karin.get(&page).await.text();
    assert!(
        text.contains("Det är inte gjort än") && text.contains(">Aktiv<"),
        "{text}"
    );
    // Once is enough.
    assert!(!karin.get(&page).await.text().contains("Det är inte gjort än"));
}

#[tokio::test]
async fn a_form_that_is_held_open_does_not_keep_the_rights_of_who_began_it() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Admin).await;
    let text = karin.get("/staff/members").await.text();
    let place = text.find(">Bo<").unwrap();
    let id = text[..place].rsplit("/staff/members/").next().unwrap()[..36].to_owned();
    let fields = form(&[
        ("name", "Ett bihang"),
        ("email", "bihang@norrby.example"),
        ("role", "admin"),
        ("first_day", ""),
        ("last_day", ""),
    ]);
    let (rest, body) = futures::channel::mpsc::unbounded::<Result<String, std::convert::Infallible>>();
    let (first, last) = fields.split_at(fields.len() - 1);
    rest.unbounded_send(Ok(first.to_owned())).unwrap();
    let request = Request::post("/staff/members")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from_stream(body))
        .unwrap();
    let deactivate = async {
        let done = karin.post(&format!("/staff/members/{id}/deactivate"), "").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        rest.unbounded_send(Ok(last.to_owned())).unwrap();
        drop(rest);
    };
    let (answer, ()) = futures::join!(bo.send(request), deactivate);
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
    assert!(!karin.get("/staff/members").await.text().contains("bihang"));
}

#[tokio::test]
async fn whose_role_has_no_cases_lands_elsewhere() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    assert_eq!(eva.get("/staff").await.location(), "/staff/members");
    let page = eva.get("/staff/members").await;
    assert_eq!(page.status, StatusCode::OK);
    // An auditor sees everything there, and is offered nothing that they may not do.
    for path in [
        "/staff/members",
        "/staff/systems",
        "/staff/provisioning",
        "/staff/sign-in-rules",
        "/staff/protocols",
    ] {
        let text = eva.get(path).await.text();
        let main = text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(!main.contains("<button") && !main.contains("/new\""), "{path}: {main}");
    }
    assert!(!page.text().contains("href=\"/staff/cases\""), "{}", page.text());
}

#[tokio::test]
async fn what_was_decided_about_an_account_holds_on_the_very_next_request() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Admin).await;
    let list = karin.get("/staff/members").await;
    let text = list.text();
    let place = text.find(">Bo<").unwrap();
    let id = text[..place].rsplit("/staff/members/").next().unwrap()[..36].to_owned();
    let page = format!("/staff/members/{id}");
    let terms = |role: &str, first: &str, last: &str| form(&[("role", role), ("first_day", first), ("last_day", last)]);
    assert_eq!(bo.get("/staff/members").await.status, StatusCode::OK);
    // Another role.
    assert_eq!(karin.post(&page, &terms("sender", "", "")).await.location(), page);
    assert_eq!(bo.get("/staff/members").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bo.get("/staff/cases").await.status, StatusCode::OK);
    // Days that are over.
    assert_eq!(
        karin.post(&page, &terms("sender", "", "2026-11-21")).await.location(),
        page
    );
    assert!(!bo.is_staff().await);
    assert_eq!(
        karin.post(&page, &terms("sender", "", "2026-11-22")).await.location(),
        page
    );
    assert!(bo.is_staff().await);
    // Sessions ended, the account deactivated and open again.
    assert_eq!(karin.post(&format!("{page}/end-sessions"), "").await.location(), page);
    assert!(!bo.is_staff().await);
    assert_eq!(
        bo.give_password("bo@norrby.example", PASSWORD).await.location(),
        "/staff"
    );
    assert_eq!(karin.post(&format!("{page}/deactivate"), "").await.location(), page);
    assert!(!bo.is_staff().await);
    let refused = bo.give_password("bo@norrby.example", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(karin.post(&format!("{page}/reactivate"), "").await.location(), page);
    assert_eq!(
        bo.give_password("bo@norrby.example", PASSWORD).await.location(),
        "/staff"
    );
    // Invited anew: what they had is gone at once.
    let invited = karin.post(&format!("{page}/invitation"), "").await;
    assert!(!bo.is_staff().await);
    assert_eq!(
        bo.post(&invited.link(), &new_password(PASSWORD)).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let another = new_password("gråsten paraply 3 hyacint");
    assert_eq!(bo.post(&invited.link(), &another).await.location(), "/staff");
}

#[tokio::test]
async fn the_last_admin_stays() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let id = karin
        .get("/staff/members")
        .await
        .id_after("<h2><a href=\"/staff/members/");
    let page = format!("/staff/members/{id}");
    for (path, fields) in [
        (
            page.clone(),
            form(&[("role", "sender"), ("first_day", ""), ("last_day", "")]),
        ),
        (format!("{page}/deactivate"), String::new()),
    ] {
        let answer = karin.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("minst en administratör"), "{}", answer.text());
    }
    assert!(karin.is_staff().await);
}

#[tokio::test]
async fn what_is_no_id_is_nobodys_page() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let with_ids = routes(&app)
        .into_iter()
        .filter(|(route, _)| route.path.contains("{id}"));
    for (route, _) in with_ids {
        // An id has one address, so that its other forms are none.
        for id in ["x", "0192f0c123457abc8def0123456789ab"] {
            let answer = knock(&mut karin, &route, id).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{route:?} {id}");
            assert!(answer.text().contains("<h1>"), "{route:?} {id}");
        }
    }
}

#[tokio::test]
async fn another_organisations_people_systems_and_tokens_are_not_there() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let (system, _) = app.system("Söderby kommun").await;
    let soderby = app.organisation("Söderby kommun").await;
    let operator = OperatorActor::on_this_host(app.request_info());
    app.directory_of(soderby.id, None).await;
    let token = app
        .portal
        .list_provisioning_tokens(&operator, soderby.id)
        .await
        .unwrap()[0]
        .clone();
    let hold = holds::of_another_organisation(&app).await;
    let case = holds::case_of_another_organisation(&app).await;
    let asked = requests::of_another_organisation(&app).await;
    let link = app.invitation(&soderby).await;
    let mut other = app.browser();
    other.post(&link, &new_password(PASSWORD)).await;
    let id = other
        .get("/staff/members")
        .await
        .id_after("<h2><a href=\"/staff/members/");
    for route in app
        .routes
        .iter()
        .filter(|route| matches!(route.access, Access::Staff(_)))
    {
        let whose = match route.path.split("/{id}").next().unwrap() {
            _ if !route.path.contains("{id}") => continue,
            "/staff/members" => id.clone(),
            "/staff/systems" => system.to_string(),
            "/staff/provisioning/tokens" => token.id.to_string(),
            "/staff/holds" => hold.clone(),
            "/staff/cases" => case.clone(),
            "/staff/requests" => asked.clone(),
            "/staff/sessions" | "/staff/account/passkeys" | "/staff/protocols/proofs" => NOBODY.to_owned(),
            elsewhere => panic!("{elsewhere}: whose are these? Say so here"),
        };
        let request = Request::builder()
            .method(route.method.clone())
            .uri(path(route, &whose))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form(&[
                ("role", "sender"),
                ("first_day", ""),
                ("last_day", ""),
                ("days", ""),
                ("networks", ""),
                ("address", "https://localhost:1/jwks"),
                ("key_set_days", ""),
                ("messages:send", "yes"),
                (
                    "key",
                    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
                ),
            ])))
            .unwrap();
        let answer = karin.send(request).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{route:?}: {}", answer.text());
    }
    assert!(other.is_staff().await);
    assert!(!karin.get("/staff/systems").await.text().contains(&system.to_string()));
    assert!(!karin.get("/staff/members").await.text().contains(&id));
    assert!(
        !karin
            .get("/staff/provisioning")
            .await
            .text()
            .contains(&token.id.to_string())
    );
    let tokens = app
        .portal
        .list_provisioning_tokens(&operator, soderby.id)
        .await
        .unwrap();
    assert_eq!(tokens, [token]);
}

#[tokio::test]
async fn networks_hold_on_the_next_request_and_shut_out_nobody_who_sets_them() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await.at("192.0.2.7");
    let mut elsewhere = app.browser().at("198.51.100.7");
    elsewhere.give_password(KARIN, PASSWORD).await;
    assert!(elsewhere.is_staff().await);
    let answer = karin
        .post_rules(&[("networks", "198.51.100.0/24"), ("password_days", "")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Då kommer du inte in själv") && answer.text().contains("192.0.2.7"));
    let answer = karin
        .post_rules(&[("networks", "192.0.2.0/24"), ("password_days", "")])
        .await;
    assert_eq!(answer.location(), "/staff/sign-in-rules");
    assert!(karin.is_staff().await && !elsewhere.is_staff().await);
    // Whoever comes from elsewhere is told why, and goes on where it is allowed again.
    let page = elsewhere.get("/staff/cases").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text().contains("Du kan inte logga in härifrån"), "{}", page.text());
    assert!(elsewhere.copy().at("192.0.2.9").is_staff().await);
    let refused = elsewhere.give_password(KARIN, PASSWORD).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.text().contains("Du kan inte logga in härifrån"),
        "{}",
        refused.text()
    );
    // A wrong password learns nothing of it.
    let wrong = elsewhere.give_password(KARIN, "fel lösenord här").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_of_rules_that_was_held_open_undoes_nothing_unseen() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut other_tab = karin.copy();
    let page = other_tab.get("/staff/sign-in-rules").await.text();
    let version = page.split("name=\"version\" value=\"").nth(1).unwrap();
    let version = version.split('"').next().unwrap();
    karin.post_rules(&[("networks", ""), ("password_days", "90")]).await;
    let held = form(&[("networks", ""), ("password_days", ""), ("version", version)]);
    let refused = other_tab.post("/staff/sign-in-rules", &held).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("Reglerna ändrades av någon annan"),
        "{}",
        refused.text()
    );
    assert!(karin.get("/staff/sign-in-rules").await.text().contains("value=\"90\""));
}

#[tokio::test]
async fn rules_that_ask_for_more_say_so_to_whoever_is_signed_in() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    let stricter = [("networks", ""), ("password_days", ""), ("second_factor", "yes")];
    assert_eq!(karin.post_rules(&stricter).await.status, StatusCode::SEE_OTHER);
    let answer = bo.get("/staff/cases").await;
    assert_eq!(answer.location(), "/staff/sign-in/norrby-kommun");
    let page = bo.get(answer.location()).await;
    assert!(
        page.text().contains("Reglerna för inloggning har ändrats"),
        "{}",
        page.text()
    );
    let step = bo.give_password("bo@norrby.example", PASSWORD).await;
    assert_eq!(step.location(), "/staff/second-factor/set-up");
}
