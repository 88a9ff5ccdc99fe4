//! The mails that a person gets from the portal: to which address, the form that gives one of their own, the code that proves it, and the
//! way to have addresses erased and get no more.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{GivenMailConsent, OwnMail, UnprovenAddress};

use super::error::fault;
use super::{ErrorPage, Page, error_page};
use crate::component::form::{self, Field, Kind, must_tick, refusal};
use crate::component::{back_link, icon, told};
use crate::context::{Flash, Layout, PageContext};
use crate::mail_consent;
use crate::shell::{Head, render};
use crate::texts::{Language, Texts, dates};

/// Why an address was not taken, or not proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailProblem {
    /// It is no address.
    NotAnAddress,
    /// The box was not ticked.
    NotTicked,
    /// The text is another by now.
    ConsentChanged,
    /// So many codes were asked for as are sent in a day.
    TooMany,
    /// What was typed has not the form of a code.
    NotACode,
    /// It is another code; so many tries are left.
    WrongCode {
        /// How many.
        left: u32,
    },
    /// It was another code too often.
    TooManyTries,
    /// No code holds any more.
    CodeOver,
}

impl MailProblem {
    /// Whether it is mended in the form of the address, which somebody can send from another tab, or from a page that they went back to,
    /// while another address is to be proven.
    fn is_of_address(self) -> bool {
        matches!(self, Self::NotAnAddress | Self::NotTicked | Self::ConsentChanged)
    }
}

/// What a form of the page was refused for, with the address that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedMail {
    /// Why.
    pub problem: MailProblem,
    /// The address, to be mended.
    pub address: String,
}

/// The page of the person who is signed in.
pub async fn own_mail(context: &PageContext, refused: Option<RefusedMail>) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.own_mail(actor).await {
        Ok(mail) => own_mail_page(
            &context.layout,
            &mail,
            &context.time_zone,
            refused.as_ref(),
            context.flash,
        ),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The text that the person who is signed in agreed to last.
pub async fn given_mail_consent(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.own_mail(actor).await {
        Ok(OwnMail {
            consent: Some(given), ..
        }) => given_mail_consent_page(&context.layout, &given, &context.time_zone),
        Ok(_) => error_page(&context.layout, ErrorPage::NotFound),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The page of a consent, from values.
#[must_use]
pub fn given_mail_consent_page(layout: &Layout, given: &GivenMailConsent, time_zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let at = |at| dates::day_and_time(texts, at, time_zone);
    let mut words = vec![
        ("version", given.consent.version.as_str().into()),
        ("at", at(given.given_at).into()),
    ];
    let key = match given.withdrawn_at {
        Some(withdrawn) => {
            words.push(("withdrawn", at(withdrawn).into()));
            "mail-consent-withdrawn"
        }
        None => "mail-consent-given",
    };
    let said = texts.with(key, &words);
    let text = match layout.language {
        Language::Swedish => given.consent.swedish.clone(),
        Language::English => given.consent.english.clone(),
    };
    render(layout, Head::plain(texts.get("mail-consent-title")), move || {
        view! {
            {back_link("/mail".to_owned(), texts.get("mail-title"))}
            <h1>{texts.get("mail-consent-title")}</h1>
            <p class="lead">{said}</p>
            <p class="said">{text}</p>
        }
    })
}

/// The page of mails from values.
#[must_use]
pub fn own_mail_page(
    layout: &Layout,
    mail: &OwnMail,
    time_zone: &TimeZone,
    refused: Option<&RefusedMail>,
    flash: Option<Flash>,
) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "mail-title", refused.is_some()));
    let refusal = refused.and_then(|refused| general(texts, refused.problem)).map(refusal);
    let told = told(texts, flash);
    let is_of_address = refused.is_some_and(|refused| refused.problem.is_of_address());
    let body = match &mail.unproven {
        Some(unproven) if mail.is_sent && !is_of_address => {
            code_form(texts, mail, unproven, time_zone, refused).into_any()
        }
        _ => addresses(texts, mail, time_zone, refused).into_any(),
    };
    render(layout, head, move || {
        view! {
            {back_link("/inbox".to_owned(), texts.get("inbox-title"))}
            {refusal}
            {told}
            <h1>{texts.get("mail-title")}</h1>
            {body}
        }
    })
}

/// What is said of a form as a whole.
fn general(texts: &Texts, problem: MailProblem) -> Option<String> {
    let key = match problem {
        MailProblem::ConsentChanged => "mail-consent-changed",
        MailProblem::TooMany => "mail-too-many",
        MailProblem::TooManyTries => "mail-code-too-many-tries",
        MailProblem::CodeOver => "mail-code-over",
        // Said where they are mended.
        MailProblem::NotAnAddress | MailProblem::NotTicked | MailProblem::NotACode | MailProblem::WrongCode { .. } => {
            return None;
        }
    };
    Some(texts.get(key))
}

/// To which address the person is written, the form that gives another, and the way to say no or take that back.
fn addresses(
    texts: &'static Texts,
    mail: &OwnMail,
    time_zone: &TimeZone,
    refused: Option<&RefusedMail>,
) -> impl IntoView + use<> {
    let is_refused = mail.refused_at.is_some();
    let with_address = |key: &str, address: &String| texts.with(key, &[("address", address.clone().into())]);
    let is_own = mail.own_address.is_some();
    let state = match (&mail.own_address, &mail.address) {
        (Some(address), _) if mail.is_sent => {
            let given = mail.consent.as_ref().map(|consent| consent.given_at);
            let at = given.map(|at| dates::day_and_time(texts, at, time_zone));
            let words = [
                ("address", address.clone().into()),
                ("at", at.unwrap_or_default().into()),
            ];
            texts.with("mail-own", &words)
        }
        // Erasing it failed: they can ask again.
        (Some(address), _) => with_address("mail-kept", address),
        (None, Some(address)) if is_refused || !mail.is_sent => with_address("mail-kept", address),
        (None, _) if is_refused => texts.get("mail-refused"),
        (None, Some(address)) => with_address("mail-address", address),
        (None, None) => texts.get("mail-no-address"),
    };
    let from_where = if is_own { "mail-own-alone" } else { "mail-from-where" };
    let why = is_own.then(|| view! { <p>{texts.get("mail-given-why")}</p> });
    let agreed = is_own.then(|| {
        view! {
            <p>
                <a href="/mail/consent">{texts.get("mail-own-show")}</a>
            </p>
        }
    });
    let not_sent = (!mail.is_sent).then(|| view! { <p>{texts.get("mail-not-sent")}</p> });
    let has_address = is_own || mail.address.is_some();
    let end = if is_refused && !has_address {
        End::ALLOW
    } else if is_own {
        End::WITHDRAW
    } else if has_address {
        End::REFUSE
    } else {
        End::REFUSE_NONE
    };
    let give_title = match (is_own, has_address) {
        (true, _) => "mail-give-title-change",
        (false, true) => "mail-give-title-other",
        (false, false) => "mail-give-title",
    };
    let give = mail.is_sent.then(|| give_form(texts, give_title, is_refused, refused));
    let end = end.view(texts);
    // Whoever has what they want finds first how to take it back.
    let (first, second) = match is_own {
        true => (end.into_any(), give.into_any()),
        false => (give.into_any(), end.into_any()),
    };
    view! {
        <p class="lead said">{state}</p>
        {not_sent}
        {why}
        <p>{texts.get(from_where)}</p>
        {agreed}
        {first}
        {second}
    }
}

/// The way to say no, or to take that back.
struct End {
    title: &'static str,
    body: &'static str,
    action: &'static str,
    button: &'static str,
}

impl End {
    const ALLOW: Self = Self {
        title: "mail-allow-title",
        body: "mail-allow-body",
        action: "/mail/allow",
        button: "mail-allow",
    };
    const WITHDRAW: Self = Self {
        title: "mail-withdraw-title",
        body: "mail-withdraw-body",
        action: "/mail/refuse",
        button: "mail-withdraw",
    };
    const REFUSE: Self = Self {
        title: "mail-refuse-title",
        body: "mail-refuse-body",
        action: "/mail/refuse",
        button: "mail-refuse",
    };
    const REFUSE_NONE: Self = Self {
        button: "mail-refuse-none",
        ..Self::REFUSE
    };

    fn view(self, texts: &'static Texts) -> impl IntoView + use<> {
        view! {
            <section aria-labelledby="end">
                <h2 id="end">{texts.get(self.title)}</h2>
                <p>{texts.get(self.body)}</p>
                <form method="post" action=self.action class="actions">
                    <button class="button quiet">{icon("mail")} {texts.get(self.button)}</button>
                </form>
            </section>
        }
    }
}

/// The form that gives an address, with a box that is never ticked beforehand.
fn give_form(
    texts: &'static Texts,
    title: &'static str,
    is_refused: bool,
    refused: Option<&RefusedMail>,
) -> impl IntoView + use<> {
    let problem = refused.map(|refused| refused.problem);
    let not_an_address = problem == Some(MailProblem::NotAnAddress);
    let address = Field::new("address", Kind::OwnEmail, texts.get("mail-give-address"))
        .problem(not_an_address.then(|| texts.get("mail-not-an-address")))
        .value(refused.map(|refused| refused.address.clone()).unwrap_or_default())
        .view();
    let hash = mail_consent().hash();
    let not_ticked = (problem == Some(MailProblem::NotTicked)).then(|| texts.get("mail-not-ticked"));
    let then = is_refused.then(|| texts.get("mail-give-refused"));
    view! {
        <section aria-labelledby="give">
            <h2 id="give">{texts.get(title)}</h2>
            <p>{texts.get("mail-give-body")} " " {then}</p>
            <form method="post" action="/mail/address" class="form" novalidate>
                {address}
                <input type="hidden" name="consent" value=hash/>
                {must_tick("agreed", texts.get("mail-consent"), not_ticked)}
                <button class="button">{texts.get("mail-give-send")}</button>
            </form>
        </section>
    }
}

/// The form that takes the code, and what to do when none came.
fn code_form(
    texts: &'static Texts,
    mail: &OwnMail,
    unproven: &UnprovenAddress,
    time_zone: &TimeZone,
    refused: Option<&RefusedMail>,
) -> impl IntoView + use<> {
    let problem = refused.and_then(|refused| match refused.problem {
        MailProblem::NotACode => Some(texts.get("mail-code-form")),
        MailProblem::WrongCode { left } => Some(texts.with("mail-code-wrong", &[("left", left.into())])),
        _ => None,
    });
    let until = dates::day_and_time(texts, unproven.until, time_zone);
    let code = Field::new("code", Kind::OneTimeCode, texts.get("mail-code"))
        .hint(texts.with("mail-code-hint", &[("until", until.into())]))
        .problem(problem)
        .view();
    let sent = texts.with("mail-code-sent", &[("address", unproven.address.clone().into())]);
    let present = mail.own_address.as_ref().or(mail.address.as_ref());
    let meanwhile = match present {
        Some(address) if mail.refused_at.is_none() => {
            texts.with("mail-code-meanwhile", &[("address", address.clone().into())])
        }
        _ => texts.get("mail-code-nothing-else"),
    };
    let undeliverable = unproven
        .is_undeliverable
        .then(|| refusal(texts.get("mail-code-undeliverable")));
    view! {
        {undeliverable}
        <section aria-labelledby="code-title">
            <h2 id="code-title">{texts.get("mail-code-title")}</h2>
            <p class="said">{sent}</p>
            <form method="post" action="/mail/code" class="form" novalidate>
                {code}
                <button class="button">{texts.get("mail-code-confirm")}</button>
            </form>
            <p class="said">{meanwhile}</p>
        </section>
        <section aria-labelledby="missing">
            <h2 id="missing">{texts.get("mail-code-missing")}</h2>
            <p>{texts.get("mail-code-missing-body")}</p>
            <div class="actions">
                <form method="post" action="/mail/code/again">
                    <button class="button quiet">{texts.get("mail-code-again")}</button>
                </form>
                <form method="post" action="/mail/address/drop">
                    <button class="button quiet">{texts.get("mail-code-cancel")}</button>
                </form>
            </div>
        </section>
    }
}
