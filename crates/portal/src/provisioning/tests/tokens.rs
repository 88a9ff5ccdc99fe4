//! The tokens that directories come with.

use std::time::Duration;

use base::SecretString;

use super::tenant;
use crate::test_support::{TestPortal, on_both_databases};
use crate::{
    Denied, NewProvisioningToken, Portal, ProvisioningTokenError, ProvisioningTokenRefused, ProvisioningTokenState,
    Role,
};

fn new_token(name: &str, days: u32) -> NewProvisioningToken {
    NewProvisioningToken {
        name: name.to_owned(),
        tenant: None,
        days,
    }
}

async fn is_let_in(test: &TestPortal, token: &SecretString) -> bool {
    match test.portal.provisioning_actor(token, test.request()).await {
        Ok(_) => true,
        Err(ProvisioningTokenRefused::Invalid) => false,
        Err(ProvisioningTokenRefused::Fault(fault)) => panic!("{}", fault.causes()),
    }
}

on_both_databases! {
    async fn a_token_lets_in_until_it_ends_or_is_withdrawn_and_nothing_else_does(test: TestPortal) {
        let (portal, operator) = (&test.portal, test.operator());
        let norrby = test.organisation("Norrby kommun").await;
        let one = portal.create_provisioning_token(&operator, norrby, new_token("one", 1)).await.unwrap();
        test.clock.advance_millis(1);
        let other = portal.create_provisioning_token(&operator, norrby, new_token("other", 730)).await.unwrap();
        let made_up = SecretString::new(format!("postvalv_provisioning_{}", "0".repeat(64)));
        for (token, lets_in) in [(&one.token, true), (&other.token, true), (&made_up, false)] {
            assert_eq!(is_let_in(&test, token).await, lets_in);
        }
        test.clock.advance(Duration::from_secs(24 * 60 * 60));
        assert!(!is_let_in(&test, &one.token).await);
        assert!(is_let_in(&test, &other.token).await);
        portal.withdraw_provisioning_token(&operator, norrby, other.id).await.unwrap();
        portal.withdraw_provisioning_token(&operator, norrby, other.id).await.unwrap();
        assert!(!is_let_in(&test, &other.token).await);
        let listed = portal.list_provisioning_tokens(&operator, norrby).await.unwrap();
        let states: Vec<_> = listed.iter().map(|token| (token.name.as_str(), token.state)).collect();
        let expected = [("one", ProvisioningTokenState::Ended), ("other", ProvisioningTokenState::Withdrawn)];
        assert_eq!(states, expected);
        assert_eq!(listed[1].last_used_at, Some(test.now()));
    }

    async fn two_hold_at_once_so_that_one_can_take_the_others_place(test: TestPortal) {
        let (portal, operator) = (&test.portal, test.operator());
        let norrby = test.organisation("Norrby kommun").await;
        let make = async |days| portal.create_provisioning_token(&operator, norrby, new_token("x", days)).await;
        let first = make(1).await.unwrap();
        make(365).await.unwrap();
        assert!(matches!(make(365).await, Err(ProvisioningTokenError::TooMany { limit: 2 })));
        portal.withdraw_provisioning_token(&operator, norrby, first.id).await.unwrap();
        make(365).await.unwrap();
        for days in [0, Portal::MAX_PROVISIONING_TOKEN_DAYS + 1] {
            assert!(matches!(make(days).await, Err(ProvisioningTokenError::InvalidPeriod { max_days: 730 })));
        }
        let nameless = portal.create_provisioning_token(&operator, norrby, new_token(" ", 1)).await;
        assert!(matches!(nameless, Err(ProvisioningTokenError::InvalidName)));
        let nowhere = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let refused = portal.create_provisioning_token(&operator, nowhere, new_token("x", 1)).await;
        assert!(matches!(refused, Err(ProvisioningTokenError::NotFound)));
    }

    async fn a_token_is_bound_to_a_directory_of_the_organisation_and_ends_with_it(test: TestPortal) {
        let (portal, operator) = (&test.portal, test.operator());
        let norrby = test.organisation("Norrby kommun").await;
        let new = NewProvisioningToken { tenant: Some(tenant()), ..new_token("Entra", 365) };
        let refused = portal.create_provisioning_token(&operator, norrby, new).await;
        assert!(matches!(refused, Err(ProvisioningTokenError::UnknownTenant)));
        let (actor, token) = test.directory_and_token(norrby, Some(tenant())).await;
        assert_eq!((actor.organisation_id(), actor.tenant()), (norrby, Some(tenant())));
        let state = async || portal.list_provisioning_tokens(&operator, norrby).await.unwrap()[0].state;
        assert_eq!(state().await, ProvisioningTokenState::Valid);
        portal.remove_tenant(&operator, norrby, tenant()).await.unwrap();
        assert!(!is_let_in(&test, &token).await);
        assert_eq!(state().await, ProvisioningTokenState::DirectoryRemoved);
    }

    async fn admins_make_and_withdraw_their_organisations_tokens_auditors_look_and_senders_do_neither(test: TestPortal) {
        let portal = &test.portal;
        let admin = test.first_admin().await;
        let auditor = test.member(&admin, "revisor@norrby.example", Role::Auditor).await;
        let sender = test.member(&admin, "olle@norrby.example", Role::Sender).await;
        let own = admin.organisation_id();
        let other = test.organisation("Söderby kommun").await;
        let theirs = portal.create_provisioning_token(&test.operator(), other, new_token("x", 1)).await.unwrap();
        let made = portal.create_provisioning_token(&admin, own, new_token("Entra", 365)).await.unwrap();
        assert_eq!(portal.list_provisioning_tokens(&auditor, own).await.unwrap().len(), 1);
        let seen = portal.list_provisioning_tokens(&sender, own).await;
        assert!(matches!(seen, Err(ProvisioningTokenError::Denied(Denied::Forbidden))));
        for actor in [&auditor, &sender] {
            let refused = portal.create_provisioning_token(actor, own, new_token("x", 1)).await;
            assert!(matches!(refused, Err(ProvisioningTokenError::Denied(Denied::Forbidden))));
            let refused = portal.withdraw_provisioning_token(actor, own, made.id).await;
            assert!(matches!(refused, Err(ProvisioningTokenError::Denied(Denied::Forbidden))));
        }
        for refused in [
            portal.create_provisioning_token(&admin, other, new_token("x", 1)).await.map(drop),
            portal.list_provisioning_tokens(&admin, other).await.map(drop),
            portal.withdraw_provisioning_token(&admin, other, theirs.id).await,
            portal.withdraw_provisioning_token(&admin, own, theirs.id).await,
        ] {
            assert!(matches!(refused, Err(ProvisioningTokenError::NotFound)), "{refused:?}");
        }
        portal.withdraw_provisioning_token(&admin, own, made.id).await.unwrap();
        assert!(is_let_in(&test, &theirs.token).await && !is_let_in(&test, &made.token).await);
        let log = test.audit_log().await;
        for action in ["provisioning.token-created", "provisioning.token-withdrawn"] {
            let by_admin = Some(*admin.staff_id().as_uuid());
            assert!(log.iter().any(|row| row.action == action && row.actor_id == by_admin), "{action}");
        }
    }

    async fn making_and_withdrawing_asks_for_a_fresh_sign_in(test: TestPortal) {
        let admin = test.first_admin().await;
        let own = admin.organisation_id();
        let made = test.portal.create_provisioning_token(&admin, own, new_token("x", 1)).await.unwrap();
        let key = crate::SessionKey::of_staff(b"another");
        let password = crate::test_support::PASSWORD;
        test.staff_sign_in(&key, own, "karin@norrby.example", password).await.unwrap();
        test.clock.advance(Duration::from_secs(5 * 60));
        let stale = test.staff_in(&key).await.unwrap();
        assert_eq!(test.portal.list_provisioning_tokens(&stale, own).await.unwrap().len(), 1);
        let refused = test.portal.withdraw_provisioning_token(&stale, own, made.id).await;
        assert!(matches!(refused, Err(ProvisioningTokenError::Denied(Denied::StepUpNeeded))));
    }
}
