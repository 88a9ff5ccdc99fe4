//! The rows of `hold`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) id: Uuid,
    pub(super) organisation_id: Uuid,
    /// Names the form that it was placed with, so that one that is sent twice places one; `None` of what no form placed, and of what
    /// an earlier version did.
    pub(super) form_id: Option<Uuid>,
    /// The case that it was placed on.
    pub(super) case_id: Uuid,
    /// 1 when it is on everything that the organisation sends that case's recipient.
    pub(super) of_recipient: i32,
    /// Whom it is on then, until it is settled.
    pub(super) recipient_id: Option<Uuid>,
    /// `None` once it is settled.
    pub(super) sealed_reason: Option<Vec<u8>>,
    /// With what instant the day begins on which somebody is to look at it again.
    pub(super) review_at: i64,
    /// How many messages were being purged already.
    pub(super) too_late: i32,
    pub(super) placed_at: i64,
    pub(super) placed_by: Uuid,
    pub(super) lifted_at: Option<i64>,
    pub(super) lifted_by: Option<Uuid>,
    /// `None` also once it is settled.
    pub(super) sealed_lift_reason: Option<Vec<u8>>,
    /// When it had kept nothing any more and what was said of it was forgotten.
    pub(super) settled_at: Option<i64>,
    /// When it was placed anew on a restored copy, by what the ledger tells; `None` for all that somebody placed here.
    pub(super) restored_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
