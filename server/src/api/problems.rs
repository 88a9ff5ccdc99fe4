//! The API's description, an explanation of each problem, and the answers for addresses that don't exist.

use ::api::ProblemCode;
use axum::extract::Path;
use axum::response::IntoResponse;
use http::header;

use super::Refusal;

/// Get this description
///
/// OpenAPI 3.1. Needs no token.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "description",
    responses((status = 200, description = "The description", body = serde_json::Value)),
)]
pub(super) async fn description() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], super::openapi_json())
}

/// Have a problem explained
///
/// What lies at the address in a problem's `type`. Needs no token.
#[utoipa::path(
    get,
    path = "/problems/{code}",
    tag = "description",
    params(("code" = ProblemCode, Path, description = "A problem's code")),
    responses(
        (status = 200, description = "What the problem means and what to do about it", body = String, content_type = "text/plain"),
        (status = 404, description = "There is no such code", body = ::api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn explain(Path(code): Path<String>) -> Result<impl IntoResponse, Refusal> {
    let code = ProblemCode::from_name(&code).ok_or_else(|| Refusal::new(ProblemCode::NotFound))?;
    let text = format!(
        "{}\n\n{}\n\nHTTP status {}\n\n{}\n",
        code.as_str(),
        code.title(),
        code.status(),
        code.advice()
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text))
}

pub(super) async fn not_found() -> Refusal {
    Refusal::new(ProblemCode::NotFound)
}

pub(super) async fn method_not_allowed() -> Refusal {
    Refusal::new(ProblemCode::MethodNotAllowed)
}
