//! The messages that a page shows once to who was brought there.

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
    /// They are downloading one already.
    ExtractBeingRead,
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
    pub const ALL: [Self; 56] = [
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
        Self::ExtractBeingRead,
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
            Self::ExtractBeingRead => "extract-being-read",
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
