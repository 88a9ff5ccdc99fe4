//! Requests as the organisation's admins and auditors see them.

use std::collections::{BTreeSet, HashMap, HashSet};

use base::{CaseId, DataRequestId, OrganisationId, RecipientId, StaffId, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::entity::{Column, Model};
use super::rule::{self, DataRequestKind, DataRequestState};
use super::settle::going;
use super::texts::{Text, Texts};
use super::{SeeRequestsError, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::rights::Action;
use crate::{
    Context, Cursor, Denied, Fault, ListPart, Portal, SentRecipient, StaffActor, hold, list_part, organisation, staff,
};

/// A request as the organisation sees it that it went to.
#[derive(Clone, PartialEq)]
pub struct DataRequest {
    /// The request.
    pub id: DataRequestId,
    /// What the person asks for.
    pub kind: DataRequestKind,
    /// How far it has come.
    pub state: DataRequestState,
    /// Whether something that was erased for it is held and waits.
    pub waits: bool,
    /// The case that it is about, for who may answer; `None` for everything that the organisation has sent the person, and for others.
    pub case: Option<CaseId>,
    /// Who asks, for who may answer; `None` for others.
    pub recipient: Option<SentRecipient>,
    /// What they wrote, for who may answer; no list has it.
    pub text: Option<String>,
    /// When the request came.
    pub received_at: Timestamp,
    /// The last day on which it is to be answered.
    pub answer_by: Date,
    /// Whether that day is over without an answer.
    pub overdue: bool,
    /// When more time was taken.
    pub extended_at: Option<Timestamp>,
    /// Why, as [`DataRequest::text`].
    pub extension: Option<String>,
    /// Whether more time can be taken still.
    pub may_extend: bool,
    /// The name of who takes care of it.
    pub taken_up_by: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// The name of who answered.
    pub answered_by: Option<String>,
    /// What was answered, as [`DataRequest::text`].
    pub answer: Option<String>,
    /// When everything that came of it was done.
    pub done_at: Option<Timestamp>,
    /// When it is deleted.
    pub kept_until: Option<Timestamp>,
}

/// A case that a request for erasure is about.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestedCase {
    /// The case.
    pub id: CaseId,
    /// What the organisation calls this kind of document, of one of its messages.
    pub document_type: Option<String>,
    /// When the latest message in it was sent.
    pub sent_at: Timestamp,
    /// How many messages it has.
    pub messages: u64,
    /// How many documents they have.
    pub documents: u64,
    /// Whether a hold keeps it from being destroyed.
    pub held: bool,
}

/// An organisation's requests.
#[derive(Clone, PartialEq)]
pub struct DataRequests {
    /// Those that wait for an answer, the one that is due first.
    pub open: Vec<DataRequest>,
    /// Where to go on with them, when there are more.
    pub more_open: Option<Cursor>,
    /// The others, the latest first.
    pub answered: Vec<DataRequest>,
    /// Where to go on with them, when there are more.
    pub more_answered: Option<Cursor>,
    /// Where the organisation's days end.
    pub time_zone: TimeZone,
}

/// How many requests wait for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenRequests {
    /// All of them.
    pub open: u64,
    /// Those whose last day is over.
    pub overdue: u64,
}

impl Portal {
    /// A part of the requests that came to the actor's organisation: those that wait for an answer are open, the others closed.
    ///
    /// # Errors
    ///
    /// [`SeeRequestsError::Denied`], [`SeeRequestsError::Fault`].
    pub async fn data_requests(&self, actor: &StaffActor, part: ListPart) -> Result<DataRequests, SeeRequestsError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRequests).await??;
        let (reader, id) = (context.database.reader(), actor.organisation_id());
        let (mut open, mut answered) = (Vec::new(), Vec::new());
        if let Some(after) = part.open() {
            open = store::open_of(id, after).all(reader).await?;
        }
        if let Some(after) = part.closed() {
            answered = store::others_of(id, after).all(reader).await?;
        }
        let more_open = list_part::cut(&mut open, |row| Cursor::new(row.due_at, row.id));
        let more_answered = list_part::cut(&mut answered, |row| Cursor::new(row.received_at, row.id));
        let time_zone = time_zone(context, actor).await?;
        let named = |rows: &[Model]| list_part::named(rows.iter().map(|row| row.id));
        let shown = format!("open {} answered {}", named(&open), named(&answered));
        // Together, since it is one look.
        let waiting = open.len();
        open.append(&mut answered);
        let mut open = views(context, actor, &open, &time_zone, Look::List(&shown)).await?;
        let answered = open.split_off(waiting.min(open.len()));
        Ok(DataRequests {
            open,
            more_open,
            answered,
            more_answered,
            time_zone,
        })
    }

    /// One request that came to the actor's organisation, the cases that can be erased for it, and where the organisation's days end.
    ///
    /// # Errors
    ///
    /// [`SeeRequestsError`].
    pub async fn data_request(
        &self,
        actor: &StaffActor,
        request: DataRequestId,
    ) -> Result<(DataRequest, Vec<RequestedCase>, TimeZone), SeeRequestsError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRequests).await??;
        let reader = context.database.reader();
        let row = store::of_organisation(reader, actor.organisation_id(), request).await?;
        let row = row.ok_or(SeeRequestsError::NotFound)?;
        let time_zone = time_zone(context, actor).await?;
        let may_answer = actor.role().allows(Action::AnswerRequest);
        let cases = match (row.kind()?, row.state()?.is_open() && may_answer) {
            (DataRequestKind::Erasure, true) => cases(context, reader, &row).await?,
            _ => Vec::new(),
        };
        let mut views = views(context, actor, &[row], &time_zone, Look::One(request)).await?;
        let view = views.pop().ok_or(SeeRequestsError::NotFound)?;
        Ok((view, cases, time_zone))
    }

    /// How many requests wait for an answer of the actor's organisation; nothing for whom requests are not.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn open_requests(&self, actor: &StaffActor) -> Result<OpenRequests, Fault> {
        let context = &*self.0;
        if !actor.role().allows(Action::SeeRequests) {
            return Ok(OpenRequests::default());
        }
        let reader = context.database.reader();
        let open = store::open().filter(Column::OrganisationId.eq(*actor.organisation_id().as_uuid()));
        let overdue = open.clone().filter(Column::DueAt.lte(context.now().as_millis()));
        Ok(OpenRequests {
            open: open.count(reader).await?,
            overdue: overdue.count(reader).await?,
        })
    }
}

async fn time_zone(context: &Context, actor: &StaffActor) -> Result<TimeZone, SeeRequestsError> {
    let organisation = organisation::find(context.database.reader(), actor.organisation_id()).await?;
    let organisation = organisation.ok_or(Denied::OrganisationGone)?;
    Ok(organisation.time_zone)
}

/// What is looked at.
#[derive(Clone, Copy)]
enum Look<'a> {
    /// Some requests, without what was written in them; what the log says of which.
    List(&'a str),
    /// One.
    One(DataRequestId),
}

async fn views(
    context: &Context,
    actor: &StaffActor,
    rows: &[Model],
    time_zone: &TimeZone,
    look: Look<'_>,
) -> Result<Vec<DataRequest>, SeeRequestsError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let of_staff: BTreeSet<StaffId> = rows
        .iter()
        .flat_map(|row| [row.taken_up_by, row.answered_by])
        .flatten()
        .map(StaffId::from_uuid)
        .collect();
    let names = staff::names(context, context.database.reader(), actor.organisation_id(), &of_staff).await?;
    let name = |id: Option<Uuid>| names.get(&StaffId::from_uuid(id?)).cloned();
    let waiting = waiting(context, rows).await?;
    // Who asks, and for what, is for who answers; the log is told before.
    let may_answer = actor.role().allows(Action::AnswerRequest);
    let (mut people, mut texts) = (HashMap::new(), None);
    if may_answer {
        let entry = AuditEntry::by_staff(actor, AuditAction::DataRequestsListed);
        let entry = match look {
            Look::List(shown) => entry.detail(shown),
            Look::One(request) => entry.about(AuditTarget::DataRequest(request)),
        };
        context.record(&entry).await?;
        let asking: Vec<RecipientId> = rows.iter().map(Model::recipient).collect();
        people = context.vault.known_as(&asking).await?;
        if let Look::One(_) = look {
            texts = Some(Texts::of(context, rows).await?);
        }
    }
    let now = context.now();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let open = |which| texts.as_ref().and_then(|texts| texts.open(row, which));
        let at = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        let (state, due_at) = (row.state()?, Timestamp::from_millis(row.due_at));
        let recipient = people.get(&row.recipient()).cloned();
        views.push(DataRequest {
            id: row.request_id(),
            kind: row.kind()?,
            state,
            waits: waiting.contains(&row.request_id()),
            case: may_answer.then(|| row.case()).flatten(),
            recipient: may_answer.then(|| recipient.map_or(SentRecipient::Unreadable, SentRecipient::Known)),
            text: open(Text::Request),
            received_at: Timestamp::from_millis(row.received_at),
            answer_by: rule::answer_by(due_at, time_zone),
            overdue: state.is_open() && due_at <= now,
            extended_at: at(row.extended_at),
            extension: open(Text::Extension),
            may_extend: state.is_open() && row.extended_at.is_none() && now < due_at,
            taken_up_by: name(row.taken_up_by),
            answered_at: at(row.answered_at),
            answered_by: name(row.answered_by),
            answer: open(Text::Answer),
            done_at: at(row.done_at),
            kept_until: at(row.purge_at),
        });
    }
    Ok(views)
}

/// Which of these requests wait for a hold.
pub(super) async fn waiting(context: &Context, rows: &[Model]) -> Result<HashSet<DataRequestId>, Fault> {
    let reader = context.database.reader();
    let mut waiting = HashSet::new();
    for row in rows {
        if row.state()? != DataRequestState::Granted {
            continue;
        }
        if waits(context, reader, row.request_id()).await? {
            waiting.insert(row.request_id());
        }
    }
    Ok(waiting)
}

/// Whether something that is erased of what a request is about waits for a hold.
pub(super) async fn waits(context: &Context, on: &impl ConnectionTrait, request: DataRequestId) -> Result<bool, Fault> {
    const WAITS: &str = concat!(
        "SELECT 1 FROM data_request JOIN delivery ON ",
        going!(),
        " WHERE data_request.id = $1 AND delivery.condemned_at IS NULL AND ",
        hold::held!("delivery", "$2"),
        " LIMIT 1"
    );
    let values: [Value; 2] = [
        (*request.as_uuid()).into(),
        hold::protects_since(context.now()).as_millis().into(),
    ];
    let question = Statement::from_sql_and_values(on.get_database_backend(), WAITS, values);
    Ok(on.query_one_raw(question).await?.is_some())
}

/// The cases that can be erased for a request: those that it is about in which something lives that is not going already.
pub(super) async fn cases(
    context: &Context,
    on: &impl ConnectionTrait,
    row: &Model,
) -> Result<Vec<RequestedCase>, Fault> {
    const CASES: &str = concat!(
        "SELECT delivery.case_id, MAX(message.document_type), MAX(delivery.sent_at), COUNT(*), \
         CAST(SUM((SELECT COUNT(*) FROM document WHERE document.message_id = delivery.message_id \
         AND document.purged_at IS NULL)) AS BIGINT), CAST(MAX(CASE WHEN ",
        hold::held!("delivery", "$3"),
        " THEN 1 ELSE 0 END) AS BIGINT) FROM delivery JOIN message ON message.id = delivery.message_id \
         WHERE delivery.organisation_id = $1 AND delivery.recipient_id = $2 AND delivery.purged_at IS NULL \
         AND delivery.condemned_at IS NULL AND (delivery.erased_for IS NULL OR delivery.erased_for = $4) \
         GROUP BY delivery.case_id ORDER BY MAX(delivery.sent_at) DESC, delivery.case_id"
    );
    let (organisation, recipient): (OrganisationId, RecipientId) = (row.organisation(), row.recipient());
    let values: [Value; 4] = [
        (*organisation.as_uuid()).into(),
        (*recipient.as_uuid()).into(),
        hold::protects_since(context.now()).as_millis().into(),
        // Erased by the ledger's word alone: for which request a restored copy does not know.
        Uuid::nil().into(),
    ];
    let question = Statement::from_sql_and_values(on.get_database_backend(), CASES, values);
    let mut cases = Vec::new();
    for found in on.query_all_raw(question).await? {
        let number =
            |index| -> Result<u64, Fault> { u64::try_from(found.try_get_by_index::<i64>(index)?).map_err(Fault::new) };
        let id = CaseId::from_uuid(found.try_get_by_index(0)?);
        if row.case().is_some_and(|about| about != id) {
            continue;
        }
        cases.push(RequestedCase {
            id,
            document_type: found.try_get_by_index(1)?,
            sent_at: Timestamp::from_millis(found.try_get_by_index(2)?),
            messages: number(3)?,
            documents: number(4)?,
            held: number(5)? == 1,
        });
    }
    Ok(cases)
}
