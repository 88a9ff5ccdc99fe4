//! The control API: what a person would do on the phone, and how BankID is to misbehave, as JSON for tests.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use base::Timestamp;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use web::Problem;

use super::behaviour::Behaviour;
use super::order::{Kind, Opened, Order};
use super::orders::NotPossible;
use super::{Simulator, people};

pub(super) fn routes(simulator: Simulator) -> Router {
    Router::new()
        .route("/control/people", get(list_people))
        .route("/control/orders", get(list))
        .route("/control/scan", post(scan))
        .route("/control/open", post(follow))
        .route("/control/orders/{reference}/open", post(pick))
        .route("/control/orders/{reference}/approve", post(approve))
        .route("/control/orders/{reference}/cancel", post(cancel))
        .route("/control/orders/{reference}/fail", post(fail))
        .route("/control/orders/{reference}/hint", post(hint))
        .route("/control/behaviour", put(behave).delete(behave_well))
        .with_state(simulator)
}

/// One line each for people; JSON for who asks for it.
async fn list_people(headers: HeaderMap) -> Response {
    let wants_json = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    if wants_json {
        return Json(people::all().collect::<Vec<_>>()).into_response();
    }
    let lines: String = people::all()
        .map(|person| format!("    {}  {}\n", person.number, person.name()))
        .collect();
    lines.into_response()
}

async fn list(State(simulator): State<Simulator>) -> Json<Value> {
    let now = simulator.0.clock.now();
    let orders = simulator.state().orders.pending(now);
    Json(orders.iter().map(|order| describe(order, now)).collect())
}

fn describe(order: &Order, now: Timestamp) -> Value {
    json!({
        "orderRef": order.reference,
        "kind": match order.kind { Kind::Auth => "auth", Kind::Sign => "sign" },
        "opened": order.opened.map(|opened| match opened {
            Opened::Link => "link",
            Opened::Qr => "qr",
            Opened::Picked => "picked",
        }),
        "text": order.text,
        "endUserIp": order.end_user_ip,
        "autoStartToken": order.auto_start_token,
        "returnUrl": order.return_url,
        "ageMs": u64::try_from(now.since(order.created_at).as_millis()).unwrap_or(u64::MAX),
        "collects": order.collects,
        "fastestCollectMs": order.fastest_collect.map(|pause| u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)),
    })
}

#[derive(Deserialize)]
struct Scan {
    qr: String,
}

async fn scan(State(simulator): State<Simulator>, Json(body): Json<Scan>) -> Response {
    let now = simulator.0.clock.now();
    match simulator.state().orders.scan(&body.qr, now) {
        Ok(order) => Json(describe(&order, now)).into_response(),
        Err(refused) => problem(StatusCode::BAD_REQUEST, &refused.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Follow {
    auto_start_token: String,
}

async fn follow(State(simulator): State<Simulator>, Json(body): Json<Follow>) -> Response {
    let now = simulator.0.clock.now();
    let order = simulator.state().orders.follow(&body.auto_start_token, now);
    answer(order.map(|order| describe(&order, now)))
}

async fn pick(State(simulator): State<Simulator>, Path(reference): Path<String>) -> Response {
    let now = simulator.0.clock.now();
    let order = simulator.state().orders.pick(&reference, now);
    answer(order.map(|order| describe(&order, now)))
}

#[derive(Deserialize)]
struct Approve {
    personnummer: String,
}

async fn approve(
    State(simulator): State<Simulator>,
    Path(reference): Path<String>,
    Json(body): Json<Approve>,
) -> Response {
    let Some(person) = people::with_number(&body.personnummer) else {
        return problem(StatusCode::BAD_REQUEST, "personnummer is not valid");
    };
    let now = simulator.0.clock.now();
    let order = simulator.state().orders.approve(&reference, person, now);
    answer(order.map(|order| json!({ "returnUrl": order.return_url })))
}

async fn cancel(State(simulator): State<Simulator>, Path(reference): Path<String>) -> Response {
    let now = simulator.0.clock.now();
    let cancelled = simulator.state().orders.fail(&reference, "userCancel", now);
    answer(cancelled.map(|()| json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hint {
    hint_code: String,
}

async fn fail(State(simulator): State<Simulator>, Path(reference): Path<String>, Json(body): Json<Hint>) -> Response {
    let now = simulator.0.clock.now();
    let failed = simulator.state().orders.fail(&reference, &body.hint_code, now);
    answer(failed.map(|()| json!({})))
}

async fn hint(State(simulator): State<Simulator>, Path(reference): Path<String>, Json(body): Json<Hint>) -> Response {
    let now = simulator.0.clock.now();
    let hinted = simulator.state().orders.hint(&reference, &body.hint_code, now);
    answer(hinted.map(|()| json!({})))
}

async fn behave(State(simulator): State<Simulator>, Json(behaviour): Json<Behaviour>) -> Json<Behaviour> {
    simulator.state().behaviour = behaviour.clone();
    Json(behaviour)
}

async fn behave_well(State(simulator): State<Simulator>) -> StatusCode {
    simulator.state().behaviour = Behaviour::default();
    StatusCode::NO_CONTENT
}

fn answer(result: Result<Value, NotPossible>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(error) => {
            let status = match error {
                NotPossible::Unknown => StatusCode::NOT_FOUND,
                NotPossible::Over => StatusCode::GONE,
                NotPossible::AnotherPerson => StatusCode::CONFLICT,
            };
            problem(status, &error.to_string())
        }
    }
}

fn problem(status: StatusCode, detail: &str) -> Response {
    Problem::of(status).detail(detail).into_response()
}
