//! Findings on a page: folded away, one item each, with links to the messages they are about.

use std::io::{self, Write};

use super::markup::Escaped;
use crate::finding::{Finding, Omitted, Severity};
use crate::view::wording;
use crate::{Position, Report};

/// Writes all findings of a report as a list. If its messages are on the page, their ids start with
/// `ids`.
pub(in crate::view) fn write_list(
    report: &Report<'_>,
    ids: Option<&str>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, r#"<ul class="findings">"#)?;
    for (finding, position) in report.findings.iter().zip(report.positions()) {
        write_finding(finding, &Place::of(report, finding, position, ids), out)?;
    }
    for omitted in &report.omitted {
        write_omitted(omitted, out)?;
    }
    writeln!(out, "</ul>")
}

/// Writes the findings that are told at a message, folded away.
pub(in crate::view) fn write_at_message(
    findings: &[&Finding],
    out: &mut impl Write,
) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning].map(|it| counted(count(it), it));
    let counts: Vec<_> = counts.into_iter().flatten().collect();
    let worst = if count(Severity::Error) > 0 {
        Severity::Error
    } else {
        Severity::Warning
    };
    let (class, summary) = (worst.name(), counts.join(", "));
    write!(
        out,
        r#"<details><summary class="{class}">{summary}</summary>"#
    )?;
    write!(out, r#"<ul class="findings">"#)?;
    for finding in findings {
        write_finding(finding, &Place::Here, out)?;
    }
    write!(out, "</ul></details>")
}

/// Such as `2 errors`; none if there are none.
fn counted(count: usize, severity: Severity) -> Option<String> {
    let plural = if count == 1 { "" } else { "s" };
    (count > 0).then(|| format!("{count} {}{plural}", severity.name()))
}

/// What a finding is about, as far as it is not clear from where it stands.
enum Place<'p> {
    /// The message that it stands at.
    Here,
    /// The message with this number and, if it is on the page, the start of its id.
    Message(usize, Option<&'p str>),
    /// The value with this pointer.
    Value(String),
    /// The position in the input, for a body without values.
    Input(Position),
}

impl<'p> Place<'p> {
    fn of(
        report: &Report<'_>,
        finding: &Finding,
        position: Position,
        ids: Option<&'p str>,
    ) -> Self {
        if let Some(index) = finding.pointer.message() {
            return Self::Message(index + 1, ids);
        }
        match finding.pointer.to_json_pointer() {
            pointer if !pointer.is_empty() => Self::Value(pointer),
            _ => Self::Input(report.place_of(finding, position).unwrap_or(position)),
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Here => Ok(()),
            Self::Message(number, None) => write!(out, "message {number}: "),
            Self::Message(number, Some(ids)) => {
                write!(out, r##"<a href="#{ids}m{number}">message {number}</a>: "##)
            }
            Self::Value(pointer) => write!(out, "<code>{}</code>: ", Escaped(pointer)),
            Self::Input(Position { line, column }) => {
                write!(out, "line {line}, column {column}: ")
            }
        }
    }
}

fn write_finding(finding: &Finding, place: &Place<'_>, out: &mut impl Write) -> io::Result<()> {
    let (severity, rule) = (finding.severity.name(), finding.rule);
    write!(out, r#"<li><b class="{severity}">{severity}[{rule}]</b> "#)?;
    place.write(out)?;
    // The words are safe to show already; this makes them characters of the page.
    write!(out, "{}", Escaped(&wording::message(finding)))?;
    if let Some(help) = wording::help(finding) {
        write!(out, r#" <span class="muted">{}</span>"#, Escaped(&help))?;
    }
    writeln!(out, "</li>")
}

fn write_omitted(omitted: &Omitted, out: &mut impl Write) -> io::Result<()> {
    let Omitted {
        rule,
        severity,
        count,
        ..
    } = omitted;
    let severity = severity.name();
    writeln!(
        out,
        r#"<li><b class="{severity}">{severity}[{rule}]</b> {count} more</li>"#
    )
}
