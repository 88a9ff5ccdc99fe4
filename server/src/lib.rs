//! The `postvalv` program as a library, so that tests run the real router.
//!
//! Owns configuration, the router and its layers, the sign-in of recipients and staff, API v1, the jobs' loop and the operator's commands.
//! Decides nothing about who may read what: that is the portal's.

pub mod api;
pub mod config;
pub mod routes;

mod answer;
mod assets;
mod command;
mod content;
mod cookie;
mod data_protection;
mod fetch;
mod flash;
mod form_body;
mod handover;
mod health;
mod jobs;
mod key_sets;
mod language;
mod last_provider;
mod mail;
mod metrics;
mod own_mail;
mod own_sessions;
mod pages;
mod places;
mod query;
mod return_to;
mod rights;
mod router;
mod scim;
mod session;
mod session_end;
mod sign_in;
mod signing_keys;
mod staff;
mod state;
mod terms;
mod visitor;
mod your_data;

pub use command::{Command, Program, complain, run};
pub use fetch::HttpLimits;
pub use handover::{Bucket, Syslog, SyslogLimits, TlsProblem, Way, WebhookProblem, Webhooks};
pub use key_sets::KeySets;
pub use mail::{MailError, Mailer, Step};
pub use metrics::metrics_router;
pub use places::{Places, PlacesError, Unusable};
pub use router::router;
pub use session::{COOKIE, STAFF_COOKIE};
pub use sign_in::Providers;
pub use state::AppState;
pub use your_data::{ExtractReader, ExtractTurn, ExtractTurns};
