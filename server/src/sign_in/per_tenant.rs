//! Metadata of a provider whose directories are an issuer each (Entra ID): it writes a pattern where its issuer would stand, which
//! OpenID Connect Discovery 1.0 does not know and the library refuses. Source: Microsoft identity platform, "OpenID Connect on the
//! Microsoft identity platform" and "Access tokens", validation of the issuer and of the signing key's issuer.

use http::{Request, StatusCode, header};
use openidconnect::AsyncHttpClient as _;
use openidconnect::core::CoreJsonWebKeySet;
use serde_json::Value;

use super::http::Http;
use super::provider::{DiscoveryProblem, Metadata};
use crate::config::ProviderSection;

/// What the provider says of itself for all its directories, with those of its keys that may sign for any.
pub(super) async fn discover(record: &ProviderSection, http: &Http) -> Result<Metadata, DiscoveryProblem> {
    let issuer = record.discovery_issuer();
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let metadata: Metadata =
        serde_json::from_value(fetch(http, &address).await?).map_err(|_| DiscoveryProblem::Malformed)?;
    if metadata.issuer().as_str() != record.issuer {
        return Err(DiscoveryProblem::OtherIssuer(metadata.issuer().to_string()));
    }
    let keys = for_any_tenant(&fetch(http, metadata.jwks_uri().as_str()).await?, &record.issuer)?;
    Ok(metadata.set_jwks(keys))
}

async fn fetch(http: &Http, address: &str) -> Result<Value, DiscoveryProblem> {
    let request = Request::get(address)
        .header(header::ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|_| DiscoveryProblem::Issuer)?;
    let answer = http
        .call(request)
        .await
        .map_err(|error| DiscoveryProblem::Request(super::chain(&error)))?;
    if answer.status() != StatusCode::OK {
        return Err(DiscoveryProblem::Status(answer.status()));
    }
    serde_json::from_slice(answer.body()).map_err(|_| DiscoveryProblem::Malformed)
}

/// The keys that sign for every directory. One may be bound to a single issuer, such as that of personal accounts, and must not
/// vouch for the users of another.
fn for_any_tenant(keys: &Value, pattern: &str) -> Result<CoreJsonWebKeySet, DiscoveryProblem> {
    let all = keys.get("keys").and_then(Value::as_array);
    let all = all.ok_or(DiscoveryProblem::Malformed)?;
    let bound_elsewhere = |key: &Value| key.get("issuer").is_some_and(|issuer| issuer != pattern);
    let fit: Vec<&Value> = all.iter().filter(|key| !bound_elsewhere(key)).collect();
    serde_json::from_value(serde_json::json!({ "keys": fit })).map_err(|_| DiscoveryProblem::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_is_bound_to_another_issuer_vouches_for_no_directory() {
        let pattern = "https://login.example/{tenantid}/v2.0";
        let key = |id: &str, issuer: Option<&str>| {
            let mut key = json!({"kty": "RSA", "use": "sig", "kid": id, "n": "AQAB", "e": "AQAB"});
            if let Some(issuer) = issuer {
                key["issuer"] = json!(issuer);
            }
            key
        };
        let personal = "https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        let keys = json!({"keys": [key("any", Some(pattern)), key("personal", Some(personal)), key("silent", None)]});
        let fit = serde_json::to_value(for_any_tenant(&keys, pattern).unwrap()).unwrap();
        let ids: Vec<_> = fit["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
        assert_eq!(ids, ["any", "silent"]);
        for broken in [json!({}), json!([]), json!({"keys": 1})] {
            assert!(for_any_tenant(&broken, pattern).is_err(), "{broken}");
        }
    }
}
