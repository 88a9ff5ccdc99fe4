//! What is seen of accounts: by their owners, and by who sees the organisation's staff.

use std::collections::{BTreeSet, HashMap};

use base::{OrganisationId, StaffId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::lock::Barred;
use super::member::{self, Shut, ShutBy, Validity};
use super::second_factor::recovery_code;
use super::sign_in::{demands, rules_of};
use super::{OwnPasskey, SecondFactors, entity, invitation_entity, passkey, store};
use crate::rights::{Action, Role};
use crate::{Context, Denied, Fault, Portal, StaffActor, organisation};

/// Whether an account lets its owner in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffState {
    /// They have not accepted their invitation.
    Invited {
        /// Until when the invitation holds; `None` when it does no longer.
        until: Option<Timestamp>,
    },
    /// They are let in.
    Active,
    /// They are locked out after wrong tries.
    Locked {
        /// Until when, unless they are unlocked before.
        until: Timestamp,
    },
    /// Their first day has not come.
    NotYet,
    /// Their last day is over.
    Over,
    /// They were shut out.
    Deactivated {
        /// The directory did, which can open it again.
        by_directory: bool,
    },
}

/// A staff member as others see them.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// The days between which they are let in.
    pub validity: Validity,
    /// Whether they are let in now.
    pub state: StaffState,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Whether their directory vouches for them and gives them their role, and no password does.
    pub has_work_account: bool,
    /// When they last signed in.
    pub last_signed_in_at: Option<Timestamp>,
    /// Whether it is who asks.
    pub is_self: bool,
}

impl std::fmt::Debug for StaffMember {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffMember")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A staff member's account as they see it themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// The days between which they are let in.
    pub validity: Validity,
    /// Whether their directory vouches for them and gives them their role, and no password does.
    pub has_work_account: bool,
    /// When they set their password.
    pub password_set_at: Option<Timestamp>,
    /// When they set up codes from an app; `None` when they have none.
    pub second_factor_set_at: Option<Timestamp>,
    /// Whether they must have one.
    pub second_factor_required: bool,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<OwnPasskey>,
    /// Whether there can be passkeys ([`Portal::has_passkeys`]).
    pub passkeys_possible: bool,
    /// How many recovery codes they have left.
    pub recovery_codes_left: usize,
}

impl OwnAccount {
    /// So few recovery codes left are worth a warning.
    pub const FEW_RECOVERY_CODES: usize = 3;

    /// Which kinds of second factor they have.
    #[must_use]
    pub const fn second_factors(&self) -> SecondFactors {
        SecondFactors {
            codes: self.second_factor_set_at.is_some(),
            passkeys: !self.passkeys.is_empty(),
        }
    }

    /// Whether they should make new recovery codes before the last is gone.
    #[must_use]
    pub const fn has_few_recovery_codes(&self) -> bool {
        self.second_factors().any() && self.recovery_codes_left <= Self::FEW_RECOVERY_CODES
    }
}

impl std::fmt::Debug for OwnAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnAccount")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Staff could not be seen.
#[derive(Debug, thiserror::Error)]
pub enum SeeStaffError {
    /// The actor may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such staff member.
    #[error("no such staff member")]
    NotFound,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for SeeStaffError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// Every staff member of the actor's organisation, by name.
    ///
    /// # Errors
    ///
    /// [`SeeStaffError`].
    pub async fn list_staff(&self, actor: &StaffActor) -> Result<Vec<StaffMember>, SeeStaffError> {
        self.0.require(actor, Action::SeeStaff).await??;
        let context = &*self.0;
        let reader = context.database.reader();
        let zone = time_zone(context, actor).await?;
        let rows = store::of_organisation(reader, actor.organisation_id()).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let invitations = invitation_entity::Entity::find()
            .filter(invitation_entity::Column::StaffId.is_in(ids))
            .all(reader)
            .await?;
        let mut seen = Vec::with_capacity(rows.len());
        for row in &rows {
            let invitation = invitations.iter().find(|invitation| invitation.staff_id == row.id);
            seen.push(view(context, actor, row, invitation, &zone)?);
        }
        seen.sort_by_cached_key(|member| (member.name.to_lowercase(), member.id));
        Ok(seen)
    }

    /// One staff member of the actor's organisation.
    ///
    /// # Errors
    ///
    /// [`SeeStaffError`].
    pub async fn staff_member(&self, actor: &StaffActor, staff: StaffId) -> Result<StaffMember, SeeStaffError> {
        self.0.require(actor, Action::SeeStaff).await??;
        let context = &*self.0;
        let reader = context.database.reader();
        let row = store::find(reader, staff).await?;
        let row = row.filter(|row| row.organisation() == actor.organisation_id());
        let row = row.ok_or(SeeStaffError::NotFound)?;
        let invitation = invitation_entity::Entity::find()
            .filter(invitation_entity::Column::StaffId.eq(row.id))
            .one(reader)
            .await?;
        let zone = time_zone(context, actor).await?;
        Ok(view(context, actor, &row, invitation.as_ref(), &zone)?)
    }

    /// A staff member's own account.
    ///
    /// # Errors
    ///
    /// [`SeeStaffError`].
    pub async fn own_account(&self, actor: &StaffActor) -> Result<OwnAccount, SeeStaffError> {
        self.0.require(actor, Action::OwnAccount).await??;
        let context = &*self.0;
        let reader = context.database.reader();
        let row = store::find(reader, actor.staff_id()).await?;
        let row = row.ok_or(SeeStaffError::NotFound)?;
        let rules = rules_of(reader, row.organisation()).await?;
        let rules = rules.ok_or(Denied::OrganisationGone)?;
        let zone = time_zone(context, actor).await?;
        let has_codes = row.second_factors().codes;
        Ok(OwnAccount {
            name: member::name(context, &row)?,
            email: member::email(context, &row)?,
            role: row.known_role()?,
            validity: Validity::of_instants(row.valid_from, row.valid_until, &zone),
            has_work_account: row.has_work_account(),
            password_set_at: row.password_set_at.map(Timestamp::from_millis),
            second_factor_set_at: row.code_set_at.filter(|_| has_codes).map(Timestamp::from_millis),
            second_factor_required: demands(context, &row, &rules, context.clock_time()).second_factor_required,
            passkeys: passkey::own(context, reader, &row).await?,
            passkeys_possible: self.has_passkeys(),
            recovery_codes_left: recovery_code::left(reader, actor.staff_id()).await?,
        })
    }
}

/// The names of staff members of an organisation, for whatever they decided; at most as many as a page shows.
pub(crate) async fn names(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    staff: &BTreeSet<StaffId>,
) -> Result<HashMap<StaffId, String>, Fault> {
    let rows = store::find_some(on, organisation, staff).await?;
    let named = |row: &entity::Model| Ok((row.staff_id(), member::name(context, row)?));
    rows.iter().map(named).collect()
}

async fn time_zone(context: &Context, actor: &StaffActor) -> Result<TimeZone, SeeStaffError> {
    let organisation = organisation::find(context.database.reader(), actor.organisation_id()).await?;
    let organisation = organisation.ok_or(Denied::OrganisationGone)?;
    Ok(organisation.time_zone)
}

fn view(
    context: &Context,
    actor: &StaffActor,
    row: &entity::Model,
    invitation: Option<&invitation_entity::Model>,
    zone: &TimeZone,
) -> Result<StaffMember, Fault> {
    Ok(StaffMember {
        id: row.staff_id(),
        name: member::name(context, row)?,
        email: member::email(context, row)?,
        role: row.known_role()?,
        validity: Validity::of_instants(row.valid_from, row.valid_until, zone),
        state: state(row, invitation, context.clock_time()),
        has_second_factor: row.second_factors().any(),
        has_work_account: row.has_work_account(),
        last_signed_in_at: row.last_signed_in_at.map(Timestamp::from_millis),
        is_self: row.staff_id() == actor.staff_id(),
    })
}

/// The first that keeps somebody out is what is said.
fn state(row: &entity::Model, invitation: Option<&invitation_entity::Model>, now: Timestamp) -> StaffState {
    match row.shut(now) {
        Some(Shut::Deactivated) => StaffState::Deactivated {
            by_directory: row.is_shut_by(ShutBy::Directory),
        },
        Some(Shut::Over) => StaffState::Over,
        _ if row.password_hash.is_none() && !row.has_work_account() => {
            let expires_at = invitation.filter(|invitation| invitation.used_at.is_none());
            let expires_at = expires_at.map(|invitation| Timestamp::from_millis(invitation.expires_at));
            StaffState::Invited {
                until: expires_at.filter(|expires_at| now < *expires_at),
            }
        }
        Some(Shut::NotYet) => StaffState::NotYet,
        None => match row.tries().barred(now) {
            Some(Barred::Locked { until }) => StaffState::Locked { until },
            Some(Barred::Waits { .. }) | None => StaffState::Active,
        },
    }
}
