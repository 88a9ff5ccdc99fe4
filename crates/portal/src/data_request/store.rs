//! The SQL of requests.

use base::{CaseId, DataRequestId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, UpdateMany,
};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::rule::{DataRequestKind, DataRequestState};
use crate::database::WriteTransaction;
use crate::list_part::PAGE;
use crate::{Context, Cursor, Fault, recipient};

/// How many rows one statement names: far below the databases' limits on parameters.
const BATCH: usize = 500;

/// That a request waits for an answer, and that it doesn't: in the words of the indexes over the lists of each, or they are not used.
const IS_OPEN: &str = "state IN ('received', 'handling')";
const IS_NOT_OPEN: &str = "state NOT IN ('received', 'handling')";

impl Model {
    pub(super) const fn request_id(&self) -> DataRequestId {
        DataRequestId::from_uuid(self.id)
    }

    pub(super) const fn recipient(&self) -> RecipientId {
        RecipientId::from_uuid(self.recipient_id)
    }

    pub(super) const fn organisation(&self) -> OrganisationId {
        OrganisationId::from_uuid(self.organisation_id)
    }

    pub(super) fn case(&self) -> Option<CaseId> {
        self.case_id.map(CaseId::from_uuid)
    }

    pub(super) const fn owner(&self) -> ContentOwner {
        ContentOwner::Request(self.request_id())
    }

    pub(super) fn kind(&self) -> Result<DataRequestKind, Fault> {
        DataRequestKind::from_name(&self.kind).ok_or_else(|| Fault::new("a request of unknown kind"))
    }

    pub(super) fn state(&self) -> Result<DataRequestState, Fault> {
        DataRequestState::from_stored(&self.state).ok_or_else(|| Fault::new("a request in an unknown state"))
    }
}

pub(super) async fn insert(transaction: &WriteTransaction, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Those of these ids that are requests'.
pub(crate) async fn existing(
    on: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(on)
        .await
}

/// An organisation's request.
pub(super) async fn of_organisation(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: DataRequestId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*id.as_uuid())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .one(on)
        .await
}

/// A person's request.
pub(super) async fn of_recipient(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
    id: DataRequestId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*id.as_uuid())
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .one(on)
        .await
}

/// A person's request that was sent with a form.
pub(super) async fn of_form(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
    form: DataRequestId,
) -> Result<Option<DataRequestId>, DbErr> {
    let row = Entity::find()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::FormId.eq(*form.as_uuid()))
        .one(on)
        .await?;
    Ok(row.map(|row| row.request_id()))
}

/// The requests that wait for an answer.
pub(super) fn open() -> Select<Entity> {
    Entity::find().filter(Column::State.is_in(DataRequestState::OPEN.map(DataRequestState::as_str)))
}

/// How many requests of all organisations wait for an answer though the last day for it is over.
pub(crate) async fn overdue(context: &Context) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Expr::cust(IS_OPEN))
        .filter(Column::DueAt.lte(context.now().as_millis()))
        .count(context.database.reader())
        .await
}

/// Some of an organisation's requests that wait for an answer, one more than is shown: the one that is due first.
pub(super) fn open_of(organisation: OrganisationId, after: Option<Cursor>) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Expr::cust(IS_OPEN))
        .apply_if(after, |query, cursor| {
            query.filter(cursor.after(Column::DueAt, Column::Id))
        })
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(PAGE as u64 + 1)
}

/// Some of an organisation's other requests, one more than is shown: the latest first.
pub(super) fn others_of(organisation: OrganisationId, after: Option<Cursor>) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Expr::cust(IS_NOT_OPEN))
        .apply_if(after, |query, cursor| {
            query.filter(cursor.before(Column::ReceivedAt, Column::Id))
        })
        .order_by_desc(Column::ReceivedAt)
        .order_by_desc(Column::Id)
        .limit(PAGE as u64 + 1)
}

/// A request that waits for an answer, locked until the transaction ends.
pub(super) async fn lock_open(transaction: &WriteTransaction, id: DataRequestId) -> Result<Option<Model>, DbErr> {
    open()
        .filter(Column::Id.eq(*id.as_uuid()))
        .lock_exclusive()
        .one(transaction)
        .await
}

/// A change of one request that holds only while it waits for an answer.
pub(super) fn change_open(id: DataRequestId) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(*id.as_uuid()))
        .filter(Column::State.is_in(DataRequestState::OPEN.map(DataRequestState::as_str)))
}

/// Which of these people have a request that is not purged, so that they must stay known.
pub(crate) async fn recipients_with_requests(
    on: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    recipient::named_by::<Entity>(on, Column::RecipientId, recipients).await
}

/// Gives requests of some people to another. The caller has locked their cases.
pub(crate) async fn give(transaction: &WriteTransaction, from: &[RecipientId], to: RecipientId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::RecipientId, Expr::value(*to.as_uuid()))
        .filter(Column::RecipientId.is_in(from.iter().map(|id| *id.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Deletes requests of which the ledger tells that their keys are destroyed.
pub(crate) async fn delete_as_told(
    transaction: &WriteTransaction,
    requests: &[DataRequestId],
    now: Timestamp,
) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = requests.iter().map(|id| *id.as_uuid()).collect();
    delete(transaction, &ids, now).await?;
    Ok(())
}

/// As [`delete_as_told`], every request to an organisation.
pub(crate) async fn delete_all_as_told(
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .into_tuple()
        .all(transaction)
        .await?;
    for ids in ids.chunks(BATCH) {
        delete(transaction, ids, now).await?;
    }
    Ok(())
}

/// Deletes requests, and names their people as forgettable. Gives those that were there.
pub(super) async fn delete(transaction: &WriteTransaction, ids: &[Uuid], now: Timestamp) -> Result<Vec<Model>, DbErr> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?;
    Entity::delete_many()
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(transaction)
        .await?;
    // In one order, so that two transactions can't wait for each other.
    let mut people: Vec<RecipientId> = rows.iter().map(Model::recipient).collect();
    people.sort_unstable();
    people.dedup();
    for person in people {
        recipient::may_be_forgotten(transaction, person, now).await?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_an_answer_is_the_same_in_both_words() {
        let states = DataRequestState::OPEN
            .map(|state| format!("'{}'", state.as_str()))
            .join(", ");
        assert_eq!(IS_OPEN, format!("state IN ({states})"));
        assert_eq!(IS_NOT_OPEN, format!("state NOT IN ({states})"));
    }
}
