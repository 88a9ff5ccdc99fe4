//! A case, opened.

use std::collections::{HashMap, HashSet};

use base::{CaseId, DocumentId, MessageId, OrganisationId, Timestamp};
use jiff::tz::TimeZone;
use keyring::{ContentKey, ContentOwner};
use sea_orm::EntityTrait;

use super::entity;
use super::texts::{open_body, open_title};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::delivery::{self, Finder, ReadableDelivery, ReadableDocument};
use crate::document::summary;
use crate::retention::{self, Kept, Nearing};
use crate::{
    AssuranceLevel, Context, Fault, ListedDocument, Portal, ReadError, RecipientActor, RetentionReason, ShownHold,
};
use crate::{event, hold};

/// A case with its messages.
#[derive(Clone, PartialEq)]
pub struct CaseView {
    /// The case.
    pub id: CaseId,
    /// The sender's name.
    pub organisation: String,
    /// The title of the latest message; `None` when what is stored of it was altered.
    pub title: Option<String>,
    /// When the first of its messages goes.
    pub expires_at: Timestamp,
    /// The sender's time zone, in which its times are shown.
    pub time_zone: TimeZone,
    /// The hold on it, where the sender lets that be seen: then what has expired is not destroyed yet.
    pub hold: Option<ShownHold>,
    /// When its sender closed it, while it is closed.
    pub closed_at: Option<Timestamp>,
    /// Whether its sender has extended it.
    pub extended: bool,
    /// The messages that can be read now, the latest first.
    pub messages: Vec<MessageView>,
}

/// A message in a case. What is stored of it and was altered is not shown, and keeps from nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// Its title; `None` when it was altered.
    pub title: Option<String>,
    /// Its text; plain, may be empty. `None` when it was altered.
    pub body: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
    /// Why it is kept until then, as far as the organisation says it.
    pub reason: RetentionReason,
    /// For how many days after its case is closed it is kept, where its rule counts from that.
    pub days_after_closing: Option<u32>,
    /// Its documents, in the sender's order.
    pub documents: Vec<ListedDocument>,
}

impl MessageView {
    /// Whether its title and its text are shown as they were sent.
    #[must_use]
    pub const fn is_intact(&self) -> bool {
        self.title.is_some() && self.body.is_some()
    }
}

impl CaseView {
    /// Whether all of it is shown as it was sent.
    fn is_intact(&self) -> bool {
        let damaged = |document: &ListedDocument| matches!(document, ListedDocument::Damaged { .. });
        let mut messages = self.messages.iter();
        messages.all(|message| message.is_intact() && !message.documents.iter().any(damaged))
    }

    /// Shows the ends that opening the case brought nearer.
    fn end_by(&mut self, ends: &[(MessageId, Timestamp)]) {
        for message in &mut self.messages {
            if let Some((_, expires_at)) = ends.iter().find(|(id, _)| *id == message.id) {
                message.expires_at = *expires_at;
            }
        }
        let first_to_go = self.messages.iter().map(|message| message.expires_at).min();
        self.expires_at = first_to_go.unwrap_or(self.expires_at);
    }
}

impl Portal {
    /// A case with what can be read in it now. The first time, the deliveries whose messages are intact become opened, which the
    /// organisation is told; each time, the audit log says so before anything is shown, and also that something was altered.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's case; [`ReadError::Fault`].
    pub async fn case(&self, actor: &RecipientActor, case: CaseId) -> Result<CaseView, ReadError> {
        let context = &*self.0;
        loop {
            let (mut view, deliveries) = load(context, actor, case, Opened::Everything).await?;
            // Said to be opened only when it did open. What went meanwhile is looked for again, without it.
            if let Some(ends) = mark_opened(context, actor, &view, &deliveries).await? {
                view.end_by(&ends);
                return Ok(view);
            }
        }
    }
}

/// What of a case is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// All of it.
    Everything,
    /// Titles and names of files: every text is empty, intact or not.
    Names,
}

/// A case with what a person may read in it, and through which deliveries. Marks nothing, and leaves no audit event but of what was
/// altered.
pub(super) async fn load(
    context: &Context,
    actor: &RecipientActor,
    case: CaseId,
    opened: Opened,
) -> Result<(CaseView, Vec<ReadableDelivery>), ReadError> {
    loop {
        let found = Found::of(context, actor, case).await?;
        let keys = keys(context, &found).await?;
        let view = view(context, case, &found, &keys, opened)?;
        // What was purged since its row was read does not open either: then the rest is looked for again.
        if view.is_intact() || was_altered(context, actor, case, &found).await? {
            return Ok((view, found.deliveries));
        }
    }
}

/// What a person may read in a case; texts are still sealed.
struct Found {
    deliveries: Vec<ReadableDelivery>,
    documents: Vec<ReadableDocument>,
    /// Those of the documents that ask for a higher level than the person signed in at.
    locked: HashMap<DocumentId, AssuranceLevel>,
    /// Why messages are kept.
    reasons: HashMap<MessageId, Kept>,
    /// The case itself.
    row: entity::Model,
    /// The hold on the case, where the person sees it.
    hold: Option<ShownHold>,
}

impl Found {
    /// Without a lock, so that guessing costs the writers nothing.
    async fn of(context: &Context, actor: &RecipientActor, case: CaseId) -> Result<Self, ReadError> {
        let finder = Finder::new(actor, context.now());
        let database = context.database.reader();
        let deliveries = finder.in_case(database, case).await?;
        let Some(latest) = deliveries.first() else {
            return Err(ReadError::NotFound);
        };
        let row = entity::Entity::find_by_id(*case.as_uuid()).one(database).await?;
        let row = row.ok_or(ReadError::NotFound)?;
        let reasons = retention::reasons(context, database, latest.organisation, case).await?;
        let mut documents = finder.documents_in_case(database, case).await?;
        // A message that came between the two looks is shown the next time.
        documents.retain(|document| deliveries.iter().any(|delivery| delivery.message == document.message));
        let above = |document: &&ReadableDocument| !finder.may_open(document);
        let locked = documents.iter().filter(above);
        Ok(Self {
            locked: locked
                .filter_map(|document| Some((document.id, document.minimum_level?)))
                .collect(),
            deliveries,
            documents,
            reasons,
            row,
            hold: hold::shown(database, case, context.now()).await?,
        })
    }
}

/// Marks what is about to be shown as opened, tells the organisation, and writes the audit event, all or nothing. Gives the ends
/// that opening brought nearer; `None`, and does nothing, when a part of it can't be read any more. What was altered was not opened.
async fn mark_opened(
    context: &Context,
    actor: &RecipientActor,
    view: &CaseView,
    shown: &[ReadableDelivery],
) -> Result<Option<Vec<(MessageId, Timestamp)>>, ReadError> {
    let case = view.id;
    let intact = view.messages.iter().filter(|message| message.is_intact());
    let intact: HashSet<MessageId> = intact.map(|message| message.id).collect();
    let transaction = context.database.write().await?;
    if shown.iter().any(|delivery| !delivery.opened) {
        super::lock(&transaction, &[*case.as_uuid()]).await?;
    }
    let now = context.now();
    let readable = Finder::new(actor, now).in_case(&transaction, case).await?;
    let mut opened = Vec::new();
    for delivery in shown {
        let Some(delivery) = readable.iter().find(|readable| readable.id == delivery.id) else {
            return Ok(None);
        };
        if !delivery.opened && intact.contains(&delivery.message) {
            opened.extend(delivery::mark_opened(&transaction, delivery, now).await?);
        }
    }
    let Some(latest) = shown.first() else {
        return Err(ReadError::NotFound);
    };
    let mut ends = Vec::new();
    if !opened.is_empty() {
        ends = retention::count_anew(context, &transaction, latest.organisation, case, Nearing::Opened(now)).await?;
    }
    event::record(&transaction, latest.organisation, now, &opened).await?;
    let sign_in = actor.sign_in().map(|sign_in| sign_in.to_string());
    let entry = AuditEntry::by_recipient(actor, AuditAction::CaseOpened)
        .within(latest.organisation)
        .about(AuditTarget::Case(case))
        .in_sign_in(sign_in.as_deref());
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await?;
    Ok(Some(ends))
}

/// Whether what did not open was altered, which the audit log is told, and not purged since its row was read.
async fn was_altered(context: &Context, actor: &RecipientActor, case: CaseId, found: &Found) -> Result<bool, Fault> {
    let left = Finder::new(actor, context.now())
        .in_case(context.database.reader(), case)
        .await?;
    let left: HashSet<_> = left.iter().map(|delivery| delivery.id).collect();
    if found.deliveries.iter().any(|delivery| !left.contains(&delivery.id)) {
        return Ok(false);
    }
    let entry = AuditEntry::by_recipient(actor, AuditAction::ContentDamaged).about(AuditTarget::Case(case));
    let organisation = found.deliveries.first().map(|delivery| delivery.organisation);
    let entry = organisation.map_or(entry, |organisation| entry.within(organisation));
    context.record(&entry).await?;
    Ok(true)
}

type Keys = HashMap<ContentOwner, ContentKey>;

async fn keys(context: &Context, found: &Found) -> Result<Keys, ReadError> {
    let messages = found
        .deliveries
        .iter()
        .map(|delivery| (delivery.organisation, ContentOwner::Message(delivery.message)));
    let files = found
        .documents
        .iter()
        .filter(|document| !found.locked.contains_key(&document.id))
        .map(|document| (document.organisation, ContentOwner::Document(document.id)));
    let owners: Vec<(OrganisationId, ContentOwner)> = messages.chain(files).collect();
    let keys = context.vault.content_keys(&owners).await?;
    let found = owners.into_iter().zip(keys);
    Ok(found.filter_map(|((_, owner), key)| Some((owner, key?))).collect())
}

fn view(context: &Context, case: CaseId, found: &Found, keys: &Keys, opened: Opened) -> Result<CaseView, ReadError> {
    let Found {
        deliveries,
        documents,
        locked,
        reasons,
        row,
        hold,
    } = found;
    let mut listed: HashMap<MessageId, Vec<ListedDocument>> = HashMap::new();
    for document in documents {
        let entry = match locked.get(&document.id) {
            Some(level) => ListedDocument::Locked {
                id: document.id,
                level: *level,
            },
            None => {
                let key = keys.get(&ContentOwner::Document(document.id));
                let summary = key.and_then(|key| summary(key, document));
                summary.map_or(ListedDocument::Damaged { id: document.id }, ListedDocument::Open)
            }
        };
        listed.entry(document.message).or_default().push(entry);
    }
    let mut messages = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let key = keys.get(&ContentOwner::Message(delivery.message));
        let kept = reasons.get(&delivery.message).cloned().unwrap_or_default();
        messages.push(MessageView {
            id: delivery.message,
            title: key.and_then(|key| open_title(key, delivery)),
            body: match opened {
                Opened::Everything => key.and_then(|key| open_body(key, delivery)),
                Opened::Names => Some(String::new()),
            },
            sent_at: delivery.sent_at,
            expires_at: delivery.expires_at,
            reason: kept.reason,
            days_after_closing: kept.days_after_closing,
            documents: listed.remove(&delivery.message).unwrap_or_default(),
        });
    }
    let (Some(latest), Some(first_to_go)) = (
        messages.first(),
        messages.iter().map(|message| message.expires_at).min(),
    ) else {
        return Err(ReadError::NotFound);
    };
    let sender = deliveries.first();
    Ok(CaseView {
        id: case,
        organisation: sender
            .map(|sender| sender.organisation_name.clone())
            .unwrap_or_default(),
        title: latest.title.clone(),
        expires_at: first_to_go,
        time_zone: sender
            .and_then(|sender| TimeZone::get(&sender.time_zone).ok())
            .unwrap_or_else(|| context.settings.time_zone.clone()),
        hold: *hold,
        closed_at: row.closed_at.map(Timestamp::from_millis),
        extended: row.extended_until.is_some(),
        messages,
    })
}
