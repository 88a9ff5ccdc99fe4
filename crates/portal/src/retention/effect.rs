//! What a policy would do to what was sent already, before anybody decides on it.

use std::collections::BTreeSet;

use base::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use super::alike::most_alike;
use super::calendar;
use super::follow::Facts;
use super::rule::RetentionPolicy;
use super::{ChangeRetentionError, approval, store};
use crate::organisation::Organisation;
use crate::{Context, Fault, hold, purge};

/// How many deliveries are read at a time.
const PAGE: i64 = 2_000;
/// How many of the document types in use are looked through.
const TYPES: usize = 500;

/// What a policy would do to everything that can still be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionEffect {
    /// What would go earlier than by now.
    pub earlier: Affected,
    /// What would stay longer.
    pub later: Affected,
    /// What would go when it does by now.
    pub unchanged: Affected,
    /// Those of the earlier ones that would be gone at once, or by the end of today, and that nothing holds.
    pub gone_today: Affected,
    /// How many documents the purge's brake would count today beyond what was foreseen as the day began, by whatever was decided since: each
    /// one in each hour in which it ends for somebody, also when the message stays for others, and a message without documents as one.
    pub counted_today: u64,
    /// Whether anything is kept for a shorter time: what was sent already, or what will be sent by some rule.
    pub shortens: bool,
    /// Those of the earlier ones that a hold keeps from being destroyed; nobody reads them for longer than the others.
    pub held: Affected,
    /// The document types with a rule of their own with which nothing was sent, in the order of their names: to them it does nothing yet.
    pub unsent: Vec<UnsentType>,
}

/// A document type with which nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsentType {
    /// Its name.
    pub document_type: String,
    /// The name of one that is in use and so much like it that it may be what was meant.
    pub most_alike: Option<String>,
}

/// What an actor had before them when they decided on a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenEffect {
    /// The version that was in force.
    pub version: u32,
    /// How much would be gone today, as [`RetentionEffect::counted_today`] counts. More than that must not go on their word.
    pub gone_today: u64,
}

/// Messages with their documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// How many documents.
    pub documents: u64,
    /// How many messages have them, those without any included.
    pub messages: u64,
    /// When the oldest and the newest of these were sent.
    pub sent: Option<(Timestamp, Timestamp)>,
}

impl Affected {
    fn add(&mut self, message: &Message) {
        self.documents += message.documents;
        self.messages += 1;
        let (oldest, newest) = self.sent.unwrap_or((message.sent, message.sent));
        self.sent = Some((oldest.min(message.sent), newest.max(message.sent)));
    }
}

/// A message goes with the last of its deliveries.
struct Message {
    id: Uuid,
    documents: u64,
    sent: Timestamp,
    before: Timestamp,
    after: Timestamp,
    held: bool,
    hours: Hours,
}

/// The hours in which a message ends for somebody from whom nothing keeps it.
#[derive(Default)]
struct Hours {
    /// As it was foreseen.
    foreseen: BTreeSet<i64>,
    /// By the policy, of what would go earlier than was foreseen, and by the end of today.
    after: BTreeSet<i64>,
}

/// $1 is the organisation, $2 the instant, $3 and $4 the last delivery of the page before, $5 the page's size, $6 the instant of
/// [`hold::protects_since`].
const LIVING: &str = concat!(
    "SELECT delivery.id, delivery.message_id, delivery.sent_at, delivery.opened_at, delivery.expires_at, delivery.policy_version, \
    message.document_type, message.retention_days, \
    (SELECT COUNT(*) FROM document WHERE document.message_id = delivery.message_id AND document.purged_at IS NULL), \
    cases.closed_at, cases.extended_until, CASE WHEN ",
    hold::held!("delivery", "$6"),
    " THEN 1 ELSE 0 END, delivery.kept_until \
    FROM delivery JOIN message ON message.id = delivery.message_id JOIN cases ON cases.id = delivery.case_id \
    WHERE delivery.organisation_id = $1 AND delivery.purged_at IS NULL AND delivery.condemned_at IS NULL \
    AND delivery.revoked_at IS NULL AND delivery.expired_at IS NULL AND delivery.expires_at > $2 \
    AND (delivery.message_id > $3 OR (delivery.message_id = $3 AND delivery.id > $4)) \
    ORDER BY delivery.message_id, delivery.id LIMIT $5"
);

/// What `policy` would do, page by page, so that it takes no more memory for a million documents than for a thousand.
///
/// # Errors
///
/// [`ChangeRetentionError::Busy`], [`ChangeRetentionError::Fault`].
pub(super) async fn of(
    context: &Context,
    organisation: &Organisation,
    policy: &RetentionPolicy,
) -> Result<RetentionEffect, ChangeRetentionError> {
    let _turn = context.effects.take(organisation.id).await?;
    let now = context.now();
    let tonight = calendar::expires_at(now, 0, &organisation.time_zone);
    let foreseen_by = decided_since(context, organisation, now).await?;
    let mut effect = RetentionEffect {
        unsent: unsent(context, organisation, policy).await?,
        ..RetentionEffect::default()
    };
    let mut message: Option<Message> = None;
    let mut last = (Uuid::nil(), Uuid::nil());
    loop {
        let rows = page(context, organisation, now, last).await?;
        let Some(end) = rows.last() else { break };
        last = (end.try_get_by_index(1)?, end.try_get_by_index(0)?);
        for row in &rows {
            let mut next = Message::from_row(context, organisation, policy, foreseen_by.as_ref(), row, tonight)?;
            match &mut message {
                Some(message) if message.id == next.id => {
                    message.before = message.before.max(next.before);
                    message.after = message.after.max(next.after);
                    message.held |= next.held;
                    message.hours.foreseen.append(&mut next.hours.foreseen);
                    message.hours.after.append(&mut next.hours.after);
                }
                _ => {
                    if let Some(whole) = message.replace(next) {
                        effect.count(&whole, tonight);
                    }
                }
            }
        }
    }
    if let Some(whole) = message {
        effect.count(&whole, tonight);
    }
    let before = store::in_force(context, context.database.reader(), organisation).await?;
    effect.shortens = approval::shortens(&before.policy, policy, &effect);
    Ok(effect)
}

/// The policy by which today was foreseen, when another has been decided on since.
async fn decided_since(
    context: &Context,
    organisation: &Organisation,
    now: Timestamp,
) -> Result<Option<RetentionPolicy>, Fault> {
    let reader = context.database.reader();
    let latest = store::in_force(context, reader, organisation).await?.version;
    let began = store::in_force_as_day_began(context, reader, organisation, now).await?;
    Ok((began.version < latest).then_some(began.policy))
}

/// The types of a policy with which nothing was sent. An organisation with more types than are looked through is told of none.
async fn unsent(
    context: &Context,
    organisation: &Organisation,
    policy: &RetentionPolicy,
) -> Result<Vec<UnsentType>, Fault> {
    let in_use = store::types_in_use(context.database.reader(), organisation.id, TYPES).await?;
    if in_use.len() >= TYPES {
        return Ok(Vec::new());
    }
    // As a rule is found for what is sent: whatever the case.
    let is_in_use = |name: &str| in_use.iter().any(|it| it.eq_ignore_ascii_case(name));
    let names = policy.types.iter().map(|it| it.document_type.as_str());
    let unsent = names.filter(|name| !is_in_use(name)).map(|name| UnsentType {
        document_type: name.to_owned(),
        most_alike: most_alike(name, in_use.iter().map(String::as_str)).map(str::to_owned),
    });
    Ok(unsent.collect())
}

async fn page(
    context: &Context,
    organisation: &Organisation,
    now: Timestamp,
    after: (Uuid, Uuid),
) -> Result<Vec<QueryResult>, Fault> {
    let reader = context.database.reader();
    let values: [Value; 6] = [
        (*organisation.id.as_uuid()).into(),
        now.as_millis().into(),
        after.0.into(),
        after.1.into(),
        PAGE.into(),
        hold::protects_since(now).as_millis().into(),
    ];
    let question = Statement::from_sql_and_values(reader.get_database_backend(), LIVING, values);
    Ok(reader.query_all_raw(question).await?)
}

impl Message {
    fn from_row(
        context: &Context,
        organisation: &Organisation,
        policy: &RetentionPolicy,
        foreseen_by: Option<&RetentionPolicy>,
        row: &QueryResult,
        tonight: Timestamp,
    ) -> Result<Self, Fault> {
        let before = Timestamp::from_millis(row.try_get_by_index(4)?);
        let facts = Facts {
            sent_at: row.try_get_by_index(2)?,
            opened_at: row.try_get_by_index(3)?,
            document_type: row.try_get_by_index(6)?,
            retention_days: row.try_get_by_index(7)?,
            closed_at: row.try_get_by_index(9)?,
            extended_until: row.try_get_by_index(10)?,
        };
        let follows: Option<i32> = row.try_get_by_index(5)?;
        let ceiling = context.settings.retention_ceiling_days;
        let after = match follows {
            Some(_) => facts.expires_at(ceiling, organisation, policy)?,
            None => before,
        };
        let foreseen = match (follows, foreseen_by) {
            // When it was decided on, the ceiling was no lower than its maximum.
            (Some(_), Some(policy)) => facts.expires_at(ceiling.max(policy.maximum_days), organisation, policy)?,
            _ => before,
        };
        let held = row.try_get_by_index::<i32>(11)? == 1;
        let kept_until: Option<i64> = row.try_get_by_index(12)?;
        let mut hours = Hours::default();
        if !held {
            // As the brake says when it is due.
            let due = |end: Timestamp| kept_until.map_or(end, |kept| end.max(Timestamp::from_millis(kept)));
            hours.foreseen.insert(purge::hour(due(foreseen)));
            if after < foreseen && due(after) <= tonight {
                hours.after.insert(purge::hour(due(after)));
            }
        }
        Ok(Self {
            id: row.try_get_by_index(1)?,
            documents: u64::try_from(row.try_get_by_index::<i64>(8)?).map_err(Fault::new)?,
            sent: Timestamp::from_millis(facts.sent_at),
            before,
            after,
            held,
            hours,
        })
    }
}

impl RetentionEffect {
    fn count(&mut self, message: &Message, tonight: Timestamp) {
        // What ends in an hour anyway was foreseen for it.
        let hours = message.hours.after.difference(&message.hours.foreseen).count() as u64;
        self.counted_today += hours * message.documents.max(1);
        let moved = match message.after.cmp(&message.before) {
            std::cmp::Ordering::Less => &mut self.earlier,
            std::cmp::Ordering::Equal => &mut self.unchanged,
            std::cmp::Ordering::Greater => &mut self.later,
        };
        moved.add(message);
        if message.after < message.before {
            if message.held {
                self.held.add(message);
            } else if message.after <= tonight {
                self.gone_today.add(message);
            }
        }
    }
}
