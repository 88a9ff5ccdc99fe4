//! What admins do about the accounts of their organisation's staff, and what the operator does when no admin can.

use base::{OrganisationId, StaffId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entrance::Entrance;
use super::member::{self, ShutBy, Validity};
use super::sign_in::rules_of;
use super::{entity, invitation_entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation::{self, SignInRules};
use crate::rights::{Action, Role};
use crate::{Context, Denied, Fault, OperatorActor, Portal, StaffActor, session};

/// An account or the rules for signing in were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeStaffError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such staff member.
    #[error("no such staff member")]
    NotFound,
    /// Nobody unlocks themselves: whoever took over an admin's session could guess without end.
    #[error("nobody unlocks themselves")]
    Oneself,
    /// Nobody would be left who can let others in.
    #[error("the organisation would have no admin left who can sign in")]
    LastAdmin,
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    DatesOutOfOrder,
    /// The networks would not let in who asks for them.
    #[error("the networks would shut out who asks for them")]
    ExcludesYourself,
    /// Their directory gives them their role, and would again when they next sign in.
    #[error("the directory gives them their role")]
    RoleFromDirectory,
    /// Who asks signed in with a password, and would not get in any more.
    #[error("who asks has no work account and would not get in any more")]
    WorkAccountNeeded,
    /// Somebody else changed the rules since the actor saw them.
    #[error("the rules were changed meanwhile")]
    ChangedMeanwhile,
    /// A password may be used for 1 to 3650 days.
    #[error("a password may be used for 1 to 3650 days")]
    InvalidPasswordAge,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ChangeStaffError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// Gives somebody of the actor's organisation a role, and the days between which they are let in, from their next request on:
    /// both or neither. What stays as it was is not written down.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn change_staff(
        &self,
        actor: &StaffActor,
        staff: StaffId,
        role: Role,
        validity: Validity,
    ) -> Result<(), ChangeStaffError> {
        self.0.require(actor, Action::ChangeStaff).await??;
        if !validity.is_in_order() {
            return Err(ChangeStaffError::DatesOutOfOrder);
        }
        let owner = organisation::find(self.0.database.reader(), actor.organisation_id()).await?;
        let owner = owner.ok_or(Denied::OrganisationGone)?;
        let (from, until) = validity.instants(&owner.time_zone);
        let dates = (from.map(Timestamp::as_millis), until.map(Timestamp::as_millis));
        let change = |row: &mut entity::Model| {
            if row.has_work_account() && row.role != role.as_str() {
                return Err(ChangeStaffError::RoleFromDirectory);
            }
            let mut entries = Vec::new();
            if (row.valid_from, row.valid_until) != dates {
                (row.valid_from, row.valid_until) = dates;
                entries.push(AuditEntry::by_staff(actor, AuditAction::StaffValidityChanged));
            }
            if row.role != role.as_str() {
                role.as_str().clone_into(&mut row.role);
                entries.push(AuditEntry::by_staff(actor, AuditAction::StaffRoleChanged).detail(role.as_str()));
            }
            Ok(entries)
        };
        self.change(actor, staff, change).await
    }

    /// Shuts somebody of the actor's organisation out at once: their sessions end, and an invitation is void. Whom the directory
    /// had shut out already, it can't let in again from then on.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn deactivate_staff(&self, actor: &StaffActor, staff: StaffId) -> Result<(), ChangeStaffError> {
        self.0.require(actor, Action::DeactivateStaff).await??;
        let now = self.0.now();
        let change = |row: &mut entity::Model| {
            row.shut_out(ShutBy::Admin, now);
            Ok(vec![AuditEntry::by_staff(actor, AuditAction::StaffDeactivated)])
        };
        self.change(actor, staff, change).await
    }

    /// Lets somebody of the actor's organisation in again, with the password and second factor that they had. Who had not
    /// accepted an invitation needs a new one.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn reactivate_staff(&self, actor: &StaffActor, staff: StaffId) -> Result<(), ChangeStaffError> {
        self.0.require(actor, Action::DeactivateStaff).await??;
        let change = |row: &mut entity::Model| {
            row.let_in();
            Ok(vec![AuditEntry::by_staff(actor, AuditAction::StaffReactivated)])
        };
        self.change(actor, staff, change).await
    }

    /// Ends every session of somebody of the actor's organisation, and says how many there were.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn end_sessions_of_staff(&self, actor: &StaffActor, staff: StaffId) -> Result<usize, ChangeStaffError> {
        self.0.require(actor, Action::EndStaffSessions).await??;
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let row = store::lock_of_organisation(&transaction, actor.organisation_id(), staff).await?;
        row.ok_or(ChangeStaffError::NotFound)?;
        let ended = session::end_all_of_staff(context, &transaction, staff, None).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffSessionEnded).about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Forgets the wrong tries of somebody else of the actor's organisation, so that they can sign in at once.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn unlock_staff(&self, actor: &StaffActor, staff: StaffId) -> Result<(), ChangeStaffError> {
        self.0.require(actor, Action::UnlockStaff).await??;
        if staff == actor.staff_id() {
            return Err(ChangeStaffError::Oneself);
        }
        let transaction = self.0.database.write().await?;
        let row = store::lock_of_organisation(&transaction, actor.organisation_id(), staff).await?;
        row.ok_or(ChangeStaffError::NotFound)?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffUnlocked);
        unlock(&self.0, transaction, staff, entry).await
    }

    /// The staff member of an organisation with that e-mail address, for the operator's commands.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn staff_with_email(
        &self,
        _actor: &OperatorActor,
        organisation: OrganisationId,
        email: &str,
    ) -> Result<Option<StaffId>, Fault> {
        let context = &*self.0;
        let indexes = context.vault.staff_indexes(organisation, &member::email_form(email));
        let row = store::find_by_index(context.database.reader(), organisation, &indexes).await?;
        Ok(row.map(|row| row.staff_id()))
    }

    /// Forgets the wrong tries of any staff member: the way back in for an admin whom somebody keeps locking out.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn unlock_any_staff(&self, actor: &OperatorActor, staff: StaffId) -> Result<(), ChangeStaffError> {
        let transaction = self.0.database.write().await?;
        let row = store::lock(&transaction, staff).await?;
        let row = row.ok_or(ChangeStaffError::NotFound)?;
        let entry = AuditEntry::by_operator(actor, AuditAction::StaffUnlocked).within(row.organisation());
        unlock(&self.0, transaction, staff, entry).await
    }

    /// What the actor's organisation asks of its staff when they sign in.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`].
    pub async fn sign_in_rules(&self, actor: &StaffActor) -> Result<SignInRules, ChangeStaffError> {
        self.0.require(actor, Action::SeeSignInRules).await??;
        let row = organisation::find_row(self.0.database.reader(), actor.organisation_id()).await?;
        Ok(SignInRules::of(&row.ok_or(Denied::OrganisationGone)?)?)
    }

    /// Whether an organisation lets anybody in with a password, which its sign-in page tells everybody. One that was deleted does not.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn lets_passwords_in(&self, organisation: OrganisationId) -> Result<bool, Fault> {
        let rules = rules_of(self.0.database.reader(), organisation).await?;
        Ok(rules.is_some_and(|rules| !rules.work_account_required))
    }

    /// Whether the operator asks everybody for a second factor, whatever organisations ask for.
    #[must_use]
    pub fn requires_second_factor_of_everybody(&self) -> bool {
        self.0.settings.staff.second_factor_required
    }

    /// Changes what the actor's organisation asks of its staff when they sign in, from everybody's next request on. `seen` is the
    /// version of the rules that the actor saw: what somebody else decided since is not undone unseen.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError`]; networks that would shut out the request that asks for them are refused.
    pub async fn change_sign_in_rules(
        &self,
        actor: &StaffActor,
        seen: &str,
        rules: SignInRules,
    ) -> Result<(), ChangeStaffError> {
        self.0.require(actor, Action::ChangeSignInRules).await??;
        if !rules.networks.allows_known(actor.request().address) {
            return Err(ChangeStaffError::ExcludesYourself);
        }
        if rules.work_account_required && !actor.has_work_account() {
            return Err(ChangeStaffError::WorkAccountNeeded);
        }
        let is_age = |days: u32| (1..=SignInRules::MAX_PASSWORD_AGE_DAYS).contains(&days);
        if !rules.password_max_age_days.is_none_or(is_age) {
            return Err(ChangeStaffError::InvalidPasswordAge);
        }
        let context = &*self.0;
        let organisation = actor.organisation_id();
        let transaction = context.database.write().await?;
        let row = organisation::lock_row(&transaction, organisation).await;
        let row = row.map_err(|problem| problem.or_gone(ChangeStaffError::Denied(Denied::OrganisationGone)))?;
        let before = SignInRules::of(&row)?;
        if before.version() != seen {
            return Err(ChangeStaffError::ChangedMeanwhile);
        }
        organisation::set_sign_in_rules(&transaction, organisation, &rules).await?;
        if rules.work_account_required && !before.work_account_required {
            // Also if passwords are let in again one day, no session of before goes on.
            for row in store::lock_all(&transaction, organisation).await? {
                if !row.has_work_account() {
                    session::end_all_of_staff(context, &transaction, row.staff_id(), None).await?;
                }
            }
        }
        let entry = AuditEntry::by_staff(actor, AuditAction::SignInRulesChanged)
            .about(AuditTarget::Organisation(actor.organisation_id()));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Lets an organisation's staff in with passwords again: the way back in when its directory lets nobody in.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError::NotFound`] when there is no such organisation.
    pub async fn allow_passwords(
        &self,
        actor: &OperatorActor,
        organisation: OrganisationId,
    ) -> Result<(), ChangeStaffError> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let row = organisation::find_row(&transaction, organisation).await?;
        row.ok_or(ChangeStaffError::NotFound)?;
        organisation::let_passwords_in(&transaction, organisation).await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::SignInRulesChanged)
            .within(organisation)
            .about(AuditTarget::Organisation(organisation))
            .detail("passwords-allowed");
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Changes an account, and ends its sessions and invitation when it is shut out. Who is or was an admin is looked at together
    /// with the other admins, whom nobody else changes meanwhile. `change` says what is to be written in the audit log.
    async fn change<'a>(
        &self,
        actor: &StaffActor,
        staff: StaffId,
        change: impl FnOnce(&mut entity::Model) -> Result<Vec<AuditEntry<'a>>, ChangeStaffError> + Send,
    ) -> Result<(), ChangeStaffError> {
        let context = &*self.0;
        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let mut everybody = store::lock_all(&transaction, actor.organisation_id()).await?;
        let row = everybody.iter_mut().find(|row| row.id == *staff.as_uuid());
        let row = row.ok_or(ChangeStaffError::NotFound)?;
        let entries = change(row)?;
        let row = row.clone();
        let entrance = Entrance::of(&transaction, actor.organisation_id()).await?;
        let entrance = entrance.ok_or(Denied::OrganisationGone)?;
        if !entrance.lets_an_admin_in(context, &everybody, now)? {
            return Err(ChangeStaffError::LastAdmin);
        }
        let changed = entity::ActiveModel {
            id: Set(row.id),
            role: Set(row.role.clone()),
            valid_from: Set(row.valid_from),
            valid_until: Set(row.valid_until),
            deactivated_at: Set(row.deactivated_at),
            deactivated_by: Set(row.deactivated_by.clone()),
            ..entity::ActiveModel::default()
        };
        entity::Entity::update(changed).exec(&transaction).await?;
        if row.deactivated_at.is_some() {
            session::end_all_of_staff(context, &transaction, staff, None).await?;
            invitation_entity::Entity::delete_many()
                .filter(invitation_entity::Column::StaffId.eq(row.id))
                .exec(&transaction)
                .await?;
        }
        for entry in entries {
            let entry = entry.about(AuditTarget::Staff(staff));
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

async fn unlock(
    context: &Context,
    transaction: WriteTransaction,
    staff: StaffId,
    entry: AuditEntry<'_>,
) -> Result<(), ChangeStaffError> {
    store::forget_failures(&transaction, staff).await?;
    let entry = entry.about(AuditTarget::Staff(staff));
    context.audit.record(&transaction, context.now(), &entry).await?;
    transaction.commit().await?;
    Ok(())
}
