//! The numbers that come first: how many sessions, how long they took, what was read and answered.

use crate::archive::Totals;
use crate::archive::totals::{Dimension, Distribution};
use crate::text::grouped;
use crate::view::wording::humanize;

/// What stands for a value that is missing.
pub(super) const NOTHING: &str = "–";

/// The lines of the headline: a name and what there is to say.
pub(super) fn lines(totals: &Totals) -> Vec<[String; 2]> {
    let conversation = &totals.conversation;
    let lines = [
        Some(("Sessions", sessions(totals))),
        Some(("Messages", messages(totals))),
        (totals.all.sessions > 0).then(|| ("Hand-over", hand_over(totals))),
        (conversation.outgoing > 0).then(|| ("Read", read(totals))),
        spread(&totals.all.duration, time).map(|it| ("Duration", it)),
        spread(&totals.all.rounds, count).map(|it| ("Rounds", it)),
        high(&conversation.robot_response, time).map(|it| ("Robot", format!("first reply {it}"))),
        high(&conversation.agent_response, time).map(|it| ("Agent", format!("first reply {it}"))),
        Some(("Duplicates", duplicates(totals))),
    ];
    let lines = lines.into_iter().flatten();
    lines
        .map(|(name, words)| [name.to_owned(), words])
        .collect()
}

/// A count with its digits in groups.
pub(super) fn count(count: u64) -> String {
    grouped(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A part of a whole, such as `17.6 %`.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let thousandths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// A number of milliseconds, such as `3 min 9 s`.
pub(super) fn time(milliseconds: u64) -> String {
    match milliseconds {
        1..1000 => format!("0.{} s", (milliseconds / 100).max(1)),
        _ => humanize(i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX)),
    }
}

fn sessions(totals: &Totals) -> String {
    let mut words = count(totals.all.sessions);
    let day = Dimension::USUAL.iter().position(|it| *it == Dimension::Day);
    let days = day
        .map(|day| totals.by_usual[day].by_name())
        .unwrap_or_default();
    let mut days = days.iter().filter_map(|(name, _)| name.first()?.as_deref());
    if let Some(first) = days.next() {
        let last = days.next_back();
        words += &last.map_or_else(
            || format!(" · {first}"),
            |last| format!(" · {first} → {last}"),
        );
    }
    if totals.without_session > 0 {
        let noun = if totals.without_session == 1 {
            "delivery"
        } else {
            "deliveries"
        };
        words += &format!(" · {} other {noun}", count(totals.without_session));
    }
    words
}

fn messages(totals: &Totals) -> String {
    let messages = totals.all.messages;
    let mut words = count(messages);
    if let Some(tenths) = (messages * 10).checked_div(totals.all.sessions) {
        words += &format!(" · {}.{} a session", tenths / 10, tenths % 10);
    }
    words
}

fn hand_over(totals: &Totals) -> String {
    let all = &totals.all;
    let share = share(all.handed_over, all.sessions);
    format!("{} · {share} of the sessions", count(all.handed_over))
}

fn read(totals: &Totals) -> String {
    let conversation = &totals.conversation;
    let (read, outgoing) = (conversation.read, conversation.outgoing);
    format!(
        "{} of {} sent · {}",
        count(read),
        count(outgoing),
        share(read, outgoing)
    )
}

/// The median, the high percentiles and the range of a number; `None` if there is none.
fn spread(numbers: &Distribution, shown: fn(u64) -> String) -> Option<String> {
    let range = [shown(numbers.min()?), shown(numbers.max()?)];
    Some(format!("{} · {}", high(numbers, shown)?, range.join(" … ")))
}

/// The median and the high percentiles of a number.
fn high(numbers: &Distribution, shown: fn(u64) -> String) -> Option<String> {
    let percentile = |percent| numbers.percentile(percent).map(shown);
    let [median, ninety, most] = [percentile(50)?, percentile(90)?, percentile(99)?];
    Some(format!("median {median} · 90 % {ninety} · 99 % {most}"))
}

fn duplicates(totals: &Totals) -> String {
    let duplicates = &totals.duplicates;
    if duplicates.same + duplicates.different == 0 {
        return "none".to_owned();
    }
    let (same, different) = (count(duplicates.same), count(duplicates.different));
    format!("{same} with the same body · {different} with another one")
}
