//! The rules, explained.

use std::io::{self, Write};

use super::table_layout::TableLayout;
use super::{Canvas, Theme, wording};
use crate::finding::Rule;

/// Writes every rule with its severity and its sentence: in a table, if there is room for one.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_table(canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let names = Rule::ALL.iter().map(|rule| rule.name().len());
    let names = u16::try_from(names.max().unwrap_or(0)).unwrap_or(u16::MAX);
    if canvas.width < names + 40 {
        return write_lines(&canvas.theme, out);
    }
    let layout = TableLayout::new(canvas.width, &[names, 8, 0]);
    let heading =
        ["Rule", "Severity", "Meaning"].map(|cell| canvas.theme.heading.style(cell).to_string());
    let rows = Rule::ALL
        .iter()
        .map(|rule| cells(*rule, &canvas.theme).to_vec());
    writeln!(out, "{}", layout.top())?;
    writeln!(out, "{}", layout.rows(vec![heading.to_vec()], false))?;
    writeln!(out, "{}", layout.divider())?;
    writeln!(out, "{}", layout.rows(rows.collect(), false))?;
    writeln!(out, "{}", layout.bottom())?;
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
/// Where `out` cannot be written.
pub fn write(rule: Rule, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let theme = &canvas.theme;
    let explanation = rule.explanation();
    let severity = format!("{}[{rule}]", rule.severity().name());
    writeln!(
        out,
        "{}: {}",
        theme.severity(rule.severity()).style(severity),
        rule.sentence()
    )?;
    writeln!(out)?;
    for line in wrapped(explanation.why, usize::from(canvas.width.min(100))) {
        writeln!(out, "{line}")?;
    }
    for (title, style, example) in [
        ("Wrong", theme.error, explanation.wrong),
        ("Right", theme.good, explanation.right),
    ] {
        writeln!(out, "\n{}", style.style(title))?;
        for line in example.lines() {
            writeln!(out, "    {line}")?;
        }
    }
    writeln!(
        out,
        "\n{} {}",
        theme.heading.style("To silence it:"),
        wording::silence(rule)
    )
}

/// A text of our own in lines of at most `width` characters.
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
