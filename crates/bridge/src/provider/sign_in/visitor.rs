//! The browser that signs in.

use std::fmt::Write as _;
use std::net::IpAddr;

use base::SecretString;
use http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};

/// Most characters of a `User-Agent` that are passed on.
const MAX_USER_AGENT: usize = 300;

/// Which of the two ways in comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceKind {
    /// The BankID app is most likely on this device.
    Phone,
    /// The BankID app is most likely on a phone beside it.
    Desktop,
}

/// The browser that signs in, as its requests describe it.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    pub(crate) device: DeviceKind,
    pub(crate) user_agent: String,
    /// Names the browser towards BankID for as long as it keeps its cookie.
    pub(crate) identifier: String,
}

impl Visitor {
    pub(crate) fn of(address: IpAddr, headers: &HeaderMap) -> Self {
        let user_agent: String = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .chars()
            .take(MAX_USER_AGENT)
            .collect();
        let hinted = headers.get("sec-ch-ua-mobile").is_some_and(|value| value == "?1");
        let named = ["iPhone", "iPad", "Android", "Mobile"]
            .iter()
            .any(|word| user_agent.contains(word));
        Self {
            address,
            device: if hinted || named {
                DeviceKind::Phone
            } else {
                DeviceKind::Desktop
            },
            user_agent,
            identifier: String::new(),
        }
    }

    pub(super) fn with_identifier(mut self, browser: &SecretString) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"device identifier");
        digest.update(browser.expose());
        self.identifier = digest.finalize().iter().fold(String::new(), |mut text, byte| {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        self
    }

    /// The return address in the form that opens this browser again. On iOS an https address opens the default
    /// browser, and the others have schemes of their own.
    pub(super) fn own_form_of(&self, address: &str) -> String {
        let Some(rest) = address.strip_prefix("https://") else {
            return address.to_owned();
        };
        if self.user_agent.contains("CriOS/") {
            format!("googlechromes://{rest}")
        } else if self.user_agent.contains("FxiOS/") {
            let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
            format!("firefox://open-url?url={encoded}")
        } else if self.user_agent.contains("EdgiOS/") {
            format!("microsoft-edge-https://{rest}")
        } else {
            address.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(user_agent: &str) -> Visitor {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, user_agent.parse().unwrap());
        Visitor::of(IpAddr::from([192, 0, 2, 1]), &headers)
    }

    const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1";
    const CHROME: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile/15E148 Safari/604.1";
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

    #[test]
    fn a_phone_is_told_from_a_desktop() {
        assert_eq!(visitor(SAFARI).device, DeviceKind::Phone);
        assert_eq!(visitor(FIREFOX).device, DeviceKind::Desktop);
        assert_eq!(visitor("").device, DeviceKind::Desktop);
    }

    #[test]
    fn another_browser_on_ios_gets_its_own_scheme() {
        let address = "https://bankid.example/back/a/b";
        assert_eq!(visitor(SAFARI).own_form_of(address), address);
        assert_eq!(
            visitor(CHROME).own_form_of(address),
            "googlechromes://bankid.example/back/a/b"
        );
        assert_eq!(
            visitor("FxiOS/127.0").own_form_of(address),
            "firefox://open-url?url=https%3A%2F%2Fbankid.example%2Fback%2Fa%2Fb"
        );
        assert_eq!(
            visitor(CHROME).own_form_of("http://127.0.0.1:3001/back"),
            "http://127.0.0.1:3001/back"
        );
    }
}
