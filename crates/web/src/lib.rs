//! What both web programs, the portal and the bridge, need around their own routes.
//!
//! Owns loading of configuration with `…_file` secrets ([`config`]), the address people reach the program at
//! ([`PublicOrigin`]), the layers that every route lies behind ([`guard`]: request ids, log lines, caught panics,
//! security headers, the origin rule), problem JSON ([`Problem`]), how often an address may do what costs
//! ([`RateLimit`], over a bounded [`store`]), QR codes ([`QrImage`]), logging ([`logging`]) and serving with graceful shutdown ([`serve()`]).
//! Knows neither the portal nor BankID, no database and no TLS (a proxy in front ends it).

pub mod config;
pub mod guard;
pub mod headers;
pub mod logging;
pub mod serve;
pub mod store;

mod idle;
mod network;
mod origin_rule;
mod problem;
mod public_origin;
mod qr_image;
mod rate;
mod request;

pub use guard::{Guard, Refusal};
pub use headers::{HeaderPolicy, Nonce};
pub use network::Network;
pub use origin_rule::{OriginRefusal, OriginRule};
pub use problem::Problem;
pub use public_origin::{InvalidPublicOrigin, PublicOrigin};
pub use qr_image::QrImage;
pub use rate::{RateLimit, TooOften};
pub use request::{ClientAddress, LogPath, RequestContext};
pub use serve::{Limits, serve, shutdown_signal};
