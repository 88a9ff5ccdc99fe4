//! Making a request, and taking it back.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{CaseId, DataRequestId, OrganisationId, RecipientId, Timestamp};
use jiff::tz::TimeZone;
use keyring::ContentOwner;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::rule::{self, DataRequestKind, DataRequestState, MAX_A_DAY, MAX_OPEN};
use super::texts::{Text, seal};
use super::{MakeRequestError, WithdrawRequestError, settle, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::{Context, Fault, Portal, ReadError, RecipientActor, case, event, jobs, organisation};

/// How long what was sent counts against [`MAX_A_DAY`].
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A request to make.
#[derive(Clone)]
pub struct NewDataRequest {
    /// Names the form that it is sent with: the same form again makes no second request.
    pub form: DataRequestId,
    /// Whom it goes to.
    pub organisation: OrganisationId,
    /// The case that it is about; everything that the organisation has sent the person when there is none.
    pub case: Option<CaseId>,
    /// What the person asks for.
    pub kind: DataRequestKind,
    /// In their own words, at most 2,000 characters; must say something to have something put right.
    pub text: String,
}

/// An organisation that a person can ask, since it has something for them.
#[derive(Clone, PartialEq)]
pub struct RequestableOrganisation {
    /// The organisation.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Where its days end.
    pub time_zone: TimeZone,
    /// The cases with it that the person can read now, the latest first.
    pub cases: Vec<RequestableCase>,
}

/// A case that a request can be about.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestableCase {
    /// The case.
    pub id: CaseId,
    /// The title of its latest message; `None` when it does not open.
    pub title: Option<String>,
    /// When that was sent.
    pub sent_at: Timestamp,
}

impl Portal {
    /// Whom the person can send a request to, and about which cases: organisations by name.
    ///
    /// # Errors
    ///
    /// [`ReadError::Fault`].
    pub async fn requestable(&self, actor: &RecipientActor) -> Result<Vec<RequestableOrganisation>, ReadError> {
        use case::entity::{Column, Entity};
        let context = &*self.0;
        let rows = Entity::find()
            .filter(Column::RecipientId.eq(*actor.recipient_id().as_uuid()))
            .all(context.database.reader())
            .await?;
        let of: BTreeMap<CaseId, OrganisationId> = rows
            .iter()
            .map(|row| {
                (
                    CaseId::from_uuid(row.id),
                    OrganisationId::from_uuid(row.organisation_id),
                )
            })
            .collect();
        let mut found = BTreeMap::new();
        for id in of.values() {
            if !found.contains_key(id)
                && let Some(organisation) = organisation::find(context.database.reader(), *id).await?
            {
                let requestable = RequestableOrganisation {
                    id: *id,
                    name: organisation.name,
                    time_zone: organisation.time_zone,
                    cases: Vec::new(),
                };
                found.insert(*id, requestable);
            }
        }
        for entry in self.inbox(actor).await? {
            let organisation = of.get(&entry.case).and_then(|id| found.get_mut(id));
            if let Some(organisation) = organisation {
                organisation.cases.push(RequestableCase {
                    id: entry.case,
                    title: entry.title,
                    sent_at: entry.sent_at,
                });
            }
        }
        let mut found: Vec<_> = found.into_values().collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// A name for a form of a request.
    #[must_use]
    pub fn new_request_form(&self) -> DataRequestId {
        self.0.ids.next()
    }

    /// Sends a request to an organisation that has something for the person. The same form twice is one request.
    ///
    /// # Errors
    ///
    /// [`MakeRequestError`].
    pub async fn make_request(
        &self,
        actor: &RecipientActor,
        new: &NewDataRequest,
    ) -> Result<DataRequestId, MakeRequestError> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let text = rule::request_text(new.kind, &new.text).ok_or(MakeRequestError::InvalidText)?;
        let reader = context.database.reader();
        if let Some(made) = store::of_form(reader, recipient, new.form).await? {
            return Ok(made);
        }
        // Before a key is made: nothing is written for whoever may not ask.
        cases(reader, recipient, new).await?;
        check_open(reader, recipient, new, context.now()).await?;
        let organisation = organisation::find(reader, new.organisation).await?;
        let organisation = organisation.ok_or(MakeRequestError::NotFound)?;
        let due_at = rule::due_at(now, false, &organisation.time_zone);
        let due_at = due_at.ok_or_else(|| Fault::new("no month is left in the calendar"))?;
        let id: DataRequestId = context.ids.next();
        let owner = [ContentOwner::Request(id)];
        let day = jobs::last_day(context, now.day());
        let keys = context.vault.new_content_keys(organisation.id, &owner, day).await?;
        let key = keys
            .into_iter()
            .next()
            .ok_or_else(|| Fault::new("a request got no key"))?;
        // Whoever asks stays known until there is an answer, also when their last case ends meanwhile.
        context.vault.extend_recipients(&[recipient], day).await?;
        let row = Model {
            id: *id.as_uuid(),
            organisation_id: *organisation.id.as_uuid(),
            recipient_id: *recipient.as_uuid(),
            form_id: *new.form.as_uuid(),
            case_id: new.case.map(|case| *case.as_uuid()),
            kind: new.kind.as_str().to_owned(),
            state: DataRequestState::Received.as_str().to_owned(),
            sealed_text: seal(&key, id, Text::Request, &text),
            received_at: now.as_millis(),
            due_at: due_at.as_millis(),
            extended_at: None,
            sealed_extension: None,
            taken_up_by: None,
            answered_at: None,
            answered_by: None,
            sealed_answer: None,
            done_at: None,
            purge_at: None,
        };
        let made = receive(context, actor, new, row).await;
        let is_unwritten = match &made {
            Ok(made) => *made != id,
            Err(error) => !matches!(error, MakeRequestError::Fault(_)),
        };
        // After a fault it may be written. If it is not, nothing names the key, and it goes as an orphan.
        if is_unwritten {
            context.vault.destroy_content_keys(&owner).await?;
        }
        made
    }

    /// Takes back a request of the person's that is not answered.
    ///
    /// # Errors
    ///
    /// [`WithdrawRequestError`].
    pub async fn withdraw_request(
        &self,
        actor: &RecipientActor,
        request: DataRequestId,
    ) -> Result<(), WithdrawRequestError> {
        let context = &*self.0;
        let now = context.now();
        let row = store::of_recipient(context.database.reader(), actor.recipient_id(), request).await?;
        let row = row.ok_or(WithdrawRequestError::NotFound)?;
        let purge_at = settle::purge_at(context, row.organisation(), now).await?;
        let transaction = context.database.write().await?;
        let withdrawn = store::change_open(request)
            .col_expr(Column::State, DataRequestState::Withdrawn.as_str().into())
            .col_expr(Column::DoneAt, now.as_millis().into())
            .col_expr(Column::PurgeAt, purge_at.as_millis().into())
            .exec(&transaction)
            .await?;
        if withdrawn.rows_affected == 0 {
            return Err(WithdrawRequestError::AlreadyAnswered);
        }
        let entry = AuditEntry::by_recipient(actor, AuditAction::DataRequestWithdrawn)
            .within(row.organisation())
            .about(AuditTarget::DataRequest(request));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Writes a request down. Under the lock of the person's cases with the organisation, so that two at once count each other.
async fn receive(
    context: &Context,
    actor: &RecipientActor,
    new: &NewDataRequest,
    row: Model,
) -> Result<DataRequestId, MakeRequestError> {
    let (recipient, id) = (row.recipient(), row.request_id());
    let now = Timestamp::from_millis(row.received_at);
    let transaction: WriteTransaction = context.database.write().await?;
    let cases = cases(&transaction, recipient, new).await?;
    case::lock(&transaction, &cases).await?;
    if !organisation::stays(&transaction, new.organisation).await? {
        return Err(MakeRequestError::NotFound);
    }
    if let Some(made) = store::of_form(&transaction, recipient, new.form).await? {
        return Ok(made);
    }
    check_open(&transaction, recipient, new, now).await?;
    store::insert(&transaction, row).await?;
    event::record_request(&transaction, new.organisation, now, id).await?;
    let entry = AuditEntry::by_recipient(actor, AuditAction::DataRequestReceived)
        .within(new.organisation)
        .about(AuditTarget::DataRequest(id))
        .detail(new.kind.as_str());
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await?;
    Ok(id)
}

/// The person's cases with the organisation, of which the one that the request is about must be one.
async fn cases(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
    new: &NewDataRequest,
) -> Result<Vec<Uuid>, MakeRequestError> {
    use case::entity::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::OrganisationId.eq(*new.organisation.as_uuid()))
        .order_by_asc(Column::Id)
        .all(on)
        .await?;
    let cases: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    let is_theirs = match new.case {
        Some(case) => cases.contains(case.as_uuid()),
        None => !cases.is_empty(),
    };
    is_theirs.then_some(cases).ok_or(MakeRequestError::NotFound)
}

async fn check_open(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
    new: &NewDataRequest,
    now: Timestamp,
) -> Result<(), MakeRequestError> {
    let open = store::open()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::OrganisationId.eq(*new.organisation.as_uuid()))
        .count(on);
    let open: u64 = open.await.map_err(|error: DbErr| Fault::from(error))?;
    if open >= u64::try_from(MAX_OPEN).unwrap_or(u64::MAX) {
        return Err(MakeRequestError::TooMany);
    }
    let of_today = Entity::find()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::OrganisationId.eq(*new.organisation.as_uuid()))
        .filter(Column::ReceivedAt.gt((now - DAY).as_millis()))
        .count(on);
    let of_today: u64 = of_today.await.map_err(|error: DbErr| Fault::from(error))?;
    if of_today >= MAX_A_DAY {
        return Err(MakeRequestError::TooManyToday);
    }
    Ok(())
}
