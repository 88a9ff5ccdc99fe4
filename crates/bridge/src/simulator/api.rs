//! The Relying Party API v6: `auth`, `sign`, `collect`, `cancel`.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base::{Personnummer, SecretString, Timestamp};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Simulator;
use super::order::{Answer, Kind, Order, Progress};

const MAX_BODY: usize = 512 * 1024;

pub(super) fn routes(simulator: Simulator) -> Router {
    Router::new()
        .route("/rp/v6.0/auth", post(auth))
        .route("/rp/v6.0/sign", post(sign))
        .route("/rp/v6.0/collect", post(collect))
        .route("/rp/v6.0/cancel", post(cancel))
        .fallback(|| async { ApiError::new(404, "notFound", "No such method") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(simulator)
}

struct ApiError {
    status: u16,
    code: String,
    details: String,
}

impl ApiError {
    fn new(status: u16, code: &str, details: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            details: details.to_owned(),
        }
    }

    fn invalid(details: &str) -> Self {
        Self::new(400, "invalidParameters", details)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({ "errorCode": self.code, "details": self.details }))).into_response()
    }
}

/// The documented members; any other is refused, as BankID does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OrderBody {
    end_user_ip: String,
    user_visible_data: Option<String>,
    user_visible_data_format: Option<String>,
    user_non_visible_data: Option<String>,
    return_url: Option<String>,
    #[serde(default)]
    return_risk: bool,
    requirement: Option<RequirementBody>,
    web: Option<WebBody>,
    app: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RequirementBody {
    personal_number: Option<String>,
    #[serde(rename = "pinCode")]
    _pin_code: Option<bool>,
    #[serde(rename = "mrtd")]
    _mrtd: Option<bool>,
    #[serde(rename = "cardReader")]
    _card_reader: Option<String>,
    #[serde(rename = "certificatePolicies")]
    _certificate_policies: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WebBody {
    #[serde(rename = "referringDomain")]
    _referring_domain: String,
    #[serde(rename = "userAgent")]
    _user_agent: String,
    #[serde(rename = "deviceIdentifier")]
    _device_identifier: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReferenceBody {
    order_ref: String,
}

async fn auth(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    start(&simulator, "auth", Kind::Auth, &headers, &body).await
}

async fn sign(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    start(&simulator, "sign", Kind::Sign, &headers, &body).await
}

async fn start(simulator: &Simulator, method: &str, kind: Kind, headers: &HeaderMap, body: &[u8]) -> Response {
    if let Some(refusal) = misbehave(simulator, method).await {
        return refusal;
    }
    let now = simulator.0.clock.now();
    let order = match read(headers, body).and_then(|body| order(body, kind, now)) {
        Ok(order) => order,
        Err(error) => return error.into_response(),
    };
    let answer = json!({
        "orderRef": order.reference,
        "autoStartToken": order.auto_start_token,
        "qrStartToken": order.qr_start_token,
        "qrStartSecret": order.qr_start_secret.expose(),
    });
    if simulator.state().orders.start(order, now) {
        Json(answer).into_response()
    } else {
        ApiError::new(400, "alreadyInProgress", "An order is under way for this person").into_response()
    }
}

fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, ApiError> {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(ApiError::new(
            415,
            "unsupportedMediaType",
            "Content-Type must be application/json",
        ));
    }
    serde_json::from_slice(body).map_err(|error| ApiError::invalid(&error.to_string()))
}

fn order(body: OrderBody, kind: Kind, now: Timestamp) -> Result<Order, ApiError> {
    let end_user_ip: IpAddr = body
        .end_user_ip
        .parse()
        .map_err(|_| ApiError::invalid("endUserIp is not an address"))?;
    let longest = match kind {
        Kind::Auth => 1_500,
        Kind::Sign => 40_000,
    };
    let text = match &body.user_visible_data {
        Some(data) if data.len() > longest => return Err(ApiError::invalid("userVisibleData is too long")),
        Some(data) => BASE64_STANDARD
            .decode(data)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| ApiError::invalid("userVisibleData is not UTF-8 in Base64"))?,
        None if kind == Kind::Sign => return Err(ApiError::invalid("userVisibleData is missing")),
        None => String::new(),
    };
    if !matches!(
        body.user_visible_data_format.as_deref(),
        None | Some("simpleMarkdownV1")
    ) {
        return Err(ApiError::invalid("userVisibleDataFormat is unknown"));
    }
    if body
        .user_non_visible_data
        .as_ref()
        .is_some_and(|data| BASE64_STANDARD.decode(data).is_err())
    {
        return Err(ApiError::invalid("userNonVisibleData is not Base64"));
    }
    if body.web.is_some() && body.app.is_some() {
        return Err(ApiError::invalid("web and app can't both be given"));
    }
    let required_number = body.requirement.and_then(|requirement| requirement.personal_number);
    if required_number
        .as_ref()
        .is_some_and(|number| Personnummer::from_digits(number).is_err())
    {
        return Err(ApiError::invalid("personalNumber is not valid"));
    }
    Ok(Order {
        reference: token(),
        auto_start_token: token(),
        qr_start_token: token(),
        qr_start_secret: SecretString::new(token()),
        kind,
        created_at: now,
        end_user_ip,
        text,
        return_url: body.return_url,
        return_risk: body.return_risk,
        required_number,
        progress: Progress::Pending { hint: None },
        opened: None,
        collects: 0,
        collected_at: None,
        fastest_collect: None,
    })
}

/// A random text in the shape of BankID's tokens.
fn token() -> String {
    #[expect(clippy::expect_used, reason = "without random numbers nothing can be simulated")]
    let random = {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).expect("the operating system gives random numbers");
        u128::from_be_bytes(random)
    };
    let hex = format!("{random:032x}");
    let mut text = String::with_capacity(36);
    for (index, character) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(character);
    }
    text
}

async fn collect(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refusal) = misbehave(&simulator, "collect").await {
        return refusal;
    }
    let reference: ReferenceBody = match read(&headers, &body) {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let now = simulator.0.clock.now();
    let (collected, risk) = {
        let mut state = simulator.state();
        let collected = state.orders.collect(&reference.order_ref, now);
        (collected, state.behaviour.risk.clone())
    };
    let Some((answer, order)) = collected else {
        return ApiError::invalid("No such order").into_response();
    };
    let body = match answer {
        Answer::Pending(hint) => json!({ "orderRef": order.reference, "status": "pending", "hintCode": hint }),
        Answer::Failed(hint) => json!({ "orderRef": order.reference, "status": "failed", "hintCode": hint }),
        Answer::Complete(person, at) => {
            let mut data = json!({
                "user": {
                    "personalNumber": person.number,
                    "name": person.name(),
                    "givenName": person.given_name,
                    "surname": person.surname,
                },
                "device": { "ipAddress": order.end_user_ip, "uhi": "simulated-device" },
                "bankIdIssueDate": "2024-02-01",
                "signature": BASE64_STANDARD.encode(format!("<simulated at=\"{}\"/>", at.to_rfc3339())),
                "ocspResponse": BASE64_STANDARD.encode("simulated"),
            });
            if order.return_risk
                && let Some(members) = data.as_object_mut()
            {
                members.insert("risk".to_owned(), risk.unwrap_or_else(|| "low".to_owned()).into());
            }
            json!({ "orderRef": order.reference, "status": "complete", "completionData": data })
        }
    };
    Json(body).into_response()
}

async fn cancel(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refusal) = misbehave(&simulator, "cancel").await {
        return refusal;
    }
    let reference: ReferenceBody = match read(&headers, &body) {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let now = simulator.0.clock.now();
    if simulator.state().orders.withdraw(&reference.order_ref, now) {
        Json(json!({})).into_response()
    } else {
        ApiError::invalid("No such order").into_response()
    }
}

async fn misbehave(simulator: &Simulator, method: &str) -> Option<Response> {
    let (delay, refusal) = {
        let mut state = simulator.state();
        (state.behaviour.delay_ms, state.behaviour.refusal(method))
    };
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let (status, code) = refusal?;
    Some(match code {
        Some(code) => ApiError::new(status, &code, "As told").into_response(),
        None => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Html("<html><body>Unavailable</body></html>")).into_response()
        }
    })
}
