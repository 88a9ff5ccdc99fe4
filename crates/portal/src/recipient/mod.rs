//! Recipients as people who sign in. Owns how a verified identity becomes an actor, and the end of that. Knows nothing
//! of providers and their protocols: who calls has verified the identity.

use base::{Personnummer, Timestamp};

use crate::{AssuranceLevel, Fault, Portal, RecipientActor, RequestInfo, SessionKey};

/// A person as an identity provider vouched for them, after every check of its answer.
pub struct VerifiedIdentity {
    /// The person's number.
    pub personnummer: Personnummer,
    /// The name to greet the person with.
    pub name: Option<String>,
    /// How sure the provider is.
    pub level: AssuranceLevel,
    /// The configured name of the provider, such as `bankid`.
    pub provider: String,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
}

/// A verified person could not be signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The session that the sign-in belongs to has run out or was ended: begin again.
    #[error("the session has run out")]
    SessionGone,
    /// Something inside failed; nobody was signed in.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a sign-in was refused, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInRefusal {
    /// The person cancelled, or the provider said that they may not.
    Cancelled,
    /// The answer did not belong to a sign-in that this session began (state, nonce, or it came too late).
    Mismatch,
    /// The provider's answer did not pass a check (issuer, audience, signature, algorithm, time).
    InvalidAnswer,
    /// The provider is less sure than level 3.
    LevelTooLow,
    /// A claim that the configuration requires is missing or has another value, the number among them.
    MissingClaim,
    /// The provider could not be reached or failed.
    ProviderUnavailable,
}

impl Portal {
    /// Signs a verified person in to a session, from now until the session's absolute limit. The caller has given the
    /// session a new id since the person came (against session fixation).
    ///
    /// # Errors
    ///
    /// See [`SignInError`]. Nobody is signed in without an audit event.
    pub async fn sign_in_recipient(
        &self,
        session: &SessionKey,
        identity: VerifiedIdentity,
        request: RequestInfo,
    ) -> Result<RecipientActor, SignInError> {
        todo!()
    }

    /// The person who is signed in to a session; `None` when nobody is or the session has run out.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn recipient_actor(
        &self,
        session: &SessionKey,
        request: RequestInfo,
    ) -> Result<Option<RecipientActor>, Fault> {
        todo!()
    }

    /// Ends a session and says so in the audit log when somebody was signed in. Ending what has ended is fine.
    ///
    /// # Errors
    ///
    /// A fault; then the session may still be there.
    pub async fn sign_out(&self, session: &SessionKey, request: &RequestInfo) -> Result<(), Fault> {
        todo!()
    }

    /// Says in the audit log that somebody was refused. Who it was stays unsaid: a refused identity is not verified.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_failed_sign_in(&self, refusal: SignInRefusal, request: &RequestInfo) -> Result<(), Fault> {
        todo!()
    }
}
