//! Traces of curl and dumps of socat: what was sent is read as it was sent, and what cannot be known is
//! not claimed.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use chatlog::capture::{Capture, CaptureOptions, deliveries};
use chatlog::delivery::{CaptureFormat, Fidelity};
use proptest::prelude::*;

use crate::notifications::runner;
use crate::sample::{BODY, SIGNATURE, signature_of, verdict, whole};

fn read(input: &[u8]) -> Capture<'_> {
    let is_dump = input.starts_with(b"> ") || input.starts_with(b"< ");
    let format = if is_dump {
        CaptureFormat::Socat
    } else {
        CaptureFormat::CurlTrace
    };
    read_as(format, input)
}

fn read_as(format: CaptureFormat, input: &[u8]) -> Capture<'_> {
    deliveries(&whole(input), &CaptureOptions::for_format(format))
}

/// The verdict on each delivery of a trace, with its fidelity, and the problems.
fn held(trace: &str) -> Vec<String> {
    let capture = read(trace.as_bytes());
    let deliveries = capture.deliveries.iter();
    let verdicts = deliveries.map(|it| format!("{} {}", verdict(it).name(), it.fidelity.name()));
    let problems = capture.problems.iter().map(|it| it.message.clone());
    verdicts.chain(problems).collect()
}

/// Writes a block as curl does.
fn block(heading: &str, bytes: &[u8], is_hex: bool) -> String {
    let mut text = format!("=> Send {heading}, {0} bytes (0x{0:x})\n", bytes.len());
    let shown = |byte: u8| match byte {
        0x20..0x7f => char::from(byte),
        _ => '.',
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let mut line = &rest[..rest.len().min(if is_hex { 16 } else { 64 })];
        write!(text, "{at:04x}: ").expect("it is written");
        at += line.len();
        if is_hex {
            let pairs: String = line.iter().map(|byte| format!("{byte:02x} ")).collect();
            write!(text, "{pairs:48}").expect("it is written");
        } else if let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n")
            && end <= line.len()
        {
            at = at + end + 2 - line.len();
            line = &rest[..end];
        }
        text.extend(line.iter().copied().map(shown));
        text.push('\n');
    }
    text
}

/// The trace of a request with this body and signature, sent in parts of this size.
fn trace(body: &[u8], signature: &str, part: usize, is_hex: bool) -> String {
    let head = format!(
        "POST /hook HTTP/1.1\r\nHost: a\r\nX-AIRudder-Sign: {signature}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let parts = body.chunks(part).map(|part| block("data", part, is_hex));
    let received = "<= Recv header, 17 bytes (0x11)\n0000: HTTP/1.1 100 Continue\n";
    let start = "== Info:   Trying 127.0.0.1:80...\n".to_owned();
    start + &block("header", head.as_bytes(), is_hex) + received + &parts.collect::<String>()
}

#[test]
fn the_samples_have_their_verdicts() {
    let sample = |name: &str| {
        let text = std::fs::read_to_string(format!("samples/captures/{name}"));
        text.expect("the sample")
    };
    let hex = sample("curl-trace.txt");
    assert_eq!(held(&hex), ["valid exact"]);
    // `closed`, which no line of the trace breaks.
    let tampered = hex.replace("63 6c 6f 73 65 64", "6f 70 65 6e 65 64");
    assert_ne!(tampered, hex);
    assert_eq!(held(&tampered), ["invalid exact"]);
    let ascii = sample("curl-trace-ascii.txt");
    assert_eq!(held(&ascii), ["inconclusive decoded"]);
    let dump = sample("socat-hex.txt");
    assert_eq!(held(&dump), ["valid exact"]);
    let tampered = dump.replace("63 6c 6f 73 65 64", "6f 70 65 6e 65 64");
    assert_ne!(tampered, dump);
    assert_eq!(held(&tampered), ["invalid exact"]);
    assert_eq!(held(&sample("socat-text.txt")), ["inconclusive decoded"]);
}

#[test]
fn a_dot_may_be_a_dot() {
    let body = r#"{"callee": "+62", "score": 1.5}"#;
    let plain = trace(body.as_bytes(), "", 1_000, true);
    let capture = read(plain.as_bytes());
    assert_eq!(&*capture.deliveries[0].body, body.as_bytes());
    let signature = signature_of(body);
    let ascii = |body: &str| held(&trace(body.as_bytes(), &signature, 1_000, false));
    assert_eq!(ascii(body), ["valid decoded"]);
    assert_eq!(ascii(&body.replace("62", "63")), ["inconclusive decoded"]);
    // Without a dot there is nothing that may be another byte.
    assert_eq!(ascii(&body.replace('.', "0")), ["invalid text"]);
}

#[test]
fn transfers_at_once_are_told_apart_by_their_numbers() {
    let numbered = |id: &str, trace: &str| -> Vec<String> {
        let lines = trace.lines().map(|line| {
            if line.starts_with('0') {
                return line.to_owned();
            }
            format!("12:30:00.123456 [{id}] {line}")
        });
        let mut blocks: Vec<String> = Vec::new();
        for line in lines {
            match blocks.last_mut() {
                Some(block) if line.starts_with('0') => *block += &line,
                _ => blocks.push(line),
            }
            if let Some(block) = blocks.last_mut() {
                block.push('\n');
            }
        }
        blocks
    };
    let one = numbered("0-0", &trace(BODY.as_bytes(), SIGNATURE, 400, true));
    let two = numbered("1-x", &trace(BODY.as_bytes(), SIGNATURE, 400, true));
    let both: String = one
        .iter()
        .zip(&two)
        .flat_map(|(one, two)| [&**one, two])
        .collect();
    assert_eq!(held(&both), ["valid exact", "valid exact"]);
}

#[test]
fn what_is_missing_is_said() {
    let whole = trace(BODY.as_bytes(), SIGNATURE, 1_000, true);
    let data = whole.find("=> Send data").expect("it has data");
    assert_eq!(held(&whole[..data + 3_000]), ["inconclusive truncated"]);
    // A line was lost.
    let line = whole[data..].find("\n0010: ").expect("a line") + data;
    let without = whole[..line].to_owned() + &whole[line + 72..];
    assert_eq!(held(&without), ["inconclusive truncated"]);
    assert_eq!(
        held(&whole[data..]),
        ["read as `curl-trace`, but the header before this data is missing"]
    );
    assert_eq!(
        held(&whole[..data]),
        ["read as `curl-trace`, but it has headers but no body"]
    );
}

#[test]
fn what_was_sent_is_read_back() {
    let bytes = prop::collection::vec(any::<u8>(), 1..300);
    let text = "([ -~]{0,90}(\r\n)?){1,4}".prop_map(String::into_bytes);
    let cases = (prop_oneof![bytes, text], 1..200_usize, any::<bool>());
    let outcome = runner(2_000).run(&cases, |(body, part, is_hex)| {
        // A body in white space and one that is a request are other matters.
        let body = [b"{\"a\": ", &body[..], b"}"].concat();
        let text = trace(&body, SIGNATURE, if is_hex { part } else { 1_000 }, is_hex);
        let capture = read(text.as_bytes());
        prop_assert_eq!(capture.deliveries.len(), 1, "{}", text);
        let delivery = &capture.deliveries[0];
        let may_differ = delivery.fidelity == Fidelity::Decoded;
        prop_assert!(may_differ || *delivery.body == body, "{}", text);
        prop_assert_eq!(delivery.fidelity == Fidelity::Exact, is_hex);
        prop_assert_eq!(delivery.body.len(), body.len());
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn no_trace_does_harm() {
    let good = trace(BODY.as_bytes(), SIGNATURE, 500, true);
    for end in (0..good.len()).step_by(7) {
        drop(read(&good.as_bytes()[..end]));
    }
    for line in [
        "=> Send data, 99999999999999999999 bytes\n",
        "=> Send header, 18446744073709551615 bytes (0x)\nffffffffffffffff: 00\n",
        "=> Send header, 5 bytes\n0000: GET / HTTP/1.1\n",
        "[0-0] == Info: \n",
        "00:00:00.000000 [",
    ] {
        let start = Instant::now();
        drop(read(line.repeat(500_000 / line.len()).as_bytes()));
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(10), "{taken:?} for {line}");
    }
}

/// Writes a block as `socat -v` does, or as `-x` does.
fn dumped(direction: char, bytes: &[u8], from: usize, is_hex: bool) -> String {
    let length = bytes.len();
    let to = from + length - 1;
    let mut text =
        format!("{direction} 2025/04/15 06:41:10.000250123  length={length} from={from} to={to}\n");
    if is_hex {
        text.extend(bytes.iter().map(|byte| format!(" {byte:02x}")));
        text.push('\n');
        return text;
    }
    let shown = |byte: u8| match byte {
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b'\n' | 0x20..0x7f => char::from(byte).to_string(),
        _ => ".".to_owned(),
    };
    text.extend(bytes.iter().copied().map(shown));
    text
}

/// The dump of a request with this body and signature, sent in parts of this size.
fn dump(body: &[u8], signature: &str, part: usize, is_hex: bool) -> String {
    let head = format!(
        "POST /hook HTTP/1.1\r\nX-AIRudder-Sign: {signature}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut text = dumped('>', head.as_bytes(), 0, is_hex);
    for (index, part_of_body) in body.chunks(part).enumerate() {
        text += &dumped('>', part_of_body, head.len() + index * part, is_hex);
        text += &dumped('<', b"HTTP/1.1 100 Continue\r\n\r\n", index * 25, is_hex);
    }
    text
}

#[test]
fn a_dump_of_socat_is_read_back() {
    let bytes = prop::collection::vec(any::<u8>(), 1..300);
    let text = "[ -~\r\n\t]{0,200}".prop_map(String::into_bytes);
    let cases = (prop_oneof![bytes, text], 1..200_usize, any::<bool>());
    let outcome = runner(2_000).run(&cases, |(body, part, is_hex)| {
        let body = [b"{\"a\": ", &body[..], b"}"].concat();
        let both = dump(&body, SIGNATURE, part, is_hex).repeat(2);
        let capture = read(both.as_bytes());
        prop_assert_eq!(capture.deliveries.len(), 2, "{}", both);
        for delivery in &capture.deliveries {
            let may_differ = delivery.fidelity == Fidelity::Decoded;
            prop_assert!(may_differ || *delivery.body == body, "{}", both);
            prop_assert_eq!(delivery.fidelity == Fidelity::Exact, is_hex);
            prop_assert_eq!(delivery.body.len(), body.len());
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// Text may look like a heading and a whole request, but the number of bytes ends a block.
#[test]
fn no_text_in_a_dump_is_taken_for_a_block() {
    let inner = dump(BODY.as_bytes(), SIGNATURE, 5_000, false);
    let body = format!("{{\"text\": \"\n{inner}\n\"}}");
    let capture_of = |part| dump(body.as_bytes(), &"0".repeat(64), part, false);
    for part in [20_000, 7] {
        assert_eq!(held(&capture_of(part)), ["inconclusive decoded"]);
    }
}

#[test]
fn what_a_dump_lacks_is_said() {
    let whole = dump(BODY.as_bytes(), SIGNATURE, 500, true);
    assert_eq!(held(&whole), ["valid exact"]);
    let third = whole.match_indices("\n> ").nth(2).expect("a third block").0 + 1;
    let after = whole[third..].find("\n< ").expect("an answer") + third + 1;
    let without = whole[..third].to_owned() + &whole[after..];
    assert_eq!(held(&without), ["inconclusive truncated"]);
    for end in (0..whole.len()).step_by(11) {
        drop(read_as(CaptureFormat::Socat, &whole.as_bytes()[..end]));
    }
    for line in [
        "> 2025/04/15 06:41:10.0  length=18446744073709551615 from=0 to=1\n",
        "> 2025/04/15 06:41:10.0  length=3 from=0 to=2\n\\\\\\",
        " 00\n",
    ] {
        let start = Instant::now();
        drop(read_as(
            CaptureFormat::Socat,
            line.repeat(500_000 / line.len()).as_bytes(),
        ));
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(10), "{taken:?} for {line}");
    }
}
