//! curl commands, as browsers and proxies copy them. They are read, never run.
//!
//! The words are split by the rules of a POSIX shell. Two more ways of quoting are turned into that
//! first: `$'…'`, and the carets of the Windows command line.

use std::borrow::Cow;

use super::reading::Reading;
use super::request::{Body, Fault, Request};
use super::{Capture, Fidelity};
use crate::Text;

/// Reads one command after another.
pub(super) fn read<'a>(mut reading: Reading<'a, '_>) -> Capture<'a> {
    let Ok(text) = simdutf8::basic::from_utf8(reading.record.bytes) else {
        reading.problem(Some(reading.record.bytes), "it is not UTF-8");
        return reading.capture;
    };
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let command = Command::read(rest);
        reading.enter(rest.as_bytes());
        let (source, after) = rest.split_at(command.length);
        match shell_words::split(&command.posix) {
            Ok(words) if words.is_empty() => {}
            Ok(words) => reading.deliver(request(source, words)),
            Err(error) => reading.problem(Some(rest.as_bytes()), error),
        }
        rest = after.trim_ascii_start();
    }
    reading.capture
}

/// One command, in the quoting of a POSIX shell.
struct Command {
    posix: String,
    /// How many bytes of the source it takes, with what ends it.
    length: usize,
}

impl Command {
    /// The first command of `source`.
    fn read(source: &str) -> Self {
        if is_windows(source) {
            Self::read_windows(source)
        } else {
            Self::read_posix(source)
        }
    }

    /// Goes to the first line break or `;` outside quotes.
    fn read_posix(source: &str) -> Self {
        let mut posix = String::new();
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let (taken, written) = match c {
                '\n' | ';' | '&' | '|' => break,
                '\'' => verbatim(rest, quoted(rest, '\'', false)),
                '"' => verbatim(rest, quoted(rest, '"', true)),
                '$' if rest.starts_with("$'") => {
                    let length = 1 + quoted(&rest[1..], '\'', true);
                    (length, Cow::from(ansi_c(&rest[..length])))
                }
                '\\' if rest.starts_with("\\\r\n") => (3, Cow::from(" ")),
                '\\' => verbatim(rest, 1 + rest[1..].chars().next().map_or(0, char::len_utf8)),
                '\r' => (1, Cow::from(" ")),
                c => verbatim(rest, c.len_utf8()),
            };
            posix.push_str(&written);
            rest = &rest[taken..];
        }
        let end = rest.find(|c| !matches!(c, '\n' | ';' | '&' | '|'));
        Self {
            posix,
            length: source.len() - end.map_or(0, |end| rest.len() - end),
        }
    }

    /// Goes to the first line break or `&` without a caret. A caret makes the next character
    /// mean nothing; one before a line break joins the lines, and before two keeps the second.
    fn read_windows(source: &str) -> Self {
        let mut posix = String::new();
        let mut characters = source.char_indices().filter(|(_, c)| *c != '\r');
        let mut length = source.len();
        let mut keeps_next = false;
        while let Some((at, c)) = characters.next() {
            match c {
                '^' => match characters.next() {
                    Some((_, '\n')) => keeps_next = true,
                    Some((_, c)) => posix.push(c),
                    None => {}
                },
                '\n' if keeps_next => posix.push(c),
                '\n' | '&' => {
                    length = at + 1;
                    break;
                }
                c => posix.push(c),
            }
            keeps_next &= c == '^';
        }
        Self { posix, length }
    }
}

/// Says whether a command is quoted for the Windows command line.
fn is_windows(source: &str) -> bool {
    let line = source.lines().next().unwrap_or_default().trim_end();
    let arguments = line.split_once(' ').map_or("", |(_, arguments)| arguments);
    arguments.trim_start().starts_with("^\"") || line.ends_with(" ^") || line == "curl^"
}

fn verbatim(rest: &str, length: usize) -> (usize, Cow<'_, str>) {
    (length, Cow::from(&rest[..length]))
}

/// How long the quoted text is that `rest` starts with, in which a backslash may escape the quote.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == quote {
            return at + 1;
        }
        if escapes && c == '\\' {
            characters.next();
        }
    }
    rest.len()
}

/// `$'…'` with its escapes undone, in single quotes; an unclosed one stays unclosed.
fn ansi_c(token: &str) -> String {
    let inner = token.strip_prefix("$'").unwrap_or(token);
    let Some(inner) = inner.strip_suffix('\'') else {
        return "'".to_owned();
    };
    let mut bytes = Vec::new();
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = escape(&rest[at + 1..], &mut bytes);
    }
    bytes.extend_from_slice(rest.as_bytes());
    shell_words::quote(&String::from_utf8_lossy(&bytes)).into_owned()
}

/// Undoes the escape whose backslash is passed, and gives what comes after it.
fn escape<'t>(rest: &'t str, bytes: &mut Vec<u8>) -> &'t str {
    let Some(c) = rest.chars().next() else {
        bytes.push(b'\\');
        return rest;
    };
    let after = &rest[c.len_utf8()..];
    let byte = match c {
        'n' => b'\n',
        't' => b'\t',
        'r' => b'\r',
        'a' => 7,
        'b' => 8,
        'e' | 'E' => 27,
        'f' => 12,
        'v' => 11,
        '\\' | '\'' | '"' | '?' => c as u8,
        'x' => return byte_escape(after, 16, 2, bytes),
        '0'..='7' => return byte_escape(rest, 8, 3, bytes),
        'u' => return unicode_escape(after, 4, bytes),
        'U' => return unicode_escape(after, 8, bytes),
        _ => {
            bytes.push(b'\\');
            bytes.extend_from_slice(&rest.as_bytes()[..c.len_utf8()]);
            return after;
        }
    };
    bytes.push(byte);
    after
}

fn byte_escape<'t>(rest: &'t str, radix: u32, longest: usize, bytes: &mut Vec<u8>) -> &'t str {
    let (value, after) = number(rest, radix, longest);
    // Of three octal digits that are too large for a byte, the shell keeps the lower bits.
    bytes.push(value.to_le_bytes()[0]);
    after
}

/// Chrome writes two escapes for a character beyond the first plane.
fn unicode_escape<'t>(rest: &'t str, longest: usize, bytes: &mut Vec<u8>) -> &'t str {
    let (mut code, mut after) = number(rest, 16, longest);
    if let 0xd800..0xdc00 = code
        && let Some(low) = after.strip_prefix("\\u")
        && let (low @ 0xdc00..0xe000, rest) = number(low, 16, 4)
    {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        after = rest;
    }
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    after
}

/// The number that `rest` starts with, and what comes after it.
fn number(rest: &str, radix: u32, longest: usize) -> (u32, &str) {
    let digits = rest.chars().take(longest).take_while(|c| c.is_digit(radix));
    let (digits, after) = rest.split_at(digits.count());
    (u32::from_str_radix(digits, radix).unwrap_or(0), after)
}

/// What the options of a command add up to.
#[derive(Default)]
struct Options<'a> {
    request: Request<'a>,
    data: Vec<String>,
    is_json: bool,
    is_get: bool,
}

fn request(source: &str, words: Vec<String>) -> Result<Request<'_>, Fault<'_>> {
    let mut words = words.into_iter().skip_while(|word| word == "$");
    let program = words.next().unwrap_or_default();
    if program != "curl" && program != "curl.exe" {
        let shown = Text::from(program).shortened(20).to_string();
        return Err(Fault::new(source, format!("`{shown}` is not curl")));
    }
    let mut options = Options::default();
    while let Some(word) = words.next() {
        options
            .word(&word, &mut words)
            .map_err(|message| Fault::new(source, message))?;
    }
    Ok(options.into_request())
}

impl<'a> Options<'a> {
    /// Takes one word, and the next as its value if it needs one.
    fn word(&mut self, word: &str, next: &mut impl Iterator<Item = String>) -> Result<(), String> {
        if let Some(name) = word.strip_prefix("--") {
            return self.long(name, next);
        }
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            self.request.target = Some(Text::from(word.to_owned()));
            return Ok(());
        };
        for (at, letter) in letters.char_indices() {
            let name = letter.to_string();
            if takes_value(&name) {
                let attached = &letters[at + letter.len_utf8()..];
                let value = match attached {
                    "" => next
                        .next()
                        .ok_or_else(|| format!("`-{letter}` has no value"))?,
                    attached => attached.to_owned(),
                };
                return self.option(&name, value);
            }
            self.flag(&name);
        }
        Ok(())
    }

    fn long(&mut self, name: &str, next: &mut impl Iterator<Item = String>) -> Result<(), String> {
        if !takes_value(name) {
            self.flag(name);
            return Ok(());
        }
        let shown = || Text::from(name).to_string();
        let value = next.next();
        self.option(
            name,
            value.ok_or_else(|| format!("`--{}` has no value", shown()))?,
        )
    }

    fn flag(&mut self, name: &str) {
        match name {
            "G" | "get" => self.is_get = true,
            "I" | "head" => self.request.method = Some("HEAD".into()),
            _ => {}
        }
    }

    fn option(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "X" | "request" => self.request.method = Some(value.into()),
            "url" => self.request.target = Some(value.into()),
            "H" | "header" => self.header(&value)?,
            "A" | "user-agent" => self.request.headers.push("user-agent", value),
            "e" | "referer" => self.request.headers.push("referer", value),
            "b" | "cookie" => self.request.headers.push("cookie", value),
            "data-raw" => self.data.push(value),
            "d" | "data" | "data-ascii" | "data-binary" => self.data.push(inline(name, value)?),
            "json" => {
                self.is_json = true;
                // Several are one value: only those of `--data` are joined with `&`.
                let value = self.data.pop().unwrap_or_default() + &inline(name, value)?;
                self.data.push(value);
            }
            "F" | "form" | "form-string" | "data-urlencode" | "T" | "upload-file" => {
                return Err(format!("`{}` sends no JSON text", spelled(name)));
            }
            _ => {}
        }
        Ok(())
    }

    /// `Name: value`, or `Name;` for an empty value; `Name:` only takes away what curl would add.
    fn header(&mut self, header: &str) -> Result<(), String> {
        let file = header.strip_prefix('@').map(|_| header.to_owned());
        if let Some(file) = file {
            return inline("H", file).map(drop);
        }
        let headers = &mut self.request.headers;
        match header.split_once(':') {
            Some((_, value)) if value.trim().is_empty() => {}
            Some((name, value)) => headers.push(name.trim().to_owned(), value.trim().to_owned()),
            None => {
                if let Some(name) = header.trim_end().strip_suffix(';') {
                    headers.push(name.to_owned(), "");
                }
            }
        }
        Ok(())
    }

    fn into_request(self) -> Request<'a> {
        let mut request = self.request;
        if self.is_json && request.headers.first("content-type").is_none() {
            request.headers.push("content-type", "application/json");
        }
        let has_data = !self.data.is_empty() && !self.is_get;
        let method = if has_data { "POST" } else { "GET" };
        request.method.get_or_insert(method.into());
        if self.data.len() > 1 {
            request
                .notes
                .push("several data options joined with `&`".to_owned());
        }
        if has_data {
            let body = self.data.join("&").into_bytes();
            request.body = Some(Body::of(body, Fidelity::Text));
        }
        request
    }
}

/// The value, if it is not the name of a file.
fn inline(name: &str, value: String) -> Result<String, String> {
    let Some(file) = value.strip_prefix('@') else {
        return Ok(value);
    };
    let file = Text::from(file).shortened(60).to_string();
    Err(format!(
        "`{} @{file}` names a file, and files that a command names are not read: write its \
         content in place of the name",
        spelled(name),
    ))
}

fn spelled(name: &str) -> String {
    let dashes = if name.len() == 1 { "-" } else { "--" };
    format!("{dashes}{name}")
}

/// Says whether the option of this name comes with a value.
fn takes_value(name: &str) -> bool {
    const LETTERS: &str = "ACDEFHKPQTUXYbcdehmortuwxyz";
    const WORDS: [&str; 57] = [
        "abstract-unix-socket",
        "cacert",
        "capath",
        "cert",
        "cert-type",
        "ciphers",
        "config",
        "connect-timeout",
        "connect-to",
        "cookie",
        "cookie-jar",
        "data",
        "data-ascii",
        "data-binary",
        "data-raw",
        "data-urlencode",
        "dns-servers",
        "doh-url",
        "dump-header",
        "form",
        "form-string",
        "header",
        "interface",
        "json",
        "keepalive-time",
        "key",
        "key-type",
        "limit-rate",
        "local-port",
        "max-filesize",
        "max-redirs",
        "max-time",
        "noproxy",
        "oauth2-bearer",
        "output",
        "output-dir",
        "pass",
        "proxy",
        "proxy-header",
        "proxy-user",
        "range",
        "referer",
        "request",
        "request-target",
        "resolve",
        "retry",
        "retry-delay",
        "retry-max-time",
        "socks5",
        "socks5-hostname",
        "tls-max",
        "trace",
        "unix-socket",
        "upload-file",
        "url",
        "user",
        "user-agent",
    ];
    match name.len() {
        1 => LETTERS.contains(name),
        _ => WORDS.contains(&name) || name == "write-out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn words(source: &str, want: &[&[&str]]) {
        let mut rest = source;
        let mut commands = Vec::new();
        while !rest.is_empty() {
            let command = Command::read(rest);
            commands.push(shell_words::split(&command.posix).expect("closed quotes"));
            rest = &rest[command.length..];
        }
        assert_eq!(commands, want, "{source}");
    }

    #[test]
    fn splits_words_as_shells_do() {
        words(
            "curl 'a;b' \\\n -d \"x\\\"y\\u00e1\" \\\r\n z;\ncurl b",
            &[&["curl", "a;b", "-d", "x\"y\\u00e1", "z"], &["curl", "b"]],
        );
        words(
            r"curl $'it\'s \u00e1\xc3\xa1\ud83d\ude00\u0021\\n\n\101' p$'q'",
            &[&["curl", "it's áá😀!\\n\nA", "pq"]],
        );
    }

    #[test]
    fn splits_words_as_the_windows_command_line_does() {
        words(
            "curl ^\"https://a/^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\": ^\\^\"^\\\\u00e1 100^%^\\^\"^\r\n\r\n^}^\"\r\ncurl.exe b",
            &[
                &[
                    "curl",
                    "https://a/",
                    "--data-raw",
                    "{\"a\": \"\\u00e1 100%\"\n}",
                ],
                &["curl.exe", "b"],
            ],
        );
    }

    #[test]
    fn joins_data_and_reads_empty_headers() {
        let source = "curl -sXPOST -H 'X-AIRudder-Sign;' -H 'Accept:' -d a -d b --url u";
        let words = shell_words::split(source).expect("closed quotes");
        let request = request(source, words).expect("a request");
        assert_eq!(&*request.body.expect("a body").bytes, b"a&b");
        let headers: Vec<_> = request.headers.iter().collect();
        assert_eq!(headers, [(&"X-AIRudder-Sign".into(), &"".into())]);
        assert_eq!(request.target, Some("u".into()));
    }
}
