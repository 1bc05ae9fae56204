//! Verdicts on signatures, for people: a line each, with the verdict first.
//!
//! A verdict is shown in three places, all of which take their words from here: `chatlog verify`
//! lists the verdicts of a run, the summary of a session has a row for its own, and the closing
//! line counts them. What would have matched (the hints of [`diagnosis`](crate::diagnosis)) stands
//! below a verdict, with the code that scripts know it by, and with the place where the saved and the
//! signed body first differ. Sentences are wrapped at words and hang below their start. The schemes
//! that
//! `chatlog verify --discover` finds are written here, too.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::Style;

use super::theme::Tone;
use super::wrap::hanging;
use super::{Canvas, Theme, delivery_count, difference};
use crate::Position;
use crate::delivery::CaptureFormat;
use crate::delivery::{Delivery, Fidelity, Headers};
use crate::signature::{Hint, Scheme, Signature, Verdict};
use crate::{Origin, Text};

/// What a view shows of a delivery besides its body. It may outlive the body, which is large.
#[derive(Debug, Clone)]
pub struct DeliveryInfo<'a> {
    /// The name of the input.
    pub source: Text<'a>,
    /// The number of the delivery in its input, from 1.
    pub index: usize,
    /// How it was saved.
    pub format: CaptureFormat,
    /// How faithfully its body was kept.
    pub fidelity: Fidelity,
    /// Where it starts in its input.
    pub start: Position,
    /// The method of the request, if the capture kept it.
    pub method: Option<Text<'a>>,
    /// The target of the request, such as `/hook?id=1`, if the capture kept it.
    pub target: Option<Text<'a>>,
    /// When the request was received, if the capture kept that.
    pub received_at: Option<jiff::Timestamp>,
    /// The request's headers.
    pub headers: Headers<'a>,
    /// What was done or assumed to read it.
    pub notes: Vec<String>,
}

impl<'a> DeliveryInfo<'a> {
    /// Describes a delivery.
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

    fn origin(&self) -> Origin<'_> {
        Origin {
            source: self.source.clone(),
            index: self.index,
        }
    }

    /// Clones the borrowed texts.
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

/// Writes a verdict: the place, how the delivery was saved, the reason, and below it the hints.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    subject: &DeliveryInfo<'_>,
    signature: &Signature,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    write_headline(subject, signature, canvas, out)?;
    if let Some(reason) = reason(signature) {
        write_paragraph(&reason, canvas, out)?;
    }
    for hint in &signature.hints {
        write_hint(hint, canvas, out)?;
    }
    if let Some(tried) = tried(signature, &canvas.theme) {
        write_paragraph(&tried, canvas, out)?;
    }
    write_notes(subject, signature, canvas, out)
}

/// Writes a hint, and below it where the bodies first differ.
fn write_hint(hint: &Hint, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    write_paragraph(&hint_line(hint, &canvas.theme), canvas, out)?;
    let drawn = hint.difference.iter();
    let mut lines = drawn.flat_map(|it| difference::lines(it, HANGING, canvas));
    lines.try_for_each(|line| writeln!(out, "{line}"))
}

/// Indents what stands below a verdict.
const INDENT: &str = "  ";
/// Indents the lines of a sentence after its first.
const HANGING: &str = "    ";

fn write_paragraph(words: &str, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let lines = hanging(INDENT, HANGING.len(), words, usize::from(canvas.width));
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Writes a verdict without its reason and hints, which are those of a verdict before it.
///
/// # Errors
/// If `out` cannot be written.
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

/// Writes the notes on how a delivery was read, for a verdict that is not valid, without those
/// that the reason repeats.
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
        write_note(&Text::from(note.as_str()), canvas, out)?;
    }
    Ok(())
}

fn write_note(note: &Text<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let label = canvas.theme.muted.style("note:");
    write_paragraph(&format!("{label} {note}"), canvas, out)
}

/// Returns the lines that explain a verdict: its reason, and its hints or what was tried.
pub(super) fn explanation(signature: &Signature, theme: &Theme) -> Vec<String> {
    let hints = signature.hints.iter().map(|hint| hint_line(hint, theme));
    let lines = reason(signature).into_iter().chain(hints);
    lines.chain(tried(signature, theme)).collect()
}

fn hint_line(hint: &Hint, theme: &Theme) -> String {
    let code = format!("hint[{}]:", hint.code.name());
    format!("{} {}", theme.warning.style(code), hint.message)
}

/// What was tried, if nothing matched.
fn tried(signature: &Signature, theme: &Theme) -> Option<String> {
    let is_failed = matches!(signature.verdict, Verdict::Invalid | Verdict::Inconclusive);
    let is_explained = signature.hints.iter().any(Hint::would_match);
    let is_told = is_failed && !is_explained && !signature.tried.is_empty();
    let label = theme.muted.style("nothing matched; tried:");
    is_told.then(|| format!("{label} {}", signature.tried.join(", ")))
}

/// The reason of a verdict and, if there are several secrets, which one matches.
pub(super) fn reason(signature: &Signature) -> Option<String> {
    let secret = signature.secret.filter(|_| signature.secrets > 1);
    let matched = secret.map(|secret| format!("secret {secret} matches"));
    match (&signature.reason, matched) {
        (Some(reason), Some(matched)) => Some(format!("{reason}; {matched}")),
        (reason, matched) => reason.clone().or(matched),
    }
}

/// Counts the verdicts of a run, and remembers what they were checked against.
#[derive(Debug, Default)]
pub struct VerdictCounts {
    counts: BTreeMap<&'static str, usize>,
    /// The scheme and the header with their sources, if they are not the built-in ones.
    settings: Vec<String>,
}

impl VerdictCounts {
    /// Counts a verdict. All verdicts of a run are checked against the same scheme.
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

    /// Whether no verdict was counted.
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

    /// Writes the closing line of a run, such as `2 deliveries: 1 valid, 1 missing`; nothing if
    /// there was no verdict.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write_closing(&self, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let total = delivery_count(self.counts.values().sum());
        let total = canvas.theme.heading.style(total);
        writeln!(out, "{total}: {}", self.summary(&canvas.theme))
    }
}

/// Returns the scheme and the header that a signature was checked with, each with its source, if
/// they are not the built-in ones. A reader must see that a file changed what a verdict means.
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

/// Writes notes about several failures together, such as a cause that they share, a line each.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_failures(
    sentences: impl Iterator<Item = String>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    for sentence in sentences {
        write_note(&Text::from(sentence), canvas, out)?;
    }
    Ok(())
}

/// Writes the schemes that fit all of `deliveries`, the likeliest first, as `--scheme` options.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_schemes(
    schemes: &[Scheme],
    deliveries: usize,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let read = delivery_count(deliveries);
    if schemes.is_empty() {
        return write_no_scheme(&read, &canvas.theme, out);
    }
    write_options(schemes, canvas, out)?;
    let advice = match (deliveries, schemes.len()) {
        (1, _) => "several schemes can fit a single delivery; add another to be sure",
        (_, 1) => "the scheme fits all of them",
        _ => "these schemes fit all of them, the likeliest first",
    };
    let closing = format!("{read} read: {advice}");
    writeln!(out, "{}", canvas.theme.muted.style(closing))
}

fn write_no_scheme(read: &str, theme: &Theme, out: &mut impl Write) -> io::Result<()> {
    let none = theme.error.style("no known scheme");
    let help = theme.muted.style("help:");
    writeln!(out, "{none} fits {read} with these secrets")?;
    writeln!(
        out,
        "  {help} try a scheme of your own with `chatlog verify --scheme`"
    )
}

/// Writes schemes as `--scheme` options, quoted for a POSIX shell.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_options(schemes: &[Scheme], canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    schemes.iter().try_for_each(|scheme| {
        let quoted = scheme.to_string().replace('\'', r"'\''");
        writeln!(out, "--scheme '{}'", canvas.theme.good.style(quoted))
    })
}

pub(super) fn verdict_style(theme: &Theme, verdict: Verdict) -> Style {
    theme.tone(Tone::of_verdict(verdict))
}
