//! The protocols of what was purged: the list, one of them, and the proofs of a document or message.

use base::{PurgedId, Timestamp};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{InclusionProof, ProtocolStatement, PurgeProtocols, PurgedKind, RuleTotal, SignedStatement};

use crate::component::form::{Field, Kind, title};
use crate::component::{back_link, icon, set_part};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates, purging, sizes};

/// What can be wrong with an id that somebody looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdProblem {
    /// It is no id.
    Malformed,
    /// Nothing that was purged has it.
    Unknown,
}

/// An organisation's protocols. `is_first` says that no newer one was left out; `looked_for` is what somebody looked for and why it
/// was not found.
#[must_use]
pub fn protocols_page(
    layout: &Layout,
    protocols: &PurgeProtocols,
    is_first: bool,
    looked_for: Option<(&str, IdProblem)>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "protocols-title", looked_for.is_some()));
    let is_empty = protocols.statements.is_empty() && is_first;
    let entries: Vec<_> = protocols
        .statements
        .iter()
        .map(|signed| entry(texts, signed.statement(), time_zone))
        .collect();
    let older = protocols
        .before
        .map(|number| format!("/staff/protocols?before={number}"));
    // Somebody who looks for one thing is not made to read about all others first.
    let (search_first, search_last) = if looked_for.is_some() {
        (Some(search(texts, looked_for)), None)
    } else {
        (None, (!is_empty).then(|| search(texts, None)))
    };
    render(layout, head, move || {
        view! {
            <h1>{texts.get("protocols-title")}</h1>
            {search_first}
            {if is_empty {
                view! {
                    <div class="empty">
                        {icon("mark")}
                        <h2>{texts.get("protocols-empty")}</h2>
                        <p>{texts.get("protocols-empty-body")}</p>
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <p class="lead">{texts.get("protocols-lead")}</p>
                    <ul class="cards">{entries}</ul>
                }
                    .into_any()
            }}
            <nav class="pages" aria-label=texts.get("protocols-pages")>
                {(!is_first)
                    .then(|| view! { <a class="button quiet" href="/staff/protocols">{texts.get("protocols-latest")}</a> })}
                {older.map(|older| view! { <a class="button quiet" href=older>{texts.get("protocols-older")}</a> })}
            </nav>
            {search_last}
        }
    })
}

fn entry(texts: &'static Texts, stated: &ProtocolStatement, time_zone: &TimeZone) -> impl IntoView + use<> {
    let href = format!("/staff/protocols/{}", stated.number);
    let title = texts.with("protocol-number", &[("number", stated.number.into())]);
    let closed = dates::day_and_time(texts, stated.closed, time_zone);
    let closed = texts.with("protocol-signed", &[("at", closed.into())]);
    view! {
        <li class="card linked">
            <h2>
                <a href=href>{title}</a>
            </h2>
            <ul class="facts">
                <li>{closed}</li>
                <li>{purging::documents(texts, stated.documents)}</li>
                <li>{purging::messages(texts, stated.messages)}</li>
                <li>{sizes::size(texts, stated.bytes)}</li>
            </ul>
        </li>
    }
}

/// The form that finds proofs.
fn search(texts: &'static Texts, looked_for: Option<(&str, IdProblem)>) -> impl IntoView + use<> {
    let problem = looked_for.map(|(_, problem)| match problem {
        IdProblem::Malformed => texts.get("proofs-id-wrong"),
        IdProblem::Unknown => texts.get("proofs-id-unknown"),
    });
    let id = Field::new("id", Kind::Text, texts.get("proofs-id"))
        .hint(texts.get("proofs-id-hint"))
        .value(looked_for.map(|(id, _)| id).unwrap_or_default())
        .problem(problem);
    view! {
        <section aria-labelledby="proofs">
            <h2 id="proofs">{texts.get("proofs-title")}</h2>
            <p>{texts.get("proofs-lead")}</p>
            <form method="get" action="/staff/protocols/proofs" class="form" novalidate>
                {id.view()} <button class="button quiet">{texts.get("proofs-find")} {icon("forward")}</button>
            </form>
        </section>
    }
}

/// One protocol, and its files.
#[must_use]
pub fn protocol_page(layout: &Layout, signed: &SignedStatement, time_zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let stated = signed.statement();
    let title = texts.with("protocol-title", &[("number", stated.number.into())]);
    let organisation = stated.organisation_name.clone();
    let period = period(texts, stated.first_purged, stated.last_purged, time_zone);
    let closed = dates::day_and_time(texts, stated.closed, time_zone);
    let documents = texts.with(
        "protocol-documents-size",
        &[
            ("count", stated.documents.into()),
            ("size", sizes::size(texts, stated.bytes).into()),
        ],
    );
    let messages = texts.with("protocol-messages-of", &[("count", stated.messages.into())]);
    let rules: Vec<_> = stated.rules.iter().map(|total| rule(texts, total)).collect();
    let previous = stated
        .previous
        .map_or_else(|| texts.get("protocol-first"), |hash| hash.to_string());
    let (root, key) = (stated.root.to_string(), signed.signature().key_id.clone());
    let files = ["pdf", "json", "csv"].map(|kind| file(texts, stated.number, kind));
    render(layout, Head::plain(title.clone()), move || {
        view! {
            {back_link("/staff/protocols".to_owned(), texts.get("protocols-back"))}
            <h1>{title}</h1>
            <dl class="pairs">
                <dt>{texts.get("protocol-organisation")}</dt>
                <dd>{organisation}</dd>
                <dt>{texts.get("protocol-purged")}</dt>
                <dd>{period}</dd>
                <dt>{texts.get("protocol-closed")}</dt>
                <dd>{closed}</dd>
                <dt>{texts.get("protocol-documents")}</dt>
                <dd>{documents}</dd>
                <dt>{texts.get("protocol-messages")}</dt>
                <dd>{messages}</dd>
            </dl>
            <section aria-labelledby="files">
                <h2 id="files">{texts.get("protocol-files")}</h2>
                <ul class="cards">{files.into_iter().collect_view()}</ul>
            </section>
            <section aria-labelledby="rules">
                <h2 id="rules">{texts.get("protocol-rules")}</h2>
                <ul class="cards">{rules}</ul>
            </section>
            <section aria-labelledby="seal">
                <h2 id="seal">{texts.get("protocol-seal")}</h2>
                <dl class="pairs">
                    <dt>{texts.get("protocol-root")}</dt>
                    <dd class="code">{root}</dd>
                    <dt>{texts.get("protocol-previous")}</dt>
                    <dd class="code">{previous}</dd>
                    <dt>{texts.get("protocol-key")}</dt>
                    <dd class="code">{key}</dd>
                </dl>
                {how_to_check(texts)}
            </section>
        }
    })
}

/// Between two instants, or at one.
fn period(texts: &Texts, first: Timestamp, last: Timestamp, time_zone: &TimeZone) -> String {
    let [first, last] = [first, last].map(|at| dates::day_and_time(texts, at, time_zone));
    if first == last {
        first
    } else {
        texts.with("protocol-period", &[("first", first.into()), ("last", last.into())])
    }
}

fn rule(texts: &'static Texts, total: &RuleTotal) -> impl IntoView + use<> {
    view! {
        <li class="card">
            <h3>{purging::document_type(texts, &total.rule)}</h3>
            <p>{purging::rule(texts, &total.rule)}</p>
            <ul class="facts">
                <li>{purging::documents(texts, total.documents)}</li>
                <li>{purging::messages(texts, total.messages)}</li>
                <li>{sizes::size(texts, total.bytes)}</li>
            </ul>
        </li>
    }
}

fn file(texts: &'static Texts, number: u64, kind: &'static str) -> impl IntoView + use<> {
    let href = format!("/staff/protocols/{number}/{kind}");
    let (name, hint) = match kind {
        "pdf" => ("protocol-pdf", "protocol-pdf-hint"),
        "json" => ("protocol-json", "protocol-json-hint"),
        _ => ("protocol-csv", "protocol-csv-hint"),
    };
    view! {
        <li class="card linked">
            <h3>
                <a href=href download="">
                    {texts.get(name)}
                </a>
            </h3>
            <p>{texts.get(hint)}</p>
        </li>
    }
}

/// The proofs that were found for an id.
#[must_use]
pub fn proofs_page(layout: &Layout, id: PurgedId, proofs: &[InclusionProof], time_zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let entries: Vec<_> = proofs.iter().map(|proof| proof_card(texts, proof, time_zone)).collect();
    render(layout, Head::plain(texts.get("proofs-title")), move || {
        view! {
            {back_link("/staff/protocols".to_owned(), texts.get("protocols-back"))}
            <h1>{texts.get("proofs-title")}</h1>
            <p class="code">{id.to_string()}</p>
            <p class="lead">{texts.get("proofs-lead")}</p>
            <ul class="cards">{entries}</ul>
            {how_to_check(texts)}
        }
    })
}

fn proof_card(texts: &'static Texts, proof: &InclusionProof, time_zone: &TimeZone) -> impl IntoView + use<> {
    let (leaf, number) = (proof.leaf(), proof.signed().statement().number);
    let name = match leaf.kind {
        PurgedKind::Document => {
            let size = sizes::size(texts, leaf.bytes.unwrap_or(0));
            texts.with("proofs-of-document", &[("size", size.into())])
        }
        PurgedKind::Message => texts.get("proofs-of-message"),
    };
    let at = |key, at| texts.with(key, &[("at", dates::day_and_time(texts, at, time_zone).into())]);
    let (sent, purged) = (at("proofs-sent", leaf.sent), at("proofs-purged", leaf.purged));
    let (rule, id) = (leaf.rule(), leaf.id.to_string());
    let file = format!("/staff/protocols/proofs/{id}/json");
    let protocol = texts.with("protocol-number", &[("number", number.into())]);
    view! {
        <li class="card">
            <h2>{name}</h2>
            <ul class="facts">
                <li>{purging::document_type(texts, &rule)}</li>
                <li>{sent}</li>
                <li>{purged}</li>
            </ul>
            <p>{purging::rule(texts, &rule)}</p>
            <p class="code">{id}</p>
            <p>
                <a href=format!("/staff/protocols/{number}")>{protocol}</a>
            </p>
            <div class="actions">
                <a class="button quiet" href=file download="">
                    {icon("download")}
                    {texts.get("proofs-file")}
                </a>
            </div>
        </li>
    }
}

/// How a file is checked, with the command as one types it and the way to the keys.
fn how_to_check(texts: &Texts) -> impl IntoView + use<> {
    const COMMAND: &str = "postvalv protocol verify";
    const KEYS: &str = "/.well-known/postvalv-signing-keys.json";
    let keys = texts.get("proofs-check-keys");
    let words = [("command", COMMAND.into()), ("keys", keys.as_str().into())];
    let text = texts.with("proofs-check", &words);
    let (before, after) = text.split_once(COMMAND).unwrap_or(("", &text));
    let after = set_part(after, &keys, |keys| view! { <a href=KEYS>{keys}</a> });
    view! { <p>{before.to_owned()} <code class="code">{COMMAND}</code> {after}</p> }
}
