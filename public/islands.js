// Starts the islands of a page: loads the WebAssembly and gives each <leptos-island> to its function. Our pages have no
// island inside another, so there is no more to it than that.

import start, * as islands from "asset:postvalv.js";

await start({ module_or_path: "asset:postvalv_bg.wasm" });
islands.hydrate();
for (const element of document.querySelectorAll("leptos-island")) {
  islands[element.dataset.component]?.(element);
}
