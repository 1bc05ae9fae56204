//! What a screen of eighty columns and twenty-four rows shows of a session: who, how it ended, when,
//! and the first words that were said.

use chatlog::view::{Canvas, Part, Selection, Theme, Zone, write_tables};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::notifications::{any_notification, good, inspect, runner, spoilt_once};
use crate::program::{run, samples};

/// What `show` prints for a sample on a terminal of eighty columns.
fn shown(sample: &str) -> String {
    run(["show", "--width", "80", "--color", "never", sample]).stdout
}

/// The tables of a session, eighty columns wide.
fn tables(notification: &Value, selection: Selection) -> String {
    let canvas = Canvas {
        width: 80,
        theme: Theme::plain(),
        zone: Zone::UTC,
        hyperlinks: false,
    };
    let mut out = Vec::new();
    inspect(notification.to_string().as_bytes(), |report| {
        write_tables(report, selection, &canvas, &mut out).expect("a vector takes everything");
    });
    String::from_utf8(out).expect("it is text")
}

fn summary_rows(notification: &Value) -> usize {
    let selection = Selection {
        only: Some(Part::Summary),
        ..Selection::default()
    };
    tables(notification, selection).lines().count()
}

#[test]
fn a_session_takes_few_rows() {
    for (sample, most) in [("masked-ids", 70), ("handed-over", 46)] {
        let rows = shown(&format!("samples/{sample}.json")).lines().count();
        assert!(rows <= most, "{sample}: {rows} rows");
    }
}

#[test]
fn findings_that_say_the_same_take_few_rows() {
    let rows = |command: &str| {
        let arguments = [command, "--width", "80", "samples/masked-ids.json"];
        run(arguments).stdout.lines().count()
    };
    assert!(rows("validate") <= 45, "{} rows", rows("validate"));
}

/// The first words of the first message that says something, short enough not to be wrapped.
fn first_words(session: &Value) -> Option<String> {
    let messages = session["messages"].as_array()?.iter();
    let mut said = messages.filter(|it| it["sender_type"] != "system");
    let text = said.find_map(|message| {
        let template = &message["content"]["template"]["content"]["body"];
        let words = [template, &message["text"]]
            .into_iter()
            .find_map(Value::as_str);
        words
            .filter(|words| !words.trim().is_empty())
            .map(str::to_owned)
    })?;
    let line = text.lines().next()?;
    Some(line.chars().take(10).collect())
}

#[test]
fn the_first_screen_of_every_sample_has_the_first_words_that_were_said() {
    let mut checked = 0;
    for sample in samples() {
        let json = run(["show", "--format", "json", &format!("{sample}#1")]).stdout;
        let json: Value = serde_json::from_str(&json).unwrap_or_default();
        let Some(words) = first_words(&json["session"]) else {
            continue;
        };
        // What acts on a terminal is spelled out.
        let words = words.split(char::is_control).next().unwrap_or_default();
        let screen: Vec<_> = shown(&sample).lines().take(24).map(str::to_owned).collect();
        assert!(
            screen.join("\n").contains(words),
            "{sample}: {words}: {screen:#?}"
        );
        checked += 1;
    }
    assert!(checked > 12, "{checked} samples");
}

#[test]
fn a_summary_takes_at_most_eight_rows() {
    for notification in good().iter().chain(&spoilt_once()) {
        let rows = summary_rows(notification);
        assert!(rows <= 8, "{rows} rows: {notification}");
    }
    let generated = runner(500).run(&any_notification(), |notification| {
        let rows = summary_rows(&notification);
        prop_assert!(rows <= 8, "{rows} rows");
        Ok(())
    });
    generated.expect("a summary is short, whatever is in it");
}

#[test]
fn a_summary_of_long_values_and_many_findings_takes_at_most_eight_rows() {
    let long = "word ".repeat(100);
    let handed_over = json!({"type": "system", "system":
        {"type": "conversation.take_over", "from_seat_id": "", "to_seat_id": long}});
    let events: Vec<_> = (0..9)
        .map(|number| json!({"msg_id": "same", "timestamp": number, "content": handed_over}))
        .collect();
    let notification = json!({
        "callee": long, "channel": long, "status": long, "session_end_reason": long, "intention": long,
        "session_start_time": long, "session_end_time": long, "workflow_name": long, "talk_round": 12,
        "ner_slots": {"a": long, "b": long}, "variables": {"c": long}, "event_label": {"d": long},
        "messages": events,
    });
    assert_eq!(summary_rows(&notification), 8);
    let folder = crate::folder::Folder::new("screen-long-values");
    folder.write("long.json", notification.to_string());
    let run =
        folder.chatlog("show --width 80 --only summary --secret x --scheme hmac-sha1 long.json");
    // The first line names the delivery.
    assert_eq!(run.text().lines().count(), 1 + 8, "{}", run.text());
    run.is(
        1,
        &[
            "Signature  missing",
            "scheme hmac-sha1:{body} from --scheme",
        ],
    );
}

#[test]
fn a_rule_that_many_messages_break_is_told_once_with_an_example_and_a_command() {
    let text = shown("samples/masked-ids.json");
    assert_eq!(text.matches("message-outside-session").count(), 1, "{text}");
    assert!(text.contains("message-outside-session ×16"));
    assert!(text.contains("for example, message 1: sent 273 d 17 h before the session started"));
    assert!(text.contains("chatlog validate --format concise samples/masked-ids.json"));
    // Two messages are out of order, and say so themselves.
    assert_eq!(text.matches("warning[message-order]").count(), 2, "{text}");
}

/// A session of texts: each with its sender, its seconds, its status and the number of the message
/// that it replies to.
fn session(texts: &[(&str, i64, &str, Option<usize>)]) -> Value {
    let message =
        |(at, (sender, seconds, status, reply)): (usize, &(&str, i64, &str, Option<usize>))| {
            let mut message = json!({
                "msg_id": format!("m{}", at + 1), "sender_type": sender,
                "timestamp": 1_744_699_260 + seconds, "status": status,
                "content": {"type": "text", "text": format!("text {}", at + 1)},
            });
            if let Some(number) = reply {
                message["reply"] = json!({"msg_id": format!("m{number}"), "sender_type": "user",
                "content": {"type": "text", "text": format!("text {number}")}});
            }
            message
        };
    json!({"messages": texts.iter().enumerate().map(message).collect::<Vec<_>>()})
}

#[track_caller]
fn transcript_is(notification: &Value, want: &str) {
    let selection = Selection {
        only: Some(Part::Transcript),
        ..Selection::default()
    };
    let shown = tables(notification, selection);
    let lines: Vec<_> = shown.lines().filter(|line| !line.contains('[')).collect();
    let want: Vec<_> = want.lines().skip(1).collect();
    assert_eq!(lines[1..], want, "{shown}");
}

#[test]
fn a_sender_is_named_once_a_turn_and_a_time_shown_where_the_minute_changes() {
    let texts = [
        ("user", 0, "read", None),
        ("user", 30, "read", None),
        ("user", 90, "read", None),
        ("robot", 95, "read", None),
        ("user", 96, "read", None),
        // Five minutes later, the sender is named again.
        ("user", 96 + 300, "read", None),
    ];
    transcript_is(
        &session(&texts),
        "
 06:41  user ▏ text 1
             ▏ text 2
 06:42       ▏ text 3
       robot ▏ text 4
        user ▏ text 5
 06:47  user ▏ text 6",
    );
}

#[test]
fn a_reply_names_what_it_replies_to_unless_that_is_just_above() {
    let texts = [
        ("user", 0, "read", None),
        ("robot", 1, "read", Some(1)),
        ("agent", 2, "read", Some(1)),
        ("user", 3, "read", Some(99)),
    ];
    transcript_is(
        &session(&texts),
        "
 #1 06:41  user ▏ text 1
          robot ▏ ↩ text 2
          agent ▏ ↩ #1 “text 1”
                ▏ text 3
           user ▏ ↩ (not in this transcript) “text 99”
                ▏ text 4",
    );
}

#[test]
fn a_status_is_shown_where_others_of_its_sender_have_another() {
    let texts = [
        ("user", 0, "delivery", None),
        ("robot", 1, "read", None),
        ("robot", 2, "sent", None),
        ("robot", 3, "read", None),
    ];
    transcript_is(
        &session(&texts),
        "
 06:41  user ▏ text 1
       robot ▏ text 2
             ▏ text 3  (sent)
             ▏ text 4",
    );
}

#[test]
fn a_day_starts_with_its_date_and_names_the_sender_again() {
    let texts = [("user", 0, "read", None), ("user", 86_400, "read", None)];
    let all = tables(&session(&texts), Selection::default());
    let (_, transcript) = all.split_once("╶─ Tue 2025-04-15, UTC ─").expect("a day");
    let (_, next) = transcript
        .split_once("╶─ Wed 2025-04-16, UTC ─")
        .expect("a day");
    assert!(next.contains("06:41 user ▏ text 2"), "{all}");
}
