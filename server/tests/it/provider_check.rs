//! `postvalv provider check`, as an operator runs it: the real program, asking a provider that does as it is told.

use std::process::{Command, Output};

use serde_json::{Map, Value, json};

use crate::harness::{PROVIDER, configuration};
use crate::provider::{Behaviour, Fault, LEVEL_3, Provider};

/// What the program answered.
struct Checked {
    succeeded: bool,
    /// Standard output.
    report: String,
    /// Standard error.
    complaint: String,
}

impl Checked {
    /// The lines of problems.
    fn problems(&self) -> Vec<&str> {
        self.report
            .lines()
            .filter_map(|line| line.strip_prefix("problem: "))
            .collect()
    }
}

/// Runs the program with the tests' configuration, after a change of it.
async fn run(provider: &Provider, name: &'static str, change: impl FnOnce(String) -> String) -> Checked {
    let folder = tempfile::tempdir().unwrap();
    let urls = ("sqlite:/nowhere/portal".to_owned(), "sqlite:/nowhere/vault".to_owned());
    let path = folder.path().join("postvalv.toml");
    std::fs::write(&path, change(configuration(folder.path(), &urls, provider.issuer()))).unwrap();
    let program = move || {
        Command::new(env!("CARGO_BIN_EXE_postvalv"))
            .args(["--config", path.to_str().unwrap(), "provider", "check", name])
            .env_clear()
            .output()
            .unwrap()
    };
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(program).await.unwrap();
    let checked = Checked {
        succeeded: status.success(),
        report: String::from_utf8(stdout).unwrap(),
        complaint: String::from_utf8(stderr).unwrap(),
    };
    assert!(!format!("{}{}", checked.report, checked.complaint).contains("the client's secret"));
    checked
}

async fn provider(change: impl FnOnce(&mut Behaviour)) -> Provider {
    let provider = Provider::start(base::ManualClock::at(base::Timestamp::from_millis(0)).clock()).await;
    provider.behave(change);
    provider
}

fn metadata(change: impl Fn(&mut Map<String, Value>) + Send + 'static) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| behaviour.metadata = Box::new(change)
}

fn member(name: &'static str, value: Value) -> impl FnOnce(&mut Behaviour) {
    metadata(move |metadata| {
        metadata.insert(name.to_owned(), value.clone());
    })
}

fn without(name: &'static str) -> impl FnOnce(&mut Behaviour) {
    metadata(move |metadata| {
        metadata.remove(name);
    })
}

#[tokio::test]
async fn an_honest_provider_is_described_and_what_to_register_there_too() {
    let provider = provider(metadata(|metadata| {
        metadata.extend([
            ("code_challenge_methods_supported".to_owned(), json!(["S256", "plain"])),
            ("acr_values_supported".to_owned(), json!([LEVEL_3, "loa2"])),
            ("claims_parameter_supported".to_owned(), true.into()),
            ("authorization_response_iss_parameter_supported".to_owned(), true.into()),
        ]);
    }))
    .await;
    let checked = run(&provider, PROVIDER, |text| text).await;
    assert!(checked.succeeded, "{}{}", checked.report, checked.complaint);
    let issuer = provider.issuer();
    for (what, value) in [
        ("redirect URI", "http://localhost:3000/sign-in/bankid/callback"),
        ("post-logout redirect URI", "http://localhost:3000/signed-out"),
        ("issuer", issuer),
        ("authorization endpoint", &format!("{issuer}/authorize")),
        ("token endpoint", &format!("{issuer}/token")),
        ("UserInfo endpoint", &format!("{issuer}/userinfo")),
        ("end-session endpoint", &format!("{issuer}/logout")),
        ("keys at", &format!("{issuer}/keys")),
        (
            "ID token signed with",
            "ES256, RS256, HS256, none (accepted of these: ES256)",
        ),
        ("key", "key-0, type EC, for ES256"),
        ("acr values", &format!("{LEVEL_3}, loa2")),
        ("client authentication", "client_secret_basic"),
        ("PKCE", "S256, plain"),
        ("names itself in answers", "yes (RFC 9207)"),
    ] {
        let line = format!("{what:<24} {value}");
        assert!(
            checked.report.lines().any(|given| given == line),
            "{line}\n{}",
            checked.report
        );
    }
    assert!(!checked.report.contains("note: "), "{}", checked.report);
    assert_eq!((checked.problems().len(), checked.complaint.as_str()), (0, ""));
}

#[tokio::test]
async fn what_a_provider_does_not_say_is_a_note_and_no_problem() {
    let provider = provider(|_| {}).await;
    let checked = run(&provider, PROVIDER, |text| {
        text.replace(
            "logout = ",
            "scopes = [\"number\"]\n acr_values = [\"urn:bankid\"]\n logout = ",
        )
    })
    .await;
    assert!(checked.succeeded, "{}", checked.report);
    let notes: Vec<&str> = checked
        .report
        .lines()
        .filter_map(|line| line.strip_prefix("note: "))
        .collect();
    assert_eq!(
        notes,
        [
            "PKCE: the provider does not say that it takes S256, which is always sent",
            "essential_acr: the provider does not say that it takes the `claims` parameter",
        ]
    );
}

/// A provider that behaves so is told of in one line that begins so, and the program fails.
macro_rules! a_problem_is_told {
    ($($(#[doc = $why:literal])* $name:ident: $behaviour:expr => $problem:literal;)+) => {$(
        $(#[doc = $why])*
        #[tokio::test]
        async fn $name() {
            let provider = provider($behaviour).await;
            let checked = run(&provider, PROVIDER, |text| text).await;
            assert!(!checked.succeeded);
            let problems = checked.problems();
            assert!(problems.len() == 1 && problems[0].starts_with($problem), "{problems:?}");
            assert_eq!(checked.complaint, "postvalv: providers.bankid: 1 problem\n");
        }
    )+};
}

const DISCOVERY: &str = "/.well-known/openid-configuration";

fn fault(path: &'static str, fault: Fault) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.faults.insert(path, fault);
    }
}

a_problem_is_told! {
    another_issuer: member("issuer", json!("https://other.example.se")) =>
        "the metadata are another issuer's (unexpected issuer URI `https://other.example.se`";
    an_endpoint_without_tls: member("token_endpoint", json!("http://other.example.se/token")) =>
        "an endpoint is not reached over TLS (http://other.example.se/token); ";
    no_token_endpoint: without("token_endpoint") => "there is no token endpoint; ";
    no_s256: member("code_challenge_methods_supported", json!(["plain"])) =>
        "code_challenge_methods_supported: the provider does not take S256";
    shared_secrets_alone: member("id_token_signing_alg_values_supported", json!(["HS256"])) =>
        "algorithms: the provider signs ID tokens with HS256, of which none is accepted (ES256); ";
    /// Its RSA key is there, but RS256 is not accepted.
    no_key_that_fits: |behaviour| behaviour.published.clear() => "keys: none of the published ones can check ES256; ";
    no_user_info: without("userinfo_endpoint") => "number, name, required: something is read from UserInfo, but ";
    no_end_session: without("end_session_endpoint") => "logout: the provider has no end-session endpoint; ";
    no_code_flow: member("response_types_supported", json!(["id_token"])) => "response_types_supported: ";
    another_level: member("acr_values_supported", json!(["loa2"])) =>
        "levels: the provider offers none of the accepted acr values; ";
    another_client_authentication: member("token_endpoint_auth_methods_supported", json!(["private_key_jwt"])) =>
        "client_authentication: the provider does not take client_secret_basic; use one of private_key_jwt";
    no_claims_parameter: member("claims_parameter_supported", json!(false)) =>
        "essential_acr: the provider does not take the `claims` parameter; ";
    signing_in_elsewhere: member("authorization_endpoint", json!("https://login.example.se/authorize")) =>
        "redirect_origins: the authorization endpoint is at https://login.example.se, where browsers would not go; ";
    a_redirect: fault(DISCOVERY, Fault::Redirect("https://other.example.se".to_owned())) =>
        "the provider answered with a redirect; check `issuer`, ";
    nothing_there: fault(DISCOVERY, Fault::Status(404)) => "the provider answered 404 Not Found; check `issuer`: ";
    no_json: fault(DISCOVERY, Fault::Garbage) => "the metadata or the keys are not what the standard says; ";
    ten_megabytes_of_keys: fault("/keys", Fault::Huge) => "the answer is longer than 262144 bytes; ";
}

/// The tests' configuration with a key of our own and UserInfo that must be signed.
fn swedish(text: &str) -> String {
    let key = include_str!("../../src/sign_in/client_test_key.pem");
    let secret = "client_secret = \"the client's secret\"";
    assert!(text.contains(secret));
    text.replace(
        secret,
        &format!(
            "client_authentication = \"private_key_jwt\"\nsigned_user_info = true\nclient_key = \"\"\"\n{key}\"\"\""
        ),
    )
}

#[tokio::test]
async fn what_a_key_of_our_own_and_signed_user_info_need_is_looked_at() {
    let lists = |client: Value, user_info: Value| {
        metadata(move |metadata| {
            metadata.extend([
                (
                    "token_endpoint_auth_methods_supported".to_owned(),
                    json!(["private_key_jwt"]),
                ),
                (
                    "token_endpoint_auth_signing_alg_values_supported".to_owned(),
                    client.clone(),
                ),
                ("userinfo_signing_alg_values_supported".to_owned(), user_info.clone()),
            ]);
        })
    };
    let fits = run(
        &provider(lists(json!(["ES256"]), json!(["ES256", "RS256"]))).await,
        PROVIDER,
        |text| swedish(&text),
    )
    .await;
    assert!(fits.succeeded, "{}", fits.report);
    for line in [
        format!("{:<24} http://localhost:3000/sign-in/bankid/jwks", "our public key at"),
        format!("{:<24} ES256, RS256", "UserInfo signed with"),
    ] {
        assert!(
            fits.report.lines().any(|given| given == line),
            "{line}\n{}",
            fits.report
        );
    }
    assert!(!fits.report.contains("PRIVATE KEY"));

    let does_not = run(
        &provider(lists(json!(["RS256"]), json!(["RS256"]))).await,
        PROVIDER,
        |text| swedish(&text),
    )
    .await;
    let problems = does_not.problems();
    assert!(
        problems.len() == 2
            && problems[0]
                .starts_with("signed_user_info: the provider signs UserInfo with no algorithm that is accepted")
            && problems[1].starts_with("client_key: the provider does not take ES256"),
        "{problems:?}"
    );

    let silent = provider(member(
        "token_endpoint_auth_methods_supported",
        json!(["private_key_jwt"]),
    ))
    .await;
    let silent = run(&silent, PROVIDER, |text| swedish(&text)).await;
    assert!(silent.succeeded, "{}", silent.report);
    assert!(
        silent
            .report
            .contains("note: signed_user_info: the provider does not say that it signs UserInfo")
    );
}

#[tokio::test]
async fn whether_a_provider_can_end_sessions_here_is_looked_at() {
    for (key, supported, what) in [
        (
            "back_channel_logout",
            "backchannel_logout_supported",
            "back-channel logout",
        ),
        (
            "front_channel_logout",
            "frontchannel_logout_supported",
            "front-channel logout",
        ),
    ] {
        let with_it = |text: String| text.replace("logout = ", &format!("{key} = true\n logout = "));
        let offered = provider(member(supported, json!(true))).await;
        let offered = run(&offered, PROVIDER, with_it).await;
        assert!(offered.succeeded, "{}", offered.report);
        let path = what.replace(' ', "-");
        let line = format!(
            "{:<24} http://localhost:3000/sign-in/bankid/{path}",
            format!("{what} URI")
        );
        assert!(offered.report.lines().any(|given| given == line), "{}", offered.report);
        let denied = provider(member(supported, json!(false))).await;
        let denied = run(&denied, PROVIDER, with_it).await;
        let problem = format!("{key}: the provider does not do that");
        assert!(!denied.succeeded && denied.problems()[0].starts_with(&problem));
        let silent = run(&provider(|_| {}).await, PROVIDER, with_it).await;
        let note = format!("note: {key}: the provider does not say");
        assert!(silent.succeeded && silent.report.contains(&note));
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_a_problem_too() {
    let provider = provider(|_| {}).await;
    let issuer = provider.issuer().to_owned();
    let checked = run(&provider, PROVIDER, |text| text.replace(&issuer, "http://127.0.0.1:1")).await;
    assert!(!checked.succeeded);
    let problems = checked.problems();
    assert!(
        problems.len() == 1 && problems[0].starts_with("the provider did not answer"),
        "{problems:?}"
    );
    // What to register there can be told all the same.
    assert!(
        checked.report.contains("/sign-in/bankid/callback"),
        "{}",
        checked.report
    );
}

#[tokio::test]
async fn a_name_that_is_not_configured_is_answered_with_those_that_are() {
    let checked = run(&provider(|_| {}).await, "freja", |text| text).await;
    assert!(!checked.succeeded && checked.report.is_empty());
    assert!(
        checked.complaint.ends_with("there are: bankid, entra\n"),
        "{}",
        checked.complaint
    );
}
