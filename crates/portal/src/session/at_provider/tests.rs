//! Sessions that end at a provider's word.

use std::time::Duration;

use base::SecretString;
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

use super::{LogoutError, LogoutNotice, LogoutRefusal, ProviderSession};
use crate::session::entity::Entity;
use crate::test_support::{TestPortal, everything_stored, identity, is_among, on_both_databases};
use crate::{SessionKey, VerifiedIdentity, Whereabouts};

const LIFETIME: Duration = Duration::from_secs(120);

fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

/// Signs test person number `index` in; the provider names the person `sub-INDEX` and its session so.
async fn sign_in(portal: &TestPortal, index: usize, provider: &str, session: Option<&str>) -> SessionKey {
    let key = SessionKey::of(format!("{index} {provider} {session:?}").as_bytes());
    portal.portal.create_session(&key, b"{}").await.unwrap();
    let identity = VerifiedIdentity {
        provider: provider.to_owned(),
        at_provider: Some(ProviderSession {
            subject: Some(secret(&format!("sub-{index}"))),
            session: session.map(secret),
        }),
        ..identity(index, portal.now())
    };
    let signed_in = portal
        .portal
        .sign_in_recipient(&key, identity, Whereabouts::UNKNOWN, portal.request())
        .await;
    signed_in.unwrap();
    key
}

async fn holds(portal: &TestPortal, key: &SessionKey) -> bool {
    portal
        .portal
        .recipient_actor(key, portal.request())
        .await
        .unwrap()
        .is_some()
}

fn notice(portal: &TestPortal, token: &str, subject: Option<&str>, session: Option<&str>) -> LogoutNotice {
    LogoutNotice {
        provider: "bankid".to_owned(),
        subject: subject.map(secret),
        session: session.map(secret),
        token: secret(token),
        expires_at: portal.now() + LIFETIME,
    }
}

async fn end(portal: &TestPortal, notice: &LogoutNotice) -> Result<usize, LogoutError> {
    portal.portal.end_sessions_at_provider(notice, &portal.request()).await
}

on_both_databases! {
    async fn a_notice_that_names_a_session_ends_that_one_alone(portal: TestPortal) {
        let first = sign_in(&portal, 0, "bankid", Some("a")).await;
        let second = sign_in(&portal, 0, "bankid", Some("b")).await;
        let elsewhere = sign_in(&portal, 0, "freja", Some("a")).await;
        assert_eq!(end(&portal, &notice(&portal, "1", None, Some("a"))).await.unwrap(), 1);
        assert!(!holds(&portal, &first).await);
        assert!(holds(&portal, &second).await && holds(&portal, &elsewhere).await);
    }

    async fn a_notice_that_names_a_person_ends_all_of_theirs_from_that_provider(portal: TestPortal) {
        let first = sign_in(&portal, 0, "bankid", Some("a")).await;
        let second = sign_in(&portal, 0, "bankid", None).await;
        let elsewhere = sign_in(&portal, 0, "freja", Some("a")).await;
        let neighbour = sign_in(&portal, 1, "bankid", Some("c")).await;
        assert_eq!(end(&portal, &notice(&portal, "1", Some("sub-0"), None)).await.unwrap(), 2);
        assert!(!holds(&portal, &first).await && !holds(&portal, &second).await);
        assert!(holds(&portal, &elsewhere).await && holds(&portal, &neighbour).await);
    }

    async fn a_notice_that_names_both_ends_what_both_fit_and_what_the_provider_did_not_name(portal: TestPortal) {
        let named = sign_in(&portal, 0, "bankid", Some("a")).await;
        let other = sign_in(&portal, 0, "bankid", Some("b")).await;
        let unnamed = sign_in(&portal, 0, "bankid", None).await;
        let neighbour = sign_in(&portal, 1, "bankid", Some("a")).await;
        assert_eq!(end(&portal, &notice(&portal, "1", Some("sub-0"), Some("a"))).await.unwrap(), 2);
        assert!(!holds(&portal, &named).await && !holds(&portal, &unnamed).await);
        assert!(holds(&portal, &other).await && holds(&portal, &neighbour).await);
    }

    async fn what_is_said_in_a_frame_ends_the_session_that_it_names_and_no_other(portal: TestPortal) {
        let named = sign_in(&portal, 0, "bankid", Some("a")).await;
        let others = [
            sign_in(&portal, 0, "bankid", Some("b")).await,
            sign_in(&portal, 0, "bankid", None).await,
            sign_in(&portal, 0, "freja", Some("a")).await,
        ];
        let end = async |session: &str| {
            let ended = portal.portal.end_session_at_provider("bankid", &secret(session), &portal.request()).await;
            ended.unwrap()
        };
        // What the provider calls the person names no session.
        for nothing in ["x", "", "sub-0"] {
            assert_eq!(end(nothing).await, 0);
        }
        assert_eq!((end("a").await, end("a").await), (1, 0));
        assert!(!holds(&portal, &named).await);
        for other in &others {
            assert!(holds(&portal, other).await);
        }
        let rows = portal.audit_log().await;
        let ended: Vec<_> = rows.iter().filter(|row| row.action.contains("signed-out")).collect();
        // Nobody proved to be the provider.
        assert_eq!(ended.iter().map(|row| (&*row.action, &*row.actor_kind)).collect::<Vec<_>>(), [("recipient.signed-out-in-frame", "nobody")]);
        // What has run out was not ended by anybody.
        portal.clock.advance(Duration::from_secs(60 * 60));
        assert_eq!(end("b").await, 0);
    }

    async fn a_notice_of_nothing_that_is_here_ends_nothing(portal: TestPortal) {
        let session = sign_in(&portal, 0, "bankid", Some("a")).await;
        // A provider that can't end sessions here has none of its names kept.
        portal.sign_in_to(&SessionKey::of(b"plain"), 0).await;
        for (token, subject, name) in [("1", None, Some("x")), ("2", Some("a"), None), ("3", Some("sub-1"), Some("a")), ("4", None, None)] {
            assert_eq!(end(&portal, &notice(&portal, token, subject, name)).await.unwrap(), 0);
        }
        assert!(holds(&portal, &session).await && holds(&portal, &SessionKey::of(b"plain")).await);
    }

    async fn a_token_is_used_once_by_each_provider_until_it_is_no_longer_good(portal: TestPortal) {
        let first = notice(&portal, "1", None, Some("a"));
        end(&portal, &first).await.unwrap();
        let again = sign_in(&portal, 0, "bankid", Some("a")).await;
        assert!(matches!(end(&portal, &first).await, Err(LogoutError::Replayed)));
        assert!(holds(&portal, &again).await);
        let others = LogoutNotice { provider: "freja".to_owned(), ..notice(&portal, "1", None, Some("a")) };
        end(&portal, &others).await.unwrap();

        portal.clock.advance(LIFETIME - Duration::from_millis(1));
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("logout_token").await, 2);
        portal.clock.advance_millis(1);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("logout_token").await, 0);
    }

    async fn what_a_provider_calls_a_person_is_stored_neither_in_clear_nor_hashed_without_a_key(portal: TestPortal) {
        sign_in(&portal, 0, "bankid", Some("the provider's session")).await;
        end(&portal, &notice(&portal, "the token's name", None, Some("x"))).await.unwrap();
        let row = Entity::find().one(portal.portal.0.database.reader()).await.unwrap().unwrap();
        assert!(row.provider_session_mac.is_some() && row.provider_subject_mac.is_some());
        let stored = everything_stored(&portal.portal.0.database).await;
        for name in ["sub-0", "the provider's session", "the token's name"] {
            assert!(!is_among(name, &stored), "{name}");
            assert!(!stored.contains(&Sha256::digest(name).to_vec()), "{name}");
        }
    }

    async fn each_end_and_each_refusal_is_audited(portal: TestPortal) {
        sign_in(&portal, 0, "bankid", Some("a")).await;
        sign_in(&portal, 0, "bankid", Some("b")).await;
        end(&portal, &notice(&portal, "1", Some("sub-0"), None)).await.unwrap();
        let refused = LogoutRefusal::InvalidToken;
        portal.portal.record_refused_logout(refused, &portal.request()).await.unwrap();
        let rows = portal.audit_log().await;
        let by_provider: Vec<_> = rows.iter().filter(|row| row.actor_kind == "provider").collect();
        assert_eq!(by_provider.len(), 2);
        for row in by_provider {
            assert_eq!((&*row.action, row.detail.as_deref()), ("recipient.signed-out-by-provider", Some("bankid")));
            assert_eq!(row.target_kind.as_deref(), Some("session"));
        }
        let last = rows.last().unwrap();
        assert_eq!((&*last.action, last.detail.as_deref()), ("provider.logout-refused", Some("invalid-token")));
        assert_eq!(last.actor_kind, "nobody");
    }
}
