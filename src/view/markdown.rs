//! Text and links as Markdown. Nothing else writes a stranger's words into it.
//!
//! [`escaped`] shows text as [`Text`] does, with everything invisible spelled out, and as text of the
//! document, never as its markup: no HTML, image, link, code, table or heading can come of it. GitHub
//! also gives meaning to plain text, after the Markdown is rendered: `@name` notifies a person and `#12`
//! refers to an issue, which `fixes #12` closes. A backslash does not stop that, so an invisible
//! space breaks such a word. It stays out of web addresses and mail addresses, which people copy.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::link::Link;
use crate::Text;

/// Characters that are markup anywhere in a line.
const MARKUP: &[char] = &['\\', '`', '*', '_', '[', ']', '|', '~', '$'];
/// Characters that are markup at the start of a line.
const MARKUP_AT_START: &[char] = &['#', '>', '+', '-', '=', ':'];
/// A space without width, by which a word is broken.
const BREAK: &str = "&#8203;";
/// What is encoded in the address of a link, besides everything that is not ASCII.
const NOT_IN_ADDRESS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'(')
    .add(b')')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A text as one line of Markdown, at the start of a line or within it, without blanks around it.
pub(super) fn escaped(text: &Text<'_>) -> String {
    let shown = text.to_string();
    let shown = shown.trim();
    let mut escaped = String::with_capacity(shown.len());
    for (at, c) in shown.char_indices() {
        let (before, after) = (&shown[..at], &shown[at + c.len_utf8()..]);
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            _ => {
                if is_markup(before, c) || starts_address(before, c, after) {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
        }
        if is_reference(before, c, after) {
            escaped.push_str(BREAK);
        }
    }
    escaped
}

/// A link to an address, with words or with the host and the file that it names. An address that may
/// not be a link is text.
pub(super) fn link(words: Option<&Text<'_>>, url: &Text<'_>) -> String {
    let link = Link::to(url.as_str());
    let Some((link, host)) = link.and_then(|link| Some((link, link.host()?))) else {
        return unlinked(words, url);
    };
    if is_noted(host) {
        return unlinked(words, url);
    }
    let words = words.map_or_else(|| Text::from(host_and_file(link, host)), Clone::clone);
    let address = utf8_percent_encode(url.as_str(), NOT_IN_ADDRESS).to_string();
    format!("[{}]({})", escaped(&words), address.replace('&', "&amp;"))
}

fn unlinked(words: Option<&Text<'_>>, url: &Text<'_>) -> String {
    let words = words.map(|words| escaped(words) + " ");
    words.unwrap_or_default() + &escaped(url)
}

/// Such as `cdn.example.com/…/photo.jpg`.
fn host_and_file(link: Link<'_>, host: &str) -> String {
    match link.file_name() {
        Some(file) if link.url().ends_with(&format!("{host}/{file}")) => format!("{host}/{file}"),
        Some(file) => format!("{host}/…/{file}"),
        None => host.to_owned(),
    }
}

/// Whether a link to a host does something besides being there: GitHub notes at an issue or a person's
/// page that something links to it.
fn is_noted(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "github.com" || name.ends_with(".github.com")
}

/// Whether a character is markup behind these ones.
fn is_markup(before: &str, c: char) -> bool {
    let is_number = || !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit());
    MARKUP.contains(&c)
        || (before.is_empty() && MARKUP_AT_START.contains(&c))
        || (matches!(c, '.' | ')') && is_number())
}

/// Whether a character makes an address of the word around it, such as the colon of `https://`.
fn starts_address(before: &str, c: char, after: &str) -> bool {
    match c {
        ':' => after.starts_with("//"),
        '.' => ends_with_ignoring_case(before, "www"),
        _ => false,
    }
}

/// Whether a character makes what follows a name or a number that GitHub replaces.
fn is_reference(before: &str, c: char, after: &str) -> bool {
    let is_next = |is: fn(&u8) -> bool| after.as_bytes().first().is_some_and(is);
    match c {
        '@' => {
            let is_mail = before.ends_with(|c: char| c.is_ascii_alphanumeric());
            !is_mail && is_next(u8::is_ascii_alphanumeric)
        }
        '#' | '!' => is_next(u8::is_ascii_digit),
        '-' => ends_with_ignoring_case(before, "gh") && is_next(u8::is_ascii_digit),
        ':' => starts_emoji(after),
        _ => false,
    }
}

/// Whether a text starts with the rest of `:tada:`.
fn starts_emoji(text: &str) -> bool {
    let Some((name, _)) = text.split_once(':') else {
        return false;
    };
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    // The parts of a time, as in 02:15:09, are no names.
    let is_word = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    name.bytes().all(is_of_name) && (is_word || name.starts_with(['+', '-']))
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    let last = start.and_then(|start| text.get(start..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    /// What Markdown shows for a text that holds no markup but escapes; `None` if it holds other markup.
    fn rendered(markdown: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = markdown;
        while let Some(c) = rest.chars().next() {
            let entity = [("&lt;", "<"), ("&amp;", "&"), (BREAK, "\u{200b}")];
            let entity = entity.into_iter().find(|(name, _)| rest.starts_with(name));
            let (taken, shown) = match (c, entity) {
                (_, Some((name, shown))) => (name.len(), shown),
                ('\\', None) => {
                    let escaped = rest.get(1..2)?;
                    escaped
                        .bytes()
                        .all(|it| it.is_ascii_punctuation())
                        .then_some(())?;
                    (2, escaped)
                }
                ('<' | '&' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '\n', None) => {
                    return None;
                }
                (c, None) => (c.len_utf8(), &rest[..c.len_utf8()]),
            };
            text.push_str(shown);
            rest = &rest[taken..];
        }
        Some(text)
    }

    /// Text of all the pieces that mean something to Markdown, to GitHub or to a terminal.
    fn hostile() -> impl Strategy<Value = String> {
        let pieces = select(vec![
            "\\",
            "`",
            "```",
            "*",
            "**",
            "_",
            "[",
            "](",
            "]",
            "(",
            ")",
            "![x](https://a.example)",
            "<",
            "</b>",
            "<img src=x>",
            "<!--",
            "&",
            "&lt;",
            "&#64;",
            "#",
            "# ",
            "#12",
            "a/b#1",
            "GH-12",
            "fixes ",
            "@",
            "@user",
            "a@b.example",
            "!",
            "|",
            "|-|",
            "~~",
            "~~~",
            "- ",
            "+ ",
            "1. ",
            "12) ",
            "=",
            "---",
            ":--",
            ":tada:",
            ":+1:",
            "02:15:09",
            "https://a.example/x",
            "www.a.example",
            "$x$",
            " ",
            "    ",
            "\n",
            "\t",
            "\u{1b}[31m",
            "\u{202e}",
            "é",
            "请",
            "x",
        ]);
        proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_strangers_text_is_shown_and_is_never_markup(text in hostile()) {
            let text = Text::from(text);
            let markdown = escaped(&text);
            let shown = rendered(&markdown);
            prop_assert!(shown.is_some(), "{}", markdown);
            let shown = shown.unwrap_or_default();
            let told = text.to_string();
            prop_assert_eq!(shown.replace('\u{200b}', ""), told.trim());
            prop_assert!(!markdown.starts_with(MARKUP_AT_START), "{}", markdown);
            let digits = markdown.trim_start_matches(|c: char| c.is_ascii_digit());
            prop_assert!(
                digits == markdown || !digits.starts_with(['.', ')']), "{}", markdown
            );
            for word in ["@user", "#12", "#1", "GH-12", ":tada:", ":+1:"] {
                let mut found = shown.match_indices(word);
                let is_mail = |at: usize| {
                    word == "@user" && shown[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
                };
                prop_assert!(found.all(|(at, _)| is_mail(at)), "{} in {}", word, markdown);
            }
            for address in ["https://", "www."] {
                prop_assert!(!markdown.contains(address), "{}", markdown);
            }
        }

        #[test]
        fn a_link_ends_where_it_should(words in hostile(), path in hostile()) {
            let url = Text::from(format!("https://a.example/{path}"));
            let words = Text::from(words);
            let markdown = link(Some(&words), &url);
            match markdown.strip_prefix(&format!("[{}](", escaped(&words))) {
                Some(rest) => {
                    let address = rest.strip_suffix(')').unwrap_or("(");
                    prop_assert!(
                        !address.contains(['(', ')', '<', '>', ' ', '\\', '"', '\n']), "{}", markdown
                    );
                    let is_entity = |(at, _)| address[at..].starts_with("&amp;");
                    prop_assert!(address.match_indices('&').all(is_entity), "{}", markdown);
                }
                None => prop_assert!(rendered(&markdown).is_some(), "{}", markdown),
            }
        }
    }

    #[test]
    fn only_web_addresses_are_links_and_none_that_github_notes() {
        let words = Text::from("photo");
        let linked = |url| link(Some(&words), &Text::from(url)).starts_with("[photo](");
        assert!(linked("https://a.example/x?a=1&b=2"));
        for url in [
            "javascript:alert(1)",
            "tel:+62",
            "data:text/html,x",
            "https://github.com/o/r/issues/1",
            "https://GitHub.com:443/o/r/issues/1",
            "https://x@gist.github.com./o",
        ] {
            assert!(!linked(url), "{url}");
        }
        assert_eq!(
            link(
                Some(&words),
                &Text::from("https://a.example/(x)?a=1&copy=2")
            ),
            "[photo](https://a.example/%28x%29?a=1&amp;copy=2)"
        );
    }
}
