use chatlog::capture::{Limits, Position, Record, deliveries};
use chatlog::document::Document;
use chatlog::{Origin, Text, inspect};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let origin = Origin {
        source: Text::from("x"),
        index: 1,
    };
    let mode = std::env::args().nth(2).unwrap_or_default();
    let t = std::time::Instant::now();
    let mut n = 0;
    for line in bytes.split(|b| *b == b'\n') {
        if line.is_empty() {
            continue;
        }
        if mode == "skip" {
            let s = std::str::from_utf8(line).unwrap();
            serde_json::from_str::<serde::de::IgnoredAny>(s).unwrap();
            n += 1;
            continue;
        }
        let record = Record {
            bytes: line,
            terminator: b"\n",
            start: Position::START,
        };
        for delivery in deliveries(&record, None, &Limits::default()).deliveries {
            let document = Document::new(&delivery.body);
            let report = inspect(&origin, &delivery, &document);
            n += report.findings.len() + 1;
        }
    }
    println!(
        "{n} {:?} {:.0} MB/s",
        t.elapsed(),
        bytes.len() as f64 / 1e6 / t.elapsed().as_secs_f64()
    );
}
