//! The rows of `audit_handover`: how far a log, or its checkpoints, have come on the way to one receiver.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_handover")]
pub(crate) struct Model {
    /// What goes there and how, by its stored name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) kind: String,
    /// What the configuration calls the receiver.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) receiver: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) chain_id: Uuid,
    /// Where the receiver is, as the log was told.
    pub(crate) place: String,
    /// The last row that was handed over, or the row of the last checkpoint; 0 while none was.
    pub(crate) sequence: i64,
    /// When it goes on, or when the lease of whoever is at it ends.
    pub(crate) due_at: i64,
    /// How often in a row it failed, with the one under way.
    pub(crate) attempts: i32,
    pub(crate) succeeded_at: Option<i64>,
    pub(crate) failed_at: Option<i64>,
    /// Why it failed last, by its stored name; none since it succeeded.
    pub(crate) failure: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
