//! Staff for whom their organisation's directory vouches (Entra ID): an account comes to be when somebody first signs in to whom the
//! directory gives a role, and the role follows the directory at each sign-in after. Who it is says `(tid, oid)` alone; name and
//! e-mail address are shown and decide nothing, so that no account is ever found, or taken over, by an address.

use std::fmt;

use base::{OrganisationId, StaffId, TenantId, Timestamp};
use keyring::BlindIndex;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::member::{self, NewAccount, NotCreated, Sealed, Validity};
use super::sign_in::rules_of;
use super::{StaffProof, entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::message::{is_email, is_line};
use crate::organisation::{self, MAX_NAME_CHARS};
use crate::rights::Role;
use crate::session::{self, Proven, ProviderSessionCodes};
use crate::{
    Context, Fault, Organisation, Portal, ProviderSession, RequestInfo, SignInRefusal, StaffActor, WorkAccount,
};

impl WorkAccount {
    /// What an organisation finds the account by.
    pub(super) fn indexes(self, context: &Context, organisation: OrganisationId) -> Vec<(u32, BlindIndex)> {
        context
            .vault
            .work_account_indexes(organisation, self.tenant, self.object)
    }
}

/// What a directory vouched for, every check of it passed.
#[derive(Clone)]
pub struct VouchedStaff {
    /// Who it is.
    pub account: WorkAccount,
    /// The role that the directory gives them; `None` when it gives none.
    pub role: Option<Role>,
    /// What the directory calls them.
    pub name: Option<String>,
    /// Their address there.
    pub email: Option<String>,
    /// When they proved to the directory who they are; `None` when it does not say, and then the sign-in is not a fresh one.
    pub authenticated_at: Option<Timestamp>,
    /// When the sign-in began here.
    pub began_at: Timestamp,
    /// The configured name of the provider.
    pub provider: String,
    /// The directory's own session, when the provider can end it here ([`Portal::end_session_at_provider`]).
    pub at_provider: Option<ProviderSession>,
}

impl VouchedStaff {
    fn codes(&self, context: &Context) -> ProviderSessionCodes {
        ProviderSessionCodes::of(context, &self.provider, self.at_provider.as_ref())
    }
}

impl fmt::Debug for VouchedStaff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VouchedStaff")
            .field("account", &self.account)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Somebody with a work account was not let in. They are who the directory says, and may be told why.
#[derive(Debug, thiserror::Error)]
pub enum WorkAccountError {
    /// There is no such organisation, or the directory is none of its own.
    #[error("the directory is none of the organisation's")]
    OtherDirectory,
    /// The directory gives them no role here.
    #[error("the directory gives them no role")]
    NoRole,
    /// Their account was shut here, or its dates are over or have not come.
    #[error("the account lets nobody in")]
    Shut,
    /// Another than who was to prove that it is them.
    #[error("it is somebody else")]
    SomebodyElse,
    /// The organisation does not let its staff in from this network.
    #[error("the organisation does not let its staff in from this network")]
    NetworkNotAllowed,
    /// The organisation has as many accounts as it may have.
    #[error("the organisation has as many staff members as it may have")]
    TooManyStaff,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for WorkAccountError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl WorkAccountError {
    /// The word for the audit log; none for a fault, which is no refusal.
    const fn word(&self) -> Option<&'static str> {
        match self {
            Self::OtherDirectory => Some("other-directory"),
            Self::NoRole => Some("no-role"),
            Self::Shut => Some("shut"),
            Self::SomebodyElse => Some("somebody-else"),
            Self::NetworkNotAllowed => Some("network"),
            Self::TooManyStaff => Some("too-many-staff"),
            Self::Fault(_) => None,
        }
    }
}

/// How often an account is looked for anew when it comes to be in another browser at the same moment.
const ATTEMPTS: u32 = 2;

/// Whether somebody comes in.
enum Admission {
    Admitted(StaffId),
    /// Not this person, or nobody who has an account here.
    Refused(Option<StaffId>, WorkAccountError),
    /// Their account came to be meanwhile: look again.
    Overtaken,
}

impl Portal {
    /// Looks at somebody for whom a directory vouched. Their account comes to be with the first sign-in, and has the role and the
    /// name that the directory gives it from each on; where it gives none any more, their sessions end. What comes back goes on
    /// with [`Portal::continue_staff_sign_in`].
    ///
    /// # Errors
    ///
    /// [`WorkAccountError`]; each refusal leaves a line in the audit log.
    pub async fn staff_work_account(
        &self,
        organisation: &str,
        vouched: &VouchedStaff,
        request: &RequestInfo,
    ) -> Result<StaffProof, WorkAccountError> {
        let staff = self.admit(organisation, vouched, None, request).await?;
        Ok(StaffProof {
            staff,
            proven: Proven::WorkAccount,
            began_at: vouched.began_at,
            // A sign-in of which the directory does not say when it was is not a fresh one.
            proven_at: vouched.authenticated_at.unwrap_or(Timestamp::from_millis(0)),
            by: "work-account",
            at_provider: vouched.codes(&self.0),
        })
    }

    /// Takes a directory's word that somebody who is signed in has just proved that it is them, for what asks for a fresh sign-in.
    /// Their session goes on as it was.
    ///
    /// # Errors
    ///
    /// [`WorkAccountError`]; [`WorkAccountError::SomebodyElse`] also when the session has ended, or the directory does not say when
    /// it was.
    pub async fn confirm_staff_by_work_account(
        &self,
        actor: &StaffActor,
        vouched: &VouchedStaff,
    ) -> Result<(), WorkAccountError> {
        let context = &*self.0;
        let (staff, organisation) = (actor.staff_id(), actor.organisation_id().to_string());
        if vouched.authenticated_at.is_none() {
            return Err(WorkAccountError::SomebodyElse);
        }
        self.admit(&organisation, vouched, Some(staff), actor.request()).await?;
        let transaction = context.database.write().await?;
        if !session::confirm_staff(context, &transaction, actor.session(), Proven::WorkAccount).await? {
            return Err(WorkAccountError::SomebodyElse);
        }
        // The directory may have begun another session for it, and it is that one's end which it will tell of.
        session::note_provider_session(&transaction, actor.session(), vouched.codes(context)).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffConfirmed)
            .about(AuditTarget::Staff(staff))
            .detail("work-account");
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn admit(
        &self,
        organisation: &str,
        vouched: &VouchedStaff,
        expected: Option<StaffId>,
        request: &RequestInfo,
    ) -> Result<StaffId, WorkAccountError> {
        let context = &*self.0;
        let row = organisation::find_row_by_address(context.database.reader(), organisation).await?;
        let owner = Organisation::from_row(row.ok_or(WorkAccountError::OtherDirectory)?)?;
        for _ in 0..ATTEMPTS {
            let transaction = context.database.write().await?;
            let (about, refusal) = match admit(context, &transaction, &owner, vouched, expected, request).await? {
                Admission::Admitted(staff) => {
                    transaction.commit().await?;
                    return Ok(staff);
                }
                Admission::Refused(about, refusal) => (about, refusal),
                Admission::Overtaken => continue,
            };
            let mut entry = AuditEntry::by_nobody(AuditAction::StaffSignInRefused, request).within(owner.id);
            if let Some(word) = refusal.word() {
                entry = entry.detail(word);
            }
            if let Some(staff) = about {
                entry = entry.about(AuditTarget::Staff(staff));
            }
            context.audit.record(&transaction, context.now(), &entry).await?;
            transaction.commit().await?;
            return Err(refusal);
        }
        Err(Fault::new("an account came to be again and again").into())
    }
}

/// Ends every session that came by a directory, which is an organisation's no more.
pub(crate) async fn end_sessions_of_directory(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    tenant: TenantId,
) -> Result<(), Fault> {
    for row in store::lock_all(transaction, organisation).await? {
        let account = member::work_account(context, &row)?;
        if account.is_some_and(|account| account.tenant == tenant) {
            session::end_all_of_staff(context, transaction, row.staff_id(), None).await?;
        }
    }
    Ok(())
}

impl Portal {
    /// Writes in the audit log that a directory's answer let nobody in. `organisation` is what stands in the address of its sign-in
    /// page; the line is in nobody's log but the operator's when there is none.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_refused_work_account(
        &self,
        organisation: &str,
        refusal: SignInRefusal,
        request: &RequestInfo,
    ) -> Result<(), Fault> {
        let context = &*self.0;
        let row = organisation::find_row_by_address(context.database.reader(), organisation).await?;
        let entry = AuditEntry::by_nobody(AuditAction::StaffSignInRefused, request).detail(refusal.as_str());
        let entry = match row {
            Some(row) => entry.within(OrganisationId::from_uuid(row.id)),
            None => entry,
        };
        context.record(&entry).await
    }
}

async fn admit(
    context: &Context,
    transaction: &WriteTransaction,
    owner: &Organisation,
    vouched: &VouchedStaff,
    expected: Option<StaffId>,
    request: &RequestInfo,
) -> Result<Admission, Fault> {
    if !organisation::has_tenant(transaction, owner.id, vouched.account.tenant).await? {
        return Ok(Admission::Refused(None, WorkAccountError::OtherDirectory));
    }
    let indexes = vouched.account.indexes(context, owner.id);
    let found = store::find_by_index(transaction, owner.id, &indexes).await?;
    let known = found.as_ref().map(entity::Model::staff_id);
    let refused = |refusal| Ok(Admission::Refused(known, refusal));
    if expected.is_some() && expected != known {
        return refused(WorkAccountError::SomebodyElse);
    }
    let Some(rules) = rules_of(transaction, owner.id).await? else {
        return refused(WorkAccountError::OtherDirectory);
    };
    if !rules.networks.allows_known(request.address) {
        return refused(WorkAccountError::NetworkNotAllowed);
    }
    let Some(role) = vouched.role else {
        // The directory has taken their role back: what they had with it ends.
        if let Some(staff) = known {
            session::end_all_of_staff(context, transaction, staff, None).await?;
        }
        return refused(WorkAccountError::NoRole);
    };
    let (name, email) = shown(vouched);
    if let Some(row) = found {
        if row.shut(context.clock_time()).is_some() {
            return refused(WorkAccountError::Shut);
        }
        follow(context, transaction, &row, role, &name, &email, request).await?;
        return Ok(Admission::Admitted(row.staff_id()));
    }
    let new = NewAccount {
        name: &name,
        email: &email,
        role,
        validity: Validity::default(),
        work_account: Some(vouched.account),
    };
    let staff = match member::create(context, transaction, owner, &new).await {
        Ok(row) => row.staff_id(),
        Err(NotCreated::Taken) => return Ok(Admission::Overtaken),
        Err(NotCreated::TooMany) => return refused(WorkAccountError::TooManyStaff),
        Err(NotCreated::OrganisationGone) => return refused(WorkAccountError::OtherDirectory),
        Err(NotCreated::Fault(fault)) => return Err(fault),
    };
    let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffCreated, request)
        .within(owner.id)
        .about(AuditTarget::Staff(staff))
        .detail(role.as_str());
    context.audit.record(transaction, context.now(), &entry).await?;
    Ok(Admission::Admitted(staff))
}

/// What is kept to be shown. A directory may leave out the name, and holds addresses that are none.
fn shown(vouched: &VouchedStaff) -> (String, String) {
    let fit = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).unwrap_or_default();
        text.chars().take(MAX_NAME_CHARS).collect::<String>()
    };
    let email = Some(fit(&vouched.email))
        .filter(|email| is_email(email))
        .unwrap_or_default();
    let name = Some(fit(&vouched.name)).filter(|name| is_line(name, MAX_NAME_CHARS));
    let object = || vouched.account.object.to_string();
    let name = name.unwrap_or_else(|| if email.is_empty() { object() } else { email.clone() });
    (name, email)
}

/// Gives an account the role, the name and the address that its directory gives it.
async fn follow(
    context: &Context,
    transaction: &WriteTransaction,
    row: &entity::Model,
    role: Role,
    name: &str,
    email: &str,
    request: &RequestInfo,
) -> Result<(), Fault> {
    let staff = row.staff_id();
    if row.role != role.as_str() {
        let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffRoleChanged, request)
            .within(row.organisation())
            .about(AuditTarget::Staff(staff))
            .detail(role.as_str());
        context.audit.record(transaction, context.now(), &entry).await?;
    }
    let is_renamed = member::name(context, row)? != name || member::email(context, row)? != email;
    if row.role != role.as_str() || is_renamed {
        let change = entity::ActiveModel {
            id: Set(row.id),
            role: Set(role.as_str().to_owned()),
            sealed_name: Set(member::seal(context, staff, Sealed::Name, name.as_bytes())),
            sealed_email: Set(member::seal(context, staff, Sealed::Email, email.as_bytes())),
            ..entity::ActiveModel::default()
        };
        entity::Entity::update(change).exec(transaction).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vouched(name: Option<&str>, email: Option<&str>) -> VouchedStaff {
        VouchedStaff {
            account: "0192f0c1-2345-7abc-8def-0123456789ab 11111111-2222-4333-8444-555555555555"
                .parse()
                .unwrap(),
            role: None,
            name: name.map(str::to_owned),
            email: email.map(str::to_owned),
            authenticated_at: None,
            began_at: Timestamp::from_millis(0),
            provider: "entra".to_owned(),
            at_provider: None,
        }
    }

    #[test]
    fn somebody_without_a_name_is_shown_by_their_address_and_without_either_by_their_object() {
        let name_and_email = |name, email| shown(&vouched(name, email));
        let of = |name: &str, email: &str| (name.to_owned(), email.to_owned());
        assert_eq!(
            name_and_email(Some(" Karin Ek "), Some("karin@norrby.example")),
            of("Karin Ek", "karin@norrby.example")
        );
        assert_eq!(
            name_and_email(Some("  "), Some("karin@norrby.example")),
            of("karin@norrby.example", "karin@norrby.example")
        );
        let object = "11111111-2222-4333-8444-555555555555";
        assert_eq!(name_and_email(None, Some("no address")), of(object, ""));
        assert_eq!(name_and_email(Some("line\nbreak"), None), of(object, ""));
    }
}
