//! How the Elastic Common Schema sorts what was done: the four fields by which a SIEM tells a refusal from a success and a reading from a
//! change. Every action is in the table, so that a new one does not compile before somebody has said where it belongs.
//!
//! A row says what was done, which its chain proves; these fields follow from it, and a line of an export has them as the program of then
//! sorted. So the table says what it ever said, and a line must have one of that: a line with anything else was altered. (A version of the
//! table in each line would say no more, since nothing proves it.)

use super::AuditAction;

/// `event.kind`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    /// Something that a check of the portal's own found.
    Alert,
}

/// `event.category`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Authentication,
    Configuration,
    Email,
    /// What is sent, asked for and handed out: messages and documents, people's requests, extracts, protocols, archives, the log.
    File,
    Iam,
    IntrusionDetection,
    Session,
}

/// `event.type`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Access,
    Admin,
    Change,
    Creation,
    Deletion,
    End,
    Group,
    Info,
    Start,
    User,
}

/// `event.outcome`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
    /// It was begun, and no row tells how it ended.
    Unknown,
}

/// What an action is to ECS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) kind: Kind,
    pub(super) categories: &'static [Category],
    pub(super) types: &'static [Type],
    /// `None` for what could neither succeed nor fail: the portal or a person tells of something.
    pub(super) outcome: Option<Outcome>,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Alert => "alert",
        }
    }
}

impl Category {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Configuration => "configuration",
            Self::Email => "email",
            Self::File => "file",
            Self::Iam => "iam",
            Self::IntrusionDetection => "intrusion_detection",
            Self::Session => "session",
        }
    }
}

impl Type {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Admin => "admin",
            Self::Change => "change",
            Self::Creation => "creation",
            Self::Deletion => "deletion",
            Self::End => "end",
            Self::Group => "group",
            Self::Info => "info",
            Self::Start => "start",
            Self::User => "user",
        }
    }
}

impl Outcome {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

const fn done(categories: &'static [Category], types: &'static [Type]) -> Class {
    Class {
        kind: Kind::Event,
        categories,
        types,
        outcome: Some(Outcome::Success),
    }
}

const fn failed(categories: &'static [Category], types: &'static [Type]) -> Class {
    Class {
        outcome: Some(Outcome::Failure),
        ..done(categories, types)
    }
}

const fn told(categories: &'static [Category]) -> Class {
    Class {
        outcome: None,
        ..done(categories, &[Type::Info])
    }
}

impl Class {
    const fn as_alert(self) -> Self {
        Self {
            kind: Kind::Alert,
            ..self
        }
    }

    const fn of_unknown_end(self) -> Self {
        Self {
            outcome: Some(Outcome::Unknown),
            ..self
        }
    }

    /// Whether somebody should look at it: a check found it, it failed, or a person says that it was not them.
    pub(super) fn is_warning(self) -> bool {
        self.kind == Kind::Alert
            || self.outcome == Some(Outcome::Failure)
            || self.categories.contains(&Category::IntrusionDetection)
    }
}

/// What the table said before. A class that is replaced moves here, so that what was exported with it verifies.
const EARLIER: [(AuditAction, Class); 4] = [
    (
        AuditAction::StaffLocked,
        done(&[Category::Iam], &[Type::Change, Type::User]),
    ),
    (AuditAction::OrphanDeleted, done(&[Category::File], &[Type::Deletion])),
    (
        AuditAction::OrphansConfirmed,
        done(&[Category::File], &[Type::Deletion]),
    ),
    (AuditAction::BackupsPruned, done(&[Category::File], &[Type::Deletion])),
];

impl AuditAction {
    /// What it is to ECS, and before that was.
    pub(super) fn classes(self) -> impl Iterator<Item = Class> {
        let earlier = EARLIER.into_iter().filter(move |(action, _)| *action == self);
        std::iter::once(self.class()).chain(earlier.map(|(_, class)| class))
    }

    /// What it is to ECS.
    #[rustfmt::skip]
    pub(super) const fn class(self) -> Class {
        use Category::{Authentication, Configuration, Email, File, Iam, IntrusionDetection, Session};
        use Type::{Access, Admin, Change, Creation, Deletion, End, Group, Info, Start, User};
        match self {
            Self::RecipientSignedIn | Self::StaffSignedIn => done(&[Authentication, Session], &[Start]),
            Self::TokenIssued => done(&[Authentication], &[Start]),
            Self::RecipientSignInRefused | Self::StaffSignInRefused | Self::TokenRefused
            | Self::ProvisioningTokenRefused | Self::SystemOutsideNetworks => failed(&[Authentication], &[Start]),
            Self::StaffPasswordAccepted | Self::StaffConfirmed => done(&[Authentication], &[Info]),
            Self::RecipientSignedOut | Self::RecipientSignedOutByProvider | Self::RecipientSignedOutInFrame
            | Self::StaffSignedOut | Self::StaffSignedOutByProvider
            | Self::StaffSignedOutInFrame => done(&[Authentication, Session], &[End]),
            Self::RecipientSessionEnded | Self::StaffSessionEnded => done(&[Session], &[End]),
            Self::ProviderLogoutRefused => failed(&[Authentication], &[End]),
            Self::RecipientSignInReported => told(&[Authentication, IntrusionDetection]),

            Self::OrganisationCreated | Self::TenantAdded | Self::SystemCreated | Self::CredentialAdded
            | Self::ProvisioningTokenCreated => done(&[Iam], &[Admin, Creation]),
            Self::SystemDisabled | Self::SystemNetworksChanged
            | Self::SystemScopesChanged => done(&[Iam], &[Admin, Change]),
            Self::OrganisationDeleted | Self::OrganisationErased | Self::TenantRemoved | Self::CredentialWithdrawn
            | Self::ProvisioningTokenWithdrawn => done(&[Iam], &[Admin, Deletion]),
            Self::CredentialEnding => told(&[Iam]),
            Self::RecipientsMatched | Self::RecipientNoticesDismissed
            | Self::StaffNoticesDismissed => done(&[Iam], &[Info, User]),
            Self::StaffDenied => failed(&[Iam], &[Info]),
            Self::RecipientAddressCodeWrong => failed(&[Iam], &[Info, User]),
            Self::StaffInvited | Self::StaffCreated | Self::StaffProvisioned => done(&[Iam], &[Creation, User]),
            Self::RecipientLinked | Self::RecipientMailRefused | Self::RecipientMailAllowed
            | Self::RecipientAddressGiven | Self::RecipientAddressProven | Self::RecipientAddressDropped
            | Self::RecipientMailConsentWithdrawn | Self::RecipientTermsAccepted | Self::RecipientTermsWithdrawn
            | Self::StaffInvitationAccepted | Self::StaffUnlocked | Self::StaffPasswordChanged
            | Self::StaffSecondFactorSet | Self::StaffSecondFactorRemoved | Self::StaffRecoveryCodesMade
            | Self::StaffPasskeyAdded | Self::StaffPasskeyRemoved | Self::StaffRoleChanged
            | Self::StaffValidityChanged | Self::StaffDeactivated | Self::StaffReactivated
            | Self::StaffProvisioningChanged | Self::StaffProvisioningEnded => done(&[Iam], &[Change, User]),
            // By itself, after wrong tries.
            Self::StaffLocked => done(&[Iam], &[Change, User]).as_alert(),
            Self::RecipientForgotten => done(&[Iam], &[Deletion, User]),
            Self::GroupCreated => done(&[Iam], &[Creation, Group]),
            Self::GroupChanged | Self::GroupMemberAdded | Self::GroupMemberRemoved => done(&[Iam], &[Change, Group]),
            Self::GroupDeleted => done(&[Iam], &[Deletion, Group]),

            Self::StaffNamesShownChanged | Self::SignInRulesChanged | Self::RetentionChanged
            | Self::RetentionApprovalChanged | Self::HoldsShownChanged | Self::PurgeConfirmed
            | Self::SigningKeyRotated | Self::LedgerApplied | Self::LedgerTakenBack
            | Self::InstallationRestored => done(&[Configuration], &[Change]),
            Self::RetentionChangeAsked | Self::RetentionChangeWithdrawn => done(&[Configuration], &[Info]),
            Self::HoldPlaced | Self::AuditReceiverAdded | Self::AuditWebhookSet => done(&[Configuration], &[Creation]),
            Self::HoldLifted | Self::DaySecretDestroyed
            | Self::AuditWebhookRemoved => done(&[Configuration], &[Deletion]),
            Self::HoldsListed => done(&[Configuration], &[Access]),
            Self::PurgeStopped => told(&[Configuration]).as_alert(),

            Self::MessageSent | Self::DataRequestReceived | Self::RegisterExtractMade
            | Self::PurgeProtocolClosed => done(&[File], &[Creation]),
            Self::BackupBegun => done(&[File], &[Creation]).of_unknown_end(),
            // Each is written before anything goes.
            Self::PurgeBegun | Self::OrphanDeleted | Self::OrphansConfirmed
            | Self::BackupsPruned => done(&[File], &[Deletion]).of_unknown_end(),
            Self::RegisterExtractMadeByOrganisation => done(&[File], &[Access, Creation]),
            Self::CaseOpened | Self::CaseHistorySeen | Self::CasesListed | Self::DocumentViewed
            | Self::DocumentDownloaded | Self::MessageStatusRead | Self::DataRequestsListed | Self::RegisterExtractDownloaded
            | Self::AuditListed | Self::AuditExported | Self::AuditVerified
            | Self::PurgeProtocolsListed | Self::PurgeProtocolHandedOut | Self::PurgeProofHandedOut
            | Self::AuditCheckpointHandedOut => done(&[File], &[Access]),
            Self::DocumentCutOff | Self::RegisterExtractNothingFound => failed(&[File], &[Access]),
            Self::ContentDamaged => failed(&[File], &[Access]).as_alert(),
            Self::MessageRevoked | Self::CaseClosed | Self::CaseReopened | Self::CaseExtended | Self::CaseErased
            | Self::DataRequestWithdrawn | Self::DataRequestTakenUp | Self::DataRequestExtended
            | Self::DataRequestDeclined | Self::DataRequestGranted => done(&[File], &[Change]),
            Self::DeliveryPurged | Self::DocumentPurged | Self::MessagePurged | Self::DataRequestCarriedOut
            | Self::DataRequestPurged | Self::AuditLogCut => done(&[File], &[Deletion]),
            Self::RegisterExtractOrdered => done(&[File], &[Info]),
            Self::OrphansFound | Self::AuditRowLeftOut => told(&[File]).as_alert(),

            Self::NotificationGivenUp | Self::NotificationRefused => failed(&[Email], &[Info]),
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable as _;

    use super::*;

    /// The types that ECS 8.17 expects in each category that is used here.
    fn expected(category: Category) -> &'static [&'static str] {
        match category {
            Category::Authentication | Category::Session => &["start", "end", "info"],
            Category::Configuration | Category::File => &["access", "change", "creation", "deletion", "info"],
            Category::Email => &["info"],
            Category::Iam => &["admin", "change", "creation", "deletion", "group", "info", "user"],
            Category::IntrusionDetection => &["allowed", "denied", "info"],
        }
    }

    #[test]
    fn every_action_has_a_category_and_types_that_ecs_expects_there() {
        for action in AuditAction::iter() {
            let class = action.class();
            let name = action.as_str();
            assert!(!class.categories.is_empty() && !class.types.is_empty(), "{name}");
            for (index, of) in class.types.iter().enumerate() {
                let fits = |category: &Category| expected(*category).contains(&of.as_str());
                assert!(class.categories.iter().all(fits), "{name}: {of:?}");
                assert!(!class.types[..index].contains(of), "{name}: {of:?} twice");
            }
            let is_info = class.types == [Type::Info];
            assert!(class.outcome.is_some() || is_info, "{name} has no outcome");
            assert_eq!(AuditAction::named(name), Some(action));
        }
        assert_eq!(AuditAction::named("staff.promoted"), None);
    }

    #[test]
    fn what_failed_is_what_was_refused_denied_wrong_broken_off_given_up_or_gave_nothing() {
        let failed: Vec<_> = AuditAction::iter()
            .filter(|action| action.class().outcome == Some(Outcome::Failure))
            .map(AuditAction::as_str)
            .collect();
        assert_eq!(
            failed,
            [
                "system.outside-networks",
                "token.refused",
                "recipient.sign-in-refused",
                "recipient.address-code-wrong",
                "register-extract.nothing-found",
                "provider.logout-refused",
                "staff.sign-in-refused",
                "staff.denied",
                "provisioning.token-refused",
                "content.damaged",
                "document.cut-off",
                "notification.given-up",
                "notification.refused",
            ]
        );
    }

    #[test]
    fn a_warning_is_what_failed_what_a_check_found_and_what_a_person_reports() {
        let warnings = AuditAction::iter().filter(|action| action.class().is_warning());
        let mut but_failed: Vec<_> = warnings
            .filter(|action| action.class().outcome != Some(Outcome::Failure))
            .map(AuditAction::as_str)
            .collect();
        but_failed.sort_unstable();
        assert_eq!(
            but_failed,
            [
                "audit.row-left-out",
                "orphans.found",
                "purge.stopped",
                "recipient.sign-in-reported",
                "staff.locked",
            ]
        );
        let is_failure = |action: &AuditAction| action.class().outcome == Some(Outcome::Failure);
        assert!(AuditAction::iter().filter(is_failure).all(|it| it.class().is_warning()));
    }

    fn read(class: Class) -> String {
        let categories: Vec<_> = class.categories.iter().map(|it| it.as_str()).collect();
        let types: Vec<_> = class.types.iter().map(|it| it.as_str()).collect();
        let outcome = class.outcome.map_or("-", Outcome::as_str);
        format!(
            "{} {} {} {outcome}",
            class.kind.as_str(),
            categories.join("+"),
            types.join("+")
        )
    }

    /// A line is added for each class that some version exported, and none is ever changed or taken away.
    #[test]
    fn whatever_an_action_was_ever_sorted_as_still_verifies() {
        let exported: Vec<&str> = include_str!("class_vectors.txt").lines().collect();
        let of = |action: AuditAction| {
            action
                .classes()
                .map(move |class| format!("{} {}", action.as_str(), read(class)))
        };
        let known: Vec<String> = AuditAction::iter().flat_map(of).collect();
        for line in &exported {
            let is_known = known.iter().any(|known| known == line);
            assert!(is_known, "no longer verified, and so to be added to EARLIER: {line}");
        }
        for line in &known {
            assert!(
                exported.contains(&line.as_str()),
                "to be added to class_vectors.txt: {line}"
            );
        }
    }

    #[test]
    fn some_actions_as_a_siem_reads_them() {
        for (action, expected) in [
            (
                AuditAction::RecipientSignedIn,
                "event authentication+session start success",
            ),
            (AuditAction::StaffSignInRefused, "event authentication start failure"),
            (AuditAction::StaffDenied, "event iam info failure"),
            (AuditAction::StaffRoleChanged, "event iam change+user success"),
            (AuditAction::GroupMemberAdded, "event iam change+group success"),
            (AuditAction::DocumentDownloaded, "event file access success"),
            (AuditAction::ContentDamaged, "alert file access failure"),
            (AuditAction::DocumentPurged, "event file deletion success"),
            (AuditAction::RetentionChanged, "event configuration change success"),
            (AuditAction::HoldPlaced, "event configuration creation success"),
            (AuditAction::PurgeProtocolClosed, "event file creation success"),
            (AuditAction::RegisterExtractDownloaded, "event file access success"),
            (AuditAction::DataRequestPurged, "event file deletion success"),
            (AuditAction::OrphansFound, "alert file info -"),
            (AuditAction::AuditRowLeftOut, "alert file info -"),
            (AuditAction::InstallationRestored, "event configuration change success"),
            (AuditAction::BackupBegun, "event file creation unknown"),
            (AuditAction::OrphanDeleted, "event file deletion unknown"),
            // Who refuses mails succeeds in it.
            (AuditAction::RecipientMailRefused, "event iam change+user success"),
        ] {
            assert_eq!(read(action.class()), expected);
        }
    }
}
