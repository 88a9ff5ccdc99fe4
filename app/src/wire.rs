//! What crosses from the server to the islands. Public values only: all of it stands in the page's source.

use serde::{Deserialize, Serialize};

/// What the preview island needs to fetch a document and to hand it to the preview frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewSource {
    /// Where the document's bytes are.
    pub content: String,
    /// Its size in bytes, for the progress.
    pub size: u64,
    /// The address of the preview frame.
    pub frame: String,
    /// The files that pdf.js may ask for (fonts, image decoders): name to address.
    pub files: Vec<(String, String)>,
}

/// What the preview says, in the page's language. `{…}` is filled in by the island.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewTexts {
    /// The name of the frame for people who hear the page: the document's name.
    pub frame: String,
    /// While the document is fetched: `{percent}`.
    pub loading: String,
    /// While the first page is drawn.
    pub drawing: String,
    /// Which page is in view: `{page}`, `{pages}`.
    pub position: String,
    /// The button to the page before.
    pub previous: String,
    /// The button to the page after.
    pub next: String,
    /// The button that makes the pages larger.
    pub larger: String,
    /// The button that makes the pages smaller.
    pub smaller: String,
    /// The document could not be fetched.
    pub unreachable: String,
    /// The document can't be read after all, for instance because the session ended.
    pub refused: String,
    /// The document can't be drawn.
    pub unreadable: String,
    /// The document asks for a password.
    pub protected: String,
    /// Names a page to people who hear the page: `{page}`, `{pages}`.
    pub page: String,
}
