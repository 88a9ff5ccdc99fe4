//! Who is who: finds a person by what they are known by, creates them, and links people who turn out to be one.
//!
//! Somebody who is linked to another is found no more: what they were known by finds the other. They stay in the register until
//! nothing refers to them, since a message may be on its way to them, and whoever signs in is told of them each time.

mod index;
mod link;

use std::collections::{BTreeSet, HashMap};

use base::{Day, RecipientId};
use keyring::RecipientKey;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use uuid::Uuid;

use self::index::{Indexed, attach, found, last_day};
use self::link::{link, linked_to};
use super::entity::recipient;
use super::register::{delete, field};
use super::wrapping::{Scope, WrappedFor, column};
use super::{Vault, VaultError, identifiers};
use crate::database::WriteTransaction;
use crate::provider::DaySecretName;
use crate::recipient::RecipientIdentifier;

/// How often a person is looked for anew when another node creates the same person at the same moment.
const ATTEMPTS: u32 = 3;

/// Somebody who signs in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Who they are from now on.
    pub(crate) id: RecipientId,
    /// Who they were besides; what still refers to these is theirs.
    pub(crate) linked: Vec<RecipientId>,
    /// Whether nobody was known by what they are known by.
    pub(crate) begins: bool,
}

/// Who it is that signs in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Identified {
    /// This is who they are, as the register has it.
    Known(Person),
    /// This is who they would be, and be known by something that found nobody or somebody else. The register has nothing of it before it
    /// is told of.
    Untold(Person),
}

/// Whoever was found or created, in a transaction that is not committed.
struct Uncommitted {
    transaction: WriteTransaction,
    person: Person,
    /// Whether they are known by something from now on that found nobody, or somebody else.
    is_news: bool,
}

/// A person's row, locked, with the key of their fields.
struct Known {
    row: recipient::Model,
    key: RecipientKey,
    /// What they are known by best; `None` when it does not open.
    identifier: Option<RecipientIdentifier>,
}

/// Whose word it is that somebody is known by something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// A sender's, who writes to whoever it is.
    Sender,
    /// A provider's, who vouches for the one who signs in.
    Provider,
}

impl Vault {
    /// Finds a person or creates them, and keeps them at least until the end of `until`.
    ///
    /// Call it right before the portal transaction that refers to the person: [`Vault::forget_recipients`] spares who was
    /// asked for here within the last hour.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`], or a failure of the vault or the provider.
    pub(crate) async fn recipient(
        &self,
        identifier: &RecipientIdentifier,
        until: Day,
    ) -> Result<RecipientId, VaultError> {
        let found = self.look_for(&[identifier], Word::Sender, until, None).await?;
        found.transaction.commit().await?;
        Ok(found.person.id)
    }

    /// Finds or creates whoever a provider vouches for, as [`Vault::recipient`] does, who is known by `others` too: whoever is known
    /// by one of these and by nothing better is the same person from now on, and an invitation among them is used up. Unless `told` is
    /// just that, nothing of it is done that is news.
    ///
    /// # Errors
    ///
    /// As [`Vault::recipient`].
    pub(crate) async fn person(
        &self,
        identifier: &RecipientIdentifier,
        others: &[RecipientIdentifier],
        until: Day,
        told: Option<&Person>,
    ) -> Result<Identified, VaultError> {
        let identifiers: Vec<_> = std::iter::once(identifier).chain(others).collect();
        let begins_as = told.filter(|told| told.begins).map(|told| told.id);
        let found = self.look_for(&identifiers, Word::Provider, until, begins_as).await?;
        if found.is_news && told != Some(&found.person) {
            return Ok(Identified::Untold(found.person));
        }
        found.transaction.commit().await?;
        Ok(Identified::Known(found.person))
    }

    async fn look_for(
        &self,
        identifiers: &[&RecipientIdentifier],
        word: Word,
        until: Day,
        begins_as: Option<RecipientId>,
    ) -> Result<Uncommitted, VaultError> {
        let mut attempt = 1;
        loop {
            match self.identify(identifiers, word, until, begins_as).await {
                Ok(Some(found)) => return Ok(found),
                // Who is who, or until when they are kept, changed while this waited.
                Ok(None) => {}
                Err(VaultError::Database(error)) if attempt < ATTEMPTS && is_unique_violation(&error) => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn identify(
        &self,
        identifiers: &[&RecipientIdentifier],
        word: Word,
        until: Day,
        begins_as: Option<RecipientId>,
    ) -> Result<Option<Uncommitted>, VaultError> {
        let asked: Vec<Indexed<'_>> = identifiers
            .iter()
            .map(|identifier| Indexed {
                identifier,
                indexes: self.indexes(identifier),
            })
            .collect();
        // Days come before people, so the last day of whoever may be linked is looked up before their rows are locked.
        let last = last_day(self.database.reader(), &asked).await?;
        let last = last.map_or(until, |last| last.max(until));
        let transaction = self.database.write().await?;
        self.hold_day(&transaction, until).await?;
        if last != until {
            self.hold_day(&transaction, last).await?;
        }
        let mut found = found(&transaction, &asked).await?;
        let mut people = self.known(&transaction, &found).await?;
        // Whoever waited for a lock sees rows anew, but not whom the indexes find.
        if self::found(&transaction, &asked).await? != found || people.values().any(|it| it.row.day > last.number()) {
            return Ok(None);
        }
        self.begin_anew(&transaction, &mut people, &mut found).await?;

        let is_theirs = |place: usize, it: &Indexed<'_>| {
            let known = people.get(&it.find(&found)?)?;
            is_same_person(word, place, it.identifier, known.identifier.as_ref()).then_some(known.row.id)
        };
        let theirs: Vec<Option<Uuid>> = asked
            .iter()
            .enumerate()
            .map(|(place, it)| is_theirs(place, it))
            .collect();
        let Some(main) = theirs.iter().flatten().next().copied() else {
            return self
                .begin(transaction, &asked, &found, until, begins_as)
                .await
                .map(Some);
        };
        let is_named_anew = theirs.first().is_some_and(Option::is_none);
        let linked: BTreeSet<Uuid> = theirs.into_iter().flatten().filter(|id| *id != main).collect();
        let main = people.remove(&main).ok_or(VaultError::Damaged)?;
        let id = RecipientId::from_uuid(main.row.id);

        let is_kept_for = |it: &&Known| linked.contains(&it.row.id) || it.row.linked_to == Some(main.row.id);
        let needed = people.values().filter(is_kept_for).map(|it| it.row.day).max();
        let needed = needed.map_or(until, |day| Day::from_number(day).max(until));
        self.extend_row(&transaction, main.row.clone(), needed).await?;
        let attached = attach(&transaction, &asked, &found, id).await?;
        link(
            &transaction,
            &main,
            people.values().filter(|it| linked.contains(&it.row.id)),
        )
        .await?;
        let mut kept = recipient::ActiveModel {
            id: Set(main.row.id),
            reserved_at: Set(self.clock.now().as_millis()),
            ..recipient::ActiveModel::default()
        };
        if let Some(first) = asked.first().filter(|_| is_named_anew) {
            kept.sealed_personnummer = Set(seal_identifier(&main.key, id, first.identifier));
        }
        recipient::Entity::update(kept).exec(&transaction).await?;
        let is_news = attached || is_named_anew || !linked.is_empty();
        let linked = linked_to(&transaction, main.row.id).await?;
        let begins = false;
        Ok(Some(Uncommitted {
            transaction,
            person: Person { id, linked, begins },
            is_news,
        }))
    }

    /// Somebody whom nothing finds that they are known by; under the id that was told of, if one was.
    async fn begin(
        &self,
        transaction: WriteTransaction,
        asked: &[Indexed<'_>],
        found: &HashMap<Vec<u8>, Uuid>,
        until: Day,
        begins_as: Option<RecipientId>,
    ) -> Result<Uncommitted, VaultError> {
        let first = asked.first().ok_or(VaultError::Damaged)?;
        let id = begins_as.unwrap_or_else(|| self.ids.next_recipient());
        self.create(&transaction, id, first.identifier, until).await?;
        attach(&transaction, asked, found, id).await?;
        // What found nobody is no news of a person who begins, unless they have a second name; what found another was taken from them.
        let is_news = |(place, it): (usize, &Indexed<'_>)| {
            it.find(found).is_some() || (place > 0 && !it.identifier.is_invitation())
        };
        Ok(Uncommitted {
            transaction,
            person: Person {
                id,
                linked: Vec::new(),
                begins: true,
            },
            is_news: asked.iter().enumerate().any(is_news),
        })
    }

    /// The people that were found and whoever is linked to them, locked in one order.
    async fn known(
        &self,
        transaction: &WriteTransaction,
        found: &HashMap<Vec<u8>, Uuid>,
    ) -> Result<HashMap<Uuid, Known>, VaultError> {
        let ids: BTreeSet<Uuid> = found.values().copied().collect();
        let rows = recipient::Entity::find()
            .filter(
                recipient::Column::Id
                    .is_in(ids.iter().copied())
                    .or(recipient::Column::LinkedTo.is_in(ids)),
            )
            .order_by_asc(recipient::Column::Id)
            .lock_exclusive()
            .all(transaction)
            .await?;
        let mut known = HashMap::with_capacity(rows.len());
        for row in rows {
            if let Some(key) = self.recipient_key(transaction, &row).await? {
                let identifier = identifiers::identifier(&key, RecipientId::from_uuid(row.id), &row).ok();
                known.insert(row.id, Known { row, key, identifier });
            }
        }
        Ok(known)
    }

    /// Deletes whoever was found and whose last day is over, since nothing known of them opens: they begin anew, under a new id.
    async fn begin_anew(
        &self,
        transaction: &WriteTransaction,
        people: &mut HashMap<Uuid, Known>,
        found: &mut HashMap<Vec<u8>, Uuid>,
    ) -> Result<(), VaultError> {
        let over: BTreeSet<Uuid> = found.values().filter(|id| !people.contains_key(id)).copied().collect();
        if !over.is_empty() {
            found.retain(|_, id| !over.contains(id));
            delete(transaction, over.into_iter().collect()).await?;
        }
        Ok(())
    }

    async fn create(
        &self,
        transaction: &WriteTransaction,
        id: RecipientId,
        identifier: &RecipientIdentifier,
        until: Day,
    ) -> Result<(), VaultError> {
        let version = self.hold_day(transaction, until).await?;
        let to = WrappedFor {
            scope: Scope::Register,
            key_version: self.newest_version(transaction, Scope::Register).await?,
            secret: DaySecretName { day: until, version },
        };
        let wrapping = self.wrapping_key(transaction, to).await?;
        let key = RecipientKey::generate(id);
        let row = recipient::ActiveModel {
            id: Set(*id.as_uuid()),
            key_version: Set(column(to.key_version)?),
            day: Set(until.number()),
            secret_version: Set(column(version)?),
            wrapped_key: Set(wrapping.wrap_recipient_key(&key).into_bytes()),
            sealed_personnummer: Set(seal_identifier(&key, id, identifier)),
            sealed_name: Set(None),
            sealed_email: Set(None),
            sealed_own_email: Set(None),
            sealed_unproven_email: Set(None),
            reserved_at: Set(self.clock.now().as_millis()),
            linked_to: Set(None),
        };
        recipient::Entity::insert(row)
            .exec_without_returning(transaction)
            .await?;
        Ok(())
    }
}

/// Whether whoever `identifier` finds, and who is known best as `known`, is who is asked for; `place` is where it stands among what
/// they are known by. A number that was once bound to an e-ID, or followed a samordningsnummer, says nothing of who comes with another
/// number, or with none.
fn is_same_person(
    word: Word,
    place: usize,
    identifier: &RecipientIdentifier,
    known: Option<&RecipientIdentifier>,
) -> bool {
    let by_nothing_better = known == Some(identifier);
    match (word, place) {
        (Word::Sender, _) => true,
        (Word::Provider, 0) => by_nothing_better || !matches!(identifier, RecipientIdentifier::Prid(_)),
        (Word::Provider, _) => by_nothing_better,
    }
}

fn seal_identifier(key: &RecipientKey, id: RecipientId, identifier: &RecipientIdentifier) -> Vec<u8> {
    key.seal_field(field("sealed_personnummer", &id), identifier.stored().as_bytes())
}

fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
