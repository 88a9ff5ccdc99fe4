//! A typed client of API v1.
//!
//! Owns how requests are made: the access token and its renewal, streaming a message, telling a refusal from a broken
//! connection. It never repeats a request that may have had an effect; whoever calls decides that, with the same
//! [`IdempotencyKey`]. Knows no files, no terminal and no configuration; those are the program `valv`'s.

mod client;
mod client_key;
mod error;
mod key;
mod server;
mod upload;

pub use api;
pub use client::{Client, Credentials, Proof};
pub use client_key::{ClientKey, InvalidClientKey};
pub use error::{ClientError, Outcome};
pub use key::{IdempotencyKey, InvalidIdempotencyKey};
pub use server::{InvalidServer, Server};
pub use upload::{DocumentSource, Progress};
