//! The frame in which pdf.js draws a document.
//!
//! A PDF is hostile input, so it is parsed where nothing can be reached: the page embeds this document with
//! `sandbox="allow-scripts"`, which gives it an opaque origin (no cookies, no storage, no reading of the page around
//! it), and its own policy lets it talk to nobody. The page fetches the bytes, and whatever fonts and decoders pdf.js
//! asks for, and hands them over as messages (`public/preview.js`).

use axum::http::StatusCode;
use leptos::prelude::*;

use super::Page;
use crate::assets::Assets;
use crate::context::Layout;
use crate::shell::whole;

/// What pdf.js may ask for while it draws: fonts that every PDF reader is expected to have, and decoders for the image
/// formats of scanners. One a line, `FOLDER/NAME` as in pdf.js's npm package; pdf.js asks by the name. What builds the
/// site reads the same list.
const FILES: &str = include_str!("../../pdfjs.txt");

/// The names and addresses of the files that the page may hand to the frame.
pub(super) fn preview_files(assets: &Assets) -> Vec<(String, String)> {
    FILES
        .lines()
        .filter_map(|place| place.split_once('/'))
        .map(|(_, name)| (name.to_owned(), assets.url(&format!("pdfjs/{name}"))))
        .collect()
}

/// The preview frame, for `GET /preview`. The same for everybody: it holds no document.
///
/// Its response needs [`preview_frame_policy`] instead of the pages' policy, and the site's scripts need
/// `Access-Control-Allow-Origin: *`, since for an opaque origin every script is a foreign one.
#[must_use]
pub fn preview_frame(layout: &Layout) -> Page {
    let style = layout.assets.url("main.css");
    let script = layout.assets.url("preview.js");
    let nonce = layout.nonce.clone();
    let html = whole(layout.language, "preview-frame", move || {
        view! {
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"PDF"</title>
                <link rel="stylesheet" href=style crossorigin="anonymous"/>
                <script type="module" src=script nonce=nonce crossorigin="anonymous"></script>
            </head>
            <body>
                <div id="pages"></div>
            </body>
        }
    });
    Page {
        status: StatusCode::OK,
        html,
    }
}

/// The `Content-Security-Policy` of the preview frame: scripts, styles and fonts of the site's own, whatever is in
/// memory, and no connection to anywhere.
///
/// `origin` is the portal's own, such as `https://post.example.se`: for an opaque origin `'self'` may match nothing.
#[must_use]
pub fn preview_frame_policy(nonce: &str, origin: &str) -> String {
    let assets = format!("{origin}/assets/");
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' {assets} 'wasm-unsafe-eval'; worker-src blob:; \
         style-src {assets}; font-src {assets} data: blob:; img-src data: blob:; connect-src 'none'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_handed_over_by_its_name() {
        let files = preview_files(&Assets::default());
        assert_eq!(files.len(), FILES.lines().count());
        assert!(files.iter().any(|(name, _)| name == "LiberationSans-Regular.ttf"));
        assert!(files.iter().all(|(name, _)| !name.contains('/')));
    }

    #[test]
    fn the_frame_can_connect_to_nobody() {
        let policy = preview_frame_policy("abc", "https://post.example.se");
        for rule in [
            "default-src 'none'",
            "connect-src 'none'",
            "form-action 'none'",
            "sandbox allow-scripts",
        ] {
            assert!(policy.split("; ").any(|found| found == rule), "{rule}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("allow-same-origin"));
    }
}
