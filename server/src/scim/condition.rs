//! Whether a resource is one that a filter keeps: a pure function of both.

use std::sync::atomic::{AtomicUsize, Ordering};

use portal::caseless;
use serde_json::Value;

use super::filter::{Filter, Literal, Name, Operator, Test};
use super::schema::{Attribute, Kind, Schema, named};
use super::value::Resource;

/// Where names are looked up: a resource's attributes, or the parts of one attribute's values.
#[derive(Clone, Copy)]
enum Names<'a> {
    Of(&'a Schema),
    Parts(&'static [Attribute]),
}

impl Names<'_> {
    fn find(self, name: &Name) -> Option<&'static Attribute> {
        match self {
            Self::Of(schema) => {
                let is_ours = |urn: &String| urn.eq_ignore_ascii_case(schema.urn);
                if name.schema.as_ref().is_none_or(is_ours) {
                    schema.attribute(&name.attribute)
                } else {
                    None
                }
            }
            Self::Parts(parts) => named(parts, &name.attribute).filter(|_| name.schema.is_none()),
        }
    }
}

/// How much a filter may still look at. A step is a value, or 32 bytes of a text.
pub(super) struct Work(AtomicUsize);

impl Work {
    /// For a list of users or groups: 10,000 users and some 100 conditions.
    pub(super) fn of_a_list() -> Self {
        Self(AtomicUsize::new(2_000_000))
    }

    /// For what is bounded already.
    pub(super) fn unbounded() -> Self {
        Self(AtomicUsize::new(usize::MAX))
    }

    /// Takes steps, and says whether there were enough of them.
    fn take(&self, steps: usize) -> bool {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(steps);
        self.0.store(left, Ordering::Relaxed);
        left > 0
    }

    /// Whether it was too much: what the filter kept is then not what it says.
    pub(super) fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Whether the filter keeps the resource. An attribute that it does not have, or that there is not, has no value.
pub(super) fn keeps(schema: &Schema, filter: &Filter, resource: &Resource, work: &Work) -> bool {
    holds(Names::Of(schema), filter, resource, work)
}

/// Whether the filter keeps one of an attribute's values.
pub(super) fn keeps_value(attribute: &'static Attribute, filter: &Filter, value: &Value, work: &Work) -> bool {
    value
        .as_object()
        .is_some_and(|value| holds(Names::Parts(attribute.parts()), filter, value, work))
}

fn holds(names: Names<'_>, filter: &Filter, of: &Resource, work: &Work) -> bool {
    match filter {
        Filter::All(filters) => filters.iter().all(|filter| holds(names, filter, of, work)),
        Filter::Any(filters) => filters.iter().any(|filter| holds(names, filter, of, work)),
        Filter::Not(filter) => !holds(names, filter, of, work),
        Filter::Term { name, of: inner, test } => {
            let Some(attribute) = names.find(name) else {
                return passes(&[], None, test, work);
            };
            let mut values: Vec<&Value> = match of.get(attribute.name) {
                Some(Value::Array(values)) => values.iter().collect(),
                Some(value) => vec![value],
                None => Vec::new(),
            };
            if !work.take(1 + values.len()) {
                return false;
            }
            if let Some(inner) = inner {
                values.retain(|value| keeps_value(attribute, inner, value, work));
            }
            // Of a value with parts, the one that matters is compared.
            let part = match (&name.part, test) {
                (Some(part), _) => Some(part.as_str()),
                (None, Test::Compare(..)) if !attribute.parts().is_empty() => Some("value"),
                (None, _) => None,
            };
            let Some(part) = part else {
                return passes(&values, Some(attribute), test, work);
            };
            let part = named(attribute.parts(), part);
            let values: Vec<&Value> = values.into_iter().filter_map(|value| value.get(part?.name)).collect();
            passes(&values, part, test, work)
        }
    }
}

fn passes(values: &[&Value], attribute: Option<&'static Attribute>, test: &Test, work: &Work) -> bool {
    match test {
        Test::Present | Test::Compare(Operator::NotEqual, Literal::Null) => !values.is_empty(),
        Test::Compare(Operator::Equal, Literal::Null) => values.is_empty(),
        Test::Compare(Operator::NotEqual, literal) => {
            !attribute.is_some_and(|attribute| any(values, attribute, Operator::Equal, literal, work))
        }
        Test::Compare(operator, literal) => {
            attribute.is_some_and(|attribute| any(values, attribute, *operator, literal, work))
        }
    }
}

fn any(values: &[&Value], attribute: &'static Attribute, operator: Operator, literal: &Literal, work: &Work) -> bool {
    values.iter().any(|value| match (value, literal) {
        (Value::Bool(value), Literal::Boolean(literal)) => operator == Operator::Equal && value == literal,
        // Entra ID asks for "True".
        (Value::Bool(value), Literal::Text(literal)) => {
            operator == Operator::Equal
                && literal
                    .written
                    .eq_ignore_ascii_case(if *value { "true" } else { "false" })
        }
        (Value::String(value), Literal::Text(literal)) => {
            work.take(value.len() / 32)
                && match attribute.kind {
                    Kind::Instant => literal
                        .instant
                        .is_some_and(|literal| instants(value, literal, operator)),
                    _ if attribute.case_exact => texts(value, &literal.written, operator),
                    _ => texts(&caseless(value), &literal.caseless, operator),
                }
        }
        _ => false,
    })
}

fn texts(value: &str, literal: &str, operator: Operator) -> bool {
    match operator {
        Operator::Equal => value == literal,
        Operator::NotEqual => value != literal,
        Operator::Contains => value.contains(literal),
        Operator::StartsWith => value.starts_with(literal),
        Operator::EndsWith => value.ends_with(literal),
        Operator::Greater => value > literal,
        Operator::GreaterOrEqual => value >= literal,
        Operator::Less => value < literal,
        Operator::LessOrEqual => value <= literal,
    }
}

fn instants(value: &str, literal: jiff::Timestamp, operator: Operator) -> bool {
    let Ok(value) = value.parse::<jiff::Timestamp>() else {
        return false;
    };
    match operator {
        Operator::Equal => value == literal,
        Operator::NotEqual => value != literal,
        Operator::Greater => value > literal,
        Operator::GreaterOrEqual => value >= literal,
        Operator::Less => value < literal,
        Operator::LessOrEqual => value <= literal,
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::filter::filter;
    use super::super::schema::USER;
    use super::*;

    #[test]
    fn a_filter_keeps_what_it_says() {
        let user = json!({
            "id": "0192f0c1-2345-7abc-8def-0123456789ab", "userName": "Karin@Norrby.example", "externalId": "E-17",
            "name": { "givenName": "Åsa", "familyName": "Ek" }, "active": true,
            "emails": [
                { "value": "karin@norrby.example", "type": "work", "primary": true },
                { "value": "karin@home.example", "type": "home" },
            ],
            "meta": { "created": "2026-11-22T09:00:00.000Z", "resourceType": "User" },
        });
        let user = user.as_object().unwrap();
        for (text, kept) in [
            (r#"userName eq "karin@norrby.EXAMPLE""#, true),
            (r#"USERNAME Eq "karin@norrby.example""#, true),
            (r#"externalId eq "E-17""#, true),
            (r#"externalId eq "e-17""#, false),
            (r#"name.givenName eq "a\u030asa""#, true),
            (r#"name.familyName ne "Ek""#, false),
            (r#"name.formatted ne "Ek""#, true),
            (r#"displayName pr"#, false),
            (r#"displayName eq null"#, true),
            (r#"name pr and emails pr"#, true),
            (r#"active eq true"#, true),
            (r#"active eq "True""#, true),
            (r#"active eq false"#, false),
            (r#"active co "t""#, false),
            (r#"emails[type eq "work"].value eq "karin@norrby.example""#, true),
            (r#"emails[type eq "home"].value eq "karin@norrby.example""#, false),
            (r#"emails[type eq "work" and primary eq "True"]"#, true),
            (r#"emails[type eq "other"]"#, false),
            (r#"emails co "home.ex""#, true),
            (r#"emails.type ew "ome""#, true),
            (r#"emails.value ne "karin@home.example""#, false),
            (
                r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "karin""#,
                true,
            ),
            (
                r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr"#,
                false,
            ),
            (r#"title eq "Chef""#, false),
            (r#"title ne "Chef""#, true),
            (r#"not (title pr)"#, true),
            (r#"meta.created gt "2026-11-22T09:59:59+01:00""#, true),
            (r#"meta.created lt "2026-11-22T09:00:00Z""#, false),
            (
                r#"meta.created le "2026-11-22T09:00:00Z" and meta.created ge "2026-11-22T09:00:00Z""#,
                true,
            ),
            (r#"meta.created gt "yesterday""#, false),
            (r#"userName gt "a" and userName lt "l""#, true),
            (r#"userName eq 1"#, false),
            (
                r#"id eq "0192f0c1-2345-7abc-8def-0123456789ab" and externalId eq "E-17""#,
                true,
            ),
        ] {
            let work = Work::of_a_list();
            assert_eq!(keeps(&USER, &filter(text).unwrap(), user, &work), kept, "{text}");
            assert!(!work.is_used_up());
        }
    }

    #[test]
    fn a_filter_that_looks_at_too_much_is_told_of() {
        let emails = vec![json!({ "value": "x".repeat(256) }); 20];
        let user = json!({ "userName": "karin", "emails": emails });
        let filter = filter(&vec!["emails co \"y\""; 200].join(" or ")).unwrap();
        let work = Work::of_a_list();
        let looks = || keeps(&USER, &filter, user.as_object().unwrap(), &work);
        let one = (0..1000).take_while(|_| !looks() && !work.is_used_up()).count();
        // 200 conditions, each with 20 values of 256 bytes.
        assert_eq!(one, 2_000_000 / (200 * (1 + 20 + 20 * 8)));
    }
}
