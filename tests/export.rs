//! `export`: what other programs read from its tables.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::folder::Folder;
use crate::notifications::spoilt_once;
use crate::program;

const TABLES: [&str; 3] = ["sessions", "messages", "findings"];

/// What is not the same wherever a delivery is in the input.
const PLACES: [&str; 3] = ["source", "index", "line"];

/// The columns of a table, each with its type in SQL.
fn columns(table: &str) -> Vec<(String, String)> {
    let run = program::run(["export", "--table", table, "--schema-sql"]);
    let sql = run.stdout;
    let body = sql.strip_prefix(&format!("CREATE TABLE {table} (\n"));
    let body = body.and_then(|rest| rest.strip_suffix("\n);\n"));
    let columns = body.expect("a statement").split(',').map(|column| {
        let (name, kind) = column.trim().split_once(' ').expect("a name and a type");
        (name.trim_matches('"').to_owned(), kind.to_owned())
    });
    columns.collect()
}

fn objects(ndjson: &str) -> Vec<Map<String, Value>> {
    let lines = ndjson.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect()
}

/// Every sample, and notifications with something wrong in every place.
fn broad(name: &str) -> Folder {
    let folder = Folder::new(name);
    let spoilt: String = spoilt_once().iter().map(|it| format!("{it}\n")).collect();
    folder.write("in/spoilt.ndjson", spoilt);
    for sample in program::samples() {
        folder.write(
            &format!("in/{sample}"),
            fs::read(&sample).expect("a sample"),
        );
    }
    let hostile = json!({"callee": "=1+1", "call_id": "@A1", "intention": "a\u{1b}[31m\r\n\"b\",c\rd",
        "session_start_time": "0000-01-01T00:00:00+23:59", "session_end_time": "9999-12-30T22:00:00.123Z",
        "talk_round": 1e300, "variables": {"a": "\u{202e}"},
        "messages": [{"content": {"type": "location", "location": {"latitude": 1e-7, "longitude": 3}}}]});
    let half =
        r#"{"messages": [], "variables": {"\ud83d": 1e999}, "talk_round": 99999999999999999999}"#;
    folder.write("in/hostile.ndjson", format!("{hostile}\n{half}\n"));
    folder
}

#[test]
fn every_table_of_the_samples_is_as_its_golden_file() {
    const SAMPLES: [&str; 8] = [
        "handed-over.json",
        "every-content-type.json",
        "half-broken.json",
        "hostile-text.json",
        "odd-numbers.json",
        "masked-ids.json",
        "other-notifications.ndjson",
        "truncated.json",
    ];
    for table in TABLES {
        for format in ["csv", "ndjson"] {
            let samples = SAMPLES.map(|name| format!("samples/{name}"));
            let options = ["export", "--table", table, "--format", format];
            let run = program::run(
                options
                    .iter()
                    .copied()
                    .chain(samples.iter().map(|it| &**it)),
            );
            assert_eq!(run.code, 0, "{}", run.stderr);
            is_golden(&format!("{table}.{format}"), &run.stdout);
        }
        let run = program::run(["export", "--table", table, "--schema-sql"]);
        is_golden(&format!("{table}.sql"), &run.stdout);
    }
}

#[track_caller]
fn is_golden(name: &str, told: &str) {
    // Git may change the ends of lines.
    let told = told.replace("\r\n", "\n");
    let path = format!("tests/golden/tables/{name}");
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all("tests/golden/tables").expect("a folder");
        fs::write(&path, &told).expect("the golden file can be written");
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    let want = want.replace("\r\n", "\n");
    let differs = |(told, want): &(&str, &str)| told != want;
    let difference = told.lines().zip(want.lines()).find(differs);
    assert_eq!(difference, None, "{path}; BLESS=1 accepts it");
    assert_eq!(told.len(), want.len(), "{path}; BLESS=1 accepts it");
}

#[test]
fn every_value_has_the_type_of_its_column() {
    let folder = broad("export-types");
    for table in TABLES {
        let columns = columns(table);
        let rows = objects(folder.chatlog(&format!("export --table {table} in")).text());
        assert!(rows.len() > 100, "{table} has {} rows", rows.len());
        let mut filled = BTreeMap::new();
        for row in &rows {
            assert_eq!(row.len(), columns.len(), "{row:?}");
            for (name, kind) in &columns {
                let value = &row[name];
                let is_so = match kind.as_str() {
                    "VARCHAR" => value.is_string(),
                    "BIGINT" => value.is_i64(),
                    "DOUBLE PRECISION" => value.is_f64(),
                    "BOOLEAN" => value.is_boolean(),
                    "TIMESTAMPTZ" => is_time(value),
                    other => panic!("{name} is {other}"),
                };
                assert!(is_so || value.is_null(), "{name} is {value}, not {kind}");
                *filled.entry(name).or_insert(0) += usize::from(is_so);
            }
        }
        let empty: Vec<_> = filled.iter().filter(|(_, count)| **count == 0).collect();
        assert!(empty.is_empty(), "no sample has {empty:?}");
    }
}

/// Whether a value is a time in UTC as RFC 3339 has it.
fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let is_read = text.parse::<Timestamp>().is_ok();
    is_read && text.as_bytes()[10] == b'T' && text.ends_with('Z')
}

#[test]
fn csv_holds_the_same_values_as_ndjson() {
    let folder = broad("export-same");
    for table in TABLES {
        let told = |format| {
            folder.chatlog(&format!(
                "export --table {table} --format {format} --raw in"
            ))
        };
        let csv = told("csv");
        assert!(csv.text().ends_with("\r\n"), "RFC 4180");
        let mut reader = csv::Reader::from_reader(&csv.stdout[..]);
        let header = reader.headers().expect("a header").clone();
        let names: Vec<_> = columns(table).into_iter().map(|(name, _)| name).collect();
        assert_eq!(header.iter().collect::<Vec<_>>(), names);
        let records: Vec<_> = reader.records().map(|it| it.expect("a row")).collect();
        let rows = objects(told("ndjson").text());
        assert_eq!(records.len(), rows.len());
        for (record, row) in records.iter().zip(&rows) {
            for (name, cell) in header.iter().zip(record) {
                let value = match &row[name] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(cell, value, "{name}");
            }
        }
    }
}

#[test]
fn a_spreadsheet_executes_nothing_unless_it_is_asked_for() {
    let folder = Folder::new("export-formulas");
    let session = json!({"callee": "=HYPERLINK(\"http://evil\")", "call_id": "@SUM(A1)", "intention": "-1+1",
        "channel": "\t=1", "robot_id": "\r=1", "status": "+1+1", "workflow_name": "a=1",
        "session_start_time": "2025-01-01T00:00:09Z", "session_end_time": "2025-01-01T00:00:00Z",
        "talk_round": -1, "messages": []});
    folder.write("a.json", session.to_string());
    let names = "callee,call_id,intention,channel,robot_id,status,workflow_name,talk_round,duration_seconds";
    let cells = |options: &str| {
        let command =
            format!("export --table sessions --format csv --columns {names} {options} a.json");
        let run = folder.chatlog(&command);
        run.is(0, &[]);
        let mut reader = csv::Reader::from_reader(&run.stdout[..]);
        let record = reader.records().next().expect("a row").expect("a row");
        record.iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        cells(""),
        [
            "'=HYPERLINK(\"http://evil\")",
            "'@SUM(A1)",
            "'-1+1",
            "'\t=1",
            "'\\r=1",
            "'+1+1",
            "a=1",
            "-1",
            "-9.0"
        ]
    );
    assert_eq!(
        cells("--raw")[..6],
        [
            "=HYPERLINK(\"http://evil\")",
            "@SUM(A1)",
            "-1+1",
            "\t=1",
            "\r=1",
            "+1+1"
        ]
    );
}

#[test]
fn the_rows_of_the_parts_are_those_of_the_whole() {
    let folder = Folder::new("export-parts");
    let whole: Vec<String> = spoilt_once()
        .iter()
        .step_by(7)
        .map(Value::to_string)
        .collect();
    let whole = [&whole[..], &["{\"cut\": ".to_owned(), "3".to_owned()]].concat();
    for table in TABLES {
        let columns = columns(table).into_iter().map(|(name, _)| name);
        let columns: Vec<_> = columns
            .filter(|it| !PLACES.contains(&it.as_str()))
            .collect();
        for format in ["ndjson", "csv"] {
            let options = format!(
                "--table {table} --format {format} --no-header --columns {}",
                columns.join(",")
            );
            let rows = |lines: &[String]| {
                folder.write("part", lines.join("\n") + "\n");
                let part = fs::File::open(folder.path().join("part")).expect("a file");
                let mut command = program::program(["export"]);
                let run = program::finish(command.args(options.split(' ')).stdin(part));
                assert_eq!(run.code, 0, "{}", run.stderr);
                run.stdout.into_bytes()
            };
            let parts: Vec<_> = whole.chunks(whole.len() / 3).flat_map(rows).collect();
            assert!(parts == rows(&whole), "{table} as {format}");
        }
    }
}

#[test]
fn columns_are_chosen_by_their_names() {
    let folder = Folder::new("export-columns");
    folder.write(
        "a.json",
        fs::read("samples/plain-chat.json").expect("a sample"),
    );
    let run =
        folder.chatlog("export --table messages --columns number,sender_type --limit 1 a.json");
    assert!(
        run.text()
            .starts_with("{\"number\":1,\"sender_type\":\"system\"}\n"),
        "{}",
        run.text()
    );
    for (columns, says) in [
        (
            "number,sender",
            "--columns: `sender` is not a column of messages: did you mean `sender_type`?",
        ),
        (
            "rule",
            "--columns: `rule` is not a column of messages: it has source, index, call_id,",
        ),
        ("number,number", "--columns: `number` is named twice"),
    ] {
        folder
            .chatlog(&format!(
                "export --table messages --columns {columns} a.json"
            ))
            .is(2, &[says]);
    }
    folder
        .chatlog("export --table messages --schema-sql a.json")
        .is(2, &["cannot be used with"]);
}

#[test]
fn a_broken_payload_gives_what_it_has_and_an_unreadable_input_fails() {
    let folder = Folder::new("export-broken");
    folder.write(
        "cut.json",
        fs::read("samples/truncated.json").expect("a sample"),
    );
    let others = fs::read("samples/other-notifications.ndjson");
    folder.write("others.ndjson", others.expect("a sample"));
    let run = folder.chatlog("export --table messages cut.json");
    run.is(0, &[]);
    assert!(!objects(run.text()).is_empty());
    folder
        .chatlog("export --table messages cut.json others.ndjson")
        .is(
            0,
            &["messages: nothing to write of 3 deliveries: --table findings says why"],
        );
    folder
        .chatlog("export --table findings others.ndjson")
        .is(0, &["\"rule\":\"other-notification\""]);
    let run = folder.chatlog("export --table messages missing.json cut.json");
    run.is(2, &["missing.json"]);
    assert!(!run.stdout.is_empty(), "the others are written");
}

#[test]
fn a_file_has_the_format_of_its_name_and_is_replaced_as_a_whole() {
    let folder = Folder::new("export-file");
    folder.write(
        "a.json",
        fs::read("samples/plain-chat.json").expect("a sample"),
    );
    folder.write("out.csv", "as before");
    folder
        .chatlog("export --table findings --columns x -o out.csv a.json")
        .is(2, &[]);
    assert_eq!(folder.read("out.csv"), "as before");
    let run = folder.chatlog("export --table messages --columns number,type -o out.csv a.json");
    run.is(0, &[]);
    assert_eq!(run.text(), "");
    assert!(
        folder
            .read("out.csv")
            .starts_with("number,type\r\n1,system\r\n2,")
    );
    folder
        .chatlog("export --table messages -o a.json a.json")
        .is(2, &["a.json"]);
}

#[test]
fn a_verdict_needs_a_secret() {
    let verdicts = |options: &[&str]| {
        let arguments = ["export", "--table", "sessions", "--columns", "verdict"];
        let run = program::run([&arguments, options, &["samples/captures/http.http"]].concat());
        run.stdout
    };
    assert_eq!(verdicts(&[]), "{\"verdict\":null}\n");
    let secret = ["--secret", crate::sample::SECRET];
    assert_eq!(verdicts(&secret), "{\"verdict\":\"valid\"}\n");
    assert_eq!(verdicts(&["--secret", "other", "--verdict", "valid"]), "");
}

#[test]
fn a_file_is_not_written_in_another_format_than_its_name_says() {
    let folder = Folder::new("export-names");
    folder.write("a.json", include_str!("../samples/plain-chat.json"));
    for name in ["x.xlsx", "x.parquet"] {
        let run = folder.chatlog(&format!("export --table sessions --output {name} a.json"));
        run.is(2, &["is neither .csv nor .ndjson: give --format"]);
        assert!(!folder.path().join(name).exists());
    }
    folder
        .chatlog("export --table sessions --output X.CSV a.json")
        .is(0, &[]);
    assert!(folder.read("X.CSV").starts_with("source,index,"));
}

#[test]
fn a_run_that_reads_nothing_leaves_the_file_before_it() {
    let folder = Folder::new("export-kept");
    folder.write("old.ndjson", "precious\n");
    for command in ["export --table messages", "redact"] {
        let run = folder.chatlog(&format!("{command} --output old.ndjson typo.ndjson"));
        run.is(2, &["typo.ndjson"]);
        assert_eq!(folder.read("old.ndjson"), "precious\n", "{command}");
    }
}
