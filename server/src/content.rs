//! `GET /documents/{id}/content`: a document's bytes, decrypted on their way to the person.

use app::ErrorPage;
use axum::body::Body;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::DocumentId;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use portal::{ContentUse, Preview, ReadError, RequestedRange};

use crate::answer;
use crate::return_to::Page;
use crate::state::AppState;
use crate::visitor::Visitor;

/// Nothing in a document may run, load or be framed.
const CONTENT_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
    form-action 'none'; base-uri 'none'; sandbox";

/// Gives the document, whole or one range of it. With `?download` it is saved; otherwise it is shown when its type is
/// one that can't carry script.
pub(crate) async fn content(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let (Some(actor), Ok(id)) = (&visitor.actor, id.parse::<DocumentId>()) else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let download = query
        .as_deref()
        .is_some_and(|query| query.split('&').any(|part| part.starts_with("download")));
    if method == Method::HEAD {
        // No content, so none is opened and none is said to have been read.
        return match state.portal().document(actor, id).await {
            Ok(view) => {
                let summary = view.summary;
                let whole = 0..summary.size;
                head(
                    id,
                    &summary.file_name,
                    &summary.media_type,
                    summary.size,
                    &whole,
                    download,
                )
                .into_response()
            }
            Err(error) => unreadable(id, &error, &visitor),
        };
    }
    let range = requested_range(&headers, id);
    let content_use = if download {
        ContentUse::Download
    } else {
        ContentUse::View
    };
    match state.portal().open_content(actor, id, content_use, range).await {
        Ok(content) => {
            let head = head(
                id,
                &content.file_name,
                &content.media_type,
                content.size,
                &content.range,
                download,
            );
            // The length is declared, so a stream that breaks off breaks the connection, and nothing partial looks whole.
            let (status, headers) = head;
            (status, headers, Body::from_stream(content.stream)).into_response()
        }
        Err(error) => unreadable(id, &error, &visitor),
    }
}

/// What asks for a higher level has a page that says so and offers the ways in.
fn unreadable(id: DocumentId, error: &ReadError, visitor: &Visitor) -> Response {
    match error {
        ReadError::LevelTooLow { .. } => Redirect::to(&Page::Document(id).to_string()).into_response(),
        other => answer::read_error(other, visitor),
    }
}

/// Status and headers; the declared length makes HTTP notice a stream that broke off.
fn head(
    id: DocumentId,
    file_name: &str,
    media_type: &str,
    size: u64,
    range: &std::ops::Range<u64>,
    download: bool,
) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let inline = !download && Preview::of(media_type) != Preview::None;
    // What a browser may run gets a type that it only saves.
    let shown_type = match Preview::of(media_type) {
        Preview::Text => "text/plain; charset=utf-8",
        Preview::Pdf | Preview::Image => media_type,
        Preview::None => "application/octet-stream",
    };
    set(header::CONTENT_TYPE, shown_type);
    set(header::CONTENT_DISPOSITION, &disposition(file_name, inline));
    set(header::CONTENT_LENGTH, &(range.end - range.start).to_string());
    set(header::ACCEPT_RANGES, "bytes");
    // A document never changes, so its id names its bytes, and a broken download can go on.
    set(header::ETAG, &format!("\"{id}\""));
    set(header::CACHE_CONTROL, "no-store");
    set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    let whole = *range == (0..size);
    if !whole {
        set(
            header::CONTENT_RANGE,
            &format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1)),
        );
    }
    (
        if whole {
            StatusCode::OK
        } else {
            StatusCode::PARTIAL_CONTENT
        },
        headers,
    )
}

/// One range of bytes (RFC 9110 section 14.2). Anything else, several ranges among them, means the whole document, as
/// does `If-Range` with what is not this document.
fn requested_range(headers: &HeaderMap, id: DocumentId) -> Option<RequestedRange> {
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|tag| tag.as_bytes() != format!("\"{id}\"").as_bytes())
    {
        return None;
    }
    let (first, last) = headers
        .get(header::RANGE)?
        .to_str()
        .ok()?
        .strip_prefix("bytes=")?
        .trim()
        .split_once('-')?;
    match (first, last) {
        ("", last) => number(last).map(RequestedRange::Last),
        (first, "") => Some(RequestedRange::From {
            first: number(first)?,
            last: None,
        }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(RequestedRange::From {
                first,
                last: Some(last),
            })
        }
    }
}

fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// `Content-Disposition` (RFC 6266) with the name in ASCII for old browsers and in UTF-8 (RFC 8187) for all others.
fn disposition(file_name: &str, inline: bool) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String = file_name
        .chars()
        .map(|character| match character {
            '"' | '\\' | '%' | '/' => '_',
            ' '..='~' => character,
            _ => '_',
        })
        .collect();
    let mut encoded = String::with_capacity(file_name.len());
    for byte in file_name.bytes() {
        // attr-char of RFC 8187 section 3.2.1.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> DocumentId {
        "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap()
    }

    fn range(range: &str, if_range: Option<&str>) -> Option<RequestedRange> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, tag.parse().unwrap());
        }
        requested_range(&headers, id())
    }

    #[test]
    fn one_range_is_read_and_anything_else_means_all() {
        assert_eq!(
            range("bytes=0-499", None),
            Some(RequestedRange::From {
                first: 0,
                last: Some(499)
            })
        );
        assert_eq!(
            range("bytes=500-", None),
            Some(RequestedRange::From { first: 500, last: None })
        );
        assert_eq!(range("bytes=-5", None), Some(RequestedRange::Last(5)));
        for bad in [
            "bytes=5-4",
            "bytes=0-1,3-4",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "lines=1-2",
            "bytes",
        ] {
            assert_eq!(range(bad, None), None, "{bad}");
        }
    }

    #[test]
    fn a_range_of_another_document_means_all() {
        assert!(range("bytes=0-1", Some("\"0192f0c1-2345-7abc-8def-0123456789ab\"")).is_some());
        assert!(range("bytes=0-1", Some("\"other\"")).is_none());
        assert!(range("bytes=0-1", Some("W/\"0192f0c1-2345-7abc-8def-0123456789ab\"")).is_none());
    }

    #[test]
    fn a_file_name_is_quoted_for_old_browsers_and_encoded_for_all() {
        assert_eq!(
            disposition("Läkarintyg \"nr 1\".pdf", false),
            "attachment; filename=\"L_karintyg _nr 1_.pdf\"; filename*=UTF-8''L%C3%A4karintyg%20%22nr%201%22.pdf"
        );
        assert!(disposition("a\r\nX: y", true).starts_with("inline; filename=\"a__X: y\""));
    }

    #[test]
    fn what_could_run_is_never_shown() {
        for (media_type, download, shown) in [
            ("application/pdf", false, true),
            ("application/pdf", true, false),
            ("image/png", false, true),
            ("text/html", false, false),
            ("image/svg+xml", false, false),
        ] {
            let (_, headers) = head(id(), "name", media_type, 10, &(0..10), download);
            let disposition = headers[header::CONTENT_DISPOSITION].to_str().unwrap();
            assert_eq!(disposition.starts_with("inline"), shown, "{media_type}");
            assert!(!headers[header::CONTENT_TYPE].to_str().unwrap().contains("html"));
        }
    }
}
