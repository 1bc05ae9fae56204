//! What stands before the message on a line of a log: what container runtimes, syslog and cloud platforms
//! put there.
//!
//! | written by | example |
//! |---|---|
//! | CRI: containerd, CRI-O | `2025-04-15T06:41:10.25Z stdout P ` |
//! | docker compose | `web-1  \| ` |
//! | `kubectl logs --prefix` | `[pod/web-0/web] ` |
//! | syslog, journald | `<34>1 2025-04-15T06:41:10Z host app 7 - - `, `Apr 15 06:41:10 host app[7]: ` |
//! | Heroku | `2025-04-15T06:41:10+00:00 app[web.1]: ` |
//! | `kubectl logs --timestamps`, `aws logs tail` | `2025-04-15T06:41:10.25Z ` |
//!
//! Lines with the same frame are from the same source, so that a message which spans lines can be put
//! together while others write between them. What a program itself writes before the JSON is not a frame: it
//! is on the first line of a message only.

/// How many bytes of a line are searched for its frame.
const MAX_FRAME: usize = 256;

/// The frame of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame<'l> {
    /// What names the source of the line: it is the same on all of its lines.
    pub(super) source: &'l [u8],
    /// Where the message starts.
    pub(super) end: usize,
    /// Whether the message goes on in the next line of the source, without a line break.
    pub(super) is_partial: bool,
}

impl<'l> Frame<'l> {
    /// The frame of a line, if it has one.
    pub(super) fn of(line: &'l [u8]) -> Option<Self> {
        let start = &line[..line.len().min(MAX_FRAME)];
        match start.first()? {
            b'<' => syslog(start),
            b'[' => pod(start),
            b'0'..=b'9' => timed(start).or_else(|| compose(start)),
            b'A'..=b'Z' => journal(start, 0).or_else(|| compose(start)),
            _ => compose(start),
        }
    }

    fn new(line: &'l [u8], source: std::ops::Range<usize>, end: usize) -> Self {
        Self {
            source: &line[source],
            end,
            is_partial: false,
        }
    }
}

/// `web-1  | `
fn compose(line: &[u8]) -> Option<Frame<'_>> {
    let name = line.iter().take_while(|byte| is_name(**byte)).count();
    let blanks = line[name..]
        .iter()
        .take_while(|byte| **byte == b' ')
        .count();
    let bar = name + blanks;
    if name == 0 || blanks == 0 || line.get(bar) != Some(&b'|') {
        return None;
    }
    let end = bar + 1 + usize::from(line.get(bar + 1) == Some(&b' '));
    Some(Frame::new(line, 0..name, end))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

/// `[pod/web-0/web] `
fn pod(line: &[u8]) -> Option<Frame<'_>> {
    let end = memchr::memchr(b']', line)?;
    let is_pod = line[1..end].starts_with(b"pod/") && line.get(end + 1) == Some(&b' ');
    is_pod.then(|| Frame::new(line, 0..end, end + 2))
}

/// A line that starts with its time: that of CRI, of Heroku or of a journal.
fn timed(line: &[u8]) -> Option<Frame<'_>> {
    let start = time(line)?;
    for stream in [&b"stdout"[..], b"stderr"] {
        let Some([b' ', tag, b' ', ..]) = line[start..].strip_prefix(stream) else {
            continue;
        };
        let end = start + stream.len();
        return Some(Frame {
            is_partial: *tag == b'P',
            ..Frame::new(line, start..end, end + 3)
        });
    }
    let end = tag(line, start).unwrap_or(start);
    Some(Frame::new(line, start..end, end))
}

/// `Apr 15 06:41:10 host app[7]: `
fn journal(line: &[u8], at: usize) -> Option<Frame<'_>> {
    let (month, rest) = line[at..].split_at_checked(3)?;
    let is_month = month[1..].iter().all(u8::is_ascii_lowercase);
    let (date, _) = rest.split_at_checked(13)?;
    let is_date = matches!(
        date,
        [
            b' ',
            b' ' | b'1'..=b'3',
            b'0'..=b'9',
            b' ',
            _,
            _,
            b':',
            _,
            _,
            b':',
            _,
            _,
            b' '
        ]
    );
    let start = at + 16;
    let end = tag(line, start).filter(|_| is_month && is_date)?;
    Some(Frame::new(line, start..end, end))
}

/// `<34>1 2025-04-15T06:41:10Z host app 7 id [data] ` or `<34>` before the line of a journal
fn syslog(line: &[u8]) -> Option<Frame<'_>> {
    let start = 1 + memchr::memchr(b'>', line)?;
    if !line[1..start - 1].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if !line[start..].starts_with(b"1 ") {
        return journal(line, start);
    }
    let mut at = start + 2;
    at += 1 + memchr::memchr(b' ', &line[at..])?;
    let source = at;
    for _ in 0..4 {
        at += 1 + memchr::memchr(b' ', &line[at..])?;
    }
    let source = source..at;
    let end = match line.get(at)? {
        b'[' => at + 2 + memchr::memmem::find(&line[at..], b"] ")?,
        _ => at + 2,
    };
    (end <= line.len()).then(|| Frame::new(line, source, end))
}

/// The end of `app[7]: ` or `host app[7]: ` or `host app: `.
fn tag(line: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..2 {
        let word = memchr::memchr(b' ', &line[at..])?;
        at += word + 1;
        let (last, name) = line[at - 1 - word..at - 1].split_last()?;
        let is_name = |byte: &u8| is_name(*byte) || b"[]/@:".contains(byte);
        if *last == b':' && !name.is_empty() && name.iter().all(is_name) {
            return Some(at);
        }
    }
    None
}

/// The end of a time of RFC 3339 and the blank after it. The time may have a blank for its `T`, and no
/// zone.
fn time(line: &[u8]) -> Option<usize> {
    let is_digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit);
    let has_digits = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]
        .into_iter()
        .all(is_digit);
    if !has_digits || !matches!(line, [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b' ', ..]) {
        return None;
    }
    let rest = &line[19..];
    let is_zone = |byte: &u8| byte.is_ascii_digit() || b".,Z+-:".contains(byte);
    let end = 19 + rest.iter().take_while(|byte| is_zone(byte)).count();
    (line.get(end) == Some(&b' ')).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_stands_before_a_message() {
        for (line, source, message) in [
            ("2025-04-15T06:41:10.25Z stdout F {", "stdout", "{"),
            (
                "2025-04-15T06:41:10.250000000+02:00 stderr P {",
                "stderr",
                "{",
            ),
            ("web-1  | {", "web-1", "{"),
            ("web-1  |", "web-1", ""),
            ("[pod/web-0/web] {", "[pod/web-0/web", "{"),
            (
                "<34>1 2025-04-15T06:41:10Z host app 7 id - {",
                "host app 7 id ",
                "{",
            ),
            (
                "<34>1 2025-04-15T06:41:10Z host app 7 id [a@1 b=\"c\"] {",
                "host app 7 id ",
                "{",
            ),
            ("<34>Apr  5 06:41:10 host app[7]: {", "host app[7]: ", "{"),
            ("Apr 15 06:41:10 host app[7]: {", "host app[7]: ", "{"),
            (
                "2025-04-15T06:41:10+00:00 app[web.1]: {",
                "app[web.1]: ",
                "{",
            ),
            (
                "2025-04-15T06:41:10Z app/[$LATEST]7 INFO\t{\"a\": 1}",
                "",
                "app/[$LATEST]7 INFO\t{\"a\": 1}",
            ),
            (
                "2025-04-15 06:41:10,250 INFO webhook {",
                "",
                "INFO webhook {",
            ),
        ] {
            let frame = Frame::of(line.as_bytes()).expect(line);
            let found = (frame.source, &line.as_bytes()[frame.end..]);
            assert_eq!(found, (source.as_bytes(), message.as_bytes()), "{line}");
            assert_eq!(frame.is_partial, line.contains(" P "), "{line}");
        }
        for line in [
            "",
            "{",
            "  \"a\": 1,",
            "\"a\": \"x | y\"",
            "INFO webhook {",
            "[1, 2]",
            "2025",
            "<",
        ] {
            assert_eq!(Frame::of(line.as_bytes()), None, "{line}");
        }
    }
}
