//! Verdicts on signatures: a line each, the verdict first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::Style;

use super::{Canvas, Theme, delivery_count};
use crate::capture::{Delivery, Fidelity, Format, Headers, Position};
use crate::signature::{Scheme, Signature, Verdict};
use crate::{Origin, Text};

/// What a verdict is about: a delivery without its body.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The delivery's input.
    pub source: Text<'a>,
    /// The delivery's number in it, from 1.
    pub index: usize,
    /// How it was saved.
    pub format: Format,
    /// How faithfully its body was kept.
    pub fidelity: Fidelity,
    /// Where it starts in its input.
    pub start: Position,
    /// The request's method, target and time, where they are known.
    pub method: Option<Text<'a>>,
    /// See `method`.
    pub target: Option<Text<'a>>,
    /// See `method`.
    pub received_at: Option<jiff::Timestamp>,
    /// The request's headers.
    pub headers: Headers<'a>,
    /// What was done or assumed to read it.
    pub notes: Vec<String>,
}

impl<'a> Subject<'a> {
    /// What there is to say of a delivery beside its body.
    pub fn of(origin: &Origin<'a>, delivery: &Delivery<'a>) -> Self {
        Self {
            source: origin.source.clone(),
            index: origin.index,
            format: delivery.format,
            fidelity: delivery.fidelity,
            start: delivery.start,
            method: delivery.method.clone(),
            target: delivery.target.clone(),
            received_at: delivery.received_at,
            headers: delivery.headers.clone(),
            notes: delivery.notes.clone(),
        }
    }

    /// Which delivery it is.
    fn origin(&self) -> Origin<'_> {
        Origin {
            source: self.source.clone(),
            index: self.index,
        }
    }

    /// The same, owning its texts.
    pub fn into_owned(self) -> Subject<'static> {
        Subject {
            source: self.source.into_owned(),
            method: self.method.map(Text::into_owned),
            target: self.target.map(Text::into_owned),
            headers: self.headers.into_owned(),
            index: self.index,
            format: self.format,
            fidelity: self.fidelity,
            start: self.start,
            received_at: self.received_at,
            notes: self.notes,
        }
    }
}

/// Writes a verdict: where, how it was saved, why; what would have matched below.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(
    subject: &Subject<'_>,
    signature: &Signature,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let theme = &canvas.theme;
    let verdict = verdict_style(theme, signature.verdict)
        .style(format_args!("{:<12}", signature.verdict.name()))
        .to_string();
    let place = subject.origin().to_string();
    let saved = format!("({}, {})", subject.format, subject.fidelity.name());
    writeln!(
        out,
        "{verdict} {} {}",
        theme.heading.style(place),
        theme.muted.style(saved)
    )?;
    for line in explanation(signature, theme) {
        writeln!(out, "  {line}")?;
    }
    if signature.verdict != Verdict::Valid {
        for note in &subject.notes {
            writeln!(
                out,
                "  {} {}",
                theme.muted.style("note:"),
                Text::from(note.as_str())
            )?;
        }
    }
    Ok(())
}

/// Why the verdict is what it is, a line each.
pub(super) fn explanation(signature: &Signature, theme: &Theme) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let secret = signature.secret.filter(|_| signature.secrets > 1);
    let matched = secret.map(|secret| format!("secret {secret} matches"));
    match (&signature.reason, matched) {
        (Some(reason), Some(matched)) => lines.push(format!("{reason}; {matched}")),
        (reason, matched) => lines.extend(reason.clone().or(matched)),
    }
    for hint in &signature.hints {
        let code = theme
            .warning
            .style(format_args!("hint[{}]:", hint.code.name()))
            .to_string();
        lines.push(format!("{code} {}", hint.message));
    }
    let is_failed = matches!(signature.verdict, Verdict::Invalid | Verdict::Inconclusive);
    if is_failed && signature.hints.is_empty() && !signature.tried.is_empty() {
        lines.push(format!(
            "{} {}",
            theme.muted.style("tried, and none matches:"),
            signature.tried.join(", ")
        ));
    }
    lines
}

/// Writes how many verdicts of each kind there were.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_closing(
    counts: &BTreeMap<&str, usize>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let total: usize = counts.values().sum();
    if total == 0 {
        return Ok(());
    }
    let verdicts = [
        Verdict::Valid,
        Verdict::Invalid,
        Verdict::Missing,
        Verdict::Inconclusive,
        Verdict::Unchecked,
    ];
    let listed = verdicts.iter().filter_map(|verdict| {
        let count = counts.get(verdict.name())?;
        let words = format!("{count} {verdict}");
        Some(
            verdict_style(&canvas.theme, *verdict)
                .style(words)
                .to_string(),
        )
    });
    let listed: Vec<_> = listed.collect();
    writeln!(out, "{}: {}", delivery_count(total), listed.join(", "))
}

/// Writes the schemes that were found, the likeliest first, each as the option that names it.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_schemes(
    schemes: &[Scheme],
    deliveries: usize,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let theme = &canvas.theme;
    let read = delivery_count(deliveries);
    if schemes.is_empty() {
        let none = theme.error.style("no scheme of the catalogue");
        writeln!(out, "{none} fits {read} with these secrets")?;
        return writeln!(
            out,
            "  {} check one by hand with `chatlog verify --scheme`",
            theme.muted.style("help:")
        );
    }
    write_options(schemes, canvas, out)?;
    let advice = match (deliveries, schemes.len()) {
        (1, _) => "one delivery can fit by chance of its content: try a second one",
        (_, 1) => "it fits all of them",
        _ => "all of these fit; the first is the likeliest",
    };
    writeln!(
        out,
        "{}",
        theme.muted.style(format_args!("{read} read: {advice}"))
    )
}

/// Writes schemes, each as the option that names it.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_options(schemes: &[Scheme], canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    schemes.iter().try_for_each(|scheme| {
        let quoted = scheme.to_string().replace('\'', r"'\''");
        writeln!(out, "--scheme '{}'", canvas.theme.good.style(quoted))
    })
}

pub(super) fn verdict_style(theme: &Theme, verdict: Verdict) -> Style {
    match verdict {
        Verdict::Valid => theme.good,
        Verdict::Invalid | Verdict::Missing => theme.error,
        Verdict::Inconclusive => theme.warning,
        Verdict::Unchecked => theme.muted,
    }
}
