//! The phone page: a test person scans, looks, approves or cancels.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};
use maud::{DOCTYPE, Markup, html};
use url::form_urlencoded;

use super::order::{Kind, Opened, Order};
use super::{Simulator, people};

const STYLE: &str = include_str!("../../assets/simulator.css");

pub(super) fn routes(simulator: Simulator) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/scan", post(scan))
        .route("/orders/{reference}", get(order))
        .route("/orders/{reference}/pick", post(pick))
        .route("/orders/{reference}/approve", post(approve))
        .route("/orders/{reference}/cancel", post(cancel))
        .route(
            "/simulator.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }),
        )
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(|| async {
            (
                StatusCode::NOT_FOUND,
                notice("No such page", "Go back to the phone's start page."),
            )
        })
        .with_state(simulator)
}

/// Waiting orders; with `autostarttoken`, what the link on the same device opens.
async fn home(State(simulator): State<Simulator>, RawQuery(query): RawQuery) -> Response {
    let now = simulator.0.clock.now();
    if let Some(token) = field(query.unwrap_or_default().as_bytes(), "autostarttoken") {
        let order = simulator.state().orders.follow(&token, now);
        return match order {
            Ok(order) => see(&order),
            Err(error) => notice("Nothing to open", &error.to_string()).into_response(),
        };
    }
    let orders = simulator.state().orders.pending(now);
    let content = html! {
        h1 { "Phone" }
        section {
            h2 { "Scan a QR code" }
            form method="post" action="/scan" {
                label for="qr" { "Text of the QR code" }
                input #qr name="qr" autocomplete="off" required placeholder="bankid.…";
                button { "Scan" }
            }
        }
        section {
            h2 { "Waiting orders" }
            @if orders.is_empty() {
                p { "None. Begin to sign in somewhere; this page looks again every two seconds." }
            }
            @for order in &orders {
                form.order method="post" action={ "/orders/" (order.reference) "/pick" } {
                    p { (first_line(order)) }
                    p.small { (now.since(order.created_at).as_secs()) " s old, from " (order.end_user_ip) }
                    button { "Open" }
                }
            }
        }
    };
    let refresh = html! { meta http-equiv="refresh" content="2"; };
    // A page that refreshes itself would throw away what is being pasted, so it waits for an order first.
    page(
        "Phone",
        &if orders.is_empty() { refresh } else { Markup::default() },
        &content,
    )
    .into_response()
}

fn first_line(order: &Order) -> &str {
    let line = order.text.lines().next().unwrap_or_default();
    let line = line.trim_start_matches(['#', ' ']);
    if line.is_empty() { "(no text)" } else { line }
}

fn see(order: &Order) -> Response {
    Redirect::to(&format!("/orders/{}", order.reference)).into_response()
}

async fn scan(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let now = simulator.0.clock.now();
    let text = field(&body, "qr").unwrap_or_default();
    let order = simulator.state().orders.scan(&text, now);
    match order {
        Ok(order) => see(&order),
        Err(refused) => (StatusCode::BAD_REQUEST, notice("Not scanned", &refused.to_string())).into_response(),
    }
}

async fn pick(State(simulator): State<Simulator>, Path(reference): Path<String>) -> Response {
    let now = simulator.0.clock.now();
    let order = simulator.state().orders.pick(&reference, now);
    match order {
        Ok(order) => see(&order),
        Err(error) => notice("Not opened", &error.to_string()).into_response(),
    }
}

async fn order(State(simulator): State<Simulator>, Path(reference): Path<String>) -> Response {
    let now = simulator.0.clock.now();
    let found = simulator
        .state()
        .orders
        .get(&reference)
        .filter(|order| order.is_pending(now))
        .cloned();
    let Some(order) = found else {
        return notice("Over", "The order is done, cancelled or ran out.").into_response();
    };
    let (title, approve) = match order.kind {
        Kind::Auth => ("Identify", "Identify with security code"),
        Kind::Sign => ("Sign", "Sign with security code"),
    };
    let content = html! {
        h1 { (title) }
        blockquote { @for line in order.text.lines() { p { (line.trim_start_matches(['#', ' '])) } } }
        form method="post" action={ "/orders/" (order.reference) "/approve" } {
            fieldset {
                legend { "Who holds the phone?" }
                @for (index, person) in people::all().enumerate() {
                    label.choice {
                        input type="radio" name="personnummer" value=(person.number) checked[index == 0];
                        span { (person.name()) " " small { (person.number) } }
                    }
                }
            }
            button.main { (approve) }
        }
        form method="post" action={ "/orders/" (order.reference) "/cancel" } { button.quiet { "Cancel" } }
        p.small { "Or do nothing: the order runs out three minutes after it was started." }
    };
    page(title, &Markup::default(), &content).into_response()
}

async fn approve(State(simulator): State<Simulator>, Path(reference): Path<String>, body: Bytes) -> Response {
    let person = field(&body, "personnummer").and_then(|number| people::with_number(&number));
    let Some(person) = person else {
        return notice("Not approved", "Choose a person.").into_response();
    };
    let now = simulator.0.clock.now();
    let approved = simulator.state().orders.approve(&reference, person, now);
    match approved {
        Ok(order) => done(&order, "Approved").into_response(),
        Err(error) => notice("Not approved", &error.to_string()).into_response(),
    }
}

async fn cancel(State(simulator): State<Simulator>, Path(reference): Path<String>) -> Response {
    let now = simulator.0.clock.now();
    let (cancelled, order) = {
        let mut state = simulator.state();
        let order = state.orders.get(&reference).cloned();
        (state.orders.fail(&reference, "userCancel", now), order)
    };
    match (cancelled, order) {
        (Ok(()), Some(order)) => done(&order, "Cancelled").into_response(),
        _ => notice("Not cancelled", "The order is over already.").into_response(),
    }
}

/// The app goes back to the browser when it was opened by the link, and stays put otherwise.
fn done(order: &Order, what: &str) -> Html<String> {
    let back = order.return_url.as_deref().filter(|_| order.opened != Some(Opened::Qr));
    let at_once = back.filter(|_| order.opened == Some(Opened::Link));
    let refresh = html! {
        @if let Some(address) = at_once {
            meta http-equiv="refresh" content={ "0;url=" (address) };
        }
    };
    let content = html! {
        h1 { (what) }
        @match back {
            Some(address) => p { a.main href=(address) { "Back to the browser" } },
            None => p { "Go on where you began." },
        }
        p { a href="/" { "The phone's start page" } }
    };
    page(what, &refresh, &content)
}

fn notice(title: &str, text: &str) -> Html<String> {
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { a href="/" { "The phone's start page" } }
    };
    page(title, &Markup::default(), &content)
}

fn page(title: &str, head: &Markup, content: &Markup) -> Html<String> {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – simulated BankID" }
                link rel="stylesheet" href="/simulator.css";
                link rel="icon" href="data:,";
                (head)
            }
            body {
                p.simulator { "Simulator. This is not BankID: anybody can be anybody here." }
                main { (content) }
            }
        }
    };
    Html(document.into_string())
}

fn field(body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(body)
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
