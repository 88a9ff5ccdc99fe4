//! How staff sign in with a password: the password itself, and how what was proven becomes a session.
//!
//! Whoever is refused gets one answer, whatever the reason: a hash is compared, and a row is written in the audit log.
//! (An account that exists is also locked, and a wrong try written down: far less work than the hash, but not none.) Only
//! somebody who gave the right password learns that the network was why.

use std::time::Duration;

use base::{OrganisationId, SecretString, StaffId, Timestamp};
use uuid::Uuid;

use super::lock::Barred;
use super::password::{self, HashingError};
use super::step::{self, Demands};
use super::{SignInStep, entity, member, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation::{self, SignInRules};
use crate::session::{self, Owner, Proven, ProviderSessionCodes, StaffBinding};
use crate::{
    Context, Fault, NotificationKind, Portal, RequestInfo, SessionKey, SessionKind, StaffCandidate, Whereabouts,
    new_device, notification,
};

/// How long the steps of a sign-in may take together.
pub(super) const TIME_TO_FINISH: Duration = Duration::from_secs(10 * 60);

/// What somebody has proven who is signing in. It becomes part of a session with [`Portal::continue_staff_sign_in`], which the
/// caller has given a new id since (against session fixation).
#[derive(Debug)]
pub struct StaffProof {
    pub(super) staff: StaffId,
    pub(super) proven: Proven,
    /// When the password was given, or the way to the directory begun.
    pub(super) began_at: Timestamp,
    /// When the last of it was proven; to a directory, that may have been long before.
    pub(super) proven_at: Timestamp,
    /// The word for the audit log: what was proven last.
    pub(super) by: &'static str,
    /// What the directory calls its own session, when it can end the one that begins.
    pub(super) at_provider: ProviderSessionCodes,
}

impl StaffProof {
    /// By a second factor, after what was proven so far.
    pub(super) fn by_second_factor(candidate: &StaffCandidate, at: Timestamp, by: &'static str) -> Self {
        Self {
            staff: candidate.staff_id(),
            proven: Proven::SecondFactor,
            began_at: candidate.so_far().signed_in_at,
            proven_at: at,
            by,
            at_provider: ProviderSessionCodes::default(),
        }
    }

    /// Whether a password or a code of ours was tried for it.
    #[must_use]
    pub const fn is_of_a_try(&self) -> bool {
        !matches!(self.proven, Proven::WorkAccount)
    }
}

/// Somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum StaffSignInError {
    /// No such organisation or account, wrong password or code, locked, shut out, or not between the dates: all alike.
    #[error("the sign-in is refused")]
    Refused,
    /// The password was right, but the organisation does not let its staff in from this network.
    #[error("the organisation does not let its staff in from this network")]
    NetworkNotAllowed,
    /// The organisation lets nobody in with a password, whoever they are.
    #[error("the organisation lets nobody in with a password")]
    WorkAccountRequired,
    /// Too many passwords are being looked at; in a few seconds it works.
    #[error("too many passwords are being looked at")]
    Busy,
    /// The session has run out or took too long: begin again.
    #[error("the session has run out")]
    SessionGone,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for StaffSignInError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HashingError> for StaffSignInError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            HashingError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Why somebody was not let in, for the audit log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NoSuchAccount,
    WrongPassword,
    Barred(Barred),
    Shut(member::Shut),
    Network,
}

impl Refusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchAccount => "no-such-account",
            Self::WrongPassword => "wrong-password",
            Self::Barred(Barred::Waits { .. }) => "waits",
            Self::Barred(Barred::Locked { .. }) => "locked",
            Self::Shut(shut) => shut.as_str(),
            Self::Network => "network",
        }
    }
}

impl Portal {
    /// Looks at the password of a staff member. `organisation` is the address of their organisation's pages: its slug or id.
    ///
    /// # Errors
    ///
    /// [`StaffSignInError::Refused`] for everything that the person must not be told apart,
    /// [`StaffSignInError::NetworkNotAllowed`] only when the password was right, [`StaffSignInError::Busy`] at once when many are
    /// being looked at.
    pub async fn staff_password(
        &self,
        organisation: &str,
        email: &str,
        password: &SecretString,
        request: &RequestInfo,
    ) -> Result<StaffProof, StaffSignInError> {
        let context = &*self.0;
        let reader = context.database.reader();
        let organisation = organisation::find_row_by_address(reader, organisation).await?;
        let rules = organisation.as_ref().map(SignInRules::of).transpose()?;
        if rules.as_ref().is_some_and(|rules| rules.work_account_required) {
            let entry = AuditEntry::by_nobody(AuditAction::StaffSignInRefused, request);
            let entry = entry.detail("work-account-required");
            let within = organisation.as_ref().map(|row| OrganisationId::from_uuid(row.id));
            context
                .record(&within.map_or(entry, |organisation| entry.within(organisation)))
                .await?;
            return Err(StaffSignInError::WorkAccountRequired);
        }
        // Without an organisation, the same search among the staff of none.
        let id = organisation
            .as_ref()
            .map_or(Uuid::nil(), |organisation| organisation.id);
        let id = OrganisationId::from_uuid(id);
        let indexes = context.vault.staff_indexes(id, &member::email_form(email));
        let found = store::find_by_index(reader, id, &indexes).await?;
        let stored = found.as_ref().and_then(|row| row.password_hash.clone());
        let checked = password::matches(context, password, stored.clone()).await?;

        let (now, found) = (context.clock_time(), found.map(|row| row.staff_id()));
        let transaction = context.database.write().await?;
        // As it is now: it may have been changed while the password was looked at.
        let row = match found {
            Some(staff) => store::lock(&transaction, staff).await?,
            None => None,
        };
        let refusal = match (&row, &rules) {
            (Some(row), Some(rules)) => {
                let right = checked.matches && row.password_hash == stored;
                judge(row, right, rules, request, now)
            }
            _ => Some(Refusal::NoSuchAccount),
        };
        if let (Some(row), Some(Refusal::WrongPassword)) = (&row, refusal) {
            note_wrong_try(context, &transaction, row, request, now).await?;
        }
        if let Some(refusal) = refusal {
            let mut entry = AuditEntry::by_nobody(AuditAction::StaffSignInRefused, request).detail(refusal.as_str());
            if organisation.is_some() {
                entry = entry.within(id);
            }
            if let Some(staff) = found {
                entry = entry.about(AuditTarget::Staff(staff));
            }
            context.audit.record(&transaction, context.now(), &entry).await?;
            transaction.commit().await?;
            return Err(match refusal {
                Refusal::Network => StaffSignInError::NetworkNotAllowed,
                _ => StaffSignInError::Refused,
            });
        }
        let staff = found.ok_or_else(|| Fault::new("an account that let somebody in is missing"))?;
        if let (Some(before), Some(renewed)) = (stored, checked.renewed) {
            store::set_password(&transaction, staff, &renewed, None).await?;
            password::renew(&transaction, staff, &before, &renewed).await?;
        }
        transaction.commit().await?;
        Ok(StaffProof {
            staff,
            proven: Proven::Password,
            began_at: now,
            proven_at: now,
            by: "password",
            at_provider: ProviderSessionCodes::default(),
        })
    }

    /// Makes what was proven part of a session, and says what is asked for next. The caller has given the session a new id since
    /// it was proven. When nothing is asked for any more, the person is signed in; `from` is what their lists say of it.
    ///
    /// # Errors
    ///
    /// [`StaffSignInError::SessionGone`]; [`StaffSignInError::Refused`] and [`StaffSignInError::NetworkNotAllowed`] when the account
    /// was shut meanwhile. Nobody is signed in without an audit event.
    pub async fn continue_staff_sign_in(
        &self,
        session: &SessionKey,
        proof: StaffProof,
        from: Whereabouts,
        request: &RequestInfo,
    ) -> Result<SignInStep, StaffSignInError> {
        let context = &*self.0;
        let now = context.clock_time();
        let finish_by = proof.began_at + TIME_TO_FINISH;
        if session.kind() != SessionKind::Staff || finish_by <= now {
            return Err(StaffSignInError::SessionGone);
        }
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, proof.staff).await?;
        let row = row.ok_or(StaffSignInError::Refused)?;
        let rules = rules_of(&transaction, row.organisation()).await?;
        let rules = rules.ok_or(StaffSignInError::Refused)?;
        // Nor does a password count any more that was given before another was set.
        let is_overtaken = match proof.proven {
            Proven::WorkAccount => !row.has_work_account(),
            Proven::Password | Proven::SecondFactor => {
                let set_at = row.password_set_at;
                rules.work_account_required || set_at.is_none_or(|set_at| proof.began_at.as_millis() < set_at)
            }
        };
        if row.shut(now).is_some() || is_overtaken {
            return Err(StaffSignInError::Refused);
        }
        if !rules.networks.allows_known(request.address) {
            return Err(StaffSignInError::NetworkNotAllowed);
        }
        let step = step::next(proof.proven, demands(context, &row, &rules, proof.began_at));
        let is_complete = step == SignInStep::Complete;
        let binding = StaffBinding {
            staff: proof.staff,
            proven: proof.proven,
            id: context.ids.next(),
            whereabouts: &from,
            address: request.address,
            at_provider: proof.at_provider,
            signed_in_at: if is_complete { now } else { proof.began_at },
            confirmed_at: is_complete.then_some(proof.proven_at.min(now)),
            expires_at: if is_complete {
                now + context.settings.staff.sessions.absolute
            } else {
                finish_by
            },
        };
        if !session::bind_staff(context, &transaction, session, &binding).await? {
            return Err(StaffSignInError::SessionGone);
        }
        let action = if is_complete {
            store::note_sign_in(&transaction, proof.staff, now).await?;
            let owner = Owner::Staff(proof.staff);
            new_device::note(context, &transaction, owner, &from, row.last_signed_in_at.is_none()).await?;
            AuditAction::StaffSignedIn
        } else {
            AuditAction::StaffPasswordAccepted
        };
        let entry = AuditEntry::by_incoming_staff(proof.staff, action, request)
            .within(row.organisation())
            .about(AuditTarget::Staff(proof.staff))
            .detail(proof.by);
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(step)
    }

    /// Ends a staff member's session, or a sign-in that is under way, and says so in the audit log. Ending what has ended is
    /// fine.
    ///
    /// # Errors
    ///
    /// A fault; then the session may still be there.
    pub async fn sign_out_staff(&self, session: &SessionKey, request: &RequestInfo) -> Result<(), Fault> {
        let context = &*self.0;
        let staff = session::staff_session(context, session)
            .await?
            .map(|session| session.staff);
        let transaction = context.database.write().await?;
        let ended = session::end(context, &transaction, session).await?;
        if let Some(staff) = staff.filter(|_| ended.was_there)
            && let Some(row) = store::find(&transaction, staff).await?
        {
            let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffSignedOut, request)
                .within(row.organisation())
                .about(AuditTarget::Staff(staff));
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether somebody who gave a password is refused. The order is that of what the person may be told: the network comes last.
fn judge(
    row: &entity::Model,
    right: bool,
    rules: &SignInRules,
    request: &RequestInfo,
    now: Timestamp,
) -> Option<Refusal> {
    if let Some(barred) = row.tries().barred(now) {
        Some(Refusal::Barred(barred))
    } else if !right {
        Some(Refusal::WrongPassword)
    } else if let Some(shut) = row.shut(now) {
        Some(Refusal::Shut(shut))
    } else if rules.networks.allows_known(request.address) {
        None
    } else {
        Some(Refusal::Network)
    }
}

/// Counts a wrong try, and says in the audit log and to the account's owner when it locked the account.
pub(super) async fn note_wrong_try(
    context: &Context,
    transaction: &WriteTransaction,
    row: &entity::Model,
    request: &RequestInfo,
    now: Timestamp,
) -> Result<(), Fault> {
    let tries = row.tries().after_failure(now);
    store::note_failure(transaction, row, tries).await?;
    if matches!(tries.barred(now), Some(Barred::Locked { .. })) {
        let owner = Owner::Staff(row.staff_id());
        notification::announce(context, transaction, NotificationKind::StaffLocked, owner).await?;
        let entry = AuditEntry::by_nobody(AuditAction::StaffLocked, request)
            .within(row.organisation())
            .about(AuditTarget::Staff(row.staff_id()));
        context.audit.record(transaction, context.now(), &entry).await?;
    }
    Ok(())
}

/// The rules of an organisation; none of one that was deleted.
pub(super) async fn rules_of(
    on: &impl sea_orm::ConnectionTrait,
    organisation: OrganisationId,
) -> Result<Option<SignInRules>, Fault> {
    let row = organisation::find_row(on, organisation).await?;
    row.as_ref().map(SignInRules::of).transpose()
}

/// What is asked of somebody who gave their password at `began_at`.
pub(super) fn demands(context: &Context, row: &entity::Model, rules: &SignInRules, began_at: Timestamp) -> Demands {
    let set_at = row.password_set_at.map(Timestamp::from_millis);
    Demands {
        has_second_factor: row.second_factors().any(),
        second_factor_required: rules.second_factor_required || context.settings.staff.second_factor_required,
        password_too_old: set_at.is_some_and(|set_at| rules.is_too_old(set_at, began_at)),
    }
}
