//! The rows of `cases`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cases")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organisation_id: Uuid,
    /// `None` once nothing in the case lives any more.
    pub(crate) recipient_id: Option<Uuid>,
    pub(crate) created_at: i64,
    /// Since when it is closed, while it is.
    pub(crate) closed_at: Option<i64>,
    /// Until when it was extended last.
    pub(crate) extended_until: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
