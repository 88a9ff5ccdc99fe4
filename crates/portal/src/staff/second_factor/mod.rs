//! The second factor: one-time codes, and the recovery codes for when they or a passkey are gone. How it is given at sign-in and to confirm,
//! how it is set up, replaced and removed.

mod applicant;
pub(crate) mod one_time_code;
pub(in crate::staff) mod recovery_code;
pub(crate) mod recovery_code_entity;
mod set_up;
pub(in crate::staff) mod told;

use base::{SecretString, Timestamp};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::member::{self, Sealed};
use super::password::{self, HashingError};
use super::sign_in::note_wrong_try;
use super::within::{self, AfterWrongTry};
use super::{SignInStep, StaffProof, entity, store};
use crate::actor::{StaffActor, StaffCandidate};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::session::{self, Proven};
use crate::{Context, Denied, Fault, Portal};

pub use applicant::Applicant;
pub(in crate::staff) use set_up::forget;
pub use set_up::{SecondFactorSet, SecondFactorSetUp};
pub use told::{NewSecondFactor, SecondFactorKind};

/// A second factor was not accepted, set up or removed.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The code is wrong, was used already, or is too old; or a passkey's answer is not one to what was asked.
    #[error("the code is not accepted")]
    WrongCode,
    /// There were too many wrong tries: nothing is looked at before then.
    #[error("there were too many wrong tries")]
    TooManyTries {
        /// From when on something is looked at again.
        until: Timestamp,
    },
    /// The organisation or the operator requires a second factor: it can be replaced, not removed.
    #[error("a second factor is required")]
    Required,
    /// No passkey was asked for in this session, or too long ago, or that was answered already: ask anew.
    #[error("no passkey was asked for")]
    NotAsked,
    /// A passkey needs a name, of at most [`crate::OwnPasskey::MAX_NAME_CHARS`] characters.
    #[error("a passkey needs a name")]
    NoName,
    /// Somebody has as many passkeys as they may have.
    #[error("there are as many passkeys as there may be")]
    TooManyPasskeys,
    /// The portal is not reached by a name, to which passkeys could belong.
    #[error("there are no passkeys here")]
    NoPasskeysHere,
    /// Something else happened meanwhile, and what was asked for is no longer this: begin again.
    #[error("this is not asked for any more")]
    Overtaken,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for SecondFactorError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Somebody did not prove anew who they are.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The password or the code is wrong, or the code was used already. Which of them isn't said. Or the passkey is.
    #[error("the password or the code is not accepted")]
    Wrong,
    /// No passkey was asked for in this session, or too long ago, or that was answered already: ask anew.
    #[error("no passkey was asked for")]
    NotAsked,
    /// There were too many wrong tries: nothing is looked at before then.
    #[error("there were too many wrong tries")]
    TooManyTries {
        /// From when on something is looked at again.
        until: Timestamp,
    },
    /// Too many passwords are being looked at; in a few seconds it works.
    #[error("too many passwords are being looked at")]
    Busy,
    /// The session has ended: sign in.
    #[error("the session has ended")]
    SessionGone,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ConfirmError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HashingError> for ConfirmError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            HashingError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl Portal {
    /// Looks at the second factor of somebody on the way in: a one-time code, or a recovery code in its place. What comes back
    /// goes on with the sign-in.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`]; a wrong code counts as a wrong try.
    pub async fn staff_second_factor(
        &self,
        candidate: &StaffCandidate,
        code: &str,
    ) -> Result<StaffProof, SecondFactorError> {
        let context = &*self.0;
        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let row = lock_unless_barred(&transaction, candidate, now).await?;
        let Some(by) = accept(context, &transaction, &row, code, now).await? else {
            note_wrong_try(context, &transaction, &row, candidate.request(), now).await?;
            refused(context, transaction, &row, candidate, "wrong-code").await?;
            return Err(SecondFactorError::WrongCode);
        };
        transaction.commit().await?;
        Ok(StaffProof::by_second_factor(candidate, now, by))
    }

    /// Proves anew who a staff member is, for what asks for a fresh sign-in: with the password, and with a code when they have a
    /// second factor.
    ///
    /// # Errors
    ///
    /// [`ConfirmError`]; what is wrong is counted in the session, and the fifth in a row ends it.
    pub async fn confirm_staff(
        &self,
        actor: &StaffActor,
        password: &SecretString,
        code: &str,
    ) -> Result<(), ConfirmError> {
        let context = &*self.0;
        let staff = actor.staff_id();
        let row = store::find(context.database.reader(), staff).await?;
        let row = row.ok_or(ConfirmError::SessionGone)?;
        let tries = within::tries(context.database.reader(), actor).await?;
        if let Some(barred) = tries.ok_or(ConfirmError::SessionGone)?.barred(context.clock_time()) {
            return Err(ConfirmError::TooManyTries { until: barred.until() });
        }
        let stored = row.password_hash;
        let matches = password::matches(context, password, stored.clone()).await?.matches;

        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, staff).await?;
        let row = row.ok_or(ConfirmError::SessionGone)?;
        // As they are now: others may have tried meanwhile.
        let tries = within::tries(&transaction, actor).await?;
        let tries = tries.ok_or(ConfirmError::SessionGone)?;
        if let Some(barred) = tries.barred(now) {
            return Err(ConfirmError::TooManyTries { until: barred.until() });
        }
        let has_second_factor = row.second_factors().any();
        let proven = if !matches || row.password_hash != stored {
            None
        } else if !has_second_factor {
            Some((Proven::Password, "password"))
        } else {
            let accepted = accept(context, &transaction, &row, code, now).await?;
            accepted.map(|by| (Proven::SecondFactor, by))
        };
        let Some((proven, by)) = proven else {
            let after = within::note_wrong_try(context, &transaction, actor, &row, tries, "confirmation").await?;
            transaction.commit().await?;
            return Err(match after {
                AfterWrongTry::GoesOn => ConfirmError::Wrong,
                AfterWrongTry::Ended => ConfirmError::SessionGone,
            });
        };
        confirmed(context, transaction, actor, proven, by).await
    }
}

/// The account of somebody on the way in whose second factor is asked for, which nobody else changes until the transaction ends.
pub(super) async fn lock_unless_barred(
    transaction: &WriteTransaction,
    candidate: &StaffCandidate,
    now: Timestamp,
) -> Result<entity::Model, SecondFactorError> {
    if candidate.step() != SignInStep::SecondFactor {
        return Err(SecondFactorError::Overtaken);
    }
    let row = store::lock(transaction, candidate.staff_id()).await?;
    let row = row.ok_or(SecondFactorError::Overtaken)?;
    match row.tries().barred(now) {
        Some(barred) => Err(SecondFactorError::TooManyTries { until: barred.until() }),
        None => Ok(row),
    }
}

/// Writes down that what somebody on the way in gave was refused, and why.
pub(super) async fn refused(
    context: &Context,
    transaction: WriteTransaction,
    row: &entity::Model,
    candidate: &StaffCandidate,
    why: &'static str,
) -> Result<(), Fault> {
    let staff = candidate.staff_id();
    let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffSignInRefused, candidate.request())
        .within(row.organisation())
        .about(AuditTarget::Staff(staff))
        .detail(why);
    context.audit.record(&transaction, context.now(), &entry).await?;
    transaction.commit().await?;
    Ok(())
}

/// Writes down that somebody proved anew who they are, and by what.
pub(super) async fn confirmed(
    context: &Context,
    transaction: WriteTransaction,
    actor: &StaffActor,
    proven: Proven,
    by: &'static str,
) -> Result<(), ConfirmError> {
    if !session::confirm_staff(context, &transaction, actor.session(), proven).await? {
        return Err(ConfirmError::SessionGone);
    }
    within::forget(&transaction, actor).await?;
    let entry = AuditEntry::by_staff(actor, AuditAction::StaffConfirmed)
        .about(AuditTarget::Staff(actor.staff_id()))
        .detail(by);
    context.audit.record(&transaction, context.now(), &entry).await?;
    transaction.commit().await?;
    Ok(())
}

/// Accepts a one-time code or a recovery code, once. Says which it was.
async fn accept(
    context: &Context,
    transaction: &WriteTransaction,
    row: &entity::Model,
    code: &str,
    now: Timestamp,
) -> Result<Option<&'static str>, Fault> {
    if !row.second_factors().any() {
        return Ok(None);
    }
    if let Some(code) = one_time_code::tidied(code) {
        let Some(sealed) = &row.sealed_code_secret else {
            return Ok(None);
        };
        let secret = member::open(context, row.staff_id(), Sealed::CodeSecret, sealed)?;
        let Some(step) = one_time_code::step_of(&secret, &code, row.code_step, now)? else {
            return Ok(None);
        };
        let is_first = take_step(transaction, row, step).await?;
        return Ok(is_first.then_some("one-time-code"));
    }
    let Some(code) = recovery_code::tidied(code) else {
        return Ok(None);
    };
    let used = recovery_code::use_up(context, transaction, row.staff_id(), &code, now).await?;
    Ok(used.then_some("recovery-code"))
}

/// Writes down that a step's code was accepted; says `false` when that one or a later one was before.
async fn take_step(on: &impl ConnectionTrait, row: &entity::Model, step: i64) -> Result<bool, DbErr> {
    use entity::Column;
    let taken = entity::Entity::update_many()
        .col_expr(Column::CodeStep, Some(step).into())
        .filter(Column::Id.eq(row.id))
        .filter(
            Condition::any()
                .add(Column::CodeStep.is_null())
                .add(Column::CodeStep.lt(step)),
        )
        .exec(on)
        .await?;
    Ok(taken.rows_affected == 1)
}
