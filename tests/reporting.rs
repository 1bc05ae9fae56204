//! The features of `validate` for a project: levels, reports, contracts, explanations, schemas.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::contract::{Formats, Validator};
use serde_json::Value;

fn chatlog(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chatlog"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CHATLOG_SECRET")
        .env_remove("CHATLOG_SCHEME")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("the program runs")
}

fn code(folder: &Path, arguments: &[&str]) -> Option<i32> {
    chatlog(folder, arguments).status.code()
}

fn printed(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(chatlog(folder, arguments).stdout).expect("all output is UTF-8")
}

fn told(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(chatlog(folder, arguments).stderr).expect("all output is UTF-8")
}

/// A folder for one test, with a sample of two warnings in it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("reporting")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::copy("samples/out-of-order.json", folder.join("odd.json")).expect("the sample is there");
    fs::copy("samples/plain-chat.json", folder.join("good.json")).expect("the sample is there");
    fs::copy("samples/half-broken.json", folder.join("bad.json")).expect("the sample is there");
    folder
}

#[test]
fn the_last_level_given_for_a_rule_counts() {
    let folder = folder("levels");
    let validate = |options: &[&str]| code(&folder, &[&["validate", "odd.json"], options].concat());
    assert_eq!(validate(&[]), Some(0));
    assert_eq!(validate(&["--strict"]), Some(1));
    assert_eq!(validate(&["-D", "message-order"]), Some(1));
    assert_eq!(
        validate(&["-D", "message-order", "-W", "message-order"]),
        Some(0)
    );
    assert_eq!(
        validate(&["-W", "message-order", "--deny", "message-order"]),
        Some(1)
    );
    assert_eq!(validate(&["-D", "message-ordre"]), Some(2));
    let all = ["wrong-type", "missing-field", "unknown-value"]
        .map(|rule| ["-A", rule])
        .concat();
    assert_eq!(
        code(&folder, &[&["validate", "bad.json"], &*all].concat()),
        Some(0)
    );
}

#[test]
fn a_project_file_is_found_upward_and_options_beat_it() {
    let folder = folder("project");
    let inner = folder.join("a/b");
    fs::create_dir_all(&inner).expect("the folder can be made");
    fs::write(
        folder.join("chatlog.toml"),
        "time-zone = \"Asia/Jakarta\"\n[rules]\nmessage-order = \"deny\"\n",
    )
    .expect("it can be written");
    let odd = "../../odd.json";
    assert_eq!(code(&inner, &["validate", odd]), Some(1));
    assert_eq!(
        code(&inner, &["validate", odd, "-W", "message-order"]),
        Some(0)
    );
    assert_eq!(code(&inner, &["validate", odd, "--no-config"]), Some(0));
    let transcript = ["show", "--only", "transcript", "../../good.json"];
    assert!(printed(&inner, &transcript).contains("UTC+07:00"));
    assert!(!printed(&inner, &[&transcript[..], &["--tz", "UTC"]].concat()).contains("UTC+07:00"));
    fs::write(
        folder.join("other.toml"),
        "[rules]\nmessage-ordre = \"deny\"\n",
    )
    .expect("it can be written");
    let wrong = ["validate", odd, "--config", "../../other.toml"];
    assert_eq!(code(&inner, &wrong), Some(2));
    assert_eq!(
        told(&inner, &wrong),
        "chatlog: ../../other.toml:2:1: unknown rule `message-ordre`: did you mean `message-order`?\n"
    );
}

#[test]
fn reports_go_to_files_beside_what_is_on_the_screen() {
    let folder = folder("reports");
    let arguments = [
        "validate",
        "bad.json",
        "--report",
        "sarif=out.sarif",
        "--report",
        "junit=out.xml",
        "--format",
        "concise",
    ];
    assert_eq!(code(&folder, &arguments), Some(1));
    assert_eq!(printed(&folder, &arguments).lines().count(), 3);
    let sarif: Value = serde_json::from_str(
        &fs::read_to_string(folder.join("out.sarif")).expect("it was written"),
    )
    .expect("it is JSON");
    assert_eq!(
        sarif["runs"][0]["results"].as_array().map(Vec::len),
        Some(3)
    );
    assert!(
        fs::read_to_string(folder.join("out.xml"))
            .expect("it was written")
            .contains("<failure message=")
    );
    assert!(
        told(&folder, &["validate", "bad.json", "--report", "sarfi=x"])
            .contains("did you mean `sarif`?")
    );
}

#[test]
fn the_first_failure_or_the_first_findings_can_be_enough() {
    let folder = folder("enough");
    let lines = |options: &[&str]| {
        let arguments = [
            &[
                "validate", "--format", "concise", "bad.json", "odd.json", "bad.json",
            ],
            options,
        ]
        .concat();
        printed(&folder, &arguments)
            .lines()
            .filter(|line| line.starts_with("bad.json") && line.contains("error["))
            .count()
    };
    assert_eq!(lines(&[]), 6);
    assert_eq!(lines(&["--fail-fast"]), 3);
    let first = printed(&folder, &["validate", "--max-findings", "1", "odd.json"]);
    assert_eq!(first.matches("-->").count(), 3, "{first}");
    assert!(
        first.contains(
            "… and 1 more dangling-reply, 1 more message-order, 6 more message-outside-session \
             in this delivery"
        ),
        "{first}"
    );
    assert!(first.ends_with("1 delivery: 11 warnings\n"), "{first}");
}

#[test]
fn a_contract_adds_findings_and_reaches_no_further_than_its_folder() {
    let folder = folder("contract");
    let write =
        |name: &str, text: &str| fs::write(folder.join(name), text).expect("it can be written");
    fs::create_dir_all(folder.join("schemas")).expect("the folder can be made");
    write(
        "schemas/ours.json",
        r#"{"properties": {"variables": {"$ref": "parts/variables.json"}}}"#,
    );
    fs::create_dir_all(folder.join("schemas/parts")).expect("the folder can be made");
    write(
        "schemas/parts/variables.json",
        r#"{"required": ["order_id"]}"#,
    );
    write("above.json", "{}");
    write("schemas/escaping.json", r#"{"$ref": "../above.json"}"#);
    write(
        "schemas/far.json",
        r#"{"$ref": "https://example.com/schema.json"}"#,
    );
    let contract = |schema: &str| {
        [
            "validate",
            "--format",
            "concise",
            "good.json",
            "--schema",
            schema,
        ]
        .map(str::to_owned)
    };
    let run = |schema: &str| {
        let arguments = contract(schema);
        chatlog(&folder, &arguments.each_ref().map(String::as_str))
    };
    let broken = run("schemas/ours.json");
    assert_eq!(broken.status.code(), Some(1));
    let said = String::from_utf8_lossy(&broken.stdout).into_owned();
    assert!(
        said.starts_with("good.json:1:675: error[contract] "),
        "{said}"
    );
    for schema in [
        "schemas/escaping.json",
        "schemas/far.json",
        "schemas/none.json",
    ] {
        assert_eq!(run(schema).status.code(), Some(2), "{schema}");
    }
}

#[test]
fn every_line_of_json_meets_its_published_schema() {
    let schema: Value = serde_json::from_str(&printed(Path::new("."), &["schema", "--output"]))
        .expect("it is JSON");
    let validator = Validator::new(&schema, Formats::Checked);
    let secret = ["--secret", "chatlog-sample-secret"];
    let mut lines = 0;
    for arguments in [
        &["show", "samples"][..],
        &["validate", "samples"],
        &["check", "samples"],
        &["verify", "samples"],
        &["show", "samples", "--only", "summary"],
    ] {
        let takes = |given: &[&str]| match arguments[0] {
            "check" | "verify" => !given.is_empty(),
            "validate" => given.is_empty(),
            _ => true,
        };
        for secret in [&secret[..], &[]].into_iter().filter(|given| takes(given)) {
            let output = printed(
                Path::new("."),
                &[arguments, &["--format", "json"], secret].concat(),
            );
            for line in output.lines() {
                // What a stranger wrote may hold numbers that this reader of JSON cannot take.
                let Ok(value) = serde_json::from_str(line) else {
                    continue;
                };
                assert_eq!(validator.fault(&value), None, "{arguments:?}: {line}");
                lines += 1;
            }
        }
    }
    assert!(lines > 300, "only {lines} lines were held against it");
}

#[test]
fn the_program_documents_itself() {
    let here = Path::new(".");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            printed(here, &["completions", shell]).contains("max-findings"),
            "{shell}"
        );
    }
    let manual = printed(here, &["man"]);
    for command in [
        "show", "check", "validate", "verify", "sign", "extract", "explain", "schema",
    ] {
        assert!(
            manual.contains(&format!("chatlog\\-{command}")),
            "{command}"
        );
        assert!(
            printed(here, &[command, "--help"]).contains("Examples:"),
            "{command}"
        );
    }
    assert!(told(here, &["vaildate"]).contains("validate"));
    assert!(told(here, &["validate", "--stric"]).contains("--strict"));
    assert_eq!(printed(here, &["schema"]), chatlog::schema::NOTIFICATION);
    assert!(told(here, &["validate", "-v", "samples/captures/har.har"]).contains("read 1 × har"));
}

#[test]
fn rules_are_explained_and_mistyped_ones_suggested() {
    let here = Path::new(".");
    assert!(
        printed(here, &["explain", "dangling-reply"])
            .contains("To silence it: `-A dangling-reply`")
    );
    assert_eq!(
        printed(here, &["explain", "--width", "30"]).lines().count(),
        chatlog::finding::Rule::ALL.len()
    );
    assert_eq!(code(here, &["explain", "dangling-repl"]), Some(2));
    assert!(told(here, &["explain", "dangling-repl"]).contains("'dangling-reply'"));
}
