//! What an extract has that an organisation makes: what it has registered itself about a person, and nothing else. There is no place in
//! these types for what is the portal's or another organisation's.

use base::{Personnummer, RegisterExtractId, Timestamp};
use serde::{Deserialize, Serialize};

use super::handed::{HandedCase, HandedRequest};
use super::part::{KeptCase, KeptHold};

/// An extract of what one organisation has registered about a person. Personal data, so it does not print itself.
#[derive(Clone, PartialEq)]
pub struct OrganisationExtract {
    /// The extract.
    pub id: RegisterExtractId,
    /// The organisation's name.
    pub organisation: String,
    /// The number that the organisation asked for; whatever else the person is known by is not told.
    pub number: Personnummer,
    /// When it was made.
    pub made_at: Timestamp,
    /// The organisation's cases with the person, the earliest first.
    pub cases: Vec<KeptCase>,
    /// Of these cases, what the organisation's staff may see of what was sent: titles.
    pub shown: Vec<HandedCase>,
    /// What the person asked the organisation to erase or put right, the latest first.
    pub requests: Vec<HandedRequest>,
    /// Holds on all that the organisation sends the person, where it lets the person see that.
    pub holds: Vec<KeptHold>,
    /// What the organisation's log has of what was done with these, the latest first.
    pub acts: Vec<OrganisationAct>,
    /// Whether there is more than an extract holds.
    pub is_cut: bool,
}

/// Something that was done, as the organisation's log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationAct {
    /// When.
    pub at: Timestamp,
    /// What, by its stored name.
    pub action: String,
    /// What kind of actor did it, by its stored name; of recipients, it is the person.
    pub actor_kind: String,
    /// The name of who did it, of the organisation's systems, and of its staff where it lets its recipients know their names.
    pub actor: Option<String>,
    /// What kind of thing it was done to.
    pub target_kind: Option<String>,
    /// The id of it; none when that is the person.
    pub target: Option<String>,
}
