//! BankID Relying Party API v6: types, client, animated QR, autostart links and hint codes.
//!
//! Owns how the API is spoken and what its answers mean. Knows nothing of OpenID, sessions or pages, and keeps no
//! state: who starts an order remembers it, and decides when to collect.
//!
//! Source: BankID's developer documentation, "Relying Party API v6.0".

mod autostart;
mod client;
mod error;
mod hint;
mod order;
pub mod qr;
mod request;

pub use autostart::AutostartUrls;
pub use client::{Client, ClientSettings, Identity, PRODUCTION_URL, SetupError, TEST_URL};
pub use error::{CallError, ErrorCode};
pub use hint::{FailedHint, PendingHint};
pub use order::{Collected, Completion, Device, OrderRef, Risk, StartedOrder, User};
pub use request::{AuthRequest, CardReader, Requirement, SignRequest, TooLong, VisibleText, Web};
