//! What surrounds every page: the document, its head, the header with the brand, and the footer.

use std::sync::Arc;

use axum::http::StatusCode;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use leptos::reactive::owner::Owner;

use crate::component::{countdown, footer, header};
use crate::context::Layout;
use crate::page::Page;
use crate::texts::{Language, Texts};

/// What a page says about itself in its head.
pub(crate) struct Head {
    title: String,
    islands: bool,
}

impl Head {
    /// A page without scripts.
    pub(crate) const fn plain(title: String) -> Self {
        Self { title, islands: false }
    }

    /// A page with an island, which therefore loads the site's script and WebAssembly.
    pub(crate) const fn with_islands(title: String) -> Self {
        Self { title, islands: true }
    }
}

/// Renders a page with its surroundings.
pub(crate) fn render<V: IntoView + 'static>(layout: &Layout, head: Head, main: impl FnOnce() -> V + 'static) -> Page {
    let texts = Texts::of(layout.language);
    let layout = layout.clone();
    let title = texts.with("document-title", &[("title", head.title.into())]);
    let style = layout.assets.url("main.css");
    let icon = layout.assets.url("icons/mark.svg");
    let touch_icon = layout.assets.url("icons/mark-180.png");
    let manifest = layout.assets.url("site.webmanifest");
    let font = layout.assets.url("fonts/text-latin.woff2");
    let html = whole(layout.language, "", move || {
        let scripts = head.islands.then(|| {
            let module = layout.assets.url("postvalv.js");
            let wasm = layout.assets.url("postvalv_bg.wasm");
            let start = layout.assets.url("islands.js");
            view! {
                <link rel="modulepreload" href=module nonce=layout.nonce.clone()/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script type="module" src=start nonce=layout.nonce.clone()></script>
            }
        });
        view! {
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
                <meta name="robots" content="noindex, nofollow"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#fbfaf7" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#0f1a16" media="(prefers-color-scheme: dark)"/>
                <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=style/>
                <link rel="icon" href=icon r#type="image/svg+xml"/>
                <link rel="apple-touch-icon" href=touch_icon/>
                <link rel="manifest" href=manifest/>
                {scripts}
            </head>
            <body>
                <a class="skip" href="#main">
                    {texts.get("skip")}
                </a>
                {header(&layout)}
                <main id="main" tabindex="-1">
                    {main()}
                </main>
                {footer(&layout)}
                {countdown(&layout)}
            </body>
        }
    });
    Page {
        status: StatusCode::OK,
        html,
    }
}

/// Renders a whole HTML document. `class` is the root element's.
pub(crate) fn whole<V: IntoView>(language: Language, class: &'static str, content: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        view! {
            <html lang=language.tag() class=class>
                {content()}
            </html>
        }
        .to_html()
    });
    owner.unset_with_forced_cleanup();
    format!("<!DOCTYPE html>{html}")
}
