//! What becomes of a case's deliveries when something happens to the case. Opening and closing it bring their ends nearer, in the
//! transaction in which it happens. Opening it anew and extending it move ends away: keys are wrapped and people kept for the later day
//! first, then rows say so.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base::{CaseId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};

use super::follow::{Facts, Following, Longer, OF_CASE, TOO_LATE, keep, warned_anew};
use super::rule::RetentionPolicy;
use super::store;
use crate::database::WriteTransaction;
use crate::delivery::entity::{Column, Entity};
use crate::organisation::{self, Organisation};
use crate::{Context, Fault};

/// The highest ceiling that an operator can set, in days. An end was cut by the ceiling of its time; one that was lowered since ends
/// nothing before its organisation decides on another version.
const ANY_CEILING: u32 = 36_525;

/// What brings the ends of a case's deliveries nearer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Nearing {
    /// Something of it was first opened at this instant.
    Opened(Timestamp),
    /// It was closed.
    Closed,
}

/// What moves the ends of a case's deliveries away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Prolonging {
    /// It is open again.
    Reopened,
    /// It is kept until this instant.
    Until(Timestamp),
}

/// A delivery of a case that can be read, with the end that it gets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) delivery: DeliveryId,
    pub(crate) message: MessageId,
    recipient: RecipientId,
    pub(crate) sent: Timestamp,
    /// When it ends by now.
    pub(crate) ends: Timestamp,
    /// When it is to end; never earlier.
    to: Timestamp,
}

/// Brings the end of a case's deliveries nearer by what was just opened of it, or by its closing, each by the version that it follows,
/// and says when each of its messages expires by now. Nothing else brings an end nearer here, so none comes before the organisation's
/// next day is over. The caller has locked the case.
pub(crate) async fn count_anew(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    case: CaseId,
    by: Nearing,
) -> Result<Vec<(MessageId, Timestamp)>, Fault> {
    let Some(organisation) = organisation::find(transaction, organisation).await? else {
        return Err(Fault::new("a case's organisation is missing"));
    };
    let mut policies = Policies::default();
    let mut ends = Vec::new();
    for delivery in of_case(context, transaction, organisation.id, case).await? {
        let Some(version) = delivery.version else { continue };
        let policy = policies.of(context, transaction, &organisation, version).await?;
        let before = by
            .before(&delivery.facts)
            .expires_at(ANY_CEILING, &organisation, policy)?;
        let by_now = delivery.facts.expires_at(ANY_CEILING, &organisation, policy)?;
        let is_nearer = by_now < before && by_now < delivery.expires_at;
        // Staying longer, and another version, are for the job, which has keys wrapped first.
        if is_nearer {
            Entity::update_many()
                .col_expr(Column::ExpiresAt, Expr::value(by_now.as_millis()))
                .filter(Column::Id.eq(*delivery.id.as_uuid()))
                .exec(transaction)
                .await?;
        }
        ends.push((delivery.message, if is_nearer { by_now } else { delivery.expires_at }));
    }
    Ok(ends)
}

/// What can be read of a case, and when each of it would end. What ends within minutes stays as it is.
pub(crate) async fn plan(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    case: CaseId,
    change: Prolonging,
) -> Result<Vec<Planned>, Fault> {
    let mut policies = Policies::default();
    let mut planned = Vec::new();
    for mut delivery in of_case(context, on, organisation.id, case).await? {
        match change {
            Prolonging::Reopened => delivery.facts.closed_at = None,
            Prolonging::Until(until) => delivery.facts.extended_until = Some(until.as_millis()),
        }
        let by_now = match delivery.version {
            Some(version) => {
                let policy = policies.of(context, on, organisation, version).await?;
                let ceiling = context.settings.retention_ceiling_days;
                delivery.facts.expires_at(ceiling, organisation, policy)?
            }
            // Its end was fixed as it was sent.
            None => delivery.facts.extended(context, organisation),
        };
        let is_too_late = delivery.expires_at <= context.now() + TOO_LATE;
        planned.push(Planned {
            delivery: delivery.id,
            message: delivery.message,
            recipient: delivery.recipient,
            sent: Timestamp::from_millis(delivery.facts.sent_at),
            ends: delivery.expires_at,
            to: if is_too_late {
                delivery.expires_at
            } else {
                by_now.max(delivery.expires_at)
            },
        });
    }
    Ok(planned)
}

impl Nearing {
    /// What was so before it happened.
    fn before(self, now: &Facts) -> Facts {
        let mut before = now.clone();
        match self {
            Self::Opened(at) if now.opened_at == Some(at.as_millis()) => before.opened_at = None,
            Self::Opened(_) => {}
            Self::Closed => before.closed_at = None,
        }
        before
    }
}

impl Planned {
    /// Whether it would end later than by now.
    pub(crate) fn is_longer(&self) -> bool {
        self.to > self.ends
    }

    /// Whether what was wrapped for another look at the same case is enough for this one.
    fn is_kept_by(&self, other: &Self) -> bool {
        (self.delivery, self.recipient) == (other.delivery, other.recipient) && self.to <= other.to
    }
}

/// Whether everything of a plan that would end later has keys that were wrapped for an earlier one.
pub(crate) fn is_kept(planned: &[Planned], before: &[Planned]) -> bool {
    let mut longer = planned.iter().filter(|it| it.is_longer());
    longer.all(|it| before.iter().any(|before| it.is_kept_by(before)))
}

/// Wraps keys and keeps people for what would end later. Until it has been done no row may say so.
pub(crate) async fn keep_planned(context: &Context, planned: &[Planned]) -> Result<(), Fault> {
    let longer = planned.iter().filter(|it| it.is_longer()).map(|it| Longer {
        message: it.message,
        recipient: it.recipient,
        until: it.to,
    });
    keep(context, longer).await
}

/// Lets what would end later end then, and says which. The caller has locked the case, planned under its lock and kept what was planned.
pub(crate) async fn prolong(
    context: &Context,
    transaction: &WriteTransaction,
    planned: &[Planned],
) -> Result<Vec<Planned>, Fault> {
    let longer: Vec<Planned> = planned.iter().copied().filter(Planned::is_longer).collect();
    for it in &longer {
        let change = Entity::update_many().col_expr(Column::ExpiresAt, Expr::value(it.to.as_millis()));
        warned_anew(context, change, it.to)
            .filter(Column::Id.eq(*it.delivery.as_uuid()))
            .exec(transaction)
            .await?;
    }
    Ok(longer)
}

async fn of_case(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<Vec<Following>, Fault> {
    let values: [Value; 3] = [
        (*organisation.as_uuid()).into(),
        context.now().as_millis().into(),
        (*case.as_uuid()).into(),
    ];
    let question = Statement::from_sql_and_values(on.get_database_backend(), OF_CASE, values);
    let rows = on.query_all_raw(question).await?;
    Ok(rows.iter().map(Following::from_row).collect::<Result<_, _>>()?)
}

/// The versions of a policy that a case's deliveries follow.
#[derive(Default)]
struct Policies(BTreeMap<i32, RetentionPolicy>);

impl Policies {
    async fn of(
        &mut self,
        context: &Context,
        on: &impl ConnectionTrait,
        organisation: &Organisation,
        version: i32,
    ) -> Result<&RetentionPolicy, Fault> {
        Ok(match self.0.entry(version) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(store::of_version(context, on, organisation, version).await?),
        })
    }
}
