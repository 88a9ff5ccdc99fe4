//! Style, script, font and icon, compiled in and named by their content, so that browsers may keep them.

use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use http::{HeaderValue, header};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("../../assets/bridge.css");
const SCRIPT: &str = include_str!("../../assets/bridge.js");
const ICON: &str = include_str!("../../assets/icon.svg");
const FONT: &[u8] = include_bytes!("../../../../public/fonts/text-latin.woff2");

/// The addresses of the assets.
pub(crate) struct Assets {
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    pub(crate) font: String,
    /// The operator's logotype of BankID, if there is one.
    pub(crate) logotype: Option<String>,
    style_text: String,
    logotype_bytes: Vec<u8>,
}

impl Assets {
    pub(crate) fn new(logotype: Option<&[u8]>) -> Self {
        let font = address("text", "woff2", FONT);
        let style_text = STYLE.replace("{font}", &font);
        Self {
            style: address("bridge", "css", style_text.as_bytes()),
            script: address("bridge", "js", SCRIPT.as_bytes()),
            icon: address("icon", "svg", ICON.as_bytes()),
            font,
            logotype: logotype.map(|bytes| address("logotype", "svg", bytes)),
            style_text,
            logotype_bytes: logotype.unwrap_or_default().to_vec(),
        }
    }

    /// The asset with this address.
    pub(crate) fn find(&self, path: &str) -> Option<Response> {
        let (media_type, bytes) = if path == self.style {
            ("text/css; charset=utf-8", self.style_text.as_bytes().to_vec())
        } else if path == self.script {
            ("text/javascript; charset=utf-8", SCRIPT.as_bytes().to_vec())
        } else if path == self.icon {
            ("image/svg+xml", ICON.as_bytes().to_vec())
        } else if path == self.font {
            ("font/woff2", FONT.to_vec())
        } else if Some(path) == self.logotype.as_deref() {
            ("image/svg+xml", self.logotype_bytes.clone())
        } else {
            return None;
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=31536000, immutable"),
            ),
        ];
        Some((headers, bytes).into_response())
    }
}

fn address(name: &str, extension: &str, bytes: &[u8]) -> String {
    let digest: String = BASE64_URL_SAFE_NO_PAD
        .encode(Sha256::digest(bytes))
        .chars()
        .take(10)
        .collect();
    format!("/assets/{name}.{digest}.{extension}")
}
