//! The rows of `mail_consent`: what each person agreed to last.

use sea_orm::entity::prelude::*;

use crate::ledger::LedgerHead;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_consent")]
pub(in crate::notification) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::notification) recipient_id: Uuid,
    /// Names the text.
    pub(in crate::notification) hash: String,
    /// When the address was proven for which they agreed.
    pub(in crate::notification) given_at: i64,
    pub(in crate::notification) withdrawn_at: Option<i64>,
    /// The batch of the ledger that told of the address, or a later one.
    pub(in crate::notification) ledger_batch: i64,
}

impl Model {
    /// Whether this batch of the ledger, or a later one, told of the address.
    pub(in crate::notification) fn is_told_since(&self, batch: LedgerHead) -> bool {
        u64::try_from(self.ledger_batch).is_ok_and(|told| told >= batch.number)
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(in crate::notification) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
