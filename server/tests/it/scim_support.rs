//! What the tests of SCIM stand on: organisations' directories, and what they send.

use axum::body::Body;
use base::{OrganisationId, TenantId};
use http::{Method, Request, StatusCode};
use portal::{NewProvisioningToken, OperatorActor};
use serde_json::{Value, json};

use crate::browser::Answer;
use crate::harness::App;

pub(crate) const TENANT: &str = "11111111-2222-4333-8444-555555555555";
pub(crate) const OBJECT: &str = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef";

/// A directory with a token.
pub(crate) struct Directory<'a> {
    app: &'a App,
    pub(crate) organisation: OrganisationId,
    pub(crate) token: String,
}

impl App {
    /// A directory of a new organisation with that name.
    pub(crate) async fn directory(&self, name: &str, tenant: Option<&str>) -> Directory<'_> {
        let organisation = self.organisation(name).await.id;
        self.directory_of(organisation, tenant).await
    }

    pub(crate) async fn directory_of(&self, organisation: OrganisationId, tenant: Option<&str>) -> Directory<'_> {
        let operator = OperatorActor::on_this_host(self.request_info());
        let tenant: Option<TenantId> = tenant.map(|tenant| tenant.parse().unwrap());
        if let Some(tenant) = tenant {
            self.portal.add_tenant(&operator, organisation, tenant).await.unwrap();
        }
        let new = NewProvisioningToken {
            name: "directory".to_owned(),
            tenant,
            days: 365,
        };
        let made = self.portal.create_provisioning_token(&operator, organisation, new);
        self.directory_with(organisation, made.await.unwrap().token.expose().clone())
    }

    /// A directory of an organisation that comes with this token.
    pub(crate) const fn directory_with(&self, organisation: OrganisationId, token: String) -> Directory<'_> {
        Directory {
            app: self,
            organisation,
            token,
        }
    }
}

/// A user as it is made, with nothing but a name that is an address.
pub(crate) fn user(name: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name })
}

/// A change with these operations.
pub(crate) fn patch(operations: Value) -> Value {
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
    Value::Object(
        [("schemas".to_owned(), schemas), ("Operations".to_owned(), operations)]
            .into_iter()
            .collect(),
    )
}

/// The JSON of an answer.
pub(crate) fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("no JSON: {}", answer.text()))
}

/// Checks that a request was refused in SCIM's own form, and gives the kind.
pub(crate) fn refused(answer: &Answer, status: StatusCode) -> String {
    let body = body(answer);
    assert_eq!(answer.status, status, "{body}");
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], status.as_u16().to_string());
    assert!(body["detail"].as_str().unwrap().contains(answer.header("x-request-id")));
    body["scimType"].as_str().unwrap_or_default().to_owned()
}

impl Directory<'_> {
    /// Sends a request below `/scim/v2`.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let text = body.map(Value::to_string).unwrap_or_default();
        self.send_text(method, path, "application/scim+json; charset=utf-8", text)
            .await
    }

    pub(crate) async fn send_text(&self, method: Method, path: &str, media_type: &str, text: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", media_type);
        self.app.send(request.body(Body::from(text)).unwrap()).await
    }

    /// Sends what a route of any kind can read, to a whole path.
    pub(crate) async fn knock(&self, method: Method, path: &str) -> Answer {
        let any = json!({
            "userName": "x@norrby.example", "displayName": "x",
            "Operations": [{ "op": "replace", "path": "displayName", "value": "x" }],
        });
        let path = path.strip_prefix("/scim/v2").unwrap();
        self.send(method, path, Some(&any)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/scim+json");
        body(&answer)
    }

    /// What a filter finds, whose text is written as it is meant.
    pub(crate) async fn query(&self, endpoint: &str, filter: &str) -> Value {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        self.get(&format!("{endpoint}{separator}filter={filter}")).await
    }

    pub(crate) async fn post(&self, path: &str, value: &Value) -> Value {
        let answer = self.send(Method::POST, path, Some(value)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let made = body(&answer);
        assert_eq!(answer.location(), made["meta"]["location"].as_str().unwrap());
        made
    }

    pub(crate) async fn change(&self, path: &str, operations: Value) -> Answer {
        self.send(Method::PATCH, path, Some(&patch(operations))).await
    }

    /// Makes a user, and gives the id.
    pub(crate) async fn make_user(&self, name: &str) -> String {
        self.post("/Users", &user(name)).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Makes a group, and gives the id.
    pub(crate) async fn make_group(&self, name: &str) -> String {
        let made = self.post("/Groups", &json!({ "displayName": name })).await;
        made["id"].as_str().unwrap().to_owned()
    }
}
