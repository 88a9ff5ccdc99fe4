//! Authorisation codes and the access tokens they buy.
//!
//! A code is good once, for a minute, for the client, address and verifier it was made for. It is remembered after its
//! use: a second one takes back what the first gave (RFC 6749 section 4.1.2).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{SecretString, Timestamp};
use web::store::{Full, Store};

use super::authorization::Authorization;
use super::claims::{Scopes, Subject};
use super::secret_token::{self, TokenDigest};

const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// Lifetime of an access token.
pub(crate) const ACCESS_LIFETIME: Duration = Duration::from_secs(300);

/// A person's consent to be known by one relying party, as an identification gave it.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) authorization: Authorization,
    pub(crate) subject: Subject,
    /// Names this sign-in in the ID token (`sid`); gives nothing to whoever knows it.
    pub(crate) session: String,
}

/// A person as an access token opens them.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) client_id: String,
    pub(crate) scopes: Scopes,
    pub(crate) subject: Subject,
    session: String,
}

enum Code {
    Fresh {
        grant: Box<Grant>,
        issued_at: Timestamp,
    },
    /// Used: whatever the session was given is taken back when the code comes again.
    Used {
        session: String,
    },
}

/// Codes and tokens that are alive.
pub(crate) struct Grants(Mutex<Stores>);

struct Stores {
    codes: Store<TokenDigest, Code>,
    access: Store<TokenDigest, Access>,
}

/// What a client presents with a code.
pub(crate) struct Redemption<'a> {
    pub(crate) code: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: &'a str,
}

/// No token is given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotRedeemed {
    /// The code is not (or no longer) good; one answer for every reason.
    Invalid,
    /// Too many tokens are alive.
    Full,
}

impl Grants {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::new(Stores {
            codes: Store::new(capacity),
            access: Store::new(capacity),
        }))
    }

    fn stores(&self) -> MutexGuard<'_, Stores> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a code for `grant`.
    pub(crate) fn issue_code(&self, grant: Grant, now: Timestamp) -> Result<SecretString, Full> {
        let code = secret_token::fresh();
        let fresh = Code::Fresh {
            grant: Box::new(grant),
            issued_at: now,
        };
        // Remembered for as long as what it buys lives, so that a second use is noticed.
        let remembered = CODE_LIFETIME + ACCESS_LIFETIME;
        self.stores()
            .codes
            .insert(TokenDigest::of_fresh(&code), fresh, now, remembered)?;
        Ok(code)
    }

    /// Takes a code and gives an access token for it. Presenting a code uses it up, whether or not the rest fits.
    pub(crate) fn redeem(
        &self,
        redemption: &Redemption<'_>,
        now: Timestamp,
    ) -> Result<(Grant, SecretString), NotRedeemed> {
        let digest = TokenDigest::of(redemption.code).ok_or(NotRedeemed::Invalid)?;
        // One lock from the code to the token, so that a second use can't slip in between and miss the token.
        let mut stores = self.stores();
        let Stores { codes, access } = &mut *stores;
        let code = codes.get_mut(&digest, now).ok_or(NotRedeemed::Invalid)?;
        let session = match code {
            Code::Fresh { grant, .. } => grant.session.clone(),
            Code::Used { session } => {
                access.retain(|access| access.session != *session);
                tracing::warn!("an authorisation code was used twice; its tokens are revoked");
                return Err(NotRedeemed::Invalid);
            }
        };
        let Code::Fresh { grant, issued_at } = std::mem::replace(code, Code::Used { session }) else {
            return Err(NotRedeemed::Invalid);
        };
        let authorization = &grant.authorization;
        let fits = now < issued_at + CODE_LIFETIME
            && authorization.client.id == redemption.client_id
            && authorization.redirect_uri == redemption.redirect_uri
            && authorization.challenge.is_met_by(redemption.verifier);
        if !fits {
            return Err(NotRedeemed::Invalid);
        }
        let token = secret_token::fresh();
        let opened = Access {
            client_id: grant.authorization.client.id.clone(),
            scopes: grant.authorization.scopes,
            subject: grant.subject.clone(),
            session: grant.session.clone(),
        };
        access
            .insert(TokenDigest::of_fresh(&token), opened, now, ACCESS_LIFETIME)
            .map_err(|Full| NotRedeemed::Full)?;
        Ok((*grant, token))
    }

    /// Whom an access token opens.
    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Option<Access> {
        self.stores().access.get(&TokenDigest::of(token)?, now).cloned()
    }

    /// Ends what a sign-in gave.
    pub(crate) fn revoke_session(&self, session: &str) {
        let mut stores = self.stores();
        stores.access.retain(|access| access.session != session);
        stores.codes.retain(|code| match code {
            Code::Fresh { grant, .. } => grant.session != session,
            Code::Used { .. } => true,
        });
    }

    /// Forgets what has run out, persons included.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut stores = self.stores();
        stores.codes.sweep(now);
        stores.access.sweep(now);
    }
}

#[cfg(test)]
mod tests;
