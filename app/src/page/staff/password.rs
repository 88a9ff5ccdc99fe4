//! Choosing a password: for an account that is new, on the page of an invitation, and for one that has another.

use base::{Day, Timestamp};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::PasswordProblem;

use super::words;
use crate::component::form::{Field, Kind, title};
use crate::component::icon;
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordProblem {
    /// The password that the account has was not given right.
    WrongCurrent,
    /// There were too many wrong ones, so none is looked at for a while.
    TooManyTries,
    /// It was written in two ways.
    Differs,
    /// It may not be set.
    Refused(PasswordProblem),
}

impl NewPasswordProblem {
    const fn key(self) -> &'static str {
        match self {
            Self::WrongCurrent => "password-wrong-current",
            Self::TooManyTries => "second-factor-too-many",
            Self::Differs => "password-differs",
            Self::Refused(PasswordProblem::TooShort) => "password-too-short",
            Self::Refused(PasswordProblem::TooLong) => "password-too-long",
            Self::Refused(PasswordProblem::ControlCharacters) => "password-control-characters",
            Self::Refused(PasswordProblem::Common) => "password-common",
            Self::Refused(PasswordProblem::SameAsIdentity) => "password-same-as-identity",
            Self::Refused(PasswordProblem::Guessable) => "password-guessable",
            Self::Refused(PasswordProblem::UsedBefore) => "password-used-before",
        }
    }
}

/// The two fields of a new password.
fn new_password(texts: &Texts, problem: Option<NewPasswordProblem>) -> impl IntoView + use<> {
    let said = |about: bool| problem.filter(|_| about).map(|problem| texts.get(problem.key()));
    let first = matches!(problem, Some(NewPasswordProblem::Refused(_)));
    let password = Field::new("new_password", Kind::NewPassword, texts.get("password-new"))
        .hint(texts.get("password-rules"))
        .problem(said(first));
    let repeated = Field::new("repeated_password", Kind::NewPassword, texts.get("password-repeated"))
        .problem(said(problem == Some(NewPasswordProblem::Differs)));
    (password.view(), repeated.view())
}

/// What the page of an invitation shows.
#[derive(Clone, Debug)]
pub struct Invitation<'a> {
    /// Where its form goes: the address of the page itself.
    pub action: &'a str,
    /// The organisation's name.
    pub organisation: &'a str,
    /// The name of the person who was invited.
    pub name: &'a str,
    /// The e-mail address that they will sign in with.
    pub email: &'a str,
    /// When the invitation is over.
    pub expires_at: Timestamp,
    /// Why the password was not taken.
    pub problem: Option<NewPasswordProblem>,
}

/// The page on which somebody who was invited chooses a password.
#[must_use]
pub fn invitation_page(layout: &Layout, invitation: &Invitation<'_>, time_zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "invitation-title", invitation.problem.is_some()));
    let lead = texts.with(
        "invitation-lead",
        &[
            ("name", invitation.name.into()),
            ("organisation", invitation.organisation.into()),
        ],
    );
    let until = dates::day_and_time(texts, invitation.expires_at, time_zone);
    let until = texts.with("invitation-until", &[("at", until.into())]);
    let action = invitation.action.to_owned();
    let email = invitation.email.to_owned();
    let fields = new_password(texts, invitation.problem);
    render(layout, head, move || {
        view! {
            <h1>{texts.get("invitation-title")}</h1>
            <p class="lead">{lead}</p>
            <form method="post" action=action class="form" novalidate>
                <div class="field">
                    <label for="email">{texts.get("staff-email")}</label>
                    <p class="hint" id="email-hint">
                        {texts.get("invitation-email-hint")}
                    </p>
                    <input
                        id="email"
                        type="email"
                        value=email
                        readonly
                        autocomplete="username"
                        aria-describedby="email-hint"
                    />
                </div>
                {fields} <button class="button">{texts.get("form-continue")} {icon("forward")}</button>
            </form>
            <p class="hint">{until}</p>
        }
    })
}

/// The page for somebody who accepted before their first day. `sign_in` is the address where they sign in then.
#[must_use]
pub fn accepted_early_page(layout: &Layout, first_day: Day, sign_in: &str) -> Page {
    let texts = Texts::of(layout.language);
    let (href, sign_in) = (sign_in.to_owned(), sign_in.to_owned());
    let lead = texts.with("accepted-early-lead", &[("day", words::day(texts, first_day).into())]);
    render(layout, Head::plain(texts.get("accepted-early-title")), move || {
        view! {
            <h1>{texts.get("accepted-early-title")}</h1>
            <p class="lead">{lead}</p>
            <p>
                <a href=href>{sign_in}</a>
            </p>
        }
    })
}

/// The page for an invitation that was used, is over, was replaced, or never was.
#[must_use]
pub fn void_invitation_page(layout: &Layout) -> Page {
    let texts = Texts::of(layout.language);
    let mut page = render(layout, Head::plain(texts.get("invitation-void")), move || {
        view! {
            <h1>{texts.get("invitation-void")}</h1>
            <p class="lead">{texts.get("invitation-void-body")}</p>
            <a class="button quiet" href="/staff">
                {texts.get("invitation-void-sign-in")}
                {icon("forward")}
            </a>
        }
    });
    page.status = axum::http::StatusCode::GONE;
    page
}

/// The page on which somebody changes their password. `required` says that nothing else goes before it is changed.
#[must_use]
pub fn password_page(layout: &Layout, required: bool, problem: Option<NewPasswordProblem>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "password-title", problem.is_some()));
    let about_current = problem.filter(|problem| {
        matches!(
            problem,
            NewPasswordProblem::WrongCurrent | NewPasswordProblem::TooManyTries
        )
    });
    // Who has just signed in with it need not repeat it.
    let current = (!required).then(|| {
        Field::new("current_password", Kind::CurrentPassword, texts.get("password-current"))
            .problem(about_current.map(|problem| texts.get(problem.key())))
            .view()
    });
    let fields = new_password(texts, problem);
    let lead = if required {
        "password-lead-required"
    } else {
        "password-lead"
    };
    let action = if required {
        "/staff/password/renew"
    } else {
        "/staff/account/password"
    };
    render(layout, head, move || {
        view! {
            <h1>{texts.get("password-title")}</h1>
            <p class="lead">{texts.get(lead)}</p>
            <form method="post" action=action class="form" novalidate>
                {current} {fields} <button class="button">{texts.get("password-change")} {icon("forward")}</button>
            </form>
        }
    })
}
