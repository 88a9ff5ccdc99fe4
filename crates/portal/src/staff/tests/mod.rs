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
use crate::session::{self, Proven};
use crate::test_support::{PASSWORD, TestPortal};
use crate::{Action, SeenNotices, SessionKey, SignInRules, StaffActor, StaffCandidate, StaffVisitor};

/// Where every first admin gets mail.
pub(crate) const KARIN: &str = "karin@norrby.example";

pub(crate) fn key(name: &str) -> SessionKey {
    SessionKey::of_staff(name.as_bytes())
}

/// Gives the password of an account of Karin's organisation in a new session, in which more is asked for.
pub(crate) async fn on_the_way(portal: &TestPortal, name: &str, karin: &StaffActor, email: &str) -> StaffCandidate {
    let organisation = karin.organisation_id();
    portal
        .staff_sign_in(&key(name), organisation, email, PASSWORD)
        .await
        .unwrap();
    match portal.staff_visitor(&key(name)).await {
        StaffVisitor::Candidate(candidate) => candidate,
        other => panic!("{other:?}"),
    }
}

/// A second factor that was set up: what the app keeps, and the recovery codes.
pub(crate) struct SecondFactor {
    pub(crate) secret: SecretString,
    pub(crate) recovery_codes: Vec<SecretString>,
}

/// Sets a second factor up for somebody.
pub(crate) async fn second_factor_for(portal: &TestPortal, actor: &StaffActor) -> SecondFactor {
    let actor = &fresh(portal, actor).await;
    let begun = portal.portal.second_factor_set_up(actor).await.unwrap();
    let code = code_now(portal, &begun.secret);
    let set = portal.portal.set_second_factor(actor, &code).await.unwrap();
    SecondFactor {
        secret: begun.secret,
        recovery_codes: set.recovery_codes,
    }
}

/// What somebody has seen who has seen whatever there is by now.
fn everything(portal: &TestPortal) -> SeenNotices {
    SeenNotices {
        failed_tries: u32::MAX,
        until: portal.now(),
    }
}

/// Somebody as they are now, who just proved that it is them where that is asked for to change a second factor.
pub(crate) async fn fresh(portal: &TestPortal, actor: &StaffActor) -> StaffActor {
    let actor = portal.staff_in(actor.session()).await.unwrap();
    if actor.require(Action::ChangeOwnSecondFactor).is_ok() {
        return actor;
    }
    let context = &*portal.portal.0;
    let transaction = context.database.write().await.unwrap();
    let confirmed = session::confirm_staff(context, &transaction, actor.session(), Proven::SecondFactor);
    assert!(confirmed.await.unwrap());
    transaction.commit().await.unwrap();
    portal.staff_in(actor.session()).await.unwrap()
}

/// What an app shows now that was given a secret in base32.
pub(crate) fn code_now(portal: &TestPortal, secret: &SecretString) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).unwrap();
    code_at(secret.as_bytes(), portal.now())
}

/// Sets what the actor's organisation asks of its staff.
pub(crate) async fn rules_of(portal: &TestPortal, actor: &StaffActor, rules: SignInRules) {
    let seen = portal.portal.sign_in_rules(actor).await.unwrap().version();
    portal.portal.change_sign_in_rules(actor, &seen, rules).await.unwrap();
}
