//! Links: which addresses may be one in any view, and the hyperlinks of terminals (the escape sequence
//! OSC 8), which open the whole URL and show a short one.
//!
//! [`Link::to`] decides for every view. A URL comes from strangers, so on a terminal three things are
//! made sure of besides:
//!
//! - Only `http` and `https` become links.
//! - The target has only visible ASCII characters, so that nothing in it ends the sequence or acts
//!   on the terminal. All others are percent-encoded, as browsers do.
//! - The text names the host that the link leads to.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use owo_colors::Style;

use super::Canvas;
use super::clip::shortened_middle;
use super::width::width;
use crate::Text;

/// The schemes of addresses that may be links. No other may: `javascript:` and `data:` act on the
/// page, and `file:` or an application's own scheme act on the reader's machine.
const SCHEMES: [&str; 4] = ["http", "https", "tel", "geo"];

/// An address that may be a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) struct Link<'u> {
    url: &'u str,
    /// What follows the scheme.
    rest: &'u str,
}

impl<'u> Link<'u> {
    /// A link to an address, if it may be one. It must be on one line and hide nothing, and its host
    /// must not be mistaken for another, so that the address that is read is the one that is opened.
    pub(in crate::view) fn to(url: &'u str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        let scheme = SCHEMES
            .iter()
            .find(|known| scheme.eq_ignore_ascii_case(known))?;
        let link = Self { url, rest };
        let is_complete = match *scheme {
            "http" | "https" => link.host().is_some(),
            _ => is_number(rest),
        };
        (is_complete && !Text::from(url).needs_escaping()).then_some(link)
    }

    /// The address.
    pub(in crate::view) fn url(self) -> &'u str {
        self.url
    }

    /// The host of a web address; none if it is easily mistaken, behind a user name or a backslash.
    pub(in crate::view) fn host(self) -> Option<&'u str> {
        let host = self
            .rest
            .strip_prefix("//")?
            .split(['/', '?', '#'])
            .next()?;
        let is_unclear = |c: char| matches!(c, '@' | '\\') || c.is_whitespace();
        let is_host = host.starts_with(|c: char| c.is_alphanumeric() || c == '[');
        (is_host && !host.contains(is_unclear)).then_some(host)
    }

    /// The last part of the path of a web address, which often is the name of a file.
    pub(in crate::view) fn file_name(self) -> Option<&'u str> {
        let path = self.rest.split(['?', '#']).next()?;
        let (_, path) = path.strip_prefix("//")?.split_once('/')?;
        path.rsplit('/').next().filter(|name| !name.is_empty())
    }
}

/// How the sequence starts that begins or ends a link.
pub(super) const START: &str = "\u{1b}]8;";
/// How that sequence ends.
pub(super) const TERMINATOR: &str = "\u{1b}\\";
/// Ends a link.
pub(super) const END: &str = "\u{1b}]8;;\u{1b}\\";

/// Terminals ignore links to longer targets, in bytes.
const MAX_TARGET: usize = 2000;
const ENCODED: &AsciiSet = &CONTROLS.add(b' ');

/// Draws a text that stands for a URL, or the URL itself: as a link whose text fits into `columns` if
/// the canvas has hyperlinks, or else in full.
pub(super) fn draw(url: &Text<'_>, text: &Text<'_>, columns: usize, canvas: &Canvas) -> String {
    let style = canvas.theme.link;
    let target = target(url.as_str()).filter(|_| canvas.hyperlinks);
    let Some(target) = target else {
        return style.style(text).to_string();
    };
    let text = style.style(shortened(text, columns));
    format!("{START};{target}{TERMINATOR}{text}{END}")
}

/// Draws the words of a message with the web addresses in them as links, if the canvas has hyperlinks.
pub(super) fn draw_words(
    words: &Text<'_>,
    style: Style,
    columns: usize,
    canvas: &Canvas,
) -> String {
    if !canvas.hyperlinks || !words.as_str().contains("://") {
        return style.style(words).to_string();
    }
    let word = |word: &str| {
        let url = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>', '"']);
        match target(url) {
            Some(_) => {
                let url = Text::from(url);
                let rest = style
                    .style(Text::from(&word[url.as_str().len()..]))
                    .to_string();
                draw(&url, &url, columns, canvas) + &rest
            }
            None => style.style(Text::from(word)).to_string(),
        }
    };
    words
        .as_str()
        .split(' ')
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The target of a link to a URL; `None` if it should not be a link.
fn target(url: &str) -> Option<String> {
    Link::to(url)?.host()?;
    let target = utf8_percent_encode(url, ENCODED).to_string();
    (target.len() <= MAX_TARGET).then_some(target)
}

/// A URL if it fits into `columns`, or else its host and the end of its path.
fn shortened(url: &Text<'_>, columns: usize) -> String {
    let whole = url.to_string();
    let host = Link::to(&whole).and_then(Link::host);
    let Some(host) = host.filter(|_| width(&whole) > columns) else {
        return whole;
    };
    let path = whole.find(host).map_or("", |at| &whole[at + host.len()..]);
    match columns.checked_sub(width(host)) {
        Some(room) if room > 0 => host.to_owned() + &shortened_middle(path, room),
        _ => shortened_middle(host, columns),
    }
}

/// Whether a text is what follows `tel:` or `geo:`: digits, and signs between them.
fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.,()".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Theme, Zone};

    fn drawn(url: &str, columns: usize) -> String {
        let canvas = Canvas {
            width: 80,
            theme: Theme::plain(),
            zone: Zone::UTC,
            hyperlinks: true,
        };
        draw(&Text::from(url), &Text::from(url), columns, &canvas)
    }

    #[test]
    fn a_link_is_short_and_leads_to_the_whole_url() {
        let url = "https://cdn.example.com/2025/10/20/banner.jpg";
        for (columns, text) in [
            (45, url),
            (37, "cdn.example.com/2025/10/20/banner.jpg"),
            (34, "cdn.example.com/2025/…/banner.jpg"),
            (20, "cdn.example.com/2…pg"),
            (16, "cdn.example.com…"),
            (10, "cdn.…e.com"),
        ] {
            let link = format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\");
            assert_eq!(drawn(url, columns), link);
        }
    }

    #[test]
    fn nothing_in_a_target_acts_on_the_terminal() {
        let link = drawn("HTTPS://a.example/\\ é", 80);
        let target = "HTTPS://a.example/\\%20%C3%A9";
        assert!(
            link.starts_with(&format!("{START};{target}{TERMINATOR}HTTPS://")),
            "{link:?}"
        );
        assert_eq!(link.matches('\u{1b}').count(), 4, "{link:?}");
    }

    #[test]
    fn what_leads_elsewhere_is_no_link() {
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "tel:+62800",
            "https://",
            "https:///a.example",
            "https://bank.example@evil.example/",
            "https://evil.example\\@bank.example/",
            "wwé",
        ] {
            assert_eq!(drawn(url, 80), url);
        }
        let long = format!("https://a.example/{}", "é".repeat(400));
        assert_eq!(drawn(&long, 80), long);
    }

    #[test]
    fn only_four_schemes_and_clear_hosts_are_links() {
        for url in [
            "https://h/x?a=1&b=2",
            "HTTP://h",
            "https://[::1]:80/",
            "https://例え.jp/ファイル",
            "tel:+62-800",
            "geo:-6.2000881,106.8456115",
        ] {
            assert!(Link::to(url).is_some(), "{url}");
        }
        for url in [
            "",
            "h/x",
            "//h/x",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "javascript://h/%0aalert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://h/x",
            "view-source:https://h",
            "https:h",
            "https:///h",
            "https://",
            "https://@",
            "https://good.example@evil.example/",
            r"https://evil.example\@good.example/x",
            "https://h/\u{202e}gpj.exe",
            "https://h/\n",
            "tel:",
            "tel:*#06#",
            "tel:1;phone-context=x",
            "geo:javascript",
        ] {
            assert_eq!(Link::to(url), None, "{url}");
        }
    }

    #[test]
    fn a_link_knows_its_host_and_its_file() {
        for (url, host, file) in [
            (
                "https://cdn.example.com/a/b.png?x/y",
                "cdn.example.com",
                Some("b.png"),
            ),
            ("https://h:80", "h:80", None),
        ] {
            let link = Link::to(url).expect("it may be a link");
            assert_eq!((link.host(), link.file_name()), (Some(host), file), "{url}");
        }
    }
}
