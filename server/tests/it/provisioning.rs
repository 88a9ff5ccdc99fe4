//! The admins' page for the tokens by which the organisation's directory provisions its staff.

use base::OrganisationId;
use http::{Method, StatusCode};
use portal::{OperatorActor, Role};
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::harness::App;
use crate::scim_support::{self, OBJECT, TENANT, refused, user};
use crate::staff_support::{PASSWORD, form};

const PAGE: &str = "/staff/provisioning";
const TOKENS: &str = "/staff/provisioning/tokens";
const TOKEN_BEGINS: &str = "postvalv_provisioning_";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn new_token(name: &str, days: &str, directory: &str) -> String {
    form(&[("name", name), ("days", days), ("directory", directory)])
}

/// The token that a page shows.
fn token(answer: &Answer) -> String {
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    let start = text.find(TOKEN_BEGINS).unwrap_or_else(|| panic!("no token in {text}"));
    text[start..].split('<').next().unwrap().to_owned()
}

/// Where the page's first token is taken back.
async fn withdrawal(browser: &mut Browser<'_>) -> String {
    let id = browser.get(PAGE).await.id_after("action=\"/staff/provisioning/tokens/");
    format!("{TOKENS}/{id}/withdraw")
}

impl App {
    /// Karin's organisation, which is the only one.
    async fn norrbys_id(&self) -> OrganisationId {
        let operator = OperatorActor::on_this_host(self.request_info());
        self.portal.list_organisations(&operator).await.unwrap()[0].id
    }

    async fn norrby_has_a_directory(&self) {
        let operator = OperatorActor::on_this_host(self.request_info());
        let norrby = self.norrbys_id().await;
        let added = self.portal.add_tenant(&operator, norrby, TENANT.parse().unwrap());
        added.await.unwrap();
    }
}

#[tokio::test]
async fn a_token_is_shown_once_lets_its_directory_in_and_no_longer_when_it_is_withdrawn() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let empty = karin.get(PAGE).await.text();
    assert!(empty.contains("http://localhost:3000/scim/v2<"), "{empty}");
    assert!(
        empty.contains("Ingen katalog kommer åt några konton") && !empty.contains("Dra in"),
        "{empty}"
    );
    let made = karin.post(TOKENS, &new_token(" Okta ", "365", "other")).await;
    let secret = token(&made);
    assert!(
        made.text().contains("http://localhost:3000/scim/v2<"),
        "{}",
        made.text()
    );
    assert_eq!(made.header("cache-control"), "no-store");
    // What is shown once leads to nothing that would ask for it again, and leaves nothing behind.
    assert!(!made.text().contains("action=\"/language\""), "{}", made.text());
    assert!(
        made.headers
            .get_all("set-cookie")
            .iter()
            .all(|line| !line.to_str().unwrap().contains(&secret))
    );
    let listed = karin.get(PAGE).await.text();
    assert!(!listed.contains(TOKEN_BEGINS), "{listed}");
    for told in [">Okta<", "Gäller<", ">Skapad 22", ">Gäller till 22", "Aldrig använd"] {
        assert!(listed.contains(told), "{told}: {listed}");
    }

    let okta = app.directory_with(app.norrbys_id().await, secret);
    okta.make_user("olle@norrby.example").await;
    assert_eq!(okta.get("/Users").await["totalResults"], 1);
    let used = karin.get(PAGE).await.text();
    assert!(
        used.contains("Senast använd") && !used.contains("Aldrig använd"),
        "{used}"
    );

    let withdrawn = karin.post(&withdrawal(&mut karin.copy()).await, "").await;
    assert_eq!(withdrawn.location(), PAGE);
    refused(&okta.send(Method::GET, "/Users", None).await, StatusCode::UNAUTHORIZED);
    let text = karin.get(PAGE).await.text();
    assert!(
        text.contains("Den gäller inte längre.") && text.contains("Indragen<"),
        "{text}"
    );
    assert!(
        !text.contains("Dra in<") && text.contains("Ingen katalog kommer åt"),
        "{text}"
    );
    let audited = app.audited().await;
    assert_eq!(audited["provisioning.token-created/"], 1);
    assert_eq!(audited["provisioning.token-withdrawn/"], 1);
}

#[tokio::test]
async fn a_token_is_for_the_organisations_own_directory_or_for_another_kind() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let text = karin.get(PAGE).await.text();
    assert!(
        text.contains("name=\"directory\" value=\"other\"") && !text.contains("type=\"radio\""),
        "{text}"
    );
    // Nobody names a directory that the operator has not seen to be the organisation's.
    for directory in [TENANT, "none", ""] {
        let answer = karin.post(TOKENS, &new_token("Entra ID", "365", directory)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{directory}");
        assert!(
            answer.text().contains("inte längre organisationens"),
            "{}",
            answer.text()
        );
    }
    app.norrby_has_a_directory().await;
    let text = karin.get(PAGE).await.text();
    assert!(text.contains(&format!("value=\"{TENANT}\" checked")), "{text}");
    let secret = token(&karin.post(TOKENS, &new_token("Entra ID", "365", TENANT)).await);
    let entra = app.directory_with(app.norrbys_id().await, secret);
    let mut karin_there = user("karin@norrby.example");
    karin_there["externalId"] = json!(OBJECT);
    entra.post("/Users", &karin_there).await;
    let text = karin.get(PAGE).await.text();
    assert!(
        text.contains("För Entra ID, med arbetskonton") && !text.contains("borttagen"),
        "{text}"
    );
    let operator = OperatorActor::on_this_host(app.request_info());
    let removed = app
        .portal
        .remove_tenant(&operator, app.norrbys_id().await, TENANT.parse().unwrap());
    removed.await.unwrap();
    let text = karin.get(PAGE).await.text();
    assert!(
        text.contains("Katalogen är borttagen<")
            && text.contains(&format!("katalog {TENANT}<"))
            && text.contains("Dra in<"),
        "{text}"
    );
    refused(&entra.send(Method::GET, "/Users", None).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_said_beside_what_was_filled_in() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    for (name, days, told) in [
        ("", "365", "Skriv ett namn, högst 100 tecken."),
        ("Okta", "", "Skriv ett helt antal dagar mellan 1 och 730."),
        ("Okta", "0", "Skriv ett helt antal dagar mellan 1 och 730."),
        ("Okta", "731", "Skriv ett helt antal dagar mellan 1 och 730."),
        ("Okta", "ett år", "Skriv ett helt antal dagar mellan 1 och 730."),
    ] {
        let answer = karin.post(TOKENS, &new_token(name, days, "other")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{days}");
        let text = answer.text();
        assert!(
            text.contains(told) && text.contains(&format!("value=\"{name}\"")),
            "{text}"
        );
        assert!(text.contains(&format!("value=\"{days}\"")), "{text}");
    }
    for name in ["Okta", "Okta igen"] {
        token(&karin.post(TOKENS, &new_token(name, "30", "other")).await);
    }
    let third = karin.post(TOKENS, &new_token("Okta en gång till", "30", "other")).await;
    assert_eq!(third.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        third.text().contains("Det finns redan 2 token som gäller"),
        "{}",
        third.text()
    );
    // Those that have ended are in nobody's way.
    app.clock.advance_millis(30 * DAY);
    let mut karin = app.browser();
    karin.give_password("karin@norrby.example", PASSWORD).await;
    assert!(karin.get(PAGE).await.text().contains("Har gått ut<"));
    token(&karin.post(TOKENS, &new_token("Okta en gång till", "30", "other")).await);
}

#[tokio::test]
async fn a_token_is_made_and_withdrawn_by_somebody_who_just_proved_who_they_are() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let okta = app.directory_with(
        app.norrbys_id().await,
        token(&karin.post(TOKENS, &new_token("Okta", "365", "other")).await),
    );
    let withdraw = withdrawal(&mut karin).await;
    app.clock.advance_millis(5 * MINUTE);
    // What was filled in stays, and is sent again after the confirmation.
    let asked = karin.post(TOKENS, &new_token("En till", "365", "other")).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = asked.text();
    assert!(
        text.contains("href=\"/staff/confirm\" target=\"_blank\"") && text.contains("value=\"En till\""),
        "{text}"
    );
    assert_eq!(karin.post(&withdraw, "").await.location(), "/staff/confirm");
    assert_eq!(okta.get("/Users").await["totalResults"], 0);
    let confirmed = karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(confirmed.location(), PAGE);
    assert!(karin.get(PAGE).await.text().contains("Det är inte gjort än"));
    assert_eq!(karin.post(&withdraw, "").await.location(), PAGE);
    refused(&okta.send(Method::GET, "/Users", None).await, StatusCode::UNAUTHORIZED);
    token(&karin.post(TOKENS, &new_token("En till", "365", "other")).await);
}

#[tokio::test]
async fn an_auditor_sees_the_tokens_and_changes_none_and_a_sender_does_neither() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    token(&karin.post(TOKENS, &new_token("Okta", "365", "other")).await);
    let withdraw = withdrawal(&mut karin).await;
    let seen = eva.get(PAGE).await.text();
    assert!(seen.contains(">Okta<") && !seen.contains("Skapa en token"), "{seen}");
    assert!(seen.contains("href=\"/staff/provisioning\""), "{seen}");
    let page = bo.get(PAGE).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!bo.get("/staff/cases").await.text().contains(PAGE));
    for browser in [&mut eva, &mut bo] {
        for (path, fields) in [(TOKENS, new_token("x", "1", "other")), (&withdraw, String::new())] {
            assert_eq!(
                browser.post(path, &fields).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    }
    assert!(karin.get(PAGE).await.text().contains("Gäller<"));
}

#[tokio::test]
async fn whom_the_directory_shut_the_admin_can_keep_out() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let directory = app.directory_of(app.norrbys_id().await, None).await;
    let id = directory.make_user("olle@norrby.example").await;
    let page = format!("/staff/members/{id}");
    let active = async |wanted: bool| {
        let change = json!([{ "op": "replace", "path": "active", "value": wanted }]);
        let changed = directory.change(&format!("/Users/{id}"), change).await;
        scim_support::body(&changed)["active"] == true
    };
    assert!(!active(false).await);
    let seen = karin.get(&page).await.text();
    assert!(seen.contains("Avstängd av katalogen"), "{seen}");
    for step in ["deactivate", "reactivate"] {
        assert!(seen.contains(&format!("action=\"{page}/{step}\"")), "{seen}");
    }
    karin.post(&format!("{page}/deactivate"), "").await;
    assert!(!active(true).await);
    let seen = karin.get(&page).await.text();
    assert!(
        seen.contains(&format!("{page}/reactivate")) && !seen.contains(&format!("{page}/deactivate")),
        "{seen}"
    );
    karin.post(&format!("{page}/reactivate"), "").await;
    assert!(active(true).await);
}

#[tokio::test]
async fn whom_the_directory_makes_anew_the_admin_invites_anew() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let directory = app.directory_of(app.norrbys_id().await, None).await;
    let id = directory.make_user("olle@norrby.example").await;
    let page = format!("/staff/members/{id}");
    let invitation = format!("action=\"{page}/invitation\"");
    assert!(karin.get(&page).await.text().contains(&invitation));
    let removed = directory.send(Method::DELETE, &format!("/Users/{id}"), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert!(!karin.get(&page).await.text().contains(&invitation));
    assert_eq!(directory.make_user("olle@norrby.example").await, id);
    let seen = karin.get(&page).await.text();
    assert!(
        seen.contains(&invitation) && seen.contains("Inbjudan har gått ut"),
        "{seen}"
    );
}
