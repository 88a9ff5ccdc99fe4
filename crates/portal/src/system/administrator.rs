//! Who administers systems, and whose.

use base::OrganisationId;
use uuid::Uuid;

use super::SystemSetUpError;
use crate::actor::{Denied, OperatorActor, StaffActor};
use crate::audit::{AuditAction, AuditEntry};
use crate::rights::Action;
use crate::{Context, Fault};

/// Somebody who sets up systems, or what directories provision staff with, or looks at what was purged: the operator, those of every organisation; a staff member, those of their own as far as
/// their role goes. Made of an actor by `into()`; what the actor may do is asked by each use case.
#[derive(Clone, Copy, Debug)]
pub struct Administrator<'a>(Who<'a>);

#[derive(Clone, Copy, Debug)]
enum Who<'a> {
    Operator(&'a OperatorActor),
    Staff(&'a StaffActor),
}

impl<'a> From<&'a OperatorActor> for Administrator<'a> {
    fn from(actor: &'a OperatorActor) -> Self {
        Self(Who::Operator(actor))
    }
}

impl<'a> From<&'a StaffActor> for Administrator<'a> {
    fn from(actor: &'a StaffActor) -> Self {
        Self(Who::Staff(actor))
    }
}

impl<'a> Administrator<'a> {
    /// Passes when the actor may look at systems and their credentials.
    pub(super) async fn may_see(&self, context: &Context) -> Result<(), SystemSetUpError> {
        let allowed = self.require(context, Action::SeeSystems).await?;
        allowed.map_err(SystemSetUpError::Denied)
    }

    /// Passes when the actor may change systems and their credentials, now.
    pub(super) async fn may_change(&self, context: &Context) -> Result<(), SystemSetUpError> {
        let allowed = self.require(context, Action::ChangeSystems).await?;
        allowed.map_err(SystemSetUpError::Denied)
    }

    /// Passes when the actor may do it, now: the operator may set up anything.
    pub(crate) async fn require(&self, context: &Context, action: Action) -> Result<Result<(), Denied>, Fault> {
        match self.0 {
            Who::Operator(_) => Ok(Ok(())),
            Who::Staff(actor) => context.require(actor, action).await,
        }
    }

    /// Whether this organisation's machines are the actor's to administer. Others are not there, as far as it can tell.
    pub(crate) fn reaches(&self, organisation: OrganisationId) -> bool {
        match self.0 {
            Who::Operator(_) => true,
            Who::Staff(actor) => actor.organisation_id() == organisation,
        }
    }

    /// What is told the actor whose own organisation is no longer there; nothing to the operator, who has none.
    pub(crate) const fn organisation_gone(&self) -> Option<Denied> {
        match self.0 {
            Who::Operator(_) => None,
            Who::Staff(_) => Some(Denied::OrganisationGone),
        }
    }

    /// What the audit log says that the actor did, in the log of that organisation.
    pub(crate) fn entry(&self, action: AuditAction, organisation: Uuid) -> AuditEntry<'a> {
        let entry = match self.0 {
            Who::Operator(actor) => AuditEntry::by_operator(actor, action),
            Who::Staff(actor) => AuditEntry::by_staff(actor, action),
        };
        entry.within(OrganisationId::from_uuid(organisation))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base::AllowedNetworks;

    use crate::test_support::{PASSWORD, TestPortal, on_both_databases};
    use crate::{CredentialState, Denied, NewSystem, Role, Scope, SessionKey, StaffActor, SystemSetUpError};

    fn new_system() -> NewSystem {
        NewSystem {
            name: "ärendesystem".to_owned(),
            scopes: vec![Scope::MessagesSend],
            networks: AllowedNetworks::anywhere(),
        }
    }

    const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    const KEY_SET: &str = "https://system.example.se/jwks";

    /// Refused for the reason that `expected` names, whatever is tried.
    async fn changes_nothing(test: &TestPortal, actor: &StaffActor, expected: fn(&SystemSetUpError) -> bool) {
        let (portal, operator) = (&test.portal, test.operator());
        let organisation = test.organisation("Söderby kommun").await;
        let own = actor.organisation_id();
        for place in [own, organisation] {
            let system = portal.create_system(&operator, place, new_system()).await.unwrap();
            let credential = portal.add_secret(&operator, system, None).await.unwrap().id;
            let before = portal.find_system(&operator, system).await.unwrap();
            let networks = "192.0.2.0/24".parse().unwrap();
            for refused in [
                portal.create_system(actor, place, new_system()).await.map(drop),
                portal.add_secret(actor, system, None).await.map(drop),
                portal.add_public_key(actor, system, KEY).await.map(drop),
                portal.add_key_set(actor, system, KEY_SET, None).await.map(drop),
                portal.withdraw_credential(actor, system, credential).await,
                portal.set_networks(actor, system, networks).await,
                portal.set_scopes(actor, system, &Scope::ALL).await,
                portal.disable_system(actor, system).await,
            ] {
                assert!(refused.as_ref().is_err_and(expected), "{refused:?}");
            }
            assert_eq!(portal.find_system(&operator, system).await.unwrap(), before);
        }
    }

    on_both_databases! {
        async fn an_admin_sets_up_the_systems_of_their_own_organisation(test: TestPortal) {
            let (portal, admin) = (&test.portal, test.first_admin().await);
            let own = admin.organisation_id();
            let system = portal.create_system(&admin, own, new_system()).await.unwrap();
            let made = portal.add_secret(&admin, system, Some(30)).await.unwrap();
            portal.add_public_key(&admin, system, KEY).await.unwrap();
            portal.add_key_set(&admin, system, KEY_SET, None).await.unwrap();
            portal.set_networks(&admin, system, "192.0.2.0/24".parse().unwrap()).await.unwrap();
            portal.set_scopes(&admin, system, &Scope::ALL).await.unwrap();
            portal.issue_token(system, &made.secret, None, test.request()).await.unwrap();
            portal.withdraw_credential(&admin, system, made.id).await.unwrap();
            let listed = portal.list_systems(&admin, own).await.unwrap();
            assert_eq!(listed.len(), 1);
            assert_eq!(listed[0], portal.find_system(&admin, system).await.unwrap());
            let states: Vec<_> = listed[0].credentials.iter().map(|credential| credential.state).collect();
            assert!(states.contains(&CredentialState::Valid) && states.contains(&CredentialState::Withdrawn));
            portal.disable_system(&admin, system).await.unwrap();

            let log = test.audit_log().await;
            let theirs = |action: &str| {
                let mut rows = log.iter().filter(|row| row.action == action);
                rows.all(|row| row.actor_id == Some(*admin.staff_id().as_uuid())
                    && row.organisation_id == Some(*own.as_uuid()))
            };
            for action in ["system.created", "system.scopes-changed", "credential.added", "credential.withdrawn", "system.disabled"] {
                assert!(log.iter().any(|row| row.action == action) && theirs(action), "{action}");
            }
        }

        async fn the_systems_of_another_organisation_are_not_there(test: TestPortal) {
            let (portal, admin) = (&test.portal, test.first_admin().await);
            let other = test.organisation("Söderby kommun").await;
            let system = portal.create_system(&test.operator(), other, new_system()).await.unwrap();
            let credential = portal.add_secret(&test.operator(), system, None).await.unwrap().id;
            let networks = AllowedNetworks::anywhere();
            for refused in [
                portal.add_secret(&admin, system, None).await.map(drop),
                portal.add_public_key(&admin, system, KEY).await.map(drop),
                portal.add_key_set(&admin, system, KEY_SET, None).await.map(drop),
                portal.withdraw_credential(&admin, system, credential).await,
                portal.set_networks(&admin, system, networks).await,
                portal.set_scopes(&admin, system, &Scope::ALL).await,
                portal.disable_system(&admin, system).await,
                portal.find_system(&admin, system).await.map(drop),
            ] {
                assert!(matches!(refused, Err(SystemSetUpError::NoSuchSystem)), "{refused:?}");
            }
            for refused in [
                portal.create_system(&admin, other, new_system()).await.map(drop),
                portal.list_systems(&admin, other).await.map(drop),
            ] {
                assert!(matches!(refused, Err(SystemSetUpError::NoSuchOrganisation)), "{refused:?}");
            }
        }

        async fn an_auditor_looks_and_changes_nothing_and_a_sender_does_neither(test: TestPortal) {
            let admin = test.first_admin().await;
            let auditor = test.member(&admin, "revisor@norrby.example", Role::Auditor).await;
            let sender = test.member(&admin, "olle@norrby.example", Role::Sender).await;
            let own = admin.organisation_id();
            let denied = |error: &SystemSetUpError| matches!(error, SystemSetUpError::Denied(Denied::Forbidden));
            assert!(test.portal.list_systems(&auditor, own).await.unwrap().is_empty());
            assert!(test.portal.list_systems(&sender, own).await.is_err_and(|error| denied(&error)));
            assert_eq!(test.audited("staff.denied").await, 1);
            for actor in [&auditor, &sender] {
                changes_nothing(&test, actor, denied).await;
            }
            // Eight changes of two systems, tried by two people.
            assert_eq!(test.audited("staff.denied").await, 1 + 8 * 2 * 2);
        }

        async fn a_change_asks_for_a_fresh_sign_in_and_looking_does_not(test: TestPortal) {
            let own = test.first_admin().await.organisation_id();
            let key = SessionKey::of_staff(b"another");
            test.staff_sign_in(&key, own, "karin@norrby.example", PASSWORD).await.unwrap();
            test.clock.advance(Duration::from_secs(5 * 60));
            let stale = test.staff_in(&key).await.unwrap();
            assert!(test.portal.list_systems(&stale, own).await.is_ok());
            changes_nothing(&test, &stale, |error| {
                matches!(error, SystemSetUpError::Denied(Denied::StepUpNeeded))
            })
            .await;
            assert_eq!(test.audited("staff.denied").await, 0);
        }
    }
}
