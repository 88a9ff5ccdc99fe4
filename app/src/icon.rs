//! Our own icons, drawn with one stroke on a grid of 24.

use leptos::prelude::*;

/// A decorative icon; what it stands beside says the same in words.
pub(crate) fn icon(name: &'static str) -> impl IntoView {
    view! {
        <svg
            class=format!("icon icon-{name}")
            viewBox="0 0 24 24"
            width="24"
            height="24"
            aria-hidden="true"
            focusable="false"
            inner_html=paths(name)
        ></svg>
    }
}

fn paths(name: &str) -> &'static str {
    match name {
        // The vault: an arch (valv) closed by an envelope's flap.
        "mark" => r#"<path d="M3 21V12a9 9 0 0 1 18 0v9z"/><path d="m3.5 12.5 8.5 5 8.5-5"/>"#,
        "forward" => r#"<path d="M5 12h14M13 6l6 6-6 6"/>"#,
        "back" => r#"<path d="M19 12H5M11 6l-6 6 6 6"/>"#,
        "person" => r#"<circle cx="12" cy="8" r="4"/><path d="M4 21a8 8 0 0 1 16 0"/>"#,
        "download" => r#"<path d="M12 4v11M7 10.5l5 5 5-5M4 20h16"/>"#,
        "open" => r#"<path d="M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"/>"#,
        "document" => r#"<path d="M6 3h8l5 5v13H6z"/><path d="M14 3v5h5M9 13h7M9 17h5"/>"#,
        "image" => r#"<path d="M4 5h16v14H4z"/><path d="m4 16 5-5 4 4 3-3 4 4"/><circle cx="15.5" cy="9" r="1.3"/>"#,
        "file" => r#"<path d="M6 3h8l5 5v13H6z"/><path d="M14 3v5h5"/>"#,
        "clock" => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>"#,
        "sign-out" => r#"<path d="M10 4H5v16h5M15 8l4 4-4 4M19 12H9"/>"#,
        "up" => r#"<path d="m6 15 6-6 6 6"/>"#,
        "down" => r#"<path d="m6 9 6 6 6-6"/>"#,
        "flag" => r#"<path d="M6 21V4h12l-3 4 3 4H6"/>"#,
        "lock" => r#"<path d="M6 11h12v9H6z"/><path d="M9 11V8a3 3 0 0 1 6 0v3"/>"#,
        "plus" => r#"<path d="M12 5v14M5 12h14"/>"#,
        "minus" => r#"<path d="M5 12h14"/>"#,
        "mail" => r#"<path d="M3 6h18v12H3z"/><path d="m3.5 6.5 8.5 6.5 8.5-6.5"/>"#,
        _ => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.2v.3"/>"#,
    }
}
