//! Links people who turn out to be one.

use base::RecipientId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Known;
use crate::database::WriteTransaction;
use crate::vault::VaultError;
use crate::vault::entity::{recipient, recipient_index};
use crate::vault::register::{Optional, field};

/// Makes what these people are known by find somebody else, who gets their addresses for notifications when they have none. Whether they
/// may be written to there is the portal's to know. An address that somebody has yet to prove goes.
pub(super) async fn link(
    transaction: &WriteTransaction,
    main: &Known,
    people: impl Iterator<Item = &Known>,
) -> Result<(), VaultError> {
    let id = RecipientId::from_uuid(main.row.id);
    let mut kept = [
        (Optional::Email, main.row.sealed_email.clone()),
        (Optional::OwnEmail, main.row.sealed_own_email.clone()),
    ];
    let mut is_changed = false;
    for Known { row, key, .. } in people {
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
        let theirs = RecipientId::from_uuid(row.id);
        for (which, kept) in &mut kept {
            let sealed = match which {
                Optional::OwnEmail => &row.sealed_own_email,
                _ => &row.sealed_email,
            };
            if let Some(sealed) = sealed.as_ref().filter(|_| kept.is_none()) {
                let email = key.open_text(field(which.column(), &theirs), sealed);
                let email = Zeroizing::new(email.map_err(|_| VaultError::Damaged)?);
                *kept = Some(main.key.seal_field(field(which.column(), &id), email.as_bytes()));
                is_changed = true;
            }
        }
        let given_up = recipient::ActiveModel {
            id: Set(row.id),
            sealed_own_email: Set(None),
            sealed_unproven_email: Set(None),
            ..recipient::ActiveModel::default()
        };
        recipient::Entity::update(given_up).exec(transaction).await?;
    }
    if is_changed {
        let [(_, email), (_, own_email)] = kept;
        let changed = recipient::ActiveModel {
            id: Set(main.row.id),
            sealed_email: Set(email),
            sealed_own_email: Set(own_email),
            ..recipient::ActiveModel::default()
        };
        recipient::Entity::update(changed).exec(transaction).await?;
    }
    Ok(())
}

/// Who was linked to a person and is not forgotten yet.
pub(super) async fn linked_to(on: &impl ConnectionTrait, id: Uuid) -> Result<Vec<RecipientId>, DbErr> {
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
