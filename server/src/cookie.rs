//! Small cookies of a visitor's own: what a browser keeps for itself so that nothing has to be stored for somebody who
//! only looks around. They give no authority, and what comes back is read as something that anybody may have written.

use http::{HeaderMap, HeaderValue, header};

/// The value of the cookie with this name, as the browser sent it.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|cookie| {
        let (given, value) = cookie.trim().split_once('=')?;
        (given == name).then_some(value)
    })
}

/// A line that keeps a value for so many seconds. `None` when the value can't stand in a header. The name must begin with
/// `__Host-`, so that no other host and no plain connection can set it (RFC 6265bis section 4.1.3.2).
pub(crate) fn keep(name: &str, value: &str, seconds: u32) -> Option<HeaderValue> {
    let line = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    HeaderValue::from_str(&line).ok()
}

/// A line that takes the cookie away.
pub(crate) fn forget(name: &str) -> Option<HeaderValue> {
    keep(name, "", 0)
}

/// Adds lines to a response.
pub(crate) fn set(headers: &mut HeaderMap, lines: impl IntoIterator<Item = HeaderValue>) {
    for line in lines {
        headers.append(header::SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; __Host-b=2=3".parse().unwrap());
        headers.append(header::COOKIE, "c=".parse().unwrap());
        assert_eq!(read(&headers, "__Host-b"), Some("2=3"));
        assert_eq!(read(&headers, "c"), Some(""));
        assert_eq!(read(&headers, "b"), None);
    }

    #[test]
    fn what_can_not_stand_in_a_header_is_not_kept() {
        assert!(keep("__Host-b", "a\r\nset-cookie: c=d", 1).is_none());
    }
}
