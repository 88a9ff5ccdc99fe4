//! Where the portal is.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// A portal's address: `https://post.example.se`. Plain HTTP is for this machine alone, since a secret would travel in
/// clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Server(Url);

/// The text is no address of a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServer {
    /// Not an address, or one with a user, a path, a query or a fragment.
    #[error("not an address such as https://post.example.se")]
    Form,
    /// Neither HTTPS nor this machine.
    #[error("the address must begin with https://, since a secret is sent to it")]
    Insecure,
}

impl FromStr for Server {
    type Err = InvalidServer;

    fn from_str(text: &str) -> Result<Self, InvalidServer> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidServer::Form)?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare {
            return Err(InvalidServer::Form);
        }
        let loopback = match url.host().ok_or(InvalidServer::Form)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if loopback => Ok(Self(url)),
            "http" => Err(InvalidServer::Insecure),
            _ => Err(InvalidServer::Form),
        }
    }
}

impl Server {
    /// The address of a path under API v1, such as `/messages`.
    pub(crate) fn api(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", api::BASE_PATH));
        url
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_is_reached_over_tls_or_on_this_machine() {
        for good in [
            "https://post.example.se",
            "https://post.example.se:8443/",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
        ] {
            let server: Server = good.parse().unwrap();
            assert_eq!(server.to_string(), good.trim_end_matches('/'));
        }
        for (bad, why) in [
            ("http://post.example.se", InvalidServer::Insecure),
            ("http://localhost.example.se", InvalidServer::Insecure),
            ("post.example.se", InvalidServer::Form),
            ("https://user:secret@post.example.se", InvalidServer::Form),
            ("https://post.example.se/api", InvalidServer::Form),
            ("https://post.example.se/?x", InvalidServer::Form),
            ("ftp://post.example.se", InvalidServer::Form),
        ] {
            assert_eq!(bad.parse::<Server>(), Err(why), "{bad}");
        }
    }

    #[test]
    fn paths_lie_under_api_v1() {
        let server: Server = "https://post.example.se".parse().unwrap();
        assert_eq!(server.api("/token").as_str(), "https://post.example.se/api/v1/token");
    }
}
