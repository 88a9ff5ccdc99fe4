//! Staff with work accounts: who gets in through a directory and as what, what follows the directory, and what is refused.

use base::TenantId;
use http::StatusCode;
use portal::{OperatorActor, Organisation};
use serde_json::{Map, Value, json};
use url::Url;

use crate::browser::{Answer, Browser};
use crate::harness::{App, DIRECTORY, PROVIDER, on_both_databases};
use crate::provider::{DIRECTORY_METADATA, Fault, callback_at};
use crate::staff_support::{KARIN, PASSWORD, form, new_password};

pub(crate) const NORRBY: &str = "11111111-2222-4333-8444-555555555555";
pub(crate) const ELSEWHERE: &str = "99999999-2222-4333-8444-555555555555";
pub(crate) const EVA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BO: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const MINUTE: i64 = 60_000;

const START: &str = "/staff/sign-in/norrby-kommun/work-account/entra";
const BACK: &str = "/staff/work-account/entra/callback";

/// A change of what the directory says.
type Change = fn(&mut Map<String, Value>);

impl App {
    /// Norrby kommun, whose directory is [`NORRBY`].
    pub(crate) async fn norrby(&self) -> Organisation {
        let norrby = self.organisation("Norrby kommun").await;
        let operator = OperatorActor::on_this_host(self.request_info());
        let tenant: TenantId = NORRBY.parse().unwrap();
        self.portal.add_tenant(&operator, norrby.id, tenant).await.unwrap();
        norrby
    }

    /// Who signs in to the directory next, and with which App Roles.
    fn at_directory(&self, object: &str, roles: &[&str]) {
        self.directory_says(object, roles, |_| {});
    }

    pub(crate) fn directory_says(&self, object: &str, roles: &[&str], change: Change) {
        let issuer = format!("{}/{NORRBY}/v2.0", self.provider.issuer());
        let said = json!({
            "iss": issuer, "tid": NORRBY, "oid": object, "ver": "2.0", "sub": format!("pairwise of {object}"),
            "name": "Eva Ek", "preferred_username": "eva@norrby.example", "roles": roles,
        });
        self.provider.behave(|behaviour| {
            behaviour.claims = Box::new(move |claims| {
                // What Entra ID does not say unless it is told to.
                for missing in ["acr", "auth_time", "country"] {
                    claims.remove(missing);
                }
                claims.extend(said.as_object().unwrap().clone());
                change(claims);
            });
        });
    }
}

impl Browser<'_> {
    /// The address at the directory that a form of ours leads to.
    async fn led_to_directory(&mut self, form: &str) -> Url {
        let answer = self.post(form, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        Url::parse(answer.location()).unwrap()
    }

    /// Signs in with the work account of whoever is at the directory.
    pub(crate) async fn by_work_account(&mut self, app: &App) -> Answer {
        let address = self.led_to_directory(START).await;
        let callback = app.provider.answer_to(&address, BACK);
        self.get(&callback).await
    }
}

fn parameter(address: &Url, name: &str) -> Option<String> {
    let mut pairs = address.query_pairs();
    pairs
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.into_owned())
}

on_both_databases! {
    async fn whoever_has_a_role_in_the_directory_gets_in_and_follows_it(app: App) {
        app.norrby().await;
        app.at_directory(EVA, &["Postvalv.Sender"]);
        let mut eva = app.browser();
        let address = eva.led_to_directory(START).await;
        // The directory may know her already: single sign-on.
        assert_eq!(parameter(&address, "prompt"), None);
        assert_eq!(parameter(&address, "max_age"), None);
        let answer = eva.get(&app.provider.answer_to(&address, BACK)).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/staff"));
        let account = eva.get("/staff/account").await.text();
        for said in ["Eva Ek", "eva@norrby.example", "Handläggare", "Arbetskonto"] {
            assert!(account.contains(said), "{said} in {account}");
        }
        assert_eq!(eva.get("/staff/members").await.status, StatusCode::FORBIDDEN);

        // She marries, moves and is promoted: the same account, by (tid, oid) alone.
        app.directory_says(EVA, &["Postvalv.Admin", "Postvalv.Sender"], |claims| {
            claims.insert("name".to_owned(), "Eva Sund".into());
            claims.insert("preferred_username".to_owned(), "eva.sund@norrby.example".into());
        });
        let mut again = app.browser();
        assert_eq!(again.by_work_account(&app).await.location(), "/staff");
        assert_eq!(app.rows("staff_member").await, 1);
        let members = again.get("/staff/members").await.text();
        assert!(members.contains("Eva Sund") && members.contains("eva.sund@norrby.example"), "{members}");
        assert!(!members.contains("Eva Ek"));
        // Her other session has the new role from its next request on.
        assert_eq!(eva.get("/staff/members").await.status, StatusCode::OK);
        let audited = app.audited().await;
        assert_eq!(audited.get("staff.created/sender"), Some(&1));
        assert_eq!(audited.get("staff.role-changed/admin"), Some(&1));
        assert_eq!(audited.get("staff.signed-in/work-account"), Some(&2));
    }

    async fn whoever_signed_in_so_sees_where_it_was(app: App) {
        app.norrby().await;
        app.at_directory(EVA, &["Postvalv.Sender"]);
        let mut eva = app.browser().at("192.0.2.1");
        assert_eq!(eva.by_work_account(&app).await.location(), "/staff");
        let sessions = eva.get("/staff/sessions").await.text();
        assert!(sessions.contains("I närheten av Luleå, Sverige"), "{sessions}");
    }

    async fn an_address_that_somebody_has_makes_nobody_them(app: App) {
        let norrby = app.norrby().await;
        let mut karin = app.browser();
        let link = app.invitation(&norrby).await;
        karin.post(&link, &new_password(PASSWORD)).await;
        app.directory_says(EVA, &["Postvalv.Sender"], |claims| {
            for claim in ["email", "preferred_username"] {
                claims.insert(claim.to_owned(), KARIN.into());
            }
        });
        let mut eva = app.browser();
        assert_eq!(eva.by_work_account(&app).await.location(), "/staff");
        assert_eq!(app.rows("staff_member").await, 2);
        assert_eq!(eva.get("/staff/members").await.status, StatusCode::FORBIDDEN);
        assert!(eva.get("/staff/account").await.text().contains("Eva Ek"));
    }

    async fn whoever_the_directory_or_the_organisation_does_not_let_in_stays_outside(app: App) {
        app.norrby().await;
        let roles: [&[&str]; 2] = [&[], &["Postvalv.Operator", "sender"]];
        for roles in roles {
            app.at_directory(EVA, roles);
            let mut eva = app.browser();
            let answer = eva.by_work_account(&app).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert!(answer.text().contains("Du har ingen roll här än"));
            assert!(!eva.is_staff().await);
        }
        assert_eq!(app.audited().await.get("staff.sign-in-refused/no-role"), Some(&2));
        assert_eq!(app.rows("staff_member").await, 0);
        // Where there is no directory there is no way to one.
        app.organisation("Söderby kommun").await;
        let elsewhere = "/staff/sign-in/soderby-kommun/work-account/entra";
        assert_eq!(app.browser().post(elsewhere, "").await.status, StatusCode::NOT_FOUND);
    }

    async fn what_an_admin_shuts_stays_shut_whatever_the_directory_says(app: App) {
        app.norrby().await;
        app.at_directory(EVA, &["Postvalv.Admin"]);
        let mut eva = app.browser();
        eva.by_work_account(&app).await;
        app.directory_says(BO, &["Postvalv.Sender"], |claims| {
            claims.insert("name".to_owned(), "Bo Berg".into());
        });
        let mut bo = app.browser();
        assert_eq!(bo.by_work_account(&app).await.location(), "/staff");
        confirm(&app, &mut eva, EVA).await;
        // By name: his card is the first.
        let of_bo = eva.get("/staff/members").await.id_after("<h2><a href=\"/staff/members/");
        let page = eva.get(&format!("/staff/members/{of_bo}")).await.text();
        // The directory gives the role and lets in: neither is chosen here.
        assert!(page.contains("Bo Berg") && page.contains("Rollen kommer från arbetskontot"), "{page}");
        assert!(!page.contains("/invitation"), "{page}");
        let role = form(&[("role", "admin"), ("first_day", ""), ("last_day", "")]);
        let changed = eva.post(&format!("/staff/members/{of_bo}"), &role).await;
        assert_eq!(changed.status, StatusCode::BAD_REQUEST);
        let invited = eva.post(&format!("/staff/members/{of_bo}/invitation"), "").await;
        assert_eq!(invited.status, StatusCode::BAD_REQUEST);
        eva.post(&format!("/staff/members/{of_bo}/deactivate"), "").await;
        assert!(!bo.is_staff().await);
        app.at_directory(BO, &["Postvalv.Sender"]);
        let refused = bo.by_work_account(&app).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text().contains("Kontot är inte öppet"));
        assert!(!bo.is_staff().await);
    }

    async fn a_directory_that_is_taken_away_lets_nobody_on(app: App) {
        let norrby = app.norrby().await;
        app.at_directory(EVA, &["Postvalv.Admin"]);
        let mut eva = app.browser();
        eva.by_work_account(&app).await;
        assert!(eva.is_staff().await);
        let mut before = eva.copy();
        let operator = OperatorActor::on_this_host(app.request_info());
        let invited = app.portal.invite_first_admin(&operator, norrby.id, "Karin Åkerström", KARIN).await;
        assert!(matches!(invited, Err(portal::InviteError::HasAdmin)));
        app.portal.remove_tenant(&operator, norrby.id, NORRBY.parse().unwrap()).await.unwrap();
        assert!(!eva.is_staff().await);
        let page = app.browser().get("/staff/sign-in/norrby-kommun").await.text();
        assert!(!page.contains("work-account") && page.contains("name=\"password\""));
        assert_eq!(eva.post(START, "").await.status, StatusCode::NOT_FOUND);
        // No admin is left who gets in, so the operator may invite one.
        app.invitation(&norrby).await;
        // Nor does a session of before go on when the directory comes back.
        let operator = OperatorActor::on_this_host(app.request_info());
        app.portal.add_tenant(&operator, norrby.id, NORRBY.parse().unwrap()).await.unwrap();
        assert!(!before.is_staff().await);
    }

    async fn a_role_that_the_directory_takes_back_ends_what_came_of_it(app: App) {
        app.norrby().await;
        app.at_directory(EVA, &["Postvalv.Admin"]);
        let (mut office, mut home) = (app.browser(), app.browser());
        for browser in [&mut office, &mut home] {
            assert_eq!(browser.by_work_account(&app).await.location(), "/staff");
        }
        app.at_directory(EVA, &[]);
        let refused = home.by_work_account(&app).await;
        assert!(refused.text().contains("Du har ingen roll här än"));
        assert!(!office.is_staff().await && !home.is_staff().await);
        app.at_directory(EVA, &["Postvalv.Sender"]);
        assert_eq!(home.by_work_account(&app).await.location(), "/staff");
    }

    async fn a_directory_that_is_taken_away_meanwhile_is_believed_no_more(app: App) {
        let norrby = app.norrby().await;
        app.at_directory(EVA, &["Postvalv.Admin"]);
        let mut eva = app.browser();
        let address = eva.led_to_directory(START).await;
        let operator = OperatorActor::on_this_host(app.request_info());
        app.portal.remove_tenant(&operator, norrby.id, NORRBY.parse().unwrap()).await.unwrap();
        let answer = eva.get(&app.provider.answer_to(&address, BACK)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text().contains("Kontot hör inte till organisationen"), "{}", answer.text());
        assert!(!eva.is_staff().await);
        assert_eq!(app.audited().await.get("staff.sign-in-refused/other-directory"), Some(&1));
    }

    async fn an_organisation_has_one_directory_at_a_time(app: App) {
        let norrby = app.norrby().await;
        let operator = OperatorActor::on_this_host(app.request_info());
        let add = async |tenant: &str| app.portal.add_tenant(&operator, norrby.id, tenant.parse().unwrap()).await;
        add(NORRBY).await.unwrap();
        assert!(matches!(add(ELSEWHERE).await, Err(portal::TenantError::HasAnother)));
        assert!(matches!(add("9188040d-6c67-4c5b-b112-36a304b66dad").await, Err(portal::TenantError::Personal)));
        app.portal.remove_tenant(&operator, norrby.id, NORRBY.parse().unwrap()).await.unwrap();
        add(ELSEWHERE).await.unwrap();
    }
}

/// Proves anew that it is her, which the directory says with the time.
async fn confirm(app: &App, browser: &mut Browser<'_>, object: &str) {
    confirm_with(app, browser, object, |claims| {
        let now = claims["iat"].clone();
        claims.insert("auth_time".to_owned(), now);
    })
    .await;
}

pub(crate) async fn confirm_with(app: &App, browser: &mut Browser<'_>, object: &str, change: Change) -> Answer {
    app.directory_says(object, &["Postvalv.Admin"], change);
    let address = browser.led_to_directory("/staff/confirm/work-account/entra").await;
    assert_eq!(parameter(&address, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&address, "max_age").as_deref(), Some("0"));
    browser.get(&app.provider.answer_to(&address, BACK)).await
}

#[tokio::test]
async fn what_matters_asks_the_directory_anew_and_believes_it_only_with_the_time() {
    let app = App::on_sqlite().await;
    app.norrby().await;
    app.at_directory(EVA, &["Postvalv.Admin"]);
    let mut eva = app.browser();
    eva.by_work_account(&app).await;
    // The directory did not say when she proved who she is, so the sign-in is not a fresh one.
    assert_eq!(eva.get("/staff/members/new").await.location(), "/staff/confirm");
    let page = eva.get("/staff/confirm").await.text();
    assert!(page.contains("/staff/confirm/work-account/entra") && !page.contains("name=\"password\""));

    let unsaid = confirm_with(&app, &mut eva, EVA, |_| {}).await;
    assert_eq!(unsaid.status, StatusCode::FORBIDDEN);
    let long_ago = confirm_with(&app, &mut eva, EVA, |claims| {
        let before = claims["iat"].as_i64().unwrap() - 600;
        claims.insert("auth_time".to_owned(), before.into());
    });
    assert_eq!(long_ago.await.status, StatusCode::FORBIDDEN);
    let other = confirm_with(&app, &mut eva, BO, |claims| {
        let now = claims["iat"].clone();
        claims.insert("auth_time".to_owned(), now);
    });
    let other = other.await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert!(other.text().contains("Det var ett annat konto"));
    // None of it signed her out or let her do more.
    assert!(eva.is_staff().await);
    assert_eq!(eva.get("/staff/members/new").await.location(), "/staff/confirm");
    assert_eq!(app.rows("staff_member").await, 1);

    confirm(&app, &mut eva, EVA).await;
    assert_eq!(eva.get("/staff/members/new").await.status, StatusCode::OK);
    let audited = app.audited().await;
    assert_eq!(audited.get("staff.confirmed/work-account"), Some(&1));
    assert_eq!(audited.get("staff.signed-in/work-account"), Some(&1));
    app.clock.advance_millis(6 * MINUTE);
    assert_eq!(eva.get("/staff/members/new").await.location(), "/staff/confirm");
}

#[tokio::test]
async fn an_organisation_may_let_work_accounts_in_alone() {
    let app = App::without_second_factor().await;
    let norrby = app.norrby().await;
    let mut karin = app.browser();
    let link = app.invitation(&norrby).await;
    karin.post(&link, &new_password(PASSWORD)).await;
    let rules = [("work_account", "on"), ("password_days", ""), ("networks", "")];
    // Whoever would shut themselves out is not let.
    let refused = karin.post_rules(&rules).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("Då kommer du inte in själv"),
        "{}",
        refused.text()
    );

    app.at_directory(EVA, &["Postvalv.Admin"]);
    let mut eva = app.browser();
    eva.by_work_account(&app).await;
    confirm(&app, &mut eva, EVA).await;
    assert_eq!(eva.post_rules(&rules).await.location(), "/staff/sign-in-rules");
    assert!(
        !karin.is_staff().await,
        "a password's session holds no longer than the rule"
    );
    let page = app.browser().get("/staff/sign-in/norrby-kommun").await.text();
    assert!(
        page.contains("/work-account/entra") && !page.contains("name=\"password\""),
        "{page}"
    );
    let refused = app.browser().give_password(KARIN, PASSWORD).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text().contains("Logga in med ditt arbetskonto"));
    let invited = eva
        .post(
            "/staff/members",
            &form(&[
                ("name", "Bo"),
                ("email", "bo@norrby.example"),
                ("role", "sender"),
                ("first_day", ""),
                ("last_day", ""),
            ]),
        )
        .await;
    assert_eq!(invited.status, StatusCode::BAD_REQUEST);

    assert!(!eva.get("/staff/members").await.text().contains("Bjud in någon"));

    // The way back when the directory lets nobody in.
    let operator = OperatorActor::on_this_host(app.request_info());
    app.portal.allow_passwords(&operator, norrby.id).await.unwrap();
    assert!(!karin.is_staff().await, "no session of before goes on");
    let mut karin = app.browser();
    assert_eq!(karin.give_password(KARIN, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_directory_that_is_down_shuts_out_whoever_needs_it_and_nobody_else() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let norrby = app.portal.organisation_at("norrby-kommun").await.unwrap().unwrap();
    let operator = OperatorActor::on_this_host(app.request_info());
    app.portal
        .add_tenant(&operator, norrby.id, NORRBY.parse().unwrap())
        .await
        .unwrap();
    app.provider.behave(|behaviour| {
        behaviour.faults.insert(DIRECTORY_METADATA, Fault::Status(503));
    });
    assert_eq!(app.browser().post(START, "").await.status, StatusCode::BAD_GATEWAY);
    // Nor is anybody signed out by a way that leads nowhere.
    assert_eq!(karin.post(START, "").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(
        app.audited().await.get("staff.sign-in-refused/provider-unavailable"),
        Some(&2)
    );
    let page = app.browser().get("/staff/sign-in/norrby-kommun").await.text();
    assert!(page.contains("verkar inte fungera"), "{page}");
    assert!(karin.is_staff().await);
    assert_eq!(app.browser().give_password(KARIN, PASSWORD).await.location(), "/staff");
    let mut anna = app.browser();
    assert_eq!(anna.sign_in().await.location(), "/inbox");
}

#[tokio::test]
async fn cancelling_leads_back_and_signs_nobody_out() {
    let app = App::on_sqlite().await;
    app.norrby().await;
    app.at_directory(EVA, &["Postvalv.Admin"]);
    let mut eva = app.browser();
    let address = eva.led_to_directory(START).await;
    let state = parameter(&address, "state").unwrap();
    let cancelled = [("error", "access_denied"), ("state", &*state)];
    let answer = eva.get(&callback_at(BACK, &cancelled)).await;
    assert_eq!(answer.location(), "/staff/sign-in/norrby-kommun");
    eva.by_work_account(&app).await;
    let address = eva.led_to_directory("/staff/confirm/work-account/entra").await;
    let state = parameter(&address, "state").unwrap();
    let cancelled = [("error", "access_denied"), ("state", &*state)];
    assert_eq!(
        eva.get(&callback_at(BACK, &cancelled)).await.location(),
        "/staff/confirm"
    );
    assert!(eva.is_staff().await);
}

#[tokio::test]
async fn staff_and_recipients_have_no_way_in_through_each_others_providers() {
    let app = App::on_sqlite().await;
    app.norrby().await;
    let other = format!("/staff/sign-in/norrby-kommun/work-account/{PROVIDER}");
    for path in [format!("/sign-in/{DIRECTORY}"), other] {
        assert_eq!(
            app.browser().post(&path, "").await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in [
        format!("/sign-in/{DIRECTORY}/callback?code=x&state=y"),
        format!("/staff/work-account/{PROVIDER}/callback?code=x&state=y"),
    ] {
        assert_eq!(app.browser().get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // A recipient's answer, brought to the staff's way back in the same browser.
    let mut anna = app.browser();
    let state = parameter(&anna.begin().await, "state").unwrap();
    let stray = anna.get(&callback_at(BACK, &[("code", "x"), ("state", &state)])).await;
    assert_eq!(stray.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.provider.requests("/token"), 0);
    // The first page offers recipients' ways alone.
    assert!(!app.browser().get("/").await.text().contains("entra"));
}
