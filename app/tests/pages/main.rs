//! What people read, made of the gallery's samples: pages, the letter and PDFs.

mod every_page;
mod one_page;
mod pdfs;
#[path = "../../examples/gallery/samples/mod.rs"]
mod samples;
#[path = "../../examples/gallery/staff/mod.rs"]
mod staff;

/// How often a text stands in a page.
fn count(html: &str, text: &str) -> usize {
    html.matches(text).count()
}
