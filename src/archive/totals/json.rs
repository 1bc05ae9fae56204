//! Totals as JSON: what `stats --format json` prints, and what `stats --merge` reads.
//!
//! Keys are added, never renamed or given another meaning. A breakdown is a list of objects, the most
//! frequent first, with a member for each part of the name and `count`; what came under names beyond
//! [`MAX_NAMES`](super::MAX_NAMES) has `"others": true` instead of a name. A distribution has its
//! quantiles for people who look, and its `counts` for a merge.

use std::fmt::{self, Display};

use serde_json::{Map, Value, json};

use crate::Text;
use crate::archive::Duplicates;

use super::{
    Breakdown, ConversationTotals, Dimension, Distribution, Group, LAST_MESSAGE, PICK, Totals,
};

/// The largest count that is read. Nobody has counted to a trillion, and sums of those do not overflow.
const MAX_COUNT: u64 = 1 << 40;

/// Why JSON is not totals: the place of what is wrong, such as `picks[3].count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalsError(String);

impl TotalsError {
    /// The error, of which the place is inside of another one.
    fn within(self, outer: &str) -> Self {
        let separator = if self.0.starts_with('[') { "" } else { "." };
        Self(format!("{outer}{separator}{}", self.0))
    }

    fn within_item(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

impl Display for TotalsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is missing or not what `stats --format json` writes",
            self.0
        )
    }
}

impl std::error::Error for TotalsError {}

type Object = Map<String, Value>;

impl Totals {
    /// The totals as JSON. `chosen` are the dimensions of the groups.
    pub fn to_json(&self, chosen: &[Dimension]) -> Value {
        let usual = Dimension::USUAL.map(Dimension::name);
        let usual = usual.iter().zip(&self.by_usual);
        let sessions_by: Object = usual
            .map(|(name, breakdown)| ((*name).to_owned(), rows(&["value"], breakdown)))
            .collect();
        let conversation = &self.conversation;
        let checks = |counts: &Option<Breakdown<u64>>, name| match counts {
            Some(counts) => rows(&[name], counts),
            None => Value::Null,
        };
        json!({
            "sessions": self.all.sessions,
            "without_session": self.without_session,
            "handed_over": self.all.handed_over,
            "messages": self.all.messages,
            "duration_ms": distribution(&self.all.duration),
            "talk_round": distribution(&self.all.rounds),
            "sessions_by": sessions_by,
            "messages_by": {
                "sender_type": rows(&["value"], &conversation.by_sender),
                "type": rows(&["value"], &conversation.by_type),
            },
            "outgoing": {"messages": conversation.outgoing, "read": conversation.read},
            "picks": rows(&PICK, &conversation.picks),
            "first_response_ms": {
                "robot": distribution(&conversation.robot_response),
                "agent": distribution(&conversation.agent_response),
            },
            "last_message": rows(&LAST_MESSAGE, &conversation.last_message),
            "findings": checks(&self.findings, "rule"),
            "verdicts": checks(&self.verdicts, "verdict"),
            "duplicates": duplicates(&self.duplicates),
            "is_partial": self.is_partial,
            "by": chosen.iter().map(|it| it.name()).collect::<Vec<_>>(),
            "groups": groups(chosen, &self.groups),
        })
    }

    /// Reads totals and the dimensions of their groups.
    ///
    /// # Errors
    /// Something is missing or has the wrong type.
    pub fn from_json(json: &Value) -> Result<(Self, Vec<Dimension>), TotalsError> {
        let counts_by = |place: &str, name: &str| {
            counts_of(at(json, place)?, name, &["value"]).map_err(|error| error.within(place))
        };
        let by = |name: &str| counts_by("sessions_by", name);
        let usual = Dimension::USUAL.map(|dimension| by(dimension.name()));
        let mut by_usual = <[Breakdown<u64>; Dimension::USUAL.len()]>::default();
        for (slot, breakdown) in by_usual.iter_mut().zip(usual) {
            *slot = breakdown?;
        }
        let checks = |name, part| match at(json, name)? {
            Value::Null => Ok(None),
            _ => counts_of(json, name, &[part]).map(Some),
        };
        let outgoing =
            |name| number_of(at(json, "outgoing")?, name).map_err(|error| error.within("outgoing"));
        let response = |name| {
            let place = "first_response_ms";
            distribution_of(at(json, place)?, name).map_err(|error| error.within(place))
        };
        let chosen = dimensions_of(json)?;
        let totals = Self {
            all: group_of(json)?,
            without_session: number_of(json, "without_session")?,
            conversation: ConversationTotals {
                by_sender: counts_by("messages_by", "sender_type")?,
                by_type: counts_by("messages_by", "type")?,
                outgoing: outgoing("messages")?,
                read: outgoing("read")?,
                picks: counts_of(json, "picks", &PICK)?,
                robot_response: response("robot")?,
                agent_response: response("agent")?,
                last_message: counts_of(json, "last_message", &LAST_MESSAGE)?,
            },
            by_usual,
            groups: groups_of(json, &chosen)?,
            findings: checks("findings", "rule")?,
            verdicts: checks("verdicts", "verdict")?,
            duplicates: duplicates_of(json)?,
            is_partial: at(json, "is_partial")?
                .as_bool()
                .ok_or_else(|| fault("is_partial"))?,
        };
        Ok((totals, chosen))
    }
}

fn fault(name: &str) -> TotalsError {
    TotalsError(name.to_owned())
}

fn at<'j>(json: &'j Value, name: &str) -> Result<&'j Value, TotalsError> {
    json.get(name).ok_or_else(|| fault(name))
}

fn number_of(json: &Value, name: &str) -> Result<u64, TotalsError> {
    let number = at(json, name)?.as_u64();
    let number = number.filter(|number| *number <= MAX_COUNT);
    number.ok_or_else(|| fault(name))
}

fn list_of<'j>(json: &'j Value, name: &str) -> Result<&'j [Value], TotalsError> {
    let list = at(json, name)?.as_array();
    list.map(Vec::as_slice).ok_or_else(|| fault(name))
}

/// A member for each part of a name.
fn named(parts: &[&str], name: &[Option<Box<str>>]) -> Object {
    let parts = parts.iter().zip(name);
    parts
        .map(|(part, text)| ((*part).to_owned(), json!(text.as_deref())))
        .collect()
}

/// The parts of the name that a row has; `None` if the row is that of all other names.
fn name_of<'j>(
    row: &'j Value,
    parts: &[&str],
) -> Result<Option<Vec<Option<&'j str>>>, TotalsError> {
    if row.get("others").is_some() {
        return Ok(None);
    }
    let text = |part: &&str| match at(row, part)? {
        Value::Null => Ok(None),
        value => value.as_str().map(Some).ok_or_else(|| fault(part)),
    };
    parts.iter().map(text).collect::<Result<_, _>>().map(Some)
}

fn rows(parts: &[&str], breakdown: &Breakdown<u64>) -> Value {
    let row = |(name, count)| {
        let mut row = named(parts, name);
        row.insert("count".to_owned(), json!(count));
        Value::Object(row)
    };
    let others = (breakdown.others > 0).then(|| json!({"others": true, "count": breakdown.others}));
    breakdown
        .ranked()
        .into_iter()
        .map(row)
        .chain(others)
        .collect()
}

fn counts_of(json: &Value, name: &str, parts: &[&str]) -> Result<Breakdown<u64>, TotalsError> {
    let mut breakdown = Breakdown::default();
    let mut add = |row: &Value| {
        let count = number_of(row, "count")?;
        match name_of(row, parts)? {
            Some(name) => *breakdown.value(&name) += count,
            None => breakdown.others += count,
        }
        Ok(())
    };
    for (index, row) in list_of(json, name)?.iter().enumerate() {
        let added: Result<(), TotalsError> = add(row);
        added.map_err(|error| error.within_item(index).within(name))?;
    }
    Ok(breakdown)
}

fn distribution(numbers: &Distribution) -> Value {
    json!({
        "count": numbers.count(),
        "min": numbers.min(),
        "median": numbers.percentile(50),
        "p90": numbers.percentile(90),
        "p99": numbers.percentile(99),
        "max": numbers.max(),
        "counts": numbers.counts(),
    })
}

fn distribution_of(json: &Value, name: &str) -> Result<Distribution, TotalsError> {
    let json = at(json, name)?;
    let pair = |pair: &Value| {
        let count = pair.get(1)?.as_u64().filter(|count| *count <= MAX_COUNT)?;
        Some((pair.get(0)?.as_u64()?, count))
    };
    let counts = list_of(json, "counts").map_err(|error| error.within(name))?;
    let counts: Option<Vec<_>> = counts.iter().map(pair).collect();
    let [min, max] = ["min", "max"].map(|bound| json.get(bound).and_then(Value::as_u64));
    counts
        .and_then(|counts| Distribution::of_counts(&counts, min, max))
        .ok_or_else(|| fault(name))
}

fn duplicates(duplicates: &Duplicates) -> Value {
    let listed = duplicates.listed.iter();
    let listed =
        listed.map(|(name, first)| json!({"name": name.as_str(), "first": first.as_str()}));
    json!({
        "same": duplicates.same,
        "different": duplicates.different,
        "listed": listed.collect::<Vec<_>>(),
    })
}

fn duplicates_of(json: &Value) -> Result<Duplicates, TotalsError> {
    const PLACE: &str = "duplicates";
    let json = at(json, PLACE)?;
    let number = |name| number_of(json, name).map_err(|error| error.within(PLACE));
    let name = |row: &Value, key| Some(Text::from(row.get(key)?.as_str()?.to_owned()));
    let names = |row: &Value| Some((name(row, "name")?, name(row, "first")?));
    let listed = list_of(json, "listed").map_err(|error| error.within(PLACE))?;
    let listed: Option<Vec<_>> = listed.iter().map(names).collect();
    Ok(Duplicates {
        same: number("same")?,
        different: number("different")?,
        listed: listed.ok_or_else(|| fault("listed").within(PLACE))?,
    })
}

fn groups(chosen: &[Dimension], groups: &Breakdown<Group>) -> Value {
    let parts: Vec<_> = chosen.iter().map(|it| it.name()).collect();
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let row = |name: Object, group: &Group| {
        json!({
            "name": name,
            "sessions": group.sessions,
            "handed_over": group.handed_over,
            "messages": group.messages,
            "duration_ms": distribution(&group.duration),
            "talk_round": distribution(&group.rounds),
        })
    };
    let others = (groups.others.sessions > 0).then(|| {
        let mut others = row(Object::new(), &groups.others);
        others["others"] = Value::Bool(true);
        others
    });
    let rows = sorted
        .into_iter()
        .map(|(name, group)| row(named(&parts, name), group));
    rows.chain(others).collect()
}

fn groups_of(json: &Value, chosen: &[Dimension]) -> Result<Breakdown<Group>, TotalsError> {
    const PLACE: &str = "groups";
    let parts: Vec<_> = chosen.iter().map(|it| it.name()).collect();
    let mut groups: Breakdown<Group> = Breakdown::default();
    let mut add = |row: &Value| {
        let group = group_of(row)?;
        if row.get("others").is_some() {
            groups.others.merge(group);
        } else if let Some(name) = name_of(at(row, "name")?, &parts)? {
            groups.value(&name).merge(group);
        }
        Ok(())
    };
    for (index, row) in list_of(json, PLACE)?.iter().enumerate() {
        let added: Result<(), TotalsError> = add(row);
        added.map_err(|error| error.within_item(index).within(PLACE))?;
    }
    Ok(groups)
}

fn group_of(json: &Value) -> Result<Group, TotalsError> {
    Ok(Group {
        sessions: number_of(json, "sessions")?,
        handed_over: number_of(json, "handed_over")?,
        messages: number_of(json, "messages")?,
        duration: distribution_of(json, "duration_ms")?,
        rounds: distribution_of(json, "talk_round")?,
    })
}

fn dimensions_of(json: &Value) -> Result<Vec<Dimension>, TotalsError> {
    let dimension = |name: &Value| Dimension::named(name.as_str()?);
    let names = list_of(json, "by")?.iter().map(dimension);
    let chosen: Option<Vec<_>> = names.collect();
    chosen
        .filter(|chosen| chosen.len() <= super::Dimensions::MAX)
        .ok_or_else(|| fault("by"))
}
