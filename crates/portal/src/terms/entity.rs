//! The rows of `terms_acceptance`: what each person accepted last.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "terms_acceptance")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) recipient_id: Uuid,
    /// Names the text.
    pub(super) hash: String,
    pub(super) accepted_at: i64,
    pub(super) withdrawn_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
