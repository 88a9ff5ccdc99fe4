//! Passwords of staff: which may be set, how they are hashed and compared, and which were used before. Knows no session.

pub(crate) mod entity;
mod hasher;
mod policy;

use base::{SecretString, StaffId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{Context, Fault};
use entity::{Column, Entity};

pub(crate) use hasher::{HashingError, HashingPool};
pub(crate) use policy::About;
pub use policy::PasswordProblem;

/// How many of a person's latest passwords, the present one included, can't be set again.
const REMEMBERED: u64 = 5;

/// A password was not set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordRefused {
    /// It may not be set: the person chooses another.
    #[error(transparent)]
    Problem(#[from] PasswordProblem),
    /// Too many passwords are being looked at; in a few seconds it works.
    #[error("too many passwords are being looked at")]
    Busy,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<HashingError> for PasswordRefused {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            HashingError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// What came of comparing a password.
pub(super) struct Checked {
    pub(super) matches: bool,
    /// The hash at today's cost, when the one that matched was made at another.
    pub(super) renewed: Option<String>,
}

/// Compares a password with somebody's hash, or with nobody's at the same cost.
pub(super) async fn matches(
    context: &Context,
    password: &SecretString,
    stored: Option<String>,
) -> Result<Checked, HashingError> {
    let password = policy::normalised(password.expose());
    let job = move |hasher: &hasher::Hasher| {
        let password = password.as_ref().map(|password| password.as_str());
        hasher.compare(password, stored.as_deref())
    };
    let compared = context.passwords.run(job).await?;
    Ok(Checked {
        matches: compared.matches,
        renewed: compared.renewed,
    })
}

/// The hash of a new password, when it may be set.
pub(super) async fn hash_new(
    context: &Context,
    password: &SecretString,
    about: &About<&str>,
    earlier: Vec<String>,
) -> Result<String, PasswordRefused> {
    let (password, about) = (password.clone(), about.to_owned());
    let job = move |hasher: &hasher::Hasher| {
        let password = match policy::check(password.expose(), &about.as_ref()) {
            Ok(password) => password,
            Err(problem) => return Ok(Err(problem)),
        };
        for earlier in &earlier {
            if hasher.compare(Some(&password), Some(earlier))?.matches {
                return Ok(Err(PasswordProblem::UsedBefore));
            }
        }
        hasher.hash(&password).map(Ok)
    };
    Ok(context.passwords.run(job).await??)
}

/// The hashes of a person's latest passwords.
pub(super) async fn earlier(on: &impl ConnectionTrait, staff: StaffId) -> Result<Vec<String>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::PasswordHash)
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .order_by_desc(Column::SetAt)
        .limit(REMEMBERED)
        .into_tuple()
        .all(on)
        .await
}

/// Remembers a password that was set, and forgets those that no longer count.
pub(super) async fn remember(
    on: &impl ConnectionTrait,
    staff: StaffId,
    hash: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = entity::Model {
        staff_id: *staff.as_uuid(),
        password_hash: hash.to_owned(),
        set_at: now.as_millis(),
    };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::StaffId, Column::PasswordHash])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(on)
        .await?;
    let kept = earlier(on, staff).await?;
    Entity::delete_many()
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .filter(Column::PasswordHash.is_not_in(kept))
        .exec(on)
        .await?;
    Ok(())
}

/// Forgets every password of somebody's: whoever has the account next need not learn which those were.
pub(super) async fn forget(on: &impl ConnectionTrait, staff: StaffId) -> Result<(), DbErr> {
    let of_them = Entity::delete_many().filter(Column::StaffId.eq(*staff.as_uuid()));
    of_them.exec(on).await?;
    Ok(())
}

/// Puts the hash at today's cost in the place of the one before.
pub(super) async fn renew(on: &impl ConnectionTrait, staff: StaffId, before: &str, hash: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::PasswordHash, hash.into())
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .filter(Column::PasswordHash.eq(before))
        .exec(on)
        .await?;
    Ok(())
}
