//! Which assertions give a token.

use std::time::Duration;

use base::{SecretString, SystemId};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::test_support::{TestPortal, on_both_databases};
use crate::{AssertionProblem, IssuedToken, NewSystem, PresentedAssertion, Scope, SystemSetUpError, TokenError};

pub(in crate::system) const ENDPOINT: &str = "https://post.example.se/api/v1/token";

pub(in crate::system) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(in crate::system) fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

pub(in crate::system) fn jwk(key: &SigningKey, kid: &str) -> String {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (encode(point.x().unwrap()), encode(point.y().unwrap()));
    json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid }).to_string()
}

pub(in crate::system) fn sign(key: &SigningKey, head: &Value, claims: &Value) -> SecretString {
    let signed = format!("{}.{}", encode(head.to_string()), encode(claims.to_string()));
    let signature: Signature = key.sign(signed.as_bytes());
    SecretString::new(format!("{signed}.{}", encode(signature.to_bytes())))
}

/// A system with every scope.
pub(in crate::system) async fn system_without_credentials(test: &TestPortal) -> SystemId {
    let organisation = test.organisation("Norrby kommun").await;
    let new = NewSystem {
        name: "ärendesystem".to_owned(),
        scopes: Scope::ALL.to_vec(),
        networks: base::AllowedNetworks::anywhere(),
    };
    let created = test.portal.create_system(&test.operator(), organisation, new).await;
    created.unwrap()
}

/// A system with the key `signing_key(1)`, called `first`.
struct Given {
    test: TestPortal,
    system: SystemId,
}

impl Given {
    async fn new(test: TestPortal) -> Self {
        let system = system_without_credentials(&test).await;
        let key = jwk(&signing_key(1), "first");
        test.portal
            .add_public_key(&test.operator(), system, &key)
            .await
            .unwrap();
        Self { test, system }
    }

    fn now(&self) -> i64 {
        self.test.now().as_seconds()
    }

    /// Claims that are good, with a `jti`.
    fn claims(&self, jti: &str) -> Value {
        let (id, now) = (self.system.to_string(), self.now());
        json!({ "iss": id, "sub": id, "aud": ENDPOINT, "iat": now, "exp": now + 300, "jti": jti })
    }

    fn with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims("changed");
        claims[name] = value;
        claims
    }

    async fn present(&self, assertion: &SecretString) -> Result<IssuedToken, TokenError> {
        let audiences = [ENDPOINT.to_owned(), "https://post.example.se".to_owned()];
        let (portal, request) = (&self.test.portal, self.test.request());
        let presented = PresentedAssertion {
            assertion,
            audiences: &audiences,
            named: None,
        };
        portal.issue_token_by_assertion(&presented, &[], None, request).await
    }

    async fn claim(&self, claims: &Value) -> Result<IssuedToken, TokenError> {
        let head = json!({ "alg": "ES256", "typ": "JWT" });
        self.present(&sign(&signing_key(1), &head, claims)).await
    }

    async fn problem(&self, claims: &Value) -> AssertionProblem {
        match self.claim(claims).await {
            Err(TokenError::InvalidAssertion(problem)) => problem,
            other => panic!("{other:?} for {claims}"),
        }
    }
}

on_both_databases! {
    async fn a_signed_assertion_gives_a_token_once(test: TestPortal) {
        let given = Given::new(test).await;
        let issued = given.claim(&given.claims("a")).await.unwrap();
        let actor = given.test.portal.system_actor(&issued.token, given.test.request()).await.unwrap();
        assert_eq!(actor.system_id(), given.system);
        assert_eq!(given.problem(&given.claims("a")).await, AssertionProblem::Replayed);
        assert!(given.claim(&given.claims("b")).await.is_ok());
        // Also until the last moment, and afterwards the row is gone while the assertion is refused for its time.
        let old = given.claims("c");
        given.claim(&old).await.unwrap();
        given.test.clock.advance(Duration::from_millis(299_999));
        given.test.portal.run_jobs().await.unwrap();
        assert_eq!(given.problem(&old).await, AssertionProblem::Replayed);
        given.test.clock.advance_millis(1);
        given.test.portal.run_jobs().await.unwrap();
        assert_eq!(given.test.rows("client_assertion").await, 0);
        assert_eq!(given.problem(&old).await, AssertionProblem::Expired);
    }

    async fn of_two_uses_at_once_one_gives_a_token(test: TestPortal) {
        let given = Given::new(test).await;
        let claims = given.claims("a");
        let both = tokio::join!(given.claim(&claims), given.claim(&claims));
        let replayed = |answer: &Result<_, _>| {
            matches!(answer, Err(TokenError::InvalidAssertion(AssertionProblem::Replayed)))
        };
        assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
        assert!(replayed(&both.0) != replayed(&both.1), "{both:?}");
    }

    async fn one_systems_jti_is_not_anothers(test: TestPortal) {
        let given = Given::new(test).await;
        given.claim(&given.claims("a")).await.unwrap();
        let other = Given::new(given.test).await;
        assert!(other.claim(&other.claims("a")).await.is_ok());
    }

    async fn the_audience_is_the_endpoint_or_the_origin_and_nobody_else(test: TestPortal) {
        let given = Given::new(test).await;
        for (jti, good) in [json!("https://post.example.se"), json!([ENDPOINT])].into_iter().enumerate() {
            let mut claims = given.claims(&jti.to_string());
            claims["aud"] = good;
            assert!(given.claim(&claims).await.is_ok());
        }
        for wrong in [json!("https://post.example.se/"), json!("https://other.example/api/v1/token"), json!("")] {
            assert_eq!(given.problem(&given.with("aud", wrong)).await, AssertionProblem::Audience);
        }
        for several in [json!([ENDPOINT, "https://other.example"]), json!([]), json!(1), Value::Null] {
            assert_eq!(given.problem(&given.with("aud", several)).await, AssertionProblem::Malformed);
        }
    }

    async fn an_assertion_holds_for_five_minutes_at_most_and_not_ahead_of_time(test: TestPortal) {
        let given = Given::new(test).await;
        let now = given.now();
        for (name, value, problem) in [
            ("exp", json!(now), AssertionProblem::Expired),
            ("exp", json!(now - 1), AssertionProblem::Expired),
            ("exp", json!(now + 301), AssertionProblem::Lifetime),
            ("exp", json!(i64::MAX), AssertionProblem::Lifetime),
            ("iat", json!(now - 1), AssertionProblem::Lifetime),
            ("iat", json!(i64::MIN), AssertionProblem::Lifetime),
            ("iat", json!(now + 61), AssertionProblem::NotYet),
            ("nbf", json!(now + 61), AssertionProblem::NotYet),
            ("exp", json!(0.5), AssertionProblem::Malformed),
        ] {
            assert_eq!(given.problem(&given.with(name, value.clone())).await, problem, "{name} {value}");
        }
        assert!(given.claim(&given.with("iat", json!(now + 60))).await.is_ok());
    }

    async fn every_claim_is_needed_and_speaks_of_one_client(test: TestPortal) {
        let given = Given::new(test).await;
        for name in ["iss", "sub", "aud", "exp", "iat", "jti"] {
            assert_eq!(given.problem(&given.with(name, Value::Null)).await, AssertionProblem::Malformed, "{name}");
        }
        for jti in [String::new(), "j".repeat(201)] {
            assert_eq!(given.problem(&given.with("jti", json!(jti))).await, AssertionProblem::Malformed);
        }
        assert_eq!(given.problem(&given.with("iss", json!("me"))).await, AssertionProblem::Subject);
        assert_eq!(given.problem(&given.with("sub", json!("me"))).await, AssertionProblem::Subject);
        let assertion = sign(&signing_key(1), &json!({ "alg": "ES256" }), &given.claims("a"));
        let (portal, request) = (&given.test.portal, given.test.request());
        let audiences = [ENDPOINT.to_owned()];
        let presented = PresentedAssertion { assertion: &assertion, audiences: &audiences, named: Some("me") };
        let refused = portal.issue_token_by_assertion(&presented, &[], None, request).await;
        assert!(matches!(refused, Err(TokenError::InvalidAssertion(AssertionProblem::Subject))));
    }

    async fn only_a_registered_key_with_its_own_algorithm_and_name_signs(test: TestPortal) {
        let given = Given::new(test).await;
        let claims = given.claims("a");
        let named = |kid: &str| json!({ "alg": "ES256", "kid": kid });
        let mut unknown = given.claims("a");
        let nobody = "0192f0c1-2345-7abc-8def-0123456789ab";
        (unknown["iss"], unknown["sub"]) = (json!(nobody), json!(nobody));
        for (what, assertion) in [
            ("another's key", sign(&signing_key(2), &json!({ "alg": "ES256" }), &claims)),
            ("another name", sign(&signing_key(1), &named("second"), &claims)),
            ("no algorithm", sign(&signing_key(1), &json!({ "alg": "none" }), &claims)),
            ("a symmetric one", sign(&signing_key(1), &json!({ "alg": "HS256" }), &claims)),
            ("another one", sign(&signing_key(1), &json!({ "alg": "RS256" }), &claims)),
            ("no such system", sign(&signing_key(1), &named("first"), &unknown)),
        ] {
            assert!(matches!(given.present(&assertion).await, Err(TokenError::InvalidClient)), "{what}");
        }
        for (what, head) in [
            ("an extension", json!({ "alg": "ES256", "crit": ["b64"], "b64": false })),
            ("another kind of object", json!({ "alg": "ES256", "typ": "logout+jwt" })),
        ] {
            let refused = given.present(&sign(&signing_key(1), &head, &claims)).await;
            assert!(
                matches!(refused, Err(TokenError::InvalidAssertion(AssertionProblem::Malformed))),
                "{what}"
            );
        }
        let typed = json!({ "alg": "ES256", "kid": "first", "typ": "client-authentication+jwt" });
        assert!(given.present(&sign(&signing_key(1), &typed, &claims)).await.is_ok());
    }

    async fn an_altered_assertion_and_what_is_none_are_refused(test: TestPortal) {
        let given = Given::new(test).await;
        let good = sign(&signing_key(1), &json!({ "alg": "ES256" }), &given.claims("a"));
        let (signed, signature) = good.expose().rsplit_once('.').unwrap();
        let (head, _) = signed.split_once('.').unwrap();
        let other = encode(given.claims("b").to_string());
        for text in [
            format!("{head}.{other}.{signature}"),
            format!("{signed}."),
            format!("{signed}.{}", encode([0; 64])),
        ] {
            let refused = given.present(&SecretString::new(text)).await;
            assert!(matches!(refused, Err(TokenError::InvalidClient)));
        }
        for text in [String::new(), "a.b.c".to_owned(), format!("{}.", good.expose()), "x".repeat(9000)] {
            let refused = given.present(&SecretString::new(text)).await;
            assert!(matches!(refused, Err(TokenError::InvalidAssertion(AssertionProblem::Malformed))));
        }
    }

    async fn a_withdrawn_key_signs_no_more_and_its_tokens_are_void(test: TestPortal) {
        let given = Given::new(test).await;
        let (portal, operator) = (&given.test.portal, given.test.operator());
        let issued = given.claim(&given.claims("a")).await.unwrap();
        let credential = portal.find_system(&operator, given.system).await.unwrap().credentials.remove(0);
        assert!(credential.last_used_at.is_some());
        portal.withdraw_credential(&operator, given.system, credential.id).await.unwrap();
        assert!(matches!(given.claim(&given.claims("b")).await, Err(TokenError::InvalidClient)));
        let acted = portal.system_actor(&issued.token, given.test.request()).await;
        assert!(matches!(acted, Err(TokenError::InvalidToken)));
        // The same key may be registered anew.
        portal.add_public_key(&operator, given.system, &jwk(&signing_key(1), "first")).await.unwrap();
        assert!(given.claim(&given.claims("b")).await.is_ok());
    }

    async fn a_system_has_five_keys_at_most_each_once(test: TestPortal) {
        let given = Given::new(test).await;
        let (portal, operator) = (&given.test.portal, given.test.operator());
        for taken in [jwk(&signing_key(1), "other"), jwk(&signing_key(2), "first")] {
            let refused = portal.add_public_key(&operator, given.system, &taken).await;
            assert!(matches!(refused, Err(SystemSetUpError::KeyTaken)));
        }
        for seed in 2..=5_u8 {
            let key = jwk(&signing_key(seed), &seed.to_string());
            portal.add_public_key(&operator, given.system, &key).await.unwrap();
        }
        let refused = portal.add_public_key(&operator, given.system, &jwk(&signing_key(6), "6")).await;
        assert!(matches!(refused, Err(SystemSetUpError::TooManyKeys { limit: 5 })));
        let by_last = sign(&signing_key(5), &json!({ "alg": "ES256" }), &given.claims("a"));
        assert!(given.present(&by_last).await.is_ok());
    }

    async fn an_assertion_from_outside_the_networks_is_refused_and_not_used_up(test: TestPortal) {
        let given = Given::new(test).await;
        let (portal, operator) = (&given.test.portal, given.test.operator());
        portal.set_networks(&operator, given.system, "198.51.100.0/24".parse().unwrap()).await.unwrap();
        let refused = given.claim(&given.claims("a")).await;
        assert!(matches!(refused, Err(TokenError::OutsideNetworks(_))));
        portal.set_networks(&operator, given.system, base::AllowedNetworks::anywhere()).await.unwrap();
        assert!(given.claim(&given.claims("a")).await.is_ok());
    }

    async fn a_refused_assertion_stands_in_the_log_with_its_reason(test: TestPortal) {
        let given = Given::new(test).await;
        let assertion = sign(&signing_key(2), &json!({ "alg": "ES256" }), &given.claims("a"));
        let (portal, request) = (&given.test.portal, given.test.request());
        portal.record_refused_assertion(&assertion, None, &request).await.unwrap();
        let expired = Some(AssertionProblem::Expired);
        portal.record_refused_assertion(&SecretString::new(String::new()), expired, &request).await.unwrap();
        let log = given.test.audit_log().await;
        let refused: Vec<_> = log
            .iter()
            .filter(|row| row.action == "token.refused")
            .map(|row| (row.target_id, row.detail.as_deref()))
            .collect();
        let system = Some(*given.system.as_uuid());
        assert_eq!(refused, [(system, Some("assertion")), (None, Some("assertion-expired"))]);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[a-zA-Z0-9_.-]{0,80}", claims in "\\PC{0,80}") {
        let whole = format!("{}.{}.", encode(r#"{"alg":"ES256"}"#), encode(claims));
        for text in [text, whole] {
            proptest::prop_assert!(super::Assertion::parse(&SecretString::new(text)).is_err());
        }
    }
}
