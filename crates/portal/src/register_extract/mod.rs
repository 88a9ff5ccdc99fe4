//! Register extracts: the copy of what is held about a person that they have a right to (article 15 of the GDPR). Owns how one is ordered,
//! gathered, kept for a day and handed out, and its file format (`docs/register-extract.md`). So can an organisation's admins get one of
//! what their own organisation has (`by_organisation.rs`), which is kept nowhere.
//!
//! What is gathered and kept is the register: who the person is, and what was done when. Nothing that somebody wrote is in it. Titles, texts
//! and documents, and what requests say, are opened when the extract is handed out, as any reading is, so that the copy outlives nothing.

mod by_organisation;
mod end;
pub(crate) mod entity;
mod file;
mod gather;
mod handed;
mod make;
mod open;
mod order;
mod organisation_entity;
mod organisation_part;
mod part;

pub use by_organisation::{
    MadeOrganisationExtract, NewOrganisationExtract, ORGANISATION_EXTRACTS_A_DAY, OrganisationExtractError,
    OrganisationExtracts,
};
pub(crate) use by_organisation::{forget_old, forget_reasons, give};
pub(crate) use end::{destroy_keys_of, end_due, forget, withdraw, withdraw_about};
pub use file::{organisation_extract_json, register_extract_json};
pub use handed::{Handed, HandedCase, HandedDocument, HandedMessage, HandedRequest, LeftOut};
pub use make::MakeExtractError;
pub use open::OpenExtractError;
pub use order::{ExtractState, OrderExtractError, OwnExtract};
pub use organisation_part::{OrganisationAct, OrganisationExtract};
pub use part::{
    DeliveryState, KeptAct, KeptCase, KeptDelivery, KeptDevice, KeptDocument, KeptHold, KeptIdentifier,
    KeptMailConsent, KeptOrganisationActs, KeptOrganisationExtract, KeptRequest, KeptSession, KeptSignIn, KeptTerms,
    RegisterPart, WaitingMail,
};

use std::time::Duration;

use keyring::Field;

use base::RegisterExtractId;

/// How long an extract can be had.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How many a person may order within [`KEPT`], apart from those that broke off.
pub const EXTRACTS_A_DAY: u64 = 3;
/// How many with those.
const ORDERS_A_DAY: u64 = 10;
/// How long whoever makes one is believed to be at it since they last said so.
const LEASE: Duration = Duration::from_secs(2 * 60);

fn field(id: &RegisterExtractId) -> Field<'_> {
    Field::new("register_extract", "sealed", id.as_bytes())
}

#[cfg(test)]
mod organisation_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod time_zone_tests;
