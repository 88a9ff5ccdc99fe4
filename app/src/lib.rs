//! What people see: Leptos pages, islands and texts.
