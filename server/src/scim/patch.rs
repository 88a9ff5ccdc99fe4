//! Changes of a resource (PATCH, RFC 7644 section 3.5.2) as directories really send them: a pure function of the resource and the
//! operations. Entra ID writes `op` with capitals, Booleans as texts, dotted names where no path is, and creates values by naming
//! what they are to be (`emails[type eq "work"].value`).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::condition::{Work, keeps_value};
use super::error::ScimError;
use super::filter::{self, Filter, Literal, Name, Operator, Path, Test};
use super::schema::{Attribute, Mutability, Schema, named};
use super::value::{self, Resource};

/// The most operations in one change.
const MAX_OPERATIONS: usize = 100;
/// The most attributes that they name, and the most conditions in their paths: each may look at every member of a group, while
/// nobody else writes.
const MAX_PLACES: usize = 200;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    Replace,
    Remove,
}

/// One operation at one place.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    action: Action,
    path: Path,
    /// Whether the place was named by a path.
    is_named: bool,
    value: Value,
}

/// Reads the operations of a change, with their paths. What is named of attributes that are not kept is taken and dropped, as when
/// a resource is made.
pub(super) fn operations(schema: &Schema, body: &Value) -> Result<Vec<Operation>, ScimError> {
    let list = member(body, "operations").and_then(Value::as_array);
    let list = list.ok_or(ScimError::invalid_syntax("Operations is missing"))?;
    if list.is_empty() || list.len() > MAX_OPERATIONS {
        return Err(ScimError::invalid_value("a change has 1 to 100 operations"));
    }
    let mut read = Vec::new();
    for given in list {
        operation(schema, given, &mut read)?;
    }
    let conditions = read.iter().filter_map(|operation| operation.path.of.as_ref());
    if read.len() > MAX_PLACES || conditions.map(Filter::conditions).sum::<usize>() > MAX_PLACES {
        return Err(ScimError::too_many(
            "a change names at most 200 attributes and 200 conditions",
        ));
    }
    Ok(read)
}

fn operation(schema: &Schema, given: &Value, read: &mut Vec<Operation>) -> Result<(), ScimError> {
    let action = member(given, "op").and_then(Value::as_str).unwrap_or_default();
    let action = match action.to_ascii_lowercase().as_str() {
        "add" => Action::Add,
        "replace" => Action::Replace,
        "remove" => Action::Remove,
        _ => return Err(ScimError::invalid_syntax("op is not add, replace or remove")),
    };
    let value = member(given, "value").unwrap_or(&Value::Null);
    match member(given, "path") {
        Some(Value::String(path)) if !path.is_empty() => {
            let path = filter::path(path).map_err(|problem| ScimError::invalid_path(problem.0))?;
            place(schema, action, path, true, value, read);
            Ok(())
        }
        None | Some(Value::Null | Value::String(_)) if action == Action::Remove => {
            Err(ScimError::no_target("what is to be removed is not named"))
        }
        None | Some(Value::Null | Value::String(_)) => places(schema, action, value, read),
        Some(_) => Err(ScimError::invalid_path("path is not a text")),
    }
}

/// Without a path, each member of the value is what its name says, which may be a path.
fn places(schema: &Schema, action: Action, value: &Value, read: &mut Vec<Operation>) -> Result<(), ScimError> {
    let members = value.as_object();
    let members = members.ok_or(ScimError::invalid_value("without a path, the value is a JSON object"))?;
    for (name, value) in members {
        if name.eq_ignore_ascii_case(schema.urn) && value.is_object() {
            places(schema, action, value, read)?;
        } else if !name.eq_ignore_ascii_case("schemas") {
            match filter::path(name) {
                // A read-only attribute that comes along, such as `id`, is no attempt to change it.
                Ok(path) => place(schema, action, path, false, value, read),
                Err(problem) if name.contains('[') => return Err(ScimError::invalid_path(problem.0)),
                // No attribute that is kept has such a name.
                Err(_) => {}
            }
        }
    }
    Ok(())
}

fn place(schema: &Schema, action: Action, path: Path, is_named: bool, value: &Value, read: &mut Vec<Operation>) {
    if attribute(schema, &path.name).is_some() {
        let value = value.clone();
        read.push(Operation {
            action,
            path,
            is_named,
            value,
        });
    }
}

/// The attribute that is meant, if it is kept.
fn attribute(schema: &Schema, name: &Name) -> Option<&'static Attribute> {
    let is_foreign = |urn: &String| !urn.eq_ignore_ascii_case(schema.urn);
    match &name.schema {
        Some(urn) if is_foreign(urn) => None,
        _ => schema.attribute(&name.attribute),
    }
}

/// A member of an object, whatever its capitals.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?.iter();
    let mut named = members.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    named.next().map(|(_, value)| value)
}

/// Does all operations in their order. When one can't be done, the error says why, and what was done of the others counts for
/// nothing: the caller keeps what it had.
pub(super) fn apply(schema: &Schema, resource: &mut Resource, operations: &[Operation]) -> Result<(), ScimError> {
    operations
        .iter()
        .try_for_each(|operation| at(schema, resource, operation))
}

fn at(schema: &Schema, resource: &mut Resource, operation: &Operation) -> Result<(), ScimError> {
    let Operation {
        action,
        path,
        is_named,
        value,
    } = operation;
    let (action, is_named) = (*action, *is_named);
    let Some(attribute) = attribute(schema, &path.name) else {
        return Ok(());
    };
    if attribute.mutability == Mutability::ReadOnly {
        return if is_named {
            Err(ScimError::mutability("the attribute is read-only"))
        } else {
            Ok(())
        };
    }
    let part = match path.name.part.as_deref().map(|part| named(attribute.parts(), part)) {
        Some(Some(part)) => Some(part),
        Some(None) if attribute.parts().is_empty() => {
            return Err(ScimError::invalid_path("the attribute has no parts"));
        }
        Some(None) => return Ok(()),
        None => None,
    };
    if path.of.is_some() && attribute.many.is_none() {
        return Err(ScimError::invalid_path("the attribute has one value alone"));
    }
    match (attribute.many, part) {
        (None, None) => single(resource, attribute, action, value),
        (None, Some(part)) => part_of_single(resource, attribute, part, action, value),
        (Some(most), part) => {
            let mut values = match resource.remove(attribute.name) {
                Some(Value::Array(values)) => values,
                _ => Vec::new(),
            };
            match (&path.of, part) {
                (None, None) => whole(&mut values, attribute, action, value)?,
                (of, part) => some(&mut values, attribute, of.as_ref(), part, action, value)?,
            }
            if values.len() > most {
                return Err(ScimError::invalid_value("an attribute has too many values"));
            }
            if values.is_empty() && attribute.required {
                return Err(required());
            }
            if !values.is_empty() {
                resource.insert(attribute.name.to_owned(), Value::Array(values));
            }
            Ok(())
        }
    }
}

/// What every resource of the type has can't be taken from one (section 3.5.2.2).
const fn required() -> ScimError {
    ScimError::mutability("a required attribute can't be removed")
}

/// An attribute with one value.
fn single(
    resource: &mut Resource,
    attribute: &'static Attribute,
    action: Action,
    given: &Value,
) -> Result<(), ScimError> {
    let read = if action == Action::Remove {
        None
    } else {
        value::one(attribute, given)?
    };
    match (read, resource.get_mut(attribute.name)) {
        (None, _) if attribute.required => return Err(required()),
        (None, _) => {
            resource.remove(attribute.name);
        }
        // Of a value with parts, those that are given take their places (section 3.5.2.3).
        (Some(Value::Object(parts)), Some(Value::Object(before))) => before.extend(parts),
        (Some(read), _) => {
            resource.insert(attribute.name.to_owned(), read);
        }
    }
    Ok(())
}

fn part_of_single(
    resource: &mut Resource,
    attribute: &'static Attribute,
    part: &'static Attribute,
    action: Action,
    given: &Value,
) -> Result<(), ScimError> {
    let read = if action == Action::Remove {
        None
    } else {
        value::one(part, given)?
    };
    let whole = resource
        .entry(attribute.name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(parts) = whole {
        set_part(parts, part, read);
        if parts.is_empty() {
            resource.remove(attribute.name);
        }
    }
    Ok(())
}

fn set_part(parts: &mut Map<String, Value>, part: &'static Attribute, read: Option<Value>) {
    match read {
        Some(read) => parts.insert(part.name.to_owned(), read),
        None => parts.remove(part.name),
    };
}

/// All values of an attribute, named without a condition.
fn whole(
    values: &mut Vec<Value>,
    attribute: &'static Attribute,
    action: Action,
    given: &Value,
) -> Result<(), ScimError> {
    let read = match value::of_attribute(attribute, given)? {
        Some(Value::Array(read)) => read,
        _ => Vec::new(),
    };
    match action {
        Action::Replace => *values = read,
        Action::Add => add(values, read),
        Action::Remove if given.is_null() => values.clear(),
        // Entra ID names the members that leave in the value.
        Action::Remove => {
            let leaving: HashSet<String> = read.iter().map(identity).collect();
            values.retain(|value| !leaving.contains(&identity(value)));
        }
    }
    Ok(())
}

/// What makes two values of an attribute the same one.
fn identity(value: &Value) -> String {
    match value.get("value") {
        Some(Value::String(value)) => value.clone(),
        _ => value.to_string(),
    }
}

/// Adds values. One that is there already is not there twice, and what is said of it anew counts; a new primary one is the only.
fn add(values: &mut Vec<Value>, added: Vec<Value>) {
    let is_primary = |value: &Value| value.get("primary") == Some(&Value::Bool(true));
    if added.iter().any(is_primary) {
        for parts in values.iter_mut().filter_map(Value::as_object_mut) {
            if parts.contains_key("primary") {
                parts.insert("primary".to_owned(), Value::Bool(false));
            }
        }
    }
    let mut places: std::collections::HashMap<String, usize> = values
        .iter()
        .enumerate()
        .map(|(place, value)| (identity(value), place))
        .collect();
    for value in added {
        match places.get(&identity(&value)).and_then(|place| values.get_mut(*place)) {
            Some(before) => {
                if let (Value::Object(before), Value::Object(value)) = (before, value) {
                    before.extend(value);
                }
            }
            None => {
                places.insert(identity(&value), values.len());
                values.push(value);
            }
        }
    }
}

/// Some values of an attribute, those that a condition keeps or all, or a part of each.
fn some(
    values: &mut Vec<Value>,
    attribute: &'static Attribute,
    of: Option<&Filter>,
    part: Option<&'static Attribute>,
    action: Action,
    given: &Value,
) -> Result<(), ScimError> {
    let work = Work::unbounded();
    let is_meant = |value: &Value| of.is_none_or(|of| keeps_value(attribute, of, value, &work));
    if action == Action::Remove {
        match part {
            // A value without what matters of it is none.
            Some(part) if part.name != "value" => {
                for parts in values.iter_mut().filter(|value| is_meant(value)) {
                    if let Some(parts) = parts.as_object_mut() {
                        parts.remove(part.name);
                    }
                }
                values.retain(|value| value.as_object().is_some_and(|parts| !parts.is_empty()));
            }
            _ => values.retain(|value| !is_meant(value)),
        }
        return Ok(());
    }
    let parts = match part {
        Some(part) => Map::from_iter(value::one(part, given)?.map(|read| (part.name.to_owned(), read))),
        None => match value::one(attribute, first(given))? {
            Some(Value::Object(parts)) => parts,
            _ => Map::new(),
        },
    };
    if parts.is_empty() {
        // To be nothing is to be removed.
        return some(values, attribute, of, part, Action::Remove, given);
    }
    let mut found = false;
    for value in values.iter_mut().filter(|value| is_meant(value)) {
        found = true;
        match (action, part, value.as_object_mut()) {
            (Action::Replace, None, Some(before)) => *before = parts.clone(),
            (_, _, Some(before)) => before.extend(parts.clone()),
            (_, _, None) => {}
        }
    }
    if !found {
        let mut made = of.map_or_else(|| Some(Map::new()), |of| described(attribute, of));
        let made = made
            .as_mut()
            .ok_or(ScimError::no_target("no value is meant by the path"))?;
        made.extend(parts);
        values.push(Value::Object(std::mem::take(made)));
    }
    Ok(())
}

/// The one value that is given, alone or as a list of one.
fn first(given: &Value) -> &Value {
    match given.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => given,
    }
}

/// The value that a condition describes: what Entra ID means when none is there that fits. Nothing of a condition that says more
/// than what some parts are equal to.
fn described(attribute: &'static Attribute, of: &Filter) -> Option<Map<String, Value>> {
    match of {
        Filter::All(filters) => {
            let mut made = Map::new();
            for filter in filters {
                made.extend(described(attribute, filter)?);
            }
            Some(made)
        }
        Filter::Term {
            name:
                Name {
                    schema: None,
                    attribute: part,
                    part: None,
                },
            of: None,
            test: Test::Compare(Operator::Equal, literal),
        } => {
            let part = named(attribute.parts(), part)?;
            let literal = match literal {
                Literal::Text(text) => Value::String(text.written.clone()),
                Literal::Boolean(is) => Value::Bool(*is),
                Literal::Number(_) | Literal::Null => return None,
            };
            let value = value::one(part, &literal).ok().flatten()?;
            Some(Map::from_iter([(part.name.to_owned(), value)]))
        }
        Filter::Any(_) | Filter::Not(_) | Filter::Term { .. } => None,
    }
}

#[cfg(test)]
mod tests;
