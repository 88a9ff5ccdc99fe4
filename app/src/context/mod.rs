//! What the server hands to a page: what surrounds it, and what it loads from.

mod audience;
mod flash;
mod way_in;

pub use audience::{Audience, StaffFrame, StaffSection};
pub use flash::Flash;
pub use way_in::{DeviceMode, Logo, ProviderChoice};

use std::time::Duration;

use base::{RequestId, Timestamp};
use portal::{Portal, RecipientActor};

use crate::assets::Assets;
use crate::texts::Language;

/// What every page needs, also an error page that is shown when nothing else works. Cheap to make.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The language that the person chose, or that their browser asks for.
    pub language: Language,
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: String,
    /// The site's files.
    pub assets: Assets,
    /// The path of the page itself without its query, for the language form to come back to.
    pub path: String,
    /// The request, shown on error pages so that a person can name it to support.
    pub request: RequestId,
    /// For whom the page is, which decides what its header and footer offer.
    pub audience: Audience,
    /// In how long the session ends unless it is used before, for somebody who is signed in.
    pub session_ends_in: Option<SessionEndsIn>,
    /// Whether the page shows something this once, so that nothing on it may lead to its being asked for again.
    pub shown_once: bool,
    /// Who runs the portal, when the configuration says so.
    pub contact: Option<Contact>,
}

impl Layout {
    /// What surrounds a page that shows something this once.
    pub(crate) fn once(&self) -> Self {
        Self {
            shown_once: true,
            ..self.clone()
        }
    }
}

/// How long a session lasts, and what comes then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEndsIn {
    /// How long, unless it is used before.
    pub left: Duration,
    /// Whether it lasts longer when it is used.
    pub can_stay: bool,
    /// The path of the page to ask for when it has ended, which says so.
    pub leave_for: String,
}

/// Who runs the portal and answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The operator's name as people know it.
    pub operator: String,
    /// Where people can write when something does not work for them.
    pub email: String,
}

/// What a page loads from and shows itself with; made by the server for each request.
#[derive(Clone)]
pub struct PageContext {
    /// What surrounds the page.
    pub layout: Layout,
    /// The domain.
    pub portal: Portal,
    /// Who reads; `None` on pages for everybody.
    pub actor: Option<RecipientActor>,
    /// The time now, for "in 3 days".
    pub now: Timestamp,
    /// The installation's time zone, for dates that belong to no organisation.
    pub time_zone: jiff::tz::TimeZone,
    /// The ways in, in the order to show them.
    pub providers: Vec<ProviderChoice>,
    /// The name of the one by which the reader came, on pages that ask for it.
    pub came_by: Option<String>,
    /// A message to show once.
    pub flash: Option<Flash>,
}
