//! What was asked of an authenticator, between the question and the answer. It stands in the session's row, opens only with the
//! session's cookie, and is taken by the first answer, right or wrong: so an answer counts once, in the session that asked, and
//! only for a few minutes.

use std::time::Duration;

use base::{StaffId, Timestamp};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{PasskeyAuthentication, PasskeyRegistration};

use crate::database::WriteTransaction;
use crate::{CLOCK_TOLERANCE, Context, Fault, SessionKey, session};

/// How long an answer is waited for.
const TIME_TO_ANSWER: Duration = Duration::from_secs(5 * 60);

/// What was asked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Question {
    /// A new passkey.
    New(PasskeyRegistration),
    /// Proof by one that is there.
    Proof(PasskeyAuthentication),
}

/// A question with whom it is for and when it was asked.
#[derive(Serialize, Deserialize)]
struct Ceremony {
    staff: StaffId,
    asked_at: i64,
    question: Question,
}

/// Keeps a question in a session, in place of the one before. Says `false` when the session has ended.
pub(super) async fn keep(
    context: &Context,
    transaction: &WriteTransaction,
    session: &SessionKey,
    staff: StaffId,
    question: Question,
) -> Result<bool, Fault> {
    let ceremony = Ceremony {
        staff,
        asked_at: context.clock_time().as_millis(),
        question,
    };
    let bytes = serde_json::to_vec(&ceremony).map_err(Fault::new)?;
    Ok(session::keep_ceremony(context, transaction, session, &bytes).await?)
}

/// Takes the question of a session: nobody finds it afterwards, once the transaction is committed. `None` when nothing was
/// asked, or too long ago.
pub(super) async fn take(
    context: &Context,
    transaction: &WriteTransaction,
    session: &SessionKey,
    staff: StaffId,
) -> Result<Option<Question>, Fault> {
    let Some(bytes) = session::take_ceremony(context, transaction, session).await? else {
        return Ok(None);
    };
    let ceremony: Ceremony = serde_json::from_slice(&bytes).map_err(Fault::new)?;
    let asked_at = Timestamp::from_millis(ceremony.asked_at);
    let holds = ceremony.staff == staff && is_awaited(asked_at, context.clock_time());
    Ok(holds.then_some(ceremony.question))
}

/// Whether an answer is awaited still. What was asked in the time to come was asked before the clock went back, nobody knows
/// how long ago.
fn is_awaited(asked_at: Timestamp, now: Timestamp) -> bool {
    now < asked_at + TIME_TO_ANSWER && asked_at <= now + CLOCK_TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_awaited_for_five_minutes() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        for (asked, now, expected) in [
            (0, 0, true),
            (0, 299, true),
            (0, 300, false),
            (60, 0, true),
            (61, 0, false),
        ] {
            assert_eq!(is_awaited(at(asked), at(now)), expected, "{asked} {now}");
        }
    }
}
