//! Verdicts on signatures: a line each, the verdict first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::Style;

use super::{Canvas, Theme, delivery_count};
use crate::Position;
use crate::capture::Format;
use crate::delivery::{Delivery, Fidelity, Headers};
use crate::signature::{Scheme, Signature, Verdict};
use crate::{Origin, Text};

/// What a verdict is about: a delivery without its body.
#[derive(Debug, Clone)]
pub struct DeliveryInfo<'a> {
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

impl<'a> DeliveryInfo<'a> {
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
            notes: delivery.remarks().map(str::to_owned).collect(),
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
    pub fn into_owned(self) -> DeliveryInfo<'static> {
        DeliveryInfo {
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
    subject: &DeliveryInfo<'_>,
    signature: &Signature,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    write_headline(subject, signature, canvas, out)?;
    for line in explanation(signature, &canvas.theme) {
        writeln!(out, "  {line}")?;
    }
    write_notes(subject, signature, canvas, out)
}

/// Writes a verdict whose reason is that of the verdicts before it: where, and how it was saved.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_again(
    subject: &DeliveryInfo<'_>,
    signature: &Signature,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    write_headline(subject, signature, canvas, out)?;
    write_notes(subject, signature, canvas, out)
}

fn write_headline(
    subject: &DeliveryInfo<'_>,
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
    )
}

/// Writes how the delivery of a failure was read, as far as the reason does not say it.
fn write_notes(
    subject: &DeliveryInfo<'_>,
    signature: &Signature,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if signature.verdict == Verdict::Valid {
        return Ok(());
    }
    let reason = signature.reason.as_deref().unwrap_or_default();
    let notes = subject.notes.iter();
    for note in notes.filter(|note| !reason.contains(note.as_str())) {
        let note = Text::from(note.as_str());
        writeln!(out, "  {} {note}", canvas.theme.muted.style("note:"))?;
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
            theme.muted.style("nothing matched; tried:"),
            signature.tried.join(", ")
        ));
    }
    lines
}

/// How many verdicts of each kind there were, and what they were checked against.
#[derive(Debug, Default)]
pub struct VerdictCounts {
    counts: BTreeMap<&'static str, usize>,
    /// The scheme and the header with who chose them, where they are not the built-in ones.
    settings: Vec<String>,
}

impl VerdictCounts {
    /// Counts a verdict; all of a run are checked against the same scheme.
    pub fn add(&mut self, signature: &Signature) {
        if self.counts.is_empty() {
            self.settings = settings(signature);
        }
        *self.counts.entry(signature.verdict.name()).or_default() += 1;
    }

    /// Adds the verdicts of another part of the run.
    pub fn absorb(&mut self, other: Self) {
        if self.counts.is_empty() {
            self.settings = other.settings;
        }
        for (verdict, count) in other.counts {
            *self.counts.entry(verdict).or_default() += count;
        }
    }

    /// Says whether there was none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Such as `2 valid, 1 missing · scheme hmac-sha1:{body} from chatlog.toml`.
    pub(super) fn summary(&self, theme: &Theme) -> String {
        let verdicts = [
            Verdict::Valid,
            Verdict::Invalid,
            Verdict::Missing,
            Verdict::Inconclusive,
            Verdict::Unchecked,
        ];
        let counted = verdicts.iter().filter_map(|verdict| {
            let count = self.counts.get(verdict.name())?;
            let words = format!("{count} {verdict}");
            Some(verdict_style(theme, *verdict).style(words).to_string())
        });
        let counted = counted.collect::<Vec<_>>().join(", ");
        std::iter::once(counted)
            .chain(self.settings.iter().cloned())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// Writes the line that closes a run; nothing, where there was no verdict.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub fn write_closing(&self, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let total = delivery_count(self.counts.values().sum());
        writeln!(out, "{total}: {}", self.summary(&canvas.theme))
    }
}

/// The scheme and the header that a signature was checked with, and who chose them: each where it
/// is not the built-in one. Whoever reads a verdict must see that a file changed what it means.
pub(super) fn settings(signature: &Signature) -> Vec<String> {
    let chosen = [
        ("scheme", &signature.scheme, &signature.scheme_source),
        ("header", &signature.header, &signature.header_source),
    ];
    chosen
        .into_iter()
        .filter_map(|(name, value, source)| {
            let (value, source) = (Text::from(value.as_str()), Text::from(source.as_deref()?));
            Some(format!("{name} {value} from {source}"))
        })
        .collect()
}

/// Writes what there is to say of all failures together, a line each.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_failures(
    sentences: impl Iterator<Item = String>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    for sentence in sentences {
        let sentence = Text::from(sentence);
        writeln!(out, "  {} {sentence}", canvas.theme.muted.style("note:"))?;
    }
    Ok(())
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
        let none = theme.error.style("no known scheme");
        writeln!(out, "{none} fits {read} with these secrets")?;
        return writeln!(
            out,
            "  {} try a scheme of your own with `chatlog verify --scheme`",
            theme.muted.style("help:")
        );
    }
    write_options(schemes, canvas, out)?;
    let advice = match (deliveries, schemes.len()) {
        (1, _) => "several schemes can fit a single delivery; add another to be sure",
        (_, 1) => "the scheme fits all of them",
        _ => "these schemes fit all of them, the likeliest first",
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
