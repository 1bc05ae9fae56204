//! Usage errors name what is wrong and never reveal a secret.

use std::fs;

use crate::folder::{self, Folder};
use crate::program::{finish, run};

const SAMPLE: &str = "samples/plain-chat.json";
/// A customer's words in the sample.
const WORDS: &str = "Is there parking?";

/// Runs the program in a folder, without a secret.
fn run_in(folder: &Folder, arguments: &str) -> folder::Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    folder::run(command.args(arguments.split(' ')), b"")
}

#[test]
fn a_file_without_a_command_is_shown() {
    let shown = run(["show", SAMPLE]);
    assert!(shown.stdout.contains(WORDS));
    for arguments in [
        &[SAMPLE][..],
        &["--", SAMPLE],
        &["--no-config", SAMPLE],
        &["--tz", "UTC", SAMPLE],
        &["--tz=UTC", "--max-size", "1", SAMPLE, "--color=never"],
    ] {
        let run = run(arguments);
        assert_eq!((run.code, &run.stdout), (0, &shown.stdout), "{arguments:?}");
    }
    // With several deliveries, the line above each says which of them it is.
    let (_, session) = shown.stdout.split_once('\n').expect("there are lines");
    let two = run([SAMPLE, "samples/handed-over.json"]);
    assert!(two.stdout.starts_with("╶─ 1 of 2 · "), "{}", two.stdout);
    assert!(two.stdout.contains(session), "{}", two.stdout);
    assert!(
        two.stdout
            .contains("\n╶─ 2 of 2 · samples/handed-over.json ─")
    );
    let folder = run(["samples"]);
    assert!(folder.stdout.contains(session), "{}", folder.stderr);
    // One delivery of a file counts as the file.
    let is_an_input = |word: &str| !run([word]).stderr.contains("neither a command");
    assert!(is_an_input(&format!("{SAMPLE}#1")));
    assert!(!is_an_input(&format!("{SAMPLE}#x")) && !is_an_input("gone.json#1"));
}

#[test]
fn what_is_piped_in_without_a_command_is_shown() {
    let folder = Folder::new("piped");
    let sample = fs::read(SAMPLE).expect("the sample");
    for arguments in [&[][..], &["-"], &["--format=table"], &["--tz", "UTC"]] {
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        let run = folder::run(command.args(arguments), &sample);
        run.is(0, &[WORDS]);
    }
}

#[test]
fn a_command_wins_over_a_file_of_its_name() {
    let folder = Folder::new("named-like-a-command");
    folder.write("schema", fs::read(SAMPLE).expect("the sample"));
    run_in(&folder, "schema").is(0, &["json-schema.org"]);
    run_in(&folder, "./schema").is(0, &[WORDS]);
    run_in(&folder, "-- schema").is(0, &[WORDS]);
}

#[test]
fn a_mistyped_command_shows_nothing_of_the_files_after_it() {
    for arguments in [
        &["verfy", SAMPLE][..],
        &["--no-config", "verfy", SAMPLE],
        &["--tz", "UTC", "verfy", SAMPLE],
        &["--", "verfy", SAMPLE],
        &["--config", SAMPLE, "verfy", SAMPLE],
    ] {
        let run = run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        let wanted = "'verfy' is neither a command nor an existing file";
        assert!(run.stderr.contains(wanted), "{}", run.stderr);
        assert!(run.stderr.contains("exists: 'verify'"), "{}", run.stderr);
    }
}

// Not every file system takes such a name.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_text_is_shown() {
    use std::os::unix::ffi::OsStringExt;
    let folder = Folder::new("not-utf-8");
    let name = std::ffi::OsString::from_vec(b"f\xff.json".to_vec());
    let mut command = folder.command("sh");
    let sample = fs::canonicalize(SAMPLE).expect("the sample");
    command.args(["-c", "cp \"$1\" \"$2\"", "sh"]);
    folder::run(command.arg(sample).arg(&name), b"").is(0, &[]);
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    folder::run(command.arg(&name), b"").is(0, &[WORDS]);
}

#[test]
fn a_broken_project_file_stops_only_commands_that_need_it() {
    let folder = Folder::new("broken-project-file");
    folder.write("chatlog.toml", "[rules\n");
    folder.write("x.json", fs::read(SAMPLE).expect("the sample"));
    for arguments in [
        "completions bash",
        "man",
        "schema",
        "schema --output",
        "explain",
        "explain contract",
        "--help",
        "--version",
        "show --help",
    ] {
        let run = run_in(&folder, arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments}");
    }
    for arguments in [
        "show x.json",
        "x.json",
        "validate x.json",
        "verify x.json",
        "sign x.json",
        // These read nothing but `[capture]`, which says where the body is.
        "extract x.json",
        "redact --output - x.json",
        "export --table messages x.json",
    ] {
        folder.chatlog(arguments).is(2, &["chatlog.toml:1:7: "]);
    }
}

#[test]
fn json_is_suggested_as_a_format() {
    for command in ["show", "validate", "verify"] {
        let run = run([command, "--json", SAMPLE]);
        assert_eq!(run.code, 2);
        assert!(
            run.stderr.contains("tip: use '--format json'"),
            "{}",
            run.stderr
        );
    }
    let run = run(["--json", SAMPLE]);
    assert!(
        run.stderr.contains("tip: use '--format json'"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_secret_option_is_suggested_only_to_those_who_mistyped_one() {
    let commands = ["show", "check", "verify", "sign"];
    for command in commands {
        for word in [
            "--secure",
            "--section",
            "--select",
            "--secs",
            "--cret",
            "--sort-secret",
        ] {
            for arguments in [[command, word], [word, command]] {
                let run = run(arguments);
                assert_eq!(run.code, 2);
                assert!(!run.stderr.contains("--secret"), "{word}: {}", run.stderr);
            }
        }
        for word in ["--secert", "--secrets", "--secret-fiel"] {
            let run = run([command, word]);
            assert!(
                run.stderr.contains("exists: '--secret"),
                "{word}: {}",
                run.stderr
            );
        }
    }
}

#[test]
fn a_secret_given_to_the_wrong_option_is_not_printed() {
    let secret = "hunter2-hunter2";
    let folder = Folder::new("wrong-option");
    folder.write("x.json", "{}");
    let scheme = format!("hmac-sha256:{{{secret}}}");
    let options = [
        ("--scheme", secret),
        ("--scheme", &scheme),
        ("--header", secret),
        ("--header-name", "hunter2-hunter2 "),
        ("--secret-file", secret),
        ("--secret-env", secret),
        ("--secret-stdin", secret),
        ("--no-config", secret),
        ("--config", secret),
    ];
    for command in ["show", "check", "verify", "sign"] {
        for (option, value) in options {
            let mut program = folder.command(env!("CARGO_BIN_EXE_chatlog"));
            program.args([command, "x.json", &format!("{option}={value}")]);
            let run = folder::run(&mut program, b"");
            // `sign` has no `--header`.
            run.is(2, &[option]);
            assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        }
        let mut program = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        program
            .env("CHATLOG_SECRET", "known")
            .env("CHATLOG_SCHEME", secret)
            .args([command, "x.json"]);
        let run = folder::run(&mut program, b"");
        run.is(2, &["CHATLOG_SCHEME"]);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    folder.write("chatlog.toml", format!("scheme = \"{secret}\"\n"));
    let run = run_in(&folder, "show x.json");
    run.is(
        2,
        &["chatlog.toml:1:10: unknown algorithm: expected one of"],
    );
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn a_time_zone_may_be_an_offset() {
    let time = |zone: &[&str]| {
        let run = run([&["show", "--format=json", SAMPLE], zone].concat());
        assert_eq!(run.code, 0, "{zone:?}: {}", run.stderr);
        let line: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        line["session"]["messages"][0]["time"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(time(&[]), "2025-03-03T02:15:00Z");
    for zone in ["+07:00", "+0700", "+07", "UTC+7", "Asia/Jakarta"] {
        assert_eq!(time(&["--tz", zone]), "2025-03-03T09:15:00+07:00");
    }
    assert_eq!(time(&["--tz", "-03:30"]), "2025-03-02T22:45:00-03:30");
    assert_eq!(time(&["--tz=-03:00"]), "2025-03-02T23:15:00-03:00");
    let run = run(["show", "--tz", "Asia/Jakrta", SAMPLE]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("did you mean `Asia/Jakarta`?"),
        "{}",
        run.stderr
    );

    let folder = Folder::new("time-zone");
    folder.write("x.json", fs::read(SAMPLE).expect("the sample"));
    folder.write("chatlog.toml", "time-zone = \"+07:00\"\n");
    run_in(&folder, "show --format json x.json").is(0, &["T09:15:00+07:00"]);
    folder.write("chatlog.toml", "time-zone = \"+25:00\"\n");
    let words = "chatlog.toml:1:13: unknown time zone `+25:00`: expected UTC, local, an offset";
    run_in(&folder, "show x.json").is(2, &[words]);
}

/// The completions that bash offers for the last of these words.
#[cfg(unix)]
fn completed(words: &str) -> Vec<String> {
    // The script is longer than an argument may be.
    let script =
        std::env::temp_dir().join(format!("chatlog-completions-{}.bash", std::process::id()));
    fs::write(&script, run(["completions", "bash"]).stdout).expect("a file");
    let call = "\nCOMP_WORDS=(chatlog \"$@\"); COMP_CWORD=$#
        _chatlog chatlog \"${@: -1}\" \"${@: -2:1}\" 2> /dev/null
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &format!("source {}{call}", script.display()), "bash"])
        .args(words.split(' '));
    let run = finish(&mut bash);
    fs::remove_file(script).expect("it is there");
    run.stdout.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn completion_offers_values_where_values_are_expected() {
    for (words, wanted) in [
        ("show --tz Asia/Jak", "Asia/Jakarta"),
        ("show --tz loc", "local"),
        ("verify --scheme hmac-sha51", "hmac-sha512"),
        ("validate -D dangl", "dangling-reply"),
        ("validate --allow dangl", "dangling-reply"),
        ("explain dangl", "dangling-reply"),
        ("validate --report sar", "sarif="),
        ("show --input ngr", "ngrok"),
        ("verify --diagnose a", "all"),
        // Not the files of the working folder.
        ("verify --secret-env Carg", "Carg"),
        ("verify --signature Carg", "Carg"),
        ("show --width Carg", "Carg"),
        ("show --max-findings Carg", "Carg"),
    ] {
        assert_eq!(completed(words), [wanted], "{words}");
    }
    let files = completed("verify --secret-file Cargo.to");
    assert_eq!(files, ["Cargo.toml"]);
}

#[test]
fn every_shell_with_completion_of_values_has_them() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(["completions", shell]).stdout;
        for value in ["Asia/Jakarta", "hmac-sha512", "dangling-reply", "sarif="] {
            assert!(script.contains(value), "{shell} does not offer {value}");
        }
    }
}

#[test]
fn the_manual_names_the_values_of_options() {
    let manual = run(["man"]).stdout;
    for option in [
        r"\fB\-\-tz\fR \fI<ZONE>\fR",
        r"\fB\-\-report\fR \fI<FORMAT=FILE>\fR",
        r"\fB\-\-config\fR \fI<FILE>\fR",
    ] {
        assert!(manual.contains(option), "{option}");
    }
    assert!(
        !manual.contains(r"[\fB\-\-tz\fR]"),
        "an option without its value"
    );
}

/// Requests whose headers and URLs let in, in several formats; their body breaks rules.
fn requests_with_credentials() -> [(&'static str, String); 4] {
    let body = r#"{"messages":[{}],"unknown":1}"#;
    let target = "/hook?id=7&token=canary1&API_KEY=canary2&%73ecret=canary3";
    let headers = [
        ("Authorization", "Bearer canary4"),
        ("Cookie", "sid=canary5"),
        ("X-Api-Key", "canary6"),
        ("X-Gitlab-Token", "canary7"),
        ("Client-Secret", "canary8"),
        (
            "Referer",
            "https://canary9:canary10@h/?access_token=canary11",
        ),
        ("X-AIRudder-Sign", "5f1c"),
    ];
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let options: String = headers
        .iter()
        .map(|(name, value)| format!(" -H '{name}: {value}'"))
        .collect();
    let listed: Vec<_> = headers
        .iter()
        .map(|(name, value)| serde_json::json!({"name": name, "value": value}))
        .collect();
    let url = format!("https://canary12:canary13@h{target}");
    let har = serde_json::json!({"log": {"version": "1.2", "entries": [{"request": {
        "method": "POST", "url": url, "headers": listed, "postData": {"text": body},
    }}]}});
    [
        (
            "a.http",
            format!("POST {target} HTTP/1.1\r\n{lines}\r\n{body}"),
        ),
        ("a.curl", format!("curl '{url}'{options} -d '{body}'\n")),
        ("a.har", har.to_string()),
        // The line that breaks off is one with a credential.
        (
            "broken.http",
            format!("POST {target} HTTP/1.1\r\n{lines}Authorization canary14\r\n\r\n{body}"),
        ),
    ]
}

#[test]
fn credentials_in_headers_and_urls_are_masked_in_every_output() {
    let folder = Folder::new("masked-credentials");
    let commands = [
        "show",
        "show --format json",
        "show --only summary --width 30",
        "validate",
        "validate -v --format concise",
        "validate --format json",
        "validate --format github",
        "validate --format gitlab",
        "validate --format sarif",
        "validate --format junit",
        "verify",
        "verify --format json",
        "verify --discover",
    ];
    for (name, capture) in requests_with_credentials() {
        folder.write(name, &capture);
        for command in commands {
            let run = folder.chatlog(&format!("{command} {name}"));
            let all = format!("{}{}", run.text(), run.stderr);
            assert!(!all.contains("canary"), "{command} {name}: {all}");
            assert!(!all.contains("panicked"), "{all}");
        }
    }
    let run = folder.chatlog("show --format json a.http");
    run.is(
        1,
        &[
            r#""authorization":"[redacted]""#,
            r#""x-airudder-sign":"5f1c""#,
        ],
    );
    run.is(
        1,
        &[r#""target":"/hook?id=7&token=[redacted]&API_KEY=[redacted]"#],
    );
    folder
        .chatlog("show --details a.curl")
        .is(1, &["https://[redacted]@h/hook?id=7"]);
    // What they are for is what tools need.
    let extracted = folder.chatlog("extract --headers a.http");
    extracted.is(
        0,
        &["Authorization: Bearer canary4\n", "Cookie: sid=canary5\n"],
    );
}

#[test]
fn a_signed_request_holds_what_the_url_says_where_it_belongs() {
    let folder = Folder::new("signed-request");
    folder.write("x.json", "{}");
    for (url, target, host) in [
        (
            "http://user:pw@h.example/hook?a=b#part",
            "/hook?a=b",
            "h.example",
        ),
        ("http://h?x=1", "/?x=1", "h"),
        ("http://[::1]:8080", "/", "[::1]:8080"),
        ("http://h/é", "/%C3%A9", "h"),
    ] {
        let run = folder.chatlog(&format!("sign --as http --url {url} x.json"));
        let start = format!("POST {target} HTTP/1.1\r\nHost: {host}\r\n");
        assert!(run.text().starts_with(&start), "{}", run.text());
        let (head, body) = run.text().split_once("\r\n\r\n").expect("a head");
        assert_eq!(body, "{}");
        assert_eq!(
            head.contains("Authorization: Basic dXNlcjpwdw=="),
            url.contains('@')
        );
        assert!(!head.contains("user") && !head.contains("part"), "{head}");
    }
    let curl = folder.chatlog("sign --as curl --url http://user:pw@h/hook#part x.json");
    curl.is(0, &["curl -sS -w '\\n' -X POST 'http://user:pw@h/hook' "]);
}

#[test]
fn no_line_break_gets_into_a_signed_request() {
    let folder = Folder::new("line-breaks");
    folder.write("x.json", "{}");
    for form in ["header", "curl", "http"] {
        for (option, value) in [
            ("--header-name", "X-Sign\r\nX-Other"),
            ("--header-name", "X-Sign\n"),
            ("--header-name", "X-Sign:"),
            ("--header-name", "X Sign"),
            ("--url", "http://h/\r\nX-Other: 1"),
            ("--url", "http://h\n/"),
            ("--url", "http://a:\r@h/"),
            ("--url", "http://h/#\n"),
        ] {
            let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
            command.args([
                "sign", "--secret", "s", "--as", form, "x.json", option, value,
            ]);
            let run = folder::run(&mut command, b"");
            run.is(2, &[option]);
            assert_eq!(run.text(), "", "{value:?}");
        }
    }
    folder.write("chatlog.toml", "header-name = \"X\\r\\nY\"\n");
    let run = folder.chatlog("sign x.json");
    run.is(2, &["chatlog.toml:1:15: expected a header name"]);
    folder.chatlog("sign --no-config x.json").is(0, &[]);
}

#[cfg(unix)]
#[test]
fn each_reply_to_a_signed_curl_command_ends_with_a_line_break() {
    let folder = Folder::new("replies");
    folder.write("two.ndjson", "{\"n\":1}\n{\"n\":2}\n");
    let commands = folder.chatlog("sign --as curl two.ndjson");
    let script = format!(
        "curl() {{ while [ $# -gt 0 ]; do if [ \"$1\" = -w ]; then end=$2; fi; shift; done; printf \"ok$end\"; }}\n{}",
        commands.text()
    );
    let mut bash = folder.command("bash");
    let replies = folder::run(bash.args(["-c", &script]), b"");
    assert_eq!(replies.text(), "ok\nok\n");
}

#[test]
fn the_help_lists_each_option_under_its_own_heading() {
    let help = run(["show", "--help"]).stdout;
    let rules = help.split("\nRules:\n").nth(1).expect("a heading");
    let rules = rules.split("\nSecret:\n").next().expect("the next heading");
    assert!(rules.contains("--strict"));
    assert!(!rules.contains("--full-text") && !rules.contains("--max-findings"));
}

#[test]
fn why_a_text_is_not_json_is_said_in_plain_words() {
    let folder = Folder::new("plain-words");
    folder.write("word.json", r#"{"talk_round": two}"#);
    folder.write("cut.json", r#"{"status": "clo"#);
    run_in(&folder, "validate --format concise word.json")
        .is(1, &["expected `true`, `false` or `null`, found `w`"]);
    run_in(&folder, "validate --format concise cut.json")
        .is(1, &["the body is cut off: it ends inside a string"]);
    run_in(&folder, "validate --schema word.json cut.json").is(
        2,
        &["--schema word.json:1:17: invalid JSON: expected `true`, `false` or `null`"],
    );
}
