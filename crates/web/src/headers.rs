//! Security headers: each answer carries them, and a handler may replace any one of them by setting it itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::PublicOrigin;

/// A random value that marks this response's own scripts (Content Security Policy Level 3, section 2.3.1): 128 bits
/// in Base64. An extension of each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// # Panics
    ///
    /// When the operating system has no random numbers to give.
    #[expect(clippy::expect_used, reason = "without random numbers nothing safe can be done")]
    pub(crate) fn new() -> Self {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).expect("the operating system gives random numbers");
        Self(STANDARD.encode(random))
    }

    /// The value for a script's `nonce` attribute.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The headers that every answer gets unless the handler set them.
#[derive(Clone, Debug)]
pub struct HeaderPolicy {
    content_policy: String,
    tls: bool,
}

impl HeaderPolicy {
    /// `content_policy` is the Content-Security-Policy in which each `{nonce}` becomes the response's own; HSTS
    /// (RFC 6797) is sent when `origin` is reached over TLS.
    #[must_use]
    pub fn new(origin: &PublicOrigin, content_policy: &str) -> Self {
        Self {
            content_policy: content_policy.to_owned(),
            tls: origin.is_tls(),
        }
    }

    pub(crate) fn apply(&self, nonce: &Nonce, headers: &mut HeaderMap) {
        let mut default = |name: HeaderName, value: &'static str| {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        };
        default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        default(header::X_FRAME_OPTIONS, "DENY");
        default(header::REFERRER_POLICY, "same-origin");
        default(HeaderName::from_static("permissions-policy"), PERMISSIONS);
        default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        default(header::CACHE_CONTROL, "no-store");
        if self.tls {
            default(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
        }
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            let policy = self.content_policy.replace("{nonce}", nonce.as_str());
            // A policy that is no header value was refused at start; if one slips through, nothing may load.
            let value = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
            headers.insert(header::CONTENT_SECURITY_POLICY, value);
        }
    }
}

/// Nothing here needs a device or a sensor.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
    fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handlers_own_header_stays_and_the_nonce_is_put_in() {
        let policy = HeaderPolicy::new(
            &"https://post.example.se".parse().unwrap(),
            "script-src 'nonce-{nonce}'",
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        let nonce = Nonce::new();
        policy.apply(&nonce, &mut headers);
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(
            headers[header::CONTENT_SECURITY_POLICY],
            format!("script-src 'nonce-{}'", nonce.as_str())
        );
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert_ne!(nonce, Nonce::new());
    }

    #[test]
    fn without_tls_no_hsts() {
        let policy = HeaderPolicy::new(&"http://localhost:3000".parse().unwrap(), "default-src 'none'");
        let mut headers = HeaderMap::new();
        policy.apply(&Nonce::new(), &mut headers);
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
