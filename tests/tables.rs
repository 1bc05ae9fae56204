//! Tables: every row is read as the same values in JSON are, and a broken row hides no other.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chatlog::Position;
use chatlog::capture::{Capture, CaptureOptions, deliveries, is_text};
use chatlog::delivery::{CaptureFormat, Delivery, Fidelity};
use chatlog::signature::Verdict;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::notifications::{any_notification, good, runner};
use crate::sample::{BODY, SIGNATURE, verdict, whole};

fn read(input: &[u8], format: Option<CaptureFormat>) -> Capture<'_> {
    let options = CaptureOptions {
        format,
        ..CaptureOptions::default()
    };
    deliveries(&whole(input), &options)
}

/// What a table holds: each delivery, as its place, verdict and fidelity, and each problem.
fn held(table: &str) -> Vec<String> {
    let capture = read(table.as_bytes(), None);
    assert_eq!(capture.format, CaptureFormat::Table, "{table:.200}");
    let deliveries = capture.deliveries.iter().map(|delivery| {
        let Position { line, column } = delivery.start;
        let verdict = verdict(delivery).name();
        format!("{line}:{column} {verdict} {}", delivery.fidelity.name())
    });
    let problems = capture.problems.iter().map(|problem| {
        let Position { line, column } = problem.position.expect("a place");
        format!("{line}:{column} {}", problem.message)
    });
    deliveries.chain(problems).collect()
}

/// A cell of CSV in quotes.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

const SAMPLES: [&str; 14] = [
    "caido.csv",
    "pandas-columns.json",
    "pandas-split.json",
    "pandas.csv",
    "psql-aligned.txt",
    "psql-bytea.csv",
    "psql-header.tsv",
    "psql-semicolon.csv",
    "psql.tsv",
    "sqlite-list.txt",
    "sqlite-tabs.tsv",
    "sqlite.csv",
    "webhook-site.csv",
    "sqlite.json",
];

/// A sample, and the same with another signature or another body.
fn variants(name: &str) -> [String; 3] {
    let sample = std::fs::read_to_string(format!("samples/captures/{name}")).expect("the sample");
    let forged = "0".repeat(64);
    // Caido keeps the whole request in base64.
    let request = sample
        .lines()
        .last()
        .and_then(|line| line.split(',').nth(6));
    if let Some(request) = request.filter(|_| name == "caido.csv") {
        let plain = String::from_utf8(STANDARD.decode(request).expect("base64")).expect("text");
        let changed = |from, to| {
            let changed = plain.replace(from, to);
            assert_ne!(changed, plain);
            sample.replace(request, &STANDARD.encode(changed))
        };
        return [
            sample.clone(),
            changed(SIGNATURE, &forged),
            changed("closed", "opened"),
        ];
    }
    let tampered = sample.replace("closed", "opened");
    let tampered = tampered.replace(&hex::encode("closed"), &hex::encode("opened"));
    assert!(sample.contains(SIGNATURE) && tampered != sample, "{name}");
    [sample.clone(), sample.replace(SIGNATURE, &forged), tampered]
}

#[test]
fn every_sample_has_its_verdict() {
    for name in SAMPLES {
        let verdicts = variants(name).map(|text| {
            let text = text.trim().trim_start_matches('[').trim_end_matches(']');
            let capture = read(text.as_bytes(), None);
            let verdicts = capture.deliveries.iter().map(verdict);
            verdicts.collect::<Vec<_>>()
        });
        let want = [Verdict::Valid, Verdict::Invalid, Verdict::Invalid].map(|it| vec![it]);
        assert_eq!(verdicts, want, "{name}");
    }
}

/// What a table kept parsed can match, but not fail; and what a cell cut off proves nothing.
#[test]
fn a_body_that_was_changed_on_the_way_is_inconclusive() {
    let parsed: Value = serde_json::from_str(BODY).expect("it is JSON");
    let split = json!({"columns": ["signature", "payload"], "data": [[SIGNATURE, parsed]]});
    assert_eq!(
        held(&split.to_string()),
        ["1:44 inconclusive reserialized".to_owned()]
    );
    let long = BODY.replace("Obrigado", &"o".repeat(40_000));
    let mut cell: String = long.chars().take(32_767).collect();
    while cell.encode_utf16().count() > 32_767 {
        cell.pop();
    }
    let table = format!("payload,signature\n{},{SIGNATURE}\n", quoted(&cell));
    assert_eq!(held(&table), ["2:1 inconclusive truncated".to_owned()]);
    let capture = read(table.as_bytes(), None);
    let notes = capture.deliveries[0].notes.join("; ");
    assert!(notes.contains("all that a spreadsheet keeps"), "{notes}");
    // Latin-1 is not what was sent.
    let mut latin = format!("id,body,signature\n1,{},{SIGNATURE}\n", quoted(BODY)).into_bytes();
    let at = latin.windows(2).position(|pair| pair == "ã".as_bytes());
    latin.splice(
        at.expect("it has one")..,
        [0xe3]
            .into_iter()
            .chain(latin.clone().into_iter().skip(at.expect("it has one") + 2)),
    );
    let capture = read(&latin, None);
    assert_eq!(capture.deliveries[0].fidelity, Fidelity::Decoded);
    assert_eq!(verdict(&capture.deliveries[0]), Verdict::Inconclusive);
}

#[test]
fn one_broken_row_hides_no_other() {
    let body = quoted(BODY);
    let good = format!("7,{SIGNATURE},{body}\n");
    let valid = |line| format!("{line}:1 valid text");
    for (broken, want) in [
        (
            format!("8,{SIGNATURE},\"{}\n", body.trim_matches('"')),
            "3:1 looks like `table`, but a quotation mark inside a cell of this row is not doubled: \
             correct it, or export the table again",
        ),
        (
            format!("8,{SIGNATURE},\"{BODY}\"\n"),
            "3:1 looks like `table`, but a quotation mark inside a cell of this row is not doubled: \
             correct it, or export the table again",
        ),
        (
            format!("8,{SIGNATURE},{}\n", "a,b"),
            "3:1 looks like `table`, but this row has 4 cells for 3 columns: export the table again \
             with cells in quotes",
        ),
    ] {
        let table = format!("id,signature,payload\n{good}{broken}{good}");
        assert_eq!(
            held(&table),
            [valid(2), valid(4), want.to_owned()],
            "{broken}"
        );
    }
    let unclosed = format!("id,signature,payload\n{good}8,\"x\n");
    assert_eq!(
        held(&unclosed),
        [
            valid(2),
            "3:1 looks like `table`, but the table ends inside a cell".to_owned()
        ]
    );
    let cut = format!(
        "id,signature,payload\n{good}8,{SIGNATURE},{}",
        &body[..1500]
    );
    assert_eq!(
        held(&cut),
        [
            valid(2),
            "3:1 inconclusive truncated".to_owned(),
            "3:1 looks like `table`, but the table ends inside a cell".to_owned()
        ]
    );
}

/// Whoever writes to a chatbot may send a line of a table, or a signed envelope, as text.
#[test]
fn what_a_stranger_wrote_into_a_cell_is_never_valid() {
    let envelope = json!({"headers": {"X-AIRudder-Sign": SIGNATURE}, "body": BODY}).to_string();
    let row = format!("x,{SIGNATURE},{}", quoted(BODY));
    let headers = json!({"X-AIRudder-Sign": SIGNATURE}).to_string();
    let mut outer: Value = serde_json::from_str(BODY).expect("it is JSON");
    outer["messages"][0]["content"] = json!({"type": "text", "text": row});
    outer["ner_slots"] = json!({"slot": envelope, "x-airudder-sign": SIGNATURE});
    for table in [
        format!(
            "id,signature,payload\n1,00,{}\n",
            quoted(&outer.to_string())
        ),
        format!("id,signature,payload\n1,00,{}\n", quoted(&envelope)),
        format!(
            "id,headers,text\n1,{},{}\n",
            quoted("{\"Host\":\"a\"}"),
            quoted(&envelope)
        ),
        format!("id,text\n1,{}\n", quoted(&envelope)),
        format!("id,body\n1,{}\n", quoted(&row)),
        format!("1,{},{}\n", quoted(&envelope), quoted(&outer.to_string())),
        format!("1,{}\n", quoted(&outer.to_string())),
        // Two cells with headers: neither is trusted.
        format!(
            "1,{},{},{}\n",
            quoted(&headers),
            quoted(&headers),
            quoted(BODY)
        ),
    ] {
        let capture = read(table.as_bytes(), None);
        let verdicts: Vec<Verdict> = capture.deliveries.iter().map(verdict).collect();
        assert!(!verdicts.contains(&Verdict::Valid), "{table}\n{verdicts:?}");
    }
}

/// A row with the signature holds a delivery, whatever that is; one without is one of many.
#[test]
fn other_bodies_are_deliveries_if_they_were_signed() {
    let other = r#"{"callee": "+1", "call_id": "7", "case_id": "8"}"#;
    let table = format!(
        "signature,payload\n{SIGNATURE},ping\n,pong\n,{}\n{SIGNATURE},\n",
        quoted(other)
    );
    assert_eq!(
        held(&table),
        ["2:1 invalid text".to_owned(), "4:1 missing text".to_owned()]
    );
    let capture = read(table.as_bytes(), None);
    let lines: Vec<usize> = capture.skipped.iter().map(|it| it.position.line).collect();
    assert_eq!(lines, [3, 5]);
}

/// Of several columns, the likeliest holds the body.
#[test]
fn the_column_of_the_body_is_the_likeliest() {
    let table = format!("event,signature,payload\nsession_end,{SIGNATURE},ping\n");
    let capture = read(table.as_bytes(), None);
    assert_eq!(&*capture.deliveries[0].body, b"ping");
    let table = format!("event,signature\nsession_end,{SIGNATURE}\n");
    assert!(read(table.as_bytes(), None).deliveries.is_empty());
    let request = quoted("POST /hook HTTP/1.1\nno header\n\n{}");
    assert_eq!(
        held(&format!("id,raw\n1,{request}\n2,\n")),
        [
            "2:1 looks like `table`, but the request in column `raw` cannot be read: this line is not a header"
        ]
    );
}

/// How the cells of a table are written.
#[derive(Debug, Clone, Copy)]
struct Style {
    delimiter: char,
    line_break: &'static str,
    /// Every cell is in quotes; otherwise only those that need them.
    all_quoted: bool,
}

impl Style {
    fn cell(self, cell: &str) -> String {
        let needs_quotes = cell.contains([self.delimiter, '"', '\n', '\r']);
        if needs_quotes || self.all_quoted || cell.starts_with(' ') {
            return quoted(cell);
        }
        cell.to_owned()
    }

    fn table(self, rows: &[Vec<String>]) -> String {
        let row = |row: &Vec<String>| {
            let cells: Vec<String> = row.iter().map(|cell| self.cell(cell)).collect();
            cells.join(&self.delimiter.to_string()) + self.line_break
        };
        rows.iter().map(row).collect()
    }
}

fn any_style() -> impl Strategy<Value = Style> {
    let line_breaks = select(vec!["\n", "\r\n"]);
    (
        select(vec![',', ';', '\t', '|']),
        line_breaks,
        any::<bool>(),
    )
        .prop_map(|(delimiter, line_break, all_quoted)| Style {
            delimiter,
            line_break,
            // Between tabs, only quotes around a name tell that others are in quotes.
            all_quoted: all_quoted || delimiter == '\t',
        })
}

/// The cells of one row: an id, a signature, headers, a body in some form, and what people write.
fn any_row() -> impl Strategy<Value = Vec<String>> {
    let form = select(vec![0_u8, 1, 2, 3]);
    let text = "[a-z\"',;|\t\n\r {}\\\\é]{0,30}";
    let headers = prop_oneof![
        Just(String::new()),
        Just(json!({"Host": "a", "X-AIRudder-Sign": "77"}).to_string()),
        Just(json!([["Host", "a"]]).to_string()),
    ];
    (any_notification(), form, "[0-9a-f]{0,4}", headers, text).prop_map(
        |(notification, form, signature, headers, text)| {
            let Value::Object(mut members) = good().remove(0) else {
                panic!("a good notification is an object");
            };
            members.extend(notification.as_object().cloned().unwrap_or_default());
            let body = Value::Object(members).to_string();
            let kept = match form {
                0 => body,
                1 => STANDARD.encode(body),
                2 => format!("\\x{}", hex::encode(body)),
                _ => json!(body).to_string(),
            };
            vec![signature.len().to_string(), signature, headers, kept, text]
        },
    )
}

const COLUMNS: [&str; 5] = ["id", "signature", "request_headers", "kept", "said"];

/// What is known of a delivery, wherever it was read from.
fn facts(delivery: &Delivery<'_>) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        delivery.body, delivery.fidelity, delivery.headers, delivery.ambiguities
    )
}

/// The deliveries of the rows as objects.
fn as_objects(rows: &[Vec<String>]) -> Vec<String> {
    let objects = rows.iter().map(|row| {
        let cells = COLUMNS.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        let object: Map<String, Value> = cells
            .map(|(name, cell)| ((*name).to_owned(), json!(cell)))
            .collect();
        Value::Object(object).to_string()
    });
    let objects: Vec<String> = objects.collect();
    let captures = objects.iter().map(|object| read(object.as_bytes(), None));
    let facts = captures.flat_map(|capture| {
        let found = capture.deliveries.iter().map(facts);
        found.collect::<Vec<_>>()
    });
    facts.collect()
}

/// The same rows as `\copy` writes them.
fn escaped(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| match cell.as_str() {
        "" => "\\N".to_owned(),
        cell => cell
            .replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\t', "\\t")
            .replace('\r', "\\r"),
    };
    let row = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join("\t") + "\n";
    rows.iter().map(row).collect()
}

#[test]
fn a_table_is_read_like_the_same_values_in_json() {
    let cases = (prop::collection::vec(any_row(), 1..4), any_style());
    let outcome = runner(500).run(&cases, |(rows, style)| {
        let want = as_objects(&rows);
        prop_assert_eq!(want.len(), rows.len());
        let mut lines = vec![COLUMNS.map(str::to_owned).to_vec()];
        lines.extend(rows);
        for table in [style.table(&lines), escaped(&lines)] {
            let capture = read(table.as_bytes(), Some(CaptureFormat::Table));
            let found: Vec<String> = capture.deliveries.iter().map(facts).collect();
            prop_assert_eq!(&found, &want, "{}", table);
            prop_assert!(
                capture.problems.is_empty(),
                "{:?}\n{}",
                capture.problems,
                table
            );
        }
        let cells: Vec<Value> = lines[1..].iter().map(|row| json!(row)).collect();
        let split = json!({"columns": COLUMNS, "data": cells}).to_string();
        let found = read(split.as_bytes(), None);
        prop_assert_eq!(found.deliveries.len(), want.len(), "{}", split);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn random_bytes_do_no_harm() {
    let words = select(vec![
        "id,body\n",
        "\"",
        "\"\"",
        "{\"a\":1}",
        ",",
        "\t",
        "\n",
        "\r",
        "|",
        ";",
        "\\",
        "\\N",
        "\\x7b",
        "payload",
        "signature",
        "eyJh",
        "\u{feff}",
        "é",
        "\0",
        " ",
    ]);
    let words = prop::collection::vec(words, 0..40).prop_map(|words| words.concat().into_bytes());
    let bytes = prop_oneof![words, prop::collection::vec(any::<u8>(), 0..200)];
    let outcome = runner(20_000).run(&bytes, |bytes| {
        let named = read(&bytes, Some(CaptureFormat::Table));
        prop_assert!(named.deliveries.is_empty());
        // Detection does not need more than the start.
        let detected = read(&bytes, None).format == CaptureFormat::Table;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let is_detected_as_text = is_text(&CaptureOptions::default(), text);
        prop_assert!(!detected || is_detected_as_text);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// Reading takes time in proportion to the table, whatever its quotes are like.
#[test]
fn no_table_takes_long_to_read() {
    let row = format!("1,{SIGNATURE},{}\n", quoted(BODY));
    for line in [
        "x\",\"y\n",
        "\"\n",
        "\"\"\"\n",
        "a,\"b\n",
        ",,,,,,,,\n",
        "\"{\"\"\n",
        "\\\t\n",
        &row,
    ] {
        let table = format!(
            "id,signature,payload\n{}",
            line.repeat(300_000 / line.len())
        );
        for format in [None, Some(CaptureFormat::Table)] {
            let start = Instant::now();
            drop(read(table.as_bytes(), format));
            let taken = start.elapsed();
            assert!(taken < Duration::from_secs(20), "{taken:?} for {line:.60}");
        }
    }
    let names: Vec<String> = (0..2_000).map(|index| format!("Body {index}")).collect();
    let cells = names
        .iter()
        .map(|name| quoted(&BODY.replace("call-000042", name)));
    let wide = names.join(",") + "\n" + &cells.collect::<Vec<_>>().join(",");
    let start = Instant::now();
    assert_eq!(
        read(wide.as_bytes(), Some(CaptureFormat::Table))
            .deliveries
            .len(),
        2_000
    );
    let taken = start.elapsed();
    assert!(
        taken < Duration::from_secs(20),
        "{taken:?} for many columns"
    );
}
