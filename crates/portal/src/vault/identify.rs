//! Who is who: finds a person by what they are known by, creates them, and links people who turn out to be one.
//!
//! Somebody who is linked to another is found no more: what they were known by finds the other. They stay in the register until
//! nothing refers to them, since a message may be on its way to them, and whoever signs in is told of them each time.

use std::collections::{BTreeSet, HashMap};

use base::{Day, RecipientId};
use keyring::{BlindIndex, RecipientKey};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};
use uuid::Uuid;

use super::entity::{recipient, recipient_index};
use super::register::{Optional, delete, field};
use super::wrapping::{Scope, WrappedFor, column};
use super::{Vault, VaultError};
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
    /// Whether that became known only now.
    pub(crate) newly_linked: bool,
}

/// A person's row, locked, with the key of their fields.
struct Known {
    row: recipient::Model,
    key: RecipientKey,
}

/// What a person is known by, with its blind indexes.
struct Indexed<'a> {
    identifier: &'a RecipientIdentifier,
    indexes: Vec<(u32, BlindIndex)>,
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
        Ok(self.person(identifier, &[], until).await?.id)
    }

    /// As [`Vault::recipient`] for somebody who is known by `others` too: whoever is known by one of these is the same person from
    /// now on, and an invitation among them is used up.
    ///
    /// # Errors
    ///
    /// As [`Vault::recipient`].
    pub(crate) async fn person(
        &self,
        identifier: &RecipientIdentifier,
        others: &[RecipientIdentifier],
        until: Day,
    ) -> Result<Person, VaultError> {
        let mut attempt = 1;
        loop {
            match self.identify(identifier, others, until).await {
                Ok(Some(person)) => return Ok(person),
                // The key of somebody who is to be linked moved to a later day meanwhile.
                Ok(None) => {}
                Err(VaultError::Database(error)) if attempt < ATTEMPTS && is_unique_violation(&error) => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn identify(
        &self,
        identifier: &RecipientIdentifier,
        others: &[RecipientIdentifier],
        until: Day,
    ) -> Result<Option<Person>, VaultError> {
        let asked: Vec<Indexed<'_>> = std::iter::once(identifier)
            .chain(others)
            .map(|identifier| Indexed {
                identifier,
                indexes: self.indexes(identifier),
            })
            .collect();
        // Days come before people, so the day of whoever is linked is looked up before their row is locked.
        let last = if others.is_empty() {
            until
        } else {
            until.max(last_day(self.database.reader(), &asked).await?.unwrap_or(until))
        };
        let transaction = self.database.write().await?;
        self.hold_day(&transaction, until).await?;
        if last != until {
            self.hold_day(&transaction, last).await?;
        }
        let mut found = found(&transaction, &asked).await?;
        let mut people = self.known(&transaction, &mut found).await?;
        let Some(main) = asked.iter().find_map(|it| it.find(&found)) else {
            let id = self.create(&transaction, identifier, until).await?;
            for (place, it) in asked.iter().enumerate() {
                if place == 0 || !it.identifier.is_invitation() {
                    it.insert(&transaction, id).await?;
                }
            }
            transaction.commit().await?;
            return Ok(Some(Person {
                id,
                linked: Vec::new(),
                newly_linked: false,
            }));
        };
        if people.values().any(|it| it.row.day > last.number()) && people.len() > 1 {
            return Ok(None);
        }
        let main = people.remove(&main).ok_or(VaultError::Damaged)?;
        let id = RecipientId::from_uuid(main.row.id);
        let needed = people.values().map(|it| Day::from_number(it.row.day)).max();
        let needed = needed.map_or(until, |day| day.max(until));
        self.extend_row(&transaction, main.row.clone(), needed).await?;
        let newly_linked = !people.is_empty();
        self.settle_identifiers(&transaction, &main, &asked, &found).await?;
        link(&transaction, &main, people.values()).await?;
        let reserved = recipient::ActiveModel {
            id: Set(main.row.id),
            reserved_at: Set(self.clock.now().as_millis()),
            ..recipient::ActiveModel::default()
        };
        recipient::Entity::update(reserved).exec(&transaction).await?;
        let linked = linked_to(&transaction, main.row.id).await?;
        transaction.commit().await?;
        Ok(Some(Person {
            id,
            linked,
            newly_linked,
        }))
    }

    /// The people that were found, locked in one order. Whose last day is over is deleted and found no more, since nothing known
    /// of them opens: they begin anew, under a new id.
    async fn known(
        &self,
        transaction: &WriteTransaction,
        found: &mut HashMap<Vec<u8>, Uuid>,
    ) -> Result<HashMap<Uuid, Known>, VaultError> {
        let ids: BTreeSet<Uuid> = found.values().copied().collect();
        let rows = recipient::Entity::find()
            .filter(recipient::Column::Id.is_in(ids))
            .order_by_asc(recipient::Column::Id)
            .lock_exclusive()
            .all(transaction)
            .await?;
        let mut known = HashMap::with_capacity(rows.len());
        for row in rows {
            match self.recipient_key(transaction, &row).await? {
                Some(key) => {
                    known.insert(row.id, Known { row, key });
                }
                None => delete(transaction, vec![row.id]).await?,
            }
        }
        found.retain(|_, id| known.contains_key(id));
        Ok(known)
    }

    async fn create(
        &self,
        transaction: &WriteTransaction,
        identifier: &RecipientIdentifier,
        until: Day,
    ) -> Result<RecipientId, VaultError> {
        let id = self.ids.next_recipient();
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
            reserved_at: Set(self.clock.now().as_millis()),
            linked_to: Set(None),
        };
        recipient::Entity::insert(row)
            .exec_without_returning(transaction)
            .await?;
        Ok(id)
    }

    /// Makes a person be found by everything that they are known by but for invitations, which are used up.
    async fn settle_identifiers(
        &self,
        transaction: &WriteTransaction,
        main: &Known,
        asked: &[Indexed<'_>],
        found: &HashMap<Vec<u8>, Uuid>,
    ) -> Result<(), VaultError> {
        let id = RecipientId::from_uuid(main.row.id);
        for (place, it) in asked.iter().enumerate() {
            let known = it.find(found);
            if place == 0 && known != Some(main.row.id) {
                let identified = recipient::ActiveModel {
                    id: Set(main.row.id),
                    sealed_personnummer: Set(seal_identifier(&main.key, id, it.identifier)),
                    ..recipient::ActiveModel::default()
                };
                recipient::Entity::update(identified).exec(transaction).await?;
            }
            let used_up = place > 0 && it.identifier.is_invitation();
            match known {
                Some(_) if used_up => it.delete(transaction).await?,
                None if !used_up => it.insert(transaction, id).await?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl Indexed<'_> {
    /// Who is known by it.
    fn find(&self, found: &HashMap<Vec<u8>, Uuid>) -> Option<Uuid> {
        let indexes = self.indexes.iter();
        indexes
            .filter_map(|(_, index)| found.get(index.as_bytes().as_slice()))
            .next()
            .copied()
    }

    async fn insert(&self, transaction: &WriteTransaction, id: RecipientId) -> Result<(), VaultError> {
        for (version, index) in &self.indexes {
            let row = recipient_index::ActiveModel {
                index_version: Set(column(*version)?),
                blind_index: Set(index.as_bytes().to_vec()),
                recipient_id: Set(*id.as_uuid()),
            };
            recipient_index::Entity::insert(row)
                .exec_without_returning(transaction)
                .await?;
        }
        Ok(())
    }

    async fn delete(&self, transaction: &WriteTransaction) -> Result<(), DbErr> {
        recipient_index::Entity::delete_many()
            .filter(recipient_index::Column::BlindIndex.is_in(self.bytes()))
            .exec(transaction)
            .await?;
        Ok(())
    }

    fn bytes(&self) -> impl Iterator<Item = Vec<u8>> {
        self.indexes.iter().map(|(_, index)| index.as_bytes().to_vec())
    }
}

/// Whom each blind index finds.
async fn found(on: &impl ConnectionTrait, asked: &[Indexed<'_>]) -> Result<HashMap<Vec<u8>, Uuid>, DbErr> {
    let rows = recipient_index::Entity::find()
        .filter(recipient_index::Column::BlindIndex.is_in(asked.iter().flat_map(Indexed::bytes)))
        .all(on)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.blind_index, row.recipient_id))
        .collect())
}

/// The last day of the people that are found.
async fn last_day(on: &impl ConnectionTrait, asked: &[Indexed<'_>]) -> Result<Option<Day>, DbErr> {
    let ids = found(on, asked).await?;
    let last: Option<i32> = recipient::Entity::find()
        .select_only()
        .column(recipient::Column::Day)
        .filter(recipient::Column::Id.is_in(ids.into_values()))
        .order_by_desc(recipient::Column::Day)
        .into_tuple()
        .one(on)
        .await?;
    Ok(last.map(Day::from_number))
}

/// Makes what these people are known by find somebody else, who gets their address for notifications when they have none.
async fn link(
    transaction: &WriteTransaction,
    main: &Known,
    people: impl Iterator<Item = &Known>,
) -> Result<(), VaultError> {
    let id = RecipientId::from_uuid(main.row.id);
    let mut has_email = main.row.sealed_email.is_some();
    for Known { row, key } in people {
        recipient_index::Entity::update_many()
            .col_expr(recipient_index::Column::RecipientId, Expr::value(main.row.id))
            .filter(recipient_index::Column::RecipientId.eq(row.id))
            .exec(transaction)
            .await?;
        // Whoever was linked to them is linked to the same person.
        recipient::Entity::update_many()
            .col_expr(recipient::Column::LinkedTo, Expr::value(main.row.id))
            .filter(
                recipient::Column::Id
                    .eq(row.id)
                    .or(recipient::Column::LinkedTo.eq(row.id)),
            )
            .exec(transaction)
            .await?;
        if let Some(sealed) = row.sealed_email.as_ref().filter(|_| !has_email) {
            let column = Optional::Email.column();
            let theirs = RecipientId::from_uuid(row.id);
            let email = key.open_text(field(column, &theirs), sealed);
            let email = email.map_err(|_| VaultError::Damaged)?;
            let kept = recipient::ActiveModel {
                id: Set(main.row.id),
                sealed_email: Set(Some(main.key.seal_field(field(column, &id), email.as_bytes()))),
                ..recipient::ActiveModel::default()
            };
            recipient::Entity::update(kept).exec(transaction).await?;
            has_email = true;
        }
    }
    Ok(())
}

/// Who was linked to a person and is not forgotten yet.
async fn linked_to(on: &impl ConnectionTrait, id: Uuid) -> Result<Vec<RecipientId>, DbErr> {
    let linked: Vec<Uuid> = recipient::Entity::find()
        .select_only()
        .column(recipient::Column::Id)
        .filter(recipient::Column::LinkedTo.eq(id))
        .order_by_asc(recipient::Column::Id)
        .into_tuple()
        .all(on)
        .await?;
    Ok(linked.into_iter().map(RecipientId::from_uuid).collect())
}

fn seal_identifier(key: &RecipientKey, id: RecipientId, identifier: &RecipientIdentifier) -> Vec<u8> {
    key.seal_field(field("sealed_personnummer", &id), identifier.stored().as_bytes())
}

fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
