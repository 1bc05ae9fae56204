//! Sessions as a web page: one file that can be sent to anybody and opened anywhere.
//!
//! What the page promises:
//!
//! - **It asks nobody for anything.** There are no scripts, images, fonts or frames, and a content
//!   security policy that forbids them: only the style sheet inside the page applies, by its hash.
//!   Media are links and never loaded, because loading them would tell their host who looked. Links
//!   that leave the page are written in one place, which lets through `http`, `https`, `tel` and
//!   `geo` alone and sends no referrer.
//! - **A stranger's text is only text.** It is escaped in one place, [`Escaped`]; what is invisible
//!   or changes the order of letters is spelled out as on a terminal.
//! - **It is for everybody.** Each text has the direction of its own first letter, and a language
//!   only if the notification names one. Messages are lists below headings, times are machine
//!   readable, and all colours keep a contrast of 4.5 to 1, in the light theme, in the dark one and
//!   on paper.
//! - **It is as long as the conversation.** A browser lays out only the messages near the screen.
//!   Each has an anchor, such as `#m12`.
//!
//! The parts are drawn where the tables are: the card in `summary/html.rs`, the bubbles in
//! `transcript/html.rs`.

pub(super) mod findings;
pub(super) mod markup;

use std::io::{self, Write};
use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

use self::findings::write_list;
pub use self::markup::Escaped;
use super::signature::settings;
use super::transcript::{self, Entries};
use super::{Canvas, Part, Selection, other, summary};
use crate::capture::encryption;
use crate::signature::Verdict;
use crate::{Report, Text};

/// The look of every page.
const STYLE: &str = include_str!("page.css");

/// What a browser may load: nothing, and apply no other style than [`STYLE`].
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
});

/// Writes the start of a page, up to its first session.
///
/// # Errors
/// If `out` cannot be written.
pub fn begin_page(title: &Text<'_>, out: &mut impl Write) -> io::Result<()> {
    let title = Escaped(title.as_str());
    writeln!(
        out,
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1 dir="auto">{title}</h1>"#,
        *POLICY
    )
}

/// Writes a session as an article of a page: the summary, then the conversation. A report without a
/// session shows its findings instead. All ids start with `ids`, so that they are unique on a page
/// of several sessions.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_article(
    report: &Report<'_>,
    ids: &str,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "<article>")?;
    let Some(session) = &report.session else {
        write_without_session(report, selection, out)?;
        return writeln!(out, "</article>");
    };
    if selection.shows(Part::Summary) {
        summary::html::write(report, session, selection, canvas, ids, out)?;
    } else {
        let name = report.origin.short_name();
        writeln!(out, r#"<h2 dir="auto">{}</h2>"#, Escaped(&name))?;
    }
    if selection.shows(Part::Transcript) {
        let entries = Entries::of(report, session, selection, &canvas.zone);
        transcript::html::write(&entries, selection, &canvas.zone, ids, out)?;
    }
    writeln!(out, "</article>")
}

/// Writes the end of a page.
///
/// # Errors
/// If `out` cannot be written.
pub fn end_page(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "</main>\n</body>\n</html>")
}

/// Writes the findings and the verdict of a body that has no session.
fn write_without_session(
    report: &Report<'_>,
    selection: Selection,
    out: &mut impl Write,
) -> io::Result<()> {
    let name = report.origin.short_name();
    writeln!(out, r#"<header class="card">"#)?;
    writeln!(out, r#"<h2 dir="auto">{}</h2>"#, Escaped(&name))?;
    writeln!(out, "<p>There is no conversation in this delivery.</p>")?;
    if let Some(notification) = &report.other {
        other::write_html(notification, selection, out)?;
    }
    write_list(report, None, out)?;
    if let Some(remark) = encryption::remark(report.delivery) {
        writeln!(out, r#"<p class="muted">{}</p>"#, Escaped(remark))?;
    }
    // Any other verdict is among the findings.
    if let Some(checked) = &report.signature
        && checked.verdict == Verdict::Valid
    {
        writeln!(out, r#"<p>Its signature is <b class="good">valid</b>.</p>"#)?;
        for setting in settings(checked) {
            writeln!(out, r#"<p class="muted">{}</p>"#, Escaped(&setting))?;
        }
    }
    writeln!(out, "</header>")
}
