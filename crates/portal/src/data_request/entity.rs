//! The rows of `data_request`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) id: Uuid,
    pub(super) organisation_id: Uuid,
    pub(super) recipient_id: Uuid,
    /// Names the form that it was sent with, so that one that is sent twice is one request.
    pub(super) form_id: Uuid,
    /// The case that it is about; everything that the organisation has sent the person when there is none.
    pub(super) case_id: Option<Uuid>,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) sealed_text: Option<Vec<u8>>,
    pub(super) received_at: i64,
    /// With what instant the last day is over on which it is to be answered.
    pub(super) due_at: i64,
    /// When the organisation took two months more.
    pub(super) extended_at: Option<i64>,
    pub(super) sealed_extension: Option<Vec<u8>>,
    pub(super) taken_up_by: Option<Uuid>,
    pub(super) answered_at: Option<i64>,
    pub(super) answered_by: Option<Uuid>,
    pub(super) sealed_answer: Option<Vec<u8>>,
    /// When everything that it led to was done, or nothing was to be done.
    pub(super) done_at: Option<i64>,
    /// When it is deleted.
    pub(super) purge_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
