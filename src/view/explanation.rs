//! The rules, explained.

use std::io::{self, Write};

use super::table_layout::TableLayout;
use super::{Canvas, wording};
use crate::finding::Rule;

/// Writes every rule with its severity and its sentence.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_table(canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let theme = &canvas.theme;
    let longest = Rule::ALL
        .iter()
        .map(|rule| rule.name().len())
        .max()
        .unwrap_or(0);
    let names = u16::try_from(longest).unwrap_or(u16::MAX);
    if canvas.width < names + 40 {
        for rule in Rule::ALL {
            let severity = theme
                .severity(rule.severity())
                .style(rule.severity().name())
                .to_string();
            writeln!(
                out,
                "{} ({severity}): {}",
                theme.heading.style(rule),
                rule.sentence()
            )?;
        }
        return Ok(());
    }
    let sheet = TableLayout::new(canvas.width, &[names, 8, 0]);
    let heading = ["Rule", "Severity", "It says"].map(|cell| theme.heading.style(cell).to_string());
    let row = |rule: &Rule| {
        let severity = theme
            .severity(rule.severity())
            .style(rule.severity().name())
            .to_string();
        vec![
            theme.heading.style(rule).to_string(),
            severity,
            rule.sentence().to_owned(),
        ]
    };
    writeln!(out, "{}", sheet.top())?;
    writeln!(out, "{}", sheet.rows(vec![heading.to_vec()], false))?;
    writeln!(out, "{}", sheet.divider())?;
    writeln!(
        out,
        "{}",
        sheet.rows(Rule::ALL.iter().map(row).collect(), false)
    )?;
    writeln!(out, "{}", sheet.bottom())?;
    writeln!(
        out,
        "`chatlog explain RULE` explains why a rule matters, with examples."
    )
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
