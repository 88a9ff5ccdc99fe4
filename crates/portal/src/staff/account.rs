//! What a staff member does with their own account: change the password, and see what they should be told.

use base::{SecretString, Timestamp};

use super::password::{self, About, HashingError, PasswordProblem, PasswordRefused};
use super::second_factor::told;
use super::within::{self, AfterWrongTry};
use super::{NewSecondFactor, StaffProof, entity, member, store};
use crate::actor::StaffCandidate;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::rights::Action;
use crate::session::{self, Owner, ProviderSessionCodes};
use crate::{
    Context, Denied, Fault, NewDevice, NotificationKind, Portal, SignInStep, StaffActor, new_device, notification,
};

/// A password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The actor may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The present password is not the one that was given.
    #[error("the present password is another")]
    WrongPassword,
    /// There were too many wrong tries: nothing is looked at before then.
    #[error("there were too many wrong tries")]
    TooManyTries {
        /// From when on something is looked at again.
        until: Timestamp,
    },
    /// The new password may not be set.
    #[error(transparent)]
    Password(PasswordProblem),
    /// Too many passwords are being looked at; in a few seconds it works.
    #[error("too many passwords are being looked at")]
    Busy,
    /// Something else happened meanwhile, and what was asked for is no longer this, or the session has ended: begin again.
    #[error("this is not asked for any more")]
    Overtaken,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ChangePasswordError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<PasswordRefused> for ChangePasswordError {
    fn from(refused: PasswordRefused) -> Self {
        match refused {
            PasswordRefused::Problem(problem) => Self::Password(problem),
            PasswordRefused::Busy => Self::Busy,
            PasswordRefused::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<HashingError> for ChangePasswordError {
    fn from(error: HashingError) -> Self {
        PasswordRefused::from(error).into()
    }
}

/// What a staff member should be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffNotices {
    /// How many wrong tries there were for their account since they last said that they had seen it.
    pub failed_tries: u32,
    /// Kinds of devices that they signed in from for the first time, the latest first, but the one that this session was signed
    /// in from.
    pub new_devices: Vec<NewDevice>,
    /// Second factors that were set up, the latest first, but those that were in this session.
    pub new_second_factors: Vec<NewSecondFactor>,
}

impl StaffNotices {
    /// Whether there is nothing to tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.failed_tries == 0 && self.new_devices.is_empty() && self.new_second_factors.is_empty()
    }

    /// How far the person knows who has seen all of these.
    #[must_use]
    pub fn seen(&self) -> SeenNotices {
        let devices = self.new_devices.iter().map(|new| new.at);
        let second_factors = self.new_second_factors.iter().map(|new| new.at);
        SeenNotices {
            failed_tries: self.failed_tries,
            until: devices.chain(second_factors).max().unwrap_or(Timestamp::from_millis(0)),
        }
    }
}

/// How far a staff member knows what they were told. What came later they have not seen yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenNotices {
    /// Of how many wrong tries they were told.
    pub failed_tries: u32,
    /// When the last of the devices and second factors came that they were told of.
    pub until: Timestamp,
}

impl Portal {
    /// Changes the password of somebody on the way in whose password is too old. What comes back goes on with the sign-in; other
    /// sessions end.
    ///
    /// # Errors
    ///
    /// [`ChangePasswordError`].
    pub async fn replace_old_password(
        &self,
        candidate: &StaffCandidate,
        new: &SecretString,
    ) -> Result<StaffProof, ChangePasswordError> {
        if candidate.step() != SignInStep::ChangePassword {
            return Err(ChangePasswordError::Overtaken);
        }
        let context = &*self.0;
        let staff = candidate.staff_id();
        let row = store::find(context.database.reader(), staff).await?;
        let row = row.ok_or(ChangePasswordError::Overtaken)?;
        let hash = hash_for(context, &row, candidate.organisation_name(), new).await?;
        let transaction = context.database.write().await?;
        set(context, &transaction, &row, &hash).await?;
        session::end_all_of_staff(context, &transaction, staff, Some(candidate.session())).await?;
        let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffPasswordChanged, candidate.request())
            .within(row.organisation())
            .about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(StaffProof {
            staff,
            proven: candidate.so_far().proven,
            // The new password counts from now, so that it is not too old at once.
            began_at: context.clock_time(),
            proven_at: context.clock_time(),
            by: "new-password",
            at_provider: ProviderSessionCodes::default(),
        })
    }

    /// Changes a staff member's own password, and ends their other sessions.
    ///
    /// # Errors
    ///
    /// [`ChangePasswordError`]; wrong present passwords are counted in the session, as wrong confirmations are, and the fifth of
    /// either in a row ends it.
    pub async fn change_staff_password(
        &self,
        actor: &StaffActor,
        present: &SecretString,
        new: &SecretString,
    ) -> Result<(), ChangePasswordError> {
        self.0.require(actor, Action::OwnAccount).await??;
        let context = &*self.0;
        let staff = actor.staff_id();
        let row = store::find(context.database.reader(), staff).await?;
        let row = row.ok_or(ChangePasswordError::Overtaken)?;
        let tries = within::tries(context.database.reader(), actor).await?;
        let tries = tries.ok_or(ChangePasswordError::Overtaken)?;
        if let Some(barred) = tries.barred(context.clock_time()) {
            return Err(ChangePasswordError::TooManyTries { until: barred.until() });
        }
        let checked = password::matches(context, present, row.password_hash.clone()).await?;
        let transaction = context.database.write().await?;
        // As it is now: others may have tried meanwhile. Nothing is said of the new password before, since that tells that the
        // present one is right.
        let locked = store::lock(&transaction, staff).await?;
        let locked = locked.ok_or(ChangePasswordError::Overtaken)?;
        let tries = within::tries(&transaction, actor).await?;
        let tries = tries.ok_or(ChangePasswordError::Overtaken)?;
        if let Some(barred) = tries.barred(context.clock_time()) {
            return Err(ChangePasswordError::TooManyTries { until: barred.until() });
        }
        if !checked.matches {
            let what = "present-password";
            let after = within::note_wrong_try(context, &transaction, actor, &locked, tries, what).await?;
            transaction.commit().await?;
            return Err(match after {
                AfterWrongTry::GoesOn => ChangePasswordError::WrongPassword,
                AfterWrongTry::Ended => ChangePasswordError::Overtaken,
            });
        }
        drop(transaction);
        let hash = hash_for(context, &row, actor.organisation_name(), new).await?;
        let transaction = context.database.write().await?;
        set(context, &transaction, &row, &hash).await?;
        within::forget(&transaction, actor).await?;
        session::end_all_of_staff(context, &transaction, staff, Some(actor.session())).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffPasswordChanged).about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What a staff member should be told, until they say that they have seen it.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn staff_notices(&self, actor: &StaffActor) -> Result<StaffNotices, Fault> {
        let context = &*self.0;
        let reader = context.database.reader();
        let row = store::find(reader, actor.staff_id()).await?;
        let own = session::device_of(context, reader, actor.session()).await?;
        let (Some(row), Some(own)) = (row, own) else {
            return Ok(StaffNotices::default());
        };
        Ok(StaffNotices {
            failed_tries: u32::try_from(row.untold_failures).unwrap_or(0),
            new_devices: new_device::untold(context, reader, Owner::Staff(actor.staff_id()), own).await?,
            new_second_factors: told::untold(context, reader, actor, &row).await?,
        })
    }

    /// The staff member has seen what they were told, so far, which the audit log says. The device that their session was signed in from
    /// is not among it, nor are second factors that were set up in it. Nothing is dismissed in a session that has ended.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn dismiss_staff_notices(&self, actor: &StaffActor, seen: SeenNotices) -> Result<(), Fault> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, actor.staff_id()).await?;
        let own = session::device_of(context, &transaction, actor.session()).await?;
        let (Some(row), Some(own)) = (row, own) else {
            return Ok(());
        };
        store::forget_untold(&transaction, &row, seen.failed_tries).await?;
        let owner = Owner::Staff(actor.staff_id());
        new_device::told(context, &transaction, owner, own, seen.until).await?;
        told::told(context, &transaction, actor, &row, seen.until).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffNoticesDismissed);
        let entry = entry.about(AuditTarget::Staff(actor.staff_id()));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The hash of somebody's new password, when it may be set.
async fn hash_for(
    context: &Context,
    row: &entity::Model,
    organisation: &str,
    new: &SecretString,
) -> Result<String, ChangePasswordError> {
    let earlier = password::earlier(context.database.reader(), row.staff_id()).await?;
    let (name, email) = (member::name(context, row)?, member::email(context, row)?);
    let about = About {
        name: name.as_str(),
        email: &email,
        organisation,
    };
    Ok(password::hash_new(context, new, &about, earlier).await?)
}

/// Sets somebody's password, unless it was changed since `before` was read.
async fn set(
    context: &Context,
    transaction: &WriteTransaction,
    before: &entity::Model,
    hash: &str,
) -> Result<(), ChangePasswordError> {
    let now = context.clock_time();
    let row = store::lock(transaction, before.staff_id()).await?;
    let unchanged = |row: &entity::Model| row.password_hash == before.password_hash && row.shut(now).is_none();
    if !row.as_ref().is_some_and(unchanged) {
        return Err(ChangePasswordError::Overtaken);
    }
    store::set_password(transaction, before.staff_id(), hash, Some(now)).await?;
    password::remember(transaction, before.staff_id(), hash, now).await?;
    let owner = Owner::Staff(before.staff_id());
    notification::announce(context, transaction, NotificationKind::StaffPasswordChanged, owner).await?;
    Ok(())
}
