//! What the server hands to a page.

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
    /// Whether somebody is signed in, so that the header offers to sign out.
    pub signed_in: bool,
    /// Who runs the portal, when the configuration says so.
    pub contact: Option<Contact>,
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
    /// A message to show once.
    pub flash: Option<Flash>,
}

/// A way to sign in, offered as a button that posts to `/sign-in/{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderChoice {
    /// The name in the configuration; lower-case letters, digits and dashes.
    pub name: String,
    /// What people call it, such as `BankID`.
    pub label: String,
    /// The picture on its button, in place of our own.
    pub logo: Option<Logo>,
    /// Whether it is the one of several that was used last on this device.
    pub last_used: bool,
    /// Whether it did not answer a moment ago.
    pub seems_down: bool,
    /// The device mode that fits this device, when the provider is asked otherwise in one than in the other.
    pub mode: Option<DeviceMode>,
}

/// A provider's picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// A path of ours.
    pub address: String,
    /// In pixels, so that the page does not move when the picture comes.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// On which device a person identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceMode {
    /// The one where they read.
    ThisDevice,
    /// Another, such as a phone beside a computer.
    OtherDevice,
}

impl DeviceMode {
    /// How forms name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThisDevice => "this",
            Self::OtherDevice => "other",
        }
    }

    /// The mode that a form names so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ThisDevice, Self::OtherDevice]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    /// The other of the two.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::ThisDevice => Self::OtherDevice,
            Self::OtherDevice => Self::ThisDevice,
        }
    }
}

/// What the landing page or the page of sign-ins tells a person who was brought there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flash {
    /// They opened a page that needs them to sign in first; the server brings them back to it afterwards.
    SignInFirst,
    /// Their session ran out.
    SessionEnded,
    /// They broke off the sign-in themselves.
    SignInCancelled,
    /// They ended one of their other sign-ins.
    OneEnded,
    /// They ended all their other sign-ins.
    OthersEnded,
}
