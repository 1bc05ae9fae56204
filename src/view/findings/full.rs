//! Findings with the lines they are about, as compilers show them.
//!
//! The box around an excerpt (line numbers, carets, labels) is drawn by `annotate-snippets`. It
//! expects source code with short lines, so this module prepares what it draws: every line is cut
//! to the canvas by [`excerpt`] first, and the marks of a finding are grouped into *rows* (a line
//! with its marks) and *snippets* (rows that are near each other). A related place that is on the
//! line at fault is marked there; one that is on another line is a row of its own; one that is
//! further than [`FAR`] away is a snippet of its own, below an arrow with its position.
//!
//! The pointer to the value at fault labels the caret if it fits beside it, and stands in a note
//! below otherwise.
//!
//! Notes are wrapped at words. A title is not: editors that know compilers look for one line with
//! the title and the next with the arrow.
//!
//! Findings that say the same of several places ([`Repeated`]) are drawn once, at the first place;
//! a note counts and names the others, and arrows lead to the next [`MAX_MORE`] of them.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::excerpt::{Excerpt, columns_of, excerpt};
use super::places::{Places, Region};
use super::repeated::Repeated;
use super::report_format::{Rendered, Reporter, Total};
use super::{Canvas, InputProblem, Listed, Options, more_findings};
use crate::finding::{Finding, Rule, Severity};
use crate::signature::Verdict;
use crate::view::Theme;
use crate::view::signature::{self, DeliveryInfo};
use crate::view::wording;
use crate::view::wrap::{hanging, visible_width};
use crate::{Report, Text};

/// Places that are more than this many bytes apart are drawn as separate snippets.
const FAR: usize = 16 * 1024;
/// A width that no line reaches, because the renderer must not cut what is cut already.
const WIDE: usize = 1 << 20;
/// Stands before a position.
const ARROW: &str = "-->";
/// The number of characters that are shown of a pointer.
const MAX_POINTER: usize = 1000;
/// How many other places of a finding have an arrow of their own.
const MAX_MORE: usize = 2;
/// Stands between a line's number and the line.
const GUTTER: &str = " | ";

/// The format for people: each finding with an excerpt, and the totals at the end.
pub(super) struct Full {
    pub(super) options: Options,
}

impl Reporter for Full {
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        let canvas = &self.options.canvas;
        match Listed::of(report) {
            Some(listed) if self.options.lists_all => {
                let blocks = Repeated::none(listed.findings);
                write_blocks(&blocks, &listed, canvas, rendered)
            }
            Some(listed) => write(&listed, canvas, rendered),
            None => write_remarks(report, canvas, rendered),
        }
    }

    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        write_problem(problem, &self.options.canvas, rendered)
    }

    fn finish(&self, total: &Total, mut out: &mut dyn Write) -> io::Result<()> {
        if self.options.quiet {
            return Ok(());
        }
        total.tally.write(&self.options, &mut out)
    }
}

/// Writes a valid verdict if it needs an explanation, such as which of several secrets matches.
fn write_remarks(report: &Report<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let checked = report.signature.as_ref();
    match checked.filter(|checked| checked.verdict == Verdict::Valid) {
        Some(checked) if !signature::explanation(checked, &canvas.theme).is_empty() => {
            let info = DeliveryInfo::of(report.origin, report.delivery);
            signature::write(&info, checked, canvas, out)
        }
        _ => Ok(()),
    }
}

/// Writes each finding with its place, the line it is about, and what to do about it; those that
/// say the same of several places once.
pub(super) fn write(listed: &Listed<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    write_blocks(&Repeated::all(listed.findings), listed, canvas, out)
}

fn write_blocks(
    blocks: &[Repeated<'_>],
    listed: &Listed<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    for block in blocks {
        Drawing::of(block, &listed.places, canvas).write(out)?;
    }
    if !listed.omitted.is_empty() {
        let more = more_findings(listed.omitted);
        writeln!(out, "{}\n", canvas.theme.muted.style(more))?;
    }
    Ok(())
}

/// Writes what could not be read, and where.
fn write_problem(
    problem: &InputProblem<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let theme = &canvas.theme;
    let message = format!(": {}", problem.words());
    let position = problem
        .position
        .map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
    writeln!(
        out,
        "{}{}\n {} {}{position}\n",
        theme.error.style("error"),
        theme.heading.style(message),
        theme.muted.style(ARROW),
        problem.source
    )
}

/// A finding, its places, and the room to draw it in.
struct Drawing<'d> {
    finding: &'d Finding,
    /// It and the others that say the same.
    block: &'d Repeated<'d>,
    places: &'d Places<'d>,
    theme: &'d Theme,
    /// The columns that a line of the body may fill.
    room: usize,
    /// The columns of the largest line number.
    digits: usize,
}

/// A part of the body to underline.
#[derive(Clone)]
struct Underline<'d> {
    span: Range<usize>,
    label: Option<Cow<'d, str>>,
    kind: AnnotationKind,
}

/// A line of the body with marks on it.
struct MarkedLine<'d> {
    line: usize,
    excerpt: Excerpt,
    marks: Vec<Underline<'d>>,
}

impl MarkedLine<'_> {
    /// The offset in the body of its first mark.
    fn start(&self) -> usize {
        self.marks.first().map_or(0, |mark| mark.span.start)
    }
}

impl<'d> Drawing<'d> {
    fn of(block: &'d Repeated<'d>, places: &'d Places<'d>, canvas: &'d Canvas) -> Self {
        let finding = block.first;
        let related = finding.related.iter().map(|related| &related.span);
        let spans = std::iter::once(&finding.span).chain(related).flatten();
        let lines = spans.map(|span| line_of(places, span.start));
        let digits = lines.max().unwrap_or(1).to_string().len();
        let room = usize::from(canvas.width).saturating_sub(digits + GUTTER.len());
        Self {
            finding,
            block,
            places,
            theme: &canvas.theme,
            room: room.max(20),
            digits,
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_title(out)?;
        self.write_arrow(self.places.of_finding(self.finding), out)?;
        let span = self.finding.span.as_ref();
        let (snippets, labelled) = span.map(|span| self.snippets(span)).unwrap_or_default();
        self.write_snippets(&snippets, out)?;
        self.write_notes(labelled, out)?;
        self.write_more(out)?;
        writeln!(out)
    }

    fn write_title(&self, out: &mut impl Write) -> io::Result<()> {
        let Finding { rule, severity, .. } = self.finding;
        let what = format!("{}[{rule}]", severity.name());
        let message = format!(": {}", Text::from(wording::message(self.finding)));
        writeln!(
            out,
            "{}{}",
            self.theme.severity(*severity).style(what),
            self.theme.heading.style(message)
        )
    }

    /// Writes snippets, each but the first below an arrow with its position.
    fn write_snippets(
        &self,
        snippets: &[Vec<MarkedLine<'_>>],
        out: &mut impl Write,
    ) -> io::Result<()> {
        for (number, rows) in snippets.iter().enumerate() {
            if number > 0 {
                self.write_bar(out)?;
                let span = rows.first().map(|row| &row.marks[0].span);
                self.write_arrow(self.places.region(span), out)?;
            }
            self.write_rows(rows, out)?;
        }
        Ok(())
    }

    /// Writes the position of a region: in the input, or in the body if that is wrapped. Related
    /// places have the same arrow, because GitHub takes the `:::` of compilers for a command.
    fn write_arrow(&self, region: Region, out: &mut impl Write) -> io::Result<()> {
        let indent = " ".repeat(self.digits);
        let arrow = self.theme.muted.style(ARROW);
        writeln!(out, "{indent}{arrow} {}", self.position(region))
    }

    /// A region as `source:line:column`, or as the delivery and a position in its body.
    fn position(&self, region: Region) -> String {
        let origin = self.places.report().origin;
        let source = &origin.source;
        match region.in_body {
            Some(body) => format!(
                "{source}#{}, body {}:{}",
                origin.index, body.line, body.column
            ),
            None => format!("{source}:{}:{}", region.start.line, region.start.column),
        }
    }

    /// Says where else the finding is, and leads to the next of these places.
    fn write_more(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(more) = self.block.more() else {
            return Ok(());
        };
        let indent = " ".repeat(self.digits + 1);
        let muted = self.theme.muted;
        for line in self.paragraph(&format!("{indent}= "), &more) {
            writeln!(out, "{}", muted.style(line))?;
        }
        for other in self.block.others.iter().take(MAX_MORE) {
            let position = self.position(self.places.of_finding(other));
            let arrow = format!("{indent}  {ARROW} {position}");
            writeln!(out, "{}", muted.style(arrow))?;
        }
        Ok(())
    }

    /// Words as lines that keep to the canvas, each below the start of the words.
    fn paragraph(&self, start: &str, words: &str) -> Vec<String> {
        let width = self.digits + GUTTER.len() + self.room;
        hanging(start, visible_width(start), words, width)
    }

    /// Says where the delivery starts, if its body is wrapped.
    fn wrapping(&self) -> Option<String> {
        let report = self.places.report();
        let start = report.delivery.start;
        let is_wrapped = report.delivery.body_start.is_none();
        (is_wrapped && !self.finding.rule.is_about_signature()).then(|| {
            format!(
                "{} starts at {}:{}",
                report.origin, start.line, start.column
            )
        })
    }

    fn write_bar(&self, out: &mut impl Write) -> io::Result<()> {
        let indent = " ".repeat(self.digits + 1);
        writeln!(out, "{indent}{}", self.theme.muted.style("|"))
    }

    /// The notes below the excerpt: the pointer if no label has it, the help, and the delivery.
    fn notes(&self, labelled: bool) -> Vec<(&'static str, String)> {
        let pointer = Some(self.pointer());
        let pointer = pointer.filter(|pointer| !labelled && !pointer.is_empty());
        let help = wording::help(self.finding).map(|help| Text::from(help).to_string());
        let notes = [
            ("note:", pointer),
            ("help:", help),
            ("note:", self.wrapping()),
        ];
        let notes = notes.into_iter();
        notes
            .filter_map(|(name, words)| Some((name, words?)))
            .collect()
    }

    fn write_notes(&self, labelled: bool, out: &mut impl Write) -> io::Result<()> {
        let notes = self.notes(labelled);
        let is_last = notes.is_empty() && self.block.others.is_empty();
        if !is_last && self.finding.span.is_some() {
            self.write_bar(out)?;
        }
        let indent = " ".repeat(self.digits + 1);
        let bullet = self.theme.muted.style("=");
        for (name, words) in notes {
            let name = self.theme.heading.style(name);
            let start = format!("{indent}{bullet} {name} ");
            for line in self.paragraph(&start, &words) {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }

    /// Groups the marks into snippets: what is drawn below the first arrow, then what is too far
    /// away. Also returns whether a label has the pointer to the value at fault.
    fn snippets(&self, span: &Range<usize>) -> (Vec<Vec<MarkedLine<'d>>>, bool) {
        let (first, apart, labelled) = self.first_row(span);
        let mut snippets = vec![vec![first]];
        for mark in apart {
            let line = line_of(self.places, mark.span.start);
            let Some(row) = self.row(line, vec![mark]) else {
                continue;
            };
            let near = |other: &MarkedLine<'_>| {
                other.line != line && other.start().abs_diff(row.start()) < FAR
            };
            match snippets.first_mut() {
                Some(rows) if rows.iter().all(near) => rows.push(row),
                _ => snippets.push(vec![row]),
            }
        }
        for rows in &mut snippets {
            rows.sort_by_key(|row| row.line);
        }
        (snippets, labelled)
    }

    /// The line at fault, with the related places that are on it if they have room. Also returns
    /// the other related places, and whether the label has the pointer to the value at fault.
    fn first_row(&self, span: &Range<usize>) -> (MarkedLine<'d>, Vec<Underline<'d>>, bool) {
        let line = line_of(self.places, span.start);
        let fault = self.fault(span);
        let (beside, mut apart): (Vec<_>, Vec<_>) = self
            .related()
            .partition(|mark| line_of(self.places, mark.span.start) == line);
        let mut marks = vec![fault.clone()];
        marks.extend(beside.iter().cloned());
        let row = self.row(line, marks).unwrap_or_else(|| {
            apart.splice(0..0, beside);
            self.row(line, vec![fault])
                .expect("one mark always has an excerpt")
        });
        let row = self.with_label_that_fits(row);
        let labelled = row.marks[0].label.as_deref() == Some(&self.pointer());
        (row, apart, labelled)
    }

    fn fault(&self, span: &Range<usize>) -> Underline<'d> {
        Underline {
            span: span.clone(),
            label: self.label().map(Cow::from),
            kind: AnnotationKind::Primary,
        }
    }

    fn related(&self) -> impl Iterator<Item = Underline<'d>> + use<'d> {
        self.finding.related.iter().filter_map(|related| {
            Some(Underline {
                span: related.span.clone()?,
                label: Some(wording::label(related.label)),
                kind: AnnotationKind::Context,
            })
        })
    }

    /// Removes the label of the fault if it does not fit, or if the line would be whole without
    /// it: the pointer can stand below, the rest of the line cannot.
    fn with_label_that_fits(&self, mut row: MarkedLine<'d>) -> MarkedLine<'d> {
        if !row.excerpt.is_whole {
            let mut marks = row.marks.clone();
            marks[0].label = None;
            let unlabelled = self.row(row.line, marks);
            row = unlabelled.filter(|row| row.excerpt.is_whole).unwrap_or(row);
        }
        let label = &mut row.marks[0].label;
        label.take_if(|label| columns_of(label) >= row.excerpt.beside);
        row
    }

    /// The pointer to the value at fault, shortened to [`MAX_POINTER`] characters.
    fn pointer(&self) -> String {
        let pointer = Text::from(self.finding.pointer.to_json_pointer());
        pointer.shortened(MAX_POINTER).to_string()
    }

    /// The label of the fault: its pointer, unless that is wider than half of the room.
    fn label(&self) -> Option<String> {
        let pointer = self.pointer();
        match self.finding.rule {
            Rule::NotJson if pointer.is_empty() => Some("not JSON".to_owned()),
            _ if pointer.is_empty() => Some("the body".to_owned()),
            _ => Some(pointer).filter(|pointer| columns_of(pointer) <= self.room / 2),
        }
    }

    /// A line with its marks; none if they do not fit on it together.
    fn row(&self, line: usize, marks: Vec<Underline<'d>>) -> Option<MarkedLine<'d>> {
        let text = self.places.report().document.text();
        let spans: Vec<_> = marks.iter().map(|mark| mark.span.clone()).collect();
        // The renderer puts the label of the last mark beside it, and the others below.
        let last = marks.iter().max_by_key(|mark| mark.span.start);
        let label = last.and_then(|mark| mark.label.as_deref());
        let beside = label.map(|label| 1 + columns_of(label));
        Some(MarkedLine {
            line,
            excerpt: excerpt(text, &spans, self.room, beside.unwrap_or_default())?,
            marks,
        })
    }

    /// Writes the rows of a snippet, without the lines between them.
    fn write_rows(&self, rows: &[MarkedLine<'_>], out: &mut impl Write) -> io::Result<()> {
        let Some(last) = rows.last() else {
            return Ok(());
        };
        let level = match self.finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let group = Group::with_level(level).element(self.snippet(rows));
        let drawn = renderer(self.theme).render(&[group]);
        let indent = " ".repeat(self.digits - last.line.to_string().len());
        for line in drawn.lines() {
            writeln!(out, "{indent}{line}")?;
        }
        Ok(())
    }

    /// The rows as source text for the renderer. The lines between them are empty in it, so that
    /// it counts the line numbers right; it leaves out empty lines without marks.
    fn snippet<'r>(&self, rows: &'r [MarkedLine<'_>]) -> Snippet<'r, Annotation<'r>> {
        let first = &rows[0];
        let mut source = String::new();
        let mut before = first;
        let mut annotations = Vec::new();
        for row in rows {
            source += &self.between(before, row);
            before = row;
            for (mark, shown) in row.marks.iter().zip(&row.excerpt.marks) {
                let span = source.len() + shown.start..source.len() + shown.end;
                annotations.push(mark.kind.span(span).label(mark.label.as_deref()));
            }
            source += &row.excerpt.text;
        }
        Snippet::source(source)
            .line_start(first.line)
            .annotations(annotations)
    }

    /// The line breaks between two rows. A single line between them is shown, as it takes no more
    /// space than the `...` that would stand for it.
    fn between(&self, row: &MarkedLine<'_>, next: &MarkedLine<'_>) -> String {
        let breaks = next.line - row.line;
        if breaks != 2 {
            return "\n".repeat(breaks);
        }
        let text = self.places.report().document.text();
        let start = memchr::memchr(b'\n', &text.as_bytes()[row.start()..])
            .map_or(row.start(), |newline| row.start() + newline + 1);
        let line_start = start..start;
        let line = excerpt(text, &[line_start], self.room, 0);
        format!("\n{}\n", line.map_or_else(String::new, |line| line.text))
    }
}

/// The line that a byte of the body is on: in the input, or in the body if that is wrapped.
fn line_of(places: &Places<'_>, offset: usize) -> usize {
    let position = places.in_body(offset);
    let in_input = places.report().in_input(position);
    in_input.unwrap_or(position).line
}

/// A renderer with the sixteen colours of the theme, or with none.
fn renderer(theme: &Theme) -> Renderer {
    if theme.is_plain() {
        return Renderer::plain().term_width(WIDE);
    }
    let colour = |colour: AnsiColor| colour.on_default();
    Renderer::styled()
        .term_width(WIDE)
        .hyperlink(false)
        .error(colour(AnsiColor::Red).effects(Effects::BOLD))
        .warning(colour(AnsiColor::Yellow))
        .context(colour(AnsiColor::Blue))
        .line_num(Style::new().effects(Effects::DIMMED))
}
