//! Who comes with a staff member's session: looked at anew for each request, so that what was changed about the account, the
//! organisation or the session holds from the next one on.

use std::time::Duration;

use base::Timestamp;

use super::sign_in::demands;
use super::step::{self, SignInStep};
use super::{SecondFactors, entity, member, store};
use crate::actor::StaffFacts;
use crate::organisation::{self, SignInRules};
use crate::session::{self, Proven};
use crate::{CLOCK_TOLERANCE, Context, Fault, Portal, RequestInfo, SessionKey, StaffActor, StaffCandidate};

/// How long a sign-in or a confirmation counts as fresh.
pub(super) const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// Who comes with a staff member's session.
#[derive(Debug)]
pub enum StaffVisitor {
    /// Nobody who is let in: there is no session, it has run out or was ended, or its account is shut.
    Gone,
    /// A staff member whose organisation does not let its staff in from this network.
    NetworkNotAllowed,
    /// A staff member whose sign-in was complete, of whom more is asked by now: they sign in anew.
    MoreAsked,
    /// Somebody on the way in.
    Candidate(StaffCandidate),
    /// A staff member whose sign-in is complete.
    Staff(StaffActor),
}

impl Portal {
    /// Who comes with a session: its account is not shut, the time is between the account's dates, the network is one of the
    /// organisation's, and everything that is asked for now was proven.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn staff_visitor(&self, session: &SessionKey, request: RequestInfo) -> Result<StaffVisitor, Fault> {
        let context = &*self.0;
        let Some(found) = session::staff_session(context, session).await? else {
            return Ok(StaffVisitor::Gone);
        };
        let reader = context.database.reader();
        let Some((row, organisation)) = store::find_with_organisation(reader, found.staff).await? else {
            return Ok(StaffVisitor::Gone);
        };
        let (now, rules) = (context.clock_time(), SignInRules::of(&organisation)?);
        if row.shut(now).is_some() || !vouched_for(context, &row, found.proven).await? {
            return Ok(StaffVisitor::Gone);
        }
        if !rules.networks.allows_known(request.address) {
            return Ok(StaffVisitor::NetworkNotAllowed);
        }
        let facts = StaffFacts {
            staff: found.staff,
            organisation: row.organisation(),
            organisation_name: organisation.name,
            organisation_slug: organisation.slug,
            role: row.known_role()?,
            name: member::name(context, &row)?,
            has_work_account: row.has_work_account(),
            second_factors: row.second_factors(),
            signed_in_at: found.signed_in_at,
        };
        if rules.work_account_required && !row.has_work_account() {
            return Ok(match found.confirmed_at {
                Some(_) => StaffVisitor::MoreAsked,
                None => StaffVisitor::Gone,
            });
        }
        let step = step::next(found.proven, demands(context, &row, &rules, found.signed_in_at));
        Ok(match (step, found.confirmed_at) {
            (SignInStep::Complete, Some(confirmed_at)) => {
                let is_whole = confirms(found.confirmed_by, row.second_factors());
                let fresh_until = fresh_until(confirmed_at, now).filter(|_| is_whole).unwrap_or(now);
                StaffVisitor::Staff(StaffActor::new(
                    facts,
                    session.clone(),
                    now,
                    fresh_until,
                    found.end,
                    request,
                ))
            }
            (SignInStep::Complete, None) => {
                // Less is asked for than when they were on the way: they begin again, so that nobody is in without having signed in.
                StaffVisitor::Gone
            }
            (_, Some(_)) => StaffVisitor::MoreAsked,
            (step, None) => StaffVisitor::Candidate(StaffCandidate::new(facts, session.clone(), step, found, request)),
        })
    }
}

/// Until when a confirmation counts as fresh. One from the time to come does not: the clock went back.
fn fresh_until(confirmed_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    (confirmed_at <= now + CLOCK_TOLERANCE).then_some(confirmed_at + FRESH_FOR)
}

/// Whether a confirmation by this is one by everything that the account has by now. A second factor that came after it is asked
/// for first: otherwise whoever took over a session that was confirmed by the password could go on to the next one.
const fn confirms(by: Option<Proven>, has: SecondFactors) -> bool {
    match by {
        Some(Proven::SecondFactor | Proven::WorkAccount) => true,
        Some(Proven::Password) | None => !has.any(),
    }
}

/// Whether what was proven for a session can still be proven for its account: a password that is set, or a directory that is one
/// of the organisation's.
async fn vouched_for(context: &Context, row: &entity::Model, proven: Proven) -> Result<bool, Fault> {
    match (proven, member::work_account(context, row)?) {
        (Proven::WorkAccount, Some(account)) => {
            let reader = context.database.reader();
            Ok(organisation::has_tenant(reader, row.organisation(), account.tenant).await?)
        }
        (Proven::WorkAccount, None) => Ok(false),
        (Proven::Password | Proven::SecondFactor, _) => Ok(row.password_hash.is_some()),
    }
}
