//! The staff's pages by their addresses, so that a browser can be sent back to one and to nothing else.

use std::fmt;

use base::{CaseId, DataRequestId, HoldId, PurgedId, StaffId, SystemId};

/// The longest name of an organisation, or token of an invitation, in an address; in bytes.
const MAX_SEGMENT: usize = 128;

/// A page for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Which organisation?
    Organisation,
    /// The sign-in page of the organisation with this name in addresses.
    SignIn(String),
    /// The page of the invitation with this token.
    Invitation(String),
    SecondFactor,
    SecondFactorSetUp,
    /// A passkey in place of the app with codes.
    PasskeySetUp,
    PasswordRenewal,
    SignedOut,
    /// Where everybody lands, which leads on to the first part that the role gives.
    Landing,
    Cases,
    Case(CaseId),
    Account,
    Password,
    OwnSecondFactor,
    NewPasskey,
    Sessions,
    Confirm,
    Members,
    NewMember,
    Member(StaffId),
    Systems,
    NewSystem,
    System(SystemId),
    Provisioning,
    Retention,
    /// The form that changes it.
    RetentionChange,
    /// The change that waits for another admin.
    RetentionPending,
    Holds,
    Hold(HoldId),
    Requests,
    Request(DataRequestId),
    Extracts,
    SignInRules,
    Protocols,
    Protocol(u64),
    Proofs(PurgedId),
    Audit,
}

impl Place {
    /// The page at `path`; `None` for anything that is not exactly one of them.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/staff")?;
        Some(match rest {
            "" => Self::Landing,
            "/cases" => Self::Cases,
            "/sign-in" => Self::Organisation,
            "/second-factor" => Self::SecondFactor,
            "/second-factor/set-up" => Self::SecondFactorSetUp,
            "/second-factor/set-up/passkey" => Self::PasskeySetUp,
            "/password/renew" => Self::PasswordRenewal,
            "/signed-out" => Self::SignedOut,
            "/account" => Self::Account,
            "/account/password" => Self::Password,
            "/account/second-factor" => Self::OwnSecondFactor,
            "/account/passkeys/new" => Self::NewPasskey,
            "/sessions" => Self::Sessions,
            "/confirm" => Self::Confirm,
            "/members" => Self::Members,
            "/members/new" => Self::NewMember,
            "/systems" => Self::Systems,
            "/systems/new" => Self::NewSystem,
            "/provisioning" => Self::Provisioning,
            "/retention" => Self::Retention,
            "/retention/change" => Self::RetentionChange,
            "/retention/pending" => Self::RetentionPending,
            "/holds" => Self::Holds,
            "/requests" => Self::Requests,
            "/extracts" => Self::Extracts,
            "/sign-in-rules" => Self::SignInRules,
            "/protocols" => Self::Protocols,
            "/audit" => Self::Audit,
            _ => {
                if let Some(name) = rest.strip_prefix("/sign-in/") {
                    Self::SignIn(segment(name)?)
                } else if let Some(token) = rest.strip_prefix("/invitations/") {
                    Self::Invitation(segment(token)?)
                } else if let Some(id) = rest.strip_prefix("/members/") {
                    Self::Member(id.parse().ok()?)
                } else if let Some(id) = rest.strip_prefix("/cases/") {
                    Self::Case(id.parse().ok()?)
                } else if let Some(id) = rest.strip_prefix("/holds/") {
                    Self::Hold(id.parse().ok()?)
                } else if let Some(id) = rest.strip_prefix("/requests/") {
                    Self::Request(id.parse().ok()?)
                } else if let Some(id) = rest.strip_prefix("/protocols/proofs/") {
                    Self::Proofs(id.parse().ok()?)
                } else if let Some(number) = rest.strip_prefix("/protocols/") {
                    Self::Protocol(ordinal(number)?)
                } else {
                    Self::System(rest.strip_prefix("/systems/")?.parse().ok()?)
                }
            }
        })
    }

    /// Whether a staff member must be signed in to see it, so that it makes sense to come back to it afterwards.
    pub(crate) const fn is_private(&self) -> bool {
        !matches!(
            self,
            Self::Organisation
                | Self::SignIn(_)
                | Self::Invitation(_)
                | Self::SecondFactor
                | Self::SecondFactorSetUp
                | Self::PasskeySetUp
                | Self::PasswordRenewal
                | Self::SignedOut
                | Self::Confirm
        )
    }
}

/// A number as it stands in a path: without signs or zeros before it, so that each has one address.
pub(super) fn ordinal(text: &str) -> Option<u64> {
    let number = text.parse().ok()?;
    (number > 0 && u64::to_string(&number) == text).then_some(number)
}

/// One part of a path that needs no escape.
fn segment(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let fits = !text.is_empty() && text.len() <= MAX_SEGMENT && text.bytes().all(plain);
    fits.then(|| text.to_owned())
}

impl fmt::Display for Place {
    /// Its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = match self {
            Self::Organisation => "/sign-in",
            Self::SecondFactor => "/second-factor",
            Self::SecondFactorSetUp => "/second-factor/set-up",
            Self::PasskeySetUp => "/second-factor/set-up/passkey",
            Self::PasswordRenewal => "/password/renew",
            Self::SignedOut => "/signed-out",
            Self::Landing => "",
            Self::Cases => "/cases",
            Self::Account => "/account",
            Self::Password => "/account/password",
            Self::OwnSecondFactor => "/account/second-factor",
            Self::NewPasskey => "/account/passkeys/new",
            Self::Sessions => "/sessions",
            Self::Confirm => "/confirm",
            Self::Members => "/members",
            Self::NewMember => "/members/new",
            Self::Systems => "/systems",
            Self::NewSystem => "/systems/new",
            Self::Provisioning => "/provisioning",
            Self::Retention => "/retention",
            Self::RetentionChange => "/retention/change",
            Self::RetentionPending => "/retention/pending",
            Self::Holds => "/holds",
            Self::Requests => "/requests",
            Self::Extracts => "/extracts",
            Self::SignInRules => "/sign-in-rules",
            Self::Protocols => "/protocols",
            Self::Audit => "/audit",
            Self::SignIn(name) => return write!(f, "/staff/sign-in/{name}"),
            Self::Invitation(token) => return write!(f, "/staff/invitations/{token}"),
            Self::Member(id) => return write!(f, "/staff/members/{id}"),
            Self::Case(id) => return write!(f, "/staff/cases/{id}"),
            Self::Hold(id) => return write!(f, "/staff/holds/{id}"),
            Self::Request(id) => return write!(f, "/staff/requests/{id}"),
            Self::Protocol(number) => return write!(f, "/staff/protocols/{number}"),
            Self::Proofs(id) => return write!(f, "/staff/protocols/proofs/{id}"),
            Self::System(id) => return write!(f, "/staff/systems/{id}"),
        };
        write!(f, "/staff{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_reads_back_from_its_address() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        for (path, private) in [
            ("/staff".to_owned(), true),
            ("/staff/cases".to_owned(), true),
            ("/staff/sign-in".to_owned(), false),
            ("/staff/sign-in/norrby-kommun".to_owned(), false),
            ("/staff/invitations/AbC_-9".to_owned(), false),
            ("/staff/second-factor".to_owned(), false),
            ("/staff/second-factor/set-up".to_owned(), false),
            ("/staff/second-factor/set-up/passkey".to_owned(), false),
            ("/staff/password/renew".to_owned(), false),
            ("/staff/signed-out".to_owned(), false),
            ("/staff/account".to_owned(), true),
            ("/staff/account/password".to_owned(), true),
            ("/staff/account/second-factor".to_owned(), true),
            ("/staff/account/passkeys/new".to_owned(), true),
            ("/staff/sessions".to_owned(), true),
            ("/staff/confirm".to_owned(), false),
            ("/staff/members".to_owned(), true),
            ("/staff/members/new".to_owned(), true),
            (format!("/staff/members/{id}"), true),
            ("/staff/systems".to_owned(), true),
            ("/staff/systems/new".to_owned(), true),
            (format!("/staff/systems/{id}"), true),
            ("/staff/provisioning".to_owned(), true),
            ("/staff/retention".to_owned(), true),
            ("/staff/retention/change".to_owned(), true),
            ("/staff/retention/pending".to_owned(), true),
            ("/staff/holds".to_owned(), true),
            (format!("/staff/holds/{id}"), true),
            ("/staff/requests".to_owned(), true),
            (format!("/staff/requests/{id}"), true),
            ("/staff/extracts".to_owned(), true),
            ("/staff/sign-in-rules".to_owned(), true),
            ("/staff/protocols".to_owned(), true),
            ("/staff/protocols/17".to_owned(), true),
            (format!("/staff/protocols/proofs/{id}"), true),
        ] {
            let place = Place::parse(&path).unwrap();
            assert_eq!(place.to_string(), path);
            assert_eq!(place.is_private(), private, "{path}");
        }
    }

    #[test]
    fn nothing_else_is_a_page() {
        for path in [
            "",
            "/",
            "/staff/",
            "/staffing",
            "//evil.example",
            "/staff/sign-in/",
            "/staff/sign-in/../x",
            "/staff/sign-in/a/b",
            "/staff/invitations/a?b",
            "/staff/members/x",
            "/staff/protocols/017",
            "/staff/protocols/-1",
            "/staff/protocols/1/protocol.pdf",
            "/staff/protocols/proofs/x",
            "/staff/systems/0192f0c1-2345-7abc-8def-0123456789ab/disable",
        ] {
            assert_eq!(Place::parse(path), None, "{path}");
        }
    }
}
