//! The rows of `case_extension`: each time that a case was extended.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_extension")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) id: Uuid,
    pub(super) case_id: Uuid,
    /// The message of the case under whose key the reason is sealed.
    pub(super) message_id: Uuid,
    /// The instant until which it is kept.
    pub(super) until: i64,
    /// `None` once nothing in the case lives any more.
    pub(super) sealed_reason: Option<Vec<u8>>,
    pub(super) extended_at: i64,
    /// The staff member who decided.
    pub(super) extended_by: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
