//! Staff members' pages: the way in, their account, the organisation's cases, and what its admins decide.
//!
//! As for recipients, each page is a pure view over values. What was filled in comes back with what was wrong in the same
//! answer, so it waits nowhere (docs/decisions/0014-forms-answer-directly.md); passwords and codes never come back.

mod account;
mod audit;
mod case;
mod cases;
mod credential;
mod extracts;
mod holds;
mod member;
mod members;
mod passkey;
mod password;
mod protocols;
mod provisioning;
mod requests;
mod retention;
mod rules;
mod second_factor;
mod sign_in;
mod system;
mod system_forms;
mod systems;
mod words;

pub use account::{ConfirmBy, ConfirmProblem, account_page, confirm_page};
pub use audit::{WebhookForm, WebhookFormProblem, audit_page};
pub(crate) use audit::{audit_actor, audit_words};
pub use case::{CaseRights, ExtendForm, ExtendProblem, staff_case_page};
pub use cases::sent_messages_page;
pub use extracts::{ExtractForm, ExtractFormProblem, extracts_page};
pub use holds::{HoldRights, LiftForm, LiftProblem, NewHoldForm, NewHoldProblem, hold_page, holds_page, new_hold_page};
pub use member::{MemberForm, member_page};
pub use members::{InviteForm, MemberProblem, MembersShown, invite_page, invited_page, members_page};
pub use passkey::{NewPasskey, NewPasskeyProblem, new_passkey_page};
pub use password::{
    Invitation, NewPasswordProblem, accepted_early_page, invitation_page, password_page, void_invitation_page,
};
pub use protocols::{IdProblem, proofs_page, protocol_page, protocols_page};
pub use provisioning::{ProvisioningPage, TokenForm, TokenProblem, provisioning_page, provisioning_token_page};
pub use requests::{AnswerForm, AnswerProblem, RequestAnswer, request_page, requests_page};
pub use retention::{
    ApprovalProblem, EffectProblem, NotSaved, PendingRetentionPage, RetentionEffectPage, RetentionForm, RetentionPage,
    RetentionProblem, RuleForm, RulePlace, TypeForm, pending_retention_page, retention_effect_page,
    retention_form_page, retention_not_saved_page, retention_page, retention_versions_page,
};
pub use rules::{RulesForm, RulesProblem, rules_page};
pub use second_factor::{
    CodeProblem, SecondFactorSetUp, recovery_codes_page, second_factor_page, second_factor_set_up_page,
};
pub use sign_in::{StaffSignIn, staff_organisation_page, staff_sign_in_page, staff_signed_out_page};
pub use system::{CredentialProblem, KeySetFormProblem, KeySetProblem, system_page};
pub use systems::{NewSystemForm, SystemProblem, new_system_page, secret_page, systems_page};
