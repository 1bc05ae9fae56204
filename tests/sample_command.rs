//! `chatlog sample` makes the same notifications everywhere, and breaks exactly the rules it is asked
//! to break.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use chatlog::finding::{FindingLimit, Rule};
use chatlog::json::{Document, Enumeration};
use chatlog::notification::block::EventKind;
use chatlog::notification::{ContentType, EndReason, MessageStatus, Sender};
use chatlog::sample::{Invalid, Samples};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::contract;
use crate::folder::{Folder, Run, run};
use crate::notifications::inspect;
use crate::program::program;

/// The SHA-256 of the first hundred samples. It changes only when what samples say is changed on
/// purpose.
const FIRST_HUNDRED: &str = "ec2ea216cea45f4e57d8bb5c1815ab042914e83b1f81f5bb2b6919c094c9e7d5";

/// The same for signed requests, half of them broken. A new rule changes it, too.
const FIRST_REQUESTS: &str = "8bc08a1041854836b6e74bd8495c82123fc68036881b62edd0dbbec36493e68d";

fn sample(arguments: &str) -> Run {
    let arguments = arguments.split(' ').filter(|argument| !argument.is_empty());
    run(&mut program(["sample"].into_iter().chain(arguments)), b"")
}

fn sha256(run: &Run) -> String {
    hex::encode(Sha256::digest(&run.stdout))
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let hundred = sample("--count 100");
    hundred.is(0, &[]);
    assert_eq!(sha256(&hundred), FIRST_HUNDRED);
    let requests = sample("--count 100 --as envelope --secret swordfish-42 --invalid 50%");
    assert_eq!(sha256(&requests), FIRST_REQUESTS);

    let lines: Vec<&str> = hundred.text().lines().collect();
    assert_eq!(lines.len(), 100);
    assert_eq!(sample("").text().lines().collect::<Vec<_>>(), lines[..1]);
    assert_eq!(sample("--seed 1 --count 100").stdout, hundred.stdout);
    assert_eq!(sample("--count 0").stdout, b"");
    assert_ne!(sample("--seed 2 --count 100").stdout, hundred.stdout);
}

/// The rules that a sample breaks, of those that are about the notification. The contract is that of the
/// explanation of its rule.
fn broken(body: &[u8]) -> Vec<Rule> {
    let findings = inspect(body, |report| report.findings.clone());
    let text = std::str::from_utf8(body).expect("text");
    let contract = contract::example();
    let document = Document::new(text.as_bytes());
    let of_contract = contract
        .findings(&document, FindingLimit::default())
        .finish()
        .0;
    let findings = findings.iter().chain(&of_contract);
    findings.map(|finding| finding.rule).collect()
}

#[test]
fn nothing_is_wrong_with_a_sample_and_everything_comes_up_in_some() {
    let mut words = BTreeSet::new();
    let mut bytes = 0;
    for seed in [0, 1, 7, u64::MAX] {
        for sample in Samples::new(seed, Invalid::Nothing, false).take(500) {
            assert_eq!(broken(&sample.body), [], "{}", text(&sample.body));
            assert!((1000..20_000).contains(&sample.body.len()));
            bytes += sample.body.len();
            note_words(&sample.body, &mut words);
        }
    }
    assert!((3000..5500).contains(&(bytes / 2000)), "{bytes}");
    let reasons = EndReason::WORDS.iter().map(|(word, _)| *word);
    let senders = Sender::WORDS.iter().map(|(word, _)| *word);
    let statuses = MessageStatus::WORDS.iter().map(|(word, _)| *word);
    let types = ContentType::WORDS.iter().map(|(word, _)| *word);
    let events = EventKind::WORDS.iter().map(|(word, _)| *word);
    let languages = ["id", "en", "es", "ar", "zh_CN", "hi", "pt_BR"].into_iter();
    let others = ["QUICK_REPLY", "OPT_OUT", "list", "", "A", "F"].into_iter();
    let wanted = reasons
        .chain(senders)
        .chain(statuses)
        .chain(types)
        .chain(events);
    for word in wanted.chain(languages).chain(others) {
        assert!(words.contains(word), "no `{word}` in any sample");
    }
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// Adds the strings of a JSON text.
fn note_words(body: &[u8], words: &mut BTreeSet<String>) {
    let mut values: Vec<Value> = vec![serde_json::from_slice(body).expect("JSON")];
    while let Some(value) = values.pop() {
        match value {
            Value::String(text) => drop(words.insert(text)),
            Value::Array(items) => values.extend(items),
            Value::Object(members) => values.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

#[test]
fn a_sample_breaks_the_rule_that_is_asked_for_and_no_other() {
    let about_notifications = Rule::ALL.iter().filter(|rule| !rule.is_about_signature());
    for &rule in about_notifications {
        for seed in 0..4 {
            let invalid = Invalid::Rules(vec![rule]);
            for sample in Samples::new(seed, invalid, false).take(25) {
                assert_eq!(sample.broken, Some(rule));
                assert_eq!(broken(&sample.body), [rule], "{}", text(&sample.body));
            }
        }
    }
}

/// The rules that each delivery breaks, as `check` reports them.
fn checked(folder: &Folder, arguments: &str) -> Vec<Vec<String>> {
    let made = folder.chatlog(&format!("sample {arguments}"));
    made.is(0, &[]);
    folder.write("made", &made.stdout);
    let checked = folder.chatlog("check --format json --diagnose none made");
    let rules = |line: &str| {
        let report: Value = serde_json::from_str(line).expect("JSON");
        let findings = report["findings"].as_array().expect("findings").iter();
        findings
            .map(|it| it["rule"].as_str().expect("a name").to_owned())
            .collect()
    };
    checked.text().lines().map(rules).collect()
}

#[test]
fn a_request_is_signed_and_breaks_the_rule_that_is_asked_for() {
    let folder = Folder::new("sample-requests");
    for kind in ["http", "envelope"] {
        let clean = checked(&folder, &format!("--as {kind} --count 20"));
        assert_eq!(clean, vec![Vec::<String>::new(); 20], "{kind}");
        folder.chatlog("verify made").is(0, &["20 valid"]);

        // Nobody checks a contract here.
        let rules = Rule::ALL.iter().filter(|rule| **rule != Rule::Contract);
        let names: Vec<String> = rules.map(ToString::to_string).collect();
        let (list, count) = (names.join(","), 2 * names.len());
        let found = checked(
            &folder,
            &format!("--as {kind} --count {count} --invalid {list}"),
        );
        let wanted = names
            .iter()
            .cycle()
            .take(count)
            .map(|name| vec![name.clone()]);
        assert!(wanted.eq(found.clone()), "{kind}: {found:?}");
    }
    let scheme =
        "--scheme hmac-sha512:{method}{path}{timestamp}{header:Host}.{body} --header-name X-Hook";
    let made = folder.chatlog(&format!("sample --as http --count 3 {scheme}"));
    folder.write("made", made.stdout);
    folder
        .chatlog(&format!("verify made {scheme}"))
        .is(0, &["3 valid"]);
}

#[test]
fn a_share_of_the_samples_is_broken() {
    let folder = Folder::new("sample-share");
    for (share, want) in [("5%", 10), ("0.125", 25), ("0", 0), ("1", 200)] {
        let found = checked(
            &folder,
            &format!("--as envelope --count 200 --invalid {share}"),
        );
        assert!(found.iter().all(|rules| rules.len() <= 1));
        let broken = found.iter().filter(|rules| !rules.is_empty()).count();
        assert_eq!((found.len(), broken), (200, want), "{share}");
        let kinds: BTreeSet<_> = found.into_iter().flatten().collect();
        assert!(kinds.len() * 4 >= want.min(80), "{kinds:?}");
    }
    // Without a header for it, no signature is broken.
    let body = Samples::new(3, "100%".parse().expect("a share"), false).take(300);
    let mut rules = body.filter_map(|sample| sample.broken);
    assert!(rules.all(|rule| !rule.is_about_signature() && rule != Rule::Contract));
}

#[test]
fn says_what_it_cannot_make() {
    for (arguments, words) in [
        ("--invalid missing-feild", "did you mean `missing-field`?"),
        (
            "--invalid 5",
            "expected a share from 0 to 1 such as 0.05, or a percentage such as 5%",
        ),
        ("--invalid missing-field,", "unknown rule ``"),
        (
            "--secret x",
            "a body has no header for a signature: use --as http or --as envelope",
        ),
        (
            "--invalid signature-invalid",
            "--invalid signature-invalid: a body has no signature: use --as http or --as envelope",
        ),
        (
            "--as http --invalid signature-missing",
            "--invalid signature-missing: there is no secret to sign with: use --secret-file",
        ),
        (
            "--as http --secret x --scheme hmac-sha256:{header:nonce}{body}",
            "cannot sign: ",
        ),
    ] {
        let run = sample(arguments);
        run.is(2, &[words]);
        assert_eq!(run.stdout, b"", "{arguments}");
    }
}

#[test]
fn a_reader_may_stop_at_any_line() {
    let mut command = program(["sample", "--count", "18446744073709551615"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut first).expect("a line");
    drop(stdout);
    assert_eq!(first, sample("").text());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(
        (ended.status.code(), text(&ended.stderr).as_str()),
        (Some(0), "")
    );
}
