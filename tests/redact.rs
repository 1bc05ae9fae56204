//! Redaction: what identifies people is in no output, and everything else still is.

use std::fs;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use chatlog::finding::Rule;
use chatlog::redact::{Options, Redactor};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value, json};

use crate::folder::Folder;
use crate::notifications::{any_notification, good, inspect, runner, session, spoilt_once};
use crate::program::samples;

/// The body as a redactor leaves it that has seen nothing else.
fn redacted(body: &[u8], options: Options) -> String {
    let redactor = Redactor::new(options);
    let redacted = inspect(body, |report| {
        redactor.delivery(report.origin, report.delivery)
    });
    let redacted = redacted.expect("nothing is missed");
    String::from_utf8(redacted.delivery.body.into_owned()).expect("text")
}

fn plainly(body: &[u8]) -> String {
    redacted(body, Options::default())
}

/// The rules and places of all findings.
fn findings(body: &[u8]) -> Vec<(Rule, String)> {
    let is_kept = |rule: &Rule| *rule != Rule::NumberPrecision;
    inspect(body, |report| {
        let findings = report.findings.iter();
        let findings = findings.map(|finding| (finding.rule, finding.pointer.to_json_pointer()));
        findings.filter(|(rule, _)| is_kept(rule)).collect()
    })
}

/// The bodies of all samples that are one notification.
fn bodies() -> Vec<(String, Vec<u8>)> {
    let read = |name: String| (name.clone(), fs::read(name).expect("a sample"));
    let samples = samples().into_iter();
    samples
        .map(read)
        .filter(|(_, body)| body.starts_with(b"{"))
        .collect()
}

/// What all planted texts start with, and what all planted numbers contain.
const CANARY: [&str; 2] = ["Kanarivogel", "81355779"];

/// Plants something different in every value, and in keys that are not documented. Words of the
/// documentation are replaced only if `words` says so, because without them little of the structure
/// is left.
struct Planter {
    words: bool,
    count: usize,
}

impl Planter {
    fn canary(&mut self) -> String {
        self.count += 1;
        format!("{}{:04}xü", CANARY[0], self.count)
    }

    fn plant(&mut self, value: &mut Value, key: &str) {
        const TEXTS: [&str; 6] = ["text", "title", "description", "body", "footer", "button"];
        const WORDS: [&str; 8] = [
            "type",
            "sender_type",
            "status",
            "session_end_reason",
            "channel",
            "language",
            "intention",
            "messages",
        ];
        match value {
            Value::Object(members) => self.plant_in(members, key),
            Value::Array(items) => items.iter_mut().for_each(|item| self.plant(item, key)),
            _ if TEXTS.contains(&key) || WORDS.contains(&key) && !self.words => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => *text = self.canary(),
            Value::Number(number) => {
                self.count += 1;
                let digits = format!("62{}{:04}", CANARY[1], self.count);
                let is_whole = number.is_i64() || number.is_u64();
                let token = if is_whole {
                    digits
                } else {
                    format!("6.2{}", &digits[2..])
                };
                *value = serde_json::from_str(&token).expect("a number");
            }
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn plant_in(&mut self, members: &mut Map<String, Value>, key: &str) {
        let is_free = matches!(key, "ner_slots" | "event_label" | "variables");
        for (key, value) in members.iter_mut() {
            self.plant(value, key);
        }
        if is_free || key.is_empty() {
            let key = self.canary();
            let (nested, value) = (self.canary(), self.canary());
            members.insert(key, json!({nested: [value, {"name": self.canary()}]}));
        }
    }
}

/// Every spelling of a text that must not be in any output.
fn spellings(text: &str) -> Vec<String> {
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let hidden: String = text.chars().flat_map(|c| [c, '\u{200b}']).collect();
    let mut spellings = vec![text.to_owned(), text.to_lowercase(), percent, hidden];
    for before in ["", "~", "~~"] {
        // The letters that depend on nothing before or after the text.
        let encoded = BASE64_STANDARD.encode(format!("{before}{text}"));
        let inner = &encoded[if before.is_empty() { 0 } else { 4 }..encoded.len() - 4];
        spellings.extend((inner.len() > 3).then(|| inner.to_owned()));
    }
    spellings
}

#[track_caller]
fn holds_none(output: &str, secrets: &[&str], what: &str) {
    for spelling in secrets.iter().flat_map(|secret| spellings(secret)) {
        assert!(
            !output.contains(&spelling),
            "{what}: `{spelling}` in:\n{output}"
        );
    }
}

/// The names of the files of a folder, each with what it holds; empty without the folder.
fn names_and_files(folder: &Path) -> String {
    let files = fs::read_dir(folder).into_iter().flatten();
    let files = files.map(|file| {
        let path = file.expect("the folder can be read").path();
        let text = fs::read_to_string(&path).expect("a page");
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        format!("{name}\n{text}\n")
    });
    files.collect()
}

/// All output of every command in every format, for these files.
fn all_output(folder: &Folder, files: &str, options: &str) -> Vec<(String, String)> {
    let findings = [
        "full", "concise", "github", "gitlab", "sarif", "junit", "json",
    ];
    let mut commands = vec![
        format!("show --redact {options} {files}"),
        format!("show --redact --output pages/ {options} {files}"),
        format!("show --redact --full-text --format json {options} {files}"),
        format!("verify --redact {options} {files}"),
        format!("redact --output - {options} {files}"),
    ];
    for format in ["table", "text", "markdown", "html"] {
        commands.push(format!(
            "show --redact --details --full-text --hyperlinks always --format {format} {options} {files}"
        ));
    }
    for table in ["sessions", "messages", "findings"] {
        commands.push(format!("export --redact --table {table} {options} {files}"));
    }
    for format in findings {
        for command in ["validate", "check", "verify"] {
            commands.push(format!(
                "{command} --redact --format {format} {options} {files}"
            ));
        }
    }
    let outputs = commands.into_iter().map(|command| {
        let run = folder.chatlog(&command);
        let pages = names_and_files(&folder.path().join("pages"));
        let output = format!("{}\n{}\n{pages}", run.text(), run.stderr);
        assert!(!output.contains("internal error"), "{command}: {output}");
        (command, output)
    });
    outputs.collect()
}

#[test]
fn no_field_of_any_sample_is_in_any_output() {
    for words in [false, true] {
        let folder = Folder::new(&format!("redact-fields-{words}"));
        let mut planter = Planter { words, count: 0 };
        let mut files = Vec::new();
        for (number, (_, body)) in bodies().iter().enumerate() {
            let Ok(mut notification) = serde_json::from_slice::<Value>(body) else {
                continue;
            };
            planter.plant(&mut notification, "");
            files.push(format!("{number}.json"));
            folder.write(&files[files.len() - 1], format!("{notification:#}"));
        }
        assert!(planter.count > 300 && files.len() > 10);
        for (command, output) in all_output(&folder, &files.join(" "), "") {
            holds_none(&output, &CANARY, &command);
        }
    }
}

#[test]
fn no_field_of_another_notification_or_of_other_json_is_in_any_output() {
    let folder = Folder::new("redact-other");
    let mut planter = Planter {
        words: true,
        count: 0,
    };
    let sample = fs::read_to_string("samples/other-notifications.ndjson").expect("a sample");
    let package = r#"{"name": "x", "private": {"version": ["1.4.0", 7]}}"#;
    let mut files = Vec::new();
    for (number, body) in sample.lines().chain([package]).enumerate() {
        let before = findings(body.as_bytes());
        let mut notification: Value = serde_json::from_str(body).expect("JSON");
        planter.plant(&mut notification, "");
        let body = notification.to_string();
        let kept = plainly(body.as_bytes());
        assert_eq!(findings(kept.as_bytes()), before, "it is of the same kind");
        files.push(format!("{number}.json"));
        folder.write(&files[number], body);
    }
    assert!(planter.count > 40, "{}", planter.count);
    for (command, output) in all_output(&folder, &files.join(" "), "") {
        holds_none(&output, &CANARY, &command);
    }
}

/// The ways to write a phone number and a name that a search must not miss.
fn hidden_forms() -> Vec<String> {
    let arabic = |text: &str| -> String {
        let digit = |c: char| {
            c.to_digit(10)
                .and_then(|digit| char::from_u32(0x660 + digit))
        };
        text.chars().map(|c| digit(c).unwrap_or(c)).collect()
    };
    let wide = |text: &str| -> String {
        let letter = |c: char| char::from_u32(c as u32 - 0x21 + 0xff01).unwrap_or(c);
        text.chars().map(letter).collect()
    };
    let plain = ["+628135577901", "628135577901", "Zacharias", "KX-77204"];
    let mut forms: Vec<String> = [
        "+62 813-5577-901",
        "0813 5577 901",
        "(62) 813.5577.901",
        "zacharias",
        "ZACHARIAS",
        "Z a c h a r i a s",
        "kx 77204",
        "KX77204",
    ]
    .map(str::to_owned)
    .to_vec();
    for text in plain {
        forms.extend([text.to_owned(), arabic(text), wide(text)]);
        forms.push(text.chars().flat_map(|c| [c, '\u{200b}']).collect());
        forms.push(text.bytes().map(|byte| format!("%{byte:02x}")).collect());
        forms.push(text.bytes().map(|byte| format!("%25{byte:02x}")).collect());
        forms.push(text.bytes().map(|byte| format!("\\u{byte:04x}")).collect());
        for before in ["", "\u{1c}", "a\u{18}"] {
            let inner = format!("{before}{text}\u{15}\u{2}");
            forms.push(format!("wamid.{}", BASE64_STANDARD.encode(&inner)));
            forms.push(BASE64_URL_SAFE_NO_PAD.encode(&inner));
            forms.push(BASE64_STANDARD.encode(BASE64_STANDARD.encode(&inner)));
        }
    }
    forms
}

#[test]
fn an_identity_is_replaced_in_every_form_wherever_it_is() {
    let folder = Folder::new("redact-forms");
    let forms = hidden_forms();
    let message = |(number, form): (usize, &String)| {
        let contents = [
            json!({"type": "text", "text": format!("Please call {form}, thanks")}),
            json!({"type": "image", "media": {"origin_url": format!("https://cdn.example/{form}/x.jpg"), "name": form},
                   "text": form}),
            json!({"type": "new", "about": {"deep": [form]}, form: 1}),
        ];
        json!({"msg_id": format!("{form}{number}"), "timestamp": 1_744_699_261, "status": "read",
               "sender_type": "user", "content": contents[number % 3]})
    };
    let mut said = session(forms.iter().enumerate().map(message).collect::<Vec<_>>());
    said["callee"] = json!("+628135577901");
    said["variables"] =
        json!({"name": "Zacharias", "order_id": "KX-77204", forms[0].clone(): forms[1]});
    folder.write("628135577901-zacharias.json", said.to_string());
    let secret = ["628135577901", "8135577901", "Zacharias", "KX-77204"];
    for (command, output) in all_output(&folder, "628135577901-zacharias.json", "") {
        let shown = output;
        holds_none(&shown, &secret, &command);
        for form in &forms {
            assert!(
                !shown.contains(form.as_str()),
                "{command}: `{form}` in\n{shown}"
            );
        }
    }
}

/// Redacting again changes nothing.
fn is_settled(body: &[u8], options: &Options) -> Result<(), TestCaseError> {
    let once = redacted(body, options.clone());
    prop_assert_eq!(redacted(once.as_bytes(), options.clone()), once);
    Ok(())
}

fn options(texts: bool, key: Option<&str>) -> Options {
    let key = key.map(|key| {
        let bytes = key.as_bytes().to_vec();
        chatlog::redact::Key::new(bytes.into()).expect("it is long enough")
    });
    Options {
        key,
        texts,
        keep: Vec::new(),
    }
}

#[test]
fn redacting_twice_is_redacting_once() {
    let ways = [
        options(false, None),
        options(true, None),
        options(false, Some("a key of the team")),
    ];
    for way in &ways {
        for (name, body) in bodies() {
            let held = is_settled(&body, way);
            assert!(held.is_ok(), "{name}: {held:?}");
        }
        let outcome = runner(400).run(&any_notification(), |notification| {
            is_settled(format!("{notification:#}").as_bytes(), way)
        });
        assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
    }
}

/// The findings are the same, at the same places.
fn findings_stay(body: &[u8]) -> Result<(), TestCaseError> {
    let before = findings(body);
    let after = findings(plainly(body).as_bytes());
    let has_key = |places: &[(Rule, String)]| -> Vec<(Rule, usize)> {
        // Keys that are not documented are replaced.
        places
            .iter()
            .map(|(rule, place)| (*rule, place.matches('/').count()))
            .collect()
    };
    prop_assert_eq!(
        has_key(&before),
        has_key(&after),
        "{:?}\n{:?}\n{}\n{}",
        before,
        after,
        String::from_utf8_lossy(body),
        plainly(body)
    );
    Ok(())
}

#[test]
fn findings_stay_as_they_are() {
    for (name, body) in bodies() {
        let held = findings_stay(&body);
        assert!(held.is_ok(), "{name}: {held:?}");
    }
    for notification in spoilt_once().iter().chain(&good()) {
        let held = findings_stay(notification.to_string().as_bytes());
        assert!(held.is_ok(), "{held:?}");
    }
    let outcome = runner(1_000).run(&any_notification(), |notification| {
        findings_stay(format!("{notification:#}").as_bytes())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// Values and pieces of texts that are identities, look like them, or like pseudonyms.
fn any_piece() -> impl Strategy<Value = String> {
    let pieces = [
        "+628135577901",
        "0813 5577 901",
        "628135577901",
        "81355779012",
        "Zacharias",
        "zacharias",
        "Dewi Lestari",
        "Dewi",
        "Lestari",
        "Pak Budi (security)",
        "Budi",
        "sri weiß",
        "Weiss",
        "KX-77204",
        "kx77204",
        "77204",
        "A",
        "1",
        "22",
        "王",
        "王小明",
        "name-1",
        "name 1",
        "Name1",
        "order_id-1",
        "Contact 1",
        "contact",
        "Customer",
        "Customer 1",
        "seat-1",
        "msg-0001",
        "+000 0000 0001",
        "00000000001",
        "user-1@example.com",
        "file-1.jpg",
        "1001",
        "1002",
        "0.000001",
        "host-1.invalid",
        "field-1",
        "token-1",
        "dewi@example.co.id",
        "DEWI@example.co.id",
        "https://u@cdn.example/a/77204.jpg?x=1",
        "https://628135577901.example/",
        "https://cdn.example/file-1.jpg",
        "wa.me/628135577901?text=Dewi",
        "file-1.jpg/2",
        "KzYyODEzNTU3NzkwMQ==",
        "UmF0aA==",
        "4111 1111 1111 1111",
        "1234567",
        "٦٢٨١٣٥٥٧٧٩٠١",
        "Zach\u{200b}arias",
        "%44ewi",
        "2025-10-22",
        "yes",
        "no",
        "-6.2000881",
        "418000",
        "archived",
        "name",
        "text",
        "Workflow 1",
        "workflow-1",
        "\u{1f422}",
        "***",
        "\u{ad}",
    ];
    proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

fn any_text() -> impl Strategy<Value = String> {
    let between = proptest::sample::select(vec![
        " ", "", ", ", "-", "\n", "/", "x", "0", "+", "=", "@", ". ",
    ]);
    let parts = prop::collection::vec((any_piece(), between), 0..5);
    parts.prop_map(|parts| {
        parts
            .into_iter()
            .map(|(piece, between)| piece + between)
            .collect()
    })
}

prop_compose! {
    fn any_conversation()(
        values in prop::collection::vec(any_piece(), 8),
        texts in prop::collection::vec(any_text(), 4),
        number in proptest::sample::select(vec!["1", "22", "1001", "1002", "418000", "628135577901", "-6.2000881", "0.000001"]),
        key in any_piece(),
    ) -> Value {
        let number: Value = serde_json::from_str(number).expect("a number");
        let mut said = session(json!([
            {"msg_id": values[0], "timestamp": 1_744_699_261, "status": "read",
             "content": {"type": "text", "text": texts[0]}},
            {"msg_id": values[1], "timestamp": 1_744_699_261, "status": "read",
             "reply": {"msg_id": values[0], "content": {"type": "text", "text": texts[0]}},
             "content": {"type": "contacts", "contacts": [{"name": values[2], "phone_number": values[3]}],
                         "text": texts[1], "new": {key: texts[2]}}},
            {"msg_id": values[2], "timestamp": 1_744_699_261, "status": "read", "sender_type": values[4],
             "content": {"type": "image", "media": {"origin_url": values[5], "name": texts[3]}, "text": texts[3]}},
        ]));
        said["callee"] = json!(values[6]);
        said["variables"] = json!({"name": values[7], "order_id": values[4], "amount": number, "note": texts[2]});
        said
    }
}

#[test]
fn whatever_is_said_is_replaced_once_and_for_all() {
    let ways = [
        options(false, None),
        options(false, Some("a key of the team")),
    ];
    for way in &ways {
        let outcome = runner(200).run(&any_conversation(), |said| {
            is_settled(said.to_string().as_bytes(), way)?;
            findings_stay(said.to_string().as_bytes())
        });
        assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
    }
}

/// A conversation in which people name each other.
fn conversation() -> Value {
    let mut said = session(json!([
        {"msg_id": "m-77", "sender_type": "robot", "timestamp": 1_744_699_261, "status": "read",
         "content": {"type": "text", "text": "Halo Dewi! Is 0812 3456 789 your number?"}},
        {"msg_id": "m-78", "sender_type": "user", "timestamp": 1_744_699_262, "status": "read",
         "reply": {"msg_id": "m-77", "content": {"type": "text", "text": "Halo Dewi!"}},
         "content": {"type": "text", "text": "Yes. Or dewi.l@mail.example, card 4111-1111-1111-1111, on 2025-10-22."}},
        {"msg_id": "m-79", "sender_type": "system", "timestamp": 1_744_699_263, "status": "sent",
         "content": {"type": "system", "system":
             {"type": "conversation.take_over", "from_seat_id": "", "to_seat_id": "rina-07"}}},
        {"msg_id": "m-80", "sender_type": "agent", "timestamp": 1_744_699_264, "status": "read",
         "content": {"type": "image", "text": "A caption, see https://maps.example/@-6.2,106.8",
                     "media": {"origin_url": "https://u:p@cdn.example/wa/62812345/me.jpg?sig=1"}}},
        {"msg_id": "m-81", "sender_type": "system", "timestamp": 1_744_699_265, "status": "sent",
         "content": {"type": "system", "system":
             {"type": "conversation.close", "from_seat_id": "rina-07", "to_seat_id": ""}}},
    ]));
    said["callee"] = json!("+628123456789");
    said["variables"] =
        json!({"name": "Dewi", "tier": "A", "vip": true, "asked": "yes", "amount": 418_000});
    said
}

#[test]
fn pseudonyms_can_be_read_and_still_link() {
    let body = plainly(conversation().to_string().as_bytes());
    let said: Value = serde_json::from_str(&body).expect("JSON");
    let messages = &said["messages"];
    let want = [
        ("/callee", json!("+000 0000 0001")),
        (
            "/variables",
            json!({"name": "name-1", "tier": "tier-1", "vip": true, "asked": "yes", "amount": 1001}),
        ),
        (
            "/messages/0/content/text",
            json!("Halo name-1! Is +000 0000 0001 your number?"),
        ),
        (
            "/messages/1/content/text",
            json!("Yes. Or user-1@example.com, card +000 0000 0003, on 2025-10-22."),
        ),
        (
            "/messages/3/content/text",
            json!("A caption, see https://maps.example/link-2"),
        ),
        (
            "/messages/3/content/media/origin_url",
            json!("https://cdn.example/link-1.jpg"),
        ),
        ("/messages/2/content/system/to_seat_id", json!("seat-1")),
        ("/messages/4/content/system/from_seat_id", json!("seat-1")),
        ("/messages/0/timestamp", json!(1_744_699_261)),
    ];
    for (place, want) in want {
        assert_eq!(said.pointer(place), Some(&want), "{place}");
    }
    assert_eq!(messages[1]["reply"]["msg_id"], messages[0]["msg_id"]);
    assert_ne!(messages[1]["msg_id"], messages[0]["msg_id"]);
}

#[test]
fn white_space_and_order_stay() {
    let body = "\u{feff} {\n\t\"z\" : [ 1 , null ],\r\n  \"callee\":\"+628123456789\" }\n\n";
    let want = "\u{feff} {\n\t\"field-1\" : [ 1 , null ],\r\n  \"callee\":\"+000 0000 0001\" }\n\n";
    assert_eq!(plainly(body.as_bytes()), want);
}

#[test]
fn texts_and_fields_are_replaced_or_kept_on_demand() {
    let body = conversation().to_string();
    let filled = redacted(body.as_bytes(), options(true, None));
    assert!(
        filled.contains("Lore Lore! Lo 0000 0000 000 lore loremi?"),
        "{filled}"
    );
    let keep = vec!["variables".to_owned(), "msg_id".to_owned()];
    let kept = redacted(
        body.as_bytes(),
        Options {
            keep,
            ..Options::default()
        },
    );
    assert!(
        kept.contains(r#""name":"Dewi""#) && kept.contains(r#""msg_id":"m-77""#),
        "{kept}"
    );
    assert!(!kept.contains("628123456789"), "{kept}");
}

#[test]
fn a_key_makes_pseudonyms_that_last() {
    let folder = Folder::new("redact-key");
    let first = conversation().to_string();
    let second = session(json!([]))
        .to_string()
        .replace("+628999000111", "+628123456789");
    folder.write("first.json", &first);
    folder.write("second.json", &second);
    folder.write("key", "sixteen bytes or more\n");
    folder.write("other", "another key, as long");
    folder.write("short", "fifteen bytes..");
    let callee = |arguments: &str| -> String {
        let run = folder.chatlog(&format!("redact --output - {arguments}"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(!run.text().contains("sixteen"), "{}", run.text());
        let said: Value = serde_json::from_str(run.text()).expect("JSON");
        said["callee"].as_str().expect("a string").to_owned()
    };
    let lasting = callee("--redact-key-file key first.json");
    assert_eq!(lasting, callee("--redact-key-file key second.json"));
    assert_ne!(lasting, callee("--redact-key-file other first.json"));
    assert!(lasting.starts_with("+000 "), "{lasting}");
    folder
        .chatlog("redact --output - --redact-key-file short first.json")
        .is(2, &["fewer than 16 bytes"]);
    folder
        .chatlog("redact --redact-key-file key --output key first.json")
        .is(2, &["write to another file"]);
}

#[test]
fn a_signature_is_that_of_the_original() {
    let folder = Folder::new("redact-signature");
    folder.write("628123456789.json", conversation().to_string());
    let signed = folder.chatlog("sign --as http 628123456789.json");
    let secret = "X-Call: Dewi +628123456789\r\nContent-Length";
    let request = signed.text().replacen("Content-Length", secret, 1);
    folder.write("628123456789.http", &request);
    let run = folder.chatlog("check --redact --format json 628123456789.http");
    run.is(0, &[r#""verdict":"valid""#, r#""x-call":"[redacted]""#]);
    let forged = request.replace("your number", "not your number");
    let forged = forged.replacen("Content-Length: ", "X-Length: ", 1);
    folder.write("dewi-628123456789.http", forged);
    for command in [
        "check --format sarif",
        "verify",
        "verify --format json",
        "show",
    ] {
        let run = folder.chatlog(&format!(
            "{command} --redact 628123456789.http dewi-628123456789.http"
        ));
        let output = format!("{}{}", run.text(), run.stderr);
        let signature = signed
            .text()
            .lines()
            .find(|line| line.starts_with("X-AIRudder-Sign: "));
        let signature = signature
            .and_then(|line| line.split(' ').next_back())
            .expect("a signature");
        holds_none(
            &output,
            &["Dewi", "628123456789", signature.trim()],
            command,
        );
    }
}

#[test]
fn what_is_not_json_is_masked_or_refused() {
    let folder = Folder::new("redact-not-json");
    folder.write(
        "form.http",
        "POST /dewi HTTP/1.1\r\nContent-Type: x\r\n\r\nname=Dewi&phone=628123456789",
    );
    folder.write(
        "cut.json",
        r#"{"callee": "+628123456789", "ner_slots": {"name": "Dewi"}, "variables": {"note": "Dewi L"#,
    );
    folder.write("good.json", conversation().to_string());
    for format in ["full", "json", "sarif"] {
        let run = folder.chatlog(&format!(
            "validate --redact --format {format} form.http cut.json"
        ));
        assert_eq!(run.code, 1);
        let output = format!("{}{}", run.text(), run.stderr);
        holds_none(&output, &["Dewi", "628123456789"], format);
    }
    let run = folder.chatlog("show --redact cut.json");
    run.is(1, &["+000 0000 0001", "name-1"]);
    let run = folder.chatlog("redact form.http good.json cut.json --output -");
    run.is(2, &["form.http: not JSON", "cut.json: not JSON"]);
    assert!(
        serde_json::from_str::<Value>(run.text()).is_ok(),
        "{}",
        run.text()
    );
}

#[test]
fn notifications_are_written_to_a_file_or_a_folder_but_never_over_an_input() {
    let folder = Folder::new("redact-outputs");
    let body = conversation().to_string();
    folder.write("in/628123456789.json", &body);
    folder.write("in/two.ndjson", format!("{body}\n{body}\n"));
    folder.chatlog("redact in --output out/").is(0, &[]);
    let names = |name: &str| {
        let entries = fs::read_dir(name)
            .expect("a folder")
            .map(|entry| entry.expect("a file").file_name());
        let mut names: Vec<_> = entries
            .map(|name| name.into_string().expect("text"))
            .collect();
        names.sort();
        names
    };
    let root = format!("{}/redact-outputs", env!("CARGO_TARGET_TMPDIR"));
    assert_eq!(
        names(&format!("{root}/out")),
        ["00000000001.json", "two-2.json", "two.json"]
    );
    assert_eq!(folder.read("out/two.json"), folder.read("out/two-2.json"));
    folder
        .chatlog("redact in/two.ndjson --output all.ndjson")
        .is(0, &[]);
    folder
        .chatlog("validate all.ndjson")
        .is(0, &["2 deliveries"]);
    for output in ["in", "in/", "in/new/", "in/two.ndjson"] {
        let run = folder.chatlog(&format!("redact in in/two.ndjson --output {output}"));
        assert_eq!(run.code, 2, "{output}");
    }
    assert_eq!(folder.read("in/two.ndjson"), format!("{body}\n{body}\n"));
}

#[test]
fn what_was_redacted_stays_alone_or_among_others() {
    let folder = Folder::new("redact-settled");
    let other = conversation().to_string();
    let other = other
        .replace("Dewi", "Budi")
        .replace("m-7", "x-7")
        .replace("628123456789", "628555000111");
    let other = other
        .replace("5d0c9a7be2f0", "6e1d")
        .replace("e10f6b2c9d35", "7f2e")
        .replace("rina", "seat");
    folder.write("in/a/first.json", conversation().to_string());
    folder.write("in/second.json", &other);
    folder.chatlog("redact in --output once/").is(0, &[]);
    let second = folder.read("once/second.json");
    assert!(
        second.contains("name-2") && second.contains("call-0002"),
        "{second}"
    );
    folder
        .chatlog("redact once/second.json --output alone/")
        .is(0, &[]);
    folder
        .chatlog("redact once/second.json once/first.json --output all/")
        .is(0, &[]);
    assert_eq!(folder.read("alone/second.json"), second);
    assert_eq!(folder.read("all/second.json"), second);
    assert_eq!(
        folder.read("all/first.json"),
        folder.read("once/first.json")
    );
    // Together with somebody who has no pseudonym yet, nobody gets that of another.
    folder.write("new.json", conversation().to_string());
    let run = folder.chatlog("redact new.json once/second.json once/first.json --output -");
    let names: Vec<Value> = run
        .text()
        .lines()
        .map(|line| {
            let said: Value = serde_json::from_str(line).expect("JSON");
            said["variables"]["name"].clone()
        })
        .collect();
    assert_eq!(names, ["name-1", "name-2", "name-3"]);
}

#[test]
fn the_look_of_a_pseudonym_is_not_trusted() {
    let mut said = conversation();
    said["callee"] = json!("+000 6281 2345");
    said["robot_id"] = json!("robot-77204");
    said["variables"] =
        json!({"order": "order-77204", "amount": 77204, "field-77204": "name-77204"});
    let body = plainly(said.to_string().as_bytes());
    assert!(!body.contains("77204") && !body.contains("6281"), "{body}");

    // Somebody has added to a fixture.
    let mut said: Value =
        serde_json::from_str(&plainly(conversation().to_string().as_bytes())).expect("JSON");
    said["variables"]["address"] = json!("Jalan Melati 12");
    let body = plainly(said.to_string().as_bytes());
    assert!(
        !body.contains("Melati") && body.contains("name-1"),
        "{body}"
    );
}

/// What becomes of a text beside these variables.
fn said_beside(variables: &Value, text: &str) -> String {
    let mut said = session(json!([
        {"msg_id": "5e1", "timestamp": 1_744_699_261, "status": "read", "content": {"type": "text", "text": text}},
    ]));
    said["variables"] = variables.clone();
    let redacted: Value =
        serde_json::from_str(&plainly(said.to_string().as_bytes())).expect("JSON");
    let text = &redacted["messages"][0]["content"]["text"];
    text.as_str().expect("a text").to_owned()
}

#[test]
fn parts_of_names_are_names_however_they_are_written() {
    for (variables, text, want) in [
        (
            json!({"name": "budi van santoso"}),
            "Pak Budi Santoso, van",
            "Pak name-1, van",
        ),
        (
            json!({"name": "Łukasz Weiß"}),
            "LUKASZ or weiss",
            "name-1 or name-1",
        ),
        (json!({"name": "王 小明"}), "小明, hi", "name-1, hi"),
        (
            json!({"recipient": "Budi Santoso"}),
            "Hi Budi",
            "Hi recipient-1",
        ),
        (json!({"1": "Budi Santoso"}), "Hi Budi", "Hi value-1"),
        (json!({"1": "Your Order"}), "your parcel", "your parcel"),
    ] {
        assert_eq!(said_beside(&variables, text), want, "{variables}");
    }
}

#[test]
fn usual_words_stay_in_texts() {
    let variables = json!({
        "lang": "en", "country": "id", "day": "22", "amount": "a", "count": "2", "intent": "order",
        "done": "yes", "area": "Bandung", "name": "Li",
    });
    assert_eq!(
        said_beside(
            &variables,
            "En id: a yes, 2 orders of order 22 to Bandung, Li"
        ),
        "En id: a yes, 2 orders of order 22 to area-1, name-1"
    );
}

#[test]
fn long_texts_that_repeat_take_no_time() {
    for text in [
        "name, ".repeat(60_000),
        "1".repeat(400_000),
        "a/".repeat(50_000),
    ] {
        said_beside(&json!({"name": "name"}), &text);
    }
}
