//! Ordering an extract, and what a person sees of their orders.

use base::{RecipientId, RegisterExtractId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, TryInsertResult,
};

use super::entity::{Column, Entity, Model};
use super::{EXTRACTS_A_DAY, KEPT, LEASE, ORDERS_A_DAY};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Fault, Portal, RecipientActor};

/// An extract could not be ordered.
#[derive(Debug, thiserror::Error)]
pub enum OrderExtractError {
    /// One is being made already.
    #[error("an extract is being made already")]
    UnderWay,
    /// The person has ordered as many as they may within a day.
    #[error("too many extracts were ordered within a day")]
    TooMany,
    /// Something inside failed; nothing was ordered.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// One of a person's own orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnExtract {
    /// The order.
    pub id: RegisterExtractId,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// How it stands.
    pub state: ExtractState,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractState {
    /// It is being made.
    UnderWay {
        /// How many cases have been gathered.
        done: u32,
        /// Of how many, as far as that is known.
        total: u32,
    },
    /// It can be had until then.
    Ready {
        /// The end.
        until: Timestamp,
    },
    /// Whoever made it stopped: the session ended, or a node did. It is to be ordered again.
    Broken,
}

impl Portal {
    /// Orders an extract for the person, which [`Portal::make_register_extract`] makes.
    ///
    /// # Errors
    ///
    /// See [`OrderExtractError`].
    pub async fn order_register_extract(&self, actor: &RecipientActor) -> Result<RegisterExtractId, OrderExtractError> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let transaction = context.database.write().await.map_err(Fault::from)?;
        // Whoever stopped making one, and so whoever stopped long ago, makes room.
        Entity::update_many()
            .col_expr(Column::UnderWay, Expr::value(None::<i32>))
            .filter(theirs(recipient))
            .filter(Column::LeaseUntil.lte(now.as_millis()))
            .exec(&transaction)
            .await
            .map_err(Fault::from)?;
        let id: RegisterExtractId = context.ids.next();
        let row = Model {
            id: *id.as_uuid(),
            recipient_id: *recipient.as_uuid(),
            ordered_at: now.as_millis(),
            under_way: Some(1),
            lease_until: (now + LEASE).as_millis(),
            done: 0,
            total: 0,
            ready_at: None,
            expires_at: (now + KEPT).as_millis(),
            sealed: None,
        };
        let one = OnConflict::columns([Column::RecipientId, Column::UnderWay])
            .do_nothing()
            .to_owned();
        // First, so that of two at once the second waits for the first and then sees it.
        let inserted = Entity::insert(row.into_active_model())
            .on_conflict(one)
            .try_insert()
            .exec_without_returning(&transaction)
            .await
            .map_err(Fault::from)?;
        if !matches!(inserted, TryInsertResult::Inserted(1..)) {
            return Err(OrderExtractError::UnderWay);
        }
        let ordered = Entity::find()
            .filter(theirs(recipient))
            .filter(Column::OrderedAt.gt((now - KEPT).as_millis()));
        // Signing out, or a node that stops, breaks one off, and the person is told to order it again.
        let unbroken = Condition::any()
            .add(Column::ReadyAt.is_not_null())
            .add(Column::UnderWay.is_not_null());
        let unbroken = ordered.clone().filter(unbroken);
        for (orders, most) in [(unbroken, EXTRACTS_A_DAY), (ordered, ORDERS_A_DAY)] {
            if orders.count(&transaction).await.map_err(Fault::from)? > most {
                return Err(OrderExtractError::TooMany);
            }
        }
        let entry = AuditEntry::by_recipient(actor, AuditAction::RegisterExtractOrdered)
            .about(AuditTarget::RegisterExtract(id));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await.map_err(Fault::from)?;
        Ok(id)
    }

    /// The person's own orders that are not gone, the latest first.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn register_extracts_of(&self, actor: &RecipientActor) -> Result<Vec<OwnExtract>, Fault> {
        let context = &*self.0;
        let now = context.now();
        let rows = Entity::find()
            .filter(theirs(actor.recipient_id()))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .order_by_desc(Column::OrderedAt)
            .order_by_desc(Column::Id)
            .all(context.database.reader())
            .await?;
        Ok(rows.iter().map(|row| own(row, now)).collect())
    }
}

pub(super) fn theirs(recipient: RecipientId) -> sea_orm::sea_query::SimpleExpr {
    Column::RecipientId.eq(*recipient.as_uuid())
}

fn own(row: &Model, now: Timestamp) -> OwnExtract {
    let state = if row.ready_at.is_some() {
        ExtractState::Ready {
            until: Timestamp::from_millis(row.expires_at),
        }
    } else if row.under_way.is_some() && row.lease_until > now.as_millis() {
        ExtractState::UnderWay {
            done: u32::try_from(row.done).unwrap_or(0),
            total: u32::try_from(row.total).unwrap_or(0),
        }
    } else {
        ExtractState::Broken
    };
    OwnExtract {
        id: RegisterExtractId::from_uuid(row.id),
        ordered_at: Timestamp::from_millis(row.ordered_at),
        state,
    }
}
