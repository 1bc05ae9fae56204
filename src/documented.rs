//! The names of the documented fields at the top of the platform's notifications.
//!
//! Captures are recognised by them before any notification is read; reading itself is defined in
//! [`notification`](crate::notification), and a test there holds both together.

/// The fields of a session-end notification, in the order of the vendor's page.
pub(crate) const SESSION_END: [&str; 22] = [
    "workflow_id",
    "workflow_name",
    "nodetask_id",
    "nodetask_name",
    "waba_task_id",
    "wfdetail_uuid",
    "timestamp",
    "channel",
    "channel_id",
    "callee",
    "call_id",
    "robot_id",
    "status",
    "session_start_time",
    "session_end_time",
    "session_end_reason",
    "intention",
    "talk_round",
    "ner_slots",
    "event_label",
    "variables",
    "messages",
];

/// The fields of the platform's other notifications that a session-end notification does not have.
pub(crate) const OTHERS: [&str; 4] = ["actions", "case_id", "callee_number", "rows"];

/// The fields that only a session-end notification has.
pub(crate) const SESSION_END_FIELDS: [&str; 2] = ["messages", "session_end_reason"];

/// Fields whose names other objects have as well.
const COMMON: [&str; 5] = ["timestamp", "channel", "status", "variables", "rows"];

/// Whether hardly any object but a notification of the platform has a field of this name.
pub(crate) fn is_telling(name: &str) -> bool {
    let is_documented = SESSION_END.contains(&name) || OTHERS.contains(&name);
    is_documented && !COMMON.contains(&name)
}

/// Whether text holds a key in quotes that hardly any other program writes, with the colon after it:
/// then it is a piece of a notification, whatever it lacks. The quotes may be escaped, as `\"` or `\x22`.
pub(crate) fn holds_telling_key(text: &[u8]) -> bool {
    let quotes = memchr::memchr2_iter(b'"', b'\\', text);
    quotes.filter_map(|at| quoted(&text[at..])).any(is_own_key)
}

/// The key in quotes that a text starts with.
fn quoted(text: &[u8]) -> Option<&str> {
    const QUOTES: [&[u8]; 3] = [b"\"", b"\\\"", b"\\x22"];
    let quote = QUOTES.into_iter().find(|quote| text.starts_with(quote))?;
    let key = &text[quote.len()..];
    let end = key
        .iter()
        .take(20)
        .position(|byte| !byte.is_ascii_lowercase() && *byte != b'_')?;
    let after = key[end..].strip_prefix(quote)?.trim_ascii_start();
    let key = std::str::from_utf8(&key[..end]).ok()?;
    after.starts_with(b":").then_some(key)
}

/// Whether a key is one of a notification or its messages, and not a word that other programs use.
fn is_own_key(key: &str) -> bool {
    const OF_MESSAGES: [&str; 2] = ["msg_id", "sender_type"];
    const WORDS: [&str; 4] = ["messages", "actions", "intention", "case_id"];
    is_telling(key) && !WORDS.contains(&key) || OF_MESSAGES.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::holds_telling_key;

    #[test]
    fn knows_pieces_of_notifications_by_their_keys() {
        for (text, want) in [
            (r#"INFO {"call_id": "7", "status": "clo"#, true),
            (r#"body="{\"call_id\" : \"7\""#, true),
            (r#""{\x22sender_type\x22:\x22user\x22"#, true),
            (r#"level=info msg="call_id: 7" status=closed"#, false),
            (r#"{"status": "ok", "timestamp": 1, "messages": ["#, false),
            (r#"the key "call_id" is missing"#, false),
            ("{'call_id': '7'}", false),
            ("", false),
            ("\"", false),
        ] {
            assert_eq!(holds_telling_key(text.as_bytes()), want, "{text}");
        }
    }
}
