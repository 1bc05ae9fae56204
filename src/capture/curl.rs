//! curl commands, as browsers ("Copy as cURL") and proxies write them. They are never executed.
//!
//! ```sh
//! curl 'https://hooks.example.com/x' -H 'X-AIRudder-Sign: 5e0e…' --data-raw '{"callee": …}'
//! ```
//!
//! One or several, in POSIX or Windows quoting. The body is text: quoting cannot hold every byte,
//! and `--data` strips line breaks only from files, which are not read. Options that do not affect
//! the request are ignored; for that, this module must know which options take a value.

use super::entry_reader::EntryReader;
use super::request::{Body, Fault, Request};
use super::shell::ShellCommand;
use crate::Text;
use crate::delivery::Fidelity;

/// Whether an input starts with a curl command, perhaps after the prompt `$ `.
pub(super) fn detect(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let command = start.strip_prefix(b"$ ").unwrap_or(start);
    let command = command.trim_ascii_start().strip_prefix(b"curl");
    let arguments = command.map(|rest| rest.strip_prefix(b".exe").unwrap_or(rest));
    arguments.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
}

/// Reads one command after another.
pub(super) fn read(reader: &mut EntryReader<'_, '_>) {
    let Ok(text) = simdutf8::basic::from_utf8(reader.record.bytes) else {
        reader.problem(Some(reader.record.bytes), "it is not UTF-8");
        return;
    };
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let command = ShellCommand::read(rest);
        reader.enter(rest.as_bytes());
        let (source, after) = rest.split_at(command.length);
        match shell_words::split(&command.posix) {
            Ok(words) if words.is_empty() => {}
            Ok(words) => reader.deliver(request(source, words)),
            // The only error there is.
            Err(shell_words::ParseError) => {
                reader.problem(Some(rest.as_bytes()), "a quotation mark is not closed");
            }
        }
        rest = after.trim_ascii_start();
    }
}

/// The request that the options seen so far describe.
#[derive(Default)]
struct CurlOptions<'a> {
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
    let mut options = CurlOptions::default();
    while let Some(word) = words.next() {
        options
            .word(&word, &mut words)
            .map_err(|message| Fault::new(source, message))?;
    }
    Ok(options.into_request())
}

impl<'a> CurlOptions<'a> {
    /// Applies one word of the command; an option that needs a value takes the next word.
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
                        .ok_or_else(|| format!("`-{letter}` needs a value"))?,
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
            value.ok_or_else(|| format!("`--{}` needs a value", shown()))?,
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
                // curl joins several `--data` with `&`, but several `--json` with nothing.
                let value = self.data.pop().unwrap_or_default() + &inline(name, value)?;
                self.data.push(value);
            }
            "F" | "form" | "form-string" | "data-urlencode" | "T" | "upload-file" => {
                return Err(format!("`{}` does not send JSON text", spelled(name)));
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds a header: `Name: value`, or `Name;` for an empty value. `Name:` removes one that curl
    /// adds by itself, so there is nothing to add.
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
                .push("joined several data options with `&`".to_owned());
        }
        if has_data {
            let body = self.data.join("&").into_bytes();
            request.body = Some(if spells_controls(&body) {
                Body::of(body, Fidelity::Decoded).with_note(SPELLED)
            } else {
                Body::of(body, Fidelity::Text)
            });
        }
        request
    }
}

const SPELLED: &str = "the body spells line breaks and the like as `\\x0a`, as mitmproxy's export for \
                       curl does: export the request as `raw_request` instead";

/// Whether control characters are spelled as `\x0a`, which JSON has no meaning for.
fn spells_controls(body: &[u8]) -> bool {
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        match &rest[at + 1..] {
            [b'x', b'0' | b'1', digit, ..] if digit.is_ascii_hexdigit() => return true,
            [_, after @ ..] => rest = after,
            [] => break,
        }
    }
    false
}

/// The value of an option, unless it is `@` and the name of a file.
fn inline(name: &str, value: String) -> Result<String, String> {
    let Some(file) = value.strip_prefix('@') else {
        return Ok(value);
    };
    let file = Text::from(file).shortened(60).to_string();
    Err(format!(
        "`{} @{file}` names a file, which chatlog does not read: replace the name with the content",
        spelled(name),
    ))
}

fn spelled(name: &str) -> String {
    let dashes = if name.len() == 1 { "-" } else { "--" };
    format!("{dashes}{name}")
}

/// The short options that take a value.
const LETTERS: &str = "ACDEFHKPQTUXYbcdehmortuwxyz";

/// The long options that take a value.
const WORDS: [&str; 58] = [
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
    "write-out",
];

fn takes_value(name: &str) -> bool {
    match name.len() {
        1 => LETTERS.contains(name),
        _ => WORDS.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
