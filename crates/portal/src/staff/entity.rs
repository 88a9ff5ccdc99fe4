//! The rows of `staff_member`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_member")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organisation_id: Uuid,
    pub(crate) role: String,
    /// The first instant at which they are let in, and the first at which they are not any more.
    pub(crate) valid_from: Option<i64>,
    pub(crate) valid_until: Option<i64>,
    /// The version of the key that the index was made with.
    pub(crate) index_version: i32,
    /// What the account is found by: the work account where it has one, else the e-mail address.
    #[sea_orm(column_name = "email_index")]
    pub(crate) account_index: Vec<u8>,
    pub(crate) sealed_name: Vec<u8>,
    pub(crate) sealed_email: Vec<u8>,
    /// A PHC string of argon2id; nothing until the invitation is accepted.
    pub(crate) password_hash: Option<String>,
    pub(crate) password_set_at: Option<i64>,
    /// The secret of the one-time codes that count.
    pub(crate) sealed_code_secret: Option<Vec<u8>>,
    /// One that is being set up and counts for nothing yet.
    pub(crate) sealed_new_code_secret: Option<Vec<u8>>,
    /// The latest step of which a code was accepted.
    pub(crate) code_step: Option<i64>,
    pub(crate) code_set_at: Option<i64>,
    /// The kind of device that the app was set up from, until the person said that they had seen it.
    pub(crate) sealed_untold_code_device: Option<Vec<u8>>,
    /// Wrong tries one after another, and when the last of them was.
    pub(crate) failures: i32,
    pub(crate) last_failure_at: Option<i64>,
    /// Wrong tries that the person was not told of yet.
    pub(crate) untold_failures: i32,
    pub(crate) last_signed_in_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) deactivated_at: Option<i64>,
    /// Who shut the account; nothing when it is open, or when the version before shut it.
    pub(crate) deactivated_by: Option<String>,
    /// The work account, of somebody whose directory vouches for them; they have no password.
    pub(crate) sealed_work_account: Option<Vec<u8>>,
    /// How many passkeys they have, so that a request need not count them.
    pub(crate) passkeys: Option<i32>,
    /// What their authenticators know the account by: random, and gone with the last passkey.
    pub(crate) sealed_passkey_handle: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
