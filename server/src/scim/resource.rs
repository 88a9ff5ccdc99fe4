//! Users and groups as they are sent and received, and how much of them is sent.

use std::collections::BTreeSet;

use base::{StaffId, Timestamp};
use portal::{Email, GroupAttributes, NameParts, ProvisionedGroup, ProvisionedUser, RoleValue, UserAttributes};
use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::filter;
use super::schema::{GROUP, Schema, USER};
use super::value::Resource;

/// Puts a value into a resource, unless there is none.
fn put(resource: &mut Resource, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        resource.insert(name.to_owned(), value.into());
    }
}

fn meta(schema: &Schema, base: &str, id: &str, created_at: Timestamp, changed_at: Timestamp) -> Value {
    json!({
        "resourceType": schema.name,
        "created": created_at.to_rfc3339(),
        "lastModified": changed_at.to_rfc3339(),
        "location": format!("{base}{}/{id}", schema.endpoint),
    })
}

/// A user as it is sent.
pub(super) fn user(user: &ProvisionedUser, base: &str) -> Resource {
    let (id, said) = (user.id.to_string(), &user.attributes);
    let mut sent = Resource::new();
    sent.insert("schemas".to_owned(), json!([USER.urn]));
    sent.insert("id".to_owned(), json!(id));
    put(&mut sent, "externalId", said.external_id.clone());
    sent.insert("userName".to_owned(), json!(said.user_name));
    let mut name = Map::new();
    put(&mut name, "formatted", said.name.formatted.clone());
    put(&mut name, "familyName", said.name.family_name.clone());
    put(&mut name, "givenName", said.name.given_name.clone());
    put(&mut sent, "name", (!name.is_empty()).then_some(name));
    put(&mut sent, "displayName", said.display_name.clone());
    let emails = said.emails.iter().map(|email| {
        let mut sent = Map::from_iter([("value".to_owned(), json!(email.value))]);
        put(&mut sent, "type", email.kind.clone());
        put(&mut sent, "primary", email.primary);
        Value::Object(sent)
    });
    let roles = said.roles.iter().map(|role| {
        let mut sent = Map::from_iter([("value".to_owned(), json!(role.value))]);
        put(&mut sent, "display", role.display.clone());
        put(&mut sent, "type", role.kind.clone());
        put(&mut sent, "primary", role.primary);
        Value::Object(sent)
    });
    let groups = user.groups.iter().map(|group| {
        json!({
            "value": group.id.to_string(),
            "$ref": format!("{base}{}/{}", GROUP.endpoint, group.id),
            "display": group.display_name,
        })
    });
    sent.insert("active".to_owned(), json!(said.active));
    for (name, values) in [
        ("emails", emails.collect::<Vec<_>>()),
        ("roles", roles.collect()),
        ("groups", groups.collect()),
    ] {
        put(&mut sent, name, (!values.is_empty()).then_some(values));
    }
    let meta = meta(&USER, base, &id, user.created_at, user.changed_at);
    sent.insert("meta".to_owned(), meta);
    sent
}

/// A group as it is sent.
pub(super) fn group(group: &ProvisionedGroup, base: &str, with_members: bool) -> Resource {
    let id = group.id.to_string();
    let mut sent = Resource::new();
    sent.insert("schemas".to_owned(), json!([GROUP.urn]));
    sent.insert("id".to_owned(), json!(id));
    put(&mut sent, "externalId", group.attributes.external_id.clone());
    sent.insert("displayName".to_owned(), json!(group.attributes.display_name));
    if with_members {
        let member = |member: &StaffId| {
            let address = format!("{base}{}/{member}", USER.endpoint);
            json!({ "value": member.to_string(), "$ref": address, "type": "User" })
        };
        let members: Vec<Value> = group.members.iter().map(member).collect();
        sent.insert("members".to_owned(), Value::Array(members));
    }
    let meta = meta(&GROUP, base, &id, group.created_at, group.changed_at);
    sent.insert("meta".to_owned(), meta);
    sent
}

fn text(of: &Resource, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn values<'a>(of: &'a Resource, name: &str) -> impl Iterator<Item = &'a Resource> + use<'a> {
    let values = of.get(name).and_then(Value::as_array).map(Vec::as_slice);
    values.unwrap_or_default().iter().filter_map(Value::as_object)
}

/// What a resource says of a user. Whether they are active is left as it was where nothing is said of it.
pub(super) fn user_attributes(resource: &Resource, was_active: bool) -> UserAttributes {
    let nothing = Resource::new();
    let name = resource.get("name").and_then(Value::as_object).unwrap_or(&nothing);
    let boolean = |of: &Resource, name: &str| of.get(name).and_then(Value::as_bool);
    let emails = values(resource, "emails").map(|email| Email {
        value: text(email, "value").unwrap_or_default(),
        kind: text(email, "type"),
        primary: boolean(email, "primary"),
    });
    let roles = values(resource, "roles").map(|role| RoleValue {
        value: role_value(text(role, "value").unwrap_or_default()),
        display: text(role, "display"),
        kind: text(role, "type"),
        primary: boolean(role, "primary"),
    });
    UserAttributes {
        user_name: text(resource, "userName").unwrap_or_default(),
        external_id: text(resource, "externalId"),
        name: NameParts {
            formatted: text(name, "formatted"),
            given_name: text(name, "givenName"),
            family_name: text(name, "familyName"),
        },
        display_name: text(resource, "displayName"),
        emails: emails.collect(),
        roles: roles.collect(),
        active: boolean(resource, "active").unwrap_or(was_active),
    }
}

/// Entra ID sends an app role, without the expression that makes it a word, as JSON in a text.
fn role_value(text: String) -> String {
    if !text.starts_with('{') {
        return text;
    }
    let inner = serde_json::from_str::<Value>(&text).ok();
    let inner = inner.and_then(|inner| inner.get("value")?.as_str().map(str::to_owned));
    inner.unwrap_or(text)
}

/// What a resource says of a group, and who is in it.
pub(super) fn group_attributes(resource: &Resource) -> Result<(GroupAttributes, BTreeSet<StaffId>), ScimError> {
    let member = |member: &Resource| {
        let id = member.get("value").and_then(Value::as_str).unwrap_or_default();
        let unknown = || ScimError::invalid_value("a member is none of the directory's users");
        let is_user = member
            .get("type")
            .and_then(Value::as_str)
            .is_none_or(|kind| kind.eq_ignore_ascii_case("User"));
        if is_user {
            id.parse::<StaffId>().map_err(|_| unknown())
        } else {
            Err(unknown())
        }
    };
    let members = values(resource, "members").map(member).collect::<Result<_, _>>()?;
    let attributes = GroupAttributes {
        display_name: text(resource, "displayName").unwrap_or_default(),
        external_id: text(resource, "externalId"),
    };
    Ok((attributes, members))
}

/// How much of each resource is sent (RFC 7644 section 3.9).
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    only: Vec<Wanted>,
    but: Vec<Wanted>,
}

/// The name of an attribute, perhaps of a part of it, in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    attribute: String,
    part: Option<String>,
}

impl Shown {
    /// Of two lists of names with commas between them.
    pub(super) fn new(attributes: &str, excluded: &str) -> Result<Self, ScimError> {
        Ok(Self {
            only: wanted(attributes)?,
            but: wanted(excluded)?,
        })
    }

    /// Whether anything of an attribute is sent.
    pub(super) fn has(&self, attribute: &str) -> bool {
        let is_it = |wanted: &Wanted| wanted.attribute.eq_ignore_ascii_case(attribute);
        (self.only.is_empty() || self.only.iter().any(is_it))
            && !self.but.iter().any(|wanted| is_it(wanted) && wanted.part.is_none())
    }

    /// What of the resource is sent; its id and schemas always are.
    pub(super) fn of(&self, mut resource: Resource) -> Resource {
        let always = |name: &str| matches!(name, "id" | "schemas");
        resource.retain(|name, _| always(name) || self.has(name));
        for (name, value) in resource.iter_mut().filter(|(name, _)| !always(name)) {
            let of_it = |list: &[Wanted]| {
                let named = list.iter().filter(|wanted| wanted.attribute.eq_ignore_ascii_case(name));
                let parts: Option<Vec<String>> = named.map(|wanted| wanted.part.clone()).collect();
                parts.unwrap_or_default()
            };
            let (only, but) = (of_it(&self.only), of_it(&self.but));
            let is_sent = |part: &str| {
                let is_it = |name: &String| name.eq_ignore_ascii_case(part);
                (only.is_empty() || only.iter().any(is_it)) && !but.iter().any(is_it)
            };
            match value {
                Value::Object(parts) => parts.retain(|part, _| is_sent(part)),
                Value::Array(values) => {
                    for parts in values.iter_mut().filter_map(Value::as_object_mut) {
                        parts.retain(|part, _| is_sent(part));
                    }
                }
                _ => {}
            }
        }
        resource
    }
}

fn wanted(list: &str) -> Result<Vec<Wanted>, ScimError> {
    const MAX_NAMES: usize = 50;
    let names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.len() > MAX_NAMES {
        return Err(ScimError::invalid_value("too many attributes are named"));
    }
    let read = |name: &str| match filter::path(name) {
        Ok(path) if path.of.is_none() => Ok(Wanted {
            attribute: path.name.attribute,
            part: path.name.part,
        }),
        _ => Err(ScimError::invalid_value("an attribute that is named has no such name")),
    };
    names.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(attributes: &str, excluded: &str) -> Value {
        let resource = json!({
            "schemas": ["x"], "id": "1", "userName": "karin", "name": { "givenName": "Karin", "familyName": "Ek" },
            "emails": [{ "value": "a", "type": "work" }], "meta": { "created": "y" },
        });
        let resource = resource.as_object().unwrap().clone();
        Value::Object(Shown::new(attributes, excluded).unwrap().of(resource))
    }

    #[test]
    fn what_is_asked_for_is_sent_and_the_id_always() {
        let only = json!({ "schemas": ["x"], "id": "1", "userName": "karin", "name": { "givenName": "Karin" } });
        assert_eq!(shown("USERNAME, name.GivenName", ""), only);
        assert_eq!(
            shown("urn:ietf:params:scim:schemas:core:2.0:User:userName", "")["userName"],
            "karin"
        );
        let but = json!({
            "schemas": ["x"], "id": "1", "userName": "karin", "name": { "familyName": "Ek" }, "emails": [{ "type": "work" }],
        });
        assert_eq!(shown("", "meta,name.givenName,emails.value,id"), but);
        assert!(Shown::new("a b", "").is_err());
        assert!(Shown::new("", &"a,".repeat(51)).is_err());
    }

    #[test]
    fn a_full_group_can_be_sent_back_as_it_came() {
        let id = |number: usize| format!("00000000-0000-7000-8000-{number:012x}");
        let members = (0..portal::Portal::MAX_GROUP_MEMBERS).map(|number| id(number).parse::<StaffId>().unwrap());
        let full = ProvisionedGroup {
            id: id(0).parse().unwrap(),
            attributes: GroupAttributes {
                display_name: "x".repeat(256),
                external_id: Some("x".repeat(256)),
            },
            members: members.collect(),
            created_at: Timestamp::from_millis(0),
            changed_at: Timestamp::from_millis(0),
        };
        let base = format!("https://{}.example.se/scim/v2", "x".repeat(60));
        let sent = Value::Object(group(&full, &base, true));
        assert!(sent.to_string().len() <= super::super::MAX_BODY_BYTES);
        let read = crate::scim::value::resource(&GROUP, &sent).unwrap();
        let (attributes, members) = group_attributes(&read).unwrap();
        assert!(attributes == full.attributes && members == full.members);
    }

    #[test]
    fn an_app_role_in_json_is_its_value() {
        let sent =
            json!({ "roles": [{ "value": "{\"id\":\"1\",\"value\":\"Postvalv.Admin\",\"displayName\":\"Admin\"}" }] });
        let said = user_attributes(sent.as_object().unwrap(), true);
        assert_eq!(said.roles[0].value, "Postvalv.Admin");
        assert_eq!(said.role(), Some(portal::Role::Admin));
        assert_eq!(role_value("{broken".to_owned()), "{broken");
    }
}
