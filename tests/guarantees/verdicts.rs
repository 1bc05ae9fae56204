//! Every format explains a failed check, and only the user decides what passes.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::folder::{Folder, Run, SECRET, run};

const FORMATS: [&str; 7] = [
    "full", "concise", "json", "github", "gitlab", "sarif", "junit",
];

/// A failure in some format: the input, the rule and the reason.
type Said = (String, String, String);

/// Deliveries of every kind: valid, forged, unsigned, captured by smee, broken though signed, and
/// both broken and unsigned.
fn captures(name: &str) -> Folder {
    let folder = Folder::new(name);
    let good = fs::read_to_string("samples/plain-chat.json").expect("the sample");
    let broken = fs::read_to_string("samples/half-broken.json").expect("the sample");
    folder.write("good.json", &good);
    folder.write("broken.json", &broken);
    folder.write("in/valid.http", sign(&folder, "good.json"));
    let signed = sign(&folder, "good.json");
    folder.write("in/forged.http", signed.replace("Putri", "Budi!"));
    folder.write("in/unsigned.json", &good);
    folder.write(
        "in/smee.json",
        fs::read("samples/captures/smee.json").expect("the sample"),
    );
    folder.write("in/broken-signed.http", sign(&folder, "broken.json"));
    folder.write("in/broken-unsigned.json", &broken);
    folder
}

/// The request that carries a body with its signature.
fn sign(folder: &Folder, body: &str) -> String {
    let run = folder.chatlog(&format!("sign --as http {body}"));
    run.is(0, &[]);
    run.text().to_owned()
}

/// Runs with this variable in addition to the secret.
fn with_variable(folder: &Folder, name: &str, value: &str, arguments: &str) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    command
        .env("CHATLOG_SECRET", SECRET)
        .env(name, value)
        .args(arguments.split(' '));
    run(&mut command, b"")
}

/// Every failure in the JSON output, with which the other formats are compared.
fn failures(json: &str) -> BTreeSet<Said> {
    let fails = |finding: &&Value| {
        finding["severity"] == "error" || finding["rule"] == "signature-inconclusive"
    };
    let mut said = BTreeSet::new();
    for line in json.lines() {
        let report: Value = serde_json::from_str(line).expect("a line is JSON");
        let findings = report["findings"].as_array().expect("findings").iter();
        said.extend(findings.filter(fails).map(|finding| {
            let word = |value: &Value| value.as_str().expect("a string").to_owned();
            let reason = match word(&finding["rule"]) {
                rule if rule.starts_with("signature-") => word(&report["signature"]["reason"]),
                _ => word(&finding["message"]),
            };
            (word(&report["source"]), word(&finding["rule"]), reason)
        }));
    }
    said
}

/// Reads the failures from a format. Findings within a text of many lines are split from it.
fn read(format: &str, text: &str) -> BTreeSet<Said> {
    match format {
        "full" => read_full(text),
        "concise" => text.lines().map(read_concise).collect(),
        "json" => failures(text),
        "github" => text.lines().map(read_github).collect(),
        "gitlab" => read_gitlab(text),
        "sarif" => read_sarif(text),
        "junit" => read_junit(text),
        other => panic!("no test reads {other}"),
    }
}

fn said(source: &str, rule: &str, reason: &str) -> Said {
    (source.to_owned(), rule.to_owned(), reason.to_owned())
}

fn read_full(text: &str) -> BTreeSet<Said> {
    let mut lines = text.lines();
    let mut all = BTreeSet::new();
    while let Some(line) = lines.next() {
        if let Some((rule, reason)) = line
            .split_once('[')
            .and_then(|(_, of)| of.split_once("]: "))
        {
            let place = lines.next().expect("a place follows");
            let place = place.trim_start().strip_prefix("--> ").expect("an arrow");
            let source = place.split([':', '#']).next().unwrap_or_default();
            all.insert(said(source, rule, reason));
        }
    }
    all
}

fn read_concise(line: &str) -> Said {
    let (place, finding) = line.split_once(": ").expect("a place comes first");
    let (what, reason) = finding.split_once("] ").expect("a rule follows");
    let (_, rule) = what.split_once('[').expect("a rule follows");
    let source = place.split(':').next().unwrap_or_default();
    let reason = reason.split(" (body ").next().unwrap_or_default();
    said(source, rule, reason)
}

/// The reason without the place and the help that stand after it.
fn without_place(words: &str) -> &str {
    let line = words.split('\n').next().unwrap_or_default();
    line.rsplit_once(" (/").map_or(line, |(reason, _)| reason)
}

fn read_github(line: &str) -> Said {
    let (head, words) = line[2..].split_once("::").expect("a command");
    let property = |name: &str| {
        let (_, rest) = head.split_once(name).expect("the property is there");
        rest.split(',').next().unwrap_or_default()
    };
    let words = words.replace("%0A", "\n").replace("%25", "%");
    said(property("file="), property("title="), without_place(&words))
}

fn read_gitlab(text: &str) -> BTreeSet<Said> {
    let issues: Vec<Value> = serde_json::from_str(text).expect("an array of issues");
    let read = |issue: &Value| {
        let word = |value: &Value| value.as_str().expect("a string").to_owned();
        assert!(issue["location"]["lines"]["begin"].is_u64(), "{issue}");
        assert!(!word(&issue["fingerprint"]).is_empty(), "{issue}");
        let description = word(&issue["description"]);
        let path = word(&issue["location"]["path"]);
        said(
            &path,
            &word(&issue["check_name"]),
            without_place(&description),
        )
    };
    issues.iter().map(read).collect()
}

fn read_sarif(text: &str) -> BTreeSet<Said> {
    let log: Value = serde_json::from_str(text).expect("SARIF is JSON");
    crate::report_formats::is_sarif(&log);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let read = |result: &Value| {
        let word = |value: &Value| value.as_str().expect("a string").to_owned();
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let reason = word(&result["message"]["text"]);
        said(
            &word(location),
            &word(&result["ruleId"]),
            without_place(&reason),
        )
    };
    results.iter().map(read).collect()
}

fn read_junit(text: &str) -> BTreeSet<Said> {
    let report = roxmltree::Document::parse(text).expect("JUnit is XML");
    let mut all = BTreeSet::new();
    for case in report.descendants() {
        let Some(fault) = case.children().find(|node| {
            case.has_tag_name("testcase")
                && (node.has_tag_name("failure") || node.has_tag_name("error"))
        }) else {
            continue;
        };
        let source = case.attribute("classname").expect("a class name");
        let rule = fault.attribute("type").expect("a type");
        let is_undecided = rule == "signature-inconclusive";
        assert_eq!(fault.has_tag_name("error"), is_undecided, "{case:?}");
        let message = fault.attribute("message").expect("a message");
        all.insert(said(source, rule, message));
        let lines = fault.text().unwrap_or_default().lines();
        let findings = lines.filter_map(|line| Some(&line[line.find(": error[")?..]));
        all.extend(findings.map(|line| {
            let (_, rule, reason) = read_concise(line);
            said(source, &rule, &reason)
        }));
    }
    all
}

/// The failures in every format, on standard output and in a file, which must be the same.
fn in_every_format(folder: &Folder, arguments: &str, code: i32) {
    let json = folder.chatlog(&format!("{arguments} --format json"));
    json.is(code, &[]);
    let all = failures(json.text());
    assert!(!all.is_empty(), "{json:?}");
    for format in FORMATS {
        let on_screen = folder.chatlog(&format!("{arguments} --format {format}"));
        on_screen.is(code, &[]);
        let to_file = format!("{arguments} --format json --report {format}=report");
        folder.chatlog(&to_file).is(code, &[]);
        let in_file = folder.read("report");
        for text in [on_screen.text(), &in_file] {
            let read = read(format, text);
            assert!(read.is_superset(&all), "{format}: {all:#?}\n{text}");
            let named: BTreeSet<_> = read.iter().map(|(source, ..)| source).collect();
            assert!(!named.contains(&"in/valid.http".to_owned()), "{text}");
        }
    }
}

#[test]
fn a_check_that_fails_names_each_failed_delivery_and_the_reason_in_every_format() {
    let folder = captures("check-formats");
    let arguments = "check in -A number-precision";
    in_every_format(&folder, arguments, 2);
    let json = folder.chatlog(&format!("{arguments} --format json"));
    let failed: BTreeSet<_> = failures(json.text())
        .into_iter()
        .map(|(source, rule, _)| (source, rule))
        .collect();
    #[rustfmt::skip]
    let want = [
        ("in/broken-signed.http", "missing-field"),
        ("in/broken-signed.http", "unknown-value"),
        ("in/broken-signed.http", "wrong-type"),
        ("in/broken-unsigned.json", "missing-field"),
        ("in/broken-unsigned.json", "signature-missing"),
        ("in/broken-unsigned.json", "unknown-value"),
        ("in/broken-unsigned.json", "wrong-type"),
        ("in/forged.http", "signature-invalid"),
        ("in/smee.json", "signature-inconclusive"),
        ("in/unsigned.json", "signature-missing"),
    ];
    let want = want.map(|(source, rule)| (source.to_owned(), rule.to_owned()));
    assert_eq!(failed, BTreeSet::from(want));
}

#[test]
fn a_verification_that_fails_names_each_failed_delivery_and_the_reason_in_every_format() {
    let folder = captures("verify-formats");
    in_every_format(&folder, "verify in", 2);
    let json = folder.chatlog("verify in --format json");
    let rules = failures(json.text()).into_iter().map(|(_, rule, _)| rule);
    assert!(rules.into_iter().all(|rule| rule.starts_with("signature-")));
    folder
        .chatlog("verify in/forged.http --report junit=report")
        .is(
            1,
            &["invalid      in/forged.http", "1 delivery: 1 invalid\n"],
        );
    folder
        .chatlog("verify in/valid.http --discover --format sarif")
        .is(2, &["--discover prints schemes"]);
}

#[test]
fn a_check_says_once_what_all_failures_have_in_common() {
    let folder = captures("check-common-cause");
    let forged = folder.read("in/forged.http");
    for n in 0..30 {
        folder.write(
            &format!("all/{n}.http"),
            forged.replace("Budi!", &format!("Bud{n:02}")),
        );
    }
    let all = "signatures: all 30 fail the same way: the secret is probably wrong";
    let rest = "signatures: 10 more failures are not explained";
    for format in FORMATS {
        let run = folder.chatlog(&format!("check all --format {format}"));
        run.is(1, &[all, rest]);
        let report = folder.chatlog(&format!("check all --report {format}=report"));
        report.is(1, &[all, rest]);
    }
    folder
        .chatlog("verify all --format github")
        .is(1, &[all, rest]);
}

#[test]
fn validate_never_looks_at_a_signature() {
    let folder = captures("validate-only");
    folder.write("in/unsigned.json.sig", "00");
    for format in FORMATS {
        let arguments = format!("validate in --format {format}");
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        let without = run(command.args(arguments.split(' ')), b"");
        without.is(1, &[]);
        for (name, value) in [("UNUSED", ""), ("CHATLOG_SCHEME", "md5:{secret}")] {
            let with = with_variable(&folder, name, value, &arguments);
            assert_eq!((with.code, with.text()), (1, without.text()), "{format}");
        }
    }
    for option in [
        "--secret=x",
        "--secret-env=X",
        "--secret-file=good.json",
        "--signature=00",
    ] {
        let run = folder.chatlog(&format!("validate good.json {option}"));
        run.is(2, &["unexpected argument"]);
    }
}

#[test]
fn a_scheme_or_a_header_that_is_not_the_built_in_one_is_told_with_who_chose_it() {
    let folder = captures("sources");
    let chosen = |arguments: &str| {
        let run = with_variable(&folder, "CHATLOG_SCHEME", "hmac-sha512:{body}", arguments);
        run.text().to_owned()
    };
    let line = "signatures: 1 missing · scheme hmac-sha512:{body} from CHATLOG_SCHEME · header X-Mine from --header-name\n";
    let in_json = |arguments: &str| {
        let line = chosen(&format!("{arguments} --format json"));
        let report: Value = serde_json::from_str(&line).expect("a line is JSON");
        let key = |name: &str| report["signature"][name].clone();
        json!([key("scheme_source"), key("header"), key("header_source")])
    };
    assert!(chosen("check in/valid.http --header-name X-Mine").ends_with(line));
    let mine = json!(["CHATLOG_SCHEME", "X-Mine", "--header-name"]);
    for command in ["check", "verify", "show"] {
        let arguments = format!("{command} in/valid.http --header-name X-Mine");
        assert_eq!(in_json(&arguments), mine, "{command}");
        let words = "scheme hmac-sha512:{body} from CHATLOG_SCHEME";
        assert!(chosen(&arguments).contains(words), "{command}");
        let option = format!("{command} in/valid.http --scheme hmac-sha1");
        let words = "scheme hmac-sha1:{body} from --scheme";
        assert!(chosen(&option).contains(words), "{command}");
    }
    let default = "verify in/valid.http --scheme hmac-sha256 --header-name x-airudder-sign";
    assert!(chosen(default).ends_with("\n1 delivery: 1 valid\n"));
    assert_eq!(in_json(default), json!([null, "x-airudder-sign", null]));
    for (name, given) in [("chatlog.toml", ""), ("other.toml", " --config other.toml")] {
        folder.write(name, "scheme = \"hmac-md5\"\nheader-name = \"X-Theirs\"");
        let run = folder.chatlog(&format!("verify in/valid.http{given}"));
        let words =
            format!(" · scheme hmac-md5:{{body}} from {name} · header X-Theirs from {name}\n");
        run.is(1, &[&words]);
    }
}

#[test]
fn an_empty_scheme_in_the_environment_counts_as_unset() {
    let folder = captures("empty-scheme");
    for command in ["verify", "check", "show", "sign"] {
        let arguments = format!("{command} in/valid.http");
        with_variable(&folder, "CHATLOG_SCHEME", "", &arguments).is(0, &[]);
    }
}

#[test]
fn a_project_file_makes_no_forged_or_unreadable_delivery_pass() {
    let folder = captures("project-file");
    for rule in [
        "not-json",
        "signature-invalid",
        "signature-missing",
        "signature-inconclusive",
    ] {
        for level in ["allow", "warn", "deny"] {
            folder.write("chatlog.toml", format!("[rules]\n{rule} = \"{level}\"\n"));
            for command in ["check", "verify", "validate", "show"] {
                let words = format!("chatlog.toml:2:1: the level of `{rule}` cannot be set here");
                folder.chatlog(&format!("{command} in")).is(2, &[&words]);
            }
        }
    }
}

#[test]
fn errors_that_a_project_file_relaxed_are_counted_where_a_run_closes() {
    let folder = captures("relaxed");
    folder.write(
        "chatlog.toml",
        "[rules]\nmissing-field = \"warn\"\nwrong-type = \"allow\"\nunknown-value = \"allow\"\n\
         message-order = \"allow\"\n",
    );
    let allowed = |count: usize| match count {
        1 => "1 error allowed by chatlog.toml".to_owned(),
        _ => format!("{count} errors allowed by chatlog.toml"),
    };
    let case = |arguments: &str, code: i32, count: usize| {
        folder.chatlog(arguments).is(code, &[&allowed(count)]);
        let json = folder.chatlog(&format!("{arguments} --format json"));
        json.is(code, &[&format!("\"errors_allowed\":{count},")]);
    };
    case("validate broken.json", 0, 3);
    case("show broken.json", 1, 3);
    case("check in/broken-signed.http", 0, 3);
    case("validate broken.json -D wrong-type", 1, 2);
    case("validate broken.json -A wrong-type", 0, 2);
    case("validate broken.json --strict", 1, 2);
    let inner = folder.chatlog("validate broken.json --no-config -A wrong-type");
    inner.is(1, &["1 delivery: 2 errors\n"]);
    folder
        .chatlog("validate good.json")
        .is(0, &["1 delivery: no problems\n"]);
}

#[test]
fn a_project_file_names_no_pager_no_secret_and_nothing_to_run() {
    let folder = captures("project-keys");
    for key in [
        "pager",
        "secret",
        "secret-file",
        "secret-env",
        "signature",
        "command",
        "schema",
    ] {
        folder.write("chatlog.toml", format!("{key} = \"in/valid.http\"\n"));
        folder
            .chatlog("check in")
            .is(2, &["chatlog: chatlog.toml:1:1: "]);
    }
}

#[test]
fn a_failed_signature_passes_only_where_an_option_says_so() {
    let folder = captures("levels");
    let cases: [(&str, &str, i32); 9] = [
        ("in/forged.http", "", 1),
        ("in/forged.http", "-A signature-missing", 1),
        ("in/forged.http", "-A signature-invalid", 0),
        ("in/unsigned.json", "-W signature-missing", 0),
        ("in/unsigned.json", "-W signature-missing --strict", 1),
        ("in/smee.json", "", 2),
        ("in/smee.json", "--strict", 2),
        ("in/smee.json", "-D signature-inconclusive", 2),
        ("in/smee.json", "-A signature-inconclusive", 0),
    ];
    for (input, levels, code) in cases {
        for command in [
            "verify",
            "check -A number-precision",
            "show -A number-precision",
        ] {
            folder
                .chatlog(&format!("{command} {input} {levels}"))
                .is(code, &[]);
        }
    }
}

#[test]
fn quiet_prints_what_fails_the_run_and_nothing_else() {
    let folder = captures("quiet");
    let warned = fs::read_to_string("samples/duplicate-keys.json").expect("the sample");
    folder.write("warned.json", &warned);
    folder.write("in/warned.http", sign(&folder, "warned.json"));
    // Warnings fail no run, so they do not break the silence either.
    let unsigned = "in/unsigned.json -W signature-missing";
    for command in [
        "validate -q good.json",
        "validate -q warned.json",
        "verify -q in/valid.http",
        &format!("verify -q {unsigned}"),
        "check -q in/valid.http in/warned.http",
        &format!("check -q {unsigned}"),
    ] {
        for format in FORMATS.iter().filter(|format| !is_document(format)) {
            let run = folder.chatlog(&format!("{command} --format {format}"));
            assert_eq!((run.code, run.text(), &*run.stderr), (0, "", ""));
        }
        let run = folder.chatlog(command);
        assert_eq!((run.code, run.text(), &*run.stderr), (0, "", ""));
    }
    for command in ["verify", "check"] {
        let run = folder.chatlog(&format!("{command} -q in/valid.http in/unsigned.json"));
        run.is(1, &["missing", "unsigned.json"]);
        assert!(!run.text().contains("valid.http"), "{run:?}");
        assert!(!run.text().contains("deliver"), "{run:?}");
        // A verdict that could not be reached fails the run at any level, and says why.
        let run = folder.chatlog(&format!("{command} -q in/smee.json"));
        run.is(2, &["inconclusive", "smee.json"]);
    }
    let strict = folder.chatlog("check -q in/warned.http --strict");
    strict.is(1, &["error[duplicate-key]"]);
    folder.write("both.json", warned.replace("\"closed\"", "7"));
    let both = folder.chatlog("validate -q both.json --report concise=report");
    both.is(1, &["error["]);
    assert!(!both.text().contains("warning"), "{both:?}");
    assert!(folder.read("report").contains(" warning["));
}

/// Whether a format is one document, which is there even if it is empty.
fn is_document(format: &str) -> bool {
    ["gitlab", "sarif", "junit"].contains(&format)
}

#[test]
fn what_a_capture_says_in_two_ways_is_told_in_every_format() {
    let folder = Folder::new("two-ways");
    folder.write("body.json", "{\"status\": \"closed\"}");
    let request = sign(&folder, "body.json");
    let second = "X-AIRudder-Sign: 00\r\n\r\n";
    folder.write(
        "two.http",
        request.replacen("\r\n\r\n", &format!("\r\n{second}"), 1),
    );
    for format in FORMATS {
        let run = folder.chatlog(&format!("verify --format {format} two.http"));
        run.is(
            0,
            &["signature-ambiguous", "2 signature headers, 1 matches"],
        );
    }
    folder
        .chatlog("verify two.http")
        .is(0, &["2 signature headers, 1 matches"]);
}
