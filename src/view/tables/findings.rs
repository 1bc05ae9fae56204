//! The table of findings: what is wrong or odd, and where.

use std::borrow::Cow;
use std::io;

use super::ColumnType::{Integer, Text};
use super::{Cell, Column, Definition};
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

    #[rustfmt::skip]
    const COLUMNS: &'static [Column<Self>] = &[
        Column { name: "source", kind: Text, read: |row| Cell::text(Some(&row.report.origin.source)) },
        Column { name: "index", kind: Integer, read: |row| Cell::count(row.report.origin.index) },
        Column { name: "rule", kind: Text, read: |row| Cell::Text(Cow::Borrowed(row.finding.rule.name())) },
        Column { name: "severity", kind: Text, read: |row| Cell::Text(Cow::Borrowed(row.finding.severity.name())) },
        Column { name: "pointer", kind: Text, read: |row| Cell::Text(Cow::Owned(row.finding.pointer.to_json_pointer())) },
        Column { name: "line", kind: Integer, read: |row| Cell::of(row.position, |it| Cell::count(it.line)) },
        Column { name: "column", kind: Integer, read: |row| Cell::of(row.position, |it| Cell::count(it.column)) },
        Column { name: "message", kind: Text, read: |row| Cell::Text(Cow::Owned(wording::message(row.finding))) },
    ];

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
