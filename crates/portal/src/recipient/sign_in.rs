//! Signing in and out.

use base::Timestamp;

use super::{IdentifierKind, Identity, link};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::notification::AddressFrom;
use crate::session::{self, Owner, SignInOrigin, SignedIn};
use crate::{
    AssuranceLevel, Fault, Portal, ProviderSession, RecipientActor, RequestInfo, SessionKey, Whereabouts, new_device,
    notification, past_sign_in, terms,
};

/// A person as an identity provider vouched for them, after every check of its answer.
pub struct VerifiedIdentity {
    /// Who it is.
    pub identity: Identity,
    /// The name to greet the person with.
    pub name: Option<String>,
    /// How sure the provider is.
    pub level: AssuranceLevel,
    /// The configured name of the provider, such as `bankid`.
    pub provider: String,
    /// The provider's own session, when the provider can end it here ([`Portal::end_sessions_at_provider`]).
    pub at_provider: Option<ProviderSession>,
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

impl SignInRefusal {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Mismatch => "mismatch",
            Self::InvalidAnswer => "invalid-answer",
            Self::LevelTooLow => "level-too-low",
            Self::MissingClaim => "missing-claim",
            Self::ProviderUnavailable => "provider-unavailable",
        }
    }
}

impl Portal {
    /// Signs a verified person in to a session, from now until the session's absolute limit; `from` is what their list
    /// of sign-ins says of it. The caller has given the
    /// session a new id since the person came (against session fixation).
    ///
    /// # Errors
    ///
    /// See [`SignInError`]. Nobody is signed in without an audit event.
    pub async fn sign_in_recipient(
        &self,
        session: &SessionKey,
        identity: VerifiedIdentity,
        from: Whereabouts,
        request: RequestInfo,
    ) -> Result<RecipientActor, SignInError> {
        let context = &*self.0;
        let now = context.now();
        let until = (now + context.settings.sessions.absolute).day();
        let who = &identity.identity;
        let acting = |recipient| {
            let (name, session, request) = (identity.name.clone(), session.clone(), request.clone());
            RecipientActor::new(recipient, identity.level, name, session, request)
        };
        let known = link::identify(context, who, until, &identity.provider, acting).await?;
        let recipient = known.id;
        let actor = acting(recipient);
        if let Some(name) = &identity.name {
            let named = context.vault.set_name(recipient, Some(name)).await;
            named.map_err(Fault::from)?;
        }
        // Where a work account is written to is what its directory says.
        if let Some(email) = who.email() {
            notification::keep_address(context, recipient, email, AddressFrom::Directory).await?;
        }
        let person = SignedIn {
            recipient,
            level: identity.level,
            name: identity.name.clone(),
            sign_in: None,
        };
        let origin = SignInOrigin {
            whereabouts: &from,
            address: request.address,
            provider: &identity.provider,
            at_provider: identity.at_provider.as_ref(),
        };
        let accepted = terms::accepted(context, recipient).await.map_err(Fault::from)?;
        let actor = actor.under_terms(accepted);
        let transaction = context.database.write().await.map_err(Fault::from)?;
        link::give(context, &transaction, &known.linked, recipient).await?;
        let Some(id) = session::sign_in(context, &transaction, session, &person, origin).await? else {
            return Err(SignInError::SessionGone);
        };
        let owner = Owner::Recipient(recipient);
        let is_first = !new_device::has_any(&transaction, owner).await.map_err(Fault::from)?;
        let noted = new_device::note(context, &transaction, owner, &from, is_first).await;
        let is_new_device = noted.map_err(Fault::from)?;
        let noted = past_sign_in::note(context, &transaction, recipient, id, &from, is_new_device).await;
        noted.map_err(Fault::from)?;
        let entry = AuditEntry::by_recipient(&actor, AuditAction::RecipientSignedIn)
            .about(AuditTarget::Recipient(recipient))
            .detail(&identity.provider);
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await.map_err(Fault::from)?;
        if !known.linked.is_empty() {
            notification::erase_unwanted(context, recipient).await?;
        }
        Ok(actor.by_sign_in(Some(id)))
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
        let Some((person, end)) = session::signed_in(&self.0, session).await? else {
            return Ok(None);
        };
        let accepted = terms::accepted(&self.0, person.recipient).await?;
        let actor = RecipientActor::new(person.recipient, person.level, person.name, session.clone(), request)
            .until(end)
            .by_sign_in(person.sign_in)
            .under_terms(accepted);
        Ok(Some(actor))
    }

    /// What kind of identifier the person is known by best, which decides how they can sign in again and be the same; `None` when
    /// they were forgotten meanwhile.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn identifier_kind(&self, actor: &RecipientActor) -> Result<Option<IdentifierKind>, Fault> {
        let identifier = self.0.vault.identifier(actor.recipient_id()).await?;
        Ok(identifier.map(|identifier| identifier.kind()))
    }

    /// Ends a session and says so in the audit log when somebody was signed in. Ending what has ended is fine.
    ///
    /// # Errors
    ///
    /// A fault; then the session may still be there.
    pub async fn sign_out(&self, session: &SessionKey, request: &RequestInfo) -> Result<(), Fault> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        if let Some(person) = session::end(context, &transaction, session).await?.person {
            let actor = RecipientActor::new(person.recipient, person.level, None, session.clone(), request.clone());
            let entry = AuditEntry::by_recipient(&actor, AuditAction::RecipientSignedOut)
                .about(AuditTarget::Recipient(person.recipient));
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Says in the audit log that somebody was refused. Who it was stays unsaid: a refused identity is not verified.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_failed_sign_in(&self, refusal: SignInRefusal, request: &RequestInfo) -> Result<(), Fault> {
        let context = &*self.0;
        let entry = AuditEntry::by_nobody(AuditAction::RecipientSignInRefused, request).detail(refusal.as_str());
        let transaction = context.database.write().await?;
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}
