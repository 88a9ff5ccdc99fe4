//! What API v1 says of itself.

use reqwest::Method;
use serde_json::Value;

use crate::api_support::{Served, refused};

#[tokio::test]
async fn the_description_that_is_served_is_the_committed_one() {
    let served = Served::start().await;
    let response = served.bare(Method::GET, "/openapi.json").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let committed = include_str!("../../../docs/openapi.json");
    assert_eq!(
        response.text().await.unwrap(),
        committed,
        "run: postvalv openapi > docs/openapi.json"
    );
}

#[tokio::test]
async fn every_problem_is_explained_at_the_address_in_its_type() {
    let served = Served::start().await;
    for code in api::ProblemCode::ALL {
        let response = served
            .bare(Method::GET, code.type_uri().trim_start_matches(api::BASE_PATH))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.text().await.unwrap().contains(code.advice()));
    }
    refused(
        served.bare(Method::GET, "/problems/none").send().await.unwrap(),
        "not-found",
    )
    .await;
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_are_problems_too() {
    let served = Served::start().await;
    refused(served.bare(Method::GET, "/nothing").send().await.unwrap(), "not-found").await;
    let response = served.bare(Method::PUT, "/messages").send().await.unwrap();
    assert_eq!(response.headers()["allow"], "POST");
    refused(response, "method-not-allowed").await;
}

#[test]
fn every_operation_that_needs_a_token_says_how_it_refuses_one_that_is_wrong() {
    let description: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let open = path.ends_with("/token") || path.ends_with("/openapi.json") || path.contains("/problems/");
            assert_eq!(operation["security"].is_array(), !open, "{method} {path}");
            if !open {
                assert!(operation["responses"]["401"].is_object(), "{method} {path}");
                assert!(operation["responses"]["403"].is_object(), "{method} {path}");
            }
        }
    }
}

#[test]
fn the_guide_names_every_problem_with_its_status() {
    let guide = include_str!("../../../docs/api.md");
    for code in api::ProblemCode::ALL {
        let named = format!("`{}`", code.as_str());
        let status = format!("| {} |", code.status());
        assert!(
            guide
                .lines()
                .any(|line| line.starts_with(&status) && line.contains(&named)),
            "docs/api.md lacks {named} in a row of {status}"
        );
    }
}
