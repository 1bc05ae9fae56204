//! Why each rule matters, with an example that breaks it and one that does not.
//!
//! An example is the members of a notification that the rule is about; the others are those of a
//! [good notification](notification_with). `tests/explain.rs` holds that a wrong example breaks its
//! rule and no other, and that a right one breaks none. The examples of the rules on signatures are
//! whole captures, signed with the secret of the samples.

use crate::finding::Rule;
use crate::json::members;

/// What there is to say about a rule.
#[derive(Debug)]
pub struct Explanation {
    /// Why it matters and where it comes from, in a few sentences.
    pub why: &'static str,
    /// Members of a notification that break the rule; for a signature, a capture.
    pub wrong: &'static str,
    /// The same members as they should be.
    pub right: &'static str,
}

impl Rule {
    /// How not to hear of it: on the command line and, where a project may choose that, for good.
    pub fn silence(self) -> String {
        if !self.is_for_projects() {
            return format!("`-A {self}` on the command line; chatlog.toml cannot");
        }
        format!("`-A {self}`, or `{self} = \"allow\"` under `[rules]` in chatlog.toml")
    }

    /// Why the rule matters, with examples.
    pub fn explanation(self) -> &'static Explanation {
        match self {
            Self::NotJson => &NOT_JSON,
            Self::MissingField => &MISSING_FIELD,
            Self::WrongType => &WRONG_TYPE,
            Self::UnknownValue => &UNKNOWN_VALUE,
            Self::Contract => &CONTRACT,
            Self::BadTime => &BAD_TIME,
            Self::SignatureInvalid => &SIGNATURE_INVALID,
            Self::SignatureMissing => &SIGNATURE_MISSING,
            Self::SignatureInconclusive => &SIGNATURE_INCONCLUSIVE,
            Self::SignatureAmbiguous => &SIGNATURE_AMBIGUOUS,
            Self::UnknownField => &UNKNOWN_FIELD,
            Self::UnknownContentType => &UNKNOWN_CONTENT_TYPE,
            Self::UnknownSystemEvent => &UNKNOWN_SYSTEM_EVENT,
            Self::DuplicateKey => &DUPLICATE_KEY,
            Self::DuplicateMessageId => &DUPLICATE_MESSAGE_ID,
            Self::DanglingReply => &DANGLING_REPLY,
            Self::MessageOrder => &MESSAGE_ORDER,
            Self::MessageOutsideSession => &MESSAGE_OUTSIDE_SESSION,
            Self::SessionEndsBeforeStart => &SESSION_ENDS_BEFORE_START,
            Self::EmptyTranscript => &EMPTY_TRANSCRIPT,
            Self::NumberPrecision => &NUMBER_PRECISION,
        }
    }
}

/// A whole notification: a good one, in which the members of an example stand in the place of
/// those with the same names.
///
/// ```
/// use chatlog::explanation::notification_with;
///
/// let body = notification_with(r#""talk_round": "three""#);
/// assert!(body.ends_with("\"talk_round\": \"three\"\n}\n"));
/// ```
pub fn notification_with(example: &str) -> String {
    let given = format!("{{{example}}}");
    let is_given = |key: &str| members(&given).any(|(name, _)| name == key);
    let mut body = "{\n".to_owned();
    for (key, value) in members(GOOD).filter(|(key, _)| !is_given(key)) {
        body.extend(["\"", &*key, "\": ", value, ",\n"]);
    }
    body + example + "\n}\n"
}

/// A notification with nothing wrong or odd in it.
const GOOD: &str = r#"{
"workflow_id": "5d0c9a7be2f0",
"workflow_name": "May reminders",
"nodetask_id": "71be40d6f5a9",
"nodetask_name": "Invitation 1",
"waba_task_id": "90aa3c11de67",
"wfdetail_uuid": "c4f81be0a2d9",
"timestamp": 1744699269,
"channel": "WhatsApp",
"channel_id": "628111000222",
"callee": "+628999000111",
"call_id": "e10f6b2c9d35",
"robot_id": "4711",
"status": "closed",
"session_start_time": "2025-04-15T06:41:00Z",
"session_end_time": "2025-04-15T06:41:09Z",
"session_end_reason": "robot",
"intention": "E",
"talk_round": 3,
"ner_slots": {},
"event_label": {},
"variables": {},
"messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  }
]
}"#;

static NOT_JSON: Explanation = Explanation {
    why: "Nothing after the fault can be read; what comes before it is shown. Such a body was \
        usually cut off when it was saved, or is not the body at all: an object as Python or \
        JavaScript prints it, a log line with its prefix, or text in another encoding.",
    wrong: r#""variables": {'name': 'Ana'}"#,
    right: r#""variables": {"name": "Ana"}"#,
};

static MISSING_FIELD: Explanation = Explanation {
    why: "A receiver that relies on the field fails, or mistakes its absence for an empty \
        value. The fields of the session and of a message are those that the vendor marks as \
        required. What a content must have is inferred from the vendor's example: without \
        it, a message of that type says nothing.",
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
};

static WRONG_TYPE: Explanation = Explanation {
    why: "A receiver in a typed language rejects the whole notification; others carry on with \
        a value they did not expect. The usual cases are numbers in quotes, and null for \
        something unknown.",
    wrong: r#""talk_round": "3""#,
    right: r#""talk_round": 3"#,
};

static UNKNOWN_VALUE: Explanation = Explanation {
    why: "The vendor lists the values of this field, and a receiver that branches on it has no \
        case for any other. Either the sender misspelt it, or the platform has added a value: \
        then `-W unknown-value` makes it a warning.",
    wrong: r#""session_end_reason": "expired""#,
    right: r#""session_end_reason": "expire""#,
};

static CONTRACT: Explanation = Explanation {
    why: "What your own workflow must send is more than what the platform documents: the \
        variables it fills in, the labels it sets. State it as a JSON Schema and give it with \
        `--schema FILE`; violations are reported like any other finding. Here the schema is \
        {\"properties\": {\"variables\": {\"required\": [\"order_id\"]}}}.",
    wrong: r#""variables": {}"#,
    right: r#""variables": {"order_id": "KH-20418"}"#,
};

static BAD_TIME: Explanation = Explanation {
    why: "A session whose time cannot be read belongs to no day and cannot be sorted. The \
        session's times are RFC 3339, with an offset; a timestamp counts seconds. \
        The usual cases are milliseconds, a space instead of the `T`, and a missing offset.",
    wrong: r#""timestamp": 1744699269000"#,
    right: r#""timestamp": 1744699269"#,
};

static SIGNATURE_INVALID: Explanation = Explanation {
    why: "The body is surely what was sent, and whoever sent it did not sign it with this secret \
        and scheme. Either the request is forged, or the secret, the scheme or the header is \
        the wrong one; the help names what would have matched, if that was found. As a warning \
        (`-W`) it does not fail a run.",
    wrong: r#"POST /hook HTTP/1.1
X-AIRudder-Sign: gdm0UfgnuHiUvj+9BUXCNeSSDewoOY970gHuPVzrOvs=

{"status":"open"}"#,
    right: r#"POST /hook HTTP/1.1
X-AIRudder-Sign: Wb3U+pmOatirC0zFyvFnkvNYQaccP8x30zBNbwBFrKQ=

{"status":"open"}"#,
};

static SIGNATURE_MISSING: Explanation = Explanation {
    why: "Anyone can send such a request. A bare body has no headers at all: give its \
        signature with `--signature` or in a file NAME.sig beside it. If the signature is \
        in another header, name it with `--header-name`. As a warning (`-W`) it does not \
        fail a run.",
    wrong: r#"POST /hook HTTP/1.1
Content-Type: application/json

{"status":"closed"}"#,
    right: r#"POST /hook HTTP/1.1
Content-Type: application/json
X-AIRudder-Sign: gdm0UfgnuHiUvj+9BUXCNeSSDewoOY970gHuPVzrOvs=

{"status":"closed"}"#,
};

static SIGNATURE_INCONCLUSIVE: Explanation = Explanation {
    why: "A signature covers every byte of the body, and here some are lost: the capture \
        parsed the body and wrote it again, cut it off, or left out a part that the scheme \
        signs. The result proves nothing, so the exit code is 2 whatever the severity, unless the \
        rule is allowed. Capture the request again in a format that keeps its body.",
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
};

static SIGNATURE_AMBIGUOUS: Explanation = Explanation {
    why: "The signature matches, but the capture holds two of what should be one: signatures, \
        lengths, objects of headers, or bodies of which one is the more faithful. Another reader may \
        take the other one. Find out which of the two was sent.",
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
};

static UNKNOWN_FIELD: Explanation = Explanation {
    why: "The field is not documented: it is new, or a known one misspelt. It is kept and \
        shown, and a receiver should ignore it. If it is misspelt, the intended field is \
        missing or holds something else.",
    wrong: r#""talk_round": 3,
"talk_rounds": 4"#,
    right: r#""talk_round": 4"#,
};

static UNKNOWN_CONTENT_TYPE: Explanation = Explanation {
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
};

static UNKNOWN_SYSTEM_EVENT: Explanation = Explanation {
    why: "A hand-over to a human is recognised by its event; under another name it goes \
        unnoticed. The \
        vendor does not list the events; those that are known come from its example, so a \
        new one need not be a mistake.",
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
};

static DUPLICATE_KEY: Explanation = Explanation {
    why: "Readers differ: most keep the last value, some the first, some refuse the body. Two \
        programs then read the same signed body as two different notifications.",
    wrong: r#""variables": {"order": "A-1", "order": "A-2"}"#,
    right: r#""variables": {"orders": ["A-1", "A-2"]}"#,
};

static DUPLICATE_MESSAGE_ID: Explanation = Explanation {
    why: "Replies name a message by its id, and receivers store it under its id: if two \
        have the same id, the second overwrites the first. Often it is one message, reported \
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
};

static DANGLING_REPLY: Explanation = Explanation {
    why: "What the person answered is not in the transcript: perhaps a message was lost, or it \
        belongs to an earlier session. Where ids are masked, as in the vendor's own example, \
        this means nothing.",
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
};

static MESSAGE_ORDER: Explanation = Explanation {
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
};

static MESSAGE_OUTSIDE_SESSION: Explanation = Explanation {
    why: "Durations and waiting times come out wrong. Either a clock or a time zone is off, or \
        messages of another session got in. In the vendor's own example they are off by \
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
};

static SESSION_ENDS_BEFORE_START: Explanation = Explanation {
    why: "The session has a negative duration, which distorts every average. Usually the two \
        times were swapped, or are local times of two zones written with one offset.",
    wrong: r#""session_start_time": "2025-04-15T06:41:09Z",
"session_end_time": "2025-04-15T06:41:00Z""#,
    right: r#""session_start_time": "2025-04-15T06:41:00Z",
"session_end_time": "2025-04-15T06:41:09Z""#,
};

static EMPTY_TRANSCRIPT: Explanation = Explanation {
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
};

static NUMBER_PRECISION: Explanation = Explanation {
    why: "JavaScript and many other readers keep numbers as 64-bit floats. This one becomes \
        9007199254740992 there, and an id no longer matches its order. A string keeps every \
        digit.",
    wrong: r#""variables": {"order_id": 9007199254740993}"#,
    right: r#""variables": {"order_id": "9007199254740993"}"#,
};
