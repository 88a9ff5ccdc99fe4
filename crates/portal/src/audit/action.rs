//! What can be done, in the words of the log.

use sea_orm::{EnumIter, Iterable as _};

/// What was done. The names are stored and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub(crate) enum AuditAction {
    OrganisationCreated,
    /// It was closed, and all that it has is withdrawn; the detail is how many messages that was.
    OrganisationDeleted,
    /// Nothing was left of it to purge, and its key, its accounts and its systems' credentials were destroyed.
    OrganisationErased,
    /// A directory of Entra ID is one of the organisation's from now on.
    TenantAdded,
    TenantRemoved,
    SystemCreated,
    SystemDisabled,
    SystemNetworksChanged,
    SystemScopesChanged,
    /// Right credentials or a right token, from where the system may not come from.
    SystemOutsideNetworks,
    CredentialAdded,
    CredentialWithdrawn,
    /// The organisation was told that a credential ends soon.
    CredentialEnding,
    TokenIssued,
    TokenRefused,
    RecipientsMatched,
    MessageSent,
    MessageStatusRead,
    MessageRevoked,
    RecipientSignedIn,
    /// Somebody who signed in turned out to be a person who was known by something else.
    RecipientLinked,
    RecipientSignInRefused,
    RecipientSignedOut,
    /// A person ended one of their own sessions from another.
    RecipientSessionEnded,
    /// A person said of one of their sign-ins that it was not them.
    RecipientSignInReported,
    /// A person said that they want no mails, and their address was erased.
    RecipientMailRefused,
    RecipientMailAllowed,
    /// A person gave an address of their own and agreed to be mailed; a code was sent to it. The detail is the consent's version.
    RecipientAddressGiven,
    /// They gave the code back, so the address is theirs and the consent holds; the detail is its version.
    RecipientAddressProven,
    RecipientAddressCodeWrong,
    /// They gave up an address before they had proven it.
    RecipientAddressDropped,
    /// They withdrew the consent; every address was erased.
    RecipientMailConsentWithdrawn,
    /// A person ordered the copy of what is held about them.
    RegisterExtractOrdered,
    /// It was gathered, in their session.
    RegisterExtractMade,
    /// They had it handed out.
    RegisterExtractDownloaded,
    /// An organisation took a copy of what it has registered about a person; the detail is the extract's id.
    RegisterExtractMadeByOrganisation,
    /// It wanted one about somebody of whom it has nothing, who is not named; the detail is the same.
    RegisterExtractNothingFound,
    /// A person accepted terms; the detail is their version.
    RecipientTermsAccepted,
    RecipientTermsWithdrawn,
    /// A person said of new kinds of devices that it was them.
    RecipientNoticesDismissed,
    /// The provider that identified a person said that they have signed out there.
    RecipientSignedOutByProvider,
    /// Somebody who knew what the provider calls its session said so, in a frame of a page.
    RecipientSignedOutInFrame,
    /// Somebody said so who is not the provider, or says it again.
    ProviderLogoutRefused,
    StaffInvited,
    StaffInvitationAccepted,
    StaffPasswordAccepted,
    StaffSignedIn,
    StaffSignInRefused,
    /// Somebody signed in for the first time whom their directory gave a role.
    StaffCreated,
    StaffLocked,
    StaffUnlocked,
    StaffSignedOut,
    /// A staff member's directory said that they have signed out there.
    StaffSignedOutByProvider,
    /// Somebody who knew what the directory calls its session said so, in a frame of a page.
    StaffSignedOutInFrame,
    /// A staff member ended one of their own sessions from another, or an admin ended all of somebody's.
    StaffSessionEnded,
    StaffConfirmed,
    /// A staff member asked for something that their role does not allow.
    StaffDenied,
    StaffNoticesDismissed,
    StaffPasswordChanged,
    StaffSecondFactorSet,
    StaffSecondFactorRemoved,
    StaffRecoveryCodesMade,
    StaffPasskeyAdded,
    StaffPasskeyRemoved,
    StaffRoleChanged,
    StaffValidityChanged,
    StaffDeactivated,
    StaffReactivated,
    /// Whether recipients are told the names of staff: the detail is `shown` or `hidden`.
    StaffNamesShownChanged,
    SignInRulesChanged,
    /// An organisation decided on a version of its retention policy; the detail is its number.
    RetentionChanged,
    /// An admin asked for a change that needs a second one; the detail is its id.
    RetentionChangeAsked,
    /// An admin withdrew what waited for a second one; the detail is its id.
    RetentionChangeWithdrawn,
    /// Whether a second admin is asked: the detail is `required` or `not-required`.
    RetentionApprovalChanged,
    /// Something is kept from being purged; the detail is the hold's id.
    HoldPlaced,
    /// The same is let go, in seven days; the detail is the hold's id.
    HoldLifted,
    /// Whether recipients see that there is a hold: the detail is `shown` or `hidden`.
    HoldsShownChanged,
    /// A staff member looked at the list of holds, with whom they are on; the detail is how many stand and are lifted of those that were shown,
    /// each with the ids of the first and the last.
    HoldsListed,
    /// A person asked for erasure or rectification; the detail is which.
    DataRequestReceived,
    DataRequestWithdrawn,
    /// Somebody of the organisation takes care of it.
    DataRequestTakenUp,
    /// The organisation takes two months more.
    DataRequestExtended,
    DataRequestDeclined,
    DataRequestGranted,
    /// Everything that was to be erased for it is.
    DataRequestCarriedOut,
    /// It was kept for as long as requests are, and is deleted.
    DataRequestPurged,
    /// A staff member looked at who asks, where the detail is how many are open and answered of those that were shown, each with the ids of the
    /// first and the last; or at one request with what is asked for.
    DataRequestsListed,
    /// What was in a case was withdrawn to be destroyed, at its recipient's request; the detail is the request's id.
    CaseErased,
    ProvisioningTokenCreated,
    ProvisioningTokenWithdrawn,
    /// Somebody came with a token that is none of a directory's.
    ProvisioningTokenRefused,
    /// A directory made an account, or took one over that a sign-in had made.
    StaffProvisioned,
    /// A directory said something new of somebody.
    StaffProvisioningChanged,
    /// A directory gave somebody up; the account is shut.
    StaffProvisioningEnded,
    GroupCreated,
    GroupChanged,
    GroupDeleted,
    /// Somebody joined or left a group that gives its members a role; the detail is the group's id.
    GroupMemberAdded,
    GroupMemberRemoved,
    CaseOpened,
    /// A person looked at what has happened to a case of theirs, with the names of what they had opened in it.
    CaseHistorySeen,
    CaseClosed,
    CaseReopened,
    /// A case is kept for longer; the detail is its last day.
    CaseExtended,
    /// A staff member looked at what their organisation had sent, and to whom: some of it, where the detail is how many messages, and the ids of
    /// the first and the last; or a case. The page of a hold is such a look too, so that
    /// it does not tell a recipient of a hold.
    CasesListed,
    DocumentViewed,
    DocumentDownloaded,
    /// What is stored of a message or document is missing or altered.
    ContentDamaged,
    /// A running stream was broken off because the right to read had ended.
    DocumentCutOff,
    DeliveryPurged,
    DocumentPurged,
    MessagePurged,
    /// The purge stands still until the operator confirms it; the detail is how many documents wait.
    PurgeStopped,
    /// The operator let everything be purged that is due and may go; or the portal begins to destroy keys, and the detail is of how many texts,
    /// documents or people.
    PurgeBegun,
    /// The operator let the purge go on; the detail is how many documents waited.
    PurgeConfirmed,
    /// What was purged was summed up and signed; the detail is the protocol's number.
    PurgeProtocolClosed,
    /// Somebody looked at which protocols there are.
    PurgeProtocolsListed,
    /// Somebody got a protocol; the detail is its number.
    PurgeProtocolHandedOut,
    /// Somebody got the proofs of what was purged.
    PurgeProofHandedOut,
    RecipientForgotten,
    /// A mail was not sent within three days.
    NotificationGivenUp,
    /// A mail was refused for good by the server that it was to go to.
    NotificationRefused,
    DaySecretDestroyed,
    /// Another key signs from now on; the detail is the id of the one before.
    SigningKeyRotated,
    /// What the ledger tells and the databases did not know was done again; the detail is the numbers of its batches.
    LedgerApplied,
    /// What the ledger was told and nobody did was taken back; the detail is the number of the batch.
    LedgerTakenBack,
    /// A key or a blob that nothing names was deleted; the detail is which of the two.
    OrphanDeleted,
    /// There are too many of these to delete them without a word; the detail is how many.
    OrphansFound,
    /// The operator had so many of these deleted as the detail says.
    OrphansConfirmed,
    /// Somebody let an archive be made; the detail is of which part.
    BackupBegun,
    /// Archives of the key provider were deleted, since their time was over; the detail is how many.
    BackupsPruned,
    /// The installation was restored from archives; the detail is its generation from now on.
    InstallationRestored,
    /// Somebody got a checkpoint of the log; the detail is the number of its row.
    AuditCheckpointHandedOut,
    AuditExported,
    AuditRowLeftOut,
    /// The operator got to know whether the log is as it was written.
    AuditVerified,
    /// Rows that had been kept for as long as the log is were deleted.
    AuditLogCut,
    /// A staff member looked at their organisation's log.
    AuditListed,
    /// The log, or its checkpoints, go to somebody by themselves from now on; the detail is who and where, as the
    /// configuration has it.
    AuditReceiverAdded,
    /// An admin lets checkpoints of their organisation's log go to a webhook from now on; the detail is its id.
    AuditWebhookSet,
    /// They go there no more; the detail is its id and the row of the last checkpoint that it got, or 0.
    AuditWebhookRemoved,
}

impl AuditAction {
    /// The action with that stored name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::iter().find(|action| action.as_str() == name)
    }

    /// Its name where there is little room: at most 32 printable ASCII characters, as in a MSGID of syslog (RFC 5424). An action
    /// whose stored name is longer has a shorter one here, which is no other's.
    pub(super) const fn short_name(self) -> &'static str {
        match self {
            Self::RegisterExtractMadeByOrganisation => "register-extract.by-organisation",
            _ => self.as_str(),
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OrganisationCreated => "organisation.created",
            Self::OrganisationDeleted => "organisation.deleted",
            Self::OrganisationErased => "organisation.erased",
            Self::TenantAdded => "tenant.added",
            Self::TenantRemoved => "tenant.removed",
            Self::SystemCreated => "system.created",
            Self::SystemDisabled => "system.disabled",
            Self::SystemNetworksChanged => "system.networks-changed",
            Self::SystemScopesChanged => "system.scopes-changed",
            Self::SystemOutsideNetworks => "system.outside-networks",
            Self::CredentialAdded => "credential.added",
            Self::CredentialWithdrawn => "credential.withdrawn",
            Self::CredentialEnding => "credential.ending",
            Self::TokenIssued => "token.issued",
            Self::TokenRefused => "token.refused",
            Self::RecipientsMatched => "recipients.matched",
            Self::MessageSent => "message.sent",
            Self::MessageStatusRead => "message.status-read",
            Self::MessageRevoked => "message.revoked",
            Self::RecipientSignedIn => "recipient.signed-in",
            Self::RecipientLinked => "recipient.linked",
            Self::RecipientSignInRefused => "recipient.sign-in-refused",
            Self::RecipientSignedOut => "recipient.signed-out",
            Self::RecipientSessionEnded => "recipient.session-ended",
            Self::RecipientMailRefused => "recipient.mail-refused",
            Self::RecipientTermsAccepted => "recipient.terms-accepted",
            Self::RecipientTermsWithdrawn => "recipient.terms-withdrawn",
            Self::RecipientMailAllowed => "recipient.mail-allowed",
            Self::RecipientAddressGiven => "recipient.address-given",
            Self::RecipientAddressProven => "recipient.address-proven",
            Self::RecipientAddressCodeWrong => "recipient.address-code-wrong",
            Self::RecipientAddressDropped => "recipient.address-dropped",
            Self::RecipientMailConsentWithdrawn => "recipient.mail-consent-withdrawn",
            Self::RecipientSignInReported => "recipient.sign-in-reported",
            Self::RecipientNoticesDismissed => "recipient.notices-dismissed",
            Self::RecipientSignedOutByProvider => "recipient.signed-out-by-provider",
            Self::RecipientSignedOutInFrame => "recipient.signed-out-in-frame",
            Self::ProviderLogoutRefused => "provider.logout-refused",
            Self::StaffInvited => "staff.invited",
            Self::StaffInvitationAccepted => "staff.invitation-accepted",
            Self::StaffPasswordAccepted => "staff.password-accepted",
            Self::StaffSignedIn => "staff.signed-in",
            Self::StaffSignInRefused => "staff.sign-in-refused",
            Self::StaffCreated => "staff.created",
            Self::StaffLocked => "staff.locked",
            Self::StaffUnlocked => "staff.unlocked",
            Self::StaffSignedOut => "staff.signed-out",
            Self::StaffSignedOutByProvider => "staff.signed-out-by-provider",
            Self::StaffSignedOutInFrame => "staff.signed-out-in-frame",
            Self::StaffSessionEnded => "staff.session-ended",
            Self::StaffDenied => "staff.denied",
            Self::StaffConfirmed => "staff.confirmed",
            Self::StaffNoticesDismissed => "staff.notices-dismissed",
            Self::StaffPasswordChanged => "staff.password-changed",
            Self::StaffSecondFactorSet => "staff.second-factor-set",
            Self::StaffSecondFactorRemoved => "staff.second-factor-removed",
            Self::StaffRecoveryCodesMade => "staff.recovery-codes-made",
            Self::StaffPasskeyAdded => "staff.passkey-added",
            Self::StaffPasskeyRemoved => "staff.passkey-removed",
            Self::StaffRoleChanged => "staff.role-changed",
            Self::StaffValidityChanged => "staff.validity-changed",
            Self::StaffDeactivated => "staff.deactivated",
            Self::StaffReactivated => "staff.reactivated",
            Self::StaffNamesShownChanged => "staff.names-shown-changed",
            Self::RetentionChanged => "retention.changed",
            Self::RetentionChangeAsked => "retention.change-asked",
            Self::RetentionChangeWithdrawn => "retention.change-withdrawn",
            Self::RetentionApprovalChanged => "retention.approval-changed",
            Self::HoldPlaced => "hold.placed",
            Self::HoldLifted => "hold.lifted",
            Self::HoldsShownChanged => "holds.shown-changed",
            Self::HoldsListed => "holds.listed",
            Self::DataRequestReceived => "data-request.received",
            Self::DataRequestWithdrawn => "data-request.withdrawn",
            Self::DataRequestTakenUp => "data-request.taken-up",
            Self::DataRequestExtended => "data-request.extended",
            Self::DataRequestDeclined => "data-request.declined",
            Self::DataRequestGranted => "data-request.granted",
            Self::DataRequestCarriedOut => "data-request.carried-out",
            Self::DataRequestPurged => "data-request.purged",
            Self::DataRequestsListed => "data-requests.listed",
            Self::CaseErased => "case.erased",
            Self::SignInRulesChanged => "sign-in-rules.changed",
            Self::ProvisioningTokenCreated => "provisioning.token-created",
            Self::ProvisioningTokenWithdrawn => "provisioning.token-withdrawn",
            Self::ProvisioningTokenRefused => "provisioning.token-refused",
            Self::StaffProvisioned => "staff.provisioned",
            Self::StaffProvisioningChanged => "staff.provisioning-changed",
            Self::StaffProvisioningEnded => "staff.provisioning-ended",
            Self::GroupCreated => "group.created",
            Self::GroupChanged => "group.changed",
            Self::GroupDeleted => "group.deleted",
            Self::GroupMemberAdded => "group.member-added",
            Self::GroupMemberRemoved => "group.member-removed",
            Self::RegisterExtractMadeByOrganisation => "register-extract.made-by-organisation",
            Self::RegisterExtractNothingFound => "register-extract.nothing-found",
            Self::RegisterExtractOrdered => "register-extract.ordered",
            Self::RegisterExtractMade => "register-extract.made",
            Self::RegisterExtractDownloaded => "register-extract.downloaded",
            Self::CaseOpened => "case.opened",
            Self::CaseHistorySeen => "case.history-seen",
            Self::CaseClosed => "case.closed",
            Self::CaseReopened => "case.reopened",
            Self::CaseExtended => "case.extended",
            Self::CasesListed => "cases.listed",
            Self::DocumentViewed => "document.viewed",
            Self::DocumentDownloaded => "document.downloaded",
            Self::ContentDamaged => "content.damaged",
            Self::DocumentCutOff => "document.cut-off",
            Self::DeliveryPurged => "delivery.purged",
            Self::DocumentPurged => "document.purged",
            Self::MessagePurged => "message.purged",
            Self::PurgeStopped => "purge.stopped",
            Self::PurgeBegun => "purge.begun",
            Self::PurgeConfirmed => "purge.confirmed",
            Self::PurgeProtocolClosed => "purge-protocol.closed",
            Self::PurgeProtocolsListed => "purge-protocols.listed",
            Self::PurgeProtocolHandedOut => "purge-protocol.handed-out",
            Self::PurgeProofHandedOut => "purge-proof.handed-out",
            Self::RecipientForgotten => "recipient.forgotten",
            Self::NotificationGivenUp => "notification.given-up",
            Self::NotificationRefused => "notification.refused",
            Self::DaySecretDestroyed => "day-secret.destroyed",
            Self::SigningKeyRotated => "signing-key.rotated",
            Self::LedgerApplied => "ledger.applied",
            Self::LedgerTakenBack => "ledger.taken-back",
            Self::OrphanDeleted => "orphan.deleted",
            Self::OrphansFound => "orphans.found",
            Self::OrphansConfirmed => "orphans.confirmed",
            Self::BackupBegun => "backup.begun",
            Self::BackupsPruned => "backup.pruned",
            Self::InstallationRestored => "installation.restored",
            Self::AuditCheckpointHandedOut => "audit.checkpoint-handed-out",
            Self::AuditExported => "audit.exported",
            Self::AuditRowLeftOut => "audit.row-left-out",
            Self::AuditVerified => "audit.verified",
            Self::AuditLogCut => "audit.cut",
            Self::AuditListed => "audit.listed",
            Self::AuditReceiverAdded => "audit.receiver-added",
            Self::AuditWebhookSet => "audit.webhook-set",
            Self::AuditWebhookRemoved => "audit.webhook-removed",
        }
    }
}
