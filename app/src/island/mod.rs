//! The parts of pages that need the browser's help.

mod pdf_preview;

pub use pdf_preview::*;
