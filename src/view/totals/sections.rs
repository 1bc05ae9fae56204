//! The sections of the screen: each is a breakdown, as lines with a name and a count.

use super::numbers::{NOTHING, count};
use crate::Text;
use crate::archive::Totals;
use crate::archive::totals::{Breakdown, Dimension};
use crate::finding::Rule;
use crate::json::Enumeration;
use crate::notification::Sender;
use crate::signature::Verdict;
use crate::view::table_layout::without_command;
use crate::view::theme::Theme;
use crate::view::{Canvas, Tone};
use owo_colors::Style;

/// How many names of a breakdown are shown.
const MOST: usize = 10;
/// How many days are shown: the last ones.
const MOST_DAYS: usize = 31;

/// A breakdown, as it is shown.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) lines: Vec<Line>,
    /// What the counts are shares of.
    pub(super) whole: u64,
}

/// A name and how often it came up.
pub(super) struct Line {
    /// Safe to show.
    pub(super) name: String,
    /// What more there is to the name, in a few dim words. Safe to show.
    pub(super) detail: String,
    pub(super) style: Style,
    pub(super) count: u64,
    /// Whether it is the sum of what is not shown, which no bar compares with names.
    pub(super) is_rest: bool,
}

type Entry<'t> = (&'t [Option<Box<str>>], u64);

/// The sections of what was counted of every archive.
pub(super) fn usual(totals: &Totals, canvas: &Canvas) -> Vec<Section> {
    let theme = &canvas.theme;
    let plain = |entry: &Entry<'_>| line(entry, theme, Style::new());
    let by_sender = |entry: &Entry<'_>| line(entry, theme, sender_style(entry, theme));
    let usual = Dimension::USUAL.iter().zip(&totals.by_usual);
    let usual = usual.map(|(dimension, breakdown)| match dimension {
        Dimension::Day => days(breakdown, theme),
        dimension => ranked(title(*dimension), breakdown, theme, plain),
    });
    let said = &totals.conversation;
    let said = [
        ranked("Messages by sender", &said.by_sender, theme, by_sender),
        ranked("Messages by type", &said.by_type, theme, plain),
        ranked("Picked", &said.picks, theme, |entry| pick(entry, theme)),
        ranked("Last message", &said.last_message, theme, by_sender),
    ];
    usual.chain(said).filter(Section::is_filled).collect()
}

/// The sections of what is only counted if the user wants it: findings and verdicts.
pub(super) fn checks(totals: &Totals, canvas: &Canvas) -> Vec<Section> {
    let theme = &canvas.theme;
    let rule = |(rule, count): (Rule, u64)| Line {
        name: rule.name().to_owned(),
        detail: String::new(),
        style: theme.severity(rule.severity()),
        count,
        is_rest: false,
    };
    let findings = totals.findings.as_ref().map(|findings| Section {
        title: "Findings",
        lines: totals.findings_by_rule().into_iter().map(rule).collect(),
        whole: findings.sum(),
    });
    let verdict = |entry: &Entry<'_>| {
        let known = Verdict::ALL
            .iter()
            .find(|it| first(entry) == Some(it.name()));
        let style = known.map(|verdict| theme.tone(Tone::of_verdict(*verdict)));
        line(entry, theme, style.unwrap_or_default())
    };
    let verdicts = totals.verdicts.as_ref();
    let verdicts = verdicts.map(|verdicts| ranked("Signatures", verdicts, theme, verdict));
    let checks = findings.into_iter().chain(verdicts);
    checks.filter(Section::is_filled).collect()
}

impl Section {
    fn is_filled(&self) -> bool {
        !self.lines.is_empty()
    }
}

fn title(dimension: Dimension) -> &'static str {
    match dimension.name() {
        "session_end_reason" => "End reason",
        "intention" => "Intention",
        "channel" => "Channel",
        "workflow_name" => "Workflow",
        name => name,
    }
}

/// The most frequent names, and how many more there are.
fn ranked(
    title: &'static str,
    breakdown: &Breakdown<u64>,
    theme: &Theme,
    line: impl Fn(&Entry<'_>) -> Line,
) -> Section {
    let entries = breakdown.ranked();
    let (shown, hidden) = entries.split_at(entries.len().min(MOST));
    let mut lines: Vec<_> = shown.iter().map(line).collect();
    let names = count(hidden.len() as u64);
    let name = match breakdown.others {
        0 => format!("{names} more"),
        _ => format!("more than {names} more"),
    };
    lines.extend(rest(name, hidden, breakdown.others, theme));
    Section {
        title,
        lines,
        whole: breakdown.sum(),
    }
}

/// The last days, in order.
fn days(breakdown: &Breakdown<u64>, theme: &Theme) -> Section {
    let mut entries = breakdown.by_name();
    // Sessions without a day come last, not before the first day.
    let undated = entries.partition_point(|(name, _)| name.iter().all(Option::is_none));
    entries.rotate_left(undated);
    let (hidden, shown) = entries.split_at(entries.len().saturating_sub(MOST_DAYS + undated));
    let name = match hidden.len() {
        1 => "1 day before".to_owned(),
        days => format!("{} days before", count(days as u64)),
    };
    let earlier = rest(name, hidden, breakdown.others, theme);
    let shown = shown.iter().map(|entry| line(entry, theme, Style::new()));
    Section {
        title: "Day",
        lines: earlier.into_iter().chain(shown).collect(),
        whole: breakdown.sum(),
    }
}

/// The line for the names that are not shown; `None` if all are.
fn rest(name: String, hidden: &[Entry<'_>], others: u64, theme: &Theme) -> Option<Line> {
    let count = hidden.iter().map(|(_, count)| count).sum::<u64>() + others;
    (count > 0).then(|| Line {
        name,
        detail: String::new(),
        style: theme.muted,
        count,
        is_rest: true,
    })
}

/// A line whose name is the first part, with the others as details.
fn line((name, count): &Entry<'_>, theme: &Theme, style: Style) -> Line {
    let mut parts = name.iter().map(|part| part.as_deref());
    let first = parts.next().flatten();
    let details: Vec<_> = parts.flatten().map(shown).collect();
    Line {
        name: first.map_or_else(|| NOTHING.to_owned(), shown),
        detail: details.join(" · "),
        style: if first.is_some() { style } else { theme.muted },
        count: *count,
        is_rest: false,
    }
}

/// A line for what was picked, which is the last part of the name, and for what it answers.
fn pick((name, count): &Entry<'_>, theme: &Theme) -> Line {
    let mut parts = name.to_vec();
    parts.rotate_right(1);
    line(&(&parts, *count), theme, Style::new())
}

/// A stranger's text, as it may be shown.
fn shown(part: &str) -> String {
    without_command(Text::from(part).to_string())
}

fn sender_style(entry: &Entry<'_>, theme: &Theme) -> Style {
    let mut senders = Sender::WORDS.iter();
    let known = senders.find(|(word, _)| first(entry) == Some(*word));
    theme.sender(known.map(|(_, sender)| *sender))
}

fn first<'t>((name, _): &Entry<'t>) -> Option<&'t str> {
    name.first()?.as_deref()
}
