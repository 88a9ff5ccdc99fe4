//! What an organisation asks of its staff when they sign in.

use std::time::Duration;

use base::{AllowedNetworks, OrganisationId, Timestamp};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use sha2::{Digest as _, Sha256};

use super::entity;
use crate::Fault;

/// What an organisation asks of its staff when they sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInRules {
    /// Whether everybody needs a second factor. The operator may ask for it of all organisations, whatever stands here.
    pub second_factor_required: bool,
    /// How many days a password may be used; `None` for as long as one likes.
    pub password_max_age_days: Option<u32>,
    /// Whether staff get in with a work account alone, and nobody with a password.
    pub work_account_required: bool,
    /// Where staff may come from; anywhere when it is empty.
    pub networks: AllowedNetworks,
}

impl SignInRules {
    /// The longest that a password's use may be limited to, in days.
    pub const MAX_PASSWORD_AGE_DAYS: u32 = 3650;

    /// What the rules are, in one word: whoever changes them says with it which they saw.
    #[must_use]
    pub fn version(&self) -> String {
        let Self {
            second_factor_required,
            password_max_age_days,
            work_account_required,
            networks,
        } = self;
        let days = password_max_age_days.unwrap_or(0);
        let text = format!("{second_factor_required} {days} {work_account_required} {networks}");
        hex::encode(Sha256::digest(text))
    }

    /// What is stored; networks that can't be read let nobody in.
    pub(crate) fn of(row: &entity::Model) -> Result<Self, Fault> {
        let networks = match &row.staff_networks {
            Some(text) => text.parse().map_err(Fault::new)?,
            None => AllowedNetworks::anywhere(),
        };
        let max_age = row.password_max_age_days.map(u32::try_from).transpose();
        Ok(Self {
            second_factor_required: row.second_factor_required == Some(1),
            password_max_age_days: max_age.map_err(Fault::new)?,
            work_account_required: row.work_account_required == Some(1),
            networks,
        })
    }

    /// Whether a password that was set then is too old at `now`.
    pub(crate) fn is_too_old(&self, password_set_at: Timestamp, now: Timestamp) -> bool {
        self.password_max_age_days
            .is_some_and(|days| password_set_at + Duration::from_secs(u64::from(days) * 86_400) <= now)
    }
}

/// Writes down what an organisation asks of its staff.
pub(crate) async fn set_sign_in_rules(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    rules: &SignInRules,
) -> Result<(), Fault> {
    let max_age = rules.password_max_age_days.map(i32::try_from).transpose();
    let networks = (!rules.networks.is_anywhere()).then(|| rules.networks.to_string());
    let change = entity::ActiveModel {
        id: Set(*organisation.as_uuid()),
        second_factor_required: Set(Some(i32::from(rules.second_factor_required))),
        password_max_age_days: Set(max_age.map_err(Fault::new)?),
        work_account_required: Set(Some(i32::from(rules.work_account_required))),
        staff_networks: Set(networks),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(on).await?;
    Ok(())
}

/// Lets passwords in, and leaves everything else as it is.
pub(crate) async fn let_passwords_in(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<(), Fault> {
    let change = entity::ActiveModel {
        id: Set(*organisation.as_uuid()),
        work_account_required: Set(Some(0)),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(on).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_differ_have_versions_that_do() {
        let before = SignInRules::default().version();
        let changes: [fn(&mut SignInRules); 4] = [
            |rules| rules.second_factor_required = true,
            |rules| rules.password_max_age_days = Some(1),
            |rules| rules.work_account_required = true,
            |rules| rules.networks = "192.0.2.0/24".parse().unwrap(),
        ];
        for change in changes {
            let mut rules = SignInRules::default();
            assert_eq!(rules.version(), before);
            change(&mut rules);
            assert_ne!(rules.version(), before);
        }
    }

    #[test]
    fn a_password_is_too_old_when_its_days_are_over_and_never_without_a_limit() {
        let set_at = Timestamp::from_millis(0);
        let last_instant = Timestamp::from_millis(90 * 86_400_000 - 1);
        let rules = SignInRules {
            password_max_age_days: Some(90),
            ..SignInRules::default()
        };
        assert!(!rules.is_too_old(set_at, last_instant));
        assert!(rules.is_too_old(set_at, last_instant + Duration::from_millis(1)));
        assert!(!SignInRules::default().is_too_old(set_at, Timestamp::from_millis(i64::MAX)));
    }
}
