//! The one cookie: which browser this is, while something is under way in it.

use base::SecretString;
use http::{HeaderMap, HeaderValue, header};

/// `__Host-` binds it to this host, the whole of it, over TLS (or loopback).
const NAME: &str = "__Host-bridge";

/// The browser's cookie, if it sent exactly one.
pub(crate) fn read(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// The header that sets it, for as long as a sign-in may take. Lax: the app comes back from outside.
pub(crate) fn set(browser: &SecretString) -> Option<HeaderValue> {
    let seconds = super::sign_in::SIGN_IN_LIFETIME.as_secs();
    let text = format!(
        "{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}",
        browser.expose()
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, line.parse().unwrap());
        }
        read(&headers).map(str::to_owned)
    }

    #[test]
    fn one_cookie_counts_and_two_do_not() {
        assert_eq!(read_from(&["a=b; __Host-bridge=x; c=d"]).as_deref(), Some("x"));
        assert_eq!(read_from(&["__Host-bridge=x; __Host-bridge=y"]), None);
        assert_eq!(read_from(&["__Host-bridge=x", "__Host-bridge=y"]), None);
        assert_eq!(read_from(&["bridge=x"]), None);
    }
}
