//! Where a person was going before they had to sign in. Their browser keeps it, so that a visitor costs no row; only pages
//! of ours are read back, so there is nothing that could lead elsewhere.

use std::fmt;

use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use base::{CaseId, DataRequestId, DocumentId};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::cookie;
use crate::staff::Place;

const COOKIE: &str = "__Host-return-to";

/// Time to read the landing page and to identify.
const COOKIE_SECONDS: u32 = 15 * 60;

/// A page that a person can be sent back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Landing,
    Inbox,
    Case(CaseId),
    CaseHistory(CaseId),
    Document(DocumentId),
    Sessions,
    SignIns,
    Mail,
    YourData,
    Rights,
    /// The form that asks for something.
    NewRequest,
    Request(DataRequestId),
    Terms,
    /// The text that the person accepted.
    AcceptedTerms,
    SignedOut,
    Accessibility,
    DataProtection,
    Staff(Place),
}

impl Page {
    /// The page at `path`; `None` for anything that is not exactly one of ours.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        match path {
            "/" => Some(Self::Landing),
            "/inbox" => Some(Self::Inbox),
            "/sessions" => Some(Self::Sessions),
            "/sign-ins" => Some(Self::SignIns),
            "/mail" => Some(Self::Mail),
            "/your-data" => Some(Self::YourData),
            "/rights" => Some(Self::Rights),
            "/terms" => Some(Self::Terms),
            "/terms/accepted" => Some(Self::AcceptedTerms),
            "/rights/new" => Some(Self::NewRequest),
            "/signed-out" => Some(Self::SignedOut),
            "/accessibility" => Some(Self::Accessibility),
            "/data-protection" => Some(Self::DataProtection),
            _ => {
                if let Some(id) = path.strip_prefix("/cases/") {
                    match id.strip_suffix("/history") {
                        Some(id) => id.parse().ok().map(Self::CaseHistory),
                        None => id.parse().ok().map(Self::Case),
                    }
                } else if let Some(id) = path.strip_prefix("/rights/") {
                    id.parse().ok().map(Self::Request)
                } else if let Some(id) = path.strip_prefix("/documents/") {
                    id.strip_suffix("/content")
                        .unwrap_or(id)
                        .parse()
                        .ok()
                        .map(Self::Document)
                } else {
                    Place::parse(path).map(Self::Staff)
                }
            }
        }
    }

    /// The page that an address belongs to: the one at it, or the nearest above it when only forms are sent there.
    pub(crate) fn of(path: &str) -> Self {
        let mut rest = path;
        loop {
            if let Some(page) = Self::parse(rest) {
                return page;
            }
            match rest.rsplit_once('/') {
                Some((above, _)) => rest = above,
                None => return Self::Landing,
            }
        }
    }

    /// Whether a recipient must be signed in to see it.
    pub(crate) const fn is_private(&self) -> bool {
        matches!(
            self,
            Self::Inbox
                | Self::Case(_)
                | Self::CaseHistory(_)
                | Self::Document(_)
                | Self::Sessions
                | Self::SignIns
                | Self::Mail
                | Self::YourData
                | Self::Rights
                | Self::NewRequest
                | Self::Request(_)
                | Self::AcceptedTerms
        )
    }
}

impl fmt::Display for Page {
    /// Its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Landing => f.write_str("/"),
            Self::Inbox => f.write_str("/inbox"),
            Self::Case(id) => write!(f, "/cases/{id}"),
            Self::CaseHistory(id) => write!(f, "/cases/{id}/history"),
            Self::Document(id) => write!(f, "/documents/{id}"),
            Self::Sessions => f.write_str("/sessions"),
            Self::SignIns => f.write_str("/sign-ins"),
            Self::Mail => f.write_str("/mail"),
            Self::YourData => f.write_str("/your-data"),
            Self::Rights => f.write_str("/rights"),
            Self::Terms => f.write_str("/terms"),
            Self::AcceptedTerms => f.write_str("/terms/accepted"),
            Self::NewRequest => f.write_str("/rights/new"),
            Self::Request(id) => write!(f, "/rights/{id}"),
            Self::SignedOut => f.write_str("/signed-out"),
            Self::Accessibility => f.write_str("/accessibility"),
            Self::DataProtection => f.write_str("/data-protection"),
            Self::Staff(place) => place.fmt(f),
        }
    }
}

/// The line that writes down where the person was going, when that is a page that one must be signed in to see.
pub(crate) fn remember(path: &str) -> Option<HeaderValue> {
    let page = Page::parse(path).filter(Page::is_private)?;
    cookie::keep(COOKIE, &page.to_string(), COOKIE_SECONDS)
}

/// Where the person was going; the inbox when it is not known.
pub(crate) fn read(headers: &HeaderMap) -> Page {
    let page = cookie::read(headers, COOKIE).and_then(Page::parse);
    page.filter(Page::is_private).unwrap_or(Page::Inbox)
}

/// Somebody who is signed in, on their way to a page of theirs.
pub(crate) struct Arrival {
    /// It is the page that they, or somebody else on the same device, were going to before.
    was_going_there: bool,
    forgotten: Option<HeaderValue>,
}

impl Arrival {
    /// What the request says.
    pub(crate) fn of(request: &Request) -> Self {
        let going = cookie::read(request.headers(), COOKIE);
        Self {
            was_going_there: going.is_some_and(|going| going == request.uri().path()),
            forgotten: going.and_then(|_| cookie::forget(COOKIE)),
        }
    }

    /// The page's answer, and what was written down is forgotten. Where it turns out not to be theirs, or not there any more, they come
    /// to the inbox: right after signing in, "there is no such page" would tell them nothing.
    pub(crate) fn answer(self, mut response: Response) -> Response {
        if self.was_going_there && response.status() == StatusCode::NOT_FOUND {
            response = Redirect::to(&Page::Inbox.to_string()).into_response();
        }
        cookie::set(response.headers_mut(), self.forgotten);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_pages() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        for (path, page) in [
            ("/inbox", "/inbox"),
            ("/sessions", "/sessions"),
            ("/sign-ins", "/sign-ins"),
            ("/your-data", "/your-data"),
            ("/rights/new", "/rights/new"),
            ("/terms", "/terms"),
            ("/terms/accepted", "/terms/accepted"),
            (&*format!("/rights/{id}"), &*format!("/rights/{id}")),
            (&*format!("/cases/{id}/history"), &*format!("/cases/{id}/history")),
            ("/staff/members/new", "/staff/members/new"),
            (&*format!("/cases/{id}"), &*format!("/cases/{id}")),
            (&*format!("/documents/{id}/content"), &*format!("/documents/{id}")),
        ] {
            assert_eq!(Page::parse(path).unwrap().to_string(), page);
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/inbox?x",
            "/cases/",
            "/sessions/0192f0c1-2345-7abc-8def-0123456789ab/end",
            "/cases/../x",
            "/cases/history",
            "/cases//history",
        ] {
            assert_eq!(Page::parse(path), None, "{path}");
        }
    }

    #[test]
    fn an_address_that_only_takes_forms_belongs_to_the_page_above_it() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        for (path, page) in [
            ("/sessions/end-others", "/sessions"),
            ("/sign-out", "/"),
            ("/terms/accept", "/terms"),
            ("/terms/withdraw", "/terms"),
            ("/staff/retention/pending/approve", "/staff/retention/pending"),
            (&*format!("/sign-ins/{id}/report"), "/sign-ins"),
            (&*format!("/your-data/{id}/archive"), "/your-data"),
            (&*format!("/rights/{id}/withdraw"), &*format!("/rights/{id}")),
            ("/sign-in/bankid", "/"),
            ("/staff/sign-out", "/staff"),
            ("/staff/account/recovery-codes", "/staff/account"),
            ("/staff/account/second-factor/remove", "/staff/account/second-factor"),
            (
                &*format!("/staff/members/{id}/deactivate"),
                &*format!("/staff/members/{id}"),
            ),
            (
                &*format!("/staff/systems/{id}/credentials/{id}/withdraw"),
                &*format!("/staff/systems/{id}"),
            ),
            ("/staff/members/x/deactivate", "/staff/members"),
            ("/inbox", "/inbox"),
            ("/staffing/members", "/"),
            ("//evil.example/x", "/"),
            ("evil", "/"),
            ("", "/"),
        ] {
            assert_eq!(Page::of(path).to_string(), page, "{path}");
        }
    }

    #[test]
    fn a_cookie_leads_only_to_pages_of_a_recipient() {
        for (cookie, page) in [
            (
                "/cases/0192f0c1-2345-7abc-8def-0123456789ab",
                "/cases/0192f0c1-2345-7abc-8def-0123456789ab",
            ),
            ("//evil.example", "/inbox"),
            ("/signed-out", "/inbox"),
            ("/staff/members", "/inbox"),
            ("", "/inbox"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::COOKIE, format!("{COOKIE}={cookie}").parse().unwrap());
            assert_eq!(read(&headers).to_string(), page, "{cookie}");
        }
        assert_eq!(read(&HeaderMap::new()), Page::Inbox);
    }
}
