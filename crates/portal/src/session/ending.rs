//! When a session ends by itself, for whoever is to be told in time. Looking does not count as use.

use base::Timestamp;

use super::{SessionKey, SessionKind, entity, limits, rule, store};
use crate::{Context, Fault, Portal};

/// When a session ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// When, unless it is used before.
    pub at: Timestamp,
    /// Whether it lasts longer when it is used.
    pub can_stay: bool,
}

impl SessionEnd {
    /// The end of a session that has not run out.
    pub(super) fn of(context: &Context, key: &SessionKey, row: &entity::Model) -> Self {
        let limits = limits(context, key.kind());
        let absolute = Timestamp::from_millis(row.expires_at);
        let at = rule::runs_out(limits, Timestamp::from_millis(row.last_seen_at), absolute);
        Self {
            at,
            can_stay: at < absolute,
        }
    }
}

impl Portal {
    /// When the session of somebody who is signed in ends, without counting as use of it; `None` when it has ended, or nobody is
    /// signed in.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn session_end(&self, key: &SessionKey) -> Result<Option<SessionEnd>, Fault> {
        let context = &*self.0;
        let Some(row) = store::find(context.database.reader(), key).await? else {
            return Ok(None);
        };
        let is_signed_in = match key.kind() {
            SessionKind::Recipient => row.recipient_id.is_some(),
            SessionKind::Staff => row.confirmed_at.is_some(),
        };
        let last_seen_at = Timestamp::from_millis(row.last_seen_at);
        let absolute = Timestamp::from_millis(row.expires_at);
        let has_run_out = rule::has_run_out(
            limits(context, key.kind()),
            last_seen_at,
            absolute,
            context.clock_time(),
        );
        Ok((is_signed_in && !has_run_out).then(|| SessionEnd::of(context, key, &row)))
    }
}
