//! The inbox: one line a case.

use std::collections::HashMap;

use base::{CaseId, Timestamp};
use keyring::ContentOwner;

use super::texts::open_title;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::delivery::{Finder, ReadableDelivery};
use crate::{Context, Portal, ReadError, RecipientActor};

/// A case in the inbox.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxEntry {
    /// The case.
    pub case: CaseId,
    /// The sender's name.
    pub organisation: String,
    /// The title of the latest message; `None` when what is stored of it was altered, which the audit log tells.
    pub title: Option<String>,
    /// When the latest message was sent.
    pub sent_at: Timestamp,
    /// Whether a message in it was never opened.
    pub unread: bool,
    /// How many documents can be read.
    pub documents: u32,
    /// When the first of its messages goes.
    pub expires_at: Timestamp,
}

/// The deliveries of one case, the latest first.
struct Group {
    latest: ReadableDelivery,
    unread: bool,
    documents: u32,
    expires_at: Timestamp,
}

impl Portal {
    /// The person's cases that hold something to read now, the one with the latest message first. At most a thousand
    /// messages count, the latest ones. One that does not open keeps the person from no other.
    ///
    /// # Errors
    ///
    /// [`ReadError::Fault`].
    pub async fn inbox(&self, actor: &RecipientActor) -> Result<Vec<InboxEntry>, ReadError> {
        let context = &*self.0;
        let finder = Finder::new(actor, context.now());
        let groups = group(finder.deliveries(context.database.reader()).await?);
        let owners: Vec<_> = groups
            .iter()
            .map(|group| (group.latest.organisation, ContentOwner::Message(group.latest.message)))
            .collect();
        let keys = context.vault.content_keys(&owners).await?;
        let mut entries = Vec::with_capacity(groups.len());
        for (group, key) in groups.into_iter().zip(keys) {
            let title = key.and_then(|key| open_title(&key, &group.latest));
            if title.is_some() || is_damaged(context, actor, &group.latest).await? {
                entries.push(group.entry(title));
            }
        }
        Ok(entries)
    }
}

/// Whether what does not open was altered, which the audit log is told, and not purged since its row was read.
async fn is_damaged(context: &Context, actor: &RecipientActor, delivery: &ReadableDelivery) -> Result<bool, ReadError> {
    let finder = Finder::new(actor, context.now());
    let left = finder.in_case(context.database.reader(), delivery.case).await?;
    if left.iter().all(|left| left.id != delivery.id) {
        return Ok(false);
    }
    let entry = AuditEntry::by_recipient(actor, AuditAction::ContentDamaged)
        .within(delivery.organisation)
        .about(AuditTarget::Message(delivery.message));
    context.record(&entry).await?;
    Ok(true)
}

impl Group {
    fn entry(self, title: Option<String>) -> InboxEntry {
        InboxEntry {
            case: self.latest.case,
            organisation: self.latest.organisation_name,
            title,
            sent_at: self.latest.sent_at,
            unread: self.unread,
            documents: self.documents,
            expires_at: self.expires_at,
        }
    }
}

/// Gathers deliveries, the latest first, by case; the cases come in the order of their latest.
fn group(deliveries: Vec<ReadableDelivery>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::with_capacity(deliveries.len());
    let mut places = HashMap::with_capacity(deliveries.len());
    for delivery in deliveries {
        let place = *places.entry(delivery.case).or_insert(groups.len());
        if let Some(group) = groups.get_mut(place) {
            group.unread |= !delivery.opened;
            group.documents = group.documents.saturating_add(delivery.documents);
            group.expires_at = group.expires_at.min(delivery.expires_at);
        } else {
            groups.push(Group {
                unread: !delivery.opened,
                documents: delivery.documents,
                expires_at: delivery.expires_at,
                latest: delivery,
            });
        }
    }
    groups
}
