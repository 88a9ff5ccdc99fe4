//! The WebAssembly entry that hydrates the islands of the app.
