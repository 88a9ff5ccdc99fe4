//! Systems and their tokens.

use std::time::Duration;

use base::{AllowedNetworks, Ids, SecretString, SystemId};

use super::TokenError;
use crate::test_support::{TestPortal, everything_stored, is_among, on_both_databases};
use crate::{NewSystem, Scope, SystemSetUpError};

const SCOPES: [Scope; 2] = [Scope::MessagesSend, Scope::MessagesRead];

async fn system(portal: &TestPortal) -> (SystemId, SecretString) {
    let organisation = portal.organisation("Norrby kommun").await;
    portal.system(organisation, &SCOPES).await
}

on_both_databases! {
    async fn credentials_give_a_token_that_stands_for_the_system(portal: TestPortal) {
        let (id, secret) = system(&portal).await;
        let issued = portal.portal.issue_token(id, &secret, None, portal.request()).await.unwrap();
        assert_eq!(issued.scopes, SCOPES);
        assert_eq!(issued.expires_in, Duration::from_secs(3600));
        let actor = portal.portal.system_actor(&issued.token, portal.request()).await.unwrap();
        assert_eq!(actor.system_id(), id);
        assert!(actor.require(Scope::MessagesSend).is_ok());
        assert!(actor.require(Scope::EventsRead).is_err());
    }

    async fn a_token_may_be_narrowed_but_not_widened(portal: TestPortal) {
        let (id, secret) = system(&portal).await;
        let narrow = [Scope::MessagesRead];
        let issued = portal.portal.issue_token(id, &secret, Some(&narrow), portal.request()).await.unwrap();
        let actor = portal.portal.system_actor(&issued.token, portal.request()).await.unwrap();
        assert!(actor.require(Scope::MessagesSend).is_err());
        let wide = [Scope::MessagesRead, Scope::EventsRead];
        let refused = portal.portal.issue_token(id, &secret, Some(&wide), portal.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidScope)));
    }

    async fn an_unknown_system_and_a_wrong_secret_look_alike(portal: TestPortal) {
        let (id, secret) = system(&portal).await;
        let wrong = SecretString::new("postvalv_secret_00".to_owned());
        let unknown: SystemId = Ids::new(portal.clock.clock()).next();
        for (id, secret) in [(id, &wrong), (unknown, &secret)] {
            let refused = portal.portal.issue_token(id, secret, None, portal.request()).await;
            assert!(matches!(refused, Err(TokenError::InvalidClient)));
        }
    }

    async fn a_refusal_in_the_audit_log_names_the_system_and_nobody(portal: TestPortal) {
        let (id, _) = system(&portal).await;
        portal.portal.record_refused_token(id, &portal.request()).await.unwrap();
        let log = portal.audit_log().await;
        let row = log.iter().find(|row| row.action == "token.refused").unwrap();
        assert_eq!((row.actor_id, row.target_id), (None, Some(*id.as_uuid())));
    }

    async fn a_token_does_not_live_longer_because_the_clock_went_back(portal: TestPortal) {
        let (id, secret) = system(&portal).await;
        portal.clock.advance_millis(7_200_000);
        let ahead = portal.portal.issue_token(id, &secret, None, portal.request()).await.unwrap();
        portal.clock.advance_millis(-7_200_000);
        let refused = portal.portal.system_actor(&ahead.token, portal.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidToken)));
        let issued = portal.portal.issue_token(id, &secret, None, portal.request()).await.unwrap();
        assert!(portal.portal.system_actor(&issued.token, portal.request()).await.is_ok());
        portal.clock.advance_millis(3_600_000);
        let refused = portal.portal.system_actor(&issued.token, portal.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidToken)));
    }

    async fn a_token_ends_after_its_time_to_the_millisecond(portal: TestPortal) {
        let (id, secret) = system(&portal).await;
        let issued = portal.portal.issue_token(id, &secret, None, portal.request()).await.unwrap();
        portal.clock.advance_millis(3_599_999);
        assert!(portal.portal.system_actor(&issued.token, portal.request()).await.is_ok());
        portal.clock.advance_millis(1);
        let refused = portal.portal.system_actor(&issued.token, portal.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidToken)));
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("access_token").await, 0);
    }

    async fn what_is_no_token_is_refused(portal: TestPortal) {
        let (_, secret) = system(&portal).await;
        let empty = SecretString::new(String::new());
        for token in [&secret, &empty] {
            let refused = portal.portal.system_actor(token, portal.request()).await;
            assert!(matches!(refused, Err(TokenError::InvalidToken)));
        }
    }

    async fn a_system_needs_an_organisation_and_a_name(portal: TestPortal) {
        let nobody = Ids::new(portal.clock.clock()).next();
        let new = |name: &str| NewSystem {
            name: name.to_owned(),
            scopes: SCOPES.to_vec(),
            networks: AllowedNetworks::anywhere(),
        };
        let refused = portal.portal.create_system(&portal.operator(), nobody, new("system")).await;
        assert!(matches!(refused, Err(SystemSetUpError::NoSuchOrganisation)));
        let refused = portal.portal.create_system(&portal.operator(), nobody, new(" ")).await;
        assert!(matches!(refused, Err(SystemSetUpError::InvalidName)));
    }

    async fn no_secret_and_no_token_is_stored_as_it_is(portal: TestPortal) {
        let (id, secret) = system(&portal).await;
        let issued = portal.portal.issue_token(id, &secret, None, portal.request()).await.unwrap();
        let stored = everything_stored(&portal.portal.0.database).await;
        assert!(is_among("Norrby kommun", &stored));
        assert!(!is_among(secret.expose(), &stored));
        assert!(!is_among(issued.token.expose(), &stored));
    }
}
