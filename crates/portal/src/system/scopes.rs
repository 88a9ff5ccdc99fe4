//! A system's scopes as text, for storage.

use crate::actor::Scope;

/// Scopes with a space between them (RFC 6749 section 3.3), in one order and without repetition.
pub(super) fn write_scopes(scopes: &[Scope]) -> String {
    let names: Vec<&str> = Scope::ALL
        .into_iter()
        .filter(|scope| scopes.contains(scope))
        .map(Scope::as_str)
        .collect();
    names.join(" ")
}

/// Reads stored scopes; one that this version does not know gives nothing.
pub(super) fn read_scopes(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(|name| name.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_once_each() {
        let scopes = [Scope::EventsRead, Scope::MessagesSend, Scope::EventsRead];
        assert_eq!(write_scopes(&scopes), "messages:send events:read");
        assert_eq!(
            read_scopes("messages:send unknown events:read"),
            [Scope::MessagesSend, Scope::EventsRead]
        );
        assert_eq!(read_scopes(""), []);
    }
}
