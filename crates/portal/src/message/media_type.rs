//! Media types as senders declare them (RFC 9110 section 8.3.1).

/// The type in lower case without parameters, or `None` when it is not in the form `type/subtype`. The one parameter
/// that may stand there is `charset=utf-8`, which is what texts must be in any case.
pub(super) fn accept(text: &str) -> Option<String> {
    let (essence, parameter) = text
        .split_once(';')
        .map_or((text, None), |(essence, rest)| (essence, Some(rest)));
    if let Some(parameter) = parameter
        && !matches!(
            parameter.trim().to_ascii_lowercase().as_str(),
            "charset=utf-8" | "charset=\"utf-8\""
        )
    {
        return None;
    }
    let essence = essence.trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    (is_name(kind) && is_name(subtype)).then_some(essence)
}

/// A restricted name (RFC 6838 section 4.2).
fn is_name(name: &str) -> bool {
    (1..=127).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_a_type_and_a_subtype() {
        assert_eq!(accept("Application/PDF").as_deref(), Some("application/pdf"));
        assert_eq!(accept("text/plain; charset=UTF-8").as_deref(), Some("text/plain"));
        assert_eq!(accept("image/svg+xml").as_deref(), Some("image/svg+xml"));
        for bad in [
            "",
            "pdf",
            "/pdf",
            "application/",
            "a/b/c",
            "text/plain; charset=latin1",
            "text/html\r\nX: y",
            "text /plain",
            "*/*",
        ] {
            assert_eq!(accept(bad), None, "{bad:?}");
        }
    }
}
