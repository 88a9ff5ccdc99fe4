use std::sync::Arc;

use bankid::User;
use base::Personnummer;

use super::super::client::tests::portal;
use super::super::pkce::Challenge;
use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn start() -> Timestamp {
    Timestamp::from_millis(1_000_000)
}

fn grant() -> Grant {
    Grant {
        authorization: Authorization {
            client: Arc::new(portal()),
            redirect_uri: "https://portal.example/callback".to_owned(),
            state: None,
            nonce: None,
            challenge: Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap(),
            scopes: Scopes::parse("openid").unwrap(),
            language: None,
        },
        subject: Subject {
            sub: "abc".to_owned(),
            user: User {
                personal_number: Personnummer::from_digits("200001012384").unwrap(),
                name: String::new(),
                given_name: String::new(),
                surname: String::new(),
            },
            authenticated_at: start(),
        },
        session: "session".to_owned(),
    }
}

fn redemption<'a>(code: &'a SecretString) -> Redemption<'a> {
    Redemption {
        code: code.expose(),
        client_id: "portal",
        redirect_uri: "https://portal.example/callback",
        verifier: VERIFIER,
    }
}

fn redeem(change: impl FnOnce(&mut Redemption<'_>), at: Timestamp) -> Result<(Grant, SecretString), NotRedeemed> {
    let grants = Grants::new(10);
    let code = grants.issue_code(grant(), start()).unwrap();
    let mut redemption = redemption(&code);
    change(&mut redemption);
    grants.redeem(&redemption, at)
}

#[test]
fn a_code_is_good_for_a_minute() {
    let minute = Duration::from_secs(60);
    assert!(redeem(|_| {}, start() + minute - Duration::from_millis(1)).is_ok());
    assert!(redeem(|_| {}, start() + minute).is_err());
}

#[test]
fn a_code_is_good_for_its_client_address_and_verifier_alone() {
    assert!(redeem(|it| it.client_id = "other", start()).is_err());
    assert!(redeem(|it| it.redirect_uri = "https://portal.example/callback/", start()).is_err());
    assert!(
        redeem(
            |it| it.verifier = "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            start()
        )
        .is_err()
    );
    assert!(redeem(|it| it.verifier = "", start()).is_err());
    assert!(redeem(|it| it.code = "", start()).is_err());
}

#[test]
fn a_wrong_try_uses_the_code_up() {
    let grants = Grants::new(10);
    let code = grants.issue_code(grant(), start()).unwrap();
    let wrong = Redemption {
        verifier: "wrong",
        ..redemption(&code)
    };
    assert!(grants.redeem(&wrong, start()).is_err());
    assert!(grants.redeem(&redemption(&code), start()).is_err());
}

#[test]
fn a_second_use_takes_back_what_the_first_gave() {
    let grants = Grants::new(10);
    let code = grants.issue_code(grant(), start()).unwrap();
    let (_, token) = grants.redeem(&redemption(&code), start()).unwrap();
    assert!(grants.access(token.expose(), start()).is_some());
    assert!(grants.redeem(&redemption(&code), start()).is_err());
    assert!(grants.access(token.expose(), start()).is_none());
}

#[test]
fn an_access_token_lives_five_minutes_or_until_sign_out() {
    let grants = Grants::new(10);
    let code = grants.issue_code(grant(), start()).unwrap();
    let (_, token) = grants.redeem(&redemption(&code), start()).unwrap();
    assert!(
        grants
            .access(token.expose(), start() + Duration::from_secs(299))
            .is_some()
    );
    assert!(
        grants
            .access(token.expose(), start() + Duration::from_secs(300))
            .is_none()
    );
    grants.revoke_session("another");
    assert!(grants.access(token.expose(), start()).is_some());
    grants.revoke_session("session");
    assert!(grants.access(token.expose(), start()).is_none());
}
