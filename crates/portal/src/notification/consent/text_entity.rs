//! The rows of `mail_consent_text`: every text that somebody ever agreed to.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_consent_text")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) hash: String,
    pub(super) version: String,
    pub(super) swedish: String,
    pub(super) english: String,
    pub(super) first_given_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
