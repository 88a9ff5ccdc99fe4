//! The address that people reach a program at.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::{Host, Url};

/// An origin (RFC 6454): scheme, host and port, such as `https://post.example.se`, without path.
///
/// `https`, or plain `http` to a loopback name; whether the latter is accepted is for the program's mode to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOrigin {
    text: String,
    tls: bool,
}

/// The text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an origin such as https://post.example.se, without path; plain http only to a loopback address")]
pub struct InvalidPublicOrigin;

impl PublicOrigin {
    /// The origin as browsers send it in `Origin`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as a person types them: `post.example.se`, `localhost:3000`.
    #[must_use]
    pub fn host_and_port(&self) -> &str {
        self.text.split_once("://").map_or(&self.text, |(_, rest)| rest)
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }

    /// The absolute address of `path`, which begins with `/`.
    #[must_use]
    pub fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for PublicOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PublicOrigin {
    type Err = InvalidPublicOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidPublicOrigin> {
        let url = Url::parse(text).map_err(|_| InvalidPublicOrigin)?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(InvalidPublicOrigin),
        };
        let tls = url.scheme() == "https";
        let plain = url.scheme() == "http" && loopback;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !(tls || plain) || !bare {
            return Err(InvalidPublicOrigin);
        }
        Ok(Self {
            text: url.origin().ascii_serialization(),
            tls,
        })
    }
}

impl<'de> Deserialize<'de> for PublicOrigin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_path_and_the_default_port_is_left_out() {
        let origin: PublicOrigin = "https://Post.Example.se:443/".parse().unwrap();
        assert_eq!(origin.as_str(), "https://post.example.se");
        assert_eq!(origin.host_and_port(), "post.example.se");
        assert!(origin.is_tls());
        assert_eq!(origin.address_of("/inbox"), "https://post.example.se/inbox");
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for text in ["http://localhost:3000", "http://127.0.0.1:3001", "http://[::1]:80"] {
            assert!(!text.parse::<PublicOrigin>().unwrap().is_tls(), "{text}");
        }
        for text in [
            "http://post.example.se",
            "http://127.0.0.1.example.se",
            "https://post.example.se/portal",
            "https://post.example.se?x",
            "https://user@post.example.se",
            "ftp://localhost",
            "post.example.se",
            "",
        ] {
            assert_eq!(text.parse::<PublicOrigin>(), Err(InvalidPublicOrigin), "{text}");
        }
    }
}
