//! The rows of `staff_passkey`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_passkey")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) staff_id: Uuid,
    /// A keyed code of the credential's id: an account has each once.
    pub(crate) credential_mac: Vec<u8>,
    /// What the person calls it.
    pub(crate) sealed_name: Vec<u8>,
    /// The public key, the signature counter, and what else is known of the authenticator.
    pub(crate) sealed_credential: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
    /// The kind of device that it was added from, until the person said that they had seen it.
    pub(crate) sealed_untold_device: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
