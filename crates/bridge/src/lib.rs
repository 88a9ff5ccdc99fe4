//! An OpenID Provider in front of BankID (`bankid-bridge`), and a simulator of BankID for development
//! (`bankid-simulator`).
//!
//! Two programs that know nothing of each other: [`provider`] speaks BankID's API to whatever address it is configured
//! with, and [`simulator`] answers it. Neither knows the portal.

pub mod provider;
pub mod simulator;
