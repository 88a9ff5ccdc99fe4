//! Invitations: how a staff member comes to be. A later one for the same person voids the earlier; how one is accepted stands in
//! `acceptance.rs`.

use std::time::Duration;

use base::{OrganisationId, SecretString, StaffId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::entrance::Entrance;
use super::member::{self, NewAccount, NotCreated, Validity};
use super::sign_in::rules_of;
use super::{entity, invitation_entity, second_factor, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::message::{is_email, is_line};
use crate::organisation::{self, MAX_NAME_CHARS};
use crate::rights::{Action, Role};
use crate::session::{self, Owner};
use crate::{Context, Denied, Fault, NotificationKind, OperatorActor, Portal, StaffActor, notification};

/// How long an invitation holds.
pub(super) const LIFETIME: Duration = Duration::from_secs(72 * 60 * 60);

/// Somebody to invite.
#[derive(Clone)]
pub struct NewStaffMember {
    /// Their name; 1 to 100 characters.
    pub name: String,
    /// Their e-mail address: what they sign in with, unique within the organisation.
    pub email: String,
    /// What they are to be.
    pub role: Role,
    /// When they are let in.
    pub validity: Validity,
}

impl std::fmt::Debug for NewStaffMember {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewStaffMember")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// An invitation that was made.
#[derive(Debug)]
pub struct Invitation {
    /// Whom it is for.
    pub staff: StaffId,
    /// What the link carries. Shown once; only its hash is kept.
    pub token: SecretString,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

/// Somebody could not be invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such organisation or staff member.
    #[error("not found")]
    NotFound,
    /// The name is empty, too long, or holds control characters.
    #[error("the name must be 1 to 100 characters in one line")]
    InvalidName,
    /// The e-mail address is none.
    #[error("the e-mail address is not valid")]
    InvalidEmail,
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    DatesOutOfOrder,
    /// The organisation has a staff member with that address already.
    #[error("somebody has this e-mail address already")]
    AlreadyStaff,
    /// The organisation has as many accounts as it may have.
    #[error("the organisation has as many staff members as it may have")]
    TooManyStaff,
    /// The organisation lets nobody in with a password, or this person has a work account: their directory gives them their way in.
    #[error("the way in is a work account: give them a role in the directory, or let passwords in again")]
    WorkAccount,
    /// The organisation has an admin who can invite others: the operator need not.
    #[error("the organisation has an admin already")]
    HasAdmin,
    /// Nobody would be left who can let others in.
    #[error("the organisation would have no admin left who can sign in")]
    LastAdmin,
    /// They can't invite themselves anew: it would shut them out.
    #[error("nobody invites themselves")]
    Oneself,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for InviteError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// Invites the first admin of an organisation, or invites them anew. Once there is an admin who can sign in, admins invite.
    ///
    /// # Errors
    ///
    /// [`InviteError`].
    pub async fn invite_first_admin(
        &self,
        actor: &OperatorActor,
        organisation: OrganisationId,
        name: &str,
        email: &str,
    ) -> Result<Invitation, InviteError> {
        let new = NewStaffMember {
            name: name.to_owned(),
            email: email.to_owned(),
            role: Role::Admin,
            validity: Validity::default(),
        };
        let context = &*self.0;
        let entry = AuditEntry::by_operator(actor, AuditAction::StaffInvited).within(organisation);
        let transaction = context.database.write().await?;
        let entrance = Entrance::of(&transaction, organisation).await?;
        let entrance = entrance.ok_or(InviteError::NotFound)?;
        if entrance.rules.work_account_required {
            return Err(InviteError::WorkAccount);
        }
        let everybody = store::of_organisation(&transaction, organisation).await?;
        if entrance.lets_an_admin_in(context, &everybody, context.clock_time())? {
            return Err(InviteError::HasAdmin);
        }
        let indexes = context
            .vault
            .staff_indexes(organisation, &member::email_form(&new.email));
        let invited = store::find_by_index(&transaction, organisation, &indexes).await?;
        let staff = match invited {
            Some(row) if row.role == Role::Admin.as_str() && row.password_hash.is_none() => row.staff_id(),
            Some(_) => return Err(InviteError::AlreadyStaff),
            None => create(context, &transaction, organisation, &new, InviteError::NotFound).await?,
        };
        finish_invitation(context, transaction, staff, entry).await
    }

    /// Invites somebody to the actor's organisation.
    ///
    /// # Errors
    ///
    /// [`InviteError`].
    pub async fn invite_staff(&self, actor: &StaffActor, new: NewStaffMember) -> Result<Invitation, InviteError> {
        self.0.require(actor, Action::InviteStaff).await??;
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let rules = rules_of(&transaction, actor.organisation_id()).await?;
        if rules.ok_or(Denied::OrganisationGone)?.work_account_required {
            return Err(InviteError::WorkAccount);
        }
        let gone = Denied::OrganisationGone.into();
        let staff = create(context, &transaction, actor.organisation_id(), &new, gone).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffInvited).detail(new.role.as_str());
        finish_invitation(context, transaction, staff, entry).await
    }

    /// Invites somebody of the actor's organisation anew. If they had accepted before, they begin anew: their password, second
    /// factor and sessions are gone at once.
    ///
    /// # Errors
    ///
    /// [`InviteError`].
    pub async fn invite_staff_anew(&self, actor: &StaffActor, staff: StaffId) -> Result<Invitation, InviteError> {
        self.0.require(actor, Action::InviteStaff).await??;
        if staff == actor.staff_id() {
            return Err(InviteError::Oneself);
        }
        let context = &*self.0;
        let now = context.clock_time();
        let transaction = context.database.write().await?;
        // All of them, so that two admins can't do it to each other at once.
        let everybody = store::lock_all(&transaction, actor.organisation_id()).await?;
        let (of_them, others): (Vec<_>, Vec<_>) = everybody.iter().partition(|row| row.id == *staff.as_uuid());
        let row = of_them.first().ok_or(InviteError::NotFound)?;
        let entrance = Entrance::of(&transaction, actor.organisation_id()).await?;
        let entrance = entrance.ok_or(Denied::OrganisationGone)?;
        if row.has_work_account() || entrance.rules.work_account_required {
            return Err(InviteError::WorkAccount);
        }
        if !entrance.lets_an_admin_in(context, others, now)? {
            return Err(InviteError::LastAdmin);
        }
        tell_of_reset(context, &transaction, row).await?;
        reset(context, &transaction, row).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffInvited).detail("anew");
        finish_invitation(context, transaction, staff, entry).await
    }

    /// Invites a staff member of any organisation anew, as [`Portal::invite_staff_anew`] does: the way back in for an organisation
    /// whose only admin lost theirs.
    ///
    /// # Errors
    ///
    /// [`InviteError`].
    pub async fn reset_staff(&self, actor: &OperatorActor, staff: StaffId) -> Result<Invitation, InviteError> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, staff).await?.ok_or(InviteError::NotFound)?;
        let rules = rules_of(&transaction, row.organisation()).await?;
        let rules = rules.ok_or(InviteError::NotFound)?;
        if row.has_work_account() || rules.work_account_required {
            return Err(InviteError::WorkAccount);
        }
        tell_of_reset(context, &transaction, &row).await?;
        reset(context, &transaction, &row).await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::StaffInvited)
            .within(row.organisation())
            .detail("anew");
        finish_invitation(context, transaction, staff, entry).await
    }
}

/// A new account, which nobody can use before its invitation is accepted. `gone` is what is said when the organisation is.
async fn create(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    new: &NewStaffMember,
    gone: InviteError,
) -> Result<StaffId, InviteError> {
    let (name, email) = (new.name.trim(), new.email.trim());
    if !is_line(name, MAX_NAME_CHARS) {
        return Err(InviteError::InvalidName);
    }
    if !is_email(email) {
        return Err(InviteError::InvalidEmail);
    }
    if !new.validity.is_in_order() {
        return Err(InviteError::DatesOutOfOrder);
    }
    let Some(owner) = organisation::find(transaction, organisation).await? else {
        return Err(gone);
    };
    let new = NewAccount {
        name,
        email,
        role: new.role,
        validity: new.validity,
        work_account: None,
    };
    match member::create(context, transaction, &owner, &new).await {
        Ok(row) => Ok(row.staff_id()),
        Err(NotCreated::Taken) => Err(InviteError::AlreadyStaff),
        Err(NotCreated::TooMany) => Err(InviteError::TooManyStaff),
        Err(NotCreated::OrganisationGone) => Err(gone),
        Err(NotCreated::Fault(fault)) => Err(InviteError::Fault(fault)),
    }
}

/// Has somebody told that what they signed in with holds no more: an invitation anew in the wrong hands would take the account over.
async fn tell_of_reset(context: &Context, transaction: &WriteTransaction, row: &entity::Model) -> Result<(), Fault> {
    let owner = Owner::Staff(row.staff_id());
    if row.password_hash.is_some() {
        let kind = NotificationKind::StaffPasswordChanged;
        notification::announce(context, transaction, kind, owner).await?;
    }
    if row.second_factors().any() {
        let kind = NotificationKind::StaffSecondFactorChanged;
        notification::announce(context, transaction, kind, owner).await?;
    }
    Ok(())
}

/// Lets somebody begin anew: nothing that they know or have lets them in any more.
pub(super) async fn reset(context: &Context, transaction: &WriteTransaction, row: &entity::Model) -> Result<(), Fault> {
    let change = entity::ActiveModel {
        id: Set(row.id),
        password_hash: Set(None),
        password_set_at: Set(None),
        failures: Set(0),
        last_failure_at: Set(None),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(transaction).await?;
    second_factor::forget(transaction, row).await?;
    session::end_all_of_staff(context, transaction, row.staff_id(), None).await?;
    Ok(())
}

/// Makes the invitation, which voids earlier ones, and commits.
async fn finish_invitation(
    context: &Context,
    transaction: WriteTransaction,
    staff: StaffId,
    entry: AuditEntry<'_>,
) -> Result<Invitation, InviteError> {
    let token = new_token()?;
    let now = context.clock_time();
    let expires_at = now + LIFETIME;
    invitation_entity::Entity::delete_many()
        .filter(invitation_entity::Column::StaffId.eq(*staff.as_uuid()))
        .exec(&transaction)
        .await?;
    let row = invitation_entity::Model {
        token_hash: hash(&token),
        staff_id: *staff.as_uuid(),
        created_at: now.as_millis(),
        expires_at: expires_at.as_millis(),
        used_at: None,
    };
    invitation_entity::Entity::insert(row.into_active_model())
        .exec_without_returning(&transaction)
        .await?;
    let entry = entry.about(AuditTarget::Staff(staff));
    context.audit.record(&transaction, context.now(), &entry).await?;
    transaction.commit().await?;
    Ok(Invitation {
        staff,
        token,
        expires_at,
    })
}

/// Voids every invitation that nobody has accepted; says how many there were.
pub(crate) async fn void_all(transaction: &WriteTransaction) -> Result<u64, Fault> {
    let done = invitation_entity::Entity::delete_many()
        .filter(invitation_entity::Column::UsedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(done.rows_affected)
}

/// 256 random bits in hexadecimal digits.
fn new_token() -> Result<SecretString, Fault> {
    let mut random = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *random).map_err(|problem| Fault::new(problem.to_string()))?;
    Ok(SecretString::new(hex::encode(*random)))
}

/// What is kept of a token.
pub(super) fn hash(token: &SecretString) -> Vec<u8> {
    Sha256::digest(token.expose().as_bytes()).to_vec()
}
