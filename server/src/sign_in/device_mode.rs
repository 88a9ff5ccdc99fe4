//! On which device a person identifies: the one where they read, or another beside it. Worked out here from what the browser
//! says of itself, so that the right one is offered first without a script; the person may take the other.

use app::DeviceMode;
use http::HeaderMap;
use portal::{AssuranceLevel, Device, SystemFamily};
use serde::Deserialize;

use crate::return_to::Page;

/// The form that begins a sign-in. Without a choice the device decides; a form that can't be read chose nothing.
#[derive(Default, Deserialize)]
pub(crate) struct Choice {
    device: Option<String>,
    /// The level that a document asks for, when the person signs in for one.
    level: Option<i16>,
    /// That document, to which they come back.
    document: Option<String>,
    /// Another page, to which they come back.
    page: Option<String>,
}

impl Choice {
    /// What the person chose, or else what fits the device.
    pub(super) fn mode(&self, fitting: DeviceMode) -> DeviceMode {
        let chosen = self.device.as_deref().and_then(DeviceMode::from_name);
        chosen.unwrap_or(fitting)
    }

    /// Where the person is going.
    pub(super) fn page(&self) -> Option<Page> {
        match &self.document {
            Some(document) => document.parse().ok().map(Page::Document),
            None => self.page.as_deref().and_then(Page::parse),
        }
    }

    /// The level that the provider is asked for at least.
    pub(super) fn minimum_level(&self) -> Option<AssuranceLevel> {
        self.level.and_then(AssuranceLevel::from_number)
    }
}

/// What fits the device that a request says it comes from: whoever reads on a phone or a tablet has their e-identification
/// there, whoever reads on a computer has it on their phone. `Sec-CH-UA-Mobile` (Client Hints) says it outright;
/// browsers without it, and tablets with it, are known by their system.
pub(crate) fn fitting(headers: &HeaderMap, device: Device) -> DeviceMode {
    let says_mobile = headers.get("sec-ch-ua-mobile").is_some_and(|hint| hint == "?1");
    let carried = matches!(
        device.system,
        SystemFamily::Android | SystemFamily::Iphone | SystemFamily::Ipad
    );
    if says_mobile || carried {
        DeviceMode::ThisDevice
    } else {
        DeviceMode::OtherDevice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(user_agent: &str, hint: Option<&'static str>) -> DeviceMode {
        let mut headers = HeaderMap::new();
        if let Some(hint) = hint {
            headers.insert("sec-ch-ua-mobile", http::HeaderValue::from_static(hint));
        }
        fitting(&headers, Device::of(user_agent))
    }

    #[test]
    fn what_is_carried_identifies_itself_and_a_computer_by_a_phone() {
        for (user_agent, hint, mode) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)",
                None,
                DeviceMode::ThisDevice,
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X)",
                None,
                DeviceMode::ThisDevice,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0 Mobile",
                Some("?1"),
                DeviceMode::ThisDevice,
            ),
            // A tablet: Chrome says that it is no phone.
            (
                "Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0",
                Some("?0"),
                DeviceMode::ThisDevice,
            ),
            // A phone that says nothing else.
            ("", Some("?1"), DeviceMode::ThisDevice),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0",
                Some("?0"),
                DeviceMode::OtherDevice,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0",
                None,
                DeviceMode::OtherDevice,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15",
                None,
                DeviceMode::OtherDevice,
            ),
            ("", None, DeviceMode::OtherDevice),
        ] {
            assert_eq!(of(user_agent, hint), mode, "{user_agent} {hint:?}");
        }
    }
}
