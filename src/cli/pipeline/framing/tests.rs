//! Tests of the cuts: layouts, broken records, limits, and streams that arrive in pieces.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prop_assert_eq;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::*;

/// Gives out a few bytes at a time, as a slow pipe does.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

fn cut_by(text: &str, size: usize, buffering: Buffering) -> Vec<(String, usize, usize)> {
    let mut records = Records::new(Drip(text.as_bytes(), size), buffering, 1 << 20);
    let mut cut = Vec::new();
    while let Some(framed) = records.next().expect("memory can be read") {
        let record = framed.record();
        let text = String::from_utf8_lossy(record.bytes).into_owned();
        cut.push((text, record.start.line, record.start.column));
    }
    cut
}

/// Cuts `text` however it arrives, and expects these records at these lines and columns.
#[track_caller]
fn case(text: &str, want: &[(&str, usize, usize)]) {
    let want: Vec<_> = want
        .iter()
        .map(|(text, line, column)| ((*text).to_owned(), *line, *column))
        .collect();
    for size in [1, 2, 3, 7, 1000] {
        assert_eq!(
            cut_by(text, size, Buffering::Whole),
            want,
            "{size} bytes at a time: {text:?}"
        );
    }
}

#[test]
fn one_value_is_taken_whole() {
    case(" {\"a\":1}\r\n\n", &[(" {\"a\":1}\r\n\n", 1, 1)]);
    case(
        "{\n \"a\": [\n{}\n]\n}\n",
        &[("{\n \"a\": [\n{}\n]\n}\n", 1, 1)],
    );
    case("3", &[("3", 1, 1)]);
    case("[]", &[("[]", 1, 1)]);
    case("", &[]);
    case(" \n\t\n", &[]);
}

#[test]
fn lines_are_records() {
    case(
        "{\"a\":1}\r\n\n{\"b\":2}\n  {\"c\":3}",
        &[
            ("{\"a\":1}", 1, 1),
            ("{\"b\":2}", 3, 1),
            ("{\"c\":3}", 4, 3),
        ],
    );
    case(
        "\u{feff}{\"a\":1}\n3\nnull\n",
        &[("{\"a\":1}", 1, 1), ("3", 2, 1), ("null", 3, 1)],
    );
}

#[test]
fn values_stand_one_after_another() {
    case(
        "{\"a\":\"}{\"}{\"b\":2} {\"c\":3}\n",
        &[
            ("{\"a\":\"}{\"}", 1, 1),
            ("{\"b\":2}", 1, 11),
            ("{\"c\":3}", 1, 19),
        ],
    );
    case("{\n}\n{\n}", &[("{\n}", 1, 1), ("{\n}", 3, 1)]);
}

#[test]
fn an_array_of_objects_is_its_items() {
    case(
        "[ {\"a\":1},\n{\"b\":[{}]} ]\n",
        &[("{\"a\":1}", 1, 3), ("{\"b\":[{}]}", 2, 1)],
    );
    case(
        "[{\"a\":1}, 3, {}]",
        &[("{\"a\":1}", 1, 2), ("3", 1, 11), ("{}", 1, 14)],
    );
    case("[{\"a\":1},", &[("{\"a\":1}", 1, 2), ("[", 1, 10)]);
    case("[{\"a\":1", &[("{\"a\":1", 1, 2)]);
}

#[test]
fn a_broken_record_does_not_hide_the_next() {
    let next = "{\"b\":{\"c\":[1,2]}}";
    let whole = "{\"a\":[{\"x\":\"}\"},2],\"b\":\"\\\\\"}";
    for cut in 1..whole.len() {
        for end in ["\n", "\r\n", "\n \n", "\r\n\r\n  \r\n"] {
            let text = format!("{}{end}{next}{end}{next}{end}", &whole[..cut]);
            let lines = end.matches('\n').count();
            case(
                &text,
                &[
                    (&whole[..cut], 1, 1),
                    (next, 1 + lines, 1),
                    (next, 1 + 2 * lines, 1),
                ],
            );
        }
    }
}

#[test]
fn lines_that_are_not_json_are_one_record() {
    case(
        "Forwarding…\nready\n{\"a\":1}\nbye",
        &[
            ("Forwarding…\nready", 1, 1),
            ("{\"a\":1}", 3, 1),
            ("bye", 4, 1),
        ],
    );
    case(
        "{\"a\":1} tail\n{\"b\":2}",
        &[("{\"a\":1}", 1, 1), ("tail", 1, 9), ("{\"b\":2}", 2, 1)],
    );
}

#[test]
fn values_are_cut_alike_whatever_is_between_them() {
    for between in ["", " ", "  ", " \t", "\n", " \r\n", "\n\n"] {
        let text = ["{\"a\":1}", "{\"b\":[2]}", "{\"c\":3}"].join(between);
        let bodies: Vec<_> = cut_by(&text, 5, Buffering::Whole)
            .into_iter()
            .map(|(body, ..)| body.trim_end().to_owned())
            .collect();
        assert_eq!(
            bodies,
            ["{\"a\":1}", "{\"b\":[2]}", "{\"c\":3}"],
            "{text:?}"
        );
    }
}

#[test]
fn records_do_not_depend_on_how_their_bytes_arrive() {
    const PIECES: &[&str] = &[
        "{\"a\":",
        "1",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "\\",
        "\n",
        "\r\n",
        " ",
        "x",
        "{}",
        "\u{feff}",
        "{\"b\":2}\n",
    ];
    let texts = vec(select(PIECES), 0..16);
    let mut runner = TestRunner::new(Config {
        cases: 2000,
        rng_seed: RngSeed::Fixed(0x00c4_a710),
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&texts, |pieces| {
        let text = pieces.concat();
        for buffering in [Buffering::Whole, Buffering::Eager] {
            let at_once = cut_by(&text, 1000, buffering);
            for size in [1, 2, 3, 7] {
                prop_assert_eq!(&cut_by(&text, size, buffering), &at_once);
            }
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn what_is_cut_off_is_cut_at_the_same_places_when_it_nests() {
    let text = "[[\n{}\n".repeat(3) + "]\n{}\n";
    let want: Vec<_> = ["[[", "{}", "[[", "{}", "[[", "{}", "]", "{}"].to_vec();
    let bodies: Vec<_> = cut_by(&text, 3, Buffering::Whole)
        .into_iter()
        .map(|(body, ..)| body)
        .collect();
    assert_eq!(bodies, want);
    // A value that was closed in a walk over one around it is closed in its own.
    case(
        "[[\n{}\n[0,\n{}\n]\n{}\n",
        &[
            ("[[", 1, 1),
            ("{}", 2, 1),
            ("[0,\n{}\n]", 3, 1),
            ("{}", 6, 1),
        ],
    );
}

/// Counts what is read of a stream of one byte, and never ends.
struct CountedReads<'a>(&'a [u8], &'a Cell<usize>);

impl Read for CountedReads<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for (at, byte) in buffer.iter_mut().enumerate() {
            *byte = self.0[(self.1.get() + at) % self.0.len()];
        }
        self.1.set(self.1.get() + buffer.len());
        Ok(buffer.len())
    }
}

#[test]
fn a_record_without_an_end_is_too_large_once_the_limit_is_read() {
    for endless in ["x", "[", "{\"a\":[\"", "[\n"] {
        let count = Cell::new(0);
        let reader = CountedReads(endless.as_bytes(), &count);
        let mut records = Records::new(reader, Buffering::Whole, 3 << 20);
        assert!(matches!(records.next(), Err(TooLarge(_))), "{endless:?}");
        assert!(count.get() <= (3 << 20) + 2 * CHUNK, "{endless:?}");
    }
}

#[test]
fn a_record_of_the_limit_passes_and_one_more_byte_is_too_large() {
    let text = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
    for (layout, before, after) in [
        ("alone", "", ""),
        ("a line", "{}\n", "\n{}\n"),
        ("among values", "{} ", " {}"),
        ("an item", "[{},", ",{}]"),
    ] {
        for (size, fits) in [(CHUNK * 3, true), (CHUNK * 3 + 1, false)] {
            let text = format!("{before}{}{after}", text(size));
            let mut records = Records::new(text.as_bytes(), Buffering::Whole, CHUNK * 3);
            let (mut sizes, mut failures) = (Vec::new(), 0);
            loop {
                match records.next() {
                    Ok(None) => break,
                    Ok(Some(framed)) => sizes.push(framed.record().bytes.len()),
                    Err(error) => {
                        assert!(matches!(error, TooLarge(_)), "{error:?}");
                        failures += 1;
                    }
                }
            }
            assert_eq!(sizes.contains(&size), fits, "{layout}: {sizes:?}");
            assert_eq!(failures, usize::from(!fits), "{layout}");
            let others = if before.is_empty() { 0 } else { 2 };
            assert_eq!(sizes.len() - usize::from(fits), others, "{layout}");
        }
    }
}

#[test]
fn an_eager_stream_does_not_wait() {
    struct Endless<'a>(&'a [u8]);
    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(!self.0.is_empty(), "asked for more than it needs");
            self.0.read(buffer)
        }
    }
    let mut records = Records::new(
        Endless(b"{\"a\":1}\n{\"b\":2}\n"),
        Buffering::Eager,
        1 << 20,
    );
    for _ in 0..2 {
        assert!(records.next().expect("memory can be read").is_some());
    }
}
