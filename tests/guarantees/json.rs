//! The reader accepts exactly what is JSON, and loses nothing of it.
//!
//! [`Grammar`] decides what is JSON. It is an implementation of RFC 8259 that shares no code with the
//! reader. If `serde_json` can build a value, it must agree too. The cases are generated:
//! everything the grammar can produce in small, and every text that is one step away from it.

use std::time::{Duration, Instant};

use chatlog::finding::{Findings, Rule};
use chatlog::json::Document;
use chatlog::notification::Session;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::notifications::{good, inspect, places, runner, session};
use crate::program::{finish, run};

/// A text as the grammar of RFC 8259 sees it: the rest of it, and the brackets to close.
///
/// An unpaired surrogate is rejected too: the grammar produces it, but it is not text.
struct Grammar<'a> {
    rest: &'a [u8],
    close: Vec<u8>,
}

impl<'a> Grammar<'a> {
    fn accepts(text: &'a str) -> bool {
        let mut grammar = Grammar {
            rest: text.as_bytes(),
            close: Vec::new(),
        };
        while grammar.begin_value() {
            match grammar.end_values() {
                Some(true) => {}
                Some(false) => return false,
                None => return grammar.rest.is_empty(),
            }
        }
        false
    }

    /// Passes a single value or an empty container, or enters a container up to its first value.
    fn begin_value(&mut self) -> bool {
        loop {
            self.space();
            if self.eat(b"{") {
                self.space();
                if self.eat(b"}") {
                    return true;
                }
                self.close.push(b'}');
                if !self.name() {
                    return false;
                }
            } else if self.eat(b"[") {
                self.space();
                if self.eat(b"]") {
                    return true;
                }
                self.close.push(b']');
            } else {
                let is_word = self.eat(b"null") || self.eat(b"true") || self.eat(b"false");
                return is_word || self.string() || self.number();
            }
        }
    }

    /// Passes the brackets that close after a value. Returns whether another value may follow, or
    /// `None` if all brackets are closed.
    fn end_values(&mut self) -> Option<bool> {
        loop {
            self.space();
            let close = *self.close.last()?;
            if self.eat(&[close]) {
                self.close.pop();
            } else {
                return Some(self.eat(b",") && (close == b']' || self.name()));
            }
        }
    }

    fn name(&mut self) -> bool {
        self.space();
        let is_string = self.string();
        self.space();
        is_string && self.eat(b":")
    }

    fn string(&mut self) -> bool {
        let mut high = false;
        let mut is_open = self.eat(b"\"");
        while is_open {
            let unit = self.escaped_unit();
            let is_low = matches!(unit, Some(0xdc00..0xe000));
            if high != is_low {
                return false;
            }
            high = matches!(unit, Some(0xd800..0xdc00));
            match (unit, self.rest) {
                (Some(_), _) => {}
                (None, [b'"', ..]) => return self.eat(b"\""),
                (
                    None,
                    [
                        b'\\',
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                        ..,
                    ],
                ) => {
                    self.rest = &self.rest[2..];
                }
                (None, [0..b' ' | b'\\', ..]) => return false,
                (None, _) => is_open = self.next().is_some(),
            }
        }
        false
    }

    fn escaped_unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.strip_prefix(b"\\u")?.split_at_checked(4)?;
        let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
        self.rest = rest;
        u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    }

    fn number(&mut self) -> bool {
        self.eat(b"-");
        let is_integer = self.eat(b"0") || self.digits();
        let is_fraction = !self.eat(b".") || self.digits();
        let has_exponent = is_fraction && (self.eat(b"e") || self.eat(b"E"));
        let _sign = has_exponent && (self.eat(b"+") || self.eat(b"-"));
        is_integer && is_fraction && (!has_exponent || self.digits())
    }

    fn digits(&mut self) -> bool {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        let count = count.count();
        self.rest = &self.rest[count..];
        count > 0
    }

    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', ..] = self.rest {
            self.next();
        }
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

/// Whether a body is JSON, after a byte order mark at its start.
fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    str::from_utf8(body).is_ok_and(|text| {
        let accepts = Grammar::accepts(text);
        let parsed = serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
        let is_limit = |error: &String| error.contains("limit") || error.contains("out of range");
        // Of numbers beyond floats and of deep nesting this build of serde_json cannot judge.
        if !parsed.as_ref().is_err_and(is_limit) {
            assert_eq!(accepts, parsed.is_ok(), "{text:?}: {parsed:?}");
        }
        accepts
    })
}

fn is_called_json(body: &[u8]) -> bool {
    let document = Document::new(body);
    let mut findings = Findings::default();
    Session::read(&document, &mut findings);
    let (findings, _) = findings.finish();
    findings.iter().all(|finding| finding.rule != Rule::NotJson)
}

#[track_caller]
fn agree(body: &[u8]) {
    let shown = || String::from_utf8_lossy(body).into_owned();
    assert_eq!(is_called_json(body), is_json(body), "{}", shown());
}

/// Numbers from every part that the grammar of a number has.
fn numbers() -> Vec<String> {
    let mut numbers = Vec::new();
    for sign in ["", "-"] {
        for integer in ["0", "10"] {
            for fraction in ["", ".0", ".50"] {
                for exponent in ["", "e0", "E+07", "e-999"] {
                    numbers.push([sign, integer, fraction, exponent].concat());
                }
            }
        }
    }
    numbers
}

/// Strings of every escape, and of characters that are easily mistaken for others.
fn strings() -> Vec<String> {
    let inside = [
        "",
        "a",
        "é\u{1f44b}",
        "\u{7f}\u{a0}\u{2028}",
        r"\\ud83d",
        r"\ud83d\ude00",
        r"\u0000",
        r"\uFfFf",
        r#"\"\\\/\b\f\n\r\t"#,
        "2025-04-15T06:41:00Z",
        "robot",
        "{[",
        "//",
    ];
    inside
        .iter()
        .map(|inside| format!("\"{inside}\""))
        .collect()
}

/// Containers in every arrangement, and white space wherever there may be some.
fn structures() -> Vec<String> {
    let texts = [
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "[null]",
        "[[],{}]",
        "[1,2]",
        r#"{"a":1}"#,
        r#"{"a":{},"b":[]}"#,
        r#"{"a":[{"b":null}],"a":2}"#,
        " \t\r\n{ } \n",
        " [ 1 , 2 ] ",
        "{ \"\" : [ ] , \"b\" : -0 }",
    ];
    texts.map(str::to_owned).to_vec()
}

/// What to insert to break JSON: every punctuation mark and letter that JSON has, and their
/// equivalents in other notations.
const STEPS: &[&str] = &[
    "0",
    "1",
    ".",
    "-",
    "+",
    "e",
    "E",
    "u",
    "n",
    "\"",
    "'",
    "\\",
    "/",
    "//",
    "/**/",
    "#",
    ",",
    ":",
    ";",
    "{",
    "}",
    "[",
    "]",
    "(",
    " ",
    "\t",
    "\n",
    "\r",
    "\u{b}",
    "\u{c}",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "_",
    "x",
    "é",
    "NaN",
    "Infinity",
    "inf",
    "INF",
    "nan",
    "undefined",
    "None",
    "True",
    "NULL",
    "0x1",
    "\\ud83d",
    "\\ude00",
    "\\x41",
    "null",
];

/// Every text that is one step away from this one.
fn steps_from(text: &str) -> Vec<String> {
    let mut near = Vec::new();
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        let (before, after) = text.split_at(at);
        near.extend(STEPS.iter().map(|step| [before, step, after].concat()));
        if let Some(rest) = after.strip_prefix(c) {
            near.push([before, rest].concat());
            near.push([before, &c.to_uppercase().to_string(), rest].concat());
            near.extend(STEPS.iter().map(|step| [before, step, rest].concat()));
        }
    }
    near
}

/// Bodies with a place for a value: fields of every type, unknown fields, and containers where
/// another value should be.
const PLACES: &[&str] = &[
    "@",
    "[@]",
    r#"{"callee":@}"#,
    r#"{"talk_round":@}"#,
    r#"{"timestamp":@}"#,
    r#"{"session_start_time":@}"#,
    r#"{"session_end_reason":@}"#,
    r#"{"variables":@}"#,
    r#"{"variables":{"a":@}}"#,
    r#"{"variables":{"a":[{"b":@}]}}"#,
    r#"{"messages":@}"#,
    r#"{"messages":[@]}"#,
    r#"{"messages":[{"content":@}]}"#,
    r#"{"messages":[{"content":{"type":"location","location":{"latitude":@}}}]}"#,
    r#"{"messages":[{"content":{"type":"sticker","sticker":@}}]}"#,
    r#"{"new":@}"#,
    r#"{"new":[1,{"a":@}]}"#,
    r#"{"callee":{"a":@}}"#,
    r#"{"callee":[@]}"#,
    r#"{"timestamp":[[@]]}"#,
    r#"{"messages":{"a":@}}"#,
    r#"{"messages":[[@]]}"#,
    "{@:1}",
    r#"{"variables":{@:1}}"#,
    r#"{"messages":{@:1}}"#,
    r#"{"new":1,"new":@}"#,
];

#[test]
fn a_body_is_called_json_exactly_if_a_strict_parser_accepts_it() {
    let texts = [numbers(), strings(), structures()].concat();
    for text in &texts {
        for place in PLACES {
            agree(place.replace('@', text).as_bytes());
        }
    }
    // Each text one step away is put in one of the places, and all places get their share.
    let mut places = PLACES.iter().cycle();
    for text in steps_from("")
        .into_iter()
        .chain(texts.iter().flat_map(|text| steps_from(text)))
    {
        let place = places.next().expect("they go on for ever");
        agree(place.replace('@', &text).as_bytes());
    }
}

#[test]
fn a_value_that_is_not_json_is_found_in_every_field() {
    let values = [
        "Infinity",
        "-Infinity",
        "NaN",
        "+1",
        "+1e400",
        ".1e999",
        "1.e999",
        "01e999",
        "01",
        "1.",
        "'a'",
        "True",
        "[1,]",
        "{\"a\":1,}",
        "\"\\ud83d\"",
        "\"\t\"",
        "1e400",
        "\"\"",
        "null",
    ];
    let good = good();
    for (number, notification) in good[..good.len() - 1].iter().enumerate() {
        for place in places(notification) {
            if number > 0 && !place.starts_with("/messages/0/content") {
                continue;
            }
            let mut other = notification.clone();
            *other.pointer_mut(&place).expect("it is there") = json!("@");
            let body = other.to_string();
            for value in values {
                agree(body.replace("\"@\"", value).as_bytes());
            }
        }
    }
}

#[test]
fn a_body_of_any_bytes_is_called_json_exactly_if_a_strict_parser_accepts_it() {
    let pretty = |value: &Value| [format!("{value}"), format!("\u{feff}\n{value:#}\r\n")];
    let bodies: Vec<String> = good()[..15].iter().flat_map(pretty).collect();
    let step = prop_oneof![
        3 => select(STEPS).prop_map(|step| step.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
        1 => Just(Vec::new()),
    ];
    let edits = prop::collection::vec((any::<Index>(), 0..3_usize, step), 0..3);
    let outcome = runner(3_000).run(&(select(bodies), edits), |(body, edits)| {
        let mut body = body.into_bytes();
        for (at, removed, step) in edits {
            let at = at.index(body.len());
            let end = body.len().min(at + removed);
            body.splice(at..end, step);
        }
        prop_assert_eq!(is_called_json(&body), is_json(&body));
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn half_of_a_surrogate_pair_is_found_at_any_depth() {
    for depth in [1, 100, 127, 128, 129, 1_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for place in PLACES.iter().filter(|place| !place.contains("@:")) {
                let half = [&open.repeat(depth), r#""\ud83d""#, &close.repeat(depth)].concat();
                assert!(
                    !is_called_json(place.replace('@', &half).as_bytes()),
                    "{place} {depth}"
                );
            }
        }
    }
}

#[test]
fn no_nesting_is_too_deep_to_be_called_json() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[0,{\"a\":", "}]")] {
        let nested = |depth| [&open.repeat(depth), "1e400", &close.repeat(depth)].concat();
        let agree = |place: &str, deep: &str| {
            assert!(
                is_called_json(place.replace('@', deep).as_bytes()),
                "{place}"
            );
            let unclosed = place.replace('@', &deep[..deep.len() - 1]);
            assert!(!is_called_json(unclosed.as_bytes()), "{place}");
        };
        for place in PLACES.iter().filter(|place| !place.contains("@:")) {
            agree(place, &nested(128));
            agree(place, &nested(200));
        }
        let deep = nested(20_000);
        let fields = ["new", "variables", "callee", "timestamp", "messages"];
        for place in fields.map(|field| format!("{{\"{field}\":@}}")) {
            agree(&place, &deep);
        }
        agree("@", &deep);
        agree(r#"{"variables":{"a":@}}"#, &deep);
    }
}

#[test]
fn a_million_brackets_neither_hang_nor_crash_the_reader() {
    let (open, close) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    let start = Instant::now();
    for place in ["@", r#"{"variables":{"a":@}}"#] {
        let body = place.replace('@', &[&*open, &close].concat());
        let is_json = inspect(body.as_bytes(), |report| {
            let mut rules = report.findings.iter().map(|finding| finding.rule);
            rules.all(|rule| rule != Rule::NotJson)
        });
        assert!(is_json, "{place}");
        assert!(!is_called_json(place.replace('@', &open).as_bytes()));
    }
    assert!(start.elapsed() < Duration::from_mins(1));
}

#[test]
fn the_program_fails_exactly_the_lines_that_are_not_json() {
    let folder = Folder::new("lines-that-are-not-json");
    let body = session(json!([])).to_string();
    let spellings = [
        "Infinity", "Inf", "+inf", "INF", "+1e400", ".1e999", "1.e999", "01e999",
    ];
    let near = ["10.50e-3", "NaN"].into_iter().flat_map(steps_from);
    // What opens or closes something changes where the line ends.
    let spellings = spellings.map(str::to_owned).into_iter().chain(near);
    let spellings: Vec<_> = spellings
        .filter(|value| !value.contains(['{', '}', '[', ']', '"', '\n']))
        .collect();
    for field in ["talk_round", "timestamp", "new"] {
        let field = |value: &String| body.replacen('{', &format!("{{\"{field}\":{value},"), 1);
        let lines: Vec<_> = spellings.iter().map(field).collect();
        folder.write("lines.ndjson", lines.join("\n"));
        let mut validate = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        validate.args(["validate", "--format", "json", "lines.ndjson"]);
        let checked = finish(&mut validate);
        assert_eq!(checked.code, 1);
        let lines_written = checked.stdout.lines();
        let reports: Vec<Value> = lines_written
            .map(|line| serde_json::from_str(line).expect("the program writes JSON"))
            .collect();
        assert_eq!(reports.len(), lines.len());
        for (line, report) in lines.iter().zip(reports) {
            let findings = report["findings"].as_array().expect("there are findings");
            let is_called_json = findings.iter().all(|finding| finding["rule"] != "not-json");
            assert_eq!(is_called_json, Grammar::accepts(line), "{line}");
        }
    }
}

#[test]
fn a_field_that_nothing_documents_is_shown_wherever_it_is() {
    let folder = Folder::new("fields-that-nothing-documents");
    let mut notification = good().pop().expect("there are good ones");
    let mut planted = 0;
    for place in places(&notification) {
        if let Some(Value::Object(members)) = notification.pointer_mut(&place) {
            planted += 1;
            members.insert(
                "unheard_of".to_owned(),
                json!(format!("planted-{planted}.")),
            );
        }
    }
    folder.write("planted.json", notification.to_string());
    for width in ["40", "90", "200"] {
        let mut show = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        let shown =
            finish(show.args(["show", "--details", "--width", width, "planted.json"])).stdout;
        let shown: String = shown.split(['▏', '\n', ' ']).collect();
        for number in 1..=planted {
            let value = format!("planted-{number}.");
            assert!(
                shown.contains(&value),
                "{width} columns: {value} of {planted}"
            );
        }
    }
    assert!(planted > 100, "{planted}");
}

#[test]
fn what_is_said_of_the_order_of_messages_holds_in_every_order() {
    for order in ["received", "time"] {
        let shown = run([
            "show",
            "--sort",
            order,
            "--width",
            "200",
            "samples/out-of-order.json",
        ]);
        let shown = shown.stdout;
        let told = "message 3 is 10 s older than message 2, which precedes it in the notification";
        assert!(shown.contains(told), "{shown}");
        for untrue in ["before it", "the message before", "earlier than"] {
            assert!(!shown.contains(untrue), "{untrue} in {shown}");
        }
    }
}
