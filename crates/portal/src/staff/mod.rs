//! Staff: the named individuals of an organisation, how they are invited, how they sign in, and what admins do about their
//! accounts. What a role may do is the table in `rights`; the rows of sessions are the module `session`'s. Knows no provider and
//! no page.
//!
//! Names, e-mail addresses and secrets of one-time codes are sealed under a key of the installation, an account is found by a
//! keyed index of the e-mail address, and a password's hash needs a secret of the installation too: a copy of the databases
//! alone tells nothing of them.

mod acceptance;
mod account;
mod administration;
mod correspondent;
pub(crate) mod directory;
mod end;
pub(crate) mod entity;
mod entrance;
mod invitation;
pub(crate) mod invitation_entity;
mod lock;
mod member;
mod passkey;
mod password;
mod permission;
mod second_factor;
mod shown;
mod sign_in;
mod step;
mod store;
#[cfg(test)]
pub(crate) mod tests;
mod view;
mod visitor;
mod within;
mod work_account;

pub use acceptance::{AcceptError, AcceptedInvitation, InvitationView};
pub use account::{ChangePasswordError, SeenNotices, StaffNotices};
pub use administration::ChangeStaffError;
pub(crate) use correspondent::correspondent;
pub(crate) use end::{end_sessions_of, erase_all};
pub(crate) use entrance::{admins, locked_admins};
pub(crate) use invitation::void_all as void_all_invitations;
pub use invitation::{Invitation, InviteError, NewStaffMember};
pub(crate) use member::NotCreated;
pub use member::{SecondFactors, Validity};
pub(crate) use passkey::RelyingParty;
pub use passkey::{OwnPasskey, PasskeyAdded, PasskeyConfirms};
pub(crate) use password::HashingPool;
pub use password::{PasswordProblem, PasswordRefused};
pub use second_factor::{
    Applicant, ConfirmError, NewSecondFactor, SecondFactorError, SecondFactorKind, SecondFactorSet, SecondFactorSetUp,
};
pub(crate) use shown::names_for;
pub use sign_in::{StaffProof, StaffSignInError};
pub use step::SignInStep;
pub(crate) use store::organisation_of;
pub(crate) use view::names;
pub use view::{OwnAccount, SeeStaffError, StaffMember, StaffState};
pub use visitor::StaffVisitor;
pub(crate) use work_account::end_sessions_of_directory;
pub use work_account::{VouchedStaff, WorkAccountError};
