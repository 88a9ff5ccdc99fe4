//! Words that every part of Postvalv shares: ids, time, secrets, networks and Swedish personal identity numbers.
//!
//! Owns the meaning of these values and the rules that need nothing but the value itself. Knows no database, no
//! network and no encryption. The feature `host` adds what needs an operating system: the clock, calendars and
//! random ids.

mod allowed_networks;
mod id;
mod personnummer;
mod prid;
mod public_address;
mod secret;
mod timestamp;

#[cfg(feature = "host")]
mod clock;

pub use allowed_networks::{AllowedNetworks, InvalidNetworks};
pub use id::*;
pub use personnummer::{InvalidPersonnummer, Personnummer, PersonnummerKind};
pub use prid::{InvalidPrid, Prid};
pub use public_address::is_public_address;
pub use secret::{Secret, SecretString, constant_time_eq};
pub use timestamp::{Day, Timestamp};

#[cfg(feature = "host")]
pub use clock::{Clock, ClockError, ManualClock};
