//! A passkey in place of a code: at sign-in after the password, and alone to confirm. To confirm, no password is asked for
//! besides: the authenticator has verified its user by a PIN, a finger or a face, so it is two factors by itself.

use base::Timestamp;

use super::ceremony::{self, Question};
use super::relying_party::{NotAccepted, after_proof};
use super::store;
use crate::actor::{StaffActor, StaffCandidate};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::session::Proven;
use crate::staff::second_factor::{self, ConfirmError, SecondFactorError};
use crate::staff::sign_in::note_wrong_try;
use crate::staff::within::{self, AfterWrongTry};
use crate::staff::{SignInStep, StaffProof, store as members};
use crate::{Context, Fault, Portal, SessionKey};

/// What an answer turned out to be.
enum Judged {
    Accepted,
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
        ask(&self.0, candidate.staff_id(), candidate.session()).await
    }

    /// As [`Portal::ask_for_passkey`], somebody who is to confirm that it is them.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`].
    pub async fn ask_for_passkey_to_confirm(&self, actor: &StaffActor) -> Result<String, SecondFactorError> {
        ask(&self.0, actor.staff_id(), actor.session()).await
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
        if candidate.step() != SignInStep::SecondFactor {
            return Err(SecondFactorError::Overtaken);
        }
        let context = &*self.0;
        let (staff, now) = (candidate.staff_id(), context.clock_time());
        let transaction = context.database.write().await?;
        let row = members::lock(&transaction, staff).await?;
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        if let Some(barred) = row.tries().barred(now) {
            return Err(SecondFactorError::TooManyTries { until: barred.until() });
        }
        let (refused, what) = match judge(context, &transaction, candidate.session(), staff, answer, now).await? {
            Judged::Accepted => {
                transaction.commit().await?;
                return Ok(StaffProof {
                    staff,
                    proven: Proven::SecondFactor,
                    began_at: candidate.so_far().signed_in_at,
                    proven_at: now,
                    by: "passkey",
                });
            }
            Judged::NotAsked => (SecondFactorError::NotAsked, "passkey-not-asked-for"),
            Judged::Wrong(what) => {
                note_wrong_try(context, &transaction, &row, candidate.request(), now).await?;
                (SecondFactorError::WrongCode, what)
            }
        };
        let entry = AuditEntry::by_incoming_staff(staff, AuditAction::StaffSignInRefused, candidate.request())
            .within(row.organisation())
            .about(AuditTarget::Staff(staff))
            .detail(what);
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Err(refused)
    }

    /// Proves anew who a staff member is, by a passkey alone.
    ///
    /// # Errors
    ///
    /// [`ConfirmError`]; what is wrong is counted in the session, as wrong passwords and codes are, and the fifth in a row ends
    /// it. An answer to nothing is [`ConfirmError::NotAsked`], and not counted.
    pub async fn confirm_staff_by_passkey(&self, actor: &StaffActor, answer: &str) -> Result<(), ConfirmError> {
        let context = &*self.0;
        let (staff, now) = (actor.staff_id(), context.clock_time());
        let transaction = context.database.write().await?;
        let row = members::lock(&transaction, staff).await?;
        let row = row.filter(|row| !row.has_work_account());
        let row = row.ok_or(ConfirmError::SessionGone)?;
        let tries = within::tries(&transaction, actor).await?;
        let tries = tries.ok_or(ConfirmError::SessionGone)?;
        if let Some(barred) = tries.barred(now) {
            return Err(ConfirmError::TooManyTries { until: barred.until() });
        }
        match judge(context, &transaction, actor.session(), staff, answer, now).await? {
            Judged::Accepted => {
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

async fn ask(context: &Context, staff: base::StaffId, session: &SessionKey) -> Result<String, SecondFactorError> {
    let party = context.relying_party.as_ref();
    let party = party.ok_or(SecondFactorError::NoPasskeysHere)?;
    let transaction = context.database.write().await?;
    let row = members::lock(&transaction, staff).await?;
    row.ok_or(SecondFactorError::Overtaken)?;
    let there = store::passkeys(context, &transaction, staff).await?;
    if there.is_empty() {
        return Err(SecondFactorError::Overtaken);
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

/// Judges an answer and takes what was asked, so that there is no second. The caller has the account's row locked, and commits
/// whatever came of it.
async fn judge(
    context: &Context,
    transaction: &WriteTransaction,
    session: &SessionKey,
    staff: base::StaffId,
    answer: &str,
    now: Timestamp,
) -> Result<Judged, Fault> {
    let Some(party) = &context.relying_party else {
        return Ok(Judged::NotAsked);
    };
    let question = ceremony::take(context, transaction, session, staff).await?;
    let Some(Question::Proof(state)) = question else {
        return Ok(Judged::NotAsked);
    };
    let proof = match party.proof(answer, &state) {
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
    Ok(Judged::Accepted)
}

/// The word for the audit log.
const fn word(refused: NotAccepted) -> &'static str {
    match refused {
        NotAccepted::Wrong => "wrong-passkey",
        NotAccepted::Counter => "passkey-counter",
    }
}
