//! Setting up a second factor, replacing and removing it, and new recovery codes. A secret counts only after a code of it was
//! given, and one that is being set up opens only in the session in which that began.

use base::SecretString;
use keyring::FieldKey;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{Applicant, SecondFactorError, SecondFactorKind, one_time_code, recovery_code};
use crate::actor::StaffActor;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::rights::Action;
use crate::session::Owner;
use crate::staff::member::{self, Sealed};
use crate::staff::sign_in::{demands, rules_of};
use crate::staff::{StaffProof, entity, passkey, store};
use crate::{Context, Denied, Fault, NotificationKind, Portal, SessionKey, notification};

/// What somebody puts into their authenticator app.
#[derive(Debug)]
pub struct SecondFactorSetUp {
    /// The `otpauth:` address for a QR code. It holds the secret: it stands on the page and nowhere else.
    pub address: SecretString,
    /// The secret in base32, to type in.
    pub secret: SecretString,
}

/// A second factor that counts from now on.
#[derive(Debug)]
pub struct SecondFactorSet {
    /// The recovery codes. Shown once; only keyed codes of them are kept.
    pub recovery_codes: Vec<SecretString>,
    /// What goes on with the sign-in; `None` for somebody who was in already.
    pub proof: Option<StaffProof>,
}

impl Portal {
    /// What somebody puts into their app to set up a second factor. In one session it is the same each time, until it is
    /// confirmed or begun in another session; it counts for nothing before [`Portal::set_second_factor`].
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`].
    pub async fn second_factor_set_up(
        &self,
        applicant: impl Into<Applicant<'_>>,
    ) -> Result<SecondFactorSetUp, SecondFactorError> {
        let applicant = applicant.into();
        applicant.may(&self.0).await?;
        let (context, staff) = (&*self.0, applicant.staff());
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, staff).await?;
        let row = row.filter(|row| applicant.still_may(row));
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        let key = key_of(context, applicant.session());
        let begun = open_begun(&key, &row);
        let secret = match begun {
            Some(secret) => secret,
            None => {
                let secret = one_time_code::new_secret()?;
                let place = member::place(&staff, Sealed::NewCodeSecret);
                let change = entity::ActiveModel {
                    id: Set(row.id),
                    sealed_new_code_secret: Set(Some(key.seal_field(place, &*secret))),
                    ..entity::ActiveModel::default()
                };
                entity::Entity::update(change).exec(&transaction).await?;
                transaction.commit().await?;
                zeroize::Zeroizing::new(secret.to_vec())
            }
        };
        let email = member::email(context, &row)?;
        let (address, secret) = one_time_code::for_app(&secret, applicant.organisation_name(), &email)?;
        Ok(SecondFactorSetUp { address, secret })
    }

    /// Makes the second factor that was begun in this session count, when `code` is one of it: the recovery codes are made
    /// anew, and the person's other sessions end. Whoever was in already has confirmed nothing by it.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`]; a wrong code is not counted, since the person was shown the secret.
    pub async fn set_second_factor(
        &self,
        applicant: impl Into<Applicant<'_>>,
        code: &str,
    ) -> Result<SecondFactorSet, SecondFactorError> {
        let applicant = applicant.into();
        applicant.may(&self.0).await?;
        let (context, staff) = (&*self.0, applicant.staff());
        let now = context.clock_time();
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, staff).await?;
        let row = row.filter(|row| applicant.still_may(row));
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        let begun = open_begun(&key_of(context, applicant.session()), &row);
        let secret = begun.ok_or(SecondFactorError::Overtaken)?;
        let code = one_time_code::tidied(code).ok_or(SecondFactorError::WrongCode)?;
        let step = one_time_code::step_of(&secret, &code, None, now)?;
        let step = step.ok_or(SecondFactorError::WrongCode)?;
        let device = applicant.device_to_tell_of(context, &transaction).await?;
        let sealed_device =
            device.map(|device| member::seal(context, staff, Sealed::UntoldCodeDevice, &device.to_bytes()));
        let change = entity::ActiveModel {
            id: Set(row.id),
            sealed_code_secret: Set(Some(member::seal(context, staff, Sealed::CodeSecret, &secret))),
            sealed_new_code_secret: Set(None),
            code_step: Set(Some(step)),
            code_set_at: Set(Some(now.as_millis())),
            sealed_untold_code_device: Set(sealed_device),
            ..entity::ActiveModel::default()
        };
        entity::Entity::update(change).exec(&transaction).await?;
        let recovery_codes = recovery_code::make(context, &transaction, staff).await?;
        let proof = applicant
            .go_on_with(context, &transaction, &row, SecondFactorKind::App)
            .await?;
        transaction.commit().await?;
        Ok(SecondFactorSet { recovery_codes, proof })
    }

    /// Removes a staff member's own app with codes, unless a second factor is required and they have no passkey. The recovery
    /// codes stay as long as there is a passkey for which they may stand in.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`].
    pub async fn remove_second_factor(&self, actor: &StaffActor) -> Result<(), SecondFactorError> {
        self.0.require(actor, Action::ChangeOwnSecondFactor).await??;
        let (context, staff) = (&*self.0, actor.staff_id());
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, staff).await?;
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        let rules = rules_of(&transaction, row.organisation()).await?;
        let rules = rules.ok_or(Denied::OrganisationGone)?;
        let has_passkeys = row.second_factors().passkeys;
        if !has_passkeys && demands(context, &row, &rules, context.clock_time()).second_factor_required {
            return Err(SecondFactorError::Required);
        }
        forget_app(&transaction, &row).await?;
        if !has_passkeys {
            recovery_code::delete(&transaction, staff).await?;
        }
        let kind = NotificationKind::StaffSecondFactorChanged;
        notification::announce(context, &transaction, kind, Owner::Staff(staff)).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffSecondFactorRemoved).about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes a staff member's recovery codes anew; those from before are worth nothing. Shown once.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`]; [`SecondFactorError::Overtaken`] without a second factor.
    pub async fn make_recovery_codes(&self, actor: &StaffActor) -> Result<Vec<SecretString>, SecondFactorError> {
        self.0.require(actor, Action::ChangeOwnSecondFactor).await??;
        let (context, staff) = (&*self.0, actor.staff_id());
        let transaction = context.database.write().await?;
        let row = store::lock(&transaction, staff).await?;
        let row = row.filter(|row| row.second_factors().any());
        row.ok_or(SecondFactorError::Overtaken)?;
        let codes = recovery_code::make(context, &transaction, staff).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffRecoveryCodesMade).about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(codes)
    }
}

/// Takes every second factor of somebody's away, with the recovery codes and one that is being set up.
pub(in crate::staff) async fn forget(transaction: &WriteTransaction, row: &entity::Model) -> Result<(), Fault> {
    forget_app(transaction, row).await?;
    passkey::forget(transaction, row).await?;
    Ok(recovery_code::delete(transaction, row.staff_id()).await?)
}

/// Takes somebody's app with codes away, and one that is being set up.
async fn forget_app(transaction: &WriteTransaction, row: &entity::Model) -> Result<(), Fault> {
    let change = entity::ActiveModel {
        id: Set(row.id),
        sealed_code_secret: Set(None),
        sealed_new_code_secret: Set(None),
        code_step: Set(None),
        code_set_at: Set(None),
        sealed_untold_code_device: Set(None),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(transaction).await?;
    Ok(())
}

/// The key that seals a secret that is being set up in a session.
fn key_of(context: &Context, session: &SessionKey) -> FieldKey {
    context.vault.staff_key().bound_to(session.secret())
}

/// The secret that is being set up, when that began in the session of this key.
fn open_begun(key: &FieldKey, row: &entity::Model) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let staff = row.staff_id();
    let place = member::place(&staff, Sealed::NewCodeSecret);
    key.open_field(place, row.sealed_new_code_secret.as_ref()?).ok()
}
