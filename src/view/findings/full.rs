//! Findings with the lines they are about, the way compilers show them.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::excerpt::{Excerpt, columns_of, excerpt, last_columns};
use super::places::Places;
use super::{Canvas, Listed, more_findings};
use crate::finding::{Finding, Rule, Severity};
use crate::{Text, view::Theme};

/// Places that are farther apart are shown one below the other, each with its own line number.
const FAR: usize = 1_000;
/// What stands between a line's number and the line.
const GUTTER: &str = " | ";
/// A width that no line has, with room for the renderer to count with.
const UNLIMITED: usize = usize::MAX / 4;

/// Writes each finding with its place, the line it is about, and what to do about it.
pub(super) fn write(listed: &Listed<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    for finding in listed.findings {
        Drawing::of(finding, &listed.places, canvas).write(out)?;
    }
    if listed.left_out > 0 {
        let more = more_findings(listed.left_out);
        writeln!(out, "{}\n", canvas.theme.muted.style(more))?;
    }
    Ok(())
}

/// A finding on its canvas.
struct Drawing<'d> {
    finding: &'d Finding,
    places: &'d Places<'d>,
    theme: &'d Theme,
    /// The columns that a line of the body may fill.
    room: usize,
    /// The columns of the largest line number.
    digits: usize,
}

/// Something of the body to underline.
#[derive(Clone)]
struct Mark<'d> {
    span: Range<usize>,
    label: Option<Cow<'d, str>>,
    kind: AnnotationKind,
}

/// A line of the body with marks on it.
struct Row<'d> {
    line: usize,
    excerpt: Excerpt,
    marks: Vec<Mark<'d>>,
}

impl<'d> Drawing<'d> {
    fn of(finding: &'d Finding, places: &'d Places<'d>, canvas: &'d Canvas) -> Self {
        let related = finding.related.iter().map(|related| &related.span);
        let spans = std::iter::once(&finding.span).chain(related).flatten();
        let lines = spans.map(|span| line_of(places, span.start));
        let digits = lines.max().unwrap_or(1).to_string().len();
        let room = usize::from(canvas.width).saturating_sub(digits + GUTTER.len());
        Self {
            finding,
            places,
            theme: &canvas.theme,
            room: room.max(20),
            digits,
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_title(out)?;
        self.write_arrow("-->", self.finding.span.as_ref(), out)?;
        let mut notes = Vec::new();
        if let Some(span) = &self.finding.span {
            let (snippets, labelled) = self.snippets(span);
            for (number, rows) in snippets.iter().enumerate() {
                if number > 0 {
                    self.write_bar(out)?;
                    self.write_arrow(":::", rows.first().map(|row| &row.marks[0].span), out)?;
                }
                self.write_rows(rows, out)?;
            }
            if !labelled {
                notes.push(("note", self.finding.pointer.to_string()));
            }
        } else {
            notes.push(("note", self.finding.pointer.to_string()));
        }
        let help = self.finding.help.as_deref();
        notes.extend(help.map(|help| ("help", Text::from(help).to_string())));
        notes.extend(self.wrapping().map(|words| ("note", words)));
        notes.retain(|(_, words)| !words.is_empty());
        self.write_notes(&notes, out)?;
        writeln!(out)
    }

    fn write_title(&self, out: &mut impl Write) -> io::Result<()> {
        let Finding {
            rule,
            severity,
            message,
            ..
        } = self.finding;
        let what = format!("{}[{rule}]", severity.name());
        let message = format!(": {}", Text::from(message.as_str()));
        writeln!(
            out,
            "{}{}",
            self.theme.severity(*severity).style(what),
            self.theme.heading.style(message)
        )
    }

    /// Says where a span is: in the input, or in its body where that is wrapped.
    fn write_arrow(
        &self,
        arrow: &str,
        span: Option<&Range<usize>>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let origin = self.places.report().origin;
        let region = self.places.region(span);
        let indent = " ".repeat(self.digits);
        write!(
            out,
            "{indent}{} {}",
            self.theme.muted.style(arrow),
            origin.source
        )?;
        match region.in_body {
            Some(body) => writeln!(out, "#{}, body {}:{}", origin.index, body.line, body.column),
            None => writeln!(out, ":{}:{}", region.start.line, region.start.column),
        }
    }

    /// Where the delivery is whose body is wrapped.
    fn wrapping(&self) -> Option<String> {
        let report = self.places.report();
        let start = report.delivery.start;
        report.delivery.body_start.is_none().then(|| {
            format!(
                "delivery {} starts at {}:{}:{}",
                report.origin.index, report.origin.source, start.line, start.column
            )
        })
    }

    fn write_bar(&self, out: &mut impl Write) -> io::Result<()> {
        let indent = " ".repeat(self.digits + 1);
        writeln!(out, "{indent}{}", self.theme.muted.style("|"))
    }

    fn write_notes(&self, notes: &[(&str, String)], out: &mut impl Write) -> io::Result<()> {
        if notes.is_empty() {
            return Ok(());
        }
        if self.finding.span.is_some() {
            self.write_bar(out)?;
        }
        let indent = " ".repeat(self.digits + 1);
        for (name, words) in notes {
            let name = format!("{name}:");
            writeln!(
                out,
                "{indent}{} {} {words}",
                self.theme.muted.style("="),
                self.theme.heading.style(name)
            )?;
        }
        Ok(())
    }

    /// What is drawn below the first arrow, and below others where it is too far away; and
    /// whether the label could say which value is at fault.
    fn snippets(&self, span: &Range<usize>) -> (Vec<Vec<Row<'d>>>, bool) {
        let (first, apart, labelled) = self.first_row(span);
        let mut snippets = vec![vec![first]];
        for mark in apart {
            let line = line_of(self.places, mark.span.start);
            let Some(row) = self.row(line, vec![mark]) else {
                continue;
            };
            let near = |other: &Row<'_>| (1..FAR).contains(&other.line.abs_diff(line));
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

    /// The line at fault, and the related places that are not on it or have no room there.
    fn first_row(&self, span: &Range<usize>) -> (Row<'d>, Vec<Mark<'d>>, bool) {
        let line = line_of(self.places, span.start);
        let label = self.label();
        let fault = Mark {
            span: span.clone(),
            label: Some(label.clone().into()),
            kind: AnnotationKind::Primary,
        };
        let related = self.finding.related.iter().filter_map(|related| {
            Some(Mark {
                span: related.span.clone()?,
                label: Some(Text::from(&*related.label).to_string().into()),
                kind: AnnotationKind::Context,
            })
        });
        let (beside, mut apart): (Vec<_>, Vec<_>) =
            related.partition(|mark| line_of(self.places, mark.span.start) == line);
        let mut marks = vec![fault.clone()];
        marks.extend(beside.iter().cloned());
        let mut row = self.row(line, marks).unwrap_or_else(|| {
            apart.splice(0..0, beside);
            self.row(line, vec![fault])
                .expect("one mark always has an excerpt")
        });
        let pointer = self.finding.pointer.to_string();
        let fits = columns_of(&label) < row.excerpt.beside || row.marks.len() > 1;
        if !fits {
            row.marks[0].label = None;
        }
        (row, apart, pointer.is_empty() || (fits && label == pointer))
    }

    /// The value at fault, or as much of its pointer's end as has room.
    fn label(&self) -> String {
        let pointer = self.finding.pointer.to_string();
        match self.finding.rule {
            Rule::NotJson if pointer.is_empty() => "not JSON".to_owned(),
            _ if pointer.is_empty() => "the body".to_owned(),
            _ => last_columns(&pointer, (self.room / 2).max(16)),
        }
    }

    fn row(&self, line: usize, marks: Vec<Mark<'d>>) -> Option<Row<'d>> {
        let text = self.places.report().document.text();
        let spans: Vec<_> = marks.iter().map(|mark| mark.span.clone()).collect();
        let labels = marks.iter().flat_map(|mark| &mark.label);
        let beside = labels.map(|label| 1 + columns_of(label)).max();
        Some(Row {
            line,
            excerpt: excerpt(text, &spans, self.room, beside.unwrap_or_default())?,
            marks,
        })
    }

    /// Draws lines, leaving out those between.
    fn write_rows(&self, rows: &[Row<'_>], out: &mut impl Write) -> io::Result<()> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let mut source = String::new();
        let mut line = first.line;
        let mut annotations: Vec<Annotation<'_>> = Vec::new();
        for row in rows {
            source.extend(std::iter::repeat_n('\n', row.line - line));
            line = row.line;
            for (mark, shown) in row.marks.iter().zip(&row.excerpt.marks) {
                let span = source.len() + shown.start..source.len() + shown.end;
                annotations.push(mark.kind.span(span).label(mark.label.as_deref()));
            }
            source += &row.excerpt.text;
        }
        let snippet = Snippet::source(source)
            .line_start(first.line)
            .annotations(annotations);
        let level = match self.finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let drawn = renderer(self.theme).render(&[Group::with_level(level).element(snippet)]);
        let indent = " ".repeat(self.digits - line.to_string().len());
        for line in drawn.lines() {
            writeln!(out, "{indent}{line}")?;
        }
        Ok(())
    }
}

/// The line that a byte of the body is on: in the input, or in the body where that is wrapped.
fn line_of(places: &Places<'_>, offset: usize) -> usize {
    let position = places.in_body(offset);
    let in_input = places.report().in_input(position);
    in_input.unwrap_or(position).line
}

/// Draws in the sixteen colours of the theme, or without. Lines are cut before they get here.
fn renderer(theme: &Theme) -> Renderer {
    if theme.is_plain() {
        return Renderer::plain().term_width(UNLIMITED);
    }
    let colour = |colour: AnsiColor| colour.on_default();
    Renderer::styled()
        .term_width(UNLIMITED)
        .hyperlink(false)
        .error(colour(AnsiColor::Red).effects(Effects::BOLD))
        .warning(colour(AnsiColor::Yellow))
        .context(colour(AnsiColor::Blue))
        .line_num(Style::new().effects(Effects::DIMMED))
}
