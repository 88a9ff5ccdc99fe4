//! What people see: Leptos pages, islands and texts.
//!
//! Owns the look and the words of every page and nothing else: the server decides who asks (and hands over a
//! [`PageContext`]), the portal decides what they may read, and a page turns the answer into HTML. A page is loaded
//! completely before it is rendered, so its status is known and it works without JavaScript; only the document page
//! carries scripts (see `docs/decisions/0007-pages-without-a-router.md`).
//!
//! How the server uses it:
//!
//! ```ignore
//! let page = app::page::case(&context, id).await;      // one function a route
//! let page = app::error_page(&layout, ErrorPage::TooLarge { limit });
//! page.into_response()
//! ```
//!
//! With the feature `hydrate` instead of `ssr` this crate is the browser's half: the islands and [`wire`].

mod icon;
pub mod island;
pub mod wire;

#[cfg(feature = "ssr")]
mod assets;
#[cfg(feature = "ssr")]
mod component;
#[cfg(feature = "ssr")]
mod context;
#[cfg(feature = "ssr")]
mod data_protection;
#[cfg(feature = "ssr")]
mod extract_pdf;
#[cfg(feature = "ssr")]
mod extract_words;
#[cfg(feature = "ssr")]
mod letter;
#[cfg(feature = "ssr")]
mod mail_consent;
#[cfg(feature = "ssr")]
mod notification;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod pdf;
#[cfg(feature = "ssr")]
mod protocol_pdf;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod texts;

#[cfg(feature = "ssr")]
pub use assets::{Assets, InvalidManifest};
#[cfg(feature = "ssr")]
pub use context::{
    Audience, Contact, DeviceMode, Flash, Layout, Logo, PageContext, ProviderChoice, SessionEndsIn, StaffFrame,
    StaffSection,
};
#[cfg(feature = "ssr")]
pub use data_protection::{DataProtection, DatabasesIn, record_of_processing};
#[cfg(feature = "ssr")]
pub use extract_pdf::{ExtractPdf, extract_pdf, organisation_extract_pdf};
#[cfg(feature = "ssr")]
pub use extract_words::{ExtractWords, register_extract_texts};
#[cfg(feature = "ssr")]
pub use letter::{Letter, letter};
#[cfg(feature = "ssr")]
pub use mail_consent::mail_consent;
#[cfg(feature = "ssr")]
pub use notification::Notification;
#[cfg(feature = "ssr")]
pub use page::{ErrorPage, Page, SignInProblem, error_page, preview_frame, preview_frame_policy};
#[cfg(feature = "ssr")]
pub use pdf::PdfFailed;
#[cfg(feature = "ssr")]
pub use protocol_pdf::{ProtocolPdf, protocol_pdf};
#[cfg(feature = "ssr")]
pub use texts::Language;
