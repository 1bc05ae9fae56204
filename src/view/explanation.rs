//! The rules, explained: what `chatlog explain` prints.
//!
//! The words are those of the [rule table](crate::finding::Rule); here they are laid out. SARIF
//! prints the same words in [`findings`](super::findings), in its own layout.

use std::io::{self, Write};

use owo_colors::Style;

use super::table_layout::TableLayout;
use super::{Canvas, Theme, wording};
use crate::finding::{Explanation, Rule};

/// Writes every rule with its severity and its sentence: as a table, or as lines on a narrow
/// canvas.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_table(canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let names = Rule::ALL.iter().map(|rule| rule.name().len());
    let names = u16::try_from(names.max().unwrap_or(0)).unwrap_or(u16::MAX);
    if canvas.width < names + 40 {
        return write_lines(&canvas.theme, out);
    }
    let layout = TableLayout::new(canvas.width, &[names + 1, 9, 0]);
    let heading =
        ["Rule", "Severity", "Meaning"].map(|cell| canvas.theme.muted.style(cell).to_string());
    let rows = Rule::ALL.iter();
    let rows = rows.map(|rule| cells(*rule, &canvas.theme).to_vec());
    let rows = std::iter::once(heading.to_vec()).chain(rows).collect();
    writeln!(out, "{}\n", layout.rows(rows))?;
    writeln!(
        out,
        "`chatlog explain RULE` explains why a rule matters, with examples."
    )
}

fn write_lines(theme: &Theme, out: &mut impl Write) -> io::Result<()> {
    for rule in Rule::ALL {
        let [name, severity, sentence] = cells(*rule, theme);
        writeln!(out, "{name} ({severity}): {sentence}")?;
    }
    Ok(())
}

/// A rule's name, its severity and its sentence.
fn cells(rule: Rule, theme: &Theme) -> [String; 3] {
    let severity = rule.severity();
    [
        theme.heading.style(rule).to_string(),
        theme.severity(severity).style(severity.name()).to_string(),
        rule.sentence().to_owned(),
    ]
}

/// Writes why a rule matters, a wrong and a right example, and how to silence it.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(rule: Rule, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let theme = &canvas.theme;
    let Explanation { why, wrong, right } = rule.explanation();
    let severity = format!("{}[{rule}]", rule.severity().name());
    let severity = theme.severity(rule.severity()).style(severity);
    writeln!(out, "{severity}: {}\n", rule.sentence())?;
    for line in wrapped(why, usize::from(canvas.width.min(100))) {
        writeln!(out, "{line}")?;
    }
    write_example("Wrong", theme.error, wrong, out)?;
    write_example("Right", theme.good, right, out)?;
    let label = theme.heading.style("To silence it:");
    writeln!(out, "\n{label} {}", wording::silence(rule))
}

fn write_example(title: &str, style: Style, example: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.style(title))?;
    example
        .lines()
        .try_for_each(|line| writeln!(out, "    {line}"))
}

/// Wraps a text of our own, which has no styles and no wide characters, at `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
