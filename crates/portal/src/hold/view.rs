//! Holds as the organisation's admins and auditors see them.

use std::collections::{BTreeSet, HashMap};

use base::{CaseId, HoldId, RecipientId, StaffId, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use keyring::Field;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::entity::Model;
use super::lift::Said;
use super::place::recipient_of;
use super::rule::{HoldScope, keeps_until, local_date};
use super::{HoldError, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::message::DeliveryStatus;
use crate::rights::Action;
use crate::{
    ChangeRetentionError, Context, Cursor, Denied, Fault, ListPart, Portal, SentRecipient, StaffActor, case, delivery,
    list_part, organisation, staff,
};

/// A hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Hold {
    /// The hold.
    pub id: HoldId,
    /// What it is on.
    pub scope: HoldScope,
    /// The case that it was placed on.
    pub case: CaseId,
    /// Whom that case is with, for who may see cases; `None` for others.
    pub recipient: Option<SentRecipient>,
    /// How many messages it keeps.
    pub messages: u64,
    /// How many it came too late for.
    pub too_late: u64,
    /// Why; `None` once that was forgotten, and when it was lost.
    pub reason: Option<String>,
    /// Whether it stands again after a restore because the ledger told of it, so that the reason is lost.
    pub restored: bool,
    /// On which day somebody is to look at it again.
    pub review_on: Date,
    /// Whether that day has come.
    pub review_due: bool,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// The name of who placed it; `None` when nobody of that account is known any more.
    pub placed_by: Option<String>,
    /// When somebody lifted it.
    pub lifted: Option<LiftedHold>,
}

/// How a hold came to its end.
#[derive(Clone, PartialEq, Eq)]
pub struct LiftedHold {
    /// When it was lifted.
    pub at: Timestamp,
    /// The name of who lifted it, as [`Hold::placed_by`].
    pub by: Option<String>,
    /// Why; `None` once that was forgotten, and when it was lost.
    pub reason: Option<String>,
    /// Whether the ledger told of it after a restore, so that who lifted it and why is lost. From that instant on the seven days are
    /// counted.
    pub restored: bool,
    /// From when it keeps nothing any more.
    pub keeps_until: Timestamp,
    /// Whether that has come.
    pub is_over: bool,
}

/// An organisation's holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Holds {
    /// Those in force, the next review first.
    pub standing: Vec<Hold>,
    /// Where to go on with them, when there are more.
    pub more_standing: Option<Cursor>,
    /// Those that were lifted, the latest first.
    pub lifted: Vec<Hold>,
    /// Where to go on with them, when there are more.
    pub more_lifted: Option<Cursor>,
    /// Whether recipients may see that there is a hold on a case of theirs.
    pub shown_to_recipients: bool,
    /// Where the organisation's days end.
    pub time_zone: TimeZone,
}

impl Portal {
    /// A part of the holds of the actor's organisation: those in force are open, those that were lifted closed.
    ///
    /// # Errors
    ///
    /// [`HoldError::Denied`], [`HoldError::Fault`].
    pub async fn holds(&self, actor: &StaffActor, part: ListPart) -> Result<Holds, HoldError> {
        let context = &*self.0;
        context.require(actor, Action::SeeHolds).await??;
        let (reader, id) = (context.database.reader(), actor.organisation_id());
        let (mut standing, mut lifted) = (Vec::new(), Vec::new());
        if let Some(after) = part.open() {
            standing = store::standing(id, after).all(reader).await?;
        }
        if let Some(after) = part.closed() {
            lifted = store::lifted(id, after).all(reader).await?;
        }
        let more_standing = list_part::cut(&mut standing, |row| Cursor::new(row.review_at, row.id));
        let more_lifted = list_part::cut(&mut lifted, |row| {
            Cursor::new(row.lifted_at.unwrap_or_default(), row.id)
        });
        let row = organisation::find_row(reader, id).await?;
        let row = row.ok_or(Denied::OrganisationGone)?;
        let shown_to_recipients = row.holds_shown == Some(1);
        let time_zone = organisation::Organisation::from_row(row)?.time_zone;
        let named = |rows: &[Model]| list_part::named(rows.iter().map(|row| row.id));
        let shown = format!("standing {} lifted {}", named(&standing), named(&lifted));
        let entry = AuditEntry::by_staff(actor, AuditAction::HoldsListed).detail(&shown);
        // Together, since it is one look.
        let in_force = standing.len();
        standing.append(&mut lifted);
        let mut standing = views(context, actor, &standing, &time_zone, &entry).await?;
        let lifted = standing.split_off(in_force.min(standing.len()));
        Ok(Holds {
            standing,
            more_standing,
            lifted,
            more_lifted,
            shown_to_recipients,
            time_zone,
        })
    }

    /// One hold of the actor's organisation, and where its days end.
    ///
    /// # Errors
    ///
    /// [`HoldError::Denied`], [`HoldError::NotFound`], [`HoldError::Fault`].
    pub async fn hold(&self, actor: &StaffActor, hold: HoldId) -> Result<(Hold, TimeZone), HoldError> {
        let context = &*self.0;
        context.require(actor, Action::SeeHolds).await??;
        let reader = context.database.reader();
        let row = store::find(reader, actor.organisation_id(), hold).await?;
        let row = row.ok_or(HoldError::NotFound)?;
        let organisation = organisation::find(reader, actor.organisation_id()).await?;
        let organisation = organisation.ok_or(Denied::OrganisationGone)?;
        // About the case, whose recipient may see that somebody looked at it, and not that there is a hold.
        let entry = AuditEntry::by_staff(actor, AuditAction::CasesListed).about(AuditTarget::Case(row.case()));
        let mut views = views(context, actor, &[row], &organisation.time_zone, &entry).await?;
        let view = views.pop().ok_or(HoldError::NotFound)?;
        Ok((view, organisation.time_zone))
    }

    /// Whom a case of the actor's organisation is with, for whoever is about to place a hold on it; forgotten when the recipient may read
    /// nothing of it any more, as on the page of the case.
    ///
    /// # Errors
    ///
    /// [`HoldError::Denied`]; [`HoldError::NotFound`] also when nothing lives in it any more; [`HoldError::Fault`].
    pub async fn case_to_hold(&self, actor: &StaffActor, case: CaseId) -> Result<SentRecipient, HoldError> {
        let context = &*self.0;
        context.require(actor, Action::PlaceHold).await??;
        let (reader, now) = (context.database.reader(), context.now());
        let recipient = recipient_of(reader, actor.organisation_id(), case).await?;
        let recipient = recipient.ok_or(HoldError::NotFound)?;
        let deliveries = delivery::entity::Entity::find()
            .filter(delivery::entity::Column::CaseId.eq(*case.as_uuid()))
            .all(reader)
            .await?;
        let lives = |row| DeliveryStatus::from_row(row, now).is_living();
        if !deliveries.iter().any(lives) {
            return Ok(SentRecipient::Forgotten);
        }
        let entry = AuditEntry::by_staff(actor, AuditAction::CasesListed).about(AuditTarget::Case(case));
        context.record(&entry).await?;
        let known = context.vault.known_as(&[recipient]).await?;
        Ok(known
            .get(&recipient)
            .cloned()
            .map_or(SentRecipient::Unreadable, SentRecipient::Known))
    }

    /// How many documents of the actor's organisation are held.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn held_documents(&self, actor: &StaffActor) -> Result<u64, ChangeRetentionError> {
        const HELD: &str = concat!(
            "SELECT COUNT(*) FROM document WHERE document.purged_at IS NULL AND document.message_id IN (\
             SELECT delivery.message_id FROM delivery WHERE delivery.organisation_id = $1 AND delivery.purged_at IS NULL \
             AND delivery.condemned_at IS NULL AND ",
            super::held!("delivery", "$2"),
            ")"
        );
        let context = &*self.0;
        context.require(actor, Action::SeeRetention).await??;
        let reader = context.database.reader();
        let values: [Value; 2] = [
            (*actor.organisation_id().as_uuid()).into(),
            super::protects_since(context.now()).as_millis().into(),
        ];
        let question = Statement::from_sql_and_values(reader.get_database_backend(), HELD, values);
        let row = reader.query_one_raw(question).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(u64::try_from(count).map_err(Fault::new)?)
    }
}

async fn views(
    context: &Context,
    actor: &StaffActor,
    rows: &[Model],
    time_zone: &TimeZone,
    entry: &AuditEntry<'_>,
) -> Result<Vec<Hold>, HoldError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let reader = context.database.reader();
    let staff: BTreeSet<StaffId> = rows
        .iter()
        .flat_map(|row| [Some(row.placed_by), row.lifted_by])
        .flatten()
        .map(StaffId::from_uuid)
        .collect();
    let names = staff::names(context, reader, actor.organisation_id(), &staff).await?;
    let name = |id: Uuid| names.get(&StaffId::from_uuid(id)).cloned();
    let mut people = people(context, actor, rows, entry).await?;
    let messages = messages(context, rows).await?;
    let now = context.now();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let lifted = match row.lifted_at.map(Timestamp::from_millis) {
            None => None,
            Some(at) => Some(LiftedHold {
                at,
                by: row.lifted_by.and_then(name),
                reason: said(context, row, Said::OnLifting)?,
                restored: row.lifted_by.is_none(),
                keeps_until: keeps_until(at),
                is_over: keeps_until(at) <= now,
            }),
        };
        let review_at = Timestamp::from_millis(row.review_at);
        views.push(Hold {
            id: row.hold_id(),
            scope: row.scope(),
            case: row.case(),
            recipient: people.remove(&row.id),
            messages: messages.get(&row.id).copied().unwrap_or(0),
            too_late: u64::try_from(row.too_late).map_err(Fault::new)?,
            reason: said(context, row, Said::OnPlacing)?,
            restored: row.restored_at.is_some(),
            review_on: local_date(review_at, time_zone),
            review_due: review_at <= now && lifted.is_none(),
            placed_at: Timestamp::from_millis(row.placed_at),
            placed_by: name(row.placed_by),
            lifted,
        });
    }
    Ok(views)
}

/// Whom the holds' cases are with, for whoever may see cases; the log is told `entry` before.
async fn people(
    context: &Context,
    actor: &StaffActor,
    rows: &[Model],
    entry: &AuditEntry<'_>,
) -> Result<HashMap<Uuid, SentRecipient>, HoldError> {
    if !actor.role().allows(Action::SeeCases) {
        return Ok(HashMap::new());
    }
    context.record(entry).await?;
    let cases: HashMap<Uuid, RecipientId> = case::entity::Entity::find()
        .filter(case::entity::Column::Id.is_in(rows.iter().map(|row| row.case_id)))
        .all(context.database.reader())
        .await?
        .into_iter()
        .filter_map(|row| Some((row.id, RecipientId::from_uuid(row.recipient_id?))))
        .collect();
    // Of a settled hold it is forgotten, also while its case is there.
    let of = |row: &Model| match row.settled_at {
        Some(_) => None,
        None => cases
            .get(&row.case_id)
            .copied()
            .or(row.recipient_id.map(RecipientId::from_uuid)),
    };
    let recipients: Vec<RecipientId> = rows.iter().filter_map(of).collect();
    let known = context.vault.known_as(&recipients).await?;
    let recipient = |row: &Model| match of(row) {
        Some(id) => known
            .get(&id)
            .cloned()
            .map_or(SentRecipient::Unreadable, SentRecipient::Known),
        None => SentRecipient::Forgotten,
    };
    Ok(rows.iter().map(|row| (row.id, recipient(row))).collect())
}

/// How many messages each of these holds keeps.
async fn messages(context: &Context, rows: &[Model]) -> Result<HashMap<Uuid, u64>, Fault> {
    const KEPT: &str = "SELECT hold.id, COUNT(DISTINCT delivery.message_id) FROM hold JOIN delivery \
        ON delivery.organisation_id = hold.organisation_id \
        AND (delivery.case_id = hold.case_id OR delivery.recipient_id = hold.recipient_id) \
        WHERE delivery.purged_at IS NULL AND delivery.condemned_at IS NULL AND hold.settled_at IS NULL AND hold.id IN (";
    let reader = context.database.reader();
    let places: Vec<String> = (1..=rows.len()).map(|place| format!("${place}")).collect();
    let question = format!("{KEPT}{}) GROUP BY hold.id", places.join(", "));
    let values = rows.iter().map(|row| row.id.into());
    let question = Statement::from_sql_and_values(reader.get_database_backend(), question, values);
    let mut kept = HashMap::new();
    for row in reader.query_all_raw(question).await? {
        let count: i64 = row.try_get_by_index(1)?;
        kept.insert(row.try_get_by_index(0)?, u64::try_from(count).map_err(Fault::new)?);
    }
    Ok(kept)
}

/// What was said of a hold; `None` once that was forgotten.
pub(super) fn said(context: &Context, row: &Model, said: Said) -> Result<Option<String>, Fault> {
    let sealed = match said {
        Said::OnPlacing => &row.sealed_reason,
        Said::OnLifting => &row.sealed_lift_reason,
    };
    let Some(sealed) = sealed else { return Ok(None) };
    let id = row.hold_id();
    let place = Field::new("hold", said.column(), id.as_bytes());
    let opened = context.vault.hold_key().open_text(place, sealed);
    opened.map(Some).map_err(Fault::new)
}
