//! The postvalv program as a library, so that tests run the real router.

pub mod api;
