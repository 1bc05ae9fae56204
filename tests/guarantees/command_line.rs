//! The command line says what it does not know, and gives nothing away.

use std::fs;

use crate::folder::{self, Folder};
use crate::program::{finish, run};

const SAMPLE: &str = "samples/plain-chat.json";
/// What a customer says in the sample.
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
    let two = run([SAMPLE, "samples/handed-over.json"]);
    assert!(two.stdout.starts_with(&shown.stdout), "{}", two.stdout);
    assert!(two.stdout.contains("samples/handed-over.json\n"));
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

#[cfg(unix)]
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
        "extract x.json",
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
    let commands = ["show", "validate", "verify", "sign"];
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
    for command in ["show", "validate", "verify", "sign"] {
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
            .env("CHATLOG_SCHEME", secret)
            .args([command, "x.json"]);
        let run = folder::run(&mut program, b"");
        run.is(2, &["--scheme"]);
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

/// What bash offers for the last of these words.
#[cfg(unix)]
fn completed(words: &str) -> Vec<String> {
    let script = run(["completions", "bash"]).stdout;
    let call = "\nCOMP_WORDS=(chatlog \"$@\"); COMP_CWORD=$#
        _chatlog chatlog \"${@: -1}\" \"${@: -2:1}\" 2> /dev/null
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &(script + call), "bash"])
        .args(words.split(' '));
    finish(&mut bash)
        .stdout
        .lines()
        .map(str::to_owned)
        .collect()
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
        // Not the files of the working folder.
        ("verify --secret-env Carg", "Carg"),
        ("verify --signature Carg", "Carg"),
        ("show --width Carg", "Carg"),
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
