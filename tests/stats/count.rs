//! A count that shares nothing with the program's but its results: JSON in, JSON as `stats` prints it out.
//! `tests/integration/count.py` is the same in Python.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

const SESSIONS_BY: [&str; 5] = [
    "session_end_reason",
    "intention",
    "channel",
    "workflow_name",
    "day",
];

/// Counts by name: the JSON of its parts.
type Counts = BTreeMap<String, u64>;

/// What is counted of a group of sessions, and of all.
#[derive(Default)]
pub(super) struct Group {
    sessions: u64,
    messages: u64,
    handed_over: u64,
    durations: Vec<u64>,
    rounds: Vec<u64>,
}

/// What is counted of an archive.
#[derive(Default)]
pub(super) struct Count {
    all: Group,
    groups: BTreeMap<String, Group>,
    by: BTreeMap<&'static str, Counts>,
    outgoing: u64,
    read: u64,
    robot: Vec<u64>,
    agent: Vec<u64>,
}

/// A word, or null if there is none.
fn word(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => value.clone(),
        _ => Value::Null,
    }
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn is_from(message: &Value, senders: &[&str]) -> bool {
    senders
        .iter()
        .any(|sender| message["sender_type"] == *sender)
}

fn is_take_over(message: &Value) -> bool {
    message["content"]["system"]["type"] == "conversation.take_over"
}

/// The time from the first of some messages to the next one that is an answer.
fn wait(
    messages: &[Value],
    is_first: impl Fn(&Value) -> bool,
    is_answer: impl Fn(&Value) -> bool,
) -> Option<u64> {
    let first = messages.iter().position(is_first)?;
    let answer = messages[first + 1..].iter().find(|it| is_answer(it))?;
    let seconds = answer["timestamp"].as_i64()? - messages[first]["timestamp"].as_i64()?;
    u64::try_from(seconds * 1000).ok()
}

/// What a pick answers: the message that it refers to, or else what it quotes.
fn offer<'v>(messages: &'v [Value], pick: &'v Value) -> &'v Value {
    let id = &pick["reply"]["msg_id"];
    let original = messages.iter().find(|it| it["msg_id"] == *id);
    let original = original.filter(|_| !word(id).is_null());
    original.map_or(&pick["reply"]["content"], |it| &it["content"])
}

impl Group {
    fn add(&mut self, session: &Value, messages: &[Value]) {
        self.sessions += 1;
        self.messages += messages.len() as u64;
        self.handed_over += u64::from(messages.iter().any(is_take_over));
        let times = ["session_start_time", "session_end_time"].map(|it| instant(&session[it]));
        if let [Some(start), Some(end)] = times {
            let duration = end.as_millisecond() - start.as_millisecond();
            self.durations.extend(u64::try_from(duration));
        }
        self.rounds.extend(session["talk_round"].as_u64());
    }

    #[track_caller]
    fn is(&self, found: &Value) {
        assert_eq!(found["sessions"], self.sessions);
        assert_eq!(found["messages"], self.messages);
        assert_eq!(found["handed_over"], self.handed_over);
        are_quantiles(&found["duration_ms"], &self.durations);
        are_quantiles(&found["talk_round"], &self.rounds);
    }
}

impl Count {
    /// Counts sessions, also in groups by these fields.
    pub(super) fn of(sessions: &[Value], fields: &[&str]) -> Self {
        let mut count = Self::default();
        for session in sessions {
            count.add(session, fields);
        }
        count
    }

    fn count(&mut self, measure: &'static str, name: Vec<Value>) {
        let name = Value::from(name).to_string();
        *self.by.entry(measure).or_default().entry(name).or_default() += 1;
    }

    fn add(&mut self, session: &Value, fields: &[&str]) {
        let messages = session["messages"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let start = instant(&session["session_start_time"]).map(|it| it.to_string());
        let value = |field: &str| match field {
            "day" => start.as_ref().map_or(Value::Null, |it| json!(it[..10])),
            "hour" => start.as_ref().map_or(Value::Null, |it| json!(it[11..13])),
            field => word(&session[field]),
        };
        self.all.add(session, messages);
        let name: Value = fields.iter().map(|field| value(field)).collect();
        let name = name.to_string();
        self.groups.entry(name).or_default().add(session, messages);
        for field in SESSIONS_BY {
            self.count(field, vec![value(field)]);
        }
        for message in messages {
            self.add_message(messages, message);
        }
        let said = messages.iter().rev();
        if let Some(last) = said.into_iter().find(|it| !is_from(it, &["system"])) {
            let name = vec![word(&last["sender_type"]), word(&last["content"]["type"])];
            self.count("last_message", name);
        }
        let is_robot = |it: &Value| is_from(it, &["robot", "chatbot"]);
        let is_agent = |it: &Value| is_from(it, &["agent"]);
        self.robot
            .extend(wait(messages, |it| is_from(it, &["user"]), is_robot));
        self.agent.extend(wait(messages, is_take_over, is_agent));
    }

    fn add_message(&mut self, messages: &[Value], message: &Value) {
        let content = &message["content"];
        self.count("sender_type", vec![word(&message["sender_type"])]);
        self.count("type", vec![word(&content["type"])]);
        if is_from(message, &["robot", "chatbot", "agent"]) {
            self.outgoing += 1;
            self.read += u64::from(message["status"] == "read");
        }
        let is_pick = content["type"] == "button" || content["type"] == "interactive";
        let picked = word(&content["text"]);
        if is_from(message, &["user"]) && is_pick && !picked.is_null() {
            let offer = offer(messages, message);
            let template = &offer["template"]["info"]["name"];
            let choice = &offer["interactive"]["type"];
            self.count("picks", vec![template.clone(), choice.clone(), picked]);
        }
    }

    /// Asserts that every number of some totals is right.
    #[track_caller]
    pub(super) fn is(&self, totals: &Value, fields: &[&str]) {
        self.all.is(totals);
        for field in SESSIONS_BY {
            self.are(&totals["sessions_by"][field], field, &["value"]);
        }
        for field in ["sender_type", "type"] {
            self.are(&totals["messages_by"][field], field, &["value"]);
        }
        let picked = ["template", "interactive", "picked"];
        self.are(&totals["picks"], "picks", &picked);
        let last = ["sender_type", "type"];
        self.are(&totals["last_message"], "last_message", &last);
        let outgoing = json!({"messages": self.outgoing, "read": self.read});
        assert_eq!(totals["outgoing"], outgoing);
        are_quantiles(&totals["first_response_ms"]["robot"], &self.robot);
        are_quantiles(&totals["first_response_ms"]["agent"], &self.agent);
        let groups = totals["groups"].as_array().expect("groups");
        assert_eq!(groups.len(), self.groups.len());
        for group in groups {
            let name: Value = fields.iter().map(|it| group["name"][*it].clone()).collect();
            self.groups[&name.to_string()].is(group);
        }
    }

    #[track_caller]
    fn are(&self, rows: &Value, measure: &'static str, parts: &[&str]) {
        let row = |row: &Value| {
            let name: Value = parts.iter().map(|part| row[*part].clone()).collect();
            (name.to_string(), row["count"].as_u64().expect("a count"))
        };
        let found: Counts = rows.as_array().expect("rows").iter().map(row).collect();
        let counted = self.by.get(measure).cloned().unwrap_or_default();
        assert_eq!(found, counted, "{measure}");
    }
}

/// Asserts bounds, which are exact, and quantiles, which are within one percent.
#[track_caller]
fn are_quantiles(found: &Value, numbers: &[u64]) {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    assert_eq!(found["count"], numbers.len() as u64);
    assert_eq!(found["min"].as_u64(), numbers.first().copied());
    assert_eq!(found["max"].as_u64(), numbers.last().copied());
    for (name, percent) in [("median", 50), ("p90", 90), ("p99", 99)] {
        let rank = (numbers.len() * percent).div_ceil(100);
        let exact = rank.checked_sub(1).map(|at| numbers[at]);
        let near = found[name].as_u64().zip(exact);
        let is_near = near.is_some_and(|(found, exact)| found.abs_diff(exact) * 100 <= exact);
        assert!(
            is_near || exact.is_none() && found[name].is_null(),
            "{name}: {near:?}"
        );
    }
}
