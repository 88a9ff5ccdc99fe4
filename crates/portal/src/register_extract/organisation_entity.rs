//! The rows of `organisation_extract`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_extract")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) id: Uuid,
    pub(super) organisation_id: Uuid,
    /// Whom it is about; nobody when the organisation had nothing about whom it asked for.
    pub(super) recipient_id: Option<Uuid>,
    /// Names the form that it was asked for with, so that one that is sent twice makes one.
    pub(super) form_id: Uuid,
    pub(super) made_at: i64,
    pub(super) made_by: Uuid,
    pub(super) sealed_reason: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
