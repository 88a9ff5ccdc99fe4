//! The ways in that a page offers recipients and staff.

use portal::{AssuranceLevel, IdentifierKind};

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
    /// The highest level of assurance at which recipients sign in through it.
    pub highest_level: Option<AssuranceLevel>,
    /// The kinds of identifiers by which it knows recipients, each of its own accord.
    pub identifies: Vec<IdentifierKind>,
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
