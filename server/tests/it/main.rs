//! The program as browsers, systems and providers meet it: the real router over a real portal, with a clock that stands
//! still until a test moves it.
//!
//! `harness` starts it, `browser` is a person's browser, `provider` an OpenID provider that does as it is told. One file a
//! subject.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy allows these in tests, but does not see that the helpers here are for nothing else"
)]

mod api_access;
mod api_assertions;
mod api_description;
mod api_following;
mod api_key_sets;
mod api_messages;
mod api_networks;
mod api_refusals;
mod api_support;
mod attacks;
mod audit;
mod audit_webhook;
// What plays a phone or a security key in the tests of `portal` plays it here too.
#[path = "../../../crates/portal/src/test_support/authenticator.rs"]
mod authenticator;
mod authority;
mod back_channel;
mod browser;
mod callbacks;
mod cases;
mod checkpoint_bucket;
mod client_authentication;
mod content;
mod device_modes;
mod extracts;
mod forms;
mod front_channel;
mod full_disk;
// What tests are given from outside is asked for as those of `portal` do.
#[path = "../../../crates/portal/src/test_support/given.rs"]
mod given;
mod harness;
mod headers;
mod history;
mod holds;
mod hostile_directories;
mod jobs;
mod key_server;
mod limits;
mod locked_bucket;
mod mail;
mod mail_server;
mod mail_tls;
mod metrics;
mod new_devices;
mod object_store;
mod operator;
mod organisation_deletion;
mod own_mail;
mod own_sessions;
mod passkeys;
#[path = "../../../app/tests/pages/pdfs/text.rs"]
mod pdf_text;
mod places;
mod protocols;
mod provider;
mod provider_check;
mod provisioning;
mod queries;
mod recipients;
mod requests;
mod restore;
mod retention;
mod retention_approval;
mod rights;
mod routes;
mod scim;
mod scim_access;
mod scim_support;
mod serving;
mod sessions;
mod sign_in;
mod signing_keys;
mod small_disk;
mod staff;
mod staff_names;
mod staff_support;
mod staff_systems;
mod syslog;
mod terms;
mod user_info;
mod ways_in;
mod webhook_receiver;
mod work_accounts;
mod your_data;
