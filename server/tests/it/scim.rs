//! What Entra ID sends, to the letter: the requests of Microsoft's "Tutorial: Develop and plan provisioning for a SCIM endpoint in
//! Microsoft Entra ID", and what must come of them here.

use http::{Method, StatusCode};
use portal::Role;
use serde_json::{Value, json};

use crate::harness::App;
use crate::scim_support::{OBJECT, TENANT, body, refused, user};
use crate::staff_support::{PASSWORD, new_password};

/// The tutorial's new user.
fn new_user() -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "externalId": OBJECT,
        "userName": "Test_User_00aa00aa-bb11-cc22-dd33-44ee44ee44ee",
        "active": true,
        "emails": [{
            "primary": true,
            "type": "work",
            "value": "Test_User_11bb11bb-cc22-dd33-ee44-55ff55ff55ff@testuser.com",
        }],
        "meta": { "resourceType": "User" },
        "name": { "formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName" },
        "roles": [],
        "title": "Chef",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "IT" },
    })
}

#[tokio::test]
async fn a_user_is_made_read_and_found_by_every_name() {
    let app = App::on_sqlite().await;
    let entra = app.directory("Norrby kommun", Some(TENANT)).await;
    // First Entra asks whether the address and the token are right, by a name that nobody has.
    let nobody = entra.query("/Users", "userName eq \"non-existent user\"").await;
    assert_eq!((&nobody["totalResults"], &nobody["Resources"]), (&json!(0), &json!([])));
    let made = entra.post("/Users", &new_user()).await;
    let id = made["id"].as_str().unwrap();
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": id,
        "externalId": OBJECT,
        "userName": "Test_User_00aa00aa-bb11-cc22-dd33-44ee44ee44ee",
        "name": { "formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName" },
        "active": true,
        "emails": [{
            "value": "Test_User_11bb11bb-cc22-dd33-ee44-55ff55ff55ff@testuser.com",
            "type": "work",
            "primary": true,
        }],
        "meta": {
            "resourceType": "User",
            "created": "2026-11-22T09:00:00Z",
            "lastModified": "2026-11-22T09:00:00Z",
            "location": format!("http://localhost:3000/scim/v2/Users/{id}"),
        },
    });
    assert_eq!(made, expected);
    assert_eq!(entra.get(&format!("/Users/{id}")).await, expected);
    for filter in [
        "userName eq \"test_user_00aa00aa-bb11-cc22-dd33-44ee44ee44ee\"".to_owned(),
        format!("externalId eq \"{OBJECT}\""),
        format!("id eq \"{id}\" and externalId eq \"{OBJECT}\""),
        "emails[type eq \"work\"].value eq \"Test_User_11bb11bb-cc22-dd33-ee44-55ff55ff55ff@testuser.com\"".to_owned(),
        "userName sw \"test\" and not (active eq false)".to_owned(),
    ] {
        let found = entra.query("/Users", &filter).await;
        assert_eq!(found["Resources"], json!([expected]), "{filter}");
        assert_eq!(
            found["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
        );
    }
    let twice = entra.send(Method::POST, "/Users", Some(&new_user())).await;
    assert_eq!(refused(&twice, StatusCode::CONFLICT), "uniqueness");
    let nobody = entra.send(Method::GET, "/Users/5171a35d82074e068ce2", None).await;
    refused(&nobody, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_user_is_changed_disabled_enabled_and_deleted() {
    let app = App::on_sqlite().await;
    let entra = app.directory("Norrby kommun", Some(TENANT)).await;
    let made = entra.post("/Users", &new_user()).await;
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let changed = entra.change(
        &path,
        json!([
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updatedEmail@microsoft.com" },
            { "op": "Replace", "path": "name.familyName", "value": "updatedFamilyName" },
        ]),
    );
    let changed = body(&changed.await);
    assert_eq!(
        changed["emails"],
        json!([{ "value": "updatedEmail@microsoft.com", "type": "work", "primary": true }])
    );
    assert_eq!(changed["name"]["familyName"], "updatedFamilyName");
    let renamed =
        json!([{ "op": "Replace", "path": "userName", "value": "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com" }]);
    let renamed = body(&entra.change(&path, renamed).await);
    assert_eq!(renamed["userName"], "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com");
    for (operation, active) in [
        (json!({ "op": "Replace", "path": "active", "value": false }), false),
        (json!({ "op": "Add", "path": "active", "value": "True" }), true),
        (json!({ "op": "Replace", "path": "active", "value": "False" }), false),
        (json!({ "op": "replace", "value": { "active": true } }), true),
        (
            json!({ "op": "Add", "value": { "active": "False", "name.givenName": "G" } }),
            false,
        ),
    ] {
        let answer = entra.change(&path, json!([operation])).await;
        assert_eq!(
            (answer.status, &body(&answer)["active"]),
            (StatusCode::OK, &json!(active)),
            "{operation}"
        );
    }
    assert_eq!(entra.get(&path).await["name"]["givenName"], "G");
    // All or nothing.
    let half = json!([
        { "op": "Replace", "path": "displayName", "value": "Half" },
        { "op": "Replace", "path": "id", "value": "1" },
    ]);
    assert_eq!(
        refused(&entra.change(&path, half).await, StatusCode::BAD_REQUEST),
        "mutability"
    );
    assert_eq!(entra.get(&path).await.get("displayName"), None);
    let role = json!([{ "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Postvalv.Auditor" }]);
    assert_eq!(
        body(&entra.change(&path, role).await)["roles"],
        json!([{ "primary": true, "value": "Postvalv.Auditor" }])
    );
    let deleted = entra.send(Method::DELETE, &path, None).await;
    assert_eq!((deleted.status, deleted.body.len()), (StatusCode::NO_CONTENT, 0));
    refused(&entra.send(Method::GET, &path, None).await, StatusCode::NOT_FOUND);
    refused(&entra.send(Method::DELETE, &path, None).await, StatusCode::NOT_FOUND);
    assert_eq!(entra.get("/Users").await["totalResults"], 0);
    // Made again, it is the same account, and open.
    let again = entra.post("/Users", &new_user()).await;
    assert_eq!((&again["id"], &again["active"]), (&made["id"], &json!(true)));
    let audited = app.audited().await;
    for action in [
        "staff.provisioned/created",
        "staff.provisioned/taken-over",
        "staff.provisioning-ended/",
        "staff.role-changed/auditor",
    ] {
        assert!(audited.contains_key(action), "{action} in {audited:?}");
    }
    assert_eq!(audited["staff.deactivated/"], audited["staff.reactivated/"]);
}

#[tokio::test]
async fn groups_and_their_members_come_and_go() {
    let app = App::on_sqlite().await;
    let entra = app.directory("Norrby kommun", Some(TENANT)).await;
    let member = entra.post("/Users", &new_user()).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let new = json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
        ],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
        "displayName": "displayName",
        "meta": { "resourceType": "Group" },
    });
    let made = entra.post("/Groups", &new).await;
    assert_eq!(
        (&made["displayName"], &made["members"]),
        (&json!("displayName"), &json!([]))
    );
    let path = format!("/Groups/{}", made["id"].as_str().unwrap());
    let done = async |operation: Value| {
        let answer = entra.change(&path, json!([operation])).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::NO_CONTENT, 0),
            "{}",
            answer.text()
        );
    };
    done(json!({ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": member }] })).await;
    done(json!({ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": member }] })).await;
    let members = json!([{
        "value": member, "type": "User", "$ref": format!("http://localhost:3000/scim/v2/Users/{member}"),
    }]);
    assert_eq!(entra.get(&path).await["members"], members);
    let groups = entra.get(&format!("/Users/{member}")).await["groups"].clone();
    assert_eq!(
        (&groups[0]["value"], &groups[0]["display"]),
        (&made["id"], &json!("displayName"))
    );
    let asked = format!("id eq \"{}\" and members eq \"{member}\"", made["id"].as_str().unwrap());
    assert_eq!(
        entra.query("/Groups?excludedAttributes=members", &asked).await["totalResults"],
        1
    );
    let found = entra
        .query("/Groups?excludedAttributes=members", "displayName eq \"DisplayName\"")
        .await;
    assert_eq!(found["totalResults"], 1);
    assert_eq!(found["Resources"][0].get("members"), None);
    assert_eq!(
        entra
            .get(&format!("{path}?excludedAttributes=members"))
            .await
            .get("members"),
        None
    );
    done(json!({ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": member }] })).await;
    assert_eq!(entra.get(&path).await["members"], json!([]));
    done(json!({ "op": "Add", "path": "members", "value": [{ "value": member }] })).await;
    done(json!({ "op": "Remove", "path": format!("members[value eq \"{member}\"]") })).await;
    assert_eq!(entra.get(&path).await["members"], json!([]));
    done(json!({ "op": "Replace", "path": "displayName", "value": "1879db59-3bdf-4490-ad68-ab880a269474updatedDisplayName" })).await;
    let twice = json!({ "displayName": "1879DB59-3bdf-4490-ad68-ab880a269474updatedDisplayName" });
    let twice = entra.send(Method::POST, "/Groups", Some(&twice)).await;
    assert_eq!(refused(&twice, StatusCode::CONFLICT), "uniqueness");
    let unknown = json!([{ "op": "Add", "path": "members", "value": [{ "value": "f648f8d5ea4e4cd38e9c" }] }]);
    assert_eq!(
        refused(&entra.change(&path, unknown).await, StatusCode::BAD_REQUEST),
        "invalidValue"
    );
    assert_eq!(
        entra.send(Method::DELETE, &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    refused(&entra.send(Method::GET, &path, None).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn deactivation_ends_a_live_session_on_the_very_next_request() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let norrby = app.portal.organisation_at("norrby-kommun").await.unwrap().unwrap().id;
    let okta = app.directory_of(norrby, None).await;
    let id = okta.make_user("olle@norrby.example").await;
    let invited = karin.post(&format!("/staff/members/{id}/invitation"), "").await;
    let mut olle = app.browser();
    assert_eq!(
        olle.post(&invited.link(), &new_password(PASSWORD)).await.location(),
        "/staff"
    );
    assert!(olle.is_staff().await);
    let path = format!("/Users/{id}");
    let off = json!([{ "op": "replace", "value": { "active": false } }]);
    assert_eq!(okta.change(&path, off).await.status, StatusCode::OK);
    assert!(!olle.is_staff().await);
    let refused = olle.give_password("olle@norrby.example", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let on = json!([{ "op": "replace", "value": { "active": true } }]);
    assert_eq!(okta.change(&path, on).await.status, StatusCode::OK);
    assert_eq!(
        olle.give_password("olle@norrby.example", PASSWORD).await.location(),
        "/staff"
    );
    // Whom Karin shuts out, the directory does not let in.
    let page = format!("/staff/members/{id}");
    assert_eq!(karin.post(&format!("{page}/deactivate"), "").await.location(), page);
    let on = json!([{ "op": "Replace", "path": "active", "value": "True" }]);
    assert_eq!(body(&okta.change(&path, on).await)["active"], false);
    assert!(!olle.is_staff().await);
    assert_eq!(karin.post(&format!("{page}/reactivate"), "").await.location(), page);
    assert_eq!(
        olle.give_password("olle@norrby.example", PASSWORD).await.location(),
        "/staff"
    );
    assert_eq!(
        okta.send(Method::DELETE, &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert!(!olle.is_staff().await);
    // An account that Karin made is not the directory's.
    let _bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    let taken = okta
        .send(Method::POST, "/Users", Some(&user("bo@norrby.example")))
        .await;
    assert_eq!(crate::scim_support::refused(&taken, StatusCode::CONFLICT), "uniqueness");
}

#[tokio::test]
async fn a_replaced_user_is_what_was_sent_and_stays_as_active_as_before() {
    let app = App::on_sqlite().await;
    let entra = app.directory("Norrby kommun", Some(TENANT)).await;
    let made = entra.post("/Users", &new_user()).await;
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    entra
        .change(&path, json!([{ "op": "replace", "path": "active", "value": false }]))
        .await;
    let put = async |value: Value| entra.send(Method::PUT, &path, Some(&value)).await;
    let replaced = body(&put(json!({ "userName": "karin@norrby.example", "id": "x" })).await);
    assert_eq!(
        (&replaced["userName"], &replaced["externalId"]),
        (&json!("karin@norrby.example"), &json!(OBJECT))
    );
    assert_eq!(
        (&replaced["active"], replaced.get("emails"), replaced.get("name")),
        (&json!(false), None, None)
    );
    let other =
        put(json!({ "userName": "karin@norrby.example", "externalId": "0a21f0f2-8d2a-4f8e-bf98-000000000000" }));
    assert_eq!(refused(&other.await, StatusCode::BAD_REQUEST), "mutability");
    assert_eq!(
        refused(&put(json!({ "externalId": OBJECT })).await, StatusCode::BAD_REQUEST),
        "invalidValue"
    );
    let shown = entra.get(&format!("{path}?attributes=userName,meta.location")).await;
    let names: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "meta", "schemas", "userName"]);
}

#[tokio::test]
async fn lists_have_pages_and_a_search_finds_people_and_groups() {
    let app = App::on_sqlite().await;
    let okta = app.directory("Norrby kommun", None).await;
    for number in 0..5 {
        app.clock.advance_millis(1);
        okta.make_user(&format!("u{number}@norrby.example")).await;
    }
    okta.make_group("u-people").await;
    let page = okta.get("/Users?startIndex=4&count=10").await;
    assert_eq!(
        (&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]),
        (&json!(5), &json!(4), &json!(2))
    );
    assert_eq!(page["Resources"][0]["userName"], "u3@norrby.example");
    let counted = okta.get("/Users?count=0").await;
    assert_eq!(
        (&counted["totalResults"], &counted["Resources"]),
        (&json!(5), &json!([]))
    );
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "startIndex": 5, "count": 3,
        "attributes": ["userName", "displayName"],
    });
    let found = body(&okta.send(Method::POST, "/.search", Some(&search)).await);
    assert_eq!((&found["totalResults"], &found["itemsPerPage"]), (&json!(6), &json!(2)));
    assert_eq!(found["Resources"][0]["userName"], "u4@norrby.example");
    assert_eq!(found["Resources"][1]["displayName"], "u-people");
    for (endpoint, filter, total) in [
        (
            "/Users/.search",
            "userName ew \"norrby.example\" and userName ne \"u1@norrby.example\"",
            4,
        ),
        ("/Groups/.search", "displayName co \"people\"", 1),
        ("/Groups/.search", "members pr", 0),
    ] {
        let found = okta
            .send(Method::POST, endpoint, Some(&json!({ "filter": filter })))
            .await;
        assert_eq!(body(&found)["totalResults"], total, "{filter}");
    }
}
