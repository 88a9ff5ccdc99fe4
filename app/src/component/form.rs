//! Fields of forms: the label, what to know, what was wrong and the input itself, tied together so that a screen reader
//! says all of it with the field.

use std::borrow::Cow;

use leptos::prelude::*;

use super::icon;
use crate::texts::Texts;

/// What a field takes, which decides the keyboard that a phone shows and what a browser fills in (HTML, section 4.10.18.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line of text.
    Text,
    /// What a passkey is to be called; there must be something.
    PasskeyName,
    /// The name of somebody else, so not the one that the browser knows.
    OtherName,
    /// The e-mail address that the person signs in with.
    Username,
    /// Somebody else's e-mail address.
    OtherEmail,
    /// The person's own e-mail address.
    OwnEmail,
    /// The password that the account has.
    CurrentPassword,
    /// A password to be.
    NewPassword,
    /// A code of six or eight digits.
    OneTimeCode,
    /// A code of letters and digits that was written down.
    WrittenCode,
    /// A day (ISO 8601), picked in the browser's own way.
    Date,
    /// A whole number.
    Number,
    /// An address of the web.
    WebAddress,
    /// Somebody else's personnummer or samordningsnummer.
    IdentityNumber,
}

/// What the input element is given.
struct Input {
    kind: &'static str,
    autocomplete: &'static str,
    inputmode: Option<&'static str>,
    maxlength: u16,
    /// Whether it is narrow, being short.
    short: bool,
}

impl Kind {
    const fn input(self) -> Input {
        let (kind, autocomplete, inputmode, maxlength, short) = match self {
            Self::Text => ("text", "off", None, 200, false),
            Self::PasskeyName => ("text", "off", None, 60, false),
            Self::OtherName => ("text", "off", None, 100, false),
            Self::Username => ("email", "username", None, 254, false),
            Self::OtherEmail => ("email", "off", None, 254, false),
            Self::OwnEmail => ("email", "email", None, 254, false),
            // Longer than any password may be: what is cut off without a word would be another password.
            Self::CurrentPassword => ("password", "current-password", None, 1024, false),
            Self::NewPassword => ("password", "new-password", None, 1024, false),
            Self::OneTimeCode => ("text", "one-time-code", Some("numeric"), 12, true),
            Self::WrittenCode => ("text", "off", None, 40, false),
            Self::Date => ("date", "off", None, 10, true),
            Self::Number => ("text", "off", Some("numeric"), 6, true),
            Self::WebAddress => ("url", "off", None, 500, false),
            Self::IdentityNumber => ("text", "off", Some("numeric"), 20, true),
        };
        Input {
            kind,
            autocomplete,
            inputmode,
            maxlength,
            short,
        }
    }
}

/// A field of a form.
pub(crate) struct Field {
    name: Cow<'static, str>,
    kind: Kind,
    label: String,
    hint: Option<String>,
    problem: Option<String>,
    value: String,
    lines: Option<u8>,
    takes_focus: bool,
}

impl Field {
    /// An empty field, which is called `label`; its input and its id are called `name`.
    pub(crate) fn new(name: impl Into<Cow<'static, str>>, kind: Kind, label: String) -> Self {
        Self {
            name: name.into(),
            kind,
            label,
            hint: None,
            problem: None,
            value: String::new(),
            lines: None,
            takes_focus: true,
        }
    }

    /// What to know before filling it in.
    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What was wrong with what was filled in.
    pub(crate) fn problem(mut self, problem: Option<String>) -> Self {
        self.problem = problem;
        self
    }

    /// What it holds. Passwords and codes are never handed back.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Makes it a box of so many lines.
    pub(crate) const fn lines(mut self, lines: u8) -> Self {
        self.lines = Some(lines);
        self
    }

    /// Leaves the focus to a field before it when that has a problem too: one alone may have it (HTML, section 6.6.7).
    pub(crate) const fn leaves_focus(mut self, to_another: bool) -> Self {
        self.takes_focus = !to_another;
        self
    }

    /// Shows it. A field with a problem takes the focus when the page opens.
    pub(crate) fn view(self) -> impl IntoView + use<> {
        let Self {
            name,
            kind,
            label,
            hint,
            problem,
            value,
            lines,
            takes_focus,
        } = self;
        let (hint_id, problem_id) = (format!("{name}-hint"), format!("{name}-problem"));
        let ids = [
            hint.is_some().then_some(&*hint_id),
            problem.is_some().then_some(&*problem_id),
        ];
        let described_by: Vec<&str> = ids.into_iter().flatten().collect();
        let described_by = (!described_by.is_empty()).then(|| described_by.join(" "));
        let wrong = problem.is_some();
        let focused = wrong && takes_focus;
        let invalid = wrong.then_some("true");
        // The browser says so only where a script asks it to, since our forms are sent without its looking.
        let required = matches!(kind, Kind::PasskeyName | Kind::CurrentPassword);
        let Input {
            kind,
            autocomplete,
            inputmode,
            maxlength,
            short,
        } = kind.input();
        let input = if let Some(lines) = lines {
            view! {
                <textarea
                    id=name.clone()
                    name=name.clone()
                    rows=lines.to_string()
                    spellcheck="false"
                    aria-describedby=described_by
                    aria-invalid=invalid
                    autofocus=focused
                >
                    {value}
                </textarea>
            }
            .into_any()
        } else {
            view! {
                <input
                    id=name.clone()
                    name=name.clone()
                    type=kind
                    value=value
                    class:short=short
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    inputmode=inputmode
                    maxlength=maxlength.to_string()
                    required=required
                    aria-describedby=described_by
                    aria-invalid=invalid
                    autofocus=focused
                />
            }
            .into_any()
        };
        view! {
            <div class="field" class:wrong=wrong>
                <label for=name>{label}</label>
                {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
                {problem.map(|problem| view! { <p class="problem" id=problem_id>{problem}</p> })}
                {input}
            </div>
        }
    }
}

/// A box to tick.
pub(crate) fn tick(name: &'static str, label: String, hint: Option<String>, ticked: bool) -> impl IntoView + use<> {
    let hint_id = format!("{name}-hint");
    let described_by = hint.is_some().then(|| hint_id.clone());
    view! {
        <div class="tick">
            <input id=name name=name type="checkbox" value="yes" checked=ticked aria-describedby=described_by/>
            <label for=name>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// A box that must be ticked, never ticked beforehand, and what was wrong when it was not. With a problem it takes the focus when the page
/// opens.
pub(crate) fn must_tick(name: &'static str, label: String, problem: Option<String>) -> impl IntoView + use<> {
    let problem_id = format!("{name}-problem");
    let wrong = problem.is_some();
    let described_by = wrong.then(|| problem_id.clone());
    view! {
        <div class="tick" class:wrong=wrong>
            {problem.map(|problem| view! { <p class="problem" id=problem_id>{problem}</p> })}
            <input
                id=name
                name=name
                type="checkbox"
                value="yes"
                aria-describedby=described_by
                aria-invalid=wrong.then_some("true")
                autofocus=wrong
            />
            <label for=name>{label}</label>
        </div>
    }
}

/// One of several, to be chosen: value, what it is called, and what it means.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
}

/// A question with a few answers, of which one is chosen, and what was wrong with that. With a problem the first answer takes the
/// focus when the page opens.
pub(crate) fn choices(
    name: &str,
    legend: String,
    choices: Vec<Choice>,
    chosen: &str,
    problem: Option<String>,
) -> impl IntoView + use<> {
    let wrong = problem.is_some();
    let boxes: Vec<_> = choices
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let id = format!("{name}-{}", choice.value);
            let hint_id = format!("{id}-hint");
            let described_by = choice.hint.is_some().then(|| hint_id.clone());
            let checked = choice.value == chosen;
            view! {
                <div class="tick">
                    <input
                        id=id.clone()
                        name=name.to_owned()
                        type="radio"
                        value=choice.value
                        checked=checked
                        autofocus=wrong && index == 0
                        aria-describedby=described_by
                    />
                    <label for=id>{choice.label}</label>
                    {choice.hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
                </div>
            }
        })
        .collect();
    boxes_of(name, legend, problem, boxes)
}

/// A question's boxes, with what was wrong with those that were chosen.
pub(crate) fn boxes_of<V: IntoView + 'static>(
    name: &str,
    legend: String,
    problem: Option<String>,
    boxes: Vec<V>,
) -> impl IntoView + use<V> {
    let problem_id = format!("{name}-problem");
    let wrong = problem.is_some();
    let described_by = wrong.then(|| problem_id.clone());
    view! {
        <fieldset class="choices" class:wrong=wrong aria-describedby=described_by>
            <legend>{legend}</legend>
            {problem.map(|problem| view! { <p class="problem" id=problem_id>{problem}</p> })}
            {boxes}
        </fieldset>
    }
}

/// What was wrong with a form as a whole, said at once when the page opens.
pub(crate) fn refusal(text: String) -> impl IntoView {
    view! {
        <div class="notice wrong" role="alert">
            {icon("info")} <p>{text}</p>
        </div>
    }
}

/// What is to be done before a form is taken: proving anew that it is oneself, in another tab, so that what was filled in stays.
pub(crate) fn confirm_first(texts: &Texts) -> impl IntoView + use<> {
    view! {
        <div class="notice wrong" role="alert">
            {icon("info")}
            <div>
                <p>{texts.get("confirm-first")}</p>
                <p>
                    <a href="/staff/confirm" target="_blank" rel="noopener">
                        {texts.get("confirm-open")}
                    </a>
                </p>
            </div>
        </div>
    }
}

/// A title for the page's tab that says first when something was wrong, since that is read out first.
pub(crate) fn title(texts: &Texts, key: &str, wrong: bool) -> String {
    let title = texts.get(key);
    if wrong {
        texts.with("form-wrong-title", &[("title", title.into())])
    } else {
        title
    }
}
