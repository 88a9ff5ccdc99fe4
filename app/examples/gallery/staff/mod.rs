//! The staff's pages with made-up people, systems and mistakes, a file a subject.

mod account;
mod audit;
pub(crate) mod cases;
pub(crate) mod extracts;
mod holds;
mod members;
pub(crate) mod protocols;
mod provisioning;
mod requests;
mod retention;
mod systems;
mod way_in;

use app::{Assets, Audience, Language, Layout, Page, ProviderChoice, StaffFrame, StaffSection};
use base::Timestamp;
use portal::{Cursor, OpenRequests, SecondFactors};

use crate::samples::{NOW, layout};

const DAY: i64 = 86_400_000;

/// Pages of one subject, each with its name.
type Pages = Vec<(&'static str, Page)>;

/// A day so many days from now.
fn at(days: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + days * DAY)
}

/// Where a list goes on that has more than one part.
fn further() -> Option<Cursor> {
    "0.00000000-0000-0000-0000-000000000001".parse().ok()
}

/// An admin's surroundings: every part of the portal.
fn inside(language: Language, assets: &Assets, path: &str) -> Layout {
    let admin = Audience::Staff(StaffFrame {
        organisation: "Länsstyrelsen i Västernorrlands län".to_owned(),
        sections: StaffSection::ALL.to_vec(),
        has_notices: true,
        requests: OpenRequests { open: 3, overdue: 1 },
    });
    layout(language, assets, path, admin)
}

/// The surroundings of somebody on the way in.
fn outside(language: Language, assets: &Assets) -> Layout {
    layout(language, assets, "/staff/sign-in", Audience::StaffVisitor)
}

/// The way in that the preset for Entra ID gives.
fn work_account(language: Language) -> Vec<ProviderChoice> {
    let label = match language {
        Language::Swedish => "arbetskonto",
        Language::English => "work account",
    };
    vec![ProviderChoice {
        name: "entra".to_owned(),
        label: label.to_owned(),
        logo: None,
        last_used: false,
        seems_down: false,
        mode: None,
        highest_level: None,
        identifies: Vec::new(),
    }]
}

const fn factors(codes: bool, passkeys: bool) -> SecondFactors {
    SecondFactors { codes, passkeys }
}

/// Every page for staff, in every state worth seeing.
pub(crate) fn pages(language: Language, assets: &Assets) -> Vec<(String, Page)> {
    [
        way_in::pages(language, assets),
        account::pages(language, assets),
        cases::pages(language, assets),
        members::pages(language, assets),
        systems::pages(language, assets),
        provisioning::pages(language, assets),
        audit::pages(language, assets),
        protocols::pages(language, assets),
        retention::pages(language, assets),
        holds::pages(language, assets),
        requests::pages(language, assets),
        extracts::pages(language, assets),
    ]
    .into_iter()
    .flatten()
    .map(|(name, page)| (format!("staff-{name}"), page))
    .collect()
}
