//! The second step in: a passkey, a code from an app or a recovery code, and how codes are set up.

use base::SecretString;
use leptos::prelude::*;
use portal::SecondFactors;

use crate::component::form::{Field, Kind, refusal, title};
use crate::component::{Does, PasskeyForm, icon, passkey_form};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// Why a code was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    /// The one from the app was wrong, or used before.
    OneTime,
    /// The one that was written down was wrong, or used before.
    Recovery,
    /// A passkey's answer was none to what was asked.
    Passkey,
    /// A passkey's answer came too late.
    PasskeyTookTooLong,
    /// There were too many wrong ones, so none is looked at for a while.
    TooMany,
}

/// The page that asks for the second factor: for a passkey first where there is one, with what goes in its place below.
#[must_use]
pub fn second_factor_page(layout: &Layout, has: SecondFactors, problem: Option<CodeProblem>) -> Page {
    let texts = Texts::of(layout.language);
    let heading = if has.passkeys {
        "second-factor-passkey-title"
    } else {
        "second-factor-title"
    };
    let head = Head::plain(title(texts, heading, problem.is_some()));
    let said = |about, key| (problem == Some(about)).then(|| texts.get(key));
    let whole = said(CodeProblem::TooMany, "second-factor-too-many")
        .or_else(|| said(CodeProblem::Passkey, "passkey-wrong"))
        .or_else(|| said(CodeProblem::PasskeyTookTooLong, "passkey-too-long"));
    let passkey = has.passkeys.then(|| {
        let form = PasskeyForm {
            does: Does::Get,
            page: "/staff/second-factor",
            action: "/staff/second-factor/passkey",
            button: "passkey-use",
            otherwise: "passkey-impossible",
        };
        let form = passkey_form(layout, &form, ());
        view! {
            <p class="lead">{texts.get("second-factor-passkey-lead")}</p>
            {form}
        }
    });
    let (lost, lost_body) = if has.codes {
        ("second-factor-lost", "second-factor-lost-body")
    } else {
        ("second-factor-lost-passkey", "second-factor-lost-passkey-body")
    };
    let code = Field::new("code", Kind::OneTimeCode, texts.get("second-factor-code"))
        .hint(texts.get("second-factor-code-hint"))
        .problem(said(CodeProblem::OneTime, "second-factor-wrong"));
    let recovery = Field::new(
        "recovery_code",
        Kind::WrittenCode,
        texts.get("second-factor-recovery-code"),
    )
    .problem(said(CodeProblem::Recovery, "second-factor-recovery-wrong"));
    let recovers = problem == Some(CodeProblem::Recovery);
    let codes = has.codes.then(|| {
        let class = if has.passkeys { "button quiet" } else { "button" };
        let form = view! {
            <form method="post" action="/staff/second-factor" class="form" novalidate>
                {code.view()} <button class=class>{texts.get("sign-in-finish")} {icon("forward")}</button>
            </form>
        };
        if has.passkeys {
            let mistyped = problem == Some(CodeProblem::OneTime);
            view! {
                <details class="more" open=mistyped>
                    <summary>{texts.get("second-factor-code-instead")}</summary>
                    {form}
                </details>
            }
            .into_any()
        } else {
            form.into_any()
        }
    });
    render(layout, head, move || {
        view! {
            {whole.map(refusal)}
            <h1>{texts.get(heading)}</h1>
            {passkey}
            {codes}
            <details class="more" open=recovers>
                <summary>{texts.get(lost)}</summary>
                <p>{texts.get(lost_body)}</p>
                <form method="post" action="/staff/second-factor" class="form" novalidate>
                    {recovery.view()}
                    <button class="button quiet">{texts.get("second-factor-recover")} {icon("forward")}</button>
                </form>
            </details>
        }
    })
}

/// What somebody needs to make their app give codes for this account.
#[derive(Clone, Debug)]
pub struct SecondFactorSetUp<'a> {
    /// The QR code as an SVG's `viewBox` and path.
    pub qr: (&'a str, &'a str),
    /// The secret as text (RFC 4648 base32), for who can't take a picture of the code.
    pub secret: &'a str,
    /// Whether the code that was tried was wrong.
    pub wrong: bool,
    /// Where the form goes.
    pub action: &'a str,
    /// Whether the sign-in goes on only when this is done.
    pub required: bool,
    /// Whether a passkey may be chosen in its place.
    pub or_passkey: bool,
}

/// The page on which the second factor is set up.
#[must_use]
pub fn second_factor_set_up_page(layout: &Layout, set_up: &SecondFactorSetUp<'_>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "set-up-title", set_up.wrong));
    let lead = if set_up.required {
        "set-up-lead-required"
    } else {
        "set-up-lead"
    };
    let code = Field::new("code", Kind::OneTimeCode, texts.get("second-factor-code"))
        .problem(set_up.wrong.then(|| texts.get("set-up-wrong")));
    let (view_box, path) = (set_up.qr.0.to_owned(), set_up.qr.1.to_owned());
    let secret = in_groups(set_up.secret);
    let action = set_up.action.to_owned();
    let passkey = set_up.or_passkey.then(|| {
        view! {
            <p>
                {texts.get("set-up-or-passkey")} " "
                <a href="/staff/second-factor/set-up/passkey">{texts.get("set-up-passkey")}</a>
            </p>
        }
    });
    render(layout, head, move || {
        view! {
            <h1>{texts.get("set-up-title")}</h1>
            <p class="lead">{texts.get(lead)}</p>
            {passkey}
            <ol class="set-up">
                <li>
                    <p>{texts.get("set-up-app")}</p>
                    <p class="hint">{texts.get("set-up-app-hint")}</p>
                </li>
                <li>
                    <p>{texts.get("set-up-scan")}</p>
                    <svg
                        class="qr"
                        viewBox=view_box
                        role="img"
                        aria-label=texts.get("set-up-qr")
                        shape-rendering="crispEdges"
                    >
                        <path d=path></path>
                    </svg>
                    <details class="more">
                        <summary>{texts.get("set-up-cannot-scan")}</summary>
                        <p>{texts.get("set-up-secret")}</p>
                        <p class="code">{secret}</p>
                    </details>
                </li>
                <li>
                    <p>{texts.get("set-up-confirm")}</p>
                </li>
            </ol>
            <form method="post" action=action class="form" novalidate>
                {code.view()} <button class="button">{texts.get("set-up-finish")} {icon("forward")}</button>
            </form>
        }
    })
}

/// A secret in groups of four, which are easier to copy by hand. Apps take it with the spaces.
fn in_groups(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The page that shows new recovery codes, this once, and leads on.
#[must_use]
pub fn recovery_codes_page(layout: &Layout, codes: &[SecretString], onward: &str) -> Page {
    let texts = Texts::of(layout.language);
    let layout = layout.once();
    let onward = onward.to_owned();
    let codes: Vec<_> = codes
        .iter()
        .map(|code| view! { <li class="code">{code.expose().clone()}</li> })
        .collect();
    render(&layout, Head::plain(texts.get("recovery-codes-title")), move || {
        view! {
            <h1>{texts.get("recovery-codes-title")}</h1>
            <p class="lead">{texts.get("recovery-codes-lead")}</p>
            <ul class="codes">{codes}</ul>
            <p>{texts.get("recovery-codes-keep")}</p>
            <a class="button" href=onward>
                {texts.get("recovery-codes-kept")}
                {icon("forward")}
            </a>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(in_groups("JBSWY3DPEHPK3PXPA"), "JBSW Y3DP EHPK 3PXP A");
        assert_eq!(in_groups(""), "");
    }
}
