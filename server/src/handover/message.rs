//! A row of the log as a message of syslog (RFC 5424), framed for a stream by counting its bytes (RFC 5425 section 4.3). Pure.

use portal::AuditRow;

/// The facility "log audit".
const FACILITY: u8 = 13;
const WARNING: u8 = 4;
const INFORMATIONAL: u8 = 6;
/// The longest MSGID that RFC 5424 allows, in bytes.
const MSGID_MAX: usize = 32;

/// The message's frame. What it tells stands in its MSG, which is the row's line of an export as it is: nothing is left out, and
/// whoever collects these lines can verify them. `host` is the portal's name.
pub(super) fn frame(host: &str, row: &AuditRow) -> Vec<u8> {
    let severity = if row.is_warning { WARNING } else { INFORMATIONAL };
    let priority = FACILITY * 8 + severity;
    let id = if is_msgid(&row.short_action) {
        &row.short_action
    } else {
        "-"
    };
    let version = env!("CARGO_PKG_VERSION");
    let message = format!(
        "<{priority}>1 {} {host} postvalv - {id} [origin software=\"postvalv\" swVersion=\"{version}\"] {}",
        row.at.to_rfc3339(),
        row.line
    );
    format!("{} {message}", message.len()).into_bytes()
}

fn is_msgid(action: &str) -> bool {
    (1..=MSGID_MAX).contains(&action.len()) && action.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;

    fn row(action: &str) -> AuditRow {
        AuditRow {
            sequence: 7,
            at: Timestamp::from_millis(1_795_338_000_123),
            short_action: action.to_owned(),
            is_warning: false,
            line: "{\"å\":1}".to_owned(),
        }
    }

    #[test]
    fn a_frame_counts_its_bytes_and_carries_the_line_as_it_is() {
        let frame = String::from_utf8(frame("post.norrby.example", &row("document.viewed"))).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let message = format!(
            "<110>1 2026-11-22T09:00:00.123Z post.norrby.example postvalv - document.viewed \
             [origin software=\"postvalv\" swVersion=\"{version}\"] {{\"å\":1}}"
        );
        assert_eq!(frame, format!("{} {message}", message.len()));
    }

    #[test]
    fn what_the_log_sorts_as_a_warning_is_one() {
        for (is_warning, priority) in [(true, "<108>1 "), (false, "<110>1 ")] {
            let row = AuditRow {
                is_warning,
                ..row("staff.sign-in-refused")
            };
            let frame = String::from_utf8(frame("h", &row)).unwrap();
            assert!(frame.contains(priority), "{frame}");
        }
    }

    #[test]
    fn an_action_that_is_no_msgid_leaves_it_out() {
        for action in ["", "two words", &"a".repeat(33), "å"] {
            let frame = String::from_utf8(frame("h", &row(action))).unwrap();
            assert!(frame.contains(" postvalv - - [origin "), "{frame}");
        }
    }
}
