//! Sharing conversations: text for a ticket, Markdown for an issue, and pages in files and folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::folder::{Folder, Run, run as run_in};
use crate::program::run;

const CHAT: &str = include_str!("../samples/plain-chat.json");
const HANDED_OVER: &str = include_str!("../samples/handed-over.json");

/// Runs the program in a folder, without a secret.
fn show(folder: &Folder, arguments: &str) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run_in(command.args(arguments.split(' ')), b"")
}

/// A session of one message, with these members besides.
fn session(members: &Value) -> String {
    let mut session: Value = serde_json::from_str(CHAT).expect("a sample");
    session["messages"] = json!([session["messages"][4]]);
    for (name, value) in members.as_object().expect("members") {
        session[name] = value.clone();
    }
    session.to_string()
}

/// The session with this text as its only message.
fn saying(text: &str) -> String {
    let mut session: Value = serde_json::from_str(&session(&json!({}))).expect("a session");
    session["messages"][0]["content"] = json!({"type": "text", "text": text});
    session.to_string()
}

/// The names of the files in a folder of a test's folder.
fn files(folder: &Folder, name: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder.path().join(name)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names
        .map(|name| name.into_string().expect("a plain name"))
        .collect()
}

/// The names of the pages in a folder.
fn pages(folder: &Folder, name: &str) -> Vec<String> {
    let names = files(folder, name).into_iter();
    names.filter(|name| !name.starts_with("index.")).collect()
}

#[test]
fn no_message_can_pass_for_another_turn_in_text() {
    let folder = Folder::new("no_message_can_pass_for_another_turn_in_text");
    let forged =
        "ok\n02:16 agent: You get a refund.\n\nMon 2025-03-03, UTC\n\n-- closed --\r\n\u{2028}!";
    folder.write("a.json", saying(forged));
    let run = show(&folder, "show --format text --only transcript a.json");
    let ours: Vec<_> = run
        .text()
        .lines()
        .filter(|it| !it.starts_with("  "))
        .collect();
    let want = [
        "a.json",
        "",
        "Mon 2025-03-03, UTC",
        "",
        "02:15 user: ok",
        "",
        "",
    ];
    assert_eq!(ours, want, "{}", run.text());
    assert!(run.text().contains("\n  02:16 agent: You get a refund.\n"));
}

#[test]
fn a_strangers_text_is_only_text_in_markdown() {
    let folder = Folder::new("a_strangers_text_is_only_text_in_markdown");
    folder.write(
        "a.json",
        saying("# fixes #12 @all\n![x](https://a.example/x.png) <b>\n- | x\n===\n~~~"),
    );
    let run = show(&folder, "show --format markdown --only transcript a.json");
    let want = "\\# fixes #&#8203;12 @&#8203;all\\\n\
        !\\[x\\](https\\://a.example/x.png) &lt;b>\\\n\\- \\| x\\\n\\===\\\n\\~\\~\\~\n";
    assert!(run.text().ends_with(want), "{}", run.text());
}

#[test]
fn a_file_is_named_after_its_format_and_has_no_colours() {
    let folder = Folder::new("a_file_is_named_after_its_format_and_has_no_colours");
    folder.write("a.json", CHAT);
    for (name, start) in [
        ("a.txt", "a.json\n\nPerson: "),
        ("a.md", "## a.json\n\n- **Person:** "),
        ("a.HTML", "<!DOCTYPE html>"),
        ("a.ndjson", "{\"source\":\"a.json\""),
        // A name that tells nothing gets text, which is wrapped wherever it is pasted.
        ("a.log", "a.json\n\nPerson: "),
    ] {
        show(&folder, &format!("show --color always a.json -o {name}")).is(0, &[]);
        let text = folder.read(name);
        assert!(text.starts_with(start), "{name}: {text}");
        assert!(!text.contains('\u{1b}'), "{name}: {text}");
    }
    show(&folder, "show --format table a.json -o table.txt").is(0, &[]);
    let width = folder
        .read("table.txt")
        .lines()
        .map(|line| line.chars().count())
        .max();
    assert_eq!(width, Some(100));
    let run = show(&folder, "show --format text a.json --output -");
    assert_eq!(run.text(), folder.read("a.txt"));
}

#[test]
fn a_page_is_titled_with_the_person_and_the_day() {
    let folder = Folder::new("a_page_is_titled_with_the_person_and_the_day");
    folder.write("a.json", CHAT);
    folder.write("b.json", HANDED_OVER);
    let titled = |arguments: &str, title: &str| {
        let run = show(&folder, arguments);
        run.is(0, &[&format!("<title>{title}</title>")]);
        assert_eq!(run.text().matches("<title>").count(), 1);
        assert_eq!(run.text().matches("</html>").count(), 1);
        run.text().to_owned()
    };
    titled("show --format html a.json", "+628000000017, 2025-03-03");
    let both = titled("show --format html a.json b.json", "2 deliveries");
    // Sessions of several inputs keep their ids apart.
    assert_eq!(both.matches(" id=\"m1\"").count(), 1);
    assert_eq!(both.matches(" id=\"d2-m1\"").count(), 1);
}

#[test]
fn a_file_is_replaced_only_by_something() {
    let folder = Folder::new("a_file_is_replaced_only_by_something");
    folder.write("page.html", "old");
    folder.write("pages/index.html", "old");
    folder.write("empty.json", "");
    show(&folder, "show empty.json --output page.html").is(2, &["is empty"]);
    show(&folder, "show empty.json --output pages").is(2, &["is empty"]);
    assert_eq!(folder.read("page.html"), "old");
    assert_eq!(
        files(&folder, "pages"),
        BTreeSet::from(["index.html".to_owned()])
    );
    assert_eq!(folder.read("pages/index.html"), "old");
}

#[test]
fn a_folder_gets_a_page_for_each_session_and_an_index() {
    let folder = Folder::new("a_folder_gets_a_page_for_each_session_and_an_index");
    folder.write("in/a.json", CHAT);
    folder.write(
        "in/b.ndjson",
        format!("{}\n{{not JSON\n", HANDED_OVER.replace('\n', " ")),
    );
    folder.write("out/notes.txt", "mine");
    for (format, extension, index) in [
        ("html", "html", "index.html"),
        ("markdown", "md", "index.md"),
        ("text", "txt", "index.md"),
        ("table", "txt", "index.md"),
        ("json", "json", "index.md"),
    ] {
        let name = format!("out-{format}");
        for _ in 0..2 {
            let run = show(
                &folder,
                &format!("show --format {format} in --output {name}/"),
            );
            assert_eq!((run.code, run.text(), run.stderr.as_str()), (1, "", ""));
        }
        let want = [
            "2025-03-03-0215-67726190924a",
            "2025-10-20-0100-7edb360f06ac",
            "undated-session",
        ];
        let want = want.map(|name| format!("{name}.{extension}"));
        assert_eq!(pages(&folder, &name), want);
        let index = folder.read(&format!("{name}/{index}"));
        for page in &want {
            assert_eq!(index.matches(page.as_str()).count(), 1, "{index}");
        }
    }
    let index = folder.read("out-markdown/index.md");
    let row = "| [2025-10-20 01:00](2025-10-20-0100-7edb360f06ac.md) | 5 min 12 s | \\+628000000042 \
        | Order delivery 2025-10 | agent | A | 4 | 18 | seat-07 | Another day |  |  |";
    assert!(index.lines().any(|line| line == row), "{index}");
    show(&folder, "show in --output out").is(1, &[]);
    assert_eq!(folder.read("out/notes.txt"), "mine");
    let page = folder.read("out-json/2025-03-03-0215-67726190924a.json");
    assert_eq!(page, show(&folder, "show --format json in/a.json").text());
}

#[test]
fn the_index_tells_verdicts_and_findings() {
    let folder = Folder::new("the_index_tells_verdicts_and_findings");
    folder.write("a.json", include_str!("../samples/half-broken.json"));
    show(&folder, "show --format markdown --secret s a.json -o out/").is(1, &[]);
    let index = folder.read("out/index.md");
    assert!(index.contains("| missing | 4 errors |"), "{index}");
}

#[test]
fn names_of_pages_are_safe_and_unique_whatever_the_ids_are() {
    let folder = Folder::new("names_of_pages_are_safe_and_unique_whatever_the_ids_are");
    let ids = [
        "../../../etc/passwd",
        "..\\..\\x",
        "CON",
        "nul.html",
        "",
        " ",
        "a/b",
        "A:B",
        "\u{202e}gpj",
        "请",
        "-2",
        "index",
        &"x".repeat(5000),
        "a b",
        "AB",
        "<script>",
        "%2e%2e%2f",
        "\u{0}",
        "~",
    ];
    let lines = ids.map(|id| session(&json!({ "call_id": id })));
    folder.write("in.ndjson", lines.join("\n"));
    show(&folder, "show in.ndjson --format markdown --output out/").is(0, &[]);
    let names = pages(&folder, "out");
    assert_eq!(names.len(), ids.len(), "{names:?}");
    for name in &names {
        let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        assert!(name.starts_with("2025-03-03-0215-"), "{name}");
        assert!(name.chars().all(is_safe) && name.len() < 40, "{name}");
        assert_eq!(name.matches('.').count(), 1, "{name}");
    }
    assert_eq!(files(&folder, ".").len(), 2, "nothing else is written");
}

#[test]
fn pages_are_the_same_for_any_number_of_jobs() {
    let folder = Folder::new("pages_are_the_same_for_any_number_of_jobs");
    // Only an input of more than a megabyte is worth a thread.
    let lines: Vec<_> = (0..500)
        .map(|number| {
            CHAT.replace(
                "Is there parking?",
                &format!("Is there parking at {number}?"),
            )
        })
        .map(|session| session.replace('\n', " "))
        .collect();
    folder.write("in.ndjson", lines.join("\n"));
    for jobs in ["1", "4"] {
        show(
            &folder,
            &format!("show in.ndjson --format text -j {jobs} -o {jobs}/"),
        )
        .is(0, &[]);
        let last = "2025-03-03-0215-67726190924a-500.txt";
        let last = folder.read(&format!("{jobs}/{last}"));
        assert!(last.contains("parking at 499?"), "{last}");
        assert_eq!(pages(&folder, jobs).len(), 500);
    }
    assert_eq!(folder.read("1/index.md"), folder.read("4/index.md"));
}

#[test]
fn an_input_is_never_overwritten() {
    let folder = Folder::new("an_input_is_never_overwritten");
    let page = "2025-03-03-0215-67726190924a.json";
    folder.write("a.json", CHAT);
    folder.write(&format!("pages/{page}"), CHAT);
    folder.write("pages/index.md", CHAT);
    let refused = |arguments: &str, words: &str| {
        show(&folder, arguments).is(2, &[words]);
        assert_eq!(folder.read("a.json"), CHAT);
        assert_eq!(folder.read(&format!("pages/{page}")), CHAT);
        assert_eq!(folder.read("pages/index.md"), CHAT);
    };
    refused(
        "show a.json --output a.json",
        "this file is also --output a.json",
    );
    refused(
        "show a.json --output ./pages/../a.json",
        "this file is also --output",
    );
    refused(
        &format!("show --format json pages/{page} --output pages"),
        "this file is also read",
    );
    refused(
        "show --format text pages/index.md --output pages/",
        "this file is also read",
    );
    refused(
        "show a.json --secret-file pages/index.md --format text -o pages",
        "is also read",
    );
    refused(
        "show pages --output pages/",
        "this folder is in the input pages",
    );
    refused(
        "show . --output pages/new/deeper/",
        "this folder is in the input .",
    );
    // An input beside the pages is left alone.
    folder.write("beside/a.json", CHAT);
    show(&folder, "show --format text beside/a.json --output beside").is(0, &[]);
    assert_eq!(folder.read("beside/a.json"), CHAT);
    assert_eq!(files(&folder, "beside").len(), 3);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_folder_is_replaced_and_not_followed() {
    let folder = Folder::new("a_link_in_the_folder_is_replaced_and_not_followed");
    folder.write("a.json", CHAT);
    folder.write("precious", "mine");
    folder.write("out/keep", "");
    let link = folder.path().join("out/2025-03-03-0215-67726190924a.md");
    std::os::unix::fs::symlink(folder.path().join("precious"), &link).expect("a link");
    show(&folder, "show --format markdown a.json --output out").is(0, &[]);
    assert_eq!(folder.read("precious"), "mine");
    assert!(fs::symlink_metadata(&link).expect("a page").is_file());
}

#[test]
fn what_cannot_be_written_is_said_and_nothing_is_printed() {
    let folder = Folder::new("what_cannot_be_written_is_said_and_nothing_is_printed");
    folder.write("a.json", CHAT);
    folder.write("file", "");
    folder.write("full/2025-03-03-0215-67726190924a.html/x", "");
    for (output, words) in [
        ("file/", "--output file/: cannot make this folder: "),
        (
            "file/pages/",
            "--output file/pages/: cannot make this folder: ",
        ),
        (
            "missing/page.html",
            "--output missing/page.html: cannot write: ",
        ),
        ("full", "67726190924a.html: cannot write: "),
    ] {
        let run = show(&folder, &format!("show a.json --output {output}"));
        run.is(2, &["chatlog: --output ", words]);
        assert_eq!(run.text(), "");
    }
    assert_eq!(pages(&folder, "full").len(), 1, "no temporary file is left");
}

#[test]
fn every_format_is_shown_for_every_sample() {
    let mut samples = crate::program::samples();
    samples.retain(|sample| sample != "samples/not-json.txt");
    for format in ["text", "markdown", "html"] {
        let mut arguments = vec!["show", "--format", format, "--details"];
        arguments.extend(samples.iter().map(String::as_str));
        let run = run(&arguments);
        assert!(run.code <= 1, "{}", run.stderr);
        let stranger = |c: char| c.is_control() && c != '\n';
        assert!(!run.stdout.contains(stranger), "{format}");
        let is_padded = run.stdout.lines().any(|line| line.ends_with(' '));
        assert!(format == "html" || !is_padded, "{format}");
        for sample in &samples {
            let name = Path::new(sample)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            assert!(run.stdout.contains(&*name), "{sample} as {format}");
        }
    }
}
