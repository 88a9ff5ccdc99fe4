//! The scoped finder: an organisation that was deleted is nowhere to be found, but for who asks for it by name since tombstones,
//! protocols or requests of it are left.

use base::OrganisationId;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef, Select,
    SelectTwo,
};

use super::Organisation;
use super::entity::{Column, Entity, Model};
use crate::Fault;
use crate::database::WriteTransaction;

/// The row of an organisation was not locked. No [`Fault`], so that nobody can pass it on unseen: whoever acts says what to answer when
/// the organisation is gone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotLocked {
    /// There is no such organisation, or it was deleted.
    #[error("the organisation is no longer there")]
    Gone,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl NotLocked {
    /// What a use case answers, which says what it is when the organisation is gone.
    pub(crate) fn or_gone<E: From<DbErr>>(self, gone: E) -> E {
        match self {
            Self::Gone => gone,
            Self::Database(error) => error.into(),
        }
    }
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}

/// The row of the organisation with that id.
pub(crate) async fn find_row(on: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<Model>, DbErr> {
    living().filter(Column::Id.eq(*id.as_uuid())).one(on).await
}

/// The organisation with that id.
pub(crate) async fn find(on: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<Organisation>, Fault> {
    let row = find_row(on, id).await?;
    row.map(Organisation::from_row).transpose()
}

/// As [`find`], whether it was deleted or not.
pub(crate) async fn find_even_deleted(
    on: &impl ConnectionTrait,
    id: OrganisationId,
) -> Result<Option<Organisation>, Fault> {
    let row = Entity::find_by_id(*id.as_uuid()).one(on).await?;
    row.map(Organisation::from_row).transpose()
}

/// The row of the organisation that an address names: by its id, else by its slug.
pub(crate) async fn find_row_by_address(on: &impl ConnectionTrait, address: &str) -> Result<Option<Model>, DbErr> {
    let row = find_row_by_address_even_deleted(on, address).await?;
    Ok(row.filter(|row| row.deleted_at.is_none()))
}

/// As [`find_row_by_address`], whether it was deleted or not.
pub(super) async fn find_row_by_address_even_deleted(
    on: &impl ConnectionTrait,
    address: &str,
) -> Result<Option<Model>, DbErr> {
    let by = match address.parse::<OrganisationId>() {
        Ok(id) => Column::Id.eq(*id.as_uuid()),
        Err(_) => Column::Slug.eq(address),
    };
    Entity::find().filter(by).one(on).await
}

/// As [`find_row`]; nobody else changes or locks it until the transaction ends. (SQLite has one writer at a time.) Rows that refer to
/// the organisation can be written meanwhile: whoever writes one may hold what comes after the organisation in the order of locks.
///
/// # Errors
///
/// [`NotLocked::Gone`] when it is not there any more, so that nothing is written for one that was deleted a moment ago.
pub(crate) async fn lock_row(on: &WriteTransaction, id: OrganisationId) -> Result<Model, NotLocked> {
    let row = lock_row_even_deleted(on, id).await?;
    row.filter(|row| row.deleted_at.is_none()).ok_or(NotLocked::Gone)
}

/// As [`lock_row`], whether it was deleted or not.
pub(crate) async fn lock_row_even_deleted(on: &WriteTransaction, id: OrganisationId) -> Result<Option<Model>, DbErr> {
    let row = Entity::find_by_id(*id.as_uuid());
    row.lock(LockType::NoKeyUpdate).one(on).await
}

/// As [`lock_row_even_deleted`], and waits for whoever [`stays`] was told to, and for all that write rows that refer to it.
pub(super) async fn lock_row_alone(on: &WriteTransaction, id: OrganisationId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*id.as_uuid()).lock_exclusive().one(on).await
}

/// Whether the organisation is there and is not deleted until the transaction ends. Whatever makes something that a deletion must
/// not miss asks this: an upload, a message, a hold, a request. Keeps nobody else from changing the row.
pub(crate) async fn stays(on: &WriteTransaction, id: OrganisationId) -> Result<bool, DbErr> {
    let row = Entity::find_by_id(*id.as_uuid())
        .lock(LockType::KeyShare)
        .one(on)
        .await?;
    Ok(row.is_some_and(|row| row.deleted_at.is_none()))
}

/// Rows with the organisation that a column of theirs names, but those of one that was deleted.
pub(crate) fn with_living<E: EntityTrait>(rows: Select<E>, organisation: E::Column) -> SelectTwo<E, Entity> {
    let theirs: RelationDef = E::belongs_to(Entity).from(organisation).to(Column::Id).into();
    rows.join(JoinType::InnerJoin, theirs)
        .filter(Column::DeletedAt.is_null())
        .select_also(Entity)
}

/// As [`with_living`], of those whose recipients are told the names of their staff.
pub(crate) fn with_names_shown<E: EntityTrait>(rows: Select<E>, organisation: E::Column) -> SelectTwo<E, Entity> {
    with_living(rows, organisation).filter(Column::NamesShown.eq(1))
}

/// Whether an organisation's recipients are told the names of its staff.
pub(crate) async fn shows_names(on: &impl ConnectionTrait, id: OrganisationId) -> Result<bool, DbErr> {
    let row = find_row(on, id).await?;
    Ok(row.is_some_and(|row| row.names_shown == Some(1)))
}
