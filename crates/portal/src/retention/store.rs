//! The SQL of policies.

use base::{OrganisationId, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

use super::change::DecidedBy;
use super::entity::{Column, Entity, Model};
use super::rule::RetentionPolicy;
use crate::organisation::Organisation;
use crate::{Context, Fault};

/// The most document types that a page names.
pub(super) const TYPES: usize = 50;

/// A policy and which of its organisation's it is; 0 when the organisation has not decided on any.
#[derive(Clone, Debug)]
pub(crate) struct VersionedPolicy {
    pub(crate) version: i32,
    pub(crate) policy: RetentionPolicy,
}

/// The policy that an organisation's deliveries follow.
pub(crate) async fn in_force(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
) -> Result<VersionedPolicy, Fault> {
    match latest(on, organisation.id).await? {
        Some(row) => versioned(&row),
        None => Ok(VersionedPolicy {
            version: 0,
            policy: undecided(context, organisation),
        }),
    }
}

/// The policy that was in force as the day began: by it the day was foreseen.
pub(super) async fn in_force_as_day_began(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    now: Timestamp,
) -> Result<VersionedPolicy, Fault> {
    let found = Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.id.as_uuid()))
        .filter(Column::DecidedAt.lt(now.day().start().as_millis()))
        .order_by_desc(Column::Version)
        .one(on)
        .await?;
    match found {
        Some(row) => versioned(&row),
        None => Ok(VersionedPolicy {
            version: 0,
            policy: undecided(context, organisation),
        }),
    }
}

/// A version of an organisation's policy.
pub(crate) async fn of_version(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    version: i32,
) -> Result<RetentionPolicy, Fault> {
    let row = Entity::find_by_id((*organisation.id.as_uuid(), version))
        .one(on)
        .await?;
    match row {
        Some(row) => Ok(versioned(&row)?.policy),
        None if version == 0 => Ok(undecided(context, organisation)),
        None => Err(Fault::new("a version of a policy is missing")),
    }
}

/// The policy of an organisation that has not decided on one.
fn undecided(context: &Context, organisation: &Organisation) -> RetentionPolicy {
    RetentionPolicy::of_days(organisation.retention_days, context.settings.retention_ceiling_days)
}

/// The latest version that an organisation decided on.
pub(super) async fn latest(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Option<Model>, Fault> {
    let found = Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_desc(Column::Version)
        .one(on);
    Ok(found.await?)
}

/// The latest versions, or the latest before one, the newest first and at most so many.
pub(super) async fn versions(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    before: Option<i32>,
    most: u64,
) -> Result<Vec<Model>, Fault> {
    let found = Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Condition::all().add_option(before.map(|before| Column::Version.lt(before))))
        .order_by_desc(Column::Version)
        .limit(most)
        .all(on);
    Ok(found.await?)
}

pub(super) fn versioned(row: &Model) -> Result<VersionedPolicy, Fault> {
    Ok(VersionedPolicy {
        version: row.version,
        policy: RetentionPolicy::from_json(&row.policy).ok_or_else(|| Fault::new("a stored policy can't be read"))?,
    })
}

pub(super) async fn insert(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    decided: &VersionedPolicy,
    by: DecidedBy,
    at: Timestamp,
) -> Result<(), Fault> {
    let row = Model {
        organisation_id: *organisation.as_uuid(),
        version: decided.version,
        policy: decided.policy.to_json()?,
        decided_at: at.as_millis(),
        decided_by: *by.author.as_uuid(),
        approved_by: by.approver.map(|id| *id.as_uuid()),
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(on)
        .await?;
    Ok(())
}

/// The document types with which the organisation sent anything, in order, so many at most.
pub(super) async fn types_in_use(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    most: usize,
) -> Result<Vec<String>, Fault> {
    const TYPES_IN_USE: &str = "SELECT DISTINCT document_type FROM message \
        WHERE organisation_id = $1 AND document_type IS NOT NULL ORDER BY document_type LIMIT $2";
    let question = Statement::from_sql_and_values(
        on.get_database_backend(),
        TYPES_IN_USE,
        [
            (*organisation.as_uuid()).into(),
            i64::try_from(most).map_err(Fault::new)?.into(),
        ],
    );
    let rows = on.query_all_raw(question).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?)
}
