//! The rows of `register_extract`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_extract")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) recipient_id: Uuid,
    pub(crate) ordered_at: i64,
    /// 1 while it is being made, so that a person has one such row at most; nothing after that.
    pub(crate) under_way: Option<i32>,
    /// Until when whoever makes it is believed to be at it.
    pub(crate) lease_until: i64,
    /// How many of the person's cases have been gathered, of how many.
    pub(crate) done: i32,
    pub(crate) total: i32,
    pub(crate) ready_at: Option<i64>,
    /// From when it is nobody's any more.
    pub(crate) expires_at: i64,
    /// What was gathered, under a key that is wrapped for the day on which it ends.
    pub(crate) sealed: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
