//! The screens of `stats`, and its CSV: as agreed, at any width, whatever strangers have written.

use std::fs;

use serde_json::{Value, json};

use super::{chatlog, lines, sampled, session, totals};
use crate::folder::Folder;

#[test]
fn the_screen_is_as_agreed() {
    let folder = Folder::new("stats-screen");
    folder.write("a.ndjson", sampled(400));
    folder.write(
        "b.ndjson",
        chatlog(
            &folder,
            &["sample", "--count", "60", "--invalid", "0.3"],
            "",
        )
        .stdout,
    );
    for (name, arguments) in [
        ("60-columns", "--width 60 a.ndjson"),
        ("80-columns", "--width 80 a.ndjson"),
        ("120-columns", "--width 120 a.ndjson"),
        ("200-columns", "--width 200 a.ndjson"),
        ("checks", "--width 80 --findings --secret x b.ndjson"),
        ("by-60", "--width 60 --by workflow_name a.ndjson"),
        ("by-80", "--width 80 --by workflow_name a.ndjson"),
        ("by-120", "--width 120 --by workflow_name a.ndjson"),
        ("by-day", "--width 80 --by day,session_end_reason a.ndjson"),
        ("csv", "--format csv a.ndjson"),
        (
            "by-csv",
            "--format csv --by intention,hour --limit 30 a.ndjson",
        ),
    ] {
        let split = arguments.split(' ');
        let run = chatlog(
            &folder,
            &["stats"].into_iter().chain(split).collect::<Vec<_>>(),
            "",
        );
        assert_eq!((run.code, &*run.stderr), (0, ""), "{name}");
        let path = format!(
            "{}/tests/golden/stats/{name}.txt",
            env!("CARGO_MANIFEST_DIR")
        );
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &run.stdout).expect("a file");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        let [shown, agreed] = [run.text(), &golden].map(|text| text.replace('\r', ""));
        assert_eq!(shown, agreed, "{path}; BLESS=1 accepts it");
    }
}

/// The shown lines of totals, without a secret.
fn shown(folder: &Folder, arguments: &[&str], stdin: &str) -> String {
    let run = chatlog(folder, &[&["stats"], arguments].concat(), stdin);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{arguments:?}");
    run.text().to_owned()
}

/// Nothing, one session, and no value at all look like what they are.
#[test]
fn small_archives_have_totals_too() {
    let folder = Folder::new("stats-small");
    assert_eq!(
        shown(&folder, &[], "{}\n[]\n"),
        " Sessions     0 · 2 other deliveries\n Messages     0\n Duplicates   none\n"
    );
    let one = shown(&folder, &[], include_str!("../../samples/plain-chat.json"));
    for line in [
        " Sessions     1 · 2025-03-03\n",
        " Messages     8\n",
        " Duration     3 min 9 s\n",
    ] {
        assert!(one.contains(line), "{one}");
    }
    let bare = lines(&[json!({"session_end_reason": "", "messages": []})]);
    let screen = shown(&folder, &[], &bare);
    assert!(
        screen.contains("\n Intention\n –       1 100.0 % █"),
        "{screen}"
    );
    let grouped = shown(&folder, &["--by", "intention,day"], &bare);
    assert!(grouped.contains("\n –          –           1"), "{grouped}");
    folder
        .chatlog("stats missing.ndjson")
        .is(2, &["missing.ndjson"]);
}

/// What is left out is counted in a line without a bar.
#[test]
fn long_breakdowns_say_what_they_leave_out() {
    let folder = Folder::new("stats-many");
    let on = |number: u64| {
        let mut session = session(8);
        session["call_id"] = json!(number);
        session["workflow_name"] = json!(format!("w{}", number % 12));
        let day = format!(
            "2025-{:02}-{:02}T10:00:00Z",
            1 + number / 28,
            1 + number % 28
        );
        session["session_start_time"] = if number == 0 { Value::Null } else { json!(day) };
        session
    };
    let screen = shown(
        &folder,
        &["--width", "80"],
        &lines(&(0..40).map(on).collect::<Vec<_>>()),
    );
    let rows: Vec<_> = screen
        .lines()
        .skip_while(|it| *it != " Day")
        .skip(1)
        .collect();
    let last = rows.iter().position(|it| it.is_empty()).expect("the end");
    assert!(
        rows[0].starts_with(" 8 days before") && !rows[0].contains('█'),
        "{screen}"
    );
    assert!(
        rows[1].starts_with(" 2025-01-10") && rows[last - 1].starts_with(" –"),
        "{screen}"
    );
    assert_eq!(last, 1 + 31 + 1);
    assert!(screen.contains("\n 2 more"), "{screen}");
}

#[test]
fn partial_totals_say_so_first_and_stay_partial() {
    let folder = Folder::new("stats-partial");
    let whole = totals(&folder, &[], &lines(&[session(8)]));
    let mut part = whole.clone();
    part["is_partial"] = json!(true);
    let both = format!("{whole}\n{part}");
    let screen = shown(&folder, &["--merge"], &both);
    assert!(
        screen.starts_with(" Interrupted: the totals of what was read until then\n"),
        "{screen}"
    );
    assert_eq!(totals(&folder, &["--merge"], &both)["is_partial"], true);
    let csv = shown(&folder, &["--merge", "--format", "csv"], &both);
    assert!(csv.contains("\r\nis_partial,,1\r\n"), "{csv}");
}

/// Names do not act on a terminal, a spreadsheet or a CI system, wherever they come from, and no line is
/// wider than the screen.
#[test]
fn strangers_names_are_only_names() {
    let folder = Folder::new("stats-hostile");
    let names = [
        "\u{1b}]0;title\u{7}\u{1b}[31mred",
        "::error::stop\r\n::warning::it",
        "=HYPERLINK(1)",
        "\u{202e}drawkcab\u{2066}",
        "a\tb\u{9b}31m",
        "请选择您的性别 👩\u{200d}🚀 می\u{200c}خواهم e\u{301}\u{301}\u{301}",
        &"long ".repeat(500),
    ];
    let session = |name: &&str| {
        let content = json!({"type": "button", "text": name});
        let offer = json!({"template": {"info": {"name": name}}, "type": name});
        json!({
            "session_end_reason": name, "intention": name, "channel": name, "workflow_name": name,
            "call_id": name, "session_end_time": name, "session_start_time": "2025-10-20T01:00:00Z",
            "messages": [
                {"msg_id": name, "sender_type": "robot", "content": offer},
                {"sender_type": "user", "content": content, "reply": {"msg_id": name}},
                {"sender_type": name, "content": {"type": name}},
            ],
        })
    };
    let sessions: Vec<_> = names.iter().map(session).collect();
    let archive = lines(&sessions) + &lines(&sessions).replace("2025", "2024");
    folder.write("a.ndjson", &archive);
    for arguments in [
        "",
        "--findings",
        "--by workflow_name",
        "--by channel,intention,workflow_name,hour",
        "--format csv",
    ] {
        for width in ["1", "20", "60", "80", "120", "200"] {
            let split = arguments.split(' ').filter(|it| !it.is_empty());
            let arguments: Vec<_> = ["--width", width, "a.ndjson"]
                .into_iter()
                .chain(split)
                .collect();
            let screen = shown(&folder, &arguments, "");
            let is_csv = arguments.contains(&"csv");
            let acts =
                |c: char| c.is_control() && !(c == '\n' || is_csv && matches!(c, '\r' | '\t'));
            let hidden = ['\u{202e}', '\u{2066}'];
            assert!(
                !screen.contains(acts) && !screen.contains(hidden),
                "{arguments:?}: {screen}"
            );
            for line in screen.lines().filter(|_| !is_csv) {
                assert!(
                    !line.trim_start().starts_with("::"),
                    "{arguments:?}: {line}"
                );
                let columns = chatlog::view::visible_width(line);
                let room: usize = width.parse().expect("a number");
                assert!(columns <= room || room < 60, "{arguments:?}: {line}");
            }
        }
    }
    let mut renamed = totals(&folder, &["a.ndjson"], "");
    let listed = json!({"name": "::error::\u{1b}[1m", "first": "\u{202e}\n::error::"});
    renamed["duplicates"]["listed"] = json!([listed]);
    let screen = shown(&folder, &["--merge"], &renamed.to_string());
    let line = r" \u{3a}:error::\u{1b}[1m after \u{202e}\n::error::";
    assert!(screen.contains(line), "{screen}");
}
