//! The exact wording of every kind of finding: people search for it, scripts match it, and
//! fingerprints are computed from it.

use std::collections::BTreeSet;

use chatlog::delivery::Headers;
use chatlog::finding::{Detail, Finding, FindingLimit};
use chatlog::json::Document;
use chatlog::signature::{Checks, Scheme, Secret, verify_request};
use chatlog::view::wording::{help, label, message};

use crate::contract;
use crate::notifications::{inspect, notification_with};

macro_rules! details {
    ($($detail:ident)*) => {
        const DETAILS: &[&str] = &[$(stringify!($detail),)*];

        fn name(detail: &Detail) -> &'static str {
            match detail {
                $(Detail::$detail { .. } => stringify!($detail),)*
            }
        }
    };
}

// A detail that is not listed here does not compile; one that no case below shows fails the test.
details! {
    NotJson NotANotification OtherNotification MissingField WrongType UnknownValue BadTime UnknownField UnrelatedField
    UnknownContentType UnknownInteractiveType UnknownSystemEvent DuplicateKey NumberPrecision
    DuplicateMessageId DanglingReply MessageOrder OutsideSession EndsBeforeStart EmptyTranscript
    Signature Contract Uncheckable
}

/// The messages so far, and the details that they are about.
#[derive(Default)]
struct Said(BTreeSet<&'static str>);

impl Said {
    /// Asserts the exact message, help and related places of findings.
    #[track_caller]
    fn case(&mut self, findings: &[Finding], want: &[&str]) {
        let mut said = Vec::new();
        for finding in findings {
            self.0.insert(name(&finding.detail));
            said.push(message(finding));
            said.extend(help(finding).map(|help| format!("help: {help}")));
            let beside = finding.related.iter().map(|related| label(related.label));
            said.extend(beside.map(|label| format!("beside: {label}")));
        }
        assert_eq!(said, want);
    }

    #[track_caller]
    fn body(&mut self, body: impl AsRef<[u8]>, want: &[&str]) {
        let findings = inspect(body.as_ref(), |report| report.findings.clone());
        self.case(&findings, want);
    }

    /// A good notification, except for these members.
    #[track_caller]
    fn members(&mut self, members: &str, want: &[&str]) {
        self.body(notification_with(members), want);
    }

    /// A good notification with one message, which has this content.
    #[track_caller]
    fn content(&mut self, content: &str, want: &[&str]) {
        self.members(&messages(&[&format!(r#""content": {content}"#)]), want);
    }
}

/// Messages that differ from a good one in these members. Each has its own id and time.
fn messages(messages: &[&str]) -> String {
    let whole = |(number, members): (usize, &&str)| {
        let default = [
            ("msg_id", format!("\"m{number}\"")),
            ("timestamp", (1_744_699_261 + number).to_string()),
            ("status", "\"read\"".to_owned()),
            ("content", r#"{"type": "text", "text": "hello"}"#.to_owned()),
        ];
        let rest = default
            .iter()
            .filter(|(name, _)| !members.starts_with(&format!("\"{name}\"")))
            .map(|(name, value)| format!("\"{name}\": {value}"));
        let members = [(*members).to_owned()].into_iter().chain(rest);
        let members: Vec<_> = members.filter(|member| !member.is_empty()).collect();
        format!("{{{}}}", members.join(", "))
    };
    let messages: Vec<_> = messages.iter().enumerate().map(whole).collect();
    format!("\"messages\": [{}]", messages.join(", "))
}

#[test]
fn every_finding_says_what_is_wrong_and_what_to_do() {
    let mut said = Said::default();
    text_that_is_not_json(&mut said);
    other_json(&mut said);
    types(&mut said);
    times(&mut said);
    names(&mut said);
    numbers(&mut said);
    contents(&mut said);
    conversations(&mut said);
    signatures(&mut said);
    contracts(&mut said);
    assert_eq!(said.0, DETAILS.iter().copied().collect());
}

fn text_that_is_not_json(said: &mut Said) {
    said.body("", &["the body is empty"]);
    said.body(
        "{\"a\": {",
        &[
            "the body is cut off: it ends inside an object",
            "help: chatlog shows what comes before the cut",
        ],
    );
    said.body("a log", &["expected a value, found `a`"]);
    said.body("1}", &["expected the end of the text, found `}`"]);
    let latin = |name: &[u8]| {
        let body = notification_with("\"workflow_name\": \"@\"").into_bytes();
        let (before, after) =
            body.split_at(body.iter().position(|byte| *byte == b'@').unwrap_or(0));
        [before, name, &after[1..]].concat()
    };
    let utf8 = "help: JSON must be UTF-8; chatlog shows invalid bytes as U+FFFD";
    said.body(latin(b"\xed"), &["invalid UTF-8: byte 0xed", utf8]);
    said.body(
        latin(b"\xed.\xff\xff"),
        &["invalid UTF-8: byte 0xed (and 2 more)", utf8],
    );
    said.members(
        r#""workflow_name": "\uD83D""#,
        &[
            r"unpaired surrogate `\uD83D` in a string",
            "help: chatlog shows it as U+FFFD; the sender probably cut a text inside a character",
        ],
    );
}

fn other_json(said: &mut Said) {
    said.body(
        "{\"status\": 200}",
        &["not a notification: an object without the documented fields"],
    );
    said.body("3", &["not a notification: the number `3`"]);
    said.body("[[]]", &["not a notification: an array"]);
    said.body(
        r#"{"workflow_id": "", "status": null, "rows": [], "version": 2}"#,
        &[
            "not a session-end notification: has `workflow_id`, `status` and `rows`, \
             lacks `messages` and `session_end_reason`",
            "help: the platform posts it to the same URL; chatlog shows its fields and checks none",
        ],
    );
}

fn types(said: &mut Said) {
    for (members, want) in [
        (r#""callee": null"#, "expected a string, found null"),
        (r#""callee": true"#, "expected a string, found `true`"),
        (
            r#""talk_round": "3""#,
            "expected an integer, found the string `3`",
        ),
        (
            r#""talk_round": 0.5"#,
            "expected an integer, found the number `0.5`",
        ),
        (
            r#""timestamp": []"#,
            "expected Unix seconds (an integer), found an array",
        ),
        (r#""messages": {}"#, "expected an array, found an object"),
        (r#""variables": []"#, "expected an object, found an array"),
    ] {
        said.members(members, &[want]);
    }
}

fn times(said: &mut Said) {
    said.members(
        r#""session_end_time": "today""#,
        &["expected an RFC 3339 time such as `2025-04-15T06:41:00Z`, found `today`"],
    );
    said.members(
        r#""timestamp": -1"#,
        &["expected Unix seconds between 1970 and 9999, found the number `-1`"],
    );
    said.members(
        r#""timestamp": 1744699269000"#,
        &[
            "expected Unix seconds between 1970 and 9999, found the number `1744699269000`",
            "help: this looks like milliseconds: divide by 1000",
        ],
    );
}

fn names(said: &mut Said) {
    said.members(
        r#""session_end_reason": "expired""#,
        &[
            "`expired` is not a documented end reason: expected one of `robot`, `agent`, \
             `error`, `expire`, `user`",
            "help: did you mean `expire`?",
        ],
    );
    said.members(r#""intention": "E", "x": 1"#, &["unknown field `x`"]);
    said.members(
        r#""talk_round": 3, "talk_rounds": 4"#,
        &[
            "unknown field `talk_rounds`",
            "help: did you mean `talk_round`?",
        ],
    );
    said.members(
        r#""variables": {"a": 1, "a": 2}"#,
        &[
            "duplicate key `a`",
            "help: most parsers keep the last value, as chatlog does; some keep the first",
            "beside: first used here",
        ],
    );
}

fn numbers(said: &mut Said) {
    for (number, loss) in [
        ("1e999", "is too large for a 64-bit float"),
        ("1e-999", "is too small for a 64-bit float"),
        (
            "9007199254740993",
            "is beyond the safe integer range of 64-bit floats (2^53 - 1)",
        ),
        (
            "0.12345678901234567890",
            "has more digits than a 64-bit float can hold (17)",
        ),
    ] {
        said.members(
            &format!(r#""variables": {{"id": {number}}}"#),
            &[
                &format!("`{number}` {loss}"),
                "help: many JSON parsers, including JavaScript's, change it; send it as a string",
            ],
        );
    }
}

fn contents(said: &mut Said) {
    said.content("{}", &["missing field `type`"]);
    said.content(
        r#"{"type": "text"}"#,
        &["missing field `text`, required in a message of type `text`"],
    );
    said.content(
        r#"{"type": "text", "text": "a", "media": {"origin_url": "b"}}"#,
        &["unknown field `media` in a message of type `text`"],
    );
    said.content(
        r#"{"type": "location", "location": {"latitude": "1", "longitude": 2}}"#,
        &["expected a number, found the string `1`"],
    );
    said.content(
        r#"{"type": "imagee"}"#,
        &[
            "unknown content type `imagee`",
            "help: did you mean `image`?",
        ],
    );
    said.content(
        r#"{"type": "interactive", "interactive": {"type": "x"}}"#,
        &["unknown interactive type `x`"],
    );
    said.content(
        r#"{"type": "system", "system": {"type": "conversation.takeover"}}"#,
        &[
            "unknown system event `conversation.takeover`",
            "help: did you mean `conversation.take_over`?",
        ],
    );
}

fn conversations(said: &mut Said) {
    said.members(&messages(&[]), &["the session has no messages"]);
    said.members(
        &messages(&[r#""msg_id": "a""#, r#""msg_id": "a""#]),
        &[
            "duplicate message id `a`, first used by message 1",
            "beside: first used here",
        ],
    );
    said.members(
        &messages(&[r#""reply": {"msg_id": "a"}"#]),
        &["the reply refers to message `a`, which is not in the transcript"],
    );
    said.members(
        &messages(&[r#""timestamp": 1744699269"#, r#""timestamp": 1744699262"#]),
        &[
            "message 2 is 7 s older than message 1, which precedes it in the notification",
            "beside: message 1",
        ],
    );
    said.members(
        &messages(&[r#""timestamp": 1744699259"#, r#""timestamp": 1744699329"#]),
        &[
            "sent 1 s before the session started",
            "beside: the session starts here",
            "sent 1 min after the session ended",
            "beside: the session ends here",
        ],
    );
    said.members(
        r#""session_start_time": "2025-04-15T06:41:09Z", "session_end_time": "2025-04-15T06:41:00Z""#,
        &[
            "the session ends at 2025-04-15T06:41:00Z, before it starts at 2025-04-15T06:41:09Z",
            "beside: the session starts here",
        ],
    );
}

fn signatures(said: &mut Said) {
    let secret = Secret::new("Jefe").expect("it is not empty");
    let checks = Checks::new(Scheme::default(), [secret]);
    let missing = verify_request(&Headers::default(), b"{}", &checks);
    let notes = ["a note".to_owned(), "another".to_owned()];
    let findings = |notes| Vec::from_iter(missing.finding(notes));
    let reason = missing.reason.clone();
    let reason = reason
        .as_deref()
        .unwrap_or("The delivery has no signature.");
    said.case(&findings(&[]), &[reason]);
    said.case(&findings(&notes), &[reason, "help: a note; another"]);
}

fn contracts(said: &mut Said) {
    let contract = contract::example();
    let mut case = |body: &str, want: &[&str]| {
        let document = Document::new(body.as_bytes());
        let findings = contract.findings(&document, FindingLimit::default());
        said.case(&findings.finish().0, want);
    };
    case(
        r#"{"variables": {}}"#,
        &[
            "missing property `order_id`",
            "help: required by the schema `ours.json` at /properties/variables/required",
        ],
    );
    case(
        "[1e999]",
        &[
            "cannot check the body against the schema `ours.json`: number out of range at line 1 column 6",
        ],
    );
}
