//! Filters: the same on every command that reads deliveries.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::folder::Folder;

/// A session with what filters look at.
fn session(id: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut session: Value =
        serde_json::from_str(include_str!("../samples/handed-over.json")).expect("JSON");
    session["call_id"] = json!(id);
    change(&mut session);
    session.to_string()
}

fn archive() -> String {
    [
        session("plain", |_| ()),
        session("robot", |it| {
            it["session_end_reason"] = json!("robot");
            it["workflow_name"] = json!("Reminder");
            it["intention"] = json!("b");
            it["callee"] = json!("+1 (555) 0100");
            it["session_start_time"] = json!("2025-11-01T23:30:00Z");
            it["session_end_time"] = json!("2025-11-01T23:40:00Z");
            it["messages"] = json!([{
                "msg_id": "m1", "sender_type": "robot", "timestamp": 1_762_039_800, "status": "sent",
                "content": {"type": "text", "text": "Grüße aus KÖLN"}
            }]);
            it["variables"] = json!({"city": "Köln", "count": 3});
        }),
        session("broken", |it| {
            it["status"] = json!("open");
            it["intention"] = Value::Null;
            it["session_start_time"] = json!("yesterday");
        }),
        r#"{"workflow_id": "7", "workflow_name": "Reminder", "status": "done", "case_id": "1",
            "callee_number": "15550100", "rows": []}"#
            .replace('\n', ""),
    ]
    .join("\n")
}

/// The sessions that a filter accepts, by their ids; another notification is `other`.
fn accepted(folder: &Folder, filter: &str) -> BTreeSet<String> {
    let run = folder.chatlog(&format!("show --format json {filter} a.ndjson"));
    let ids = run.text().lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        line["session"]["summary"]["call_id"]
            .as_str()
            .unwrap_or("other")
            .to_owned()
    });
    ids.collect()
}

#[test]
fn each_filter_accepts_what_its_help_says() {
    let folder = Folder::new("filters");
    folder.write("a.ndjson", archive());
    for (filter, wanted) in [
        ("", "plain robot broken other"),
        ("--since 2025-11-01", "robot"),
        ("--since 2025-11-01T23:30:01Z", ""),
        ("--until 2025-11-01", "plain robot"),
        ("--until 2025-10-31", "plain"),
        ("--since 2025-11-02 --tz +07:00", "robot"),
        ("--until 2025-11-01 --tz +07:00", "plain"),
        ("--since 1w", ""),
        ("--callee 15550100", "robot other"),
        ("--callee +628000000042", "plain broken"),
        ("--callee 0042", ""),
        ("--workflow reminder", "robot other"),
        ("--workflow Reminder --workflow 7", "robot other"),
        ("--workflow rem --workflow 7", "robot other"),
        ("--workflow remind", "robot other"),
        ("--workflow REMIND", ""),
        ("--channel whatsapp", "plain robot broken"),
        ("--channel WHATSAPP", ""),
        ("--intention B", ""),
        ("--intention b", "robot"),
        (
            "--end-reason agent --end-reason robot",
            "plain robot broken",
        ),
        ("--status open", "broken"),
        ("--status sent --sender robot", "robot"),
        ("--sender robot --type text --contains köln", "robot"),
        ("--sender user --contains köln", ""),
        ("--contains Köln", ""),
        ("--contains KÖLN --sender robot", "robot"),
        ("--type image --sender user", "plain broken"),
        ("--handed-over", "plain broken"),
        ("--where city=köln", "robot"),
        ("--where count=3", "robot"),
        ("--where city=Bonn", ""),
        ("--where call_id=robot", "robot"),
        (
            "--where delivery_day=2025-10-22 --where city=Köln",
            "plain robot broken",
        ),
        ("--has-findings", "broken other"),
        ("--has-findings=bad-time", "broken"),
        (
            "--has-findings=bad-time --has-findings=other-notification",
            "broken other",
        ),
        ("--verdict missing", "plain robot broken other"),
        ("--verdict valid", ""),
        ("--end-reason robot --handed-over", ""),
        ("--limit 2", "plain robot"),
        ("--limit 1 --end-reason robot", "robot"),
    ] {
        let wanted: BTreeSet<_> = wanted.split_whitespace().map(str::to_owned).collect();
        assert_eq!(accepted(&folder, filter), wanted, "{filter}");
        let redacted = accepted(&folder, &format!("--redact --keep call_id {filter}"));
        assert_eq!(redacted.len(), wanted.len(), "--redact {filter}");
    }
}

#[test]
fn every_command_filters_alike() {
    let folder = Folder::new("filters-commands");
    folder.write("a.ndjson", archive());
    folder.write("b.ndjson", session("plain", |_| ()));
    for command in [
        "show --only summary",
        "list --format csv --columns call_id,callee",
        "stats --format json",
        "export --table messages --columns call_id,text",
        "validate --format concise",
        "verify --format json",
        "check --format json",
        "redact --redact-text --output -",
    ] {
        for filter in [
            "--end-reason agent --status closed",
            "--contains day --where status=closed",
        ] {
            let filtered = folder.chatlog(&format!("{command} {filter} a.ndjson"));
            let alone = folder.chatlog(&format!("{command} b.ndjson"));
            let text = filtered.text().replace("a.ndjson", "b.ndjson");
            assert_eq!(text, alone.text(), "{command} {filter}");
            assert_eq!(filtered.code, alone.code, "{command} {filter}");
        }
    }
}

#[test]
fn a_filter_that_leaves_nothing_says_so() {
    let folder = Folder::new("filters-nothing");
    folder.write("a.ndjson", archive());
    let run = folder.chatlog("validate --end-reason agnet a.ndjson");
    run.is(0, &["chatlog: filters: nothing matches, of 4 deliveries"]);
    for (arguments, words) in [
        (
            "validate --verdict valid",
            "--verdict: this command does not check signatures",
        ),
        (
            "show --since tomorrow",
            "expected a date such as 2025-10-20",
        ),
        ("show --where city", "expected NAME=VALUE"),
        ("show --limit 0", "--limit"),
        ("show --has-findings=bad-tim", "bad-time"),
    ] {
        folder
            .chatlog(&format!("{arguments} a.ndjson"))
            .is(2, &[words]);
    }
}
