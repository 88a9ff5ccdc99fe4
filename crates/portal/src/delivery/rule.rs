//! When a delivery may be read.

use base::{RecipientId, Timestamp};

use super::entity::Model;

/// Whether `recipient` may read the delivery at `now`: it is theirs, it has not expired (to the millisecond, and never
/// again once that was noticed), and nobody revoked, condemned or purged it.
///
/// The same rule as [`super::finder::READABLE`], which a test compares with it.
pub(super) fn may_read(delivery: &Model, recipient: RecipientId, now: Timestamp) -> bool {
    delivery.recipient_id == Some(*recipient.as_uuid())
        && delivery.expires_at > now.as_millis()
        && delivery.expired_at.is_none()
        && delivery.revoked_at.is_none()
        && delivery.condemned_at.is_none()
        && delivery.purged_at.is_none()
}
