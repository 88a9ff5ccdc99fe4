//! Staff as they come and go.

mod administration;
mod confirmation;
mod invitations;
mod matrix;
mod passkeys;
mod passwords;
mod second_factor;
mod sessions;
mod sign_in;

use base::SecretString;

use super::second_factor::one_time_code::code_at;
use crate::test_support::TestPortal;
use crate::{SignInRules, StaffActor};

/// A second factor that was set up: what the app keeps, and the recovery codes.
struct SecondFactor {
    secret: SecretString,
    recovery_codes: Vec<SecretString>,
}

/// Sets a second factor up for somebody.
async fn second_factor_for(portal: &TestPortal, actor: &StaffActor) -> SecondFactor {
    let begun = portal.portal.second_factor_set_up(actor).await.unwrap();
    let code = code_now(portal, &begun.secret);
    let set = portal.portal.set_second_factor(actor, &code).await.unwrap();
    SecondFactor {
        secret: begun.secret,
        recovery_codes: set.recovery_codes,
    }
}

/// What an app shows now that was given a secret in base32.
fn code_now(portal: &TestPortal, secret: &SecretString) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).unwrap();
    code_at(secret.as_bytes(), portal.now())
}

/// Sets what the actor's organisation asks of its staff.
async fn rules_of(portal: &TestPortal, actor: &StaffActor, rules: SignInRules) {
    let seen = portal.portal.sign_in_rules(actor).await.unwrap().version();
    portal.portal.change_sign_in_rules(actor, &seen, rules).await.unwrap();
}
