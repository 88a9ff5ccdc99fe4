//! Systems that publish their keys: which key gives a token, when the address is asked, and for how long what it said counts.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::json;

use crate::api_support::{Served, System, json};
use crate::key_server::{KeyServer, jwk, signed_request};
use crate::provider::Fault;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

struct Given {
    served: Served,
    system: System,
    server: KeyServer,
}

impl Given {
    /// A system that publishes key 1.
    async fn new() -> Self {
        let served = Served::start().await;
        let system = served.system().await;
        let server = KeyServer::start(&[1]).await;
        let operator = served.operator();
        let added = served
            .app
            .portal
            .add_key_set(&operator, system.id, &server.address, None);
        added.await.unwrap();
        Self { served, system, server }
    }

    fn advance(&self, millis: i64) {
        self.served.app.clock.advance_millis(millis);
    }

    /// A request for a token, signed with this key under this name.
    fn request(&self, key: u8, kid: &str) -> RequestBuilder {
        signed_request(&self.served, self.system.id, key, kid)
    }

    /// Whether this key gets a token under its own name; otherwise it is refused as a stranger's is.
    async fn gets_in(&self, key: u8) -> bool {
        let response = self.request(key, &key.to_string()).send().await.unwrap();
        if response.status() == 200 {
            return true;
        }
        assert_eq!(response.status(), 401);
        assert_eq!(
            json(response).await,
            json!({ "error": "invalid_client", "error_description": "no key of the client made this assertion" })
        );
        false
    }
}

#[tokio::test]
async fn a_published_key_gives_tokens_and_is_fetched_every_quarter_of_an_hour() {
    let given = Given::new().await;
    assert!(given.gets_in(1).await);
    given.advance(15 * MINUTE - 1);
    assert!(given.gets_in(1).await);
    assert_eq!(given.server.requests(), 1);
    given.advance(1);
    assert!(given.gets_in(1).await);
    assert_eq!(given.server.requests(), 2);
    let system = given.served.operator();
    let system = given
        .served
        .app
        .portal
        .find_system(&system, given.system.id)
        .await
        .unwrap();
    assert!(
        system
            .credentials
            .iter()
            .any(|it| it.key_set_address.is_some() && it.last_used_at.is_some())
    );
}

#[tokio::test]
async fn a_new_key_gets_in_after_one_look_and_the_old_one_no_more() {
    let given = Given::new().await;
    assert!(given.gets_in(1).await);
    given.server.publish(&[1, 2]);
    // Not looked for again within the minute.
    given.advance(MINUTE - 1);
    assert!(!given.gets_in(2).await);
    assert_eq!(given.server.requests(), 1);
    given.advance(1);
    assert!(given.gets_in(2).await && given.gets_in(1).await);
    assert_eq!(given.server.requests(), 2);
    // The old one is gone with the next look, whatever brings that about.
    given.server.publish(&[2, 3]);
    given.advance(MINUTE);
    assert!(given.gets_in(3).await && given.gets_in(2).await);
    assert!(!given.gets_in(1).await);
    assert_eq!(given.server.requests(), 3);
}

#[tokio::test]
async fn a_key_that_was_taken_away_is_accepted_for_a_quarter_of_an_hour_at_most() {
    let given = Given::new().await;
    given.server.publish(&[1, 2]);
    assert!(given.gets_in(1).await);
    given.server.publish(&[2]);
    given.advance(15 * MINUTE - 1);
    assert!(given.gets_in(1).await);
    given.advance(1);
    assert!(!given.gets_in(1).await && given.gets_in(2).await);
    // Nor is it longer when the address fails: then nothing is accepted.
    given.server.fail(Some(Fault::Status(500)));
    given.advance(15 * MINUTE);
    assert!(!given.gets_in(2).await);
}

#[tokio::test]
async fn strangers_make_the_address_be_asked_once_a_minute_at_most() {
    let given = Given::new().await;
    assert!(given.gets_in(1).await);
    given.advance(MINUTE);
    let forged = (0..20).map(|number| given.request(9, &format!("forged-{number}")).send());
    for response in futures::future::join_all(forged).await {
        assert_eq!(response.unwrap().status(), 401);
    }
    assert_eq!(given.server.requests(), 2);
    // One that is named as a published key costs nothing at all, and neither does one without a name.
    given.advance(MINUTE);
    assert_eq!(given.request(9, "1").send().await.unwrap().status(), 401);
    assert_eq!(given.server.requests(), 2);
    assert!(given.gets_in(1).await);
}

#[tokio::test]
async fn an_address_that_fails_is_left_alone_for_a_minute() {
    let given = Given::new().await;
    for fault in [
        Fault::Status(404),
        Fault::Garbage,
        Fault::Huge,
        Fault::Redirect(given.server.address.clone()),
    ] {
        given.server.fail(Some(fault));
        let before = given.server.requests();
        assert!(!given.gets_in(1).await && !given.gets_in(1).await);
        assert_eq!(given.server.requests(), before + 1);
        given.advance(MINUTE);
    }
    given.server.fail(None);
    assert!(given.gets_in(1).await);
}

#[tokio::test]
async fn whoever_hangs_up_breaks_off_no_fetch() {
    let given = Given::new().await;
    given.server.fail(Some(Fault::Silent));
    let first = tokio::spawn(given.request(1, "1").send());
    while given.server.requests() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.abort();
    // The next waits for what the first began.
    assert!(!given.gets_in(1).await);
    assert_eq!(given.server.requests(), 1);
}

#[tokio::test]
async fn what_may_not_sign_gives_no_token_though_it_is_published() {
    let given = Given::new().await;
    let mut keys: Vec<_> = [1, 2, 3, 4].map(jwk).into();
    keys[0]["use"] = json!("enc");
    keys[1]["key_ops"] = json!(["sign"]);
    keys[2]["d"] = json!("AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM");
    given.server.publish_as_it_is(keys);
    for key in [1, 2, 3] {
        assert!(!given.gets_in(key).await, "{key}");
    }
    assert!(given.gets_in(4).await);
}

#[tokio::test]
async fn a_withdrawn_address_is_asked_no_more() {
    let given = Given::new().await;
    assert!(given.gets_in(1).await);
    let (portal, operator) = (&given.served.app.portal, given.served.operator());
    let system = portal.find_system(&operator, given.system.id).await.unwrap();
    let set = system
        .credentials
        .iter()
        .find(|it| it.key_set_address.is_some())
        .unwrap();
    portal
        .withdraw_credential(&operator, given.system.id, set.id)
        .await
        .unwrap();
    given.advance(15 * MINUTE);
    assert!(!given.gets_in(1).await);
    assert_eq!(given.server.requests(), 1);
}
