//! Hyperlinks (the escape sequence OSC 8): a terminal opens the whole URL, but shows a short one.
//!
//! A URL comes from strangers, so three things are made sure of:
//!
//! - Only `http` and `https` become links: other schemes start programs or open files.
//! - The target has only visible ASCII characters, so that nothing in it ends the sequence or acts
//!   on the terminal. All others are percent-encoded, as browsers do.
//! - The text names the host that the link leads to. A URL whose host is easily mistaken for another,
//!   with a user name or a backslash in front of the path, is shown in full and is not a link.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Canvas;
use super::clip::shortened_middle;
use super::width::width;
use crate::Text;

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

/// The target of a link to a URL; `None` if it should not be a link.
fn target(url: &str) -> Option<String> {
    let (host, _) = host_and_path(url)?;
    let is_unclear = |c: char| matches!(c, '@' | '\\') || c.is_whitespace();
    let target = utf8_percent_encode(url, ENCODED).to_string();
    let is_fine = !host.is_empty() && !host.contains(is_unclear) && target.len() <= MAX_TARGET;
    is_fine.then_some(target)
}

/// Splits a URL of the web behind its host, and leaves out the scheme.
fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(rest.split_at(end))
}

/// A URL if it fits into `columns`, or else its host and the end of its path.
fn shortened(url: &Text<'_>, columns: usize) -> String {
    let whole = url.to_string();
    let Some((host, path)) = host_and_path(&whole).filter(|_| width(&whole) > columns) else {
        return whole;
    };
    match columns.checked_sub(width(host)) {
        Some(room) if room > 0 => host.to_owned() + &shortened_middle(path, room),
        _ => shortened_middle(host, columns),
    }
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
        let link = drawn("HTTPS://a.example/\u{7}\u{1b}\\\u{9c}\u{202e} é", 80);
        let target = "HTTPS://a.example/%07%1B\\%C2%9C%E2%80%AE%20%C3%A9";
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
}
