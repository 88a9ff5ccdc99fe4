//! The rows of `terms_text`: every text that somebody ever accepted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "terms_text")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) hash: String,
    pub(super) version: String,
    pub(super) swedish: String,
    pub(super) english: String,
    pub(super) first_accepted_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
