//! What a machine proves itself with, as an admin's pages list it: a system's credentials and directories' tokens.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::component::icon;
use crate::texts::{Texts, dates};

/// How things stand with a credential: how it looks, and the key of what it is called.
pub(super) type State = (&'static str, &'static str);

pub(super) const VALID: State = ("state good", "system-credential-valid");
pub(super) const ENDED: State = ("state", "system-credential-ended");
pub(super) const WITHDRAWN: State = ("state", "system-credential-withdrawn");

/// One of a list.
pub(super) struct Card {
    /// Names it on the page.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    pub(super) state: State,
    /// What tells it from others of its kind.
    pub(super) code: Option<String>,
    /// What does not work with it.
    pub(super) trouble: Option<String>,
    /// What there is to know, a line each.
    pub(super) facts: Vec<String>,
    /// Where it is taken back, when the reader may do so.
    pub(super) withdraw: Option<String>,
}

impl Card {
    pub(super) fn view(self, texts: &'static Texts) -> impl IntoView + use<> {
        let Self {
            id,
            title,
            state: (class, state),
            code,
            trouble,
            facts,
            withdraw,
        } = self;
        let (name, button) = (format!("credential-{id}"), format!("withdraw-{id}"));
        let labelled_by = format!("{button} {name}");
        let facts: Vec<_> = facts.into_iter().map(|fact| view! { <li>{fact}</li> }).collect();
        let withdraw = withdraw.map(|action| {
            view! {
                <form method="post" action=action>
                    <button class="link" id=button aria-labelledby=labelled_by>
                        {texts.get("system-withdraw")}
                    </button>
                </form>
            }
        });
        view! {
            <li class="card">
                <h3 id=name>{title} " " <span class=class>{texts.get(state)}</span></h3>
                {code.map(|code| view! { <p class="code">{code}</p> })}
                {trouble.map(|trouble| view! { <div class="notice wrong">{icon("info")} <p>{trouble}</p></div> })}
                <ul class="facts">{facts}</ul>
                {withdraw}
            </li>
        }
    }
}

/// When a credential was made, ends and was last used, a line each. `expires_at` is `None` for one that does not end by itself, or
/// whose end matters no more.
pub(super) fn times(
    texts: &Texts,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    time_zone: &TimeZone,
) -> Vec<String> {
    let on = |key, at| {
        let day = dates::date(texts, dates::local_date(at, time_zone));
        texts.with(key, &[("day", day.into())])
    };
    let used = last_used_at.map_or_else(
        || texts.get("system-credential-never-used"),
        |at| {
            let at = dates::day_and_time(texts, at, time_zone);
            texts.with("system-credential-used", &[("at", at.into())])
        },
    );
    let created = on("system-credential-created", created_at);
    let expires = expires_at.map(|at| on("system-credential-expires", at));
    [Some(created), expires, Some(used)].into_iter().flatten().collect()
}
