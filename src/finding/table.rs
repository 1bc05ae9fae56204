//! The rules: everything there is to know of each, in one row.
//!
//! To add a rule, add a row, and note it where it is seen. Errors come first. The examples are the
//! members of a notification that the rule is about; what is left out is as it should be. Those of
//! the rules on signatures are whole captures, signed with the secret of the samples.
//! `tests/explain.rs` holds that a wrong example breaks its rule and no other, and that a right one
//! breaks none.

use super::rule::{Explanation, Kind, Row, Severity};

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
        /// What can be wrong or odd with a delivery: a name that never changes, and all that goes
        /// with it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $sentence] $rule,)*
        }

        impl Rule {
            /// Every rule, errors first.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];
        }

        /// The rows, in the order of the rules.
        pub(super) static ROWS: [Row; Rule::ALL.len()] = [$(Row {
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
        why: "Nothing after the fault can be read; what comes before it is shown. Such a body was \
            usually cut off when it was saved, or is not the body at all: an object as Python or \
            JavaScript prints it, a log line with its prefix, or text in another encoding.",
        wrong: r#""variables": {'name': 'Ana'}"#,
        right: r#""variables": {"name": "Ana"}"#,
    }

    MissingField {
        name: "missing-field",
        severity: Error,
        kind: Shape,
        is_forgiven: true,
        sentence: "An object lacks a field that it must have.",
        why: "A receiver that relies on the field fails, or mistakes its absence for an empty \
            value. The fields of the session and of a message are those that the vendor marks as \
            required. What a content must have is inferred from the vendor's example: without it, \
            a message of that type says nothing.",
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
        why: "A receiver in a typed language rejects the whole notification; others carry on with \
            a value they did not expect. The usual cases are numbers in quotes, and null for \
            something unknown.",
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
            no case for any other. Either the sender misspelt it, or the platform has added a \
            value: then `-W unknown-value` makes it a warning.",
        wrong: r#""session_end_reason": "expired""#,
        right: r#""session_end_reason": "expire""#,
    }

    Contract {
        name: "contract",
        severity: Error,
        kind: Contract,
        sentence: "The notification violates your own schema, given with `--schema`.",
        why: "What your own workflow must send is more than what the platform documents: the \
            variables it fills in, the labels it sets. State it as a JSON Schema and give it with \
            `--schema FILE`; violations are reported like any other finding. Here the schema is \
            {\"properties\": {\"variables\": {\"required\": [\"order_id\"]}}}.",
        wrong: r#""variables": {}"#,
        right: r#""variables": {"order_id": "KH-20418"}"#,
    }

    BadTime {
        name: "bad-time",
        severity: Error,
        kind: Time,
        sentence: "A time is not in RFC 3339 format, or a timestamp is out of range.",
        why: "A session whose time cannot be read belongs to no day and cannot be sorted. The \
            session's times are RFC 3339, with an offset; a timestamp counts seconds. The usual \
            cases are milliseconds, a space instead of the `T`, and a missing offset.",
        wrong: r#""timestamp": 1744699269000"#,
        right: r#""timestamp": 1744699269"#,
    }

    SignatureInvalid {
        name: "signature-invalid",
        severity: Error,
        kind: Signature,
        is_closed_to_projects: true,
        sentence: "The signature does not match the body.",
        why: "The body is surely what was sent, and whoever sent it did not sign it with this \
            secret and scheme. Either the request is forged, or the secret, the scheme or the \
            header is the wrong one; the help names what would have matched, if that was found. \
            As a warning (`-W`) it does not fail a run.",
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
        why: "Anyone can send such a request. A bare body has no headers at all: give its \
            signature with `--signature` or in a file NAME.sig beside it. If the signature is in \
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
        sentence: "The signature can be neither confirmed nor refuted: the capture did not keep what was sent.",
        why: "A signature covers every byte of the body, and here some are lost: the capture \
            parsed the body and wrote it again, cut it off, or left out a part that the scheme \
            signs. The result proves nothing, so the exit code is 2 whatever the severity, unless \
            the rule is allowed. Capture the request again in a format that keeps its body.",
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
        sentence: "The signature is valid, but the capture tells in two ways what was sent.",
        why: "The signature matches, but the capture holds two of what should be one: signatures, \
            lengths, objects of headers, or bodies of which one is the more faithful. Another \
            reader may take the other one. Find out which of the two was sent.",
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

    UnknownField {
        name: "unknown-field",
        severity: Warning,
        kind: Shape,
        is_forgiven: true,
        sentence: "An object has a field that is not documented.",
        why: "The field is not documented: it is new, or a known one misspelt. It is kept and \
            shown, and a receiver should ignore it. If it is misspelt, the intended field is \
            missing or holds something else.",
        wrong: r#""talk_round": 3,
"talk_rounds": 4"#,
        right: r#""talk_round": 4"#,
    }

    UnknownContentType {
        name: "unknown-content-type",
        severity: Warning,
        kind: Shape,
        sentence: "A message has a content type this program does not know.",
        why: "What such a message holds is not known: it is shown field by field, and not \
            checked. The vendor does not list the types; those that are known come from its \
            examples, so a new one need not be a mistake.",
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
        sentence: "A system message reports an event this program does not know.",
        why: "A hand-over to a human is recognised by its event; under another name it goes \
            unnoticed. The vendor does not list the events; those that are known come from its \
            example, so a new one need not be a mistake.",
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
        sentence: "An object has the same key more than once; most readers keep the last value.",
        why: "Readers differ: most keep the last value, some the first, some refuse the body. Two \
            programs then read the same signed body as two different notifications.",
        wrong: r#""variables": {"order": "A-1", "order": "A-2"}"#,
        right: r#""variables": {"orders": ["A-1", "A-2"]}"#,
    }

    DuplicateMessageId {
        name: "duplicate-message-id",
        severity: Warning,
        kind: Conversation,
        sentence: "Two messages have the same id.",
        why: "Replies name a message by its id, and receivers store it under its id: if two have \
            the same id, the second overwrites the first. Often it is one message, reported \
            twice.",
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
        sentence: "A reply is to a message that is not in the transcript.",
        why: "What the person answered is not in the transcript: perhaps a message was lost, or \
            it belongs to an earlier session. Where ids are masked, as in the vendor's own \
            example, this means nothing.",
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
            its question. The vendor's own example is out of order, so a receiver should sort by \
            time before it trusts the order.",
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
        why: "Durations and waiting times come out wrong. Either a clock or a time zone is off, \
            or messages of another session got in. In the vendor's own example they are off by \
            months.",
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
            times were swapped, or are local times of two zones written with one offset.",
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
        why: "There is nothing to show, and a receiver that takes the first or the last message \
            fails. A session may end before anyone speaks; if it happens often, messages are \
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
        sentence: "A number is too large or too long for readers that keep numbers as 64-bit floats.",
        why: "JavaScript and many other readers keep numbers as 64-bit floats. This one becomes \
            9007199254740992 there, and an id no longer matches its order. A string keeps every \
            digit.",
        wrong: r#""variables": {"order_id": 9007199254740993}"#,
        right: r#""variables": {"order_id": "9007199254740993"}"#,
    }
}
