//! Adding a passkey: of one's own accord, or on the way in because a second factor is required.

use base::SecretString;
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::ceremony::{self, Question};
use super::relying_party::Holder;
use super::store::{self, NewPasskey};
use super::{OwnPasskey, note_count};
use crate::database::WriteTransaction;
use crate::staff::member::{self, Sealed};
use crate::staff::second_factor::{SecondFactorError, recovery_code};
use crate::staff::{Applicant, SecondFactorKind, StaffProof, entity, store as members};
use crate::{Context, Fault, Portal};

/// A passkey that counts from now on.
#[derive(Debug)]
pub struct PasskeyAdded {
    /// The recovery codes, when it is the first second factor. Shown once; only keyed codes of them are kept.
    pub recovery_codes: Option<Vec<SecretString>>,
    /// What goes on with the sign-in; `None` for somebody who was in already.
    pub proof: Option<StaffProof>,
}

impl Portal {
    /// Asks for a new passkey, in this session and for a few minutes. What comes back is for the browser: the JSON of
    /// `CredentialCreationOptions` with base64url in place of bytes.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`].
    pub async fn ask_for_new_passkey(&self, applicant: impl Into<Applicant<'_>>) -> Result<String, SecondFactorError> {
        let applicant = applicant.into();
        applicant.may(&self.0).await?;
        let (context, staff) = (&*self.0, applicant.staff());
        let party = context.relying_party.as_ref();
        let party = party.ok_or(SecondFactorError::NoPasskeysHere)?;
        let transaction = context.database.write().await?;
        let row = members::lock(&transaction, staff).await?;
        let row = row.filter(|row| applicant.still_may(row));
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        let there = store::passkeys(context, &transaction, staff).await?;
        if there.len() >= OwnPasskey::MAX {
            return Err(SecondFactorError::TooManyPasskeys);
        }
        let name = format!("{}, {}", member::name(context, &row)?, applicant.organisation_name());
        let holder = Holder {
            handle: handle(context, &transaction, &row).await?,
            email: &member::email(context, &row)?,
            name: &name,
        };
        let there = there.iter().map(|stored| stored.passkey.cred_id().clone()).collect();
        let asked = party.ask_for_new(&holder, there)?;
        let question = Question::New(asked.state);
        if !ceremony::keep(context, &transaction, applicant.session(), staff, question).await? {
            return Err(SecondFactorError::Overtaken);
        }
        transaction.commit().await?;
        Ok(asked.options)
    }

    /// Makes a passkey count, when `answer` is an authenticator's answer to what was asked in this session: the person's other
    /// sessions end, and with their first second factor they get recovery codes. Whoever was in already has confirmed nothing by it.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`]; a wrong answer is not counted, since nobody is let in by it, but what was asked is over.
    pub async fn add_passkey(
        &self,
        applicant: impl Into<Applicant<'_>>,
        name: &str,
        answer: &str,
    ) -> Result<PasskeyAdded, SecondFactorError> {
        let applicant = applicant.into();
        applicant.may(&self.0).await?;
        let name = tidied(name).ok_or(SecondFactorError::NoName)?;
        let (context, staff, now) = (&*self.0, applicant.staff(), self.0.clock_time());
        let party = context.relying_party.as_ref();
        let party = party.ok_or(SecondFactorError::NoPasskeysHere)?;
        let transaction = context.database.write().await?;
        let row = members::lock(&transaction, staff).await?;
        let row = row.filter(|row| applicant.still_may(row));
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        let question = ceremony::take(context, &transaction, applicant.session(), staff).await?;
        let there = store::passkeys(context, &transaction, staff).await?;
        let is_there = |id: &[u8]| there.iter().any(|stored| stored.passkey.cred_id().as_slice() == id);
        let refusal = match question {
            Some(Question::New(state)) => match party.new_passkey(answer, &state) {
                Ok(passkey) if there.len() < OwnPasskey::MAX && !is_there(passkey.cred_id()) => Ok(passkey),
                Ok(_) if there.len() >= OwnPasskey::MAX => Err(SecondFactorError::TooManyPasskeys),
                _ => Err(SecondFactorError::WrongCode),
            },
            Some(Question::Proof(_)) | None => Err(SecondFactorError::NotAsked),
        };
        let passkey = match refusal {
            Ok(passkey) => passkey,
            Err(refused) => {
                // The question is over all the same.
                transaction.commit().await?;
                return Err(refused);
            }
        };
        let device = applicant.device_to_tell_of(context, &transaction).await?;
        let new = NewPasskey {
            name: &name,
            passkey: &passkey,
            device,
        };
        store::insert(context, &transaction, staff, &new, now).await?;
        note_count(&transaction, &row, there.len() + 1).await?;
        let recovery_codes = if row.second_factors().any() {
            None
        } else {
            Some(recovery_code::make(context, &transaction, staff).await?)
        };
        let proof = applicant
            .go_on_with(context, &transaction, &row, SecondFactorKind::Passkey)
            .await?;
        transaction.commit().await?;
        Ok(PasskeyAdded { recovery_codes, proof })
    }
}

/// What authenticators know the account by: made with the first question, and no id of ours.
async fn handle(context: &Context, transaction: &WriteTransaction, row: &entity::Model) -> Result<Uuid, Fault> {
    let staff = row.staff_id();
    if let Some(kept) = kept_handle(context, row)? {
        return Ok(kept);
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|problem| Fault::new(problem.to_string()))?;
    let change = entity::ActiveModel {
        id: Set(row.id),
        sealed_passkey_handle: Set(Some(member::seal(context, staff, Sealed::PasskeyHandle, &random))),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(transaction).await?;
    Ok(Uuid::from_bytes(random))
}

/// The same when it was made already.
pub(super) fn kept_handle(context: &Context, row: &entity::Model) -> Result<Option<Uuid>, Fault> {
    let Some(sealed) = &row.sealed_passkey_handle else {
        return Ok(None);
    };
    let opened = member::open(context, row.staff_id(), Sealed::PasskeyHandle, sealed)?;
    Uuid::from_slice(&opened).map(Some).map_err(Fault::new)
}

/// A name as it is kept: without spaces around it; `None` for none, or for what is too long for one.
fn tidied(name: &str) -> Option<String> {
    let name = name.trim();
    let fits =
        !name.is_empty() && name.chars().take(OwnPasskey::MAX_NAME_CHARS + 1).count() <= OwnPasskey::MAX_NAME_CHARS;
    (fits && !name.chars().any(char::is_control)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_line() {
        assert_eq!(tidied("  Jobbets dator ").as_deref(), Some("Jobbets dator"));
        assert_eq!(tidied(&"å".repeat(60)), Some("å".repeat(60)));
        for wrong in ["", "  ", "a\nb", "a\u{0}b", &"å".repeat(61)] {
            assert_eq!(tidied(wrong), None, "{wrong:?}");
        }
    }
}
