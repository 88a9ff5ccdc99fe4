//! The WebAssembly entry that hydrates the islands of the app. The page's own script (`public/islands.js`) calls each
//! island's function; naming `app` here keeps the linker from dropping them.

extern crate app;

use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the page for its islands.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
