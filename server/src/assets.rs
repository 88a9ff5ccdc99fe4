//! The files that pages load, under hashed names: embedded in a release build, read from `target/site` in a debug one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

use crate::state::AppState;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// The names of the files and which of them may be asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assets {
    names: app::Assets,
    files: Arc<BTreeSet<String>>,
}

impl Assets {
    /// Reads the manifest that `cargo xtask site` wrote. Without one, no name is known and pages come without style.
    pub(crate) fn load() -> Self {
        let read = || {
            let manifest = Site::get("manifest.json")?;
            let names = app::Assets::from_manifest(std::str::from_utf8(&manifest.data).ok()?).ok()?;
            let files: BTreeMap<String, String> = serde_json::from_slice(&manifest.data).ok()?;
            Some(Self {
                names,
                files: Arc::new(files.into_values().collect()),
            })
        };
        read().unwrap_or_else(|| {
            tracing::warn!("the site has not been built: run `cargo xtask site`");
            Self::default()
        })
    }

    /// Logical names and the addresses that they are served under.
    pub(crate) const fn names(&self) -> &app::Assets {
        &self.names
    }
}

/// `GET /assets/{file}`: a name that holds the content's hash may be kept for ever.
pub(crate) async fn serve(State(state): State<AppState>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    // Only what the manifest names: nothing else in the folder is meant for anybody.
    if !state.assets().files.contains(&file) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    for (coding, suffix) in [("br", ".br"), ("gzip", ".gz"), ("", "")] {
        if !coding.is_empty() && !accepts(accepted, coding) {
            continue;
        }
        let Some(found) = Site::get(&format!("assets/{file}{suffix}")) else {
            continue;
        };
        let mut response = match found.data {
            Cow::Borrowed(bytes) => bytes.into_response(),
            Cow::Owned(bytes) => bytes.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&file)));
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        // The preview frame has an opaque origin, to which our own scripts and fonts are foreign.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if !coding.is_empty() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        return response;
    }
    StatusCode::NOT_FOUND.into_response()
}

/// Whether `Accept-Encoding` (RFC 9110 section 12.5.3) names `coding` with a weight above zero.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts.any(|part| {
            part.strip_prefix("q=").is_some_and(|weight| {
                weight
                    .trim_end_matches('0')
                    .trim_end_matches('.')
                    .trim_end_matches('0')
                    .is_empty()
            })
        });
        named && !refused
    })
}

fn media_type(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_with_weight_zero_is_refused() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(accepts("BR", "br"));
        assert!(!accepts("br;q=0", "br"));
        assert!(!accepts("br; q=0.000", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("", "gzip"));
    }
}
