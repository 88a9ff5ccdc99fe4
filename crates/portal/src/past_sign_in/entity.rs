//! The rows of `past_sign_in`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "past_sign_in")]
pub(super) struct Model {
    /// The name of the session that it began, which may have ended since.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) id: Uuid,
    pub(super) recipient_id: Uuid,
    pub(super) at: i64,
    pub(super) sealed_device: Vec<u8>,
    pub(super) sealed_place: Option<Vec<u8>>,
    /// Whether it was the first from that kind of device: 1 for yes.
    pub(super) is_new_device: i32,
    /// When the person said that it was not them.
    pub(super) reported_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
