//! Looks whether everything is as the model has it.

use std::collections::{BTreeMap, BTreeSet};

use base::{CaseId, DocumentId, MessageId, OrganisationId, RecipientId};
use keyring::ContentOwner;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::model::Fate;
use super::{Life, PEOPLE};
use crate::organisation::deletion_tests::{is_erased, organisation_keys};
use crate::test_support::{PDF, read_as};
use crate::{ReadError, delivery, document, message};

impl Life {
    /// Checks what people see.
    pub(super) async fn agree(&mut self) {
        for person in 0..PEOPLE {
            let actor = self.person(person).await;
            let (test, model, now) = (&self.test, &self.model, self.test.now());
            let mut has_read = false;
            let inbox = test.portal.inbox(&actor).await.unwrap();
            let inbox: BTreeSet<CaseId> = inbox.iter().map(|entry| entry.case).collect();
            for it in model.deliveries.iter().filter(|it| it.person == person) {
                let is_readable = it.is_readable(now);
                assert_eq!(inbox.contains(&it.delivery().case), is_readable, "{it:?}");
                // Whoever opens for the first time what is kept by the rule moves its end.
                if is_readable && (!it.by_rule || it.opened) && !has_read {
                    assert_eq!(read_as(test, &actor, it.delivery()).await.unwrap(), PDF);
                    has_read = true;
                } else if !is_readable {
                    let refused = read_as(test, &actor, it.delivery()).await;
                    assert!(matches!(refused, Err(ReadError::NotFound)), "{it:?}");
                }
            }
            for request in model.requests.iter().filter(|request| request.person == person) {
                let own = test.portal.own_request(&actor, request.id).await.unwrap();
                let expected = (request.state, model.waits(request, now), request.purge_at);
                assert_eq!((own.state, own.waits, own.kept_until), expected);
                assert_eq!(own.text.as_deref(), Some("Ta bort det, tack."));
            }
        }
        self.agree_on_what_is_stored().await;
    }

    /// Checks what there is, whoever may see it.
    pub(super) async fn agree_on_what_is_stored(&self) {
        let (test, model) = (&self.test, &self.model);
        self.agree_on_rows().await;
        for (message, (is_own, fates)) in model.messages() {
            let organisation = match is_own {
                true => self.norrby.id,
                false => self.neighbour.organisation_id(),
            };
            let keys = self.keys_that_open(organisation, message).await;
            if fates.contains(&Fate::Lives) {
                assert_eq!(keys, 2, "{message}: of a message and of its document");
            } else if !fates.contains(&Fate::Condemned) {
                assert_eq!(keys, 0, "{message}");
            }
        }
        let is_at = |fate| model.deliveries.iter().any(|it| it.fate == fate);
        let living = model.living_messages();
        if !is_at(Fate::Condemned) {
            let keys = usize::try_from(test.content_keys().await).unwrap();
            assert_eq!(keys, 2 * living + model.requests.len(), "and of each request");
        }
        if !is_at(Fate::Condemned) && !is_at(Fate::Keyless) {
            assert_eq!(test.blob_names().await.len(), living);
            assert_eq!(self.texts().await, living);
        }
        if model.deleted {
            assert_eq!(is_erased(&test.portal, test, self.norrby.id).await, model.erased);
        }
        assert_eq!(organisation_keys(&test.portal).await, 2 - i64::from(model.erased));
    }

    async fn agree_on_rows(&self) {
        let context = &self.test.portal.0;
        let rows = delivery::entity::Entity::find()
            .all(context.database.reader())
            .await
            .unwrap();
        let rows: BTreeMap<Uuid, delivery::entity::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let people = rows
            .values()
            .filter_map(|row| row.recipient_id)
            .map(RecipientId::from_uuid);
        let known = context.vault.known_as(&people.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(rows.len(), self.model.deliveries.len());
        for it in &self.model.deliveries {
            let row = &rows[it.delivery().delivery.as_uuid()];
            let whose = row.recipient_id.map(RecipientId::from_uuid);
            match it.fate {
                Fate::Lives => {
                    assert!(row.condemned_at.is_none() && row.purged_at.is_none(), "{it:?}");
                    assert!(whose.is_some_and(|whose| known.contains_key(&whose)), "{it:?}");
                    assert_eq!(row.expires_at, it.end.as_millis(), "{it:?}");
                }
                Fate::Condemned | Fate::Keyless => assert!(row.condemned_at.is_some(), "{it:?}"),
                Fate::Purged => assert!(row.purged_at.is_some() && whose.is_none(), "{it:?}"),
            }
        }
    }

    /// How many of the keys of a message and its document open.
    async fn keys_that_open(&self, organisation: OrganisationId, message: MessageId) -> usize {
        use document::entity::{Column, Entity};
        let context = &self.test.portal.0;
        let documents = Entity::find().filter(Column::MessageId.eq(*message.as_uuid()));
        let documents = documents.all(context.database.reader()).await.unwrap();
        let documents = documents
            .iter()
            .map(|row| ContentOwner::Document(DocumentId::from_uuid(row.id)));
        let owners = documents.chain([ContentOwner::Message(message)]);
        let owners: Vec<_> = owners.map(|owner| (organisation, owner)).collect();
        let keys = context.vault.content_keys(&owners).await.unwrap();
        keys.into_iter().flatten().count()
    }

    /// How many messages have texts.
    async fn texts(&self) -> usize {
        use message::entity::{Column, Entity};
        let texts = Entity::find().filter(Column::SealedTitle.is_not_null());
        usize::try_from(texts.count(self.test.portal.0.database.reader()).await.unwrap()).unwrap()
    }
}
