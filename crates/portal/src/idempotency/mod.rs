//! Idempotent sending: a request that is sent again, because its answer was lost, makes no second message.
//!
//! Owns the row of each (system, key): `receiving` with a lease while an attempt runs, `complete` with a fingerprint
//! afterwards. The row names the message of its attempt, so an attempt that lost the row notices. The sender's key is
//! kept only as a keyed code.

pub(crate) mod entity;

use std::time::Duration;

use base::{MessageId, SystemId, Timestamp};
use keyring::{Mac, MacKey};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};

use crate::message::SendError;
use crate::{Fault, Portal};

/// How long a key is remembered after its message was sent.
pub(crate) const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

const RECEIVING: &str = "receiving";
const COMPLETE: &str = "complete";

/// A key by which a sender marks a request and its repeats (draft-ietf-httpapi-idempotency-key-header).
#[derive(Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Reads a key: 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    ///
    /// [`SendError::InvalidIdempotencyKey`].
    pub fn parse(text: &str) -> Result<Self, SendError> {
        if (1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SendError::InvalidIdempotencyKey)
        }
    }

    /// The row that this key of a system stands for.
    pub(crate) fn row(&self, mac: &MacKey, system: SystemId) -> Row {
        Row {
            system,
            key: mac.mac(&[b"key", system.as_bytes(), self.0.as_bytes()]),
        }
    }
}

impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A sender may have put a case number or worse into it.
        f.write_str("IdempotencyKey([secret])")
    }
}

/// One row, by its primary key.
#[derive(Clone)]
pub(crate) struct Row {
    system: SystemId,
    key: Mac,
}

/// What came of claiming a row.
pub(crate) enum Claim {
    /// The row is ours until the lease ends.
    Ours,
    /// The key has made a message already.
    Complete { message: MessageId, fingerprint: Vec<u8> },
    /// Another attempt holds the row.
    Receiving { until: Timestamp },
}

/// Takes the row when it is new, forgotten, or its attempt let the lease run out.
const CLAIM: &str = "INSERT INTO idempotency (system_id, key_mac, state, message_id, lease_until, expires_at) \
     VALUES ($1, $2, 'receiving', $3, $4, $5) \
     ON CONFLICT (system_id, key_mac) DO UPDATE SET state = excluded.state, fingerprint = NULL, \
     message_id = excluded.message_id, lease_until = excluded.lease_until, expires_at = excluded.expires_at \
     WHERE (idempotency.state = 'receiving' AND idempotency.lease_until <= $6) OR idempotency.expires_at <= $6";

impl Row {
    /// Claims the row for an attempt that will make `message`.
    pub(crate) async fn claim(
        &self,
        transaction: &impl ConnectionTrait,
        message: MessageId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, DbErr> {
        let values = [
            (*self.system.as_uuid()).into(),
            self.key.as_bytes().to_vec().into(),
            (*message.as_uuid()).into(),
            lease_until.as_millis().into(),
            (lease_until + KEPT).as_millis().into(),
            now.as_millis().into(),
        ];
        let claim = Statement::from_sql_and_values(transaction.get_database_backend(), CLAIM, values);
        if transaction.execute_raw(claim).await?.rows_affected() == 1 {
            return Ok(Claim::Ours);
        }
        let row = entity::Entity::find()
            .filter(self.is_this())
            .one(transaction)
            .await?
            .ok_or_else(|| DbErr::RecordNotFound("the idempotency row".to_owned()))?;
        Ok(match row.fingerprint {
            Some(fingerprint) if row.state == COMPLETE => Claim::Complete {
                message: MessageId::from_uuid(row.message_id),
                fingerprint,
            },
            _ => Claim::Receiving {
                until: Timestamp::from_millis(row.lease_until),
            },
        })
    }

    /// Extends the lease. Says whether the attempt still holds the row.
    pub(crate) async fn renew(
        &self,
        transaction: &impl ConnectionTrait,
        message: MessageId,
        lease_until: Timestamp,
    ) -> Result<bool, DbErr> {
        let done = entity::Entity::update_many()
            .col_expr(entity::Column::LeaseUntil, Expr::value(lease_until.as_millis()))
            .filter(self.is_held_by(message))
            .exec(transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Marks the attempt as complete, in the transaction that makes its message visible. Says whether the attempt still
    /// held the row; otherwise nothing of it may become visible.
    pub(crate) async fn complete(
        &self,
        transaction: &impl ConnectionTrait,
        message: MessageId,
        fingerprint: &Mac,
        now: Timestamp,
    ) -> Result<bool, DbErr> {
        let done = entity::Entity::update_many()
            .col_expr(entity::Column::State, Expr::value(COMPLETE))
            .col_expr(
                entity::Column::Fingerprint,
                Expr::value(fingerprint.as_bytes().to_vec()),
            )
            .col_expr(entity::Column::ExpiresAt, Expr::value((now + KEPT).as_millis()))
            .filter(self.is_held_by(message))
            .exec(transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Lets the row go, so that the sender can try again at once. Does nothing when the attempt does not hold it.
    pub(crate) async fn release(&self, transaction: &impl ConnectionTrait, message: MessageId) -> Result<(), DbErr> {
        entity::Entity::delete_many()
            .filter(self.is_held_by(message))
            .exec(transaction)
            .await?;
        Ok(())
    }

    fn is_this(&self) -> sea_orm::Condition {
        sea_orm::Condition::all()
            .add(entity::Column::SystemId.eq(*self.system.as_uuid()))
            .add(entity::Column::KeyMac.eq(self.key.as_bytes().to_vec()))
    }

    fn is_held_by(&self, message: MessageId) -> sea_orm::Condition {
        self.is_this()
            .add(entity::Column::State.eq(RECEIVING))
            .add(entity::Column::MessageId.eq(*message.as_uuid()))
    }
}

impl Portal {
    /// Forgets keys whose time is over. Says how many.
    pub(crate) async fn forget_idempotency_keys(&self) -> Result<u64, Fault> {
        let transaction = self.0.database.write().await?;
        let done = entity::Entity::delete_many()
            .filter(entity::Column::ExpiresAt.lte(self.0.now().as_millis()))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_limited_length() {
        for good in ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", &"k".repeat(255)] {
            assert!(IdempotencyKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "two words", "å", "a\n", &"k".repeat(256)] {
            assert!(IdempotencyKey::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_key_does_not_print() {
        let key = IdempotencyKey::parse("200001012384").unwrap();
        assert_eq!(format!("{key:?}"), "IdempotencyKey([secret])");
    }
}
