//! The rules, one row each: the only list of them.
//!
//! To add a rule, add a row and note it in the module that reads the value. Errors come first.
//!
//! The examples are members of a notification; the members that are left out are fine. An example
//! in braces is a whole body. The
//! examples of the rules on signatures are whole captures, signed with the secret of the samples.
//! `tests/explain.rs` checks that each wrong example breaks its rule and no other, and that each
//! right one breaks none.

use super::row::{Explanation, Kind, RuleRow, Severity};

macro_rules! rules {
    ($($rule:ident {
        name: $name:literal,
        severity: $severity:ident,
        kind: $kind:ident,
        $(is_closed_to_projects: $is_closed:literal,)?
        $(is_forgiven: $is_forgiven:literal,)?
        sentence: $sentence:literal,
        why: $why:literal,
        wrong: $wrong:literal,
        right: $right:literal,
    })*) => {
        /// What can be wrong or odd with a delivery. The name of a rule never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $sentence] $rule,)*
        }

        impl Rule {
            /// Every rule, errors first.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];
        }

        /// The rows, in the order of the rules.
        pub(super) static ROWS: [RuleRow; Rule::ALL.len()] = [$(RuleRow {
            name: $name,
            severity: Severity::$severity,
            kind: Kind::$kind,
            is_closed_to_projects: false $(|| $is_closed)?,
            is_forgiven: false $(|| $is_forgiven)?,
            sentence: $sentence,
            explanation: Explanation { why: $why, wrong: $wrong, right: $right },
        },)*];
    };
}

rules! {
    NotJson {
        name: "not-json",
        severity: Error,
        kind: Shape,
        is_closed_to_projects: true,
        sentence: "The body is not JSON, or not text.",
        why: "chatlog cannot read past a syntax error; it shows what comes before. Usually the \
            body was cut off when it was saved, or something else was saved in its place: an \
            object as Python or JavaScript prints it, a log line with its prefix, or text in \
            another encoding.",
        wrong: r#""variables": {'name': 'Ana'}"#,
        right: r#""variables": {"name": "Ana"}"#,
    }

    NotANotification {
        name: "not-a-notification",
        severity: Error,
        kind: Shape,
        sentence: "The body is JSON, and not a notification of the platform.",
        why: "A notification is an object with at least three of the documented fields. Anything \
            else was not sent by the platform, or was saved without what is around it: a receiver \
            that takes it for a notification works on nothing.",
        wrong: r#"{"name": "webhook-receiver", "version": "1.4.0"}"#,
        right: r#""intention": "A""#,
    }

    MissingField {
        name: "missing-field",
        severity: Error,
        kind: Shape,
        is_forgiven: true,
        sentence: "An object lacks a field that it must have.",
        why: "A receiver that relies on the field fails, or takes a missing value for an empty \
            one. The vendor marks the required fields of a session and of a message. Those of a \
            message's content are inferred from the vendor's example: without this field, a \
            message of its type says nothing.",
        wrong: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text"}
  }
]"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  }
]"#,
    }

    WrongType {
        name: "wrong-type",
        severity: Error,
        kind: Shape,
        is_forgiven: true,
        sentence: "A value does not have the documented JSON type.",
        why: "A receiver in a typed language rejects the whole notification; others continue with \
            a value they do not expect. Typical mistakes are numbers in quotes, and null for an \
            unknown value.",
        wrong: r#""talk_round": "3""#,
        right: r#""talk_round": 3"#,
    }

    UnknownValue {
        name: "unknown-value",
        severity: Error,
        kind: Shape,
        is_forgiven: true,
        sentence: "A value is not one of those documented for its field.",
        why: "The vendor lists the values of this field, and a receiver that branches on it has \
            no case for any other. Either the sender misspelt the value, or the platform has \
            added one: `-W unknown-value` then makes this a warning.",
        wrong: r#""session_end_reason": "expired""#,
        right: r#""session_end_reason": "expire""#,
    }

    Contract {
        name: "contract",
        severity: Error,
        kind: Contract,
        sentence: "The notification violates your own schema, given with `--schema`.",
        why: "Your workflow may have to send more than the platform documents, such as certain \
            variables or labels. Describe that in a JSON Schema and pass it with `--schema FILE`: \
            chatlog reports violations like any other finding. The schema of this example is \
            {\"properties\": {\"variables\": {\"required\": [\"order_id\"]}}}.",
        wrong: r#""variables": {}"#,
        right: r#""variables": {"order_id": "KH-20418"}"#,
    }

    BadTime {
        name: "bad-time",
        severity: Error,
        kind: Time,
        sentence: "A time is not in RFC 3339 format, or a timestamp is out of range.",
        why: "A receiver cannot sort or date a session if it cannot parse its times. Session \
            times are in RFC 3339 format with an offset; timestamps are Unix seconds. Typical \
            mistakes are milliseconds, a space instead of the `T`, and a missing offset.",
        wrong: r#""timestamp": 1744699269000"#,
        right: r#""timestamp": 1744699269"#,
    }

    SignatureInvalid {
        name: "signature-invalid",
        severity: Error,
        kind: Signature,
        is_closed_to_projects: true,
        sentence: "The signature does not match the body.",
        why: "The capture kept the body as it was sent, and the signature was not made from it \
            with this secret and scheme. Either the request is forged, or the secret, the scheme \
            or the header is wrong; if chatlog finds out what would have matched, the help says \
            so. As a warning (`-W`) it does not fail a run.",
        wrong: r#"POST /hook HTTP/1.1
X-AIRudder-Sign: gdm0UfgnuHiUvj+9BUXCNeSSDewoOY970gHuPVzrOvs=

{"status":"open"}"#,
        right: r#"POST /hook HTTP/1.1
X-AIRudder-Sign: Wb3U+pmOatirC0zFyvFnkvNYQaccP8x30zBNbwBFrKQ=

{"status":"open"}"#,
    }

    SignatureMissing {
        name: "signature-missing",
        severity: Error,
        kind: Signature,
        is_closed_to_projects: true,
        sentence: "The delivery has no signature.",
        why: "Anyone can send an unsigned request. A bare body has no headers: pass its signature \
            with `--signature`, or save it beside the body as NAME.sig. If the signature is in \
            another header, name it with `--header-name`. As a warning (`-W`) it does not fail a \
            run.",
        wrong: r#"POST /hook HTTP/1.1
Content-Type: application/json

{"status":"closed"}"#,
        right: r#"POST /hook HTTP/1.1
Content-Type: application/json
X-AIRudder-Sign: gdm0UfgnuHiUvj+9BUXCNeSSDewoOY970gHuPVzrOvs=

{"status":"closed"}"#,
    }

    SignatureInconclusive {
        name: "signature-inconclusive",
        severity: Warning,
        kind: Signature,
        is_closed_to_projects: true,
        sentence: "The signature cannot be confirmed or refuted: the capture did not keep the request as it was sent.",
        why: "A signature covers every byte of the body, and here some are lost: the capture \
            parsed the body and wrote it again, cut it off, or left out a part that the scheme \
            signs. A mismatch proves nothing, so the exit code is 2 whatever the severity, unless \
            the rule is allowed. Capture the request again in a format that keeps the body.",
        wrong: r#"{
  "headers": {
    "x-airudder-sign": "yRVUgY872jLMpzNu1gLwlSh5iNvsL4f0CZBx/cUAN8U="
  },
  "body": {"status":"closed"}
}"#,
        right: r#"{
  "headers": {
    "x-airudder-sign": "yRVUgY872jLMpzNu1gLwlSh5iNvsL4f0CZBx/cUAN8U="
  },
  "body": "{\"status\": \"closed\"}"
}"#,
    }

    SignatureAmbiguous {
        name: "signature-ambiguous",
        severity: Warning,
        kind: Signature,
        is_closed_to_projects: true,
        sentence: "The signature is valid, but the capture says in two ways what was sent.",
        why: "The signature matches, but the capture contains two of something that should exist \
            once: signatures, lengths, objects of headers, or bodies, one kept more faithfully \
            than the other. Another program may read the other one. Find out which of the two was \
            sent.",
        wrong: r#"{
  "headers": {
    "x-airudder-sign": [
      "yRVUgY872jLMpzNu1gLwlSh5iNvsL4f0CZBx/cUAN8U=",
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    ]
  },
  "body": "{\"status\": \"closed\"}"
}"#,
        right: r#"{
  "headers": {
    "x-airudder-sign": "yRVUgY872jLMpzNu1gLwlSh5iNvsL4f0CZBx/cUAN8U="
  },
  "body": "{\"status\": \"closed\"}"
}"#,
    }

    OtherNotification {
        name: "other-notification",
        severity: Warning,
        kind: Shape,
        sentence: "The body is another notification than that of a session's end.",
        why: "The platform posts all of its notifications to the same URL: also that the status of \
            a workflow changed, that a list was completed, or what became of a call or a message. A \
            receiver of sessions should acknowledge and ignore them. chatlog recognises one by \
            three documented fields. It takes it for a broken session-end notification if it has \
            `messages`, `session_end_reason` or a third of the fields of one.",
        wrong: r#"{
  "workflow_id": "4cb9",
  "workflow_name": "Reminder",
  "status": "finished",
  "actions": [{"nodetask_id": "8a2f", "task_status": "finished"}]
}"#,
        right: r#""workflow_id": "4cb9",
"status": "closed",
"session_end_reason": "robot""#,
    }

    UnknownField {
        name: "unknown-field",
        severity: Warning,
        kind: Shape,
        is_forgiven: true,
        sentence: "An object has a field that is not documented.",
        why: "Either the field is new, or a known one is misspelt. chatlog keeps and shows it; a \
            receiver should ignore it. If the name is misspelt, the intended field is missing or \
            has another value.",
        wrong: r#""talk_round": 3,
"talk_rounds": 4"#,
        right: r#""talk_round": 4"#,
    }

    UnknownContentType {
        name: "unknown-content-type",
        severity: Warning,
        kind: Shape,
        sentence: "A message has a content type that chatlog does not know.",
        why: "chatlog does not know what such a message contains, so it shows every field and \
            checks none. The vendor does not list the types; the known ones come from its \
            examples, so a new one is not necessarily a mistake.",
        wrong: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {
      "type": "picture",
      "media": {"origin_url": "https://files.example/1.png"}
    }
  }
]"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {
      "type": "image",
      "media": {"origin_url": "https://files.example/1.png"}
    }
  }
]"#,
    }

    UnknownSystemEvent {
        name: "unknown-system-event",
        severity: Warning,
        kind: Shape,
        sentence: "A system message reports an event that chatlog does not know.",
        why: "chatlog recognises a hand-over to a human by its event; under another name it goes \
            unnoticed. The vendor does not list the events; the known ones come from its example, \
            so a new one is not necessarily a mistake.",
        wrong: r#""messages": [
  {
    "msg_id": "m1",
    "sender_type": "system",
    "timestamp": 1744699261,
    "status": "delivery",
    "content": {
      "type": "system",
      "system": {"type": "conversation.takeover", "to_seat_id": "7"}
    }
  }
]"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "sender_type": "system",
    "timestamp": 1744699261,
    "status": "delivery",
    "content": {
      "type": "system",
      "system": {"type": "conversation.take_over", "to_seat_id": "7"}
    }
  }
]"#,
    }

    DuplicateKey {
        name: "duplicate-key",
        severity: Warning,
        kind: Shape,
        sentence: "An object has the same key more than once; most parsers keep the last value.",
        why: "Parsers differ: most keep the last value, some keep the first, some reject the \
            body. Two programs can then read the same signed body as two different notifications.",
        wrong: r#""variables": {"order": "A-1", "order": "A-2"}"#,
        right: r#""variables": {"orders": ["A-1", "A-2"]}"#,
    }

    DuplicateMessageId {
        name: "duplicate-message-id",
        severity: Warning,
        kind: Conversation,
        sentence: "Two messages have the same id.",
        why: "Replies refer to a message by its id, and receivers store it under its id: the \
            second message overwrites the first. Often it is one message reported twice.",
        wrong: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  },
  {
    "msg_id": "m1",
    "timestamp": 1744699262,
    "status": "read",
    "content": {"type": "text", "text": "how can I help?"}
  }
]"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  },
  {
    "msg_id": "m2",
    "timestamp": 1744699262,
    "status": "read",
    "content": {"type": "text", "text": "how can I help?"}
  }
]"#,
    }

    DanglingReply {
        name: "dangling-reply",
        severity: Warning,
        kind: Conversation,
        sentence: "A reply refers to a message that is not in the transcript.",
        why: "The message that the person answered is not in the transcript: perhaps it was lost, \
            or it belongs to an earlier session. If ids are masked, as in the vendor's own \
            example, this finding means nothing.",
        wrong: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "shall we call you?"}
  },
  {
    "msg_id": "m2",
    "timestamp": 1744699262,
    "status": "read",
    "content": {"type": "text", "text": "yes"},
    "reply": {"msg_id": "m0"}
  }
]"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "shall we call you?"}
  },
  {
    "msg_id": "m2",
    "timestamp": 1744699262,
    "status": "read",
    "content": {"type": "text", "text": "yes"},
    "reply": {"msg_id": "m1"}
  }
]"#,
    }

    MessageOrder {
        name: "message-order",
        severity: Warning,
        kind: Time,
        sentence: "A message is older than the message before it.",
        why: "Read from top to bottom, the conversation makes no sense: an answer may come before \
            its question. The vendor's own example is out of order, so a receiver should sort \
            messages by time.",
        wrong: r#""messages": [
  {
    "msg_id": "m2",
    "timestamp": 1744699264,
    "status": "read",
    "content": {"type": "text", "text": "yes"}
  },
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "shall we call you?"}
  }
]"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "shall we call you?"}
  },
  {
    "msg_id": "m2",
    "timestamp": 1744699264,
    "status": "read",
    "content": {"type": "text", "text": "yes"}
  }
]"#,
    }

    MessageOutsideSession {
        name: "message-outside-session",
        severity: Warning,
        kind: Time,
        sentence: "A message was sent before the session started or after it ended.",
        why: "Durations and waiting times come out wrong. Either a clock or a time zone is wrong, \
            or the message belongs to another session. In the vendor's own example, messages and \
            session are months apart.",
        wrong: r#""session_start_time": "2025-04-15T06:41:00Z",
"session_end_time": "2025-04-15T06:41:09Z",
"messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699299,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  }
]"#,
        right: r#""session_start_time": "2025-04-15T06:41:00Z",
"session_end_time": "2025-04-15T06:41:39Z",
"messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699299,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  }
]"#,
    }

    SessionEndsBeforeStart {
        name: "session-ends-before-start",
        severity: Warning,
        kind: Time,
        sentence: "The session ends before it starts.",
        why: "The session has a negative duration, which distorts every average. Usually the two \
            times were swapped, or two local times were written with the same offset.",
        wrong: r#""session_start_time": "2025-04-15T06:41:09Z",
"session_end_time": "2025-04-15T06:41:00Z""#,
        right: r#""session_start_time": "2025-04-15T06:41:00Z",
"session_end_time": "2025-04-15T06:41:09Z""#,
    }

    EmptyTranscript {
        name: "empty-transcript",
        severity: Warning,
        kind: Conversation,
        sentence: "The session has no messages.",
        why: "There is nothing to show, and a receiver that reads the first or the last message \
            fails. A session may end before anyone writes; if this happens often, messages are \
            being lost.",
        wrong: r#""messages": []"#,
        right: r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  }
]"#,
    }

    NumberPrecision {
        name: "number-precision",
        severity: Warning,
        kind: Shape,
        sentence: "A number is too large or too precise for parsers that store numbers as 64-bit floats.",
        why: "JavaScript and many other parsers store numbers as 64-bit floats. There, this \
            number becomes 9007199254740992, and the id no longer matches its order. A string \
            keeps every digit.",
        wrong: r#""variables": {"order_id": 9007199254740993}"#,
        right: r#""variables": {"order_id": "9007199254740993"}"#,
    }
}
