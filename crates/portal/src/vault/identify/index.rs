//! What finds a person: the blind indexes of what they are known by.

use std::collections::{BTreeSet, HashMap};

use base::{Day, RecipientId};
use keyring::BlindIndex;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::database::WriteTransaction;
use crate::recipient::RecipientIdentifier;
use crate::vault::VaultError;
use crate::vault::entity::{recipient, recipient_index};
use crate::vault::wrapping::column;

/// What a person is known by, with its blind indexes.
pub(super) struct Indexed<'a> {
    pub(super) identifier: &'a RecipientIdentifier,
    pub(super) indexes: Vec<(u32, BlindIndex)>,
}

impl Indexed<'_> {
    /// Who is known by it.
    pub(super) fn find(&self, found: &HashMap<Vec<u8>, Uuid>) -> Option<Uuid> {
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

/// Makes a person be found by everything that they are known by but for invitations that they answered, which are used up; says
/// whether anything changed.
pub(super) async fn attach(
    transaction: &WriteTransaction,
    asked: &[Indexed<'_>],
    found: &HashMap<Vec<u8>, Uuid>,
    id: RecipientId,
) -> Result<bool, VaultError> {
    let mut changed = false;
    for (place, it) in asked.iter().enumerate() {
        let known = it.find(found);
        let is_used_up = place > 0 && it.identifier.is_invitation();
        if known == Some(*id.as_uuid()) && !is_used_up || known.is_none() && is_used_up {
            continue;
        }
        changed = true;
        if known.is_some() {
            it.delete(transaction).await?;
        }
        if !is_used_up {
            it.insert(transaction, id).await?;
        }
    }
    Ok(changed)
}

/// Whom each blind index finds.
pub(super) async fn found(on: &impl ConnectionTrait, asked: &[Indexed<'_>]) -> Result<HashMap<Vec<u8>, Uuid>, DbErr> {
    let rows = recipient_index::Entity::find()
        .filter(recipient_index::Column::BlindIndex.is_in(asked.iter().flat_map(Indexed::bytes)))
        .all(on)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.blind_index, row.recipient_id))
        .collect())
}

/// The last day of the people that are found and of whoever is linked to them.
pub(super) async fn last_day(on: &impl ConnectionTrait, asked: &[Indexed<'_>]) -> Result<Option<Day>, DbErr> {
    let ids: BTreeSet<Uuid> = found(on, asked).await?.into_values().collect();
    let last: Option<i32> = recipient::Entity::find()
        .select_only()
        .column(recipient::Column::Day)
        .filter(
            recipient::Column::Id
                .is_in(ids.iter().copied())
                .or(recipient::Column::LinkedTo.is_in(ids)),
        )
        .order_by_desc(recipient::Column::Day)
        .into_tuple()
        .one(on)
        .await?;
    Ok(last.map(Day::from_number))
}
