//! What the server hands to a page.

use std::time::Duration;

use base::{RequestId, Timestamp};
use portal::{AssuranceLevel, IdentifierKind, OpenRequests, Portal, RecipientActor};

use crate::assets::Assets;
use crate::texts::Language;

/// What every page needs, also an error page that is shown when nothing else works. Cheap to make.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The language that the person chose, or that their browser asks for.
    pub language: Language,
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: String,
    /// The site's files.
    pub assets: Assets,
    /// The path of the page itself without its query, for the language form to come back to.
    pub path: String,
    /// The request, shown on error pages so that a person can name it to support.
    pub request: RequestId,
    /// For whom the page is, which decides what its header and footer offer.
    pub audience: Audience,
    /// In how long the session ends unless it is used before, for somebody who is signed in.
    pub session_ends_in: Option<SessionEndsIn>,
    /// Whether the page shows something this once, so that nothing on it may lead to its being asked for again.
    pub shown_once: bool,
    /// Who runs the portal, when the configuration says so.
    pub contact: Option<Contact>,
}

impl Layout {
    /// What surrounds a page that shows something this once.
    pub(crate) fn once(&self) -> Self {
        Self {
            shown_once: true,
            ..self.clone()
        }
    }
}

/// How long a session lasts, and what comes then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEndsIn {
    /// How long, unless it is used before.
    pub left: Duration,
    /// Whether it lasts longer when it is used.
    pub can_stay: bool,
    /// The path of the page to ask for when it has ended, which says so.
    pub leave_for: String,
}

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

/// Who runs the portal and answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The operator's name as people know it.
    pub operator: String,
    /// Where people can write when something does not work for them.
    pub email: String,
}

/// What a page loads from and shows itself with; made by the server for each request.
#[derive(Clone)]
pub struct PageContext {
    /// What surrounds the page.
    pub layout: Layout,
    /// The domain.
    pub portal: Portal,
    /// Who reads; `None` on pages for everybody.
    pub actor: Option<RecipientActor>,
    /// The time now, for "in 3 days".
    pub now: Timestamp,
    /// The installation's time zone, for dates that belong to no organisation.
    pub time_zone: jiff::tz::TimeZone,
    /// The ways in, in the order to show them.
    pub providers: Vec<ProviderChoice>,
    /// The name of the one by which the reader came, on pages that ask for it.
    pub came_by: Option<String>,
    /// A message to show once.
    pub flash: Option<Flash>,
}

/// A way to sign in, offered as a button that posts to `/sign-in/{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderChoice {
    /// The name in the configuration; lower-case letters, digits and dashes.
    pub name: String,
    /// What people call it, such as `BankID`.
    pub label: String,
    /// The picture on its button, in place of our own.
    pub logo: Option<Logo>,
    /// Whether it is the one of several that was used last on this device.
    pub last_used: bool,
    /// Whether it did not answer a moment ago.
    pub seems_down: bool,
    /// The device mode that fits this device, when the provider is asked otherwise in one than in the other.
    pub mode: Option<DeviceMode>,
    /// The highest level of assurance at which recipients sign in through it.
    pub highest_level: Option<AssuranceLevel>,
    /// The kinds of identifiers by which it knows recipients, each of its own accord.
    pub identifies: Vec<IdentifierKind>,
}

/// A provider's picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// A path of ours.
    pub address: String,
    /// In pixels, so that the page does not move when the picture comes.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// On which device a person identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceMode {
    /// The one where they read.
    ThisDevice,
    /// Another, such as a phone beside a computer.
    OtherDevice,
}

impl DeviceMode {
    /// How forms name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThisDevice => "this",
            Self::OtherDevice => "other",
        }
    }

    /// The mode that a form names so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ThisDevice, Self::OtherDevice]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    /// The other of the two.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::ThisDevice => Self::OtherDevice,
            Self::OtherDevice => Self::ThisDevice,
        }
    }
}

/// What a page tells once to a person who was brought there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flash {
    /// They opened a page that needs them to sign in first; the server brings them back to it afterwards.
    SignInFirst,
    /// Their session ran out.
    SessionEnded,
    /// They broke off the sign-in themselves.
    SignInCancelled,
    /// They ended one of their other sign-ins.
    OneEnded,
    /// They ended all their other sign-ins.
    OthersEnded,
    /// They said of one of their sign-ins that it was not them.
    SignInReported,
    /// They want no mails any more.
    MailRefused,
    /// They want mails again.
    MailAllowed,
    /// Another code was sent to their address.
    CodeSentAgain,
    /// They gave up an address that they had yet to prove.
    AddressDropped,
    /// They proved that an address is theirs.
    AddressProven,
    /// They ordered the copy of what is held about them.
    ExtractOrdered,
    /// They have ordered as many as they may within a day.
    ExtractsTooMany,
    /// Their organisation asks for more since they signed in.
    MoreAsked,
    /// They changed their password.
    PasswordChanged,
    /// They turned codes from an app off.
    SecondFactorRemoved,
    /// They added a passkey.
    PasskeyAdded,
    /// They removed a passkey.
    PasskeyRemoved,
    /// They proved that it is them; what they wanted to do is still to be done.
    NotDoneYet,
    /// They changed a staff member's role or days.
    MemberSaved,
    /// They unlocked a staff member's account.
    MemberUnlocked,
    /// They ended a staff member's sessions.
    MemberSessionsEnded,
    /// They shut a staff member out.
    MemberDeactivated,
    /// They let a staff member in again.
    MemberReactivated,
    /// They decided whether recipients see the names of staff.
    NamesShownSaved,
    /// They changed a system.
    SystemSaved,
    /// They took back a credential of a system, or a token of a directory.
    CredentialWithdrawn,
    /// They registered a public key of a system.
    KeyAdded,
    /// They registered a key set of a system.
    KeySetAdded,
    /// They shut a system out.
    SystemDisabled,
    /// They decided how long the organisation keeps what it sends.
    RetentionSaved,
    /// They closed a case.
    CaseClosed,
    /// They opened a case again.
    CaseReopened,
    /// They extended a case.
    CaseExtended,
    /// They decided what another admin must approve.
    RetentionWaits,
    /// They withdrew what waited for another admin.
    RetentionWithdrawn,
    /// They demanded a second admin.
    RetentionApprovalOn,
    /// What they decided about does not wait any more.
    RetentionGone,
    /// They placed a hold.
    HoldPlaced,
    /// They placed a hold that came too late for a part.
    HoldPlacedInPart,
    /// They lifted a hold.
    HoldLifted,
    /// They decided whether recipients see holds.
    HoldsShownSaved,
    /// They sent a request.
    RequestMade,
    /// They took back a request.
    RequestWithdrawn,
    /// What they wanted to take back was answered.
    RequestAnsweredAlready,
    /// They took back that they accepted the terms.
    TermsWithdrawn,
    /// They take care of a request.
    RequestTakenUp,
    /// They granted a request.
    RequestGranted,
    /// They granted a request of which something is held.
    RequestGrantedWaits,
    /// They declined a request.
    RequestDeclined,
    /// They took more time for a request.
    RequestExtended,
    /// Their organisation has nothing about whom they asked for.
    ExtractNothing,
    /// They changed the rules for signing in.
    RulesSaved,
    /// They let checkpoints of the log go to a webhook.
    WebhookSaved,
    /// They let them go to none any more.
    WebhookRemoved,
}

impl Flash {
    /// Every message.
    pub const ALL: [Self; 55] = [
        Self::SignInFirst,
        Self::SessionEnded,
        Self::SignInCancelled,
        Self::OneEnded,
        Self::OthersEnded,
        Self::SignInReported,
        Self::MailRefused,
        Self::MailAllowed,
        Self::CodeSentAgain,
        Self::AddressDropped,
        Self::AddressProven,
        Self::ExtractOrdered,
        Self::ExtractsTooMany,
        Self::MoreAsked,
        Self::PasswordChanged,
        Self::SecondFactorRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::NotDoneYet,
        Self::MemberSaved,
        Self::MemberUnlocked,
        Self::MemberSessionsEnded,
        Self::MemberDeactivated,
        Self::MemberReactivated,
        Self::NamesShownSaved,
        Self::SystemSaved,
        Self::CredentialWithdrawn,
        Self::KeyAdded,
        Self::KeySetAdded,
        Self::SystemDisabled,
        Self::RetentionSaved,
        Self::CaseClosed,
        Self::CaseReopened,
        Self::CaseExtended,
        Self::RetentionWaits,
        Self::RetentionWithdrawn,
        Self::RetentionApprovalOn,
        Self::RetentionGone,
        Self::HoldPlaced,
        Self::HoldPlacedInPart,
        Self::HoldLifted,
        Self::HoldsShownSaved,
        Self::RequestMade,
        Self::RequestWithdrawn,
        Self::RequestAnsweredAlready,
        Self::TermsWithdrawn,
        Self::RequestTakenUp,
        Self::RequestGranted,
        Self::RequestGrantedWaits,
        Self::RequestDeclined,
        Self::RequestExtended,
        Self::ExtractNothing,
        Self::RulesSaved,
        Self::WebhookSaved,
        Self::WebhookRemoved,
    ];

    /// The message's name, which is the key of its text too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignInFirst => "landing-sign-in-first",
            Self::SessionEnded => "landing-session-ended",
            Self::SignInCancelled => "landing-sign-in-cancelled",
            Self::OneEnded => "sessions-one-ended",
            Self::OthersEnded => "sessions-others-ended",
            Self::SignInReported => "sign-ins-reported",
            Self::MailRefused => "mail-refused-now",
            Self::MailAllowed => "mail-allowed-now",
            Self::CodeSentAgain => "mail-code-sent-again",
            Self::AddressDropped => "mail-dropped-now",
            Self::AddressProven => "mail-proven-now",
            Self::ExtractOrdered => "extract-ordered",
            Self::ExtractsTooMany => "extract-too-many",
            Self::MoreAsked => "staff-more-asked",
            Self::PasswordChanged => "account-password-changed",
            Self::SecondFactorRemoved => "account-second-factor-removed",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::NotDoneYet => "confirm-not-done-yet",
            Self::MemberSaved => "member-saved",
            Self::MemberUnlocked => "member-unlocked",
            Self::MemberSessionsEnded => "member-sessions-ended",
            Self::MemberDeactivated => "member-deactivated",
            Self::MemberReactivated => "member-reactivated",
            Self::NamesShownSaved => "members-names-saved",
            Self::SystemSaved => "system-saved",
            Self::CredentialWithdrawn => "system-withdrawn",
            Self::KeyAdded => "system-key-added",
            Self::KeySetAdded => "system-key-set-added",
            Self::SystemDisabled => "system-disabled",
            Self::RetentionSaved => "retention-saved",
            Self::CaseClosed => "staff-case-closed-now",
            Self::CaseReopened => "staff-case-reopened-now",
            Self::CaseExtended => "staff-case-extended-now",
            Self::RetentionWaits => "retention-waits-now",
            Self::RetentionWithdrawn => "retention-withdrawn-now",
            Self::RetentionApprovalOn => "retention-approval-on-now",
            Self::RetentionGone => "retention-gone-now",
            Self::HoldPlaced => "hold-placed-flash",
            Self::HoldPlacedInPart => "hold-placed-in-part",
            Self::HoldLifted => "hold-lifted-flash",
            Self::HoldsShownSaved => "holds-shown-saved",
            Self::RequestMade => "request-made",
            Self::RequestWithdrawn => "request-withdrawn",
            Self::RequestAnsweredAlready => "request-answered-already",
            Self::TermsWithdrawn => "terms-withdrawn",
            Self::RequestTakenUp => "request-taken-up-flash",
            Self::RequestGranted => "request-granted-flash",
            Self::RequestGrantedWaits => "request-granted-waits-flash",
            Self::RequestDeclined => "request-declined-flash",
            Self::RequestExtended => "request-extended-flash",
            Self::ExtractNothing => "extracts-nothing-found",
            Self::RulesSaved => "rules-saved",
            Self::WebhookSaved => "audit-webhook-saved",
            Self::WebhookRemoved => "audit-webhook-removed",
        }
    }

    /// The message with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flash| flash.name() == name)
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
