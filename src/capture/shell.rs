//! Splits a script of curl commands into single commands, in POSIX quoting.
//!
//! `shell_words` splits the words of one POSIX command. It knows neither where a command ends nor
//! the two other ways of quoting that browsers use when they copy a request as a curl command:
//!
//! - `$'…'`, the ANSI-C quoting of bash and zsh, with escapes such as `\n` and `\u00e1`;
//! - carets, which the Windows command line uses for what would have a meaning there: `^"{^}^"`.
//!
//! Both are rewritten here as POSIX quoting. Nothing is expanded and nothing is executed:
//! variables, globs and substitutions stay as they are written.

use std::borrow::Cow;

/// One command in POSIX quoting.
pub(super) struct ShellCommand {
    pub(super) posix: String,
    /// How many bytes of the source the command takes, including its separator.
    pub(super) length: usize,
}

impl ShellCommand {
    /// Reads the first command of `source`.
    pub(super) fn read(source: &str) -> Self {
        if is_windows(source) {
            Self::read_windows(source)
        } else {
            Self::read_posix(source)
        }
    }

    /// Reads up to the first line break, `;`, `&` or `|` outside quotes.
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

    /// Reads up to the first line break or `&` that no caret precedes. A caret takes away the
    /// meaning of the next character. Before a line break it joins the lines; if another line break
    /// follows, that one is kept.
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

/// Whether a command is quoted for the Windows command line: its first argument starts with `^"`,
/// or its first line ends with a caret.
fn is_windows(source: &str) -> bool {
    let line = source.lines().next().unwrap_or_default().trim_end();
    let arguments = line.split_once(' ').map_or("", |(_, arguments)| arguments);
    arguments.trim_start().starts_with("^\"") || line.ends_with(" ^") || line == "curl^"
}

fn verbatim(rest: &str, length: usize) -> (usize, Cow<'_, str>) {
    (length, Cow::from(&rest[..length]))
}

/// The length of the quoted text at the start of `rest`, including its quotes. With `escapes`, a
/// backslash escapes the next character.
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

/// Rewrites `$'…'` in POSIX quoting, with its escapes undone. An unclosed one stays unclosed, so
/// that splitting the words reports it.
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

/// Undoes the escape at the start of `rest`, which follows a backslash, and returns what comes
/// after it. A backslash that starts no escape stands for itself.
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
    // The shell keeps the lower eight bits of an octal escape that is too large.
    bytes.push(value.to_le_bytes()[0]);
    after
}

/// Undoes `\u…` or `\U…`. Chrome writes a character beyond U+FFFF as a surrogate pair.
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

/// The number at the start of `rest`, of at most `longest` digits, and what comes after it.
fn number(rest: &str, radix: u32, longest: usize) -> (u32, &str) {
    let digits = rest.chars().take(longest).take_while(|c| c.is_digit(radix));
    let (digits, after) = rest.split_at(digits.count());
    (u32::from_str_radix(digits, radix).unwrap_or(0), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn words(source: &str, want: &[&[&str]]) {
        let mut rest = source;
        let mut commands = Vec::new();
        while !rest.is_empty() {
            let command = ShellCommand::read(rest);
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
}
