//! The rows of `staff_device`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_device")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) staff_id: Uuid,
    /// Tells the kinds of devices apart, under a key of the installation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) device_mac: Vec<u8>,
    pub(crate) sealed_device: Vec<u8>,
    pub(crate) first_seen_at: i64,
    /// When the person said that they had seen it.
    pub(crate) told_at: Option<i64>,
    /// Roughly where it was, until the person said that they had seen it.
    pub(crate) sealed_place: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
