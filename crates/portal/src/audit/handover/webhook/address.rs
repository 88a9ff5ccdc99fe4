//! What can be the address of a webhook. Pure: where its name leads, and whether anybody may be sent there, is for who goes there.

use std::fmt;

use url::Url;

/// The longest address, in bytes.
const MAX: usize = 500;

/// An address of the web to which something is sent over TLS. It may hold what only sender and receiver are to know, so it prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookAddress(Url);

/// The text can't be the address of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address that begins with https:// and has neither user name nor fragment")]
pub struct InvalidWebhookAddress;

impl WebhookAddress {
    /// Reads an address; spaces around it don't count.
    ///
    /// # Errors
    ///
    /// [`InvalidWebhookAddress`].
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookAddress> {
        let text = text.trim();
        let plain = |text: &str| text.len() <= MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
        // The parser would take `https:host` and `https:///host` too, which nobody means.
        let begins = text
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        let goes_on = text.get(8..).is_some_and(|rest| !rest.starts_with(['/', '\\']));
        if !(plain(text) && begins && goes_on) {
            return Err(InvalidWebhookAddress);
        }
        let url = Url::parse(text).map_err(|_| InvalidWebhookAddress)?;
        let fits = url.scheme() == "https"
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.port() != Some(0)
            && plain(url.as_str())
            && url.as_str().parse::<http::Uri>().is_ok();
        if fits {
            Ok(Self(url))
        } else {
            Err(InvalidWebhookAddress)
        }
    }

    /// The address, for who sends something there.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// Its host, with the port when it is not 443: what people are shown of it.
    #[must_use]
    pub fn place(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl fmt::Debug for WebhookAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookAddress(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_web_over_tls_and_people_see_its_host() {
        for (text, place) in [
            (
                "https://hooks.norrby.example/postvalv?key=xyzzy",
                "hooks.norrby.example",
            ),
            (" HTTPS://Hooks.Norrby.Example:8443/a \n", "hooks.norrby.example:8443"),
            ("https://hooks.norrby.example:443", "hooks.norrby.example"),
            ("https://[2001:db8::1]:8443/", "[2001:db8::1]:8443"),
            ("https://192.0.2.7/a", "192.0.2.7"),
        ] {
            let address = WebhookAddress::parse(text).unwrap();
            assert_eq!(address.place(), place, "{text}");
            assert_eq!(format!("{address:?}"), "WebhookAddress(..)");
            assert_eq!(WebhookAddress::parse(address.url().as_str()), Ok(address), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_one() {
        let long = format!("https://norrby.example/{}", "a".repeat(478));
        for text in [
            "",
            "norrby.example",
            "http://norrby.example/",
            "ftp://norrby.example/",
            "https:norrby.example",
            "https:\\\\norrby.example",
            "https://",
            "https:///a",
            "https://\\\\a",
            "https://karin@norrby.example/",
            "https://karin:xyzzy@norrby.example/",
            "https://:xyzzy@norrby.example/",
            "https://norrby.example/#a",
            "https://norrby.example/#",
            "https://norrby.example:0/",
            "https://norrby.example:65536/",
            "https://norrby.example/a b",
            "https://norrby.example/a\nb",
            "https://nörrby.example/",
            "https://norrby example/",
            "https://[::1/",
            long.as_str(),
        ] {
            assert_eq!(WebhookAddress::parse(text), Err(InvalidWebhookAddress), "{text}");
        }
        assert!(WebhookAddress::parse(&long[..500]).is_ok());
    }
}
