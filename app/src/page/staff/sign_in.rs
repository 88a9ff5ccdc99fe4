//! The first step in: which organisation, and the password.

use leptos::prelude::*;

use crate::component::form::{Field, Kind, refusal, title};
use crate::component::{SignsInFor, icon, told, way_in};
use crate::context::{Flash, Layout, ProviderChoice};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The page that asks for the organisation, when neither the address nor the browser says which. `given` is what was
/// filled in and belongs to none.
#[must_use]
pub fn staff_organisation_page(layout: &Layout, given: Option<&str>) -> Page {
    let texts = Texts::of(layout.language);
    let problem = given.map(|_| texts.get("staff-organisation-unknown"));
    let head = Head::plain(title(texts, "staff-organisation-title", given.is_some()));
    let field = Field::new("organisation", Kind::Text, texts.get("staff-organisation-label"))
        .hint(texts.get("staff-organisation-hint"))
        .problem(problem)
        .value(given.unwrap_or_default());
    render(layout, head, move || {
        view! {
            <h1>{texts.get("staff-organisation-title")}</h1>
            <p class="lead">{texts.get("staff-organisation-lead")}</p>
            <form method="get" action="/staff/sign-in" class="form" novalidate>
                {field.view()} <button class="button">{texts.get("form-continue")} {icon("forward")}</button>
            </form>
            <section class="aside" aria-labelledby="recipient">
                <h2 id="recipient">{texts.get("staff-recipient")}</h2>
                <p>
                    <a href="/">{texts.get("staff-recipient-link")}</a>
                </p>
            </section>
        }
    })
}

/// What the page of the password shows.
#[derive(Clone, Debug)]
pub struct StaffSignIn<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// What stands for the organisation in the address of its sign-in page.
    pub address: &'a str,
    /// The e-mail address that was filled in.
    pub email: &'a str,
    /// Whether it was refused. Why is not told: it would tell who has an account.
    pub refused: bool,
    /// The directories through which the organisation's staff may come.
    pub work_accounts: Vec<ProviderChoice>,
    /// Whether anybody gets in with a password.
    pub by_password: bool,
    /// What to tell once.
    pub flash: Option<Flash>,
}

/// The page on which staff of an organisation sign in: with a work account, where it has such, or with a password.
#[must_use]
pub fn staff_sign_in_page(layout: &Layout, sign_in: &StaffSignIn<'_>) -> Page {
    let texts = Texts::of(layout.language);
    let refused = sign_in.refused;
    let head = Head::plain(title(texts, "staff-sign-in-title", refused));
    let told = told(texts, sign_in.flash);
    let organisation = sign_in.organisation.to_owned();
    let work_accounts: Vec<_> = sign_in
        .work_accounts
        .iter()
        .map(|provider| {
            let action = format!("/staff/sign-in/{}/work-account/{}", sign_in.address, provider.name);
            way_in(texts, provider, action, true, SignsInFor::Anything)
        })
        .collect();
    let has_other_way = !work_accounts.is_empty();
    let work_accounts = has_other_way.then(|| view! { <div class="ways-in">{work_accounts}</div> });
    let by_password = sign_in.by_password.then(|| by_password(texts, sign_in, has_other_way));
    let forgotten_body = if sign_in.by_password {
        "staff-forgotten-body"
    } else {
        "staff-forgotten-work-account"
    };
    render(layout, head, move || {
        view! {
            {told}
            {refused.then(|| refusal(texts.get("staff-sign-in-refused")))}
            <div class="title">
                <h1>{texts.get("staff-sign-in-title")}</h1>
                <p class="person">{organisation}</p>
            </div>
            {work_accounts}
            {by_password}
            <section class="aside" aria-labelledby="forgotten">
                <h2 id="forgotten">{texts.get("staff-forgotten")}</h2>
                <p>{texts.get(forgotten_body)}</p>
                <p>
                    <a href="/staff/sign-in?other">{texts.get("staff-other-organisation")}</a>
                </p>
            </section>
        }
    })
}

/// The form for the password; under a heading and with a quieter button when it is not the main way.
fn by_password(texts: &'static Texts, sign_in: &StaffSignIn<'_>, has_other_way: bool) -> impl IntoView + use<> {
    let action = format!("/staff/sign-in/{}", sign_in.address);
    let email = Field::new("email", Kind::Username, texts.get("staff-email")).value(sign_in.email);
    let password = Field::new("password", Kind::CurrentPassword, texts.get("staff-password"));
    view! {
        {has_other_way.then(|| view! { <h2>{texts.get("staff-by-password")}</h2> })}
        <form method="post" action=action class="form" novalidate>
            {email.view()} {password.view()}
            <button class="button" class:quiet=has_other_way>
                {texts.get("form-continue")}
                {icon("forward")}
            </button>
        </form>
    }
}

/// What a staff member sees after signing out.
#[must_use]
pub fn staff_signed_out_page(layout: &Layout) -> Page {
    let texts = Texts::of(layout.language);
    render(layout, Head::plain(texts.get("signed-out-title")), move || {
        view! {
            <h1>{texts.get("signed-out-title")}</h1>
            <p class="lead">{texts.get("staff-signed-out-lead")}</p>
            <a class="button quiet" href="/staff">
                {texts.get("staff-sign-in-again")}
                {icon("forward")}
            </a>
        }
    })
}
