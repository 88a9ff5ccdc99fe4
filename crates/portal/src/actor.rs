//! Who acts. An actor is the proof that somebody was authenticated: its fields are private and only this crate makes
//! one, so a use case that asks for an actor can't be called by someone who forgot to check.

mod provisioning;
mod staff;

use std::net::IpAddr;

use base::{OrganisationId, RecipientId, RequestId, SessionId, SystemId};

use crate::{SessionEnd, SessionKey};

pub use provisioning::ProvisioningActor;
pub(crate) use staff::StaffFacts;
pub use staff::{Denied, StaffActor, StaffCandidate};

/// What the audit log says of the request behind an action.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// The id that the person and the log see too.
    pub id: RequestId,
    /// The address that the request came from; `None` for commands on the host.
    pub address: Option<IpAddr>,
}

/// How sure the provider is of who the person is (Digg's levels of assurance; eIDAS (EU) 910/2014 article 8 calls
/// three and four substantial and high).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssuranceLevel {
    /// Level 2: a work account whose directory the operator does not vouch for more. Lets nobody else in.
    Two,
    /// Level 3, substantial: what BankID gives, and the least that lets a person with a number in.
    Three,
    /// Level 4, high.
    Four,
}

impl AssuranceLevel {
    /// The level as the number that Digg gives it, for storage.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        }
    }

    /// The level with that number; `None` for one that lets nobody in.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            2 => Some(Self::Two),
            3 => Some(Self::Three),
            4 => Some(Self::Four),
            _ => None,
        }
    }
}

/// A person who signed in and whose session holds.
#[derive(Clone)]
pub struct RecipientActor {
    recipient: RecipientId,
    level: AssuranceLevel,
    name: Option<String>,
    session: SessionKey,
    session_end: Option<SessionEnd>,
    sign_in: Option<SessionId>,
    has_accepted_terms: bool,
    request: RequestInfo,
}

impl RecipientActor {
    pub(crate) const fn new(
        recipient: RecipientId,
        level: AssuranceLevel,
        name: Option<String>,
        session: SessionKey,
        request: RequestInfo,
    ) -> Self {
        Self {
            recipient,
            level,
            name,
            session,
            session_end: None,
            sign_in: None,
            has_accepted_terms: false,
            request,
        }
    }

    /// The same, of whom it is known whether they accepted the terms.
    pub(crate) const fn under_terms(mut self, accepted: bool) -> Self {
        self.has_accepted_terms = accepted;
        self
    }

    /// The same, whose session ends by itself then.
    pub(crate) const fn until(mut self, end: SessionEnd) -> Self {
        self.session_end = Some(end);
        self
    }

    /// The same, who signed in by this.
    pub(crate) const fn by_sign_in(mut self, sign_in: Option<SessionId>) -> Self {
        self.sign_in = sign_in;
        self
    }

    /// What names the sign-in that the session began with; `None` when it began before sign-ins had names.
    #[must_use]
    pub const fn sign_in(&self) -> Option<SessionId> {
        self.sign_in
    }

    /// When the session ends by itself; `None` for an actor that was made of a sign-in or sign-out alone.
    #[must_use]
    pub const fn session_end(&self) -> Option<SessionEnd> {
        self.session_end
    }

    /// Whether they accepted the terms in force, or there are none. Else nothing is found for them to read.
    #[must_use]
    pub const fn has_accepted_terms(&self) -> bool {
        self.has_accepted_terms
    }

    /// Who it is.
    #[must_use]
    pub const fn recipient_id(&self) -> RecipientId {
        self.recipient
    }

    /// How sure the provider was.
    #[must_use]
    pub const fn level(&self) -> AssuranceLevel {
        self.level
    }

    /// The name to greet the person with, when the provider gave one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The session in which they are signed in, for what takes so long that it may end meanwhile.
    pub(crate) const fn session(&self) -> &SessionKey {
        &self.session
    }

    /// The request that this actor was made for.
    #[must_use]
    pub const fn request(&self) -> &RequestInfo {
        &self.request
    }
}

impl std::fmt::Debug for RecipientActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecipientActor")
            .field("recipient", &self.recipient)
            .field("level", &self.level)
            .field("request", &self.request.id)
            .finish_non_exhaustive()
    }
}

/// What a system may do; an OAuth 2.0 scope (RFC 6749 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Send and revoke messages.
    MessagesSend,
    /// Read the status of the organisation's messages.
    MessagesRead,
    /// Ask whether people can be notified.
    RecipientsMatch,
    /// Follow the organisation's events.
    EventsRead,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 4] = [
        Self::MessagesSend,
        Self::MessagesRead,
        Self::RecipientsMatch,
        Self::EventsRead,
    ];

    /// The scope's name on the wire and in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MessagesSend => "messages:send",
            Self::MessagesRead => "messages:read",
            Self::RecipientsMatch => "recipients:match",
            Self::EventsRead => "events:read",
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no scope's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a scope")]
pub struct UnknownScope;

impl std::str::FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownScope)
    }
}

/// The actor's token does not have the scope that the action needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token lacks the scope {0}")]
pub struct MissingScope(pub Scope);

/// An organisation's system with a valid token.
#[derive(Clone, Debug)]
pub struct SystemActor {
    system: SystemId,
    organisation: OrganisationId,
    scopes: Vec<Scope>,
    request: RequestInfo,
}

impl SystemActor {
    pub(crate) const fn new(
        system: SystemId,
        organisation: OrganisationId,
        scopes: Vec<Scope>,
        request: RequestInfo,
    ) -> Self {
        Self {
            system,
            organisation,
            scopes,
            request,
        }
    }

    /// Which system it is.
    #[must_use]
    pub const fn system_id(&self) -> SystemId {
        self.system
    }

    /// The organisation that it acts for.
    #[must_use]
    pub const fn organisation_id(&self) -> OrganisationId {
        self.organisation
    }

    /// Passes when the token has the scope. Each use case asks for its own; the HTTP layer may ask earlier, to refuse
    /// a request before it reads the body.
    ///
    /// # Errors
    ///
    /// [`MissingScope`] names the scope.
    pub fn require(&self, scope: Scope) -> Result<(), MissingScope> {
        if self.scopes.contains(&scope) {
            Ok(())
        } else {
            Err(MissingScope(scope))
        }
    }

    /// The request that this actor was made for.
    #[must_use]
    pub const fn request(&self) -> &RequestInfo {
        &self.request
    }
}

/// The operator at a command line on the host. Whoever can start a program there with the installation's secrets needs
/// no other proof; no HTTP request may ever make one.
#[derive(Clone, Debug)]
pub struct OperatorActor {
    request: RequestInfo,
}

impl OperatorActor {
    /// The operator, acting through a command on the host.
    #[must_use]
    pub const fn on_this_host(request: RequestInfo) -> Self {
        Self { request }
    }

    /// The command that this actor was made for.
    #[must_use]
    pub const fn request(&self) -> &RequestInfo {
        &self.request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_back_from_its_name_and_nothing_else_is_one() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        for text in ["", "messages", "MESSAGES:SEND", "messages:send "] {
            assert_eq!(text.parse::<Scope>(), Err(UnknownScope), "{text}");
        }
    }

    #[test]
    fn a_level_below_two_lets_nobody_in() {
        assert_eq!(AssuranceLevel::from_number(1), None);
        for level in [AssuranceLevel::Two, AssuranceLevel::Three, AssuranceLevel::Four] {
            assert_eq!(AssuranceLevel::from_number(level.number()), Some(level));
        }
        assert!(AssuranceLevel::Four > AssuranceLevel::Three && AssuranceLevel::Three > AssuranceLevel::Two);
    }
}
