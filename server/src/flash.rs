//! A message for the landing page that is shown once, kept in the session meanwhile.

use app::Flash;
use tower_sessions::Session;
use tower_sessions::session::Error;

const KEY: &str = "flash";

/// Leaves a message.
pub(crate) async fn set(session: &Session, flash: Flash) -> Result<(), Error> {
    let name = match flash {
        Flash::SignInFirst => "sign-in-first",
        Flash::SessionEnded => "session-ended",
        Flash::SignInCancelled => "sign-in-cancelled",
    };
    session.insert(KEY, name).await
}

/// Takes the message that was left.
pub(crate) async fn take(session: &Session) -> Result<Option<Flash>, Error> {
    let name: Option<String> = session.remove(KEY).await?;
    Ok(match name.as_deref() {
        Some("sign-in-first") => Some(Flash::SignInFirst),
        Some("session-ended") => Some(Flash::SessionEnded),
        Some("sign-in-cancelled") => Some(Flash::SignInCancelled),
        _ => None,
    })
}
