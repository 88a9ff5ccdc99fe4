use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::super::schema::{GROUP, USER, WORK_USER};
use super::*;

fn karin() -> Value {
    json!({
        "id": "1", "userName": "karin", "name": { "givenName": "Karin", "familyName": "Ek" }, "active": true,
        "emails": [
            { "value": "k@norrby.example", "type": "work", "primary": true },
            { "value": "k@home.example", "type": "home" },
        ],
        "groups": [{ "value": "g" }],
    })
}

/// What becomes of Karin.
fn changed(schema: &Schema, operations: Value) -> Result<Value, ScimError> {
    let mut resource = karin().as_object().unwrap().clone();
    let change = Value::Object(Map::from_iter([("Operations".to_owned(), operations)]));
    apply(schema, &mut resource, &super::operations(schema, &change)?)?;
    Ok(Value::Object(resource))
}

/// Karin with these attributes changed, or gone where they are null.
fn karin_with(changes: Value) -> Value {
    let (mut karin, Value::Object(changes)) = (karin(), changes) else {
        panic!("changes are an object");
    };
    for (name, value) in changes {
        if value.is_null() {
            karin.as_object_mut().unwrap().remove(&name);
        } else {
            karin[name] = value;
        }
    }
    karin
}

#[test]
fn what_directories_send_does_what_they_mean() {
    let work = |value: &str| json!({ "value": value, "type": "work", "primary": true });
    let home = || json!({ "value": "k@home.example", "type": "home" });
    for (operations, changes) in [
        (
            json!([{ "op": "Replace", "path": "active", "value": "False" }]),
            json!({ "active": false }),
        ),
        (
            json!([{ "op": "replace", "value": { "active": false } }]),
            json!({ "active": false }),
        ),
        (
            json!([{ "op": "REPLACE", "path": "ACTIVE", "value": false }]),
            json!({ "active": false }),
        ),
        (
            json!([{ "op": "Add", "value": { "name.givenName": "Kajsa", "displayName": "K" } }]),
            json!({ "name": { "givenName": "Kajsa", "familyName": "Ek" }, "displayName": "K" }),
        ),
        (
            json!([{ "op": "Replace", "path": "name.familyName", "value": "Berg" }]),
            json!({ "name": { "givenName": "Karin", "familyName": "Berg" } }),
        ),
        (
            json!([{ "op": "replace", "path": "name", "value": { "formatted": "K" } }]),
            json!({ "name": { "givenName": "Karin", "familyName": "Ek", "formatted": "K" } }),
        ),
        (
            json!([{ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@norrby.example" }]),
            json!({ "emails": [work("new@norrby.example"), home()] }),
        ),
        (
            json!([{ "op": "Add", "path": "emails[type eq \"other\"].value", "value": "o@norrby.example" }]),
            json!({ "emails": [work("k@norrby.example"), home(), { "type": "other", "value": "o@norrby.example" }] }),
        ),
        (
            json!([{ "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Postvalv.Admin" }]),
            json!({ "roles": [{ "primary": true, "value": "Postvalv.Admin" }] }),
        ),
        (
            json!([{ "op": "Replace", "value": { "emails[type eq \"work\"].value": "new@norrby.example" } }]),
            json!({ "emails": [work("new@norrby.example"), home()] }),
        ),
        (
            json!([{ "op": "add", "path": "emails", "value": [{ "value": "n@x.example", "primary": true }] }]),
            json!({ "emails": [
                { "value": "k@norrby.example", "type": "work", "primary": false }, home(),
                { "value": "n@x.example", "primary": true },
            ] }),
        ),
        (
            json!([{ "op": "add", "path": "emails", "value": { "value": "k@home.example", "type": "other" } }]),
            json!({ "emails": [work("k@norrby.example"), { "value": "k@home.example", "type": "other" }] }),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type eq \"home\"]", "value": { "value": "h@x.example" } }]),
            json!({ "emails": [work("k@norrby.example"), { "value": "h@x.example" }] }),
        ),
        (
            json!([{ "op": "Remove", "path": "emails[type eq \"home\"]" }]),
            json!({ "emails": [work("k@norrby.example")] }),
        ),
        (
            json!([{ "op": "remove", "path": "emails[type eq \"home\"].value" }]),
            json!({ "emails": [work("k@norrby.example")] }),
        ),
        (
            json!([{ "op": "remove", "path": "emails[type eq \"work\"].primary" }]),
            json!({ "emails": [{ "value": "k@norrby.example", "type": "work" }, home()] }),
        ),
        (json!([{ "op": "remove", "path": "name" }]), json!({ "name": null })),
        (
            json!([{ "op": "replace", "path": "name.givenName", "value": "" }]),
            json!({ "name": { "familyName": "Ek" } }),
        ),
        (
            json!([{ "op": "remove", "path": "emails[type eq \"fax\"]" }]),
            json!({}),
        ),
        // Okta sends the id along, and everybody what is not kept here.
        (
            json!([{ "op": "replace", "value": { "id": "2", "schemas": ["x"], "userName": "kek" } }]),
            json!({ "userName": "kek" }),
        ),
        (json!([{ "op": "Add", "path": "title", "value": "Chef" }]), json!({})),
        (
            json!([{ "op": "Add", "path": "addresses[type eq \"work\"].country", "value": "SE" }]),
            json!({}),
        ),
        (
            json!([{
                "op": "Add",
                "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "IT",
            }]),
            json!({}),
        ),
        (
            json!([{ "op": "add", "value": { "urn:ietf:params:scim:schemas:core:2.0:User": { "displayName": "K" } } }]),
            json!({ "displayName": "K" }),
        ),
        (
            json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:name.formatted", "value": "K E" }]),
            json!({ "name": { "givenName": "Karin", "familyName": "Ek", "formatted": "K E" } }),
        ),
    ] {
        let told = operations.to_string();
        assert_eq!(changed(&USER, operations).unwrap(), karin_with(changes), "{told}");
    }
}

#[test]
fn what_can_not_be_done_is_refused_with_its_kind() {
    for (operations, expected) in [
        (json!([]), "invalidValue"),
        (json!([{ "op": "move", "path": "active" }]), "invalidSyntax"),
        (json!("x"), "invalidSyntax"),
        (json!(["x"]), "invalidSyntax"),
        (json!([{ "op": "remove" }]), "noTarget"),
        (json!([{ "op": "remove", "path": "userName" }]), "mutability"),
        (json!([{ "op": "remove", "path": "active" }]), "mutability"),
        (json!([{ "op": "replace", "path": "id", "value": "2" }]), "mutability"),
        (
            json!([{ "op": "add", "path": "groups", "value": [{ "value": "g" }] }]),
            "mutability",
        ),
        (
            json!([{ "op": "add", "path": "meta.created", "value": "x" }]),
            "mutability",
        ),
        (json!([{ "op": "add", "path": "emails[", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "add", "path": 1, "value": "x" }]), "invalidPath"),
        (
            json!([{ "op": "add", "path": "userName.first", "value": "x" }]),
            "invalidPath",
        ),
        (
            json!([{ "op": "add", "path": "name[givenName pr]", "value": "x" }]),
            "invalidPath",
        ),
        (
            json!([{ "op": "add", "path": "userName", "value": { "a": 1 } }]),
            "invalidValue",
        ),
        (json!([{ "op": "add", "value": "x" }]), "invalidValue"),
        (
            json!([{ "op": "add", "path": "active", "value": "maybe" }]),
            "invalidValue",
        ),
        (
            json!([{ "op": "add", "path": "emails[type sw \"fax\"].value", "value": "x" }]),
            "noTarget",
        ),
        (
            json!([{ "op": "replace", "path": "emails[not (type pr)].value", "value": "x" }]),
            "noTarget",
        ),
        (
            json!([{ "op": "add", "path": "roles", "value": vec!["x"; 21] }]),
            "invalidValue",
        ),
        (
            json!(vec![json!({ "op": "replace", "path": "active", "value": true }); 101]),
            "invalidValue",
        ),
    ] {
        let told = operations.to_string();
        let error = changed(&USER, operations).unwrap_err();
        assert!(
            format!("{error:?}").contains(&format!("Some(\"{expected}\")")),
            "{told}: {error:?}"
        );
    }
    assert!(changed(&WORK_USER, json!([{ "op": "remove", "path": "externalId" }])).is_err());
}

/// The ids of a group's members after some operations.
fn members(before: &[&str], operations: Value) -> Vec<String> {
    let before: Vec<Value> = before.iter().map(|id| json!({ "value": id, "type": "User" })).collect();
    let mut group = json!({ "displayName": "x", "members": before })
        .as_object()
        .unwrap()
        .clone();
    let change = Value::Object(Map::from_iter([("Operations".to_owned(), operations)]));
    let operations = super::operations(&GROUP, &change).unwrap();
    apply(&GROUP, &mut group, &operations).unwrap();
    let after = group
        .get("members")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    after
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn members_come_and_go_in_every_way_that_directories_write_it() {
    let both = json!([{ "$ref": null, "value": "a" }, { "value": "b" }]);
    assert_eq!(
        members(&["a"], json!([{ "op": "Add", "path": "members", "value": both }])),
        ["a", "b"]
    );
    assert_eq!(
        members(
            &["a", "b"],
            json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "a" }] }])
        ),
        ["b"]
    );
    assert_eq!(
        members(
            &["a", "b"],
            json!([{ "op": "remove", "path": "members[value eq \"a\"]" }])
        ),
        ["b"]
    );
    assert_eq!(
        members(
            &["a", "b"],
            json!([{ "op": "remove", "path": "members", "value": [{ "value": "c" }] }])
        ),
        ["a", "b"]
    );
    assert!(members(&["a", "b"], json!([{ "op": "remove", "path": "members" }])).is_empty());
    assert_eq!(
        members(
            &["a"],
            json!([{ "op": "replace", "path": "members", "value": [{ "value": "c" }, { "value": "c" }] }])
        ),
        ["c", "c"]
    );
    assert_eq!(
        members(
            &["a"],
            json!([{ "op": "replace", "value": { "members": [{ "value": "c" }] } }])
        ),
        ["c"]
    );
    assert_eq!(
        members(
            &[],
            json!([{ "op": "add", "path": "members[value eq \"d\"]", "value": { "value": "d" } }])
        ),
        ["d"]
    );
}

#[test]
fn names_that_are_none_of_ours_are_dropped_and_conditions_that_cannot_be_read_are_not() {
    let extension = "urn:example/company:2.0:User";
    let value = json!({ "displayName": "K", "@odata.type": "user", extension: { "a": 1 }, "två ord": 1 });
    let operations = json!([{ "op": "replace", "value": value }]);
    assert_eq!(
        changed(&USER, operations).unwrap(),
        karin_with(json!({ "displayName": "K" }))
    );
    let operations = json!([{ "op": "replace", "value": { "emails[type eq": "x" } }]);
    assert!(changed(&USER, operations).is_err());
}

#[test]
fn the_work_of_a_change_is_bounded_before_anything_is_changed() {
    let paths = |operations: usize, conditions: usize| {
        let condition = vec!["value eq \"a\""; conditions].join(" or ");
        let operation = json!({ "op": "remove", "path": format!("emails[{condition}]") });
        super::operations(&USER, &json!({ "Operations": vec![operation; operations] })).is_ok()
    };
    assert!(paths(100, 2) && paths(1, 200) && !paths(100, 3) && !paths(2, 101));
    let names = |operations: usize| {
        let value = json!({ "userName": "k", "displayName": "k", "title": "x", "EMAILS": [] });
        let operation = json!({ "op": "add", "value": value });
        super::operations(&USER, &json!({ "Operations": vec![operation; operations] })).is_ok()
    };
    assert!(names(66) && !names(67));
}

/// What a model of a user's e-mail addresses does: a type has one address at most.
#[derive(Clone, Debug)]
enum Step {
    Set(&'static str, u8),
    Drop(&'static str),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kind = || prop_oneof![Just("work"), Just("home"), Just("other")];
    let step = prop_oneof![
        4 => (kind(), 0_u8..6).prop_map(|(kind, number)| Step::Set(kind, number)),
        2 => kind().prop_map(Step::Drop),
        1 => Just(Step::Clear),
    ];
    proptest::collection::vec(step, 0..30)
}

proptest! {
    /// Whatever the order in which Entra ID sets and removes addresses by their type, in one change or in many.
    #[test]
    fn addresses_by_type_are_what_a_map_of_types_is(steps in steps(), in_one: bool) {
        let mut model = BTreeMap::new();
        let mut user = json!({ "userName": "karin" }).as_object().unwrap().clone();
        let mut operations = Vec::new();
        for step in &steps {
            let operation = match step {
                Step::Set(kind, number) => {
                    model.insert((*kind).to_owned(), format!("{number}@norrby.example"));
                    let path = format!("emails[type eq \"{kind}\"].value");
                    let op = if number % 2 == 0 { "Add" } else { "Replace" };
                    json!({ "op": op, "path": path, "value": format!("{number}@norrby.example") })
                }
                Step::Drop(kind) => {
                    model.remove(*kind);
                    json!({ "op": "Remove", "path": format!("emails[type eq \"{kind}\"]") })
                }
                Step::Clear => {
                    model.clear();
                    json!({ "op": "remove", "path": "emails" })
                }
            };
            operations.push(operation);
        }
        let pieces: Vec<&[Value]> = if in_one { vec![&operations] } else { operations.chunks(1).collect() };
        for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            let operations = super::operations(&WORK_USER, &json!({ "Operations": piece })).unwrap();
            // Where addresses may be missing, as of a work account.
            apply(&WORK_USER, &mut user, &operations).unwrap();
        }
        let kept = user.get("emails").and_then(Value::as_array).cloned().unwrap_or_default();
        let kept: BTreeMap<String, String> = kept
            .iter()
            .map(|email| (email["type"].as_str().unwrap().to_owned(), email["value"].as_str().unwrap().to_owned()))
            .collect();
        prop_assert_eq!(kept, model);
    }

    /// The same of members, which are a set.
    #[test]
    fn members_are_a_set(steps in proptest::collection::vec((0_u8..4, 0_u8..6), 0..40)) {
        let mut model = std::collections::BTreeSet::new();
        let mut group = json!({ "displayName": "x" }).as_object().unwrap().clone();
        for (way, number) in steps {
            let id = format!("m{number}");
            let operation = match way {
                0 | 1 => {
                    model.insert(id.clone());
                    json!({ "op": "Add", "path": "members", "value": [{ "value": id }] })
                }
                2 => {
                    model.remove(&id);
                    json!({ "op": "Remove", "path": "members", "value": [{ "value": id }] })
                }
                _ => {
                    model.remove(&id);
                    json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })
                }
            };
            let operations = operations(&GROUP, &json!({ "Operations": [operation] })).unwrap();
            apply(&GROUP, &mut group, &operations).unwrap();
        }
        let kept = group.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut kept: Vec<&str> = kept.iter().map(|member| member["value"].as_str().unwrap()).collect();
        kept.sort_unstable();
        prop_assert_eq!(kept, model.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Nothing that comes as a change breaks the program.
    #[test]
    fn no_change_breaks_anything(path in "[a-zA-Z\\[\\]\\.\" :$()]{0,40}", value in "\\PC{0,20}", action in 0_usize..3) {
        let action = ["add", "replace", "remove"][action];
        for value in [json!(value), json!([value]), json!({ "value": value }), json!({ (path.clone()): value }), Value::Null] {
            for path in [None, Some(path.clone())] {
                let _ = changed(&USER, json!([{ "op": action, "path": path, "value": value }]));
            }
        }
    }
}
