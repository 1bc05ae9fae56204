//! The table of findings: what is wrong or odd, and where.

use std::borrow::Cow;
use std::io;

use super::{Definition, TableColumn, Value, columns};
use crate::finding::Finding;
use crate::view::wording;
use crate::{Position, Report};

pub(super) struct FindingTable;

pub(super) struct Row<'r> {
    report: &'r Report<'r>,
    finding: &'r Finding,
    /// Where it is in the input; `None` if the body is wrapped in something that changes its lines.
    position: Option<Position>,
}

impl Definition for FindingTable {
    type Row<'r> = Row<'r>;

    const COLUMNS: &'static [TableColumn<Self>] = columns! { row =>
        source: Text = Value::text(Some(&row.report.origin.source));
        index: Integer = Value::count(row.report.origin.index);
        rule: Text = Value::word(row.finding.rule.name());
        severity: Text = Value::word(row.finding.severity.name());
        pointer: Text = Value::Text(Cow::Owned(row.finding.pointer.to_json_pointer()));
        line: Integer = Value::of(row.position, |it| Value::count(it.line));
        column: Integer = Value::of(row.position, |it| Value::count(it.column));
        message: Text = Value::Text(Cow::Owned(wording::message(row.finding)));
    };

    fn each_row<'r>(
        report: &'r Report<'r>,
        then: &mut dyn for<'a> FnMut(&'a Row<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        for (finding, in_body) in report.findings.iter().zip(report.positions()) {
            then(&Row {
                report,
                finding,
                position: report.place_of(finding, in_body),
            })?;
        }
        Ok(())
    }
}
