//! Who of an organisation's staff may do what: one table, role × action, used by every use case of staff. Owns the roles, the
//! actions and which of them ask for a fresh sign-in. Knows no account, no session and no page.

use std::fmt;
use std::str::FromStr;

/// What a staff member is in their organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sends messages and follows what becomes of them.
    Sender,
    /// Decides who else gets in, and how.
    Admin,
    /// Looks at everything that is to be answered for, and changes nothing.
    Auditor,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Self; 3] = [Self::Sender, Self::Admin, Self::Auditor];

    /// The role's name in storage and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Whether the role may do it.
    #[must_use]
    pub const fn allows(self, action: Action) -> bool {
        let right = action.right();
        match self {
            Self::Sender => right.sender,
            Self::Admin => right.admin,
            Self::Auditor => right.auditor,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no role's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// Something that staff do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See one's own account and sessions, change the password, end one's own sessions.
    OwnAccount,
    /// Set up, replace or remove one's own second factor, make new recovery codes.
    ChangeOwnSecondFactor,
    /// See the organisation's cases and their status.
    SeeCases,
    /// Close a case, or open it again.
    CloseCase,
    /// Keep one case for longer than the rules say.
    ExtendCase,
    /// See the organisation's staff.
    SeeStaff,
    /// Invite somebody, or invite somebody anew.
    InviteStaff,
    /// Change somebody's role or the dates between which they are let in.
    ChangeStaff,
    /// Let somebody in again who is locked out after wrong tries.
    UnlockStaff,
    /// End somebody's sessions.
    EndStaffSessions,
    /// Shut somebody out, or let them in again.
    DeactivateStaff,
    /// Decide whether recipients are told the names of staff.
    ShowStaffNames,
    /// See the organisation's systems.
    SeeSystems,
    /// Create and disable systems, and change their credentials and what they may do.
    ChangeSystems,
    /// See how staff must sign in.
    SeeSignInRules,
    /// Change how staff must sign in: second factor, passwords, networks.
    ChangeSignInRules,
    /// See which directories provision the organisation's staff, and with what tokens.
    SeeProvisioning,
    /// Make and withdraw the tokens by which directories provision staff.
    ChangeProvisioning,
    /// See how long the organisation keeps what it sends, and what falls due.
    SeeRetention,
    /// See what another decision on how long would do to what was sent already.
    SeeRetentionEffect,
    /// Decide how long the organisation keeps what it sends.
    ChangeRetention,
    /// See what is held and not purged, and since when.
    SeeHolds,
    /// Place holds, and decide whether recipients see them.
    PlaceHold,
    /// Lift holds.
    LiftHold,
    /// See which people ask for erasure and rectification, and what became of it.
    SeeRequests,
    /// Read what people ask for, and answer: erase, decline, take longer.
    AnswerRequest,
    /// Make an extract of what the organisation holds about a person, and see which were made.
    MakeRegisterExtract,
    /// See the protocols of what was purged, and what proves that something is in them.
    SeePurgeProtocols,
    /// See the organisation's audit log.
    SeeAudit,
    /// Take a copy of the organisation's audit log away.
    ExportAudit,
    /// Decide to which webhook checkpoints of the organisation's audit log go.
    ChangeAuditWebhook,
}

/// What a row of the table says.
struct Right {
    sender: bool,
    admin: bool,
    auditor: bool,
    step_up: bool,
}

impl Action {
    /// Every action there is, in the order of the table.
    pub const ALL: [Self; 31] = [
        Self::OwnAccount,
        Self::ChangeOwnSecondFactor,
        Self::SeeCases,
        Self::CloseCase,
        Self::ExtendCase,
        Self::SeeStaff,
        Self::InviteStaff,
        Self::ChangeStaff,
        Self::UnlockStaff,
        Self::EndStaffSessions,
        Self::DeactivateStaff,
        Self::ShowStaffNames,
        Self::SeeSystems,
        Self::ChangeSystems,
        Self::SeeSignInRules,
        Self::ChangeSignInRules,
        Self::SeeProvisioning,
        Self::ChangeProvisioning,
        Self::SeeRetention,
        Self::SeeRetentionEffect,
        Self::ChangeRetention,
        Self::SeeHolds,
        Self::PlaceHold,
        Self::LiftHold,
        Self::SeeRequests,
        Self::AnswerRequest,
        Self::MakeRegisterExtract,
        Self::SeePurgeProtocols,
        Self::SeeAudit,
        Self::ExportAudit,
        Self::ChangeAuditWebhook,
    ];

    /// The table.
    #[rustfmt::skip]
    const fn right(self) -> Right {
        //                                      sender admin  auditor fresh sign-in
        match self {
            Self::OwnAccount            => right(true,  true,  true,  false),
            Self::ChangeOwnSecondFactor => right(true,  true,  true,  true),
            Self::SeeCases              => right(true,  true,  false, false),
            Self::CloseCase             => right(true,  true,  false, false),
            Self::ExtendCase            => right(false, true,  false, false),
            Self::SeeStaff              => right(false, true,  true,  false),
            Self::InviteStaff           => right(false, true,  false, true),
            Self::ChangeStaff           => right(false, true,  false, true),
            Self::UnlockStaff           => right(false, true,  false, false),
            Self::EndStaffSessions      => right(false, true,  false, false),
            Self::DeactivateStaff       => right(false, true,  false, true),
            Self::ShowStaffNames        => right(false, true,  false, true),
            Self::SeeSystems            => right(false, true,  true,  false),
            Self::ChangeSystems         => right(false, true,  false, true),
            Self::SeeSignInRules        => right(false, true,  true,  false),
            Self::ChangeSignInRules     => right(false, true,  false, true),
            Self::SeeProvisioning       => right(false, true,  true,  false),
            Self::ChangeProvisioning    => right(false, true,  false, true),
            Self::SeeRetention          => right(false, true,  true,  false),
            Self::SeeRetentionEffect    => right(false, true,  false, false),
            Self::ChangeRetention       => right(false, true,  false, true),
            Self::SeeHolds              => right(false, true,  true,  false),
            Self::PlaceHold             => right(false, true,  false, false),
            Self::LiftHold              => right(false, true,  false, true),
            Self::SeeRequests           => right(false, true,  true,  false),
            Self::AnswerRequest         => right(false, true,  false, true),
            Self::MakeRegisterExtract   => right(false, true,  false, true),
            Self::SeePurgeProtocols     => right(false, true,  true,  false),
            Self::SeeAudit              => right(false, true,  true,  false),
            Self::ExportAudit           => right(false, true,  true,  true),
            Self::ChangeAuditWebhook    => right(false, true,  false, true),
        }
    }

    /// Whether it asks for a sign-in or a confirmation of at most five minutes ago.
    #[must_use]
    pub const fn needs_step_up(self) -> bool {
        self.right().step_up
    }

    /// The action's name in the audit log, which never changes its meaning.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OwnAccount => "own-account",
            Self::ChangeOwnSecondFactor => "change-own-second-factor",
            Self::SeeCases => "see-cases",
            Self::CloseCase => "close-case",
            Self::ExtendCase => "extend-case",
            Self::SeeStaff => "see-staff",
            Self::InviteStaff => "invite-staff",
            Self::ChangeStaff => "change-staff",
            Self::UnlockStaff => "unlock-staff",
            Self::EndStaffSessions => "end-staff-sessions",
            Self::DeactivateStaff => "deactivate-staff",
            Self::ShowStaffNames => "show-staff-names",
            Self::SeeSystems => "see-systems",
            Self::ChangeSystems => "change-systems",
            Self::SeeSignInRules => "see-sign-in-rules",
            Self::ChangeSignInRules => "change-sign-in-rules",
            Self::SeeProvisioning => "see-provisioning",
            Self::ChangeProvisioning => "change-provisioning",
            Self::SeeRetention => "see-retention",
            Self::SeeRetentionEffect => "see-retention-effect",
            Self::ChangeRetention => "change-retention",
            Self::SeeHolds => "see-holds",
            Self::PlaceHold => "place-hold",
            Self::LiftHold => "lift-hold",
            Self::SeeRequests => "see-requests",
            Self::AnswerRequest => "answer-request",
            Self::MakeRegisterExtract => "make-register-extract",
            Self::SeePurgeProtocols => "see-purge-protocols",
            Self::SeeAudit => "see-audit",
            Self::ExportAudit => "export-audit",
            Self::ChangeAuditWebhook => "change-audit-webhook",
        }
    }

    /// What the table in the documentation calls it.
    #[cfg(test)]
    const fn described(self) -> &'static str {
        match self {
            Self::OwnAccount => "see their own account and sessions, end sessions of their own, change their password",
            Self::ChangeOwnSecondFactor => "set up, replace or remove their own second factor, make new recovery codes",
            Self::SeeCases => "see the organisation's cases and their status",
            Self::CloseCase => "close a case, open it again",
            Self::ExtendCase => "keep one case for longer",
            Self::SeeStaff => "see the organisation's staff",
            Self::InviteStaff => "invite somebody, or anew",
            Self::ChangeStaff => "change somebody's role or dates",
            Self::UnlockStaff => "unlock somebody",
            Self::EndStaffSessions => "end somebody's sessions",
            Self::DeactivateStaff => "deactivate somebody, or let them in again",
            Self::ShowStaffNames => "decide whether recipients see the names of staff",
            Self::SeeSystems => "see the organisation's systems",
            Self::ChangeSystems => "create and disable systems, change their credentials and what they may do",
            Self::SeeSignInRules => "see how staff must sign in",
            Self::ChangeSignInRules => "change how staff must sign in: second factor, passwords, networks",
            Self::SeeProvisioning => "see what the organisation's directory provisions staff with",
            Self::ChangeProvisioning => "make and withdraw tokens for the organisation's directory",
            Self::SeeRetention => "see how long the organisation keeps what it sends, and what falls due",
            Self::SeeRetentionEffect => "see what other rules on how long would do, before deciding",
            Self::ChangeRetention => "decide how long the organisation keeps what it sends",
            Self::SeeHolds => "see what is held from being purged",
            Self::PlaceHold => "place a hold, decide whether recipients see that there is one",
            Self::LiftHold => "lift a hold",
            Self::SeeRequests => "see that people ask for erasure and rectification, and what became of it",
            Self::AnswerRequest => "read what people ask for, and answer it: erase, decline, take longer",
            Self::MakeRegisterExtract => "make an extract of what the organisation has registered about a person",
            Self::SeePurgeProtocols => "see the protocols of what was purged",
            Self::SeeAudit => "see the organisation's audit log and get its checkpoints",
            Self::ExportAudit => "export the organisation's audit log",
            Self::ChangeAuditWebhook => "decide to which webhook checkpoints of the audit log go",
        }
    }
}

const fn right(sender: bool, admin: bool, auditor: bool, step_up: bool) -> Right {
    Right {
        sender,
        admin,
        auditor,
        step_up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as it stands in `docs/security.md`.
    fn as_markdown() -> String {
        let mark = |yes: bool, mark: &'static str| if yes { mark } else { "–" };
        let mut text = String::from("| may | sender | admin | auditor | fresh sign-in |\n|---|---|---|---|---|\n");
        for action in Action::ALL {
            let [sender, admin, auditor] = Role::ALL.map(|role| mark(role.allows(action), "yes"));
            let step_up = mark(action.needs_step_up(), "asked for");
            let what = action.described();
            text.push_str(&format!("| {what} | {sender} | {admin} | {auditor} | {step_up} |\n"));
        }
        text
    }

    #[test]
    fn the_documentation_has_the_table_that_the_code_has() {
        let documentation = include_str!("../../../docs/security.md");
        let table = as_markdown();
        assert!(
            documentation.contains(&table),
            "docs/security.md must hold this table:\n{table}"
        );
    }

    #[test]
    fn every_action_stands_in_the_list_once_and_has_a_name_of_its_own() {
        for (index, action) in Action::ALL.into_iter().enumerate() {
            let before = &Action::ALL[..index];
            assert!(!before.contains(&action), "{action:?}");
            assert!(
                before.iter().all(|other| other.as_str() != action.as_str()),
                "{action:?}"
            );
        }
    }

    #[test]
    fn an_auditor_changes_nothing_but_their_own_account_and_takes_the_log_away() {
        let own = [Action::OwnAccount, Action::ChangeOwnSecondFactor, Action::ExportAudit];
        for action in Action::ALL {
            let sees = format!("{action:?}").starts_with("See");
            assert!(
                !Role::Auditor.allows(action) || sees || own.contains(&action),
                "{action:?}"
            );
        }
    }

    #[test]
    fn a_role_reads_back_from_its_name_and_nothing_else_is_one() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for text in ["", "Admin", "operator", "admin "] {
            assert_eq!(text.parse::<Role>(), Err(UnknownRole), "{text}");
        }
    }
}
