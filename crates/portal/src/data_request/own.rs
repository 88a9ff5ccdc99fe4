//! A person's own requests.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use base::{CaseId, DataRequestId, OrganisationId, RecipientId, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::entity::{Column, Entity, Model};
use super::rule::{self, DataRequestKind, DataRequestState};
use super::texts::{Text, Texts};
use super::{store, view};
use crate::{
    Context, Fault, HandedRequest, KeptRequest, Portal, ReadError, RecipientActor, StaffActor, organisation, retention,
};

/// The most requests that a page shows, the latest.
const SHOWN: u64 = 100;
/// The most that a register extract has, the latest.
const IN_EXTRACT: u64 = 1_000;

/// A request as the person sees it who made it.
#[derive(Clone, PartialEq)]
pub struct OwnDataRequest {
    /// The request.
    pub id: DataRequestId,
    /// The name of the organisation that it went to.
    pub organisation: String,
    /// Where the organisation's days end.
    pub time_zone: TimeZone,
    /// The case that it is about; `None` for everything that the organisation has sent.
    pub case: Option<CaseId>,
    /// What the person asks for.
    pub kind: DataRequestKind,
    /// How far it has come.
    pub state: DataRequestState,
    /// Whether something that is erased is not destroyed, since the organisation must keep it for now. Nobody sees it meanwhile.
    pub waits: bool,
    /// What the person wrote.
    pub text: Option<String>,
    /// When the request came.
    pub received_at: Timestamp,
    /// The last day on which it is to be answered.
    pub answer_by: Date,
    /// Whether the organisation took longer, and why.
    pub extension: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// What the organisation wrote.
    pub answer: Option<String>,
    /// When everything that came of it was done.
    pub done_at: Option<Timestamp>,
    /// Until when it is kept.
    pub kept_until: Option<Timestamp>,
    /// Whether the organisation was deleted, so that nobody answers and everything that it sent is destroyed.
    pub organisation_deleted: bool,
}

impl Portal {
    /// The person's requests, the latest first; at most a hundred.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn own_requests(&self, actor: &RecipientActor) -> Result<Vec<OwnDataRequest>, Fault> {
        let context = &*self.0;
        let rows = latest(context, actor, SHOWN).await?;
        views(context, &rows, &Texts::of(context, &rows).await?).await
    }

    /// One of the person's requests.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`], also for somebody else's; [`ReadError::Fault`].
    pub async fn own_request(
        &self,
        actor: &RecipientActor,
        request: DataRequestId,
    ) -> Result<OwnDataRequest, ReadError> {
        let context = &*self.0;
        let row = store::of_recipient(context.database.reader(), actor.recipient_id(), request).await?;
        let rows: Vec<Model> = row.into_iter().collect();
        let views = views(context, &rows, &Texts::of(context, &rows).await?).await?;
        views.into_iter().next().ok_or(ReadError::NotFound)
    }

    /// The person's requests as an extract hands them out, with what was written in them, the latest first; as many as are registered.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn hand_out_requests(&self, actor: &RecipientActor) -> Result<Vec<HandedRequest>, Fault> {
        let context = &*self.0;
        let rows = latest(context, actor, IN_EXTRACT).await?;
        handed(context, &rows).await
    }
}

/// What a person asked of the organisation of who acts, with what was written, the latest first, and whether there is more than an
/// extract has. Whoever calls it has told the log.
pub(crate) async fn asked_of(
    context: &Context,
    actor: &StaffActor,
    recipient: RecipientId,
) -> Result<(Vec<HandedRequest>, bool), Fault> {
    let mut rows = of(recipient, IN_EXTRACT + 1)
        .filter(Column::OrganisationId.eq(*actor.organisation_id().as_uuid()))
        .all(context.database.reader())
        .await?;
    let is_cut = rows.len() as u64 > IN_EXTRACT;
    rows.truncate(usize::try_from(IN_EXTRACT).unwrap_or(usize::MAX));
    Ok((handed(context, &rows).await?, is_cut))
}

async fn handed(context: &Context, rows: &[Model]) -> Result<Vec<HandedRequest>, Fault> {
    let views = views(context, rows, &Texts::of(context, rows).await?).await?;
    let handed = |(row, view): (&Model, OwnDataRequest)| HandedRequest {
        request: kept(row, &view),
        text: view.text,
        extension: view.extension,
        answer: view.answer,
    };
    Ok(rows.iter().zip(views).map(handed).collect())
}

/// The person's requests without what was written in them, the latest first, and whether there are more than an extract has.
pub(crate) async fn registered(context: &Context, actor: &RecipientActor) -> Result<(Vec<KeptRequest>, bool), Fault> {
    let mut rows = latest(context, actor, IN_EXTRACT + 1).await?;
    let is_cut = rows.len() as u64 > IN_EXTRACT;
    rows.truncate(usize::try_from(IN_EXTRACT).unwrap_or(usize::MAX));
    let views = views(context, &rows, &Texts::none()).await?;
    let kept = rows.iter().zip(&views).map(|(row, view)| kept(row, view)).collect();
    Ok((kept, is_cut))
}

fn kept(row: &Model, view: &OwnDataRequest) -> KeptRequest {
    KeptRequest {
        id: view.id,
        organisation: view.organisation.clone(),
        case: view.case,
        kind: view.kind,
        state: view.state,
        waits: view.waits,
        received_at: view.received_at,
        answer_by: view.answer_by,
        extended_at: row.extended_at.map(Timestamp::from_millis),
        answered_at: view.answered_at,
        done_at: view.done_at,
        kept_until: view.kept_until,
        last_day: view
            .kept_until
            .map(|until| retention::last_day_before(until, &view.time_zone)),
    }
}

async fn latest(context: &Context, actor: &RecipientActor, limit: u64) -> Result<Vec<Model>, DbErr> {
    of(actor.recipient_id(), limit).all(context.database.reader()).await
}

fn of(recipient: RecipientId, limit: u64) -> Select<Entity> {
    Entity::find()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .order_by_desc(Column::ReceivedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
}

/// The requests as their person sees them, as many as there are rows.
async fn views(context: &Context, rows: &[Model], texts: &Texts) -> Result<Vec<OwnDataRequest>, Fault> {
    let waiting: HashSet<DataRequestId> = view::waiting(context, rows).await?;
    let ids: BTreeSet<OrganisationId> = rows.iter().map(Model::organisation).collect();
    let mut organisations = BTreeMap::new();
    for id in ids {
        let found = organisation::find_even_deleted(context.database.reader(), id).await?;
        let found = found.ok_or_else(|| Fault::new("a request's organisation is missing"))?;
        organisations.insert(id, found);
    }
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let organisation = organisations.get(&row.organisation());
        let organisation = organisation.ok_or_else(|| Fault::new("a request's organisation is missing"))?;
        let at = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        views.push(OwnDataRequest {
            id: row.request_id(),
            organisation: organisation.name.clone(),
            time_zone: organisation.time_zone.clone(),
            case: row.case(),
            kind: row.kind()?,
            state: row.state()?,
            waits: waiting.contains(&row.request_id()),
            text: texts.open(row, Text::Request),
            received_at: Timestamp::from_millis(row.received_at),
            answer_by: rule::answer_by(Timestamp::from_millis(row.due_at), &organisation.time_zone),
            extension: texts.open(row, Text::Extension),
            answered_at: at(row.answered_at),
            answer: texts.open(row, Text::Answer),
            done_at: at(row.done_at),
            kept_until: at(row.purge_at),
            organisation_deleted: organisation.deleted_at.is_some(),
        });
    }
    Ok(views)
}
