//! The rows of `session`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key_hash: Vec<u8>,
    /// Who is signed in.
    pub(crate) recipient_id: Option<Uuid>,
    pub(crate) assurance_level: Option<i32>,
    /// The name to greet the person with, so that greeting does not cost a look into the vault.
    pub(crate) sealed_name: Option<Vec<u8>>,
    pub(crate) sealed_data: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) last_seen_at: i64,
    /// The absolute limit.
    pub(crate) expires_at: i64,
    /// How the person's own list names the session; with the columns below it is set when somebody signs in.
    pub(crate) public_id: Option<Uuid>,
    /// What the person recognises the session by; sealed under a key that their other sessions have too.
    pub(crate) sealed_device: Option<Vec<u8>>,
    pub(crate) signed_in_at: Option<i64>,
    /// Keyed codes of what the provider calls its session and the person, when it can end sessions here.
    pub(crate) provider_session_mac: Option<Vec<u8>>,
    pub(crate) provider_subject_mac: Option<Vec<u8>>,
    /// Whose it is: nothing for a recipient's.
    pub(crate) kind: Option<String>,
    /// Which staff member it belongs to, from the moment that they gave their password.
    pub(crate) staff_id: Option<Uuid>,
    /// What they have proven: 1 the password, 2 a second factor too.
    pub(crate) proven: Option<i32>,
    /// When a staff member last proved everything that is asked of them; nothing while they are on the way in.
    pub(crate) confirmed_at: Option<i64>,
    /// What they proved then, in the numbers of `proven`.
    pub(crate) confirmed_by: Option<i32>,
    /// Wrong tries of a staff member one after another within the session, and when the last of them was.
    pub(crate) failures: Option<i32>,
    pub(crate) last_failure_at: Option<i64>,
    /// What was asked of a staff member's passkey last; opens with the cookie only.
    pub(crate) sealed_ceremony: Option<Vec<u8>>,
    /// Roughly where it was signed in from; sealed as the device is.
    pub(crate) sealed_place: Option<Vec<u8>>,
    /// A keyed code of the network that it was signed in from, which the row's key is part of.
    pub(crate) network_mac: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
