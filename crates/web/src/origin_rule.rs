//! The origin rule: a mutation comes from our own pages or not at all.

use http::{HeaderMap, Method, header};

use crate::PublicOrigin;

/// Decides whether a request may change something, by what the browser says of where it comes from.
///
/// Safe methods (RFC 9110 section 9.2.1) pass. Any other passes when `Sec-Fetch-Site` is `same-origin`, or when that
/// header is absent and `Origin` equals ours. Under an exempt path it also passes when the request carries no cookie:
/// then no browser lent it anybody's authority, and machine clients send neither header.
#[derive(Clone, Debug)]
pub struct OriginRule {
    origin: String,
    exempt: Vec<String>,
}

/// The request did not come from our own pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request did not come from this site")]
pub struct OriginRefusal;

impl OriginRule {
    /// The rule for a program reached at `origin`. `exempt` are prefixes of paths that machine clients call with
    /// credentials of their own, such as `/api/v1/`.
    #[must_use]
    pub fn new(origin: &PublicOrigin, exempt: &[&str]) -> Self {
        Self {
            origin: origin.as_str().to_owned(),
            exempt: exempt.iter().map(|&prefix| prefix.to_owned()).collect(),
        }
    }

    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// [`OriginRefusal`] when the request must be answered with 403.
    pub fn check(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<(), OriginRefusal> {
        if method.is_safe() && method != Method::TRACE {
            return Ok(());
        }
        if !headers.contains_key(header::COOKIE) && self.exempt.iter().any(|prefix| path.starts_with(prefix)) {
            return Ok(());
        }
        let mut sites = headers.get_all("sec-fetch-site").iter();
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let from_us = match (sites.next(), sites.next()) {
            (Some(site), None) => site == "same-origin",
            (Some(_), Some(_)) => false,
            (None, _) => match (origins.next(), origins.next()) {
                (Some(origin), None) => origin.as_bytes() == self.origin.as_bytes(),
                _ => false,
            },
        };
        if from_us { Ok(()) } else { Err(OriginRefusal) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &Method, path: &str, headers: &[(&'static str, &str)]) -> bool {
        let rule = OriginRule::new(&"https://post.example.se".parse().unwrap(), &["/api/v1/"]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        rule.check(method, path, &map).is_ok()
    }

    #[test]
    fn reading_is_free() {
        assert!(check(&Method::GET, "/inbox", &[("sec-fetch-site", "cross-site")]));
        assert!(check(&Method::HEAD, "/inbox", &[]));
    }

    #[test]
    fn a_form_on_our_own_page_passes() {
        assert!(check(&Method::POST, "/sign-out", &[("sec-fetch-site", "same-origin")]));
        assert!(check(
            &Method::POST,
            "/sign-out",
            &[("origin", "https://post.example.se")]
        ));
    }

    #[test]
    fn a_form_elsewhere_does_not() {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://post.example.se")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[
                ("origin", "https://post.example.se"),
                ("origin", "https://evil.example"),
            ],
            &[],
        ] {
            assert!(!check(&Method::POST, "/sign-out", headers), "{headers:?}");
            assert!(!check(&Method::DELETE, "/sign-out", headers), "{headers:?}");
        }
    }

    #[test]
    fn the_api_is_exempt_when_no_cookie_comes_along() {
        assert!(check(
            &Method::POST,
            "/api/v1/messages",
            &[("authorization", "Bearer x")]
        ));
        assert!(!check(
            &Method::POST,
            "/api/v1/messages",
            &[("authorization", "Bearer x"), ("cookie", "a=b")]
        ));
        assert!(!check(&Method::POST, "/api/v1messages", &[]));
    }
}
