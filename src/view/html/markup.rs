//! Text and links as HTML. Nothing else writes a stranger's words into a page.
//!
//! [`Escaped`] and [`Lines`] show text as [`Text`] does, with everything that is invisible or acts on
//! its surroundings spelled out, and as characters of the page, never as its markup. A
//! [`Link`] is the only way to a link that leaves the page.

use std::fmt::{self, Display, Write};

use crate::Text;
use crate::text::write_escaped;
use crate::view::link::Link;

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

/// The start of an `a` element. It keeps from the host where the reader came from.
impl Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Escaped(self.url());
        write!(
            f,
            r#"<a href="{url}" rel="noopener noreferrer" referrerpolicy="no-referrer">"#
        )
    }
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
    fn a_link_tells_the_host_nothing_and_stays_in_its_attribute() {
        let link = Link::to(r#"https://h/"onclick="x"#).map(|link| link.to_string());
        assert_eq!(
            link.as_deref(),
            Some(
                r#"<a href="https://h/&quot;onclick=&quot;x" rel="noopener noreferrer" referrerpolicy="no-referrer">"#
            )
        );
    }
}
