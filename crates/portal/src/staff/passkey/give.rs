//! A passkey in place of a code: at sign-in after the password, and to confirm. To confirm, no password is asked for besides: the
//! authenticator has verified its user by a PIN, a finger or a face, so it is two factors by itself. One that was added in this
//! very session is the exception: it may be that of somebody who took the session over.

use base::{SecretString, StaffId, Timestamp};

use super::ceremony::{self, Question};
use super::relying_party::{NotAccepted, after_proof};
use super::{add, store};
use crate::actor::{StaffActor, StaffCandidate};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::session::Proven;
use crate::staff::second_factor::{self, ConfirmError, SecondFactorError};
use crate::staff::sign_in::note_wrong_try;
use crate::staff::within::{self, AfterWrongTry};
use crate::staff::{SignInStep, StaffProof, entity, password, store as members};
use crate::{CLOCK_TOLERANCE, Context, Fault, Portal, SessionKey};

/// How passkeys confirm in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyConfirms {
    /// Alone: there is one from before the sign-in, and one of those is asked for.
    Alone,
    /// Together with the password: all there are were added in this session.
    WithPassword,
}

/// What an answer turned out to be.
enum Judged {
    /// Of the passkey that was added then.
    Accepted { added_at: Timestamp },
    /// Nothing was asked in this session, or too long ago, or it was answered already.
    NotAsked,
    /// What was wrong, as the audit log says it.
    Wrong(&'static str),
}

impl Portal {
    /// Asks somebody on the way in for proof by one of their passkeys, in this session and for a few minutes. What comes back
    /// is for the browser: the JSON of `CredentialRequestOptions` with base64url in place of bytes.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`].
    pub async fn ask_for_passkey(&self, candidate: &StaffCandidate) -> Result<String, SecondFactorError> {
        if candidate.step() != SignInStep::SecondFactor {
            return Err(SecondFactorError::Overtaken);
        }
        ask(&self.0, candidate.staff_id(), candidate.session(), None).await
    }

    /// How the passkeys of a staff member confirm in their session; `None` without any.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn passkey_confirms(&self, actor: &StaffActor) -> Result<Option<PasskeyConfirms>, Fault> {
        if !actor.second_factors().passkeys {
            return Ok(None);
        }
        let rows = store::rows(self.0.database.reader(), actor.staff_id()).await?;
        let added = rows.iter().map(|row| Timestamp::from_millis(row.created_at));
        Ok(Some(confirms(added, actor.signed_in_at())))
    }

    /// As [`Portal::ask_for_passkey`], somebody who is to confirm that it is them.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`].
    pub async fn ask_for_passkey_to_confirm(&self, actor: &StaffActor) -> Result<String, SecondFactorError> {
        ask(&self.0, actor.staff_id(), actor.session(), Some(actor.signed_in_at())).await
    }

    /// Looks at the passkey of somebody on the way in. What comes back goes on with the sign-in.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`]; a wrong answer counts as a wrong try, one to nothing doesn't.
    pub async fn staff_passkey(
        &self,
        candidate: &StaffCandidate,
        answer: &str,
    ) -> Result<StaffProof, SecondFactorError> {
        let context = &*self.0;
        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let row = second_factor::lock_unless_barred(&transaction, candidate, now).await?;
        match judge(context, &transaction, candidate.session(), &row, answer, now).await? {
            Judged::Accepted { .. } => {
                transaction.commit().await?;
                Ok(StaffProof::by_second_factor(candidate, now, "passkey"))
            }
            Judged::NotAsked => {
                second_factor::refused(context, transaction, &row, candidate, "passkey-not-asked-for").await?;
                Err(SecondFactorError::NotAsked)
            }
            Judged::Wrong(why) => {
                note_wrong_try(context, &transaction, &row, candidate.request(), now).await?;
                second_factor::refused(context, transaction, &row, candidate, why).await?;
                Err(SecondFactorError::WrongCode)
            }
        }
    }

    /// Proves anew who a staff member is, by a passkey: alone, or with the password where it was added in this very session.
    ///
    /// # Errors
    ///
    /// [`ConfirmError`]; what is wrong is counted in the session, as wrong passwords and codes are, and the fifth in a row ends
    /// it. An answer to nothing is [`ConfirmError::NotAsked`], and not counted.
    pub async fn confirm_staff_by_passkey(
        &self,
        actor: &StaffActor,
        password: Option<&SecretString>,
        answer: &str,
    ) -> Result<(), ConfirmError> {
        let context = &*self.0;
        let staff = actor.staff_id();
        let row = members::find(context.database.reader(), staff).await?;
        let row = row.ok_or(ConfirmError::SessionGone)?;
        let tries = within::tries(context.database.reader(), actor).await?;
        if let Some(barred) = tries.ok_or(ConfirmError::SessionGone)?.barred(context.clock_time()) {
            return Err(ConfirmError::TooManyTries { until: barred.until() });
        }
        let stored = row.password_hash;
        let matches = match password {
            Some(password) => Some(password::matches(context, password, stored.clone()).await?.matches),
            None => None,
        };

        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let row = members::lock(&transaction, staff).await?;
        let row = row.filter(|row| !row.has_work_account());
        let row = row.ok_or(ConfirmError::SessionGone)?;
        // As they are now: others may have tried meanwhile.
        let tries = within::tries(&transaction, actor).await?;
        let tries = tries.ok_or(ConfirmError::SessionGone)?;
        if let Some(barred) = tries.barred(now) {
            return Err(ConfirmError::TooManyTries { until: barred.until() });
        }
        let has_password = matches == Some(true) && row.password_hash == stored;
        let judged = judge(context, &transaction, actor.session(), &row, answer, now).await?;
        let judged = match judged {
            Judged::Accepted { added_at } => {
                let suffices = password.is_none() && is_older(added_at, actor.signed_in_at());
                if has_password || suffices {
                    judged
                } else {
                    Judged::Wrong("confirmation")
                }
            }
            other => other,
        };
        match judged {
            Judged::Accepted { .. } => {
                second_factor::confirmed(context, transaction, actor, Proven::SecondFactor, "passkey").await
            }
            Judged::NotAsked => {
                let entry = AuditEntry::by_staff(actor, AuditAction::StaffSignInRefused)
                    .about(AuditTarget::Staff(staff))
                    .detail("passkey-not-asked-for");
                context.audit.record(&transaction, context.now(), &entry).await?;
                transaction.commit().await?;
                Err(ConfirmError::NotAsked)
            }
            Judged::Wrong(what) => {
                let after = within::note_wrong_try(context, &transaction, actor, &row, tries, what).await?;
                transaction.commit().await?;
                Err(match after {
                    AfterWrongTry::GoesOn => ConfirmError::Wrong,
                    AfterWrongTry::Ended => ConfirmError::SessionGone,
                })
            }
        }
    }
}

/// Asks for proof by one of somebody's passkeys: to confirm in a session that was signed in to then, by one that suffices alone,
/// if there is one.
async fn ask(
    context: &Context,
    staff: StaffId,
    session: &SessionKey,
    signed_in_at: Option<Timestamp>,
) -> Result<String, SecondFactorError> {
    let party = context.relying_party.as_ref();
    let party = party.ok_or(SecondFactorError::NoPasskeysHere)?;
    let transaction = context.database.write().await?;
    let row = members::lock(&transaction, staff).await?;
    row.ok_or(SecondFactorError::Overtaken)?;
    let mut there = store::passkeys(context, &transaction, staff).await?;
    if there.is_empty() {
        return Err(SecondFactorError::Overtaken);
    }
    if let Some(signed_in_at) = signed_in_at
        && confirms(there.iter().map(|stored| stored.added_at), signed_in_at) == PasskeyConfirms::Alone
    {
        there.retain(|stored| is_older(stored.added_at, signed_in_at));
    }
    let passkeys: Vec<_> = there.into_iter().map(|stored| stored.passkey).collect();
    let asked = party.ask_for_proof(&passkeys)?;
    let question = Question::Proof(asked.state);
    if !ceremony::keep(context, &transaction, session, staff, question).await? {
        return Err(SecondFactorError::Overtaken);
    }
    transaction.commit().await?;
    Ok(asked.options)
}

/// How passkeys that were added then confirm in a session that was signed in to then.
fn confirms(mut added: impl Iterator<Item = Timestamp>, signed_in_at: Timestamp) -> PasskeyConfirms {
    if added.any(|added_at| is_older(added_at, signed_in_at)) {
        PasskeyConfirms::Alone
    } else {
        PasskeyConfirms::WithPassword
    }
}

/// Whether a passkey is older than a sign-in, for certain: the clocks of two nodes may differ. Adding one ends all sessions but that
/// in which it is added, so one that isn't older than the session was added in it.
fn is_older(added_at: Timestamp, signed_in_at: Timestamp) -> bool {
    added_at + CLOCK_TOLERANCE < signed_in_at
}

/// Judges an answer and takes what was asked, so that there is no second. The caller has the account's row locked, and commits
/// whatever came of it.
async fn judge(
    context: &Context,
    transaction: &WriteTransaction,
    session: &SessionKey,
    row: &entity::Model,
    answer: &str,
    now: Timestamp,
) -> Result<Judged, Fault> {
    let Some(party) = &context.relying_party else {
        return Ok(Judged::NotAsked);
    };
    let staff = row.staff_id();
    let question = ceremony::take(context, transaction, session, staff).await?;
    let Some(Question::Proof(state)) = question else {
        return Ok(Judged::NotAsked);
    };
    let handle = add::kept_handle(context, row)?;
    let proof = match party.proof(answer, &state, handle) {
        Ok(proof) => proof,
        Err(refused) => return Ok(Judged::Wrong(word(refused))),
    };
    // As they are now: it may have been removed or used since it was asked for.
    let there = store::passkeys(context, transaction, staff).await?;
    let mut there = there.into_iter();
    let Some(mut used) = there.find(|stored| stored.passkey.cred_id() == proof.cred_id()) else {
        return Ok(Judged::Wrong(word(NotAccepted::Wrong)));
    };
    match after_proof(used.passkey, &proof) {
        Ok(passkey) => used.passkey = passkey,
        Err(refused) => return Ok(Judged::Wrong(word(refused))),
    }
    store::note_use(context, transaction, staff, &used, now).await?;
    Ok(Judged::Accepted {
        added_at: used.added_at,
    })
}

/// The word for the audit log.
const fn word(refused: NotAccepted) -> &'static str {
    match refused {
        NotAccepted::Wrong => "wrong-passkey",
        NotAccepted::Counter => "passkey-counter",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_confirms_alone_when_it_is_older_than_the_sign_in_for_certain() {
        use PasskeyConfirms::{Alone, WithPassword};
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        for (added, signed_in, expected) in [
            (&[0][..], 61, Alone),
            (&[0], 60, WithPassword),
            (&[60], 60, WithPassword),
            (&[600], 60, WithPassword),
            (&[600, 0], 61, Alone),
            (&[], 61, WithPassword),
        ] {
            let added = added.iter().copied().map(at);
            assert_eq!(confirms(added, at(signed_in)), expected, "{signed_in}");
        }
    }
}
