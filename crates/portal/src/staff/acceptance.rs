//! Accepting an invitation: what its page says, and how it gives an account its password. A link works once.

use base::{Day, OrganisationId, SecretString, StaffId, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::invitation::{LIFETIME, hash};
use super::member::{self, Shut, Validity};
use super::password::{self, About, PasswordProblem, PasswordRefused};
use super::sign_in::rules_of;
use super::{StaffProof, entity, invitation_entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::session::{Proven, ProviderSessionCodes};
use crate::{CLOCK_TOLERANCE, Fault, Organisation, Portal, RequestInfo};

/// What the page of an invitation says.
#[derive(Clone)]
pub struct InvitationView {
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's name in addresses.
    pub slug: Option<String>,
    /// The organisation's id.
    pub organisation_id: OrganisationId,
    /// The invited person's name.
    pub name: String,
    /// The invited person's e-mail address, which they will sign in with.
    pub email: String,
    /// Until when the invitation holds.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for InvitationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationView")
            .field("organisation", &self.organisation_id)
            .finish_non_exhaustive()
    }
}

/// What comes of an invitation that was accepted.
#[derive(Debug)]
pub enum AcceptedInvitation {
    /// It signs the person in as far as a password goes, with [`Portal::continue_staff_sign_in`].
    SignIn(StaffProof),
    /// The password is set, and the person is let in from their first day on.
    NotYet {
        /// The first day, in the organisation's time zone.
        first: Day,
    },
}

/// An invitation was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// There is none, or it was used, has expired, was voided by a later one, its account is shut for another reason than that its
    /// first day has not come, or the organisation lets nobody in with a password any more.
    #[error("the invitation does not hold")]
    NoSuchInvitation,
    /// The organisation does not let its staff in from this network.
    #[error("the organisation does not let its staff in from this network")]
    NetworkNotAllowed,
    /// The password may not be set; the invitation is not used up.
    #[error(transparent)]
    Password(PasswordProblem),
    /// Too many passwords are being looked at; in a few seconds it works.
    #[error("too many passwords are being looked at")]
    Busy,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for AcceptError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<PasswordRefused> for AcceptError {
    fn from(refused: PasswordRefused) -> Self {
        match refused {
            PasswordRefused::Problem(problem) => Self::Password(problem),
            PasswordRefused::Busy => Self::Busy,
            PasswordRefused::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl Portal {
    /// What an invitation says, without using it; `None` when it does not hold.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn invitation(&self, token: &SecretString) -> Result<Option<InvitationView>, Fault> {
        let context = &*self.0;
        let reader = context.database.reader();
        let Some((invitation, row, organisation)) = holding(reader, token, context.clock_time()).await? else {
            return Ok(None);
        };
        Ok(Some(InvitationView {
            organisation: organisation.name,
            slug: organisation.slug,
            organisation_id: organisation.id,
            name: member::name(context, &row)?,
            email: member::email(context, &row)?,
            expires_at: Timestamp::from_millis(invitation.expires_at),
        }))
    }

    /// Accepts an invitation: sets the password and uses the link up. Before the person's first day that is all; else what comes
    /// back goes on with the sign-in.
    ///
    /// # Errors
    ///
    /// [`AcceptError`]; then the invitation still holds as it did.
    pub async fn accept_invitation(
        &self,
        token: &SecretString,
        password: &SecretString,
        request: &RequestInfo,
    ) -> Result<AcceptedInvitation, AcceptError> {
        let context = &*self.0;
        let reader = context.database.reader();
        let found = holding(reader, token, context.clock_time()).await?;
        let (_, row, organisation) = found.ok_or(AcceptError::NoSuchInvitation)?;
        let (name, email) = (member::name(context, &row)?, member::email(context, &row)?);
        let about = About {
            name: name.as_str(),
            email: &email,
            organisation: &organisation.name,
        };
        let earlier = password::earlier(reader, row.staff_id()).await?;
        let hash = password::hash_new(context, password, &about, earlier).await?;

        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, row.staff_id()).await?;
        let row = row
            .filter(|row| can_accept(row, now))
            .ok_or(AcceptError::NoSuchInvitation)?;
        if !use_up(&transaction, token, row.staff_id(), now).await? {
            return Err(AcceptError::NoSuchInvitation);
        }
        let rules = rules_of(&transaction, row.organisation()).await?;
        let rules = rules.ok_or(AcceptError::NoSuchInvitation)?;
        if rules.work_account_required {
            return Err(AcceptError::NoSuchInvitation);
        }
        if !rules.networks.allows_known(request.address) {
            return Err(AcceptError::NetworkNotAllowed);
        }
        let staff = row.staff_id();
        store::set_password(&transaction, staff, &hash, Some(now)).await?;
        store::forget_failures(&transaction, staff).await?;
        password::remember(&transaction, staff, &hash, now).await?;
        let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffInvitationAccepted, request)
            .within(row.organisation())
            .about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        let validity = Validity::of_instants(row.valid_from, row.valid_until, &organisation.time_zone);
        Ok(match (row.shut(now), validity.first) {
            (Some(_), Some(first)) => AcceptedInvitation::NotYet { first },
            _ => AcceptedInvitation::SignIn(StaffProof {
                staff,
                proven: Proven::Password,
                began_at: now,
                proven_at: now,
                by: "invitation",
                at_provider: ProviderSessionCodes::default(),
            }),
        })
    }
}

/// Whether nothing but a first day that has not come keeps somebody out.
fn can_accept(row: &entity::Model, now: Timestamp) -> bool {
    row.shut(now).is_none_or(Shut::opens_by_itself)
}

/// The invitation of that token, whom it is for and to which organisation, when it holds and can be accepted.
async fn holding(
    on: &impl ConnectionTrait,
    token: &SecretString,
    now: Timestamp,
) -> Result<Option<(invitation_entity::Model, entity::Model, Organisation)>, Fault> {
    let found = invitation_entity::Entity::find_by_id(hash(token)).one(on).await?;
    let Some(found) = found.filter(|found| found.used_at.is_none() && holds(found, now)) else {
        return Ok(None);
    };
    let row = store::find_with_organisation(on, StaffId::from_uuid(found.staff_id)).await?;
    match row.filter(|(row, _)| can_accept(row, now)) {
        Some((row, organisation)) => Ok(Some((found, row, Organisation::from_row(organisation)?))),
        None => Ok(None),
    }
}

/// One that expires later than any made now was made in the time to come: the clock went back.
fn holds(invitation: &invitation_entity::Model, now: Timestamp) -> bool {
    let expires_at = Timestamp::from_millis(invitation.expires_at);
    now < expires_at && expires_at <= now + LIFETIME + CLOCK_TOLERANCE
}

/// Uses an invitation up. Of two who try at once, one is told that it was there.
async fn use_up(
    on: &impl ConnectionTrait,
    token: &SecretString,
    staff: StaffId,
    now: Timestamp,
) -> Result<bool, DbErr> {
    use invitation_entity::Column;
    let used = invitation_entity::Entity::update_many()
        .col_expr(Column::UsedAt, Some(now.as_millis()).into())
        .filter(Column::TokenHash.eq(hash(token)))
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .exec(on)
        .await?;
    Ok(used.rows_affected == 1)
}
