//! JSON from outside, with errors that repeat nothing of what was sent.

use ::api::{Problem, ProblemCode};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::{ApiState, Refusal};

/// A JSON body of a small request.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Refusal> {
        if media_type(request.headers()).is_none_or(|media_type| media_type != mime::APPLICATION_JSON) {
            return Err(Refusal::new(ProblemCode::UnsupportedMediaType));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Refusal::new(if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
                ProblemCode::MetadataTooLarge
            } else {
                ProblemCode::Interrupted
            })
        })?;
        read_json(&bytes, ProblemCode::MalformedRequest).map(Self)
    }
}

/// The media type of a body, without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<mime::Mime> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let full: mime::Mime = text.parse().ok()?;
    full.essence_str().parse().ok()
}

/// Reads JSON; when that fails, a problem of the given kind that says where, and what when that is a field's name.
pub(super) fn read_json<T: DeserializeOwned>(bytes: &[u8], code: ProblemCode) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        let mut problem = Problem::new(code);
        let reason = error.to_string();
        // The other messages of serde quote values, and a value may be somebody's number.
        let about_a_field = reason.starts_with("missing field") || reason.starts_with("unknown field");
        let place = format!("line {}, column {}", error.line(), error.column());
        problem.detail = Some(match (about_a_field, reason.rsplit_once(" at line ")) {
            (true, Some((what, _))) => format!("At {place}: {what}."),
            _ => format!("The JSON is wrong at {place}. {}", code.advice()),
        });
        problem.into()
    })
}

#[cfg(test)]
mod tests {
    use ::api::MatchRequest;

    use super::*;

    fn detail(json: &str) -> String {
        let refusal = read_json::<MatchRequest>(json.as_bytes(), ProblemCode::MalformedRequest).err();
        refusal.map(|refusal| format!("{refusal:?}")).unwrap()
    }

    #[test]
    fn a_mistake_in_a_fields_name_is_told() {
        assert!(detail(r#"{"recipient": []}"#).contains("unknown field `recipient`, expected `recipients`"));
        assert!(detail("{}").contains("missing field `recipients`"));
    }

    #[test]
    fn a_value_is_never_repeated() {
        for json in [
            r#"{"recipients": "197701172392"}"#,
            r#"{"recipients": [197701172392]}"#,
            r#"["197701172392"]"#,
        ] {
            let told = detail(json);
            assert!(!told.contains("1977"), "{told}");
            assert!(told.contains("line 1, column"), "{told}");
        }
    }
}
