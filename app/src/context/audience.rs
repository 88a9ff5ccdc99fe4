//! For whom a page is, and which parts of the portal its header offers staff.

use portal::OpenRequests;

/// For whom a page is. Recipients and staff have ways in, and out, of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Somebody who is not signed in, on a page for recipients.
    Visitor,
    /// A recipient who is signed in.
    Recipient,
    /// Somebody who is on their way in as a staff member.
    StaffVisitor,
    /// A staff member who is signed in.
    Staff(StaffFrame),
}

impl Audience {
    /// The page to begin at.
    #[must_use]
    pub const fn home(&self) -> &'static str {
        match self {
            Self::Visitor => "/",
            Self::Recipient => "/inbox",
            Self::StaffVisitor | Self::Staff(_) => "/staff",
        }
    }
}

/// What surrounds a staff member's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFrame {
    /// The organisation that they work for.
    pub organisation: String,
    /// The parts of the portal that their role gives them, in the order to show them.
    pub sections: Vec<StaffSection>,
    /// Whether something happened to their account that they should look at.
    pub has_notices: bool,
    /// How many requests wait for an answer, of which they may see that.
    pub requests: OpenRequests,
}

/// A part of the portal for staff, as its navigation shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffSection {
    /// The organisation's cases.
    Cases,
    /// The organisation's staff.
    Members,
    /// The organisation's systems and their credentials.
    Systems,
    /// The tokens by which the organisation's directory provisions its staff.
    Provisioning,
    /// How long the organisation keeps what it sends.
    Retention,
    /// What is held from being purged.
    Holds,
    /// What people ask the organisation to erase and correct.
    Requests,
    /// Extracts of what the organisation has registered about people.
    Extracts,
    /// How the organisation's staff sign in.
    SignInRules,
    /// The protocols of what was purged.
    Protocols,
    /// The organisation's audit log.
    Audit,
    /// The staff member's own account.
    Account,
}

impl StaffSection {
    /// Every part, in the order of the navigation.
    pub const ALL: [Self; 12] = [
        Self::Cases,
        Self::Members,
        Self::Systems,
        Self::Provisioning,
        Self::Retention,
        Self::Holds,
        Self::Requests,
        Self::Extracts,
        Self::SignInRules,
        Self::Protocols,
        Self::Audit,
        Self::Account,
    ];

    /// Where it begins.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Cases => "/staff/cases",
            Self::Members => "/staff/members",
            Self::Systems => "/staff/systems",
            Self::Provisioning => "/staff/provisioning",
            Self::Retention => "/staff/retention",
            Self::Holds => "/staff/holds",
            Self::Requests => "/staff/requests",
            Self::Extracts => "/staff/extracts",
            Self::SignInRules => "/staff/sign-in-rules",
            Self::Protocols => "/staff/protocols",
            Self::Audit => "/staff/audit",
            Self::Account => "/staff/account",
        }
    }

    /// The part that a page with this path belongs to.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let within = |section: &Self| {
            path.strip_prefix(section.path())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Self::ALL.into_iter().find(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_belongs_to_the_part_under_whose_path_it_lies() {
        for (path, section) in [
            ("/staff", None),
            ("/staff/cases", Some(StaffSection::Cases)),
            ("/staff/members", Some(StaffSection::Members)),
            ("/staff/members/new", Some(StaffSection::Members)),
            ("/staff/membership", None),
            ("/staffing", None),
            ("/inbox", None),
        ] {
            assert_eq!(StaffSection::of(path), section, "{path}");
        }
    }
}
