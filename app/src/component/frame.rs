//! The header and the footer.

use leptos::prelude::*;
use portal::OpenRequests;

use super::icon;
use crate::context::{Audience, Layout, StaffFrame, StaffSection};
use crate::texts::{Language, Texts};

/// The brand, the language form and, for somebody who is signed in, the way out; for staff the parts of the portal.
pub(crate) fn header(layout: &Layout) -> impl IntoView + use<> {
    let texts = Texts::of(layout.language);
    let home = layout.audience.home();
    let languages: Vec<_> = Language::ALL
        .into_iter()
        .filter(|language| *language != layout.language && !layout.shown_once)
        .map(language_button)
        .collect();
    let way_out = match layout.audience {
        Audience::Visitor | Audience::StaffVisitor => None,
        Audience::Recipient => Some("/sign-out"),
        Audience::Staff(_) => Some("/staff/sign-out"),
    };
    let sign_out = way_out.map(|action| {
        view! {
            <form method="post" action=action>
                <button class="link">
                    {icon("sign-out")}
                    {texts.get("sign-out")}
                </button>
            </form>
        }
    });
    let sections = match &layout.audience {
        Audience::Staff(frame) => Some(navigation(texts, frame, &layout.path)),
        _ => None,
    };
    view! {
        <header class="top">
            <div class="inner">
                <a class="brand" href=home>
                    {icon("mark")}
                    "Postvalv"
                </a>
                <div class="tools">
                    {(!languages.is_empty())
                        .then(|| {
                            view! {
                                <form method="post" action="/language">
                                    <input type="hidden" name="to" value=layout.path.clone()/>
                                    {languages}
                                </form>
                            }
                        })}
                    {sign_out}
                </div>
            </div>
            {sections}
        </header>
    }
}

/// The parts of the portal that a staff member's role gives them.
fn navigation(texts: &'static Texts, frame: &StaffFrame, path: &str) -> impl IntoView + use<> {
    let current = StaffSection::of(path);
    let links: Vec<_> = frame
        .sections
        .iter()
        .map(|section| {
            let here = (current == Some(*section)).then_some(if path == section.path() { "page" } else { "true" });
            view! {
                <li>
                    <a href=section.path() aria-current=here>
                        {texts.get(section_title(*section))}
                    </a>
                </li>
            }
        })
        .collect();
    let notices = (frame.has_notices && current != Some(StaffSection::Account)).then(|| {
        view! {
            <p class="news">
                {icon("info")} <a href=StaffSection::Account.path()>{texts.get("staff-news")}</a>
            </p>
        }
    });
    let requests = (current != Some(StaffSection::Requests)).then(|| requests(texts, frame.requests));
    view! {
        <nav class="sections" aria-label=texts.get("staff-navigation")>
            <div class="inner">
                <p class="organisation">{frame.organisation.clone()}</p>
                <ul>{links}</ul>
                {requests}
                {notices}
            </div>
        </nav>
    }
}

/// That people wait for an answer; nothing when nobody does.
fn requests(texts: &'static Texts, requests: OpenRequests) -> Option<impl IntoView + use<>> {
    let OpenRequests { open, overdue } = requests;
    let key = match (open, overdue) {
        (0, _) => return None,
        (_, 0) => "requests-waiting",
        (..) => "requests-waiting-overdue",
    };
    let words = texts.with(key, &[("open", open.into()), ("overdue", overdue.into())]);
    Some(view! {
        <p class="news">
            {icon("info")} <a href=StaffSection::Requests.path()>{words}</a>
        </p>
    })
}

const fn section_title(section: StaffSection) -> &'static str {
    match section {
        StaffSection::Cases => "staff-cases-title",
        StaffSection::Members => "members-title",
        StaffSection::Systems => "systems-title",
        StaffSection::Provisioning => "provisioning-title",
        StaffSection::Retention => "retention-title",
        StaffSection::Holds => "holds-title",
        StaffSection::Requests => "requests-title",
        StaffSection::Extracts => "extracts-title",
        StaffSection::SignInRules => "rules-title",
        StaffSection::Protocols => "protocols-title",
        StaffSection::Audit => "audit-title",
        StaffSection::Account => "account-title",
    }
}

/// A button that is named in the language that it leads to.
fn language_button(language: Language) -> impl IntoView {
    let own_name = Texts::of(language).get("language-name");
    view! {
        <button class="link" name="language" value=language.tag() lang=language.tag()>
            {own_name}
        </button>
    }
}

/// Who runs the portal, where the person is signed in, the way in for staff, data protection, and the accessibility statement.
pub(crate) fn footer(layout: &Layout) -> impl IntoView + use<> {
    let texts = Texts::of(layout.language);
    let operator = layout
        .contact
        .as_ref()
        .map(|contact| texts.with("footer-operator", &[("operator", contact.operator.as_str().into())]));
    let links: &[_] = match layout.audience {
        Audience::Visitor => &[("/staff", "footer-staff")],
        Audience::Recipient => &[
            ("/sessions", "sessions-title"),
            ("/mail", "mail-title"),
            ("/your-data", "extract-page-title"),
            ("/rights", "rights-title"),
        ],
        Audience::StaffVisitor => &[("/", "footer-recipients")],
        Audience::Staff(_) => &[],
    };
    let links: Vec<_> = links
        .iter()
        .map(|(href, text)| view! { <a href=*href>{texts.get(text)}</a> })
        .collect();
    view! {
        <footer class="bottom">
            <div class="inner">
                {operator.map(|operator| view! { <p>{operator}</p> })}
                <p class="links">
                    {links}
                    <a href="/data-protection">{texts.get("data-title")}</a>
                    <a href="/accessibility">{texts.get("accessibility-title")}</a>
                </p>
            </div>
        </footer>
    }
}
