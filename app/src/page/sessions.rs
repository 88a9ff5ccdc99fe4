//! A person's own sign-ins: where they are signed in, and a way out of each.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{BrowserFamily, Device, OwnSession, Place, PlaceName, SystemFamily};

use super::error::fault;
use super::{ErrorPage, Page, error_page};
use crate::component::{icon, told};
use crate::context::{Flash, Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::{Language, Texts, dates};

/// The sign-ins of the person who is signed in.
pub async fn sessions(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.sessions_of(actor).await {
        Ok(sessions) => sessions_page(
            &context.layout,
            SessionsOf::Recipient,
            &sessions,
            context.flash,
            context.now,
            &context.time_zone,
        ),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// Whose sign-ins a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionsOf {
    /// A recipient's, who identified with an e-ID.
    Recipient,
    /// A staff member's, who signed in to an account.
    Staff,
}

impl SessionsOf {
    const fn path(self) -> &'static str {
        match self {
            Self::Recipient => "/sessions",
            Self::Staff => "/staff/sessions",
        }
    }

    /// The key of what to do about a sign-in that was somebody else's.
    const fn unfamiliar(self) -> &'static str {
        match self {
            Self::Recipient => "sessions-unfamiliar-body",
            Self::Staff => "sessions-unfamiliar-staff-body",
        }
    }
}

/// The page of sign-ins from values. `time_zone` is the one in which times are shown.
#[must_use]
pub fn sessions_page(
    layout: &Layout,
    whose: SessionsOf,
    sessions: &[OwnSession],
    flash: Option<Flash>,
    now: Timestamp,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let lead = texts.with("sessions-lead", &[("count", sessions.len().into())]);
    let alone = sessions.len() < 2;
    let entries: Vec<_> = sessions
        .iter()
        .enumerate()
        .map(|(number, session)| entry(texts, whose, number, session, now, time_zone))
        .collect();
    let has_places = sessions.iter().any(|session| session.place.is_some());
    let places_described = has_places.then(|| view! { <p class="hint">{texts.get("sessions-place-described")}</p> });
    let end_others = (!alone).then(|| {
        view! {
            <form method="post" action=format!("{}/end-others", whose.path()) class="actions">
                <button class="button">
                    {icon("sign-out")}
                    {texts.get("sessions-end-others")}
                </button>
            </form>
        }
    });
    let unfamiliar = (!alone).then(|| {
        view! {
            <section class="aside" aria-labelledby="unfamiliar">
                <h2 id="unfamiliar">{texts.get("sessions-unfamiliar")}</h2>
                <p>{texts.get(whose.unfamiliar())}</p>
            </section>
        }
    });
    let all = (whose == SessionsOf::Recipient).then(|| {
        view! {
            <p>
                <a href="/sign-ins">{texts.get("sign-ins-title")}</a>
            </p>
        }
    });
    render(layout, Head::plain(texts.get("sessions-title")), move || {
        view! {
            {told}
            <h1>{texts.get("sessions-title")}</h1>
            <p class="lead">{lead}</p>
            <ul class="sign-ins">{entries}</ul>
            {end_others}
            {all}
            {unfamiliar}
            <p class="hint">{texts.get("sessions-described")}</p>
            {places_described}
        }
    })
}

/// One sign-in. Its button is called by what it does and by the device, since all the buttons say the same.
fn entry(
    texts: &'static Texts,
    whose: SessionsOf,
    number: usize,
    session: &OwnSession,
    now: Timestamp,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let device = device(texts, session.device);
    let place = session.place.as_ref().map(|place| place_in_words(texts, place));
    let same_network = (session.is_of_this_network && !session.is_this).then(|| texts.get("sessions-same-network"));
    let signed_in = moment(texts, session.signed_in_at, now, time_zone);
    let signed_in = texts.with("sessions-signed-in", &[("at", signed_in.into())]);
    let last_used = moment(texts, session.last_used_at, now, time_zone);
    let last_used = texts.with("sessions-last-used", &[("at", last_used.into())]);
    let this = session
        .is_this
        .then(|| view! { <strong class="new">{texts.get("sessions-this")}</strong> });
    let name = format!("device-{number}");
    let button = format!("end-{number}");
    let end = session.id.filter(|_| !session.is_this).map(|id| {
        view! {
            <form method="post" action=format!("{}/{id}/end", whose.path())>
                <button class="link" id=button.clone() aria-labelledby=format!("{button} {name}")>
                    {icon("sign-out")}
                    {texts.get("sessions-end")}
                </button>
            </form>
        }
    });
    view! {
        <li class="sign-in">
            <h2 id=name>{device}</h2>
            {this}
            <ul class="facts">
                {place.map(|place| view! { <li>{place}</li> })}
                {same_network.map(|same| view! { <li>{same}</li> })}
                <li>{signed_in}</li>
                <li>{last_used}</li>
            </ul>
            {end}
        </li>
    }
}

/// A time of today, or day and time.
pub(super) fn moment(texts: &Texts, at: Timestamp, now: Timestamp, time_zone: &TimeZone) -> String {
    if dates::local_date(at, time_zone) != dates::local_date(now, time_zone) {
        return dates::day_and_time(texts, at, time_zone);
    }
    let local = at.to_jiff().to_zoned(time_zone.clone());
    texts.with(
        "sessions-today",
        &[
            ("hour", format!("{:02}", local.hour()).into()),
            ("minute", format!("{:02}", local.minute()).into()),
        ],
    )
}

/// A device in words, such as `Safari på iPhone`.
pub(crate) fn device(texts: &Texts, device: Device) -> String {
    match (browser(device.browser), system(texts, device.system)) {
        (Some(browser), Some(system)) => texts.with(
            "sessions-device",
            &[("browser", browser.into()), ("system", system.into())],
        ),
        (None, Some(system)) => texts.with("sessions-device-no-browser", &[("system", system.into())]),
        (Some(browser), None) => texts.with("sessions-device-no-system", &[("browser", browser.into())]),
        (None, None) => texts.get("sessions-device-unknown"),
    }
}

/// A place in words, such as `I närheten av Luleå, Sverige`, which stand for themselves.
pub(crate) fn place_in_words(texts: &Texts, place: &Place) -> String {
    let name = |name: &PlaceName| match texts.language() {
        Language::Swedish => name.swedish().to_owned(),
        Language::English => name.english().to_owned(),
    };
    match (place.city().map(name), place.country().map(name)) {
        (Some(city), Some(country)) => texts.with(
            "sessions-place-near",
            &[("city", city.into()), ("country", country.into())],
        ),
        (Some(city), None) => texts.with("sessions-place-city", &[("city", city.into())]),
        (None, country) => {
            let country = country.unwrap_or_default();
            texts.with("sessions-place-country", &[("country", country.into())])
        }
    }
}

/// What browsers are called, which is the same in every language.
const fn browser(family: BrowserFamily) -> Option<&'static str> {
    Some(match family {
        BrowserFamily::Chrome => "Chrome",
        BrowserFamily::Edge => "Edge",
        BrowserFamily::Firefox => "Firefox",
        BrowserFamily::Safari => "Safari",
        BrowserFamily::SamsungInternet => "Samsung Internet",
        BrowserFamily::Opera => "Opera",
        BrowserFamily::Unknown => return None,
    })
}

/// As [`browser`].
fn system(texts: &Texts, family: SystemFamily) -> Option<String> {
    let name = match family {
        SystemFamily::Android => "Android",
        SystemFamily::Iphone => "iPhone",
        SystemFamily::Ipad => "iPad",
        SystemFamily::Mac => "Mac",
        SystemFamily::MacOrIpad => return Some(texts.get("sessions-mac-or-ipad")),
        SystemFamily::Windows => "Windows",
        SystemFamily::Linux => "Linux",
        SystemFamily::ChromeOs => "ChromeOS",
        SystemFamily::Unknown => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_the_persons_language_as_far_as_it_is_known() {
        let city = || PlaceName::new("Göteborg", "Gothenburg");
        let country = || PlaceName::new("Sverige", "Sweden");
        for (place, swedish, english) in [
            (
                Place::new(city(), country()),
                "I närheten av Göteborg, Sverige",
                "Near Gothenburg, Sweden",
            ),
            (Place::new(None, country()), "Land: Sverige", "Country: Sweden"),
            (Place::new(city(), None), "I närheten av Göteborg", "Near Gothenburg"),
        ] {
            let place = place.unwrap();
            assert_eq!(place_in_words(Texts::of(Language::Swedish), &place), swedish);
            assert_eq!(place_in_words(Texts::of(Language::English), &place), english);
        }
    }
}
