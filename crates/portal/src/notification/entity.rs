//! The rows of `unsent_notification`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unsent_notification")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) kind: String,
    /// A recipient or a staff member; the kind says which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) person_id: Uuid,
    /// When the first of what it tells of happened, and the last.
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    /// When a node may take it. Who takes it moves this to the end of a lease, which is also what tells that it is still theirs.
    pub(crate) due_at: i64,
    /// How often it was taken since `first_at`.
    pub(crate) attempts: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
