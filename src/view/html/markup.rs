//! Text and links as HTML. Nothing else writes a stranger's words into a page.
//!
//! [`Escaped`] and [`Lines`] show text as [`Text`] does, with everything that is invisible or acts on
//! its surroundings spelled out, and as characters of the page, never as its markup. [`Link`] is the
//! only way to a link that leaves the page, and [`Link::to`] decides which addresses may be one.

use std::fmt::{self, Display, Write};

use crate::Text;
use crate::text::write_escaped;

/// The schemes of addresses that may be links. No other may: `javascript:` and `data:` act on the
/// page, and `file:` or an application's own scheme act on the reader's machine.
const SCHEMES: [&str; 4] = ["http", "https", "tel", "geo"];

/// A text on one line, as the content of an element or the value of a quoted attribute.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'t>(pub &'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(self.0, 0..self.0.len(), &mut Entities(f))
    }
}

/// A text with its line breaks, as the content of an element that keeps them.
#[derive(Debug, Clone, Copy)]
pub(in crate::view) struct Lines<'t>(pub(in crate::view) &'t Text<'t>);

impl Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.lines().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            Escaped(line.as_str()).fmt(f)?;
        }
        Ok(())
    }
}

/// Writes the characters that are markup in HTML as entities.
struct Entities<'o, W>(&'o mut W);

impl<W: Write> Write for Entities<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            self.0.write_str(&rest[..at])?;
            self.0.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        self.0.write_str(rest)
    }
}

/// A link to an address outside the page. It displays itself as the start of an `a` element, which
/// keeps from the host where the reader came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) struct Link<'u> {
    url: &'u str,
    /// What follows the scheme.
    rest: &'u str,
}

impl<'u> Link<'u> {
    /// A link to an address, if it may be one. It must be on one line and hide nothing, so that the
    /// address that is read is the one that is opened.
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

    /// The host of a web address, as a browser reads it.
    pub(in crate::view) fn host(self) -> Option<&'u str> {
        let authority = self.rest.strip_prefix("//")?.split(['/', '\\', '?', '#']);
        let authority = authority.into_iter().next()?;
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
            .then_some(host)
    }

    /// The last part of the path of a web address, which often is the name of a file.
    pub(in crate::view) fn file_name(self) -> Option<&'u str> {
        let path = self.rest.split(['?', '#']).next()?;
        let (_, path) = path.strip_prefix("//")?.split_once('/')?;
        path.rsplit('/').next().filter(|name| !name.is_empty())
    }
}

impl Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Escaped(self.url);
        write!(
            f,
            r#"<a href="{url}" rel="noopener noreferrer" referrerpolicy="no-referrer">"#
        )
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

    #[test]
    fn a_strangers_text_is_never_markup() {
        let shown = Escaped(r#"<img src=x onerror="a('b')">&amp;"#).to_string();
        assert_eq!(
            shown,
            "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;amp;"
        );
        let hostile: String = (0..0x300).filter_map(char::from_u32).collect();
        let shown = Escaped(&hostile).to_string();
        assert!(!shown.contains(['<', '>', '"', '\'']), "{shown}");
        assert!(!shown.contains(char::is_control), "{shown}");
    }

    #[test]
    fn what_hides_is_spelled_out_and_lines_stay() {
        let text = Text::from("a\u{202e}b\u{0}\r\n<c>\n::d");
        assert_eq!(
            Lines(&text).to_string(),
            "a\\u{202e}b\\u{0}\n&lt;c&gt;\n::d"
        );
    }

    #[test]
    fn only_four_schemes_are_links() {
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
    fn a_link_tells_the_host_nothing_and_stays_in_its_attribute() {
        let link = Link::to(r#"https://h/"onclick="x"#).map(|link| link.to_string());
        assert_eq!(
            link.as_deref(),
            Some(
                r#"<a href="https://h/&quot;onclick=&quot;x" rel="noopener noreferrer" referrerpolicy="no-referrer">"#
            )
        );
    }

    #[test]
    fn the_host_is_the_one_that_a_browser_asks() {
        for (url, host, file) in [
            (
                "https://cdn.example.com/a/b.png?x/y",
                "cdn.example.com",
                Some("b.png"),
            ),
            ("https://good.example@evil.example/", "evil.example", None),
            (
                r"https://evil.example\@good.example/x",
                "evil.example",
                Some("x"),
            ),
            ("https://h:80", "h:80", None),
        ] {
            let link = Link::to(url).expect("it may be a link");
            assert_eq!((link.host(), link.file_name()), (Some(host), file), "{url}");
        }
    }
}
