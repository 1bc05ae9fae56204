//! Totals as comma-separated values: a row for each number or, if sessions were grouped, for each group.

use std::io::{self, Write};

use crate::archive::Totals;
use crate::archive::totals::{Breakdown, Dimension, Distribution};
use crate::view::csv::{Cell, CsvWriter};

/// The name of what came under names that are not told apart.
const OTHERS: &str = "(others)";

/// Writes totals. `chosen` are the dimensions of their groups; if there are some, each group is a row.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_csv(totals: &Totals, chosen: &[Dimension], out: &mut impl Write) -> io::Result<()> {
    let mut csv = CsvWriter::new(out, false);
    if chosen.is_empty() {
        write_numbers(totals, &mut csv)?;
    } else {
        write_groups(totals, chosen, &mut csv)?;
    }
    csv.finish().map(drop)
}

/// The quantiles of a distribution by their names.
fn quantiles(numbers: &Distribution) -> [(&'static str, Option<u64>); 5] {
    [
        ("min", numbers.min()),
        ("median", numbers.percentile(50)),
        ("p90", numbers.percentile(90)),
        ("p99", numbers.percentile(99)),
        ("max", numbers.max()),
    ]
}

fn cell<'a>(number: Option<u64>) -> Cell<'a> {
    number.map_or(Cell::Empty, |number| {
        Cell::Number(number.to_string().into())
    })
}

/// Writes a row for each number: the measure, the name of one of its values, and the number.
fn write_numbers<W: Write>(totals: &Totals, csv: &mut CsvWriter<W>) -> io::Result<()> {
    csv.write(["measure", "name", "value"].map(|name| Cell::Word(name.into())))?;
    let conversation = &totals.conversation;
    for (measure, value) in [
        ("sessions", totals.all.sessions),
        ("without_session", totals.without_session),
        ("handed_over", totals.all.handed_over),
        ("messages", totals.all.messages),
        ("outgoing", conversation.outgoing),
        ("outgoing_read", conversation.read),
        ("duplicates_same", totals.duplicates.same),
        ("duplicates_different", totals.duplicates.different),
        ("is_partial", totals.is_partial.into()),
    ] {
        write_number(measure, Cell::Empty, Some(value), csv)?;
    }
    for (measure, numbers) in [
        ("duration_ms", &totals.all.duration),
        ("talk_round", &totals.all.rounds),
        ("robot_first_response_ms", &conversation.robot_response),
        ("agent_first_response_ms", &conversation.agent_response),
    ] {
        for (name, value) in quantiles(numbers) {
            write_number(measure, Cell::Word(name.into()), value, csv)?;
        }
    }
    let usual = Dimension::USUAL.iter().map(|it| it.name());
    let others = [
        ("messages_sender_type", Some(&conversation.by_sender)),
        ("messages_type", Some(&conversation.by_type)),
        ("picks", Some(&conversation.picks)),
        ("last_message", Some(&conversation.last_message)),
        ("findings", totals.findings.as_ref()),
        ("verdicts", totals.verdicts.as_ref()),
    ];
    let mut breakdowns = usual.zip(totals.by_usual.iter().map(Some)).chain(others);
    breakdowns.try_for_each(|(measure, breakdown)| match breakdown {
        Some(breakdown) => write_breakdown(measure, breakdown, csv),
        None => Ok(()),
    })
}

fn write_number<W: Write>(
    measure: &str,
    name: Cell<'_>,
    value: Option<u64>,
    csv: &mut CsvWriter<W>,
) -> io::Result<()> {
    csv.write([Cell::Word(measure.into()), name, cell(value)])
}

/// Writes a row for each name; the parts of a name that has several are separated as in paths.
fn write_breakdown<W: Write>(
    measure: &str,
    breakdown: &Breakdown<u64>,
    csv: &mut CsvWriter<W>,
) -> io::Result<()> {
    for (name, count) in breakdown.ranked() {
        let parts = name.iter().map(|part| part.as_deref().unwrap_or_default());
        let name = parts.collect::<Vec<_>>().join("/");
        write_number(measure, Cell::Text(name.into()), Some(count), csv)?;
    }
    if breakdown.others > 0 {
        write_number(
            measure,
            Cell::Word(OTHERS.into()),
            Some(breakdown.others),
            csv,
        )?;
    }
    Ok(())
}

fn write_groups<W: Write>(
    totals: &Totals,
    chosen: &[Dimension],
    csv: &mut CsvWriter<W>,
) -> io::Result<()> {
    const NUMBERS: [&str; 3] = ["sessions", "handed_over", "messages"];
    let none = Distribution::default();
    let quantile_names = |measure: &str| {
        let names = quantiles(&none).map(|(name, _)| format!("{measure}_{name}"));
        names.map(|name| Cell::Word(name.into()))
    };
    let word = |name: &'static str| Cell::Word(name.into());
    let names = chosen.iter().map(|it| word(it.name()));
    let numbers = NUMBERS.into_iter().map(word);
    let quantile_names = [quantile_names("duration_ms"), quantile_names("talk_round")].concat();
    csv.write(names.chain(numbers).chain(quantile_names))?;
    let mut groups: Vec<_> = totals.groups.iter().collect();
    groups.sort_by_key(|(name, _)| *name);
    let others: Vec<Option<Box<str>>> = chosen.iter().map(|_| Some(OTHERS.into())).collect();
    let others =
        (totals.groups.others.sessions > 0).then_some((&others[..], &totals.groups.others));
    for (name, group) in groups.into_iter().chain(others) {
        let parts = name.iter().map(|part| match part {
            Some(part) => Cell::Text((&**part).into()),
            None => Cell::Empty,
        });
        let numbers = [group.sessions, group.handed_over, group.messages];
        let numbers = numbers.into_iter().map(Some);
        let values = [&group.duration, &group.rounds].map(quantiles).concat();
        let values = values.into_iter().map(|(_, value)| value);
        csv.write(parts.chain(numbers.chain(values).map(cell)))?;
    }
    Ok(())
}
