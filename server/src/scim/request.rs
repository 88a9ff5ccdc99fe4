//! What comes with a request: a body, and what a list is asked for with. Errors repeat nothing of either.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{StatusCode, Uri, header};
use portal::Selection;
use serde_json::Value;
use url::form_urlencoded;

use super::ScimState;
use super::error::{MEDIA_TYPE, ScimError};
use super::filter::{self, Filter};
use super::resource::Shown;

/// How many resources a list shows unless something else is asked for, and at most.
pub(super) const DEFAULT_COUNT: usize = 100;
pub(super) const MAX_COUNT: usize = 200;

/// A JSON body.
pub(super) struct Body(pub(super) Value);

impl FromRequest<ScimState> for Body {
    type Rejection = ScimError;

    async fn from_request(request: Request, state: &ScimState) -> Result<Self, ScimError> {
        let text = request.headers().get(header::CONTENT_TYPE);
        let media_type: Option<mime::Mime> = text.and_then(|text| text.to_str().ok()?.parse().ok());
        let is_json = |media_type: &mime::Mime| matches!(media_type.essence_str(), MEDIA_TYPE | "application/json");
        if !media_type.as_ref().is_some_and(is_json) {
            return Err(ScimError::of(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| ScimError::of(rejection.status()))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| ScimError::invalid_syntax("the body is not JSON"))
    }
}

/// What a list is asked for with.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) filter: Option<Filter>,
    /// The first that is shown, from 1.
    pub(super) start: usize,
    /// How many are shown at most.
    pub(super) count: usize,
    pub(super) shown: Shown,
}

impl Query {
    /// Which of those that a condition keeps are shown.
    pub(super) fn selection<'a, T>(&self, keep: Option<&'a (dyn Fn(&T) -> bool + Send + Sync)>) -> Selection<'a, T> {
        Selection {
            keep,
            skip: self.start.saturating_sub(1),
            take: self.count,
        }
    }

    /// Of the parameters in an address.
    pub(super) fn of_address(uri: &Uri) -> Result<Self, ScimError> {
        let mut given = Given::default();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if let Some(place) = given.place(&name) {
                *place = Some(value.into_owned());
            }
        }
        given.read()
    }

    /// Of the body of a search (RFC 7644 section 3.4.3).
    pub(super) fn of_body(body: &Value) -> Result<Self, ScimError> {
        let members = body
            .as_object()
            .ok_or(ScimError::invalid_syntax("the search is not a JSON object"))?;
        let mut given = Given::default();
        for (name, value) in members {
            let Some(place) = given.place(name) else {
                continue;
            };
            *place = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Array(names) => {
                    let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                    let names = names.ok_or(ScimError::invalid_value("a list of names has something else"))?;
                    Some(names.join(","))
                }
                Value::Bool(_) | Value::Object(_) => {
                    return Err(ScimError::invalid_value("a parameter is of the wrong kind"));
                }
            };
        }
        given.read()
    }
}

#[derive(Default)]
struct Given {
    filter: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    attributes: Option<String>,
    excluded: Option<String>,
}

impl Given {
    fn place(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name.to_ascii_lowercase().as_str() {
            "filter" => &mut self.filter,
            "startindex" => &mut self.start_index,
            "count" => &mut self.count,
            "attributes" => &mut self.attributes,
            "excludedattributes" => &mut self.excluded,
            _ => return None,
        })
    }

    fn read(self) -> Result<Query, ScimError> {
        let filter = self.filter.filter(|text| !text.trim().is_empty());
        let filter = filter.map(|text| filter::filter(&text)).transpose();
        // Less than the least counts as that (RFC 7644 section 3.4.2.4).
        let number = |text: Option<String>, otherwise: usize, least: i64| match text {
            None => Ok(otherwise),
            Some(text) => match text.trim().parse::<i64>() {
                Ok(number) => Ok(usize::try_from(number.max(least)).unwrap_or(usize::MAX)),
                Err(_) => Err(ScimError::invalid_value("startIndex or count is not a number")),
            },
        };
        Ok(Query {
            filter: filter.map_err(|problem| ScimError::invalid_filter(problem.0))?,
            start: number(self.start_index, 1, 1)?,
            count: number(self.count, DEFAULT_COUNT, 0)?.min(MAX_COUNT),
            shown: Shown::new(
                self.attributes.as_deref().unwrap_or_default(),
                self.excluded.as_deref().unwrap_or_default(),
            )?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_are_bounded_whatever_is_asked_for() {
        for (query, start, count) in [
            ("", 1, 100),
            ("startIndex=0&count=-5", 1, 0),
            ("STARTINDEX=201&Count=100000", 201, 200),
            ("startIndex=9999999999999&count=1", 9_999_999_999_999, 1),
        ] {
            let uri = format!("/scim/v2/Users?{query}").parse().unwrap();
            let read = Query::of_address(&uri).unwrap();
            assert_eq!((read.start, read.count), (start, count), "{query}");
        }
        for query in ["count=many", "startIndex=", "filter=userName", "attributes=a%20b"] {
            let uri = format!("/scim/v2/Users?{query}").parse().unwrap();
            assert!(Query::of_address(&uri).is_err(), "{query}");
        }
    }

    #[test]
    fn a_search_says_the_same_in_a_body() {
        let body = json!({ "startIndex": 3, "count": 2, "attributes": ["userName", "id"], "filter": "userName pr", "sortBy": "x" });
        let read = Query::of_body(&body).unwrap();
        assert_eq!((read.start, read.count, read.filter.is_some()), (3, 2, true));
        assert!(read.shown.has("userName") && !read.shown.has("active"));
        for body in [
            json!([]),
            json!({ "count": true }),
            json!({ "attributes": [1] }),
            json!({ "filter": {} }),
        ] {
            assert!(Query::of_body(&body).is_err(), "{body}");
        }
    }
}
