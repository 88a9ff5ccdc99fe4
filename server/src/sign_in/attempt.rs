//! Sign-ins under way: what the session keeps between the start and the callback.

use std::time::Duration;

use base::{StaffId, TenantId, Timestamp, constant_time_eq};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use tower_sessions::session::Error;

/// How long a person may take at the provider.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// Sign-ins that one session may have under way, in as many tabs.
const MAX_ATTEMPTS: usize = 4;

const KEY: &str = "sign_in";

/// A sign-in that was started and not yet answered.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) provider: String,
    pub(super) state: String,
    pub(super) nonce: String,
    /// PKCE code verifier (RFC 7636).
    pub(super) verifier: String,
    pub(super) started_at: Timestamp,
    /// How long before the start the person may have authenticated; `None` when that is left to the provider, as it is for staff
    /// alone, and in attempts of the version before, which the record decided.
    #[serde(default)]
    pub(super) max_age_seconds: Option<u32>,
    /// Whose staff signs in.
    #[serde(default)]
    pub(super) staff: Option<StaffAttempt>,
}

/// What a staff member's sign-in remembers besides.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StaffAttempt {
    /// What stands for the organisation in the address of its sign-in page.
    pub(crate) organisation: String,
    /// The organisation's directory.
    pub(crate) tenant: TenantId,
    /// Who proves anew that it is them, when somebody does.
    pub(crate) confirms: Option<StaffId>,
}

/// Remembers a sign-in; the oldest is forgotten when there are too many.
pub(super) async fn remember(session: &Session, attempt: Attempt) -> Result<(), Error> {
    let mut attempts: Vec<Attempt> = session.get(KEY).await?.unwrap_or_default();
    attempts.retain(|other| is_current(other, attempt.started_at));
    if attempts.len() >= MAX_ATTEMPTS {
        attempts.remove(0);
    }
    attempts.push(attempt);
    session.insert(KEY, attempts).await
}

/// Takes the sign-in with this provider and state out of the session; `None` when there is none, or it is too old.
pub(super) async fn take(
    session: &Session,
    provider: &str,
    state: &str,
    now: Timestamp,
) -> Result<Option<Attempt>, Error> {
    let attempts: Vec<Attempt> = session.get(KEY).await?.unwrap_or_default();
    let (found, rest) = pick(attempts, provider, state, now);
    if found.is_some() {
        if rest.is_empty() {
            session.remove_value(KEY).await?;
        } else {
            session.insert(KEY, rest).await?;
        }
    }
    Ok(found)
}

fn pick(attempts: Vec<Attempt>, provider: &str, state: &str, now: Timestamp) -> (Option<Attempt>, Vec<Attempt>) {
    let (mut found, rest): (Vec<_>, Vec<_>) = attempts.into_iter().partition(|attempt| {
        attempt.provider == provider && constant_time_eq(attempt.state.as_bytes(), state.as_bytes())
    });
    (found.pop().filter(|attempt| is_current(attempt, now)), rest)
}

fn is_current(attempt: &Attempt, now: Timestamp) -> bool {
    now.since(attempt.started_at) <= MAX_AGE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(provider: &str, state: &str) -> Attempt {
        Attempt {
            provider: provider.to_owned(),
            state: state.to_owned(),
            nonce: String::new(),
            verifier: String::new(),
            started_at: Timestamp::from_millis(0),
            max_age_seconds: None,
            staff: None,
        }
    }

    fn picked(provider: &str, state: &str, now: i64) -> (bool, usize) {
        let attempts = vec![attempt("one", "a"), attempt("one", "b"), attempt("two", "c")];
        let (found, rest) = pick(attempts, provider, state, Timestamp::from_millis(now));
        (found.is_some(), rest.len())
    }

    #[test]
    fn only_the_sign_in_with_this_state_and_provider_is_taken() {
        assert_eq!(picked("one", "b", 0), (true, 2));
        assert_eq!(picked("two", "b", 0), (false, 3));
        assert_eq!(picked("one", "x", 0), (false, 3));
        assert_eq!(picked("one", "", 0), (false, 3));
    }

    #[test]
    fn a_sign_in_lasts_ten_minutes() {
        assert_eq!(picked("one", "b", 600_000), (true, 2));
        assert_eq!(picked("one", "b", 600_001), (false, 2));
    }
}
