//! The first step in: which organisation, and the password.

use leptos::prelude::*;

use crate::component::form::{Field, Kind, refusal, title};
use crate::component::{icon, told};
use crate::context::{Flash, Layout};
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
    /// What to tell once.
    pub flash: Option<Flash>,
}

/// The page on which staff of an organisation sign in with a password.
#[must_use]
pub fn staff_sign_in_page(layout: &Layout, sign_in: &StaffSignIn<'_>) -> Page {
    let texts = Texts::of(layout.language);
    let refused = sign_in.refused;
    let head = Head::plain(title(texts, "staff-sign-in-title", refused));
    let told = told(texts, sign_in.flash);
    let action = format!("/staff/sign-in/{}", sign_in.address);
    let organisation = sign_in.organisation.to_owned();
    let email = Field::new("email", Kind::Username, texts.get("staff-email")).value(sign_in.email);
    let password = Field::new("password", Kind::CurrentPassword, texts.get("staff-password"));
    render(layout, head, move || {
        view! {
            {told}
            {refused.then(|| refusal(texts.get("staff-sign-in-refused")))}
            <div class="title">
                <h1>{texts.get("staff-sign-in-title")}</h1>
                <p class="person">{organisation}</p>
            </div>
            <form method="post" action=action class="form" novalidate>
                {email.view()} {password.view()}
                <button class="button">{texts.get("form-continue")} {icon("forward")}</button>
            </form>
            <section class="aside" aria-labelledby="forgotten">
                <h2 id="forgotten">{texts.get("staff-forgotten")}</h2>
                <p>{texts.get("staff-forgotten-body")}</p>
                <p>
                    <a href="/staff/sign-in?other">{texts.get("staff-other-organisation")}</a>
                </p>
            </section>
        }
    })
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
