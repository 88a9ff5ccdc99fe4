//! A staff member's own account, and the page on which they prove anew that it is them.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{OwnAccount, PasskeyConfirms, SecondFactorKind, SecondFactors, StaffNotices};

use super::{passkey, words};
use crate::component::form::{Field, Kind, refusal, title};
use crate::component::{Does, PasskeyForm, SignsInFor, Tone, icon, notice, passkey_form, told, way_in};
use crate::context::{Flash, Layout, ProviderChoice};
use crate::page::Page;
use crate::page::sessions::{device, place_in_words};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page of one's own account.
#[must_use]
pub fn account_page(
    layout: &Layout,
    account: &OwnAccount,
    notices: &StaffNotices,
    flash: Option<Flash>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let facts = vec![
        ("account-name", account.name.clone()),
        ("account-email", account.email.clone()),
        ("account-role", texts.get(words::role(account.role))),
        ("account-valid", words::validity(texts, account.validity)),
    ];
    let notices = to_be_told(texts, notices, time_zone);
    let proofs = if account.has_work_account {
        work_account(texts).into_any()
    } else {
        view! {
            {password(texts, account, time_zone)}
            {passkey::passkeys(texts, account, time_zone)}
            {second_factor(texts, account)}
            {recovery_codes(texts, account)}
        }
        .into_any()
    };
    render(layout, Head::plain(texts.get("account-title")), move || {
        view! {
            {told}
            {notices}
            <h1>{texts.get("account-title")}</h1>
            {words::pairs(texts, facts)}
            {proofs}
            <section aria-labelledby="sessions">
                <h2 id="sessions">{texts.get("account-sessions")}</h2>
                <p>
                    <a href="/staff/sessions">{texts.get("account-sessions-link")}</a>
                </p>
            </section>
        }
    })
}

fn password(texts: &'static Texts, account: &OwnAccount, time_zone: &TimeZone) -> impl IntoView + use<> {
    let set = account.password_set_at.map(|at| {
        let day = dates::date(texts, dates::local_date(at, time_zone));
        texts.with("account-password-set", &[("day", day.into())])
    });
    view! {
        <section aria-labelledby="password">
            <h2 id="password">{texts.get("account-password")}</h2>
            {set.map(|set| view! { <p>{set}</p> })}
            <p>
                <a href="/staff/account/password">{texts.get("password-change")}</a>
            </p>
        </section>
    }
}

/// Where nothing is to be changed here, what is changed where.
fn work_account(texts: &'static Texts) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="work-account">
            <h2 id="work-account">{texts.get("account-work-account")}</h2>
            <p>{texts.get("account-work-account-body")}</p>
        </section>
    }
}

/// What happened to the account that its owner should know, until they say that they do.
fn to_be_told(texts: &'static Texts, notices: &StaffNotices, time_zone: &TimeZone) -> Option<impl IntoView + use<>> {
    if notices.is_empty() {
        return None;
    }
    let failed = (notices.failed_tries > 0).then(|| {
        let count = notices.failed_tries;
        notice(
            Tone::Soon,
            texts.with("account-failed-tries", &[("count", count.into())]),
        )
    });
    let devices: Vec<_> = notices
        .new_devices
        .iter()
        .map(|new| {
            let at = dates::day_and_time(texts, new.at, time_zone);
            let mut words = vec![("device", device(texts, new.device).into()), ("at", at.into())];
            let text = match &new.place {
                Some(place) => {
                    words.push(("place", place_in_words(texts, place).into()));
                    texts.with("account-new-device-place", &words)
                }
                None => texts.with("account-new-device", &words),
            };
            notice(Tone::Soon, text)
        })
        .collect();
    let second_factors: Vec<_> = notices
        .new_second_factors
        .iter()
        .map(|new| {
            let at = dates::day_and_time(texts, new.at, time_zone);
            let words = [("device", device(texts, new.device).into()), ("at", at.into())];
            let key = match new.kind {
                SecondFactorKind::App => "account-new-app",
                SecondFactorKind::Passkey => "account-new-passkey",
            };
            notice(Tone::Soon, texts.with(key, &words))
        })
        .collect();
    // What comes after these is not dismissed with them.
    let seen = notices.seen();
    Some(view! {
        <section class="told" aria-label=texts.get("account-told")>
            {failed}
            {second_factors}
            {devices}
            <form method="post" action="/staff/account/notices">
                <input type="hidden" name="failed_tries" value=seen.failed_tries.to_string() />
                <input type="hidden" name="until" value=seen.until.as_millis().to_string() />
                <button class="link">{texts.get("account-told-seen")}</button>
            </form>
        </section>
    })
}

fn second_factor(texts: &'static Texts, account: &OwnAccount) -> impl IntoView + use<> {
    let SecondFactors { codes: has, passkeys } = account.second_factors();
    let remove = (has && (passkeys || !account.second_factor_required)).then(|| {
        view! {
            <form method="post" action="/staff/account/second-factor/remove">
                <button class="link">{texts.get("account-second-factor-turn-off")}</button>
            </form>
        }
    });
    let (state, change) = if has && passkeys {
        ("account-second-factor-on-passkey", "account-second-factor-replace")
    } else if has {
        ("account-second-factor-on", "account-second-factor-replace")
    } else if passkeys {
        ("account-second-factor-off-passkey", "account-second-factor-turn-on")
    } else {
        ("account-second-factor-off", "account-second-factor-turn-on")
    };
    view! {
        <section aria-labelledby="second-factor">
            <h2 id="second-factor">{texts.get("account-second-factor")}</h2>
            <p>{texts.get(state)}</p>
            <p>
                <a href="/staff/account/second-factor">{texts.get(change)}</a>
            </p>
            {remove}
        </section>
    }
}

/// What stands in for a phone or a passkey that is gone.
fn recovery_codes(texts: &'static Texts, account: &OwnAccount) -> Option<impl IntoView + use<>> {
    if !account.second_factors().any() {
        return None;
    }
    let left = account.recovery_codes_left;
    let few = account.has_few_recovery_codes();
    Some(view! {
        <section aria-labelledby="recovery-codes">
            <h2 id="recovery-codes">{texts.get("account-recovery-codes-title")}</h2>
            <p class:few=few>
                {texts.with("account-recovery-codes", &[("count", left.into())])}
                {few.then(|| format!(" {}", texts.get("account-recovery-codes-few")))}
            </p>
            <form method="post" action="/staff/account/recovery-codes">
                <button class="link">{texts.get("account-recovery-codes-new")}</button>
            </form>
        </section>
    })
}

/// Why a confirmation was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmProblem {
    /// The password or the code was wrong. Which of them is not told.
    Wrong,
    /// A passkey's answer was none to what was asked.
    Passkey,
    /// The same, or the password that was asked for with it was wrong. Which of them is not told.
    PasskeyWithPassword,
    /// A passkey's answer came too late.
    PasskeyTookTooLong,
    /// There were too many mistakes, so nothing is looked at for a while.
    TooMany,
}

/// By what a staff member proves anew that it is them.
#[derive(Clone, Debug)]
pub enum ConfirmBy {
    /// By their password, and a code where they have a second factor; or by a passkey where they have one.
    Password {
        /// Which kinds of second factor they have.
        has: SecondFactors,
        /// How a passkey confirms.
        passkey: Option<PasskeyConfirms>,
    },
    /// By signing in to their directory again.
    WorkAccount(Vec<ProviderChoice>),
}

/// The page that asks a staff member to prove anew that it is them, before something that matters.
#[must_use]
pub fn confirm_page(layout: &Layout, by: &ConfirmBy, problem: Option<ConfirmProblem>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "confirm-title", problem.is_some()));
    let refused = problem.map(|problem| match problem {
        ConfirmProblem::Wrong => texts.get("confirm-wrong"),
        ConfirmProblem::Passkey => texts.get("passkey-wrong"),
        ConfirmProblem::PasskeyWithPassword => texts.get("confirm-wrong-passkey"),
        ConfirmProblem::PasskeyTookTooLong => texts.get("passkey-too-long"),
        ConfirmProblem::TooMany => texts.get("second-factor-too-many"),
    });
    let form = match by {
        ConfirmBy::Password {
            has,
            passkey: Some(confirms),
        } => {
            let password = (*confirms == PasskeyConfirms::WithPassword).then(|| {
                Field::new("passkey_password", Kind::CurrentPassword, texts.get("staff-password"))
                    .hint(texts.get("confirm-new-passkey"))
                    .view()
            });
            let form = PasskeyForm {
                does: Does::Get,
                page: "/staff/confirm",
                action: "/staff/confirm/passkey",
                button: "passkey-use",
                otherwise: "passkey-impossible-confirm",
            };
            let form = passkey_form(layout, &form, password);
            let mistyped = problem == Some(ConfirmProblem::Wrong);
            view! {
                {form}
                <details class="more" open=mistyped>
                    <summary>{texts.get("confirm-by-password")}</summary>
                    {confirm_by_password(texts, *has)}
                </details>
            }
            .into_any()
        }
        ConfirmBy::Password { has, passkey: None } => confirm_by_password(texts, *has).into_any(),
        ConfirmBy::WorkAccount(providers) => {
            let ways: Vec<_> = providers
                .iter()
                .map(|provider| {
                    let action = format!("/staff/confirm/work-account/{}", provider.name);
                    way_in(texts, provider, action, true, SignsInFor::Anything)
                })
                .collect();
            if ways.is_empty() {
                // Its provider was taken out of the configuration.
                view! { <p>{texts.get("confirm-no-way")}</p> }.into_any()
            } else {
                view! { <div class="ways-in">{ways}</div> }.into_any()
            }
        }
    };
    render(layout, head, move || {
        view! {
            {refused.map(refusal)}
            <h1>{texts.get("confirm-title")}</h1>
            <p class="lead">{texts.get("confirm-lead")}</p>
            {form}
        }
    })
}

fn confirm_by_password(texts: &'static Texts, has: SecondFactors) -> impl IntoView + use<> {
    let password = Field::new("password", Kind::CurrentPassword, texts.get("staff-password"));
    let code = has.codes.then(|| {
        Field::new("code", Kind::OneTimeCode, texts.get("second-factor-code"))
            .hint(texts.get("confirm-code-hint"))
            .view()
    });
    let recovery = has.any().then(|| {
        let field = Field::new(
            "recovery_code",
            Kind::WrittenCode,
            texts.get("second-factor-recovery-code"),
        );
        if !has.codes {
            return field.view().into_any();
        }
        view! {
            <details class="more">
                <summary>{texts.get("second-factor-lost")}</summary>
                {field.view()}
            </details>
        }
        .into_any()
    });
    view! {
        <form method="post" action="/staff/confirm" class="form" novalidate>
            {password.view()} {code} {recovery} <button class="button">{texts.get("confirm-finish")} {icon("forward")}</button>
        </form>
    }
}
