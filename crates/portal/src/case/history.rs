//! What happened to a case, as its recipient is told of it: what its sender did, and each time that they opened something
//! themselves, by the audit log.

mod repeats;

use std::collections::{BTreeSet, HashMap};

use base::{CaseId, DocumentId, MessageId, SessionId, StaffId, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use self::repeats::once;
use super::view::{CaseView, Opened, load};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Context, Fault, ListedDocument, Portal, ReadError, RecipientActor, Whereabouts, past_sign_in, staff};

/// How many acts are told, of which some happened twice: what one sign-in or staff member does again and again the same day, as a browser
/// that fetches a document in many pieces, or somebody who wants the acts before it out of sight, is one.
pub(super) const ACTS: usize = 300;

/// When the recipient was written to of each delivery, and when and by whom the rules that it follows were decided.
const BY_SENDER: &str = "\
    SELECT delivery.message_id, delivery.notified_at, retention_policy.decided_at, retention_policy.decided_by, \
    retention_policy.approved_by FROM delivery \
    LEFT JOIN retention_policy ON retention_policy.organisation_id = delivery.organisation_id \
    AND retention_policy.version = delivery.policy_version WHERE delivery.case_id = $1 AND delivery.recipient_id = $2";

/// What the organisation decided about the case.
const DECIDED: &str = "\
    SELECT at, action, detail, actor_kind, actor_id FROM audit_event WHERE target_id = $1 \
    AND action IN ('case.closed', 'case.reopened', 'case.extended') AND EXISTS ( \
    SELECT 1 FROM delivery WHERE delivery.case_id = $1 AND delivery.recipient_id = $2) ORDER BY at DESC, counter DESC LIMIT $3";

/// When the organisation made an extract of what it has about the recipient, since the case is there.
const EXTRACTS: &str = "\
    SELECT organisation_extract.made_at, organisation_extract.made_by FROM organisation_extract \
    JOIN cases ON cases.organisation_id = organisation_extract.organisation_id \
    WHERE cases.id = $1 AND cases.recipient_id = $2 AND organisation_extract.recipient_id = $2 \
    AND organisation_extract.made_at >= cases.created_at \
    ORDER BY organisation_extract.made_at DESC LIMIT $3";

/// When staff of the organisation looked at the case, first and last each day.
const LOOKS: &str = "\
    SELECT MIN(at), MAX(at), actor_id FROM audit_event WHERE target_id = $1 AND action = 'cases.listed' \
    AND actor_kind = 'staff' \
    AND EXISTS (SELECT 1 FROM delivery WHERE delivery.case_id = $1 AND delivery.recipient_id = $2) \
    GROUP BY actor_id, at / 86400000 ORDER BY MAX(at) DESC, MAX(counter) DESC LIMIT $3";

/// What the recipient did: nobody else's acts, though others may have been sent the same documents. Who has opened the case, or looked
/// at this, is its recipient, perhaps under the id by which they were known before. First and last by each sign-in.
const BY_RECIPIENT: &str = "\
    SELECT MIN(at), MAX(at), action, target_id, detail FROM audit_event WHERE target_id IN ( \
    SELECT document.id FROM delivery JOIN document ON document.message_id = delivery.message_id \
    WHERE delivery.case_id = $1 AND delivery.recipient_id = $2 UNION ALL SELECT cases.id FROM cases WHERE cases.id = $1) \
    AND action IN ('case.opened', 'case.history-seen', 'document.viewed', 'document.downloaded', 'content.damaged') \
    AND actor_kind = 'recipient' AND (actor_id = $2 OR actor_id IN ( \
    SELECT opened.actor_id FROM audit_event AS opened WHERE opened.target_id = $1 \
    AND opened.action IN ('case.opened', 'case.history-seen') AND opened.actor_kind = 'recipient')) \
    GROUP BY action, target_id, detail, at / 86400000 ORDER BY MAX(at) DESC, MAX(counter) DESC LIMIT $3";

/// What happened to a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseHistory {
    /// The case.
    pub case: CaseId,
    /// The sender's name.
    pub organisation: String,
    /// The title of the latest message; `None` when what is stored of it was altered.
    pub title: Option<String>,
    /// The sender's time zone, in which its times are shown.
    pub time_zone: TimeZone,
    /// What happened, the latest first.
    pub acts: Vec<CaseAct>,
    /// Whether the recipient has opened things, or staff have looked at the case, so often that the earliest times are left out.
    pub is_cut: bool,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAct {
    /// When; of what was repeated the same day by one sign-in or staff member, the first time and the last, or the last alone when there are
    /// but a few minutes between them.
    pub at: Timestamp,
    /// What.
    pub what: CaseActKind,
    /// The names of the staff members who did it, at most two, where their organisation lets its recipients know them.
    pub by: Vec<String>,
    /// From where the recipient was signed in, of what they did, as long as it is kept.
    pub from: Option<Whereabouts>,
    /// Whether the recipient did it in the session that asks.
    pub is_in_this_session: bool,
}

/// What happened to a case. A document has no name when it asks for a higher level than the recipient signed in at, and neither it nor a
/// message has one that was altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseActKind {
    /// A system of the organisation sent a message.
    Sent {
        /// Its title.
        title: Option<String>,
    },
    /// The recipient was sent a mail of it.
    Notified {
        /// The message's title.
        title: Option<String>,
    },
    /// A staff member of the organisation decided on rules, after the message was sent, that it follows since. Until when it is kept now may
    /// be for a later act of somebody else, so that is not told as theirs.
    RulesDecided {
        /// The message's title.
        title: Option<String>,
    },
    /// The organisation closed the case.
    CaseClosed,
    /// The organisation opened it again.
    CaseReopened,
    /// A staff member of the organisation decided that it is kept for longer.
    CaseExtended {
        /// The last day that it is kept, when the log says it.
        last_day: Option<Date>,
    },
    /// A staff member of the organisation made an extract of what it has registered about the recipient.
    ExtractMade,
    /// A staff member of the organisation looked at the case: what was sent, and whether it was opened.
    CaseSeen,
    /// The recipient opened the case.
    CaseOpened,
    /// The recipient looked at what had happened to the case.
    HistorySeen,
    /// The recipient looked at a document.
    DocumentViewed {
        /// Its name.
        name: Option<String>,
    },
    /// The recipient downloaded a document.
    DocumentDownloaded {
        /// Its name.
        name: Option<String>,
    },
    /// What is stored did not open for the recipient, since it was altered or lost.
    Damaged {
        /// The document's name, or of a text, none.
        name: Option<String>,
    },
}

impl Portal {
    /// What happened to a case, for its recipient. Titles and names of files are in it, so the audit log is told before anything is
    /// shown; it opens no text and no document, so the case is no more opened than before.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's case; [`ReadError::Fault`].
    pub async fn case_history(&self, actor: &RecipientActor, case: CaseId) -> Result<CaseHistory, ReadError> {
        let context = &*self.0;
        let (view, deliveries) = load(context, actor, case, Opened::Names).await?;
        // Of what was at the same time, what the recipient did comes after what it was done to.
        let (mut acts, own_are_cut) = own_acts(context, actor, &view).await?;
        let (mut senders, looks_are_cut) = looks(context, actor, case).await?;
        senders.extend(senders_acts(context, actor, &view).await?);
        senders.extend(decisions(context, actor, case).await?);
        acts.extend(named(context, actor, senders).await?);
        acts.sort_by_key(|act| std::cmp::Reverse(act.at));
        let sender = deliveries.first().ok_or(ReadError::NotFound)?;
        let sign_in = actor.sign_in().map(|sign_in| sign_in.to_string());
        let entry = AuditEntry::by_recipient(actor, AuditAction::CaseHistorySeen)
            .within(sender.organisation)
            .about(AuditTarget::Case(case))
            .in_sign_in(sign_in.as_deref());
        context.record(&entry).await?;
        Ok(CaseHistory {
            case,
            organisation: view.organisation,
            title: view.title,
            time_zone: view.time_zone,
            acts,
            is_cut: own_are_cut || looks_are_cut,
        })
    }
}

/// What happened on the sender's side, and which of its staff did it.
struct SendersAct {
    at: Timestamp,
    what: CaseActKind,
    by: Vec<StaffId>,
}

impl SendersAct {
    const fn new(at: Timestamp, what: CaseActKind) -> Self {
        Self {
            at,
            what,
            by: Vec::new(),
        }
    }

    fn by(self, staff: impl IntoIterator<Item = Uuid>) -> Self {
        Self {
            by: staff.into_iter().map(StaffId::from_uuid).collect(),
            ..self
        }
    }
}

/// The same for the recipient, with the names that they may know.
async fn named(
    context: &Context,
    actor: &RecipientActor,
    acts: Vec<SendersAct>,
) -> Result<impl Iterator<Item = CaseAct> + use<>, Fault> {
    let staff: BTreeSet<StaffId> = acts.iter().flat_map(|act| &act.by).copied().collect();
    let names = staff::names_for(context, actor, &staff).await?;
    Ok(acts.into_iter().map(move |act| CaseAct {
        at: act.at,
        what: act.what,
        by: act.by.iter().filter_map(|by| names.get(by).cloned()).collect(),
        from: None,
        is_in_this_session: false,
    }))
}

/// What the organisation did, and what the portal did for it: the latest first of what was at the same time.
async fn senders_acts(context: &Context, actor: &RecipientActor, view: &CaseView) -> Result<Vec<SendersAct>, DbErr> {
    let rows = query(context, actor, view.id, BY_SENDER, None).await?;
    let mut times = HashMap::with_capacity(rows.len());
    for row in &rows {
        let notified_at: Option<i64> = row.try_get_by_index(1)?;
        let decided_at: Option<i64> = row.try_get_by_index(2)?;
        let deciders: [Option<Uuid>; 2] = [row.try_get_by_index(3)?, row.try_get_by_index(4)?];
        let message = MessageId::from_uuid(row.try_get_by_index(0)?);
        let at = [notified_at, decided_at].map(|at| at.map(Timestamp::from_millis));
        times.insert(message, (at, deciders));
    }
    let mut acts = Vec::new();
    for message in &view.messages {
        let title = || message.title.clone();
        let ([notified_at, decided_at], deciders) = times.get(&message.id).copied().unwrap_or_default();
        if let Some(at) = decided_at.filter(|at| *at > message.sent_at) {
            let what = CaseActKind::RulesDecided { title: title() };
            acts.push(SendersAct::new(at, what).by(deciders.into_iter().flatten()));
        }
        if let Some(at) = notified_at {
            acts.push(SendersAct::new(at, CaseActKind::Notified { title: title() }));
        }
        acts.push(SendersAct::new(message.sent_at, CaseActKind::Sent { title: title() }));
    }
    Ok(acts)
}

/// What the organisation decided about the case, and took out about its recipient, the latest first of each.
async fn decisions(context: &Context, actor: &RecipientActor, case: CaseId) -> Result<Vec<SendersAct>, DbErr> {
    let limit = i64::try_from(ACTS).unwrap_or(i64::MAX);
    let mut acts = Vec::new();
    for row in &query(context, actor, case, DECIDED, Some(limit.into())).await? {
        let at = Timestamp::from_millis(row.try_get_by_index(0)?);
        let action: String = row.try_get_by_index(1)?;
        let detail: Option<String> = row.try_get_by_index(2)?;
        let actor_kind: String = row.try_get_by_index(3)?;
        let by: Option<Uuid> = row.try_get_by_index(4)?;
        let what = if action == AuditAction::CaseClosed.as_str() {
            CaseActKind::CaseClosed
        } else if action == AuditAction::CaseReopened.as_str() {
            CaseActKind::CaseReopened
        } else {
            CaseActKind::CaseExtended {
                last_day: detail.and_then(|day| day.parse().ok()),
            }
        };
        acts.push(SendersAct::new(at, what).by(by.filter(|_| actor_kind == "staff")));
    }
    for row in &query(context, actor, case, EXTRACTS, Some(limit.into())).await? {
        let at = Timestamp::from_millis(row.try_get_by_index(0)?);
        let by: Uuid = row.try_get_by_index(1)?;
        acts.push(SendersAct::new(at, CaseActKind::ExtractMade).by([by]));
    }
    Ok(acts)
}

/// When staff looked at the case, the latest first, and whether there was more.
async fn looks(context: &Context, actor: &RecipientActor, case: CaseId) -> Result<(Vec<SendersAct>, bool), DbErr> {
    let (looks, is_cut) = acts(context, actor, case, LOOKS, |row| row.try_get_by_index(2)).await?;
    let looks = once(looks, |(at, by): &(Timestamp, Option<Uuid>)| (*at, *by));
    let looks = looks
        .into_iter()
        .map(|(at, by)| SendersAct::new(at, CaseActKind::CaseSeen).by(by));
    Ok((looks.collect(), is_cut))
}

/// What the recipient did, the latest first, and whether there was more.
async fn own_acts(context: &Context, actor: &RecipientActor, view: &CaseView) -> Result<(Vec<CaseAct>, bool), DbErr> {
    let (acts, is_cut) = acts(context, actor, view.id, BY_RECIPIENT, OwnAct::read).await?;
    let acts = once(acts, |(at, act)| (*at, act.clone()));
    let sign_ins = acts.iter().filter_map(|(_, act)| act.sign_in);
    let sign_ins = past_sign_in::whereabouts(context, actor.recipient_id(), sign_ins).await?;
    let names = names(view);
    let acts = acts.into_iter().filter_map(|(at, act)| {
        let name = names.get(&DocumentId::from_uuid(act.target)).cloned();
        Some(CaseAct {
            at,
            what: what(&act, view.id, name)?,
            by: Vec::new(),
            from: act.sign_in.and_then(|id| sign_ins.get(&id).cloned()),
            is_in_this_session: act.sign_in.is_some() && act.sign_in == actor.sign_in(),
        })
    });
    Ok((acts.collect(), is_cut))
}

/// What a question gives by the first and the last time that it was done, at both of them, the latest first, and whether there was more.
async fn acts<T: Clone>(
    context: &Context,
    actor: &RecipientActor,
    case: CaseId,
    sql: &'static str,
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<(Vec<(Timestamp, T)>, bool), DbErr> {
    let limit = i64::try_from(ACTS + 1).unwrap_or(i64::MAX);
    let rows = query(context, actor, case, sql, Some(limit.into())).await?;
    let mut acts = Vec::new();
    for row in rows.iter().take(ACTS) {
        let (first, last): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let act = read(row)?;
        let earlier = (first < last).then(|| (Timestamp::from_millis(first), act.clone()));
        acts.extend([(Timestamp::from_millis(last), act)].into_iter().chain(earlier));
    }
    acts.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok((acts, rows.len() > ACTS))
}

async fn query(
    context: &Context,
    actor: &RecipientActor,
    case: CaseId,
    sql: &'static str,
    more: Option<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let reader = context.database.reader();
    let scope: [Value; 2] = [(*case.as_uuid()).into(), (*actor.recipient_id().as_uuid()).into()];
    let values = scope.into_iter().chain(more);
    let question = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    reader.query_all_raw(question).await
}

/// The documents that the case's page shows, with their names where it does.
fn names(view: &CaseView) -> HashMap<DocumentId, Option<String>> {
    let documents = view.messages.iter().flat_map(|message| &message.documents);
    let named = documents.map(|document| match document {
        ListedDocument::Open(summary) => (summary.id, Some(summary.file_name.clone())),
        ListedDocument::Locked { id, .. } | ListedDocument::Damaged { id } => (*id, None),
    });
    named.collect()
}

/// What an act tells; nothing of a document that is not shown any more.
fn what(act: &OwnAct, case: CaseId, document: Option<Option<String>>) -> Option<CaseActKind> {
    if act.target == *case.as_uuid() {
        return Some(if act.action == AuditAction::ContentDamaged.as_str() {
            CaseActKind::Damaged { name: None }
        } else if act.action == AuditAction::CaseHistorySeen.as_str() {
            CaseActKind::HistorySeen
        } else {
            CaseActKind::CaseOpened
        });
    }
    let name = document?;
    Some(if act.action == AuditAction::DocumentViewed.as_str() {
        CaseActKind::DocumentViewed { name }
    } else if act.action == AuditAction::DocumentDownloaded.as_str() {
        CaseActKind::DocumentDownloaded { name }
    } else {
        CaseActKind::Damaged { name }
    })
}

/// What a recipient did, by which sign-in.
#[derive(Clone, PartialEq, Eq, Hash)]
struct OwnAct {
    action: String,
    target: Uuid,
    sign_in: Option<SessionId>,
}

impl OwnAct {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let detail: Option<String> = row.try_get_by_index(4)?;
        Ok(Self {
            action: row.try_get_by_index(2)?,
            target: row.try_get_by_index(3)?,
            sign_in: detail.and_then(|detail| detail.parse().ok()),
        })
    }
}
