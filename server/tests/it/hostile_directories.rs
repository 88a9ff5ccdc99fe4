//! Directories that say what they may not say of staff.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::harness::App;
use crate::work_accounts::{ELSEWHERE, EVA, NORRBY};

/// What a hostile directory says, and the page that it gets.
macro_rules! a_directory_is_not_believed {
    ($($name:ident => $status:ident, $title:expr, $change:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let app = App::on_sqlite().await;
            app.norrby().await;
            app.directory_says(EVA, &["Postvalv.Admin"], $change);
            let mut browser = app.browser();
            let answer = browser.by_work_account(&app).await;
            assert_eq!(answer.status, StatusCode::$status, "{}", answer.text());
            assert!(answer.text().contains($title), "{}", answer.text());
            assert!(!browser.is_staff().await);
            assert_eq!(app.rows("staff_member").await, 0);
            let audited = app.audited().await;
            let refusals = audited.iter().filter(|(word, _)| word.starts_with("staff.sign-in-refused/"));
            assert_eq!(refusals.map(|(_, count)| count).sum::<usize>(), 1);
        }
    )+};
}

fn set(claims: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    claims.insert(name.to_owned(), value.into());
}

/// The issuer of another directory of the same provider.
fn issuer_of(claims: &Map<String, Value>, tenant: &str) -> String {
    claims["iss"].as_str().unwrap().replace(NORRBY, tenant)
}

const NOT_TRUSTED: &str = "Inloggningen kunde inte kontrolleras";
const LOST: &str = "Inloggningen tog för lång tid";

a_directory_is_not_believed! {
    a_token_without_a_directory => FORBIDDEN, NOT_TRUSTED, |claims| { claims.remove("tid"); };
    a_token_with_a_directory_that_is_none => FORBIDDEN, NOT_TRUSTED, |claims| set(claims, "tid", "organizations");
    a_token_without_a_user => FORBIDDEN, NOT_TRUSTED, |claims| { claims.remove("oid"); };
    a_token_with_a_user_that_is_none => FORBIDDEN, NOT_TRUSTED, |claims| set(claims, "oid", json!([EVA]));
    a_token_that_names_another_directory_than_its_issuer => FORBIDDEN, NOT_TRUSTED, |claims| set(claims, "tid", ELSEWHERE);
    a_token_of_another_directory_that_names_this_one => FORBIDDEN, NOT_TRUSTED, |claims| {
        let issuer = issuer_of(claims, ELSEWHERE);
        set(claims, "iss", issuer);
    };
    a_token_of_a_directory_that_is_not_the_organisations => FORBIDDEN, NOT_TRUSTED, |claims| {
        let issuer = issuer_of(claims, ELSEWHERE);
        set(claims, "iss", issuer);
        set(claims, "tid", ELSEWHERE);
    };
    a_token_with_the_pattern_as_its_issuer => FORBIDDEN, NOT_TRUSTED, |claims| {
        let issuer = issuer_of(claims, "{tenantid}");
        set(claims, "iss", issuer);
    };
    a_token_of_the_issuer_of_all_directories => FORBIDDEN, NOT_TRUSTED, |claims| {
        let issuer = issuer_of(claims, "organizations");
        set(claims, "iss", issuer);
    };
    a_token_of_another_provider => FORBIDDEN, NOT_TRUSTED, |claims| {
        set(claims, "iss", format!("https://evil.example/{NORRBY}/v2.0"));
    };
    a_token_for_another_audience => FORBIDDEN, NOT_TRUSTED, |claims| set(claims, "aud", "other");
    a_token_for_another_party => FORBIDDEN, NOT_TRUSTED, |claims| set(claims, "azp", "other");
    a_token_with_another_nonce => BAD_REQUEST, LOST, |claims| set(claims, "nonce", "other");
    a_token_without_a_nonce => BAD_REQUEST, LOST, |claims| { claims.remove("nonce"); };
    a_token_that_has_expired => FORBIDDEN, NOT_TRUSTED, |claims| {
        let past = claims["iat"].as_i64().unwrap() - 60;
        set(claims, "exp", past);
    };
    a_token_from_before_the_sign_in => FORBIDDEN, NOT_TRUSTED, |claims| {
        let past = claims["iat"].as_i64().unwrap() - 600;
        set(claims, "iat", past);
    };
    a_token_of_somebody_who_is_yet_to_prove_it => FORBIDDEN, NOT_TRUSTED, |claims| {
        let future = claims["iat"].as_i64().unwrap() + 600;
        set(claims, "auth_time", future);
    };
}
