//! Untrusted text has no effect on terminals and CI systems.

use chatlog::Text;
use serde_json::{Value, json};

use crate::folder::{Folder, Run, SECRET, run};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");
const GOOD: &str = include_str!("../../samples/plain-chat.json");
const FORMATS: [&str; 7] = [
    "full", "concise", "json", "github", "gitlab", "sarif", "junit",
];

/// A notification in which every text is `word`, wherever a text may stand.
fn filled_with(word: &str) -> String {
    fn fill(value: &mut Value, word: &str) {
        match value {
            Value::String(text) => word.clone_into(text),
            Value::Array(items) => items.iter_mut().for_each(|item| fill(item, word)),
            Value::Object(members) => members.values_mut().for_each(|member| fill(member, word)),
            _ => {}
        }
    }
    let mut session: Value = serde_json::from_str(GOOD).expect("the sample is JSON");
    session["variables"] = json!({word: word});
    session[word] = json!(word);
    for (key, value) in session.as_object_mut().expect("an object") {
        // The types stay: they decide how texts are shown.
        if key != "messages" {
            fill(value, word);
        }
    }
    for message in session["messages"].as_array_mut().expect("an array") {
        for key in ["msg_id", "sender_type", "status"] {
            message[key] = json!(word);
        }
        message["content"] = json!({"type": "text", "text": format!("{word}\n{word}\r\n {word}")});
        message["reply"] = json!({"msg_id": word, "sender_type": word});
    }
    session.to_string()
}

/// Every way to show an input, or to fail at it.
fn ways(input: &str) -> Vec<Vec<String>> {
    let mut ways: Vec<Vec<String>> = [
        "show",
        "show --width 30",
        "show --hyperlinks always",
        "show --format json",
        "verify",
        "verify --format json",
        "verify --discover",
        "sign",
        "sign --as curl",
        "validate -v",
        "validate --width 30 --max-findings 1",
        "validate --config",
        "validate --schema",
        "verify --secret-file",
        "validate --nonsense",
        "explain",
        "extract --select 9 --input",
    ]
    .iter()
    .map(|way| way.split(' ').chain([input]).map(str::to_owned).collect())
    .collect();
    for format in FORMATS {
        ways.push(
            ["validate", "--format", format, input]
                .map(str::to_owned)
                .to_vec(),
        );
    }
    ways
}

fn look(folder: &Folder, arguments: &[String]) -> Run {
    let mut command = folder.command(CHATLOG);
    run(command.args(arguments).env("CHATLOG_SECRET", SECRET), b"")
}

/// Runs the program with arguments that are split at spaces, and without a secret.
fn chatlog(folder: &Folder, arguments: &str) -> Run {
    run(folder.command(CHATLOG).args(arguments.split(' ')), b"")
}

/// What GitHub's runner interprets as a command: `::` after white space, `##[` anywhere in a line.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || line.contains("##[")
}

#[test]
fn no_line_is_a_command_of_a_ci_system_unless_the_github_format_wrote_it() {
    let folder = Folder::new("text-commands");
    for word in [
        "::error title=x::y",
        "##[error]y",
        " \u{a0}::add-mask::y",
        ":",
        "x\n::error::y",
        "##vso[task.x]y",
    ] {
        let sound = filled_with(word);
        let not_json = format!("{word}\n{word}");
        for (name, body) in [
            ("a.json", &sound),
            (word, &sound),
            ("b.json", &not_json),
            ("gone", &String::new()),
        ] {
            if name != "gone" && (cfg!(unix) || name != word) {
                folder.write(name, body);
            }
            for way in ways(name).iter().chain(&ways(word)) {
                let run = look(&folder, way);
                let of_github = way.iter().any(|argument| argument == "github");
                for line in run.text().lines().chain(run.stderr.lines()) {
                    let is_own = of_github
                        && ["::error ", "::warning ", "::notice "]
                            .iter()
                            .any(|own| line.starts_with(own))
                        && !line.contains("##[");
                    assert!(is_own || !is_command(line), "{way:?}: {line}");
                    assert!(!line.contains("##vso["), "{way:?}: {line}");
                }
            }
        }
    }
}

#[test]
fn what_is_escaped_for_the_eye_is_whole_for_programs() {
    let folder = Folder::new("text-whole");
    let word = "##[error] ::a::\u{200d}\u{3164} e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";
    let body =
        format!("{{\"messages\":[{{\"content\":{{\"type\":\"text\",\"text\":\"{word}\"}}}}]}}");
    folder.write("a.json", body);
    let shown = chatlog(&folder, "show --format json a.json");
    let line: Value = serde_json::from_str(shown.text()).expect("a line of JSON");
    assert_eq!(line["session"]["messages"][0]["content"]["text"], word);
    let shown = chatlog(&folder, "show a.json --width 200");
    let letter = format!("e{}\\u{{+2 marks}}", "\u{301}".repeat(8));
    shown.is(1, &[r"#\u{23}[error]", r"::a::\u{200d}\u{3164} ", &letter]);
    // The line of the body is drawn as its marks are counted.
    chatlog(&folder, "validate a.json --width 200").is(1, &[r"#\u{23}[error]", &letter]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_stay_distinct_in_every_format() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("text-names");
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("text-names");
    for name in [b"f\xff.json", b"f\xfe.json"] {
        // Some file systems have no such names.
        if std::fs::write(path.join(OsStr::from_bytes(name)), "{}").is_err() {
            return;
        }
    }
    for format in FORMATS {
        let run = chatlog(&folder, &format!("validate . --format {format}"));
        let names = match format {
            "json" | "gitlab" => [r"f\\xff.json", r"f\\xfe.json"],
            "sarif" => ["f%FF.json", "f%FE.json"],
            _ => [r"f\xff.json", r"f\xfe.json"],
        };
        run.is(1, &names);
    }
    chatlog(&folder, "show .").is(1, &[r"f\xff.json", r"f\xfe.json"]);
}

#[test]
fn sarif_and_gitlab_name_standard_input_stdin() {
    let folder = Folder::new("text-stdin");
    let validate = |format: &str| {
        let mut command = folder.command(CHATLOG);
        let run = run(command.args(["validate", "--format", format]), b"{}");
        serde_json::from_slice::<Value>(&run.stdout).expect("JSON")
    };
    let sarif = validate("sarif");
    let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "stdin");
    assert_eq!(validate("gitlab")[0]["location"]["path"], "stdin");
}

#[test]
fn nothing_invisible_is_shown_unless_a_script_or_an_emoji_needs_it() {
    for hidden in "\u{34f}\u{115f}\u{1160}\u{2065}\u{3164}\u{ffa0}\u{e0001}\u{e0041}\u{e0100}\u{e01ef}\u{200b}\u{200c}\u{200d}\u{fe00}\u{fe0f}".chars() {
        for around in ["ab", "é1", "请选", "👩x", "  "] {
            let mut text = around.to_owned();
            let middle = around.chars().next().map_or(0, char::len_utf8);
            text.insert(middle, hidden);
            let shown = Text::from(text.as_str()).to_string();
            let needed = matches!((hidden, around), ('\u{fe0f}', "👩x") | ('\u{fe00}', "请选"));
            assert_eq!(shown.contains(hidden), needed, "{shown:?}");
        }
    }
    for needed in [
        "👩🏽\u{200d}🚀",
        "❤\u{fe0f}\u{200d}🔥",
        "می\u{200c}خواهم",
        "क्\u{200d}ष",
        "1\u{fe0f}\u{20e3}",
    ] {
        assert_eq!(Text::from(needed).to_string(), needed);
    }
}
