//! Where a person was going before they had to sign in, kept on the server. Only pages of ours can be written down, so
//! there is nothing that could lead elsewhere.

use std::fmt;

use base::{CaseId, DocumentId};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use tower_sessions::session::Error;

const KEY: &str = "return_to";

/// A page that a person can be sent back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Page {
    Landing,
    Inbox,
    Case(CaseId),
    Document(DocumentId),
    SignedOut,
    Accessibility,
}

impl Page {
    /// The page at `path`; `None` for anything that is not exactly one of ours.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        match path {
            "/" => Some(Self::Landing),
            "/inbox" => Some(Self::Inbox),
            "/signed-out" => Some(Self::SignedOut),
            "/accessibility" => Some(Self::Accessibility),
            _ => {
                if let Some(id) = path.strip_prefix("/cases/") {
                    id.parse().ok().map(Self::Case)
                } else {
                    let id = path.strip_prefix("/documents/")?;
                    id.strip_suffix("/content")
                        .unwrap_or(id)
                        .parse()
                        .ok()
                        .map(Self::Document)
                }
            }
        }
    }

    /// Whether one must be signed in to see it.
    pub(crate) const fn is_private(self) -> bool {
        matches!(self, Self::Inbox | Self::Case(_) | Self::Document(_))
    }
}

impl fmt::Display for Page {
    /// Its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Landing => f.write_str("/"),
            Self::Inbox => f.write_str("/inbox"),
            Self::Case(id) => write!(f, "/cases/{id}"),
            Self::Document(id) => write!(f, "/documents/{id}"),
            Self::SignedOut => f.write_str("/signed-out"),
            Self::Accessibility => f.write_str("/accessibility"),
        }
    }
}

/// Writes down where the person was going.
pub(crate) async fn remember(session: &Session, page: Page) -> Result<(), Error> {
    session.insert(KEY, page).await
}

/// Where the person was going, once; the inbox when that is not known.
pub(crate) async fn take(session: &Session) -> Result<Page, Error> {
    Ok(session.remove(KEY).await?.unwrap_or(Page::Inbox))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_pages() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        for (path, page) in [
            ("/inbox", "/inbox"),
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
            "/cases/../x",
        ] {
            assert_eq!(Page::parse(path), None, "{path}");
        }
    }
}
