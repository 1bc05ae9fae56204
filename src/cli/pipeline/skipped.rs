//! What was passed over in a source, in words.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use chatlog::capture::{Foreign, Skipped, SkippedPart};
use chatlog::view::findings::counted;

/// How many parts of a source were passed over.
#[derive(Default)]
pub(super) struct SkippedParts {
    /// The requests, by the reason.
    requests: BTreeMap<String, usize>,
    records: usize,
    lines: usize,
}

impl SkippedParts {
    pub(super) fn add(&mut self, skipped: Skipped) {
        let count = match skipped.part {
            SkippedPart::Request => self.requests.entry(skipped.reason).or_default(),
            SkippedPart::Record => &mut self.records,
            SkippedPart::Line => &mut self.lines,
        };
        *count += skipped.count;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty() && !self.is_foreign()
    }

    /// Whether there are parts that are not requests.
    pub(super) fn is_foreign(&self) -> bool {
        self.records + self.lines > 0
    }

    /// Why a source has no delivery: what it looks like, and what to do with it.
    pub(super) fn no_notification(&self, foreign: Option<&Foreign>) -> String {
        let looks = match (foreign, self.records, self.lines) {
            (Some(foreign), _, 1..) if foreign.advice.is_empty() => {
                format!("{} of {}", foreign.name, counted(self.lines, "line"))
            }
            (Some(foreign), ..) if foreign.advice.is_empty() => foreign.name.to_owned(),
            (Some(foreign), ..) => format!("{}; {}", foreign.name, foreign.advice),
            (None, 0, lines) => {
                let lines = counted(lines, "line");
                format!("text of {lines}; `--input body` reads it as a body")
            }
            (None, records, 0) => format!("a log or a table of {}", counted(records, "record")),
            (None, ..) => "a log".to_owned(),
        };
        format!("no notification found: this looks like {looks}")
    }
}

impl Display for SkippedParts {
    /// `1 request that is not a webhook: 1 × GET; 2 lines without a notification`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.requests.values().sum() {
            0_usize => {}
            1 => parts.push(format!(
                "1 request that is not a webhook: {}",
                listed(&self.requests)
            )),
            count => parts.push(format!(
                "{count} requests that are not webhooks: {}",
                listed(&self.requests)
            )),
        }
        let others = [(self.records, "record"), (self.lines, "line")];
        let others = others.into_iter().filter(|(count, _)| *count > 0);
        let others: Vec<String> = others.map(|(count, noun)| counted(count, noun)).collect();
        if !others.is_empty() {
            parts.push(format!("{} without a notification", others.join(" and ")));
        }
        f.write_str(&parts.join("; "))
    }
}

/// `2 × http, 1 × har`
pub(super) fn listed(counts: &BTreeMap<impl Display, usize>) -> String {
    let counts = counts
        .iter()
        .map(|(what, count)| format!("{count} × {what}"));
    counts.collect::<Vec<_>>().join(", ")
}
