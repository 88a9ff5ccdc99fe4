//! A relying party that is not ours: the `openidconnect` crate, from discovery to UserInfo.

use axum::Router;
use axum::body::Body;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse as _,
    UserInfoClaims,
};
use serde::{Deserialize, Serialize};

use crate::harness::{ALMA, CALLBACK, DESKTOP, NUMBER_SCOPE, ORIGIN, SECRET, SignIn, World, call};

#[derive(Debug, Deserialize, Serialize)]
struct Number {
    #[serde(rename = "https://id.oidc.se/claim/personalIdentityNumber")]
    number: String,
}

impl AdditionalClaims for Number {}

/// Sends the crate's requests to the bridge's router.
async fn http(router: Router, request: HttpRequest) -> Result<HttpResponse, std::convert::Infallible> {
    let answer = call(&router, request.map(Body::from)).await;
    let mut response = HttpResponse::new(answer.body.into_bytes());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

#[tokio::test]
async fn a_relying_party_that_is_not_ours_gets_a_person_it_can_verify() {
    let world = World::new().await;
    let router = world.router.clone();
    let client = |request: HttpRequest| http(router.clone(), request);

    let issuer = IssuerUrl::new(ORIGIN.to_owned()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &client).await.unwrap();
    let relying_party = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("portal".to_owned()),
        Some(ClientSecret::new(SECRET.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = relying_party
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("profile".to_owned()))
        .add_scope(Scope::new(NUMBER_SCOPE.to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = world.browser(DESKTOP);
    let path = browser.get(address.as_str()).await.location().to_owned();
    let mut sign_in = SignIn { browser, path };
    sign_in.approve_by_qr(ALMA).await;
    let answer = sign_in.page().await;
    assert_eq!(answer.told_one("state").as_ref(), Some(state.secret()));

    let code = AuthorizationCode::new(answer.told_one("code").unwrap());
    let tokens = relying_party
        .exchange_code(code)
        .unwrap()
        .set_pkce_verifier(verifier)
        .request_async(&client)
        .await
        .unwrap();

    let now = world.clock.clock().now();
    let id_verifier = relying_party
        .id_token_verifier()
        .set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256])
        .set_time_fn(move || openidconnect_time(now.as_seconds()));
    let id_token = tokens.id_token().unwrap();
    let claims = id_token.claims(&id_verifier, &nonce).unwrap();
    assert_eq!(
        claims.auth_context_ref().unwrap().as_str(),
        "http://id.elegnamnden.se/loa/1.0/loa3"
    );
    assert_eq!(claims.auth_time().unwrap().timestamp(), now.as_seconds());
    let expected = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&id_verifier).unwrap(),
    )
    .unwrap();
    assert_eq!(claims.access_token_hash(), Some(&expected));

    let info: UserInfoClaims<Number, CoreGenderClaim> = relying_party
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .unwrap()
        .request_async(&client)
        .await
        .unwrap();
    assert_eq!(info.additional_claims().number, ALMA);
    assert_eq!(info.name().unwrap().get(None).unwrap().as_str(), "Alma Exempelsson");
}

fn openidconnect_time(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap()
}
