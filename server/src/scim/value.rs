//! Values from outside, made what the schema says: capitals in names, texts where Booleans belong, one value where several may be.
//! What the schema does not have is left out, as RFC 7644 section 3.3 lets a provider do.

use serde_json::{Map, Value};

use super::error::ScimError;
use super::schema::{Attribute, Kind, Mutability, Schema, named};

/// The longest text, in characters.
const MAX_CHARS: usize = 256;

/// A resource as its attributes by their own names.
pub(super) type Resource = Map<String, Value>;

/// Reads a whole resource. What a directory does not set is left out too.
pub(super) fn resource(schema: &Schema, given: &Value) -> Result<Resource, ScimError> {
    let given = given
        .as_object()
        .ok_or(ScimError::invalid_syntax("the resource is not a JSON object"))?;
    if let Some(schemas) = given.get("schemas") {
        let has = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(schema.urn));
        if !schemas.as_array().is_some_and(|schemas| schemas.iter().any(has)) {
            return Err(ScimError::invalid_syntax("schemas does not name this type of resource"));
        }
    }
    let mut read = Resource::new();
    for (name, value) in given {
        let Some(attribute) = schema.attribute(name) else {
            continue;
        };
        if attribute.mutability != Mutability::ReadOnly
            && let Some(value) = of_attribute(attribute, value)?
        {
            read.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(read)
}

/// A value of an attribute, or all its values; nothing when it is unassigned (RFC 7643 section 2.5).
pub(super) fn of_attribute(attribute: &'static Attribute, given: &Value) -> Result<Option<Value>, ScimError> {
    let Some(most) = attribute.many else {
        return one(attribute, given);
    };
    let values = match given {
        Value::Array(values) => values.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut read = Vec::new();
    for value in values {
        read.extend(one(attribute, value)?);
        if read.len() > most {
            return Err(ScimError::invalid_value("an attribute has too many values"));
        }
    }
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

/// One value.
pub(super) fn one(attribute: &'static Attribute, given: &Value) -> Result<Option<Value>, ScimError> {
    match (attribute.kind, given) {
        (_, Value::Null) => Ok(None),
        (Kind::Boolean, Value::Bool(_)) => Ok(Some(given.clone())),
        // Entra ID sends "True" and "False".
        (Kind::Boolean, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(Value::Bool(true))),
            "false" => Ok(Some(Value::Bool(false))),
            _ => Err(ScimError::invalid_value("a value is not true or false")),
        },
        (Kind::Boolean, _) => Err(ScimError::invalid_value("a value is not true or false")),
        (Kind::Text | Kind::Instant | Kind::Reference(_), Value::String(text)) => {
            if text.chars().count() > MAX_CHARS {
                return Err(ScimError::invalid_value("a text is longer than 256 characters"));
            }
            Ok((!text.is_empty()).then(|| given.clone()))
        }
        (Kind::Text | Kind::Instant | Kind::Reference(_), _) => Err(ScimError::invalid_value("a value is not a text")),
        (Kind::Complex(parts), Value::Object(members)) => {
            let mut read = Map::new();
            for (name, value) in members {
                if let Some(part) = named(parts, name)
                    && let Some(value) = one(part, value)?
                {
                    read.insert(part.name.to_owned(), value);
                }
            }
            Ok((!read.is_empty()).then_some(Value::Object(read)))
        }
        // Of a value with parts, the one that matters alone.
        (Kind::Complex(parts), Value::String(_)) if attribute.many.is_some() => match named(parts, "value") {
            Some(part) => {
                let value = one(part, given)?;
                Ok(value.map(|value| Value::Object(Map::from_iter([(part.name.to_owned(), value)]))))
            }
            None => Err(ScimError::invalid_value("a value is not a JSON object")),
        },
        (Kind::Complex(_), _) => Err(ScimError::invalid_value("a value is not a JSON object")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schema::{GROUP, USER};
    use super::*;

    #[test]
    fn capitals_texts_and_single_values_are_made_what_the_schema_says() {
        let given = json!({
            "USERNAME": "karin", "Active": "False", "emails": { "Value": "k@norrby.example", "PRIMARY": "True" },
            "roles": ["admin", { "value": "sender", "weight": 3 }], "name": { "givenName": "Karin", "middleName": "E" },
            "title": "Chef", "phoneNumbers": [{ "value": "1" }], "id": "x", "groups": [{ "value": "y" }], "displayName": null,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "IT" },
        });
        let read = Value::Object(resource(&USER, &given).unwrap());
        let expected = json!({
            "userName": "karin", "active": false, "emails": [{ "value": "k@norrby.example", "primary": true }],
            "roles": [{ "value": "admin" }, { "value": "sender" }], "name": { "givenName": "Karin" },
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_of_another_kind_or_too_large_is_refused() {
        for given in [
            json!([]),
            json!("x"),
            json!({ "userName": 1 }),
            json!({ "userName": ["a"] }),
            json!({ "userName": { "value": "a" } }),
            json!({ "active": "yes" }),
            json!({ "active": 1 }),
            json!({ "emails": [1] }),
            json!({ "emails": [["a"]] }),
            json!({ "name": "Karin" }),
            json!({ "userName": "x".repeat(257) }),
            json!({ "roles": vec!["sender"; 21] }),
            json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"] }),
            json!({ "schemas": "urn:ietf:params:scim:schemas:core:2.0:User" }),
        ] {
            assert!(resource(&USER, &given).is_err(), "{given}");
        }
        let members = json!({ "members": vec![json!({ "value": "x" }); 2001] });
        assert!(resource(&GROUP, &members).is_err());
    }
}
