//! The way to the directory of somebody's organisation and back, for staff: what the pages in `staff` need of it. A directory may
//! know the person already, and then asks for nothing; only who is to prove that it is them is asked anew.

use portal::{SessionKind, SignInRefusal, VouchedStaff};
use tower_sessions::Session;

use super::answered::{self, Answer, Failure};
use super::attempt::{self, Attempt, StaffAttempt};
use super::identity;
use super::start::{Asked, request};
use crate::state::AppState;
use crate::visitor::Visitor;

/// What comes back of a sign-in of staff.
pub(crate) struct WorkAccountAnswer {
    /// Whose staff.
    pub(crate) attempt: StaffAttempt,
    /// Who it is, or why the directory's answer let nobody in.
    pub(crate) vouched: Result<VouchedStaff, SignInRefusal>,
}

/// A sign-in that can begin.
pub(crate) struct Begun {
    /// The address at the directory to send the browser to.
    pub(crate) address: String,
    attempt: Attempt,
}

/// A sign-in can't begin.
pub(crate) enum NotBegun {
    /// There is no such provider for staff of that directory.
    NoSuchProvider,
    /// It can't be used now.
    Unavailable,
}

/// Makes a sign-in ready. Nothing is written yet.
pub(crate) async fn begin_work_account(
    state: &AppState,
    visitor: &Visitor,
    provider: &str,
    staff: StaffAttempt,
) -> Result<Begun, NotBegun> {
    let provider = state.providers().directory(provider, staff.tenant);
    let provider = provider.ok_or(NotBegun::NoSuchProvider)?;
    let metadata = provider.metadata().await.map_err(|_| NotBegun::Unavailable)?;
    let confirms = staff.confirms.is_some();
    let asked = Asked {
        redirect: redirect(state, &provider.name),
        language: visitor.layout.language,
        mode: visitor.mode,
        minimum_level: None,
        anew: confirms,
        max_age_seconds: confirms.then_some(0),
        staff: Some(staff),
    };
    let begun = request(&provider, &metadata, asked, state.clock().now());
    let (address, attempt) = begun.map_err(|_| NotBegun::Unavailable)?;
    Ok(Begun { address, attempt })
}

impl Begun {
    /// Remembers the sign-in in the session.
    pub(crate) async fn remember(self, session: &Session) -> Result<(), tower_sessions::session::Error> {
        attempt::remember(session, self.attempt).await
    }
}

/// Who came back from the directory, and whose staff they are to be.
pub(crate) async fn finish_work_account(
    state: &AppState,
    session: &Session,
    provider: &str,
    answer: Option<Answer>,
) -> Result<WorkAccountAnswer, Failure> {
    state
        .providers()
        .get(SessionKind::Staff, provider)
        .ok_or(Failure::NoSuchProvider)?;
    let (attempt, answer) = answered::take(state, provider, session, SessionKind::Staff, answer).await?;
    let staff = attempt.staff.clone();
    let staff = staff.ok_or(Failure::Stray("the sign-in is no staff member's"))?;
    let provider = state.providers().directory(provider, staff.tenant);
    let provider = provider.ok_or(Failure::NoSuchProvider)?;
    let began_at = attempt.started_at;
    let vouched = async {
        let redirect = redirect(state, &provider.name);
        let vouched = answered::exchange(state, &provider, attempt, answer, &redirect).await?;
        identity::of_staff(&provider.name, &provider.record, &vouched, &staff, began_at)
    };
    let vouched = vouched.await.map_err(|refused| {
        tracing::info!(
            provider = provider.name,
            problem = refused.problem,
            "a staff member's sign-in was refused"
        );
        refused.refusal
    });
    Ok(WorkAccountAnswer {
        attempt: staff,
        vouched,
    })
}

fn redirect(state: &AppState, provider: &str) -> String {
    super::redirect_uri(state.origin(), SessionKind::Staff, provider)
}
