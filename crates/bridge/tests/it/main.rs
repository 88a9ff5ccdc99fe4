//! The bridge as relying parties, browsers and people meet it, against the simulator over real mutual TLS.
//!
//! One test binary; one file a subject. The clock stands still until a test moves it, and BankID is asked when a test
//! says so.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy knows test functions, not their helpers; in a test a panic is the report"
)]

mod harness;

mod authorize;
mod boundary;
mod failure;
mod independent_client;
mod limit;
mod page;
mod same_device;
mod sign_in;
mod sign_out;
mod tls;
mod token;
