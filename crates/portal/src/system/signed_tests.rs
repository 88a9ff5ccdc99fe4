//! Which key sets decide, and what what was found there is worth.

use std::time::Duration;

use base::{CredentialId, SystemId};
use serde_json::{Value, json};

use super::*;
use crate::system::assertion::tests::{ENDPOINT, jwk, sign, signing_key, system_without_credentials};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{CredentialKind, SystemSetUpError};

const ADDRESS: &str = "https://system.example.se/jwks";

/// A system with one key set, at [`ADDRESS`].
struct Given {
    test: TestPortal,
    system: SystemId,
    set: CredentialId,
}

/// A set of these keys, which are called by their numbers.
fn set(keys: &[u8]) -> Arc<KeySet> {
    let keys: Vec<Value> = keys
        .iter()
        .map(|seed| serde_json::from_str(&jwk(&signing_key(*seed), &seed.to_string())).unwrap())
        .collect();
    Arc::new(KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap())
}

impl Given {
    async fn new(test: TestPortal) -> Self {
        let system = system_without_credentials(&test).await;
        let added = test.portal.add_key_set(&test.operator(), system, ADDRESS, None).await;
        let set = added.unwrap();
        Self { test, system, set }
    }

    async fn add(&self, address: &str, days: Option<u32>) -> Result<CredentialId, SystemSetUpError> {
        let operator = self.test.operator();
        self.test
            .portal
            .add_key_set(&operator, self.system, address, days)
            .await
    }

    async fn withdraw(&self, credential: CredentialId) {
        let operator = self.test.operator();
        let withdrawn = self
            .test
            .portal
            .withdraw_credential(&operator, self.system, credential)
            .await;
        withdrawn.unwrap();
    }

    /// An assertion of this key's, which says that it is called so.
    fn assertion(&self, key: u8, kid: Option<&str>) -> SecretString {
        let (now, jti) = (
            self.test.clock.clock().now().as_seconds(),
            self.test.request().id.to_string(),
        );
        let mut head = json!({ "alg": "ES256" });
        if let Some(kid) = kid {
            head["kid"] = json!(kid);
        }
        let id = self.system.to_string();
        let claims = json!({ "iss": id, "sub": id, "aud": ENDPOINT, "iat": now, "exp": now + 60, "jti": jti });
        sign(&signing_key(key), &head, &claims)
    }

    async fn wanted(&self, kid: Option<&str>) -> Vec<WantedKeySet> {
        let (assertion, audiences) = (self.assertion(1, kid), [ENDPOINT.to_owned()]);
        let presented = PresentedAssertion {
            assertion: &assertion,
            audiences: &audiences,
            named: None,
        };
        self.test.portal.wanted_key_sets(&presented).await.unwrap()
    }

    async fn token(
        &self,
        key: u8,
        kid: Option<&str>,
        fetched: &[(CredentialId, Arc<KeySet>)],
    ) -> Result<IssuedToken, TokenError> {
        let (assertion, audiences) = (self.assertion(key, kid), [ENDPOINT.to_owned()]);
        let presented = PresentedAssertion {
            assertion: &assertion,
            audiences: &audiences,
            named: None,
        };
        let fetched: Vec<_> = fetched
            .iter()
            .map(|(credential, keys)| FetchedKeySet {
                credential: *credential,
                keys: Arc::clone(keys),
            })
            .collect();
        let request = self.test.request();
        self.test
            .portal
            .issue_token_by_assertion(&presented, &fetched, None, request)
            .await
    }

    async fn refused(&self, key: u8, kid: Option<&str>, fetched: &[(CredentialId, Arc<KeySet>)]) {
        let answer = self.token(key, kid, fetched).await;
        assert!(matches!(answer, Err(TokenError::InvalidClient)), "{answer:?}");
    }
}

on_both_databases! {
    async fn the_key_that_is_named_in_the_published_set_gives_a_token(test: TestPortal) {
        let given = Given::new(test).await;
        let found = [(given.set, set(&[1, 2]))];
        let issued = given.token(2, Some("2"), &found).await.unwrap();
        given.test.portal.system_actor(&issued.token, given.test.request()).await.unwrap();
        // Named as another, not named at all, not in the set, and with nothing found.
        given.refused(2, Some("1"), &found).await;
        given.refused(2, None, &found).await;
        given.refused(3, Some("3"), &found).await;
        given.refused(3, Some("2"), &found).await;
        given.refused(2, Some("2"), &[]).await;

        let system = given.test.portal.find_system(&given.test.operator(), given.system).await.unwrap();
        let credential = &system.credentials[0];
        assert_eq!((credential.id, credential.kind), (given.set, CredentialKind::KeySet));
        assert_eq!(credential.key_set_address.as_deref(), Some(ADDRESS));
        assert!(credential.last_used_at.is_some());
    }

    async fn an_assertion_from_a_set_is_used_once(test: TestPortal) {
        let given = Given::new(test).await;
        let (assertion, audiences) = (given.assertion(1, Some("1")), [ENDPOINT.to_owned()]);
        let presented = PresentedAssertion { assertion: &assertion, audiences: &audiences, named: None };
        let found = [FetchedKeySet { credential: given.set, keys: set(&[1]) }];
        let present = async || {
            given.test.portal.issue_token_by_assertion(&presented, &found, None, given.test.request()).await
        };
        present().await.unwrap();
        let again = present().await;
        assert!(matches!(again, Err(TokenError::InvalidAssertion(AssertionProblem::Replayed))));
    }

    async fn a_set_is_wanted_for_a_name_that_no_registered_key_has(test: TestPortal) {
        let given = Given::new(test).await;
        let (portal, operator) = (&given.test.portal, given.test.operator());
        let wanted = |key_id: &str| WantedKeySet {
            credential: given.set,
            address: ADDRESS.to_owned(),
            key_id: key_id.to_owned(),
        };
        assert_eq!(given.wanted(Some("1")).await, [wanted("1")]);
        assert_eq!(given.wanted(None).await, []);
        portal.add_public_key(&operator, given.system, &jwk(&signing_key(1), "1")).await.unwrap();
        assert_eq!(given.wanted(Some("1")).await, []);
        assert_eq!(given.wanted(Some("2")).await, [wanted("2")]);
        // The registered key signs without anything being fetched.
        given.token(1, Some("1"), &[]).await.unwrap();
        portal.disable_system(&operator, given.system).await.unwrap();
        assert_eq!(given.wanted(Some("2")).await, []);
        given.refused(2, Some("2"), &[(given.set, set(&[2]))]).await;
    }

    async fn what_was_found_counts_for_its_own_system_while_the_credential_holds(test: TestPortal) {
        let given = Given::new(test).await;
        let other = system_without_credentials(&given.test).await;
        let added = given.test.portal.add_key_set(&given.test.operator(), other, ADDRESS, None).await;
        let of_other = added.unwrap();
        given.refused(1, Some("1"), &[(of_other, set(&[1]))]).await;

        let found = [(given.set, set(&[1]))];
        let issued = given.token(1, Some("1"), &found).await.unwrap();
        given.withdraw(given.set).await;
        assert_eq!(given.wanted(Some("1")).await, []);
        given.refused(1, Some("1"), &found).await;
        let with_token = given.test.portal.system_actor(&issued.token, given.test.request()).await;
        assert!(matches!(with_token, Err(TokenError::InvalidToken)));
    }

    async fn a_set_ends_on_time_and_so_do_its_tokens(test: TestPortal) {
        let given = Given::new(test).await;
        let ending = given.add("https://other.example.se/jwks", Some(1)).await.unwrap();
        let found = [(ending, set(&[1]))];
        let day = Duration::from_secs(24 * 60 * 60);
        given.test.clock.advance(day - Duration::from_secs(60));
        let issued = given.token(1, Some("1"), &found).await.unwrap();
        assert_eq!(issued.expires_in, Duration::from_secs(60));
        given.test.clock.advance(Duration::from_secs(60));
        given.refused(1, Some("1"), &found).await;
        assert_eq!(given.wanted(Some("1")).await.len(), 1);
    }

    async fn a_system_has_two_sets_at_most_and_each_address_once(test: TestPortal) {
        let given = Given::new(test).await;
        assert!(matches!(given.add(ADDRESS, None).await, Err(SystemSetUpError::KeySetTaken)));
        given.add("https://other.example.se/jwks", None).await.unwrap();
        let third = given.add("https://third.example.se/jwks", None).await;
        assert!(matches!(third, Err(SystemSetUpError::TooManyKeySets { limit: 2 })));
        given.withdraw(given.set).await;
        given.add(ADDRESS, None).await.unwrap();
        assert_eq!(given.wanted(Some("1")).await.len(), 2);
    }

    async fn what_can_be_no_address_is_refused(test: TestPortal) {
        let given = Given::new(test).await;
        let long = format!("https://system.example.se/{}", "a".repeat(500));
        for address in ["", "jwks", "ftp://system.example.se/", "https://system.example.se/a b", "https://å.se/", &long] {
            let refused = given.add(address, None).await;
            assert!(matches!(refused, Err(SystemSetUpError::InvalidAddress)), "{address}");
        }
        for days in [0, 3651] {
            let refused = given.add("https://other.example.se/", Some(days)).await;
            assert!(matches!(refused, Err(SystemSetUpError::InvalidPeriod { max_days: 3650 })));
        }
        given.test.portal.disable_system(&given.test.operator(), given.system).await.unwrap();
        let refused = given.add("https://other.example.se/", None).await;
        assert!(matches!(refused, Err(SystemSetUpError::Disabled)));
    }
}
