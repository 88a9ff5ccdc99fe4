//! A staff member's passkeys: the part of their account that lists them, and the page on which one is added.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{OwnAccount, OwnPasskey};

use crate::component::form::{Field, Kind, refusal, title};
use crate::component::{Does, PasskeyForm, back_link, passkey_form};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The part of the account that lists passkeys; nothing where there can be none and are none.
pub(super) fn passkeys(
    texts: &'static Texts,
    account: &OwnAccount,
    time_zone: &TimeZone,
) -> Option<impl IntoView + use<>> {
    if account.passkeys.is_empty() && !account.passkeys_possible {
        return None;
    }
    let factors = account.second_factors();
    let removable = !account.second_factor_required || factors.codes || account.passkeys.len() > 1;
    let entries: Vec<_> = account
        .passkeys
        .iter()
        .enumerate()
        .map(|(number, passkey)| entry(texts, number, passkey, removable, time_zone))
        .collect();
    let list = (!entries.is_empty()).then(|| view! { <ul class="sign-ins">{entries}</ul> });
    let add = (account.passkeys_possible && account.passkeys.len() < OwnPasskey::MAX).then(|| {
        view! {
            <p>
                <a href="/staff/account/passkeys/new">{texts.get("passkey-add")}</a>
            </p>
        }
    });
    let only = (factors.passkeys && !removable).then(|| view! { <p class="hint">{texts.get("passkey-only")}</p> });
    Some(view! {
        <section aria-labelledby="passkeys">
            <h2 id="passkeys">{texts.get("account-passkeys")}</h2>
            <p>{texts.get("account-passkeys-body")}</p>
            {list}
            {only}
            {add}
        </section>
    })
}

/// One passkey. Its button is called by what it does and by the passkey, since all the buttons say the same.
fn entry(
    texts: &'static Texts,
    number: usize,
    passkey: &OwnPasskey,
    removable: bool,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let day = dates::date(texts, dates::local_date(passkey.added_at, time_zone));
    let added = texts.with("passkey-added-on", &[("day", day.into())]);
    let used = passkey.last_used_at.map_or_else(
        || texts.get("passkey-never-used"),
        |at| {
            let at = dates::day_and_time(texts, at, time_zone);
            texts.with("passkey-used", &[("at", at.into())])
        },
    );
    let (name, button) = (format!("passkey-{number}"), format!("remove-{number}"));
    let remove = removable.then(|| {
        view! {
            <form method="post" action=format!("/staff/account/passkeys/{}/remove", passkey.id)>
                <button class="link" id=button.clone() aria-labelledby=format!("{button} {name}")>
                    {texts.get("passkey-remove")}
                </button>
            </form>
        }
    });
    view! {
        <li class="sign-in">
            <h3 id=name>{passkey.name.clone()}</h3>
            <ul class="facts">
                <li>{added}</li>
                <li>{used}</li>
            </ul>
            {remove}
        </li>
    }
}

/// Why a passkey was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasskeyProblem {
    /// It has no name, or one that is too long.
    Name,
    /// What came is no answer to what was asked.
    Refused,
    /// It took too long.
    TookTooLong,
    /// They have as many as they may have.
    TooMany,
}

/// The page on which a passkey is added.
#[derive(Clone, Debug)]
pub struct NewPasskey<'a> {
    /// What they want to call it.
    pub name: &'a str,
    /// Why it was not added.
    pub problem: Option<NewPasskeyProblem>,
    /// Whether the sign-in goes on only when there is a second factor.
    pub required: bool,
}

/// The page on which a passkey is added.
#[must_use]
pub fn new_passkey_page(layout: &Layout, new: &NewPasskey<'_>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "passkey-new-title", new.problem.is_some()));
    let refused = new.problem.and_then(|problem| match problem {
        NewPasskeyProblem::Name => None,
        NewPasskeyProblem::Refused => Some("passkey-new-refused"),
        NewPasskeyProblem::TookTooLong => Some("passkey-too-long"),
        NewPasskeyProblem::TooMany => Some("passkey-too-many"),
    });
    let name = Field::new("name", Kind::PasskeyName, texts.get("passkey-name"))
        .hint(texts.get("passkey-name-hint"))
        .value(new.name)
        .problem((new.problem == Some(NewPasskeyProblem::Name)).then(|| texts.get("passkey-name-wrong")));
    let (page, action, back, back_text) = if new.required {
        (
            "/staff/second-factor/set-up/passkey",
            "/staff/second-factor/set-up/passkey",
            "/staff/second-factor/set-up",
            "passkey-rather-app",
        )
    } else {
        (
            "/staff/account/passkeys/new",
            "/staff/account/passkeys",
            "/staff/account",
            "account-title",
        )
    };
    let form = PasskeyForm {
        does: Does::Create,
        page,
        action,
        button: "passkey-new-finish",
        otherwise: "passkey-new-impossible",
    };
    let form = passkey_form(layout, &form, name.view());
    render(layout, head, move || {
        view! {
            {back_link(back.to_owned(), texts.get(back_text))}
            {refused.map(|key| refusal(texts.get(key)))}
            <h1>{texts.get("passkey-new-title")}</h1>
            <p class="lead">{texts.get("passkey-new-lead")}</p>
            {form}
        }
    })
}
