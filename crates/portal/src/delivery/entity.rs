//! The rows of `delivery`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) message_id: Uuid,
    pub(crate) case_id: Uuid,
    pub(crate) organisation_id: Uuid,
    pub(crate) recipient_id: Option<Uuid>,
    pub(crate) sent_at: i64,
    pub(crate) notified_at: Option<i64>,
    pub(crate) opened_at: Option<i64>,
    pub(crate) expires_at: i64,
    /// Set once when expiry was noticed; a clock that goes back does not unset it.
    pub(crate) expired_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) condemned_at: Option<i64>,
    pub(crate) purged_at: Option<i64>,
    /// The version of its organisation's retention policy by which it expires; none when its end was fixed as it was sent.
    pub(crate) policy_version: Option<i32>,
    /// Whether its sender gave an address to tell its recipient at: 1 for yes.
    pub(crate) address_given: Option<i32>,
    /// When it was warned of that it is soon gone, while nobody had opened it; nothing again when its end moved away.
    pub(crate) unread_warned_at: Option<i64>,
    /// The same after it was opened.
    pub(crate) read_warned_at: Option<i64>,
    /// Until when a hold keeps it that was lifted last.
    pub(crate) kept_until: Option<i64>,
    /// For which request of its recipient it was erased; the nil id when only the ledger knew that it was.
    pub(crate) erased_for: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
