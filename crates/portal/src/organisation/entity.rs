//! The rows of `organisation`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) retention_days: i32,
    /// A name of the IANA time zone database.
    pub(crate) time_zone: String,
    /// The sequence number of the organisation's latest event.
    pub(crate) event_sequence: i64,
    pub(crate) created_at: i64,
    /// The name in addresses; nothing for an organisation from before there were such names.
    pub(crate) slug: Option<String>,
    /// Whether its staff need a second factor: 1 for yes.
    pub(crate) second_factor_required: Option<i32>,
    /// How long its staff may use a password; nothing when that has no end.
    pub(crate) password_max_age_days: Option<i32>,
    /// The networks that its staff may come from, as `base::AllowedNetworks` writes them.
    pub(crate) staff_networks: Option<String>,
    /// Whether its staff get in with work accounts alone: 1 for yes.
    pub(crate) work_account_required: Option<i32>,
    /// Whether its recipients may see that there is a hold on a case of theirs: 1 for yes.
    pub(crate) holds_shown: Option<i32>,
    /// Whether what shortens its retention needs a second admin: 1 for yes.
    pub(crate) retention_approval: Option<i32>,
    /// Whether its recipients are told the names of its staff: 1 for yes.
    pub(crate) names_shown: Option<i32>,
    /// When it was deleted: nothing of it can be read or done from then on.
    pub(crate) deleted_at: Option<i64>,
    /// When the last of it was erased but its tombstone.
    pub(crate) erased_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
