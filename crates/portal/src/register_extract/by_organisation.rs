//! An organisation's admins make an extract of what their own organisation has registered about a person, for a reason. It is gathered
//! and handed out at once and kept nowhere; what is kept is that, when, by whom and why.

use std::collections::BTreeSet;
use std::time::Duration;

use base::{OrganisationId, Personnummer, RecipientId, RegisterExtractId, StaffId, Timestamp};
use jiff::tz::TimeZone;
use keyring::Field;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, TryInsertResult, Value,
};
use uuid::Uuid;

use super::gather;
use super::organisation_entity::{Column, Entity, Model};
use super::organisation_part::OrganisationExtract;
use super::part::KeptOrganisationExtract;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::message::is_line;
use crate::organisation::NotLocked;
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, RecipientActor, RecipientIdentifier, StaffActor, organisation, staff};

/// How many an organisation's admins may ask for within [`DAY`].
pub const ORGANISATION_EXTRACTS_A_DAY: u64 = 50;
/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 200;
/// How many are listed, the latest.
const LISTED: u64 = 50;
/// How many a person is shown of those about them, the latest.
const SHOWN: u32 = 100;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Those about somebody, and who made each.
const ABOUT: &str = "\
    SELECT organisation.name, organisation_extract.made_at, organisation_extract.made_by FROM organisation_extract \
    JOIN organisation ON organisation.id = organisation_extract.organisation_id \
    WHERE organisation_extract.recipient_id = $1 \
    ORDER BY organisation_extract.made_at DESC, organisation_extract.id DESC LIMIT $2";

/// An extract to make.
#[derive(Clone)]
pub struct NewOrganisationExtract {
    /// Names the form that it is asked for with: the same form again makes no second one.
    pub form: RegisterExtractId,
    /// Whom it is about.
    pub number: Personnummer,
    /// Why: one line of at most 200 characters, for the organisation's own admins.
    pub reason: String,
}

/// An extract that an organisation made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeOrganisationExtract {
    /// When.
    pub made_at: Timestamp,
    /// The name of who made it; `None` when nobody of that account is known any more.
    pub made_by: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether the organisation had anything about whom it asked for.
    pub found: bool,
}

/// The extracts that an organisation made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationExtracts {
    /// The latest fifty, the latest first.
    pub made: Vec<MadeOrganisationExtract>,
    /// Where the organisation's days end.
    pub time_zone: TimeZone,
}

/// An organisation's extract is not made, or those that were are not shown.
#[derive(Debug, thiserror::Error)]
pub enum OrganisationExtractError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The reason is missing, too long or no single line.
    #[error("the reason must be one line of at most {MAX_REASON_CHARS} characters")]
    InvalidReason,
    /// It was asked for with this form before.
    #[error("an extract was asked for with this form before")]
    FormUsed,
    /// The organisation has asked for as many as it may within a day.
    #[error("the organisation has asked for {ORGANISATION_EXTRACTS_A_DAY} extracts within a day")]
    TooMany,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for OrganisationExtractError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<NotLocked> for OrganisationExtractError {
    fn from(problem: NotLocked) -> Self {
        problem.or_gone(Self::Denied(Denied::OrganisationGone))
    }
}

impl Portal {
    /// The extracts that organisations made about the person, the latest first; at most a hundred. As long as it is kept that they were
    /// made.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn extracts_by_organisations(
        &self,
        actor: &RecipientActor,
    ) -> Result<Vec<KeptOrganisationExtract>, Fault> {
        about(&self.0, actor, SHOWN).await
    }

    /// A name for a form that asks for an extract.
    #[must_use]
    pub fn new_extract_form(&self) -> RegisterExtractId {
        self.0.ids.next()
    }

    /// The extracts that the actor's organisation made, as long as it is kept that they were.
    ///
    /// # Errors
    ///
    /// [`OrganisationExtractError::Denied`], [`OrganisationExtractError::Fault`].
    pub async fn organisation_extracts(
        &self,
        actor: &StaffActor,
    ) -> Result<OrganisationExtracts, OrganisationExtractError> {
        let context = &*self.0;
        context.require(actor, Action::MakeRegisterExtract).await??;
        let (reader, own) = (context.database.reader(), actor.organisation_id());
        let organisation = organisation::find(reader, own).await?;
        let organisation = organisation.ok_or(Denied::OrganisationGone)?;
        let rows = of(own)
            .order_by_desc(Column::MadeAt)
            .order_by_desc(Column::Id)
            .limit(LISTED)
            .all(reader)
            .await?;
        let makers: BTreeSet<StaffId> = rows.iter().map(|row| StaffId::from_uuid(row.made_by)).collect();
        let names = staff::names(context, reader, own, &makers).await?;
        let made = rows.iter().map(|row| {
            let id = RegisterExtractId::from_uuid(row.id);
            let reason = context.vault.extract_reason_key();
            Ok(MadeOrganisationExtract {
                made_at: Timestamp::from_millis(row.made_at),
                made_by: names.get(&StaffId::from_uuid(row.made_by)).cloned(),
                reason: reason.open_text(place(&id), &row.sealed_reason).map_err(Fault::new)?,
                found: row.recipient_id.is_some(),
            })
        });
        Ok(OrganisationExtracts {
            made: made.collect::<Result<_, Fault>>()?,
            time_zone: organisation.time_zone,
        })
    }

    /// Makes an extract of what the actor's organisation has registered about whoever has that number; `None` when it has nothing, which
    /// says nothing of whether the portal or others know them. The audit event is committed before anything is given.
    ///
    /// # Errors
    ///
    /// [`OrganisationExtractError`]; nothing was given then.
    pub async fn make_organisation_extract(
        &self,
        actor: &StaffActor,
        new: &NewOrganisationExtract,
    ) -> Result<Option<OrganisationExtract>, OrganisationExtractError> {
        let context = &*self.0;
        context.require(actor, Action::MakeRegisterExtract).await??;
        let reason = new.reason.trim();
        if !is_line(reason, MAX_REASON_CHARS) {
            return Err(OrganisationExtractError::InvalidReason);
        }
        let id: RegisterExtractId = context.ids.next();
        let now = context.now();
        // Before anything is gathered in vain.
        check(context.database.reader(), actor.organisation_id(), new.form, now).await?;
        let asked = [RecipientIdentifier::Number(new.number.clone())];
        let found = context
            .vault
            .find_recipients(&asked)
            .await?
            .into_iter()
            .flatten()
            .next();
        // The same questions are asked about whom nobody knows, so that not even the time that it takes tells who is known.
        let whom = found.unwrap_or_else(|| RecipientId::from_uuid(Uuid::nil()));
        let extract = gather::of_organisation(context, actor, whom, &new.number, id).await?;
        let row = Model {
            id: *id.as_uuid(),
            organisation_id: *actor.organisation_id().as_uuid(),
            recipient_id: extract.is_some().then_some(*whom.as_uuid()),
            form_id: *new.form.as_uuid(),
            made_at: now.as_millis(),
            made_by: *actor.staff_id().as_uuid(),
            sealed_reason: context
                .vault
                .extract_reason_key()
                .seal_field(place(&id), reason.as_bytes()),
        };
        let detail = id.to_string();
        let entry = match extract {
            Some(_) => AuditEntry::by_staff(actor, AuditAction::RegisterExtractMadeByOrganisation)
                .about(AuditTarget::Recipient(whom)),
            // Whom others know is not named.
            None => AuditEntry::by_staff(actor, AuditAction::RegisterExtractNothingFound),
        };
        let transaction = context.database.write().await?;
        // Again, now that no other can be made meanwhile.
        organisation::lock_row(&transaction, actor.organisation_id()).await?;
        check(&transaction, actor.organisation_id(), new.form, now).await?;
        let once = OnConflict::columns([Column::OrganisationId, Column::FormId])
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(row.into_active_model())
            .on_conflict(once)
            .try_insert()
            .exec_without_returning(&transaction)
            .await?;
        if !matches!(inserted, TryInsertResult::Inserted(1..)) {
            return Err(OrganisationExtractError::FormUsed);
        }
        context.audit.record(&transaction, now, &entry.detail(&detail)).await?;
        transaction.commit().await?;
        Ok(extract)
    }
}

/// Whether another may be asked for.
async fn check(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    form: RegisterExtractId,
    now: Timestamp,
) -> Result<(), OrganisationExtractError> {
    let used = of(organisation).filter(Column::FormId.eq(*form.as_uuid())).count(on);
    if used.await? > 0 {
        return Err(OrganisationExtractError::FormUsed);
    }
    let asked = of(organisation)
        .filter(Column::MadeAt.gt((now - DAY).as_millis()))
        .count(on);
    if asked.await? >= ORGANISATION_EXTRACTS_A_DAY {
        return Err(OrganisationExtractError::TooMany);
    }
    Ok(())
}

fn of(organisation: OrganisationId) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::OrganisationId.eq(*organisation.as_uuid()))
}

fn place(id: &RegisterExtractId) -> Field<'_> {
    Field::new("organisation_extract", "sealed_reason", id.as_bytes())
}

/// Those that were made about the person who acts, the latest first, and at most so many; with the names of who made them that the
/// person may know.
pub(super) async fn about(
    context: &Context,
    actor: &RecipientActor,
    limit: u32,
) -> Result<Vec<KeptOrganisationExtract>, Fault> {
    let on = context.database.reader();
    let values: [Value; 2] = [(*actor.recipient_id().as_uuid()).into(), i64::from(limit).into()];
    let question = Statement::from_sql_and_values(on.get_database_backend(), ABOUT, values);
    let rows = on.query_all_raw(question).await?;
    let makers: Vec<StaffId> = rows
        .iter()
        .map(|row| row.try_get_by_index(2).map(StaffId::from_uuid))
        .collect::<Result<_, DbErr>>()?;
    let names = staff::names_for(context, actor, &makers.iter().copied().collect()).await?;
    let made = rows.iter().zip(&makers).map(|(row, maker)| {
        Ok(KeptOrganisationExtract {
            organisation: row.try_get_by_index(0)?,
            made_at: row.try_get_by_index(1).map(Timestamp::from_millis)?,
            made_by: names.get(maker).cloned(),
        })
    });
    made.collect()
}

/// Gives those about some people to another, who they turned out to be.
pub(crate) async fn give(transaction: &WriteTransaction, linked: &[RecipientId], to: RecipientId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::RecipientId, (*to.as_uuid()).into())
        .filter(Column::RecipientId.is_in(linked.iter().map(|from| *from.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Forgets why an organisation made its extracts. That it did is what those see whom they were about.
pub(crate) async fn forget_reasons(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::SealedReason, Vec::<u8>::new().into())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// Deletes those about a person who is forgotten.
pub(super) async fn forget(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// Deletes those that were made longer ago than the audit log is kept. Says how many.
pub(crate) async fn forget_old(context: &Context) -> Result<u64, Fault> {
    let days = i32::try_from(context.settings.audit_retention_days).unwrap_or(i32::MAX);
    let end = context.now().day().plus_days(days.saturating_neg()).start();
    let transaction = context.database.write().await?;
    let deleted = Entity::delete_many()
        .filter(Column::MadeAt.lt(end.as_millis()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(deleted.rows_affected)
}
