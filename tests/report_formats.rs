//! Compares every format of findings with golden files, which `BLESS=1` rewrites.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::contract::{self, Formats, Validator};
use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::CaptureFormat;
use chatlog::delivery::{Delivery, Fidelity};
use chatlog::finding::{FindingLimit, Rule};
use chatlog::json::Document;
use chatlog::signature::{
    Checks as SignatureChecks, Encoding, Scheme, Secret, Signature, sign, verify,
};
use chatlog::view::findings::{InputProblem, Options, Rendered, Renderer, ReportFormat, Writer};
use chatlog::view::{Canvas, Theme, Zone};
use chatlog::{InspectOptions, Origin, Text, inspect};
use clap::ValueEnum;
use serde_json::Value;
use unicode_width::UnicodeWidthChar;

use crate::notifications::notification_with;

/// A delivery to write the findings of.
struct Case {
    source: String,
    index: usize,
    body: Vec<u8>,
    start: Position,
    wrapped: bool,
}

impl Case {
    fn new(source: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            source: source.to_owned(),
            index: 1,
            body: body.into(),
            start: Position::START,
            wrapped: false,
        }
    }

    /// The delivery with this number, which starts here.
    fn at(self, index: usize, line: usize, column: usize) -> Self {
        Self {
            index,
            start: Position { line, column },
            ..self
        }
    }

    fn wrapped(self) -> Self {
        Self {
            wrapped: true,
            ..self
        }
    }
}

/// Each rule, broken by its own example. Rules on signatures are broken by a header of a good body.
fn every_rule() -> Vec<Case> {
    let case = |rule: &Rule| {
        let example = if rule.is_about_signature() {
            r#""talk_round": 3"#
        } else {
            rule.explanation().wrong
        };
        let body = notification_with(example);
        Case::new(&format!("./rules/{rule}.json"), body)
    };
    Rule::ALL.iter().map(case).collect()
}

/// A notification on one line, like those of an archive.
fn one_line(example: &str) -> String {
    notification_with(example).replace('\n', "")
}

fn message(number: usize, content: &str) -> String {
    format!(
        r#"{{"msg_id": "m{number}", "timestamp": {}, "status": "read", "content": {content}}}"#,
        1_744_699_261 + number / 20
    )
}

/// A notification that is not UTF-8.
fn latin_1() -> Vec<u8> {
    let body = notification_with(r#""workflow_name": "Mar#a""#).into_bytes();
    let byte = |byte| if byte == b'#' { 0xed } else { byte };
    body.into_iter().map(byte).collect()
}

/// Text that is hard to display.
fn hard_cases() -> Vec<Case> {
    let said = r#"{"type": "text", "text": "please tell us when we may call you back"}"#;
    let mut messages: Vec<_> = (0..60).map(|number| message(number, said)).collect();
    messages[30] = message(30, r#"{"type": "text", "body": "no text"}"#);
    messages[59] = message(3, said);
    let long = format!(r#""messages": [{}]"#, messages.join(", "));
    let hostile = "\"session_end_reason\": \"\u{9b}31mrobot\u{202e}\", \
        \"a\u{7f}b\u{ffff}\": 1, \"%0A::error::c,d\": 2";
    vec![
        Case::new("archive.ndjson", one_line(&long)).at(3, 3, 1),
        Case::new("shop.har", notification_with(r#""talk_round": "3""#))
            .at(3, 120, 14)
            .wrapped(),
        Case::new("evil\u{1b}[31m,a:b%\n]]>&\u{fffe}.json", one_line(hostile)),
        Case::new(
            "lines.json",
            notification_with(
                "\"messages\": {\r\n  \"0\": {\r\n    \"msg_id\": \"m1\"\r\n  }\r\n}",
            ),
        ),
        Case::new(
            "/srv/请选择/您 的.json",
            notification_with(
                r#""workflow_name": "请选择您的性别👉", "session_end_reason": "机器人👩‍👩‍👧""#,
            ),
        ),
        Case::new("empty.json", ""),
        Case::new("cut.json", "{\"workflow_id\": \"5d0c9a7be2f0\",\n \"sta"),
        Case::new("latin.json", latin_1()),
        Case::new("array.json", "[]"),
        Case::new("clean.json", notification_with(r#""talk_round": 3"#)),
    ]
}

fn all_cases() -> Vec<Case> {
    every_rule().into_iter().chain(hard_cases()).collect()
}

fn options(width: u16, theme: Theme) -> Options {
    Options {
        canvas: Canvas {
            width,
            theme,
            zone: Zone::UTC,
            hyperlinks: false,
        },
        quiet: false,
        lists_all: true,
        project: Text::from("chatlog.toml"),
    }
}

/// Deliveries in a format.
fn written(cases: &[Case], format: ReportFormat, options: Options) -> String {
    written_up_to(FindingLimit::new(0), cases, format, options)
}

/// Deliveries in a format, with a limit of findings for each rule.
fn written_up_to(
    limit: FindingLimit,
    cases: &[Case],
    format: ReportFormat,
    options: Options,
) -> String {
    written_in_parts(1, limit, cases, format, options)
}

/// Deliveries in a format, with this many rendered at a time.
fn written_in_parts(
    size: usize,
    limit: FindingLimit,
    cases: &[Case],
    format: ReportFormat,
    options: Options,
) -> String {
    let renderer = Renderer::new(format, options);
    let mut writer = Writer::new(renderer.clone(), Vec::new()).expect("memory can be written");
    for cases in cases.chunks(size) {
        let part = render_all(limit, cases, &renderer);
        writer.write(part).expect("memory can be written");
    }
    let out = writer.finish().expect("memory can be written");
    String::from_utf8(out).expect("every format is UTF-8")
}

fn render_all(limit: FindingLimit, cases: &[Case], renderer: &Renderer) -> Rendered {
    let mut part = Rendered::default();
    let contracts = [contract::example()];
    for case in cases {
        let origin = Origin {
            source: Text::from(case.source.as_str()),
            index: case.index,
        };
        let record = Record {
            bytes: &case.body,
            terminator: b"",
            is_whole: false,
            start: case.start,
        };
        let capture = deliveries(&record, &CaptureOptions::for_format(CaptureFormat::Body));
        for delivery in capture.deliveries {
            let delivery = Delivery {
                body: Cow::Borrowed(&case.body),
                body_start: delivery.body_start.filter(|_| !case.wrapped),
                ..delivery
            };
            let document = Document::new(&delivery.body);
            let has_contract = case.source.ends_with("/contract.json");
            let signature = signature_of(case, &delivery);
            let verify = |_: &Delivery<'_>| signature.clone().expect("there is a signature");
            let checks = InspectOptions {
                limit,
                contracts: if has_contract { &contracts } else { &[] },
                verifier: signature.is_some().then_some(&verify),
                ..InspectOptions::default()
            };
            let report = inspect(&origin, &delivery, &document, &checks);
            let done = renderer.report(&report, &mut part);
            done.expect("memory can be written");
        }
    }
    part
}

#[test]
fn reports_may_be_rendered_in_parts_of_any_size() {
    let cases = all_cases();
    for format in ReportFormat::value_variants() {
        let parts = |size| {
            let options = options(80, Theme::plain());
            written_in_parts(size, FindingLimit::new(1), &cases, *format, options)
        };
        let whole = parts(cases.len());
        for size in [1, 2, 3, 7] {
            assert_eq!(parts(size), whole, "{format:?}, {size} at a time");
        }
    }
}

/// The verdict that a case for a rule on signatures is about.
fn signature_of(case: &Case, delivery: &Delivery<'_>) -> Option<Signature> {
    let name = case.source.strip_prefix("./rules/signature-")?;
    let secret = Secret::new("chatlog-sample-secret").expect("it is not empty");
    let mut checks = SignatureChecks::new(Scheme::default(), [secret.clone()]);
    let mut delivery = delivery.clone();
    if name == "ambiguous.json" {
        let (scheme, secret) = (Scheme::default(), secret.clone());
        let right = sign(&delivery, &scheme, &secret, Encoding::Hex).expect("it can be signed");
        delivery.headers.push("X-AIRudder-Sign", right);
        delivery.headers.push("X-AIRudder-Sign", "00".repeat(32));
    } else if name != "missing.json" {
        checks = checks.with_signature("00".repeat(32));
    }
    if name == "inconclusive.json" {
        delivery.fidelity = Fidelity::Reserialized;
    }
    Some(verify(&delivery, &checks))
}

fn plain(cases: &[Case], format: ReportFormat) -> String {
    written(cases, format, options(80, Theme::plain()))
}

#[track_caller]
fn is_golden(name: &str, given: &str) {
    let path = PathBuf::from("tests/golden/formats").join(name);
    let given = given.replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &given).expect("the golden file can be written");
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    if given != want {
        let differs = |(given, want): (&str, &str)| given != want;
        let line = given.lines().zip(want.lines()).position(differs);
        let line = line.unwrap_or_else(|| given.lines().count().min(want.lines().count()));
        panic!(
            "{name} differs at line {}; BLESS=1 accepts it\n  given: {:?}\n   want: {:?}",
            line + 1,
            given.lines().nth(line),
            want.lines().nth(line)
        );
    }
}

#[test]
fn every_format_shows_every_rule_as_its_golden_file_does() {
    let cases = all_cases();
    for (name, format) in [
        ("full.txt", ReportFormat::Full),
        ("concise.txt", ReportFormat::Concise),
        ("json.ndjson", ReportFormat::Json),
        ("github.txt", ReportFormat::Github),
        ("gitlab.json", ReportFormat::Gitlab),
        ("sarif.json", ReportFormat::Sarif),
        ("junit.xml", ReportFormat::Junit),
    ] {
        let given = plain(&cases, format);
        for rule in Rule::ALL {
            assert!(given.contains(rule.name()), "{name}: no {rule}");
        }
        is_golden(name, &given);
    }
    is_golden(
        "full-60.txt",
        &written(&cases, ReportFormat::Full, options(60, Theme::plain())),
    );
    is_golden(
        "full-120.ansi",
        &written(&cases, ReportFormat::Full, options(120, Theme::ansi())),
    );
}

#[test]
fn nothing_a_stranger_wrote_acts_on_a_terminal_in_any_format() {
    let cases = all_cases();
    for format in ReportFormat::value_variants() {
        for line in plain(&cases, *format).lines() {
            // The commands of this format are its own.
            let own = line
                .strip_prefix("::")
                .filter(|_| *format == ReportFormat::Github);
            let line = own.unwrap_or(line);
            assert_eq!(Text::from(line).to_string(), line, "{format:?}");
        }
    }
}

#[test]
fn programs_can_read_what_is_written_for_them() {
    let cases = all_cases();
    for line in plain(&cases, ReportFormat::Json).lines() {
        serde_json::from_str::<Value>(line).expect("a line is JSON");
    }
    let junit = plain(&cases, ReportFormat::Junit);
    let is_xml = |c| !matches!(c, '\0'..='\x08' | '\x0b'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    assert!(junit.chars().all(is_xml), "XML has no such character");
    let junit = roxmltree::Document::parse(&junit).expect("JUnit is XML");
    let elements = |name| {
        junit
            .descendants()
            .filter(move |node| node.has_tag_name(name))
    };
    let count = |name| junit.root_element().attribute(name).map(str::to_owned);
    assert_eq!(count("tests"), Some(cases.len().to_string()));
    for (counted, name) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
    ] {
        assert_eq!(
            count(counted),
            Some(elements(name).count().to_string()),
            "{counted}"
        );
    }
    let issues: Vec<Value> =
        serde_json::from_str(&plain(&cases, ReportFormat::Gitlab)).expect("an array of issues");
    assert_eq!(
        plain(&cases, ReportFormat::Github).lines().count(),
        issues.len()
    );
    assert_eq!(
        plain(&cases, ReportFormat::Concise).lines().count(),
        issues.len()
    );
    let github = plain(&cases, ReportFormat::Github);
    assert!(github.lines().all(|line| line.starts_with("::")));
}

/// Validates a log with the schema of OASIS, as the crate serde-sarif 0.8 ships it; its `$id` names
/// it.
#[track_caller]
pub(crate) fn is_sarif(log: &Value) {
    let schema = fs::read_to_string("tests/sarif-2.1.0.schema.json").expect("the schema is here");
    // Its pattern for languages, of which none is written, has a bracket too many.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    assert_eq!(Validator::new(&schema, Formats::Checked).fault(log), None);
}

#[test]
fn what_could_not_be_read_is_valid_sarif() {
    let options = options(80, Theme::plain());
    let renderer = Renderer::new(ReportFormat::Sarif, options);
    let mut writer = Writer::new(renderer.clone(), Vec::new()).expect("memory");
    let mut part = Rendered::default();
    let source = Text::from("a b.har");
    for position in [None, Some(Position { line: 3, column: 7 })] {
        let problem = InputProblem {
            source: &source,
            position,
            message: "cannot read: it is gone",
        };
        renderer.problem(&problem, &mut part).expect("memory");
    }
    writer.write(part).expect("memory");
    let log = writer.finish().expect("memory");
    let log: Value = serde_json::from_slice(&log).expect("SARIF is JSON");
    is_sarif(&log);
    let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let location = &notifications[1]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "a%20b.har");
    assert_eq!(location["region"]["startLine"], 3);
}

#[test]
fn sarif_is_valid_against_the_official_schema() {
    for (cases, limit) in [(all_cases(), 0), (all_cases(), 1), (vec![], 0)] {
        let limit = FindingLimit::new(limit);
        let log = written_up_to(
            limit,
            &cases,
            ReportFormat::Sarif,
            options(80, Theme::plain()),
        );
        let log: Value = serde_json::from_str(&log).expect("SARIF is JSON");
        is_sarif(&log);
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        for result in log["runs"][0]["results"].as_array().into_iter().flatten() {
            let index = result["ruleIndex"].as_u64().expect("every rule is listed");
            let index = usize::try_from(index).expect("there are few rules");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
}

/// The fingerprints of a GitLab report, which are the same as those of SARIF.
fn fingerprints(cases: &[Case]) -> Vec<String> {
    let issues: Vec<Value> =
        serde_json::from_str(&plain(cases, ReportFormat::Gitlab)).expect("an array of issues");
    let fingerprint = |issue: &Value| issue["fingerprint"].to_string();
    let gitlab: Vec<_> = issues.iter().map(fingerprint).collect();
    let log: Value =
        serde_json::from_str(&plain(cases, ReportFormat::Sarif)).expect("SARIF is JSON");
    let results = log["runs"][0]["results"]
        .as_array()
        .expect("a list of results");
    let fingerprint = |result: &Value| result["partialFingerprints"]["chatlog/v2"].to_string();
    assert_eq!(gitlab, results.iter().map(fingerprint).collect::<Vec<_>>());
    gitlab
}

#[test]
fn a_finding_keeps_its_fingerprint_while_other_things_change() {
    let wrong = |more: &str| notification_with(&format!("{more}\"talk_round\": \"3\""));
    let alone = fingerprints(&[Case::new("a.ndjson", wrong(""))]);
    let moved = wrong("\"intention\": \"B\", \"ner_slots\": {\"a\": \"b\"},\n\n");
    let other = wrong("\"call_id\": \"another\", ");
    let later = fingerprints(&[
        Case::new("./a.ndjson", other),
        Case::new("./a.ndjson", moved).at(2, 40, 1),
    ]);
    assert_eq!(alone[0], later[1]);
    let differently = fingerprints(&[Case::new(
        "a.ndjson",
        notification_with("\"talk_round\": \"4\""),
    )]);
    assert_eq!(alone, differently, "the sentence names what was found");
    let twice = fingerprints(&[
        Case::new("a.ndjson", wrong("")),
        Case::new("a.ndjson", wrong("")).at(2, 2, 1),
        Case::new("b.ndjson", wrong("")),
    ]);
    assert_eq!(alone[0], twice[0]);
    assert_eq!(twice.iter().collect::<BTreeSet<_>>().len(), 3, "{twice:?}");
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let case = [Case::new("a.json", br#"{"messages": []}"#)];
    let limited = |format| {
        let options = options(80, Theme::plain());
        written_up_to(FindingLimit::new(2), &case, format, options)
    };
    let all = plain(&case, ReportFormat::Concise).lines().count();
    let more = format!("{} more missing-field in this delivery", all - 3);
    for format in [
        ReportFormat::Full,
        ReportFormat::Concise,
        ReportFormat::Github,
        ReportFormat::Gitlab,
        ReportFormat::Junit,
    ] {
        assert!(limited(format).contains(&more), "{format:?}");
    }
    let left_out = format!("findings left out: {} of missing-field", all - 3);
    assert!(limited(ReportFormat::Sarif).contains(&left_out));
    let omitted = format!(r#""findings_omitted":{{"missing-field":{}}}"#, all - 3);
    assert!(limited(ReportFormat::Json).contains(&omitted));
    let full = limited(ReportFormat::Full);
    assert_eq!(full.matches("-->").count(), 3);
    assert!(
        full.ends_with(&format!("1 delivery: {} errors, 1 warning\n", all - 1)),
        "{full}"
    );
}

/// Sixteen messages outside their session, one under the other, as in the vendor's example; three of
/// them lack a field.
fn sixteen_messages() -> Case {
    let message = |number: usize| {
        let status = if [3, 5].contains(&number) {
            ""
        } else {
            "\n  \"status\": \"read\","
        };
        let id = if number == 7 {
            ""
        } else {
            "\n  \"msg_id\": \"m#\","
        };
        let id = id.replace('#', &number.to_string());
        let content = r#""content": {"type": "text", "text": "hello"}"#;
        let time = 1_720_159_500 + number;
        format!("{{{id}{status}\n  \"timestamp\": {time},\n  {content}\n}}")
    };
    let messages: Vec<_> = (1..=16).map(message).collect();
    let example = format!("\"messages\": [{}]", messages.join(",\n"));
    Case::new("a.json", notification_with(&example))
}

#[test]
fn findings_that_say_the_same_are_drawn_once() {
    let case = [sixteen_messages()];
    let once = Options {
        lists_all: false,
        ..options(80, Theme::plain())
    };
    let count = |format, options: &Options, words: &str| {
        let written = written(&case, format, options.clone());
        written.matches(words).count()
    };
    let full = written(&case, ReportFormat::Full, once.clone());
    assert!(full.lines().count() <= 45, "{full}");
    for (words, times) in [
        ("[message-outside-session]", 1),
        ("   = and 15 more: messages 2–16\n     --> a.json:", 1),
        ("[missing-field]: missing field `status`", 1),
        ("   = and 1 more: message 5\n     --> a.json:", 1),
        // Another field is another thing to mend.
        ("[missing-field]: missing field `msg_id`", 1),
        ("1 delivery: 3 errors, 16 warnings\n", 1),
    ] {
        assert_eq!(full.matches(words).count(), times, "{words} in\n{full}");
    }
    let all = options(80, Theme::plain());
    for options in [&once, &all] {
        let listed = count(ReportFormat::Concise, options, "[message-outside-session]");
        assert_eq!(listed, 16);
    }
    let drawn = count(ReportFormat::Full, &all, "[message-outside-session]");
    assert_eq!(drawn, 16);
    assert_eq!(count(ReportFormat::Full, &all, "more:"), 0);
}

#[test]
fn a_clean_run_says_so_in_one_line_or_not_at_all() {
    let clean =
        |index| Case::new("a.ndjson", notification_with(r#""talk_round": 3"#)).at(index, index, 1);
    let quiet = Options {
        quiet: true,
        ..options(80, Theme::plain())
    };
    let one = [clean(1)];
    let two = [clean(1), clean(2)];
    assert_eq!(plain(&one, ReportFormat::Full), "1 delivery: no problems\n");
    assert_eq!(
        plain(&two, ReportFormat::Full),
        "2 deliveries: no problems\n"
    );
    assert_eq!(plain(&[], ReportFormat::Full), "");
    assert_eq!(plain(&two, ReportFormat::Gitlab), "[\n]\n");
    for format in [
        ReportFormat::Full,
        ReportFormat::Concise,
        ReportFormat::Json,
        ReportFormat::Github,
    ] {
        assert_eq!(written(&two, format, quiet.clone()), "", "{format:?}");
    }
    for format in [ReportFormat::Concise, ReportFormat::Github] {
        assert_eq!(plain(&two, format), "", "{format:?}");
    }
    let junit = written(&two, ReportFormat::Junit, quiet);
    assert!(!junit.contains("testcase"), "{junit}");
}

/// The part of the source line above the carets of the first finding in `full`.
fn underlined(full: &str) -> String {
    let lines: Vec<&str> = full.lines().collect();
    let carets = lines
        .iter()
        .position(|line| line.trim_start().starts_with('|') && line.contains('^'))
        .expect("something is underlined");
    let start = lines[carets].find('^').expect("there is a caret");
    let end = start
        + lines[carets][start..]
            .bytes()
            .take_while(|byte| *byte == b'^')
            .count();
    let mut column = 0;
    let mut above = String::new();
    for c in lines[carets - 1].chars() {
        if (start..end).contains(&column) {
            above.push(c);
        }
        column += c.width().unwrap_or(0);
    }
    above
}

#[test]
fn the_carets_stand_below_what_is_at_fault() {
    let long = "请选择您的性别👉 \u{202e}pay now ".repeat(400);
    for before in [
        "",
        "abc",
        "请选择您的性别👉",
        "a\u{1b}b\u{202e}\u{ad}c",
        "e\u{301}",
        &long,
    ] {
        for (value, shown) in [
            ("expired", "expired"),
            ("机器人", "机器人"),
            ("a\u{7f}b", r"a\u{7f}b"),
        ] {
            let before = before.replace('\u{1b}', "\u{9b}");
            let example = format!(
                r#""workflow_name": "{before}", "session_end_reason": "{value}", "intention": "{before}""#
            );
            let case = [Case::new("a.json", notification_with(&example))];
            for width in [40, 60, 80, 120, 200] {
                let full = written(&case, ReportFormat::Full, options(width, Theme::plain()));
                assert_eq!(underlined(&full), format!("\"{shown}\""), "{full}");
            }
        }
    }
}

#[test]
fn lines_of_a_body_keep_to_the_width() {
    let cases = all_cases();
    for width in 60..140 {
        let full = written(&cases, ReportFormat::Full, options(width, Theme::plain()));
        let drawn = |line: &&str| {
            let line =
                line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
            line.starts_with('|')
        };
        for line in full.lines().filter(drawn) {
            let columns: usize = line.chars().filter_map(UnicodeWidthChar::width).sum();
            assert!(
                columns <= usize::from(width),
                "{columns} of {width}: {line}"
            );
        }
    }
}

#[test]
fn a_single_line_between_two_places_is_shown() {
    let example = "\"variables\": {\n  \"order\": 1,\n  \"other\": 2,\n  \"order\": 3\n}";
    let full = plain(
        &[Case::new("a.json", notification_with(example))],
        ReportFormat::Full,
    );
    assert!(full.contains("  \"other\": 2,\n"), "{full}");
}

/// Bodies that are cut off anywhere, in all formats: nothing panics, and syntax errors are shown.
#[test]
fn a_body_may_end_anywhere() {
    let example = r#""workflow_name": "请选择", "variables": {"a": "👉", "a": 1}"#;
    let body = notification_with(example).into_bytes();
    let cases: Vec<_> = (0..body.len())
        .map(|end| Case::new("a.json", &body[..end]))
        .collect();
    for format in ReportFormat::value_variants() {
        assert!(plain(&cases, *format).contains("not-json"), "{format:?}");
    }
}
