//! Mistakes: a notification that breaks one rule and no other.
//!
//! They are those that real senders make. Where there are several, the seed chooses. The rules on
//! signatures are broken by the [request](super::request), which leaves the notification as it is.

use super::json::{Json, Object, object};
use super::random::Random;
use crate::finding::Rule;

/// Makes a notification break a rule. The person answers a message in it.
pub(super) fn make(rule: Rule, notification: &mut Object, random: &mut Random) {
    match rule {
        Rule::NotJson => {
            let word = random.pick(&["None", "undefined", "NaN"]);
            notification.set("talk_round", Json::Literal(word.into()));
        }
        Rule::NotANotification => *notification = something_else(random),
        Rule::MissingField => leave_out(notification, random),
        Rule::WrongType => mistype(notification, random),
        Rule::UnknownValue => misspell(notification, random),
        // The schema in the explanation of the rule requires it.
        Rule::Contract => variables(notification).remove("order_id"),
        Rule::BadTime => misdate(notification, random),
        Rule::SignatureInvalid
        | Rule::SignatureMissing
        | Rule::SignatureInconclusive
        | Rule::SignatureAmbiguous => {}
        Rule::OtherNotification => *notification = other(notification, random),
        Rule::UnknownField => add_field(notification, random),
        Rule::UnknownContentType => say_something_new(notification, random),
        Rule::UnknownSystemEvent => rename_event(notification, random),
        Rule::DuplicateKey => repeat_key(notification, random),
        Rule::DuplicateMessageId => {
            let id = first(notification).member("msg_id").clone();
            last(notification).set("msg_id", id);
        }
        Rule::DanglingReply => lose_answered(notification, random),
        Rule::MessageOrder => {
            let messages = messages(notification);
            let index = 1 + random.index(messages.len() - 2);
            messages.swap(index, index + 1);
        }
        Rule::MessageOutsideSession => {
            if let Json::Number(time) = last(notification).member("timestamp") {
                *time += random.within(1..=8) * 3600;
            }
        }
        Rule::SessionEndsBeforeStart => {
            let end = notification.member("session_end_time").clone();
            let start = std::mem::replace(notification.member("session_start_time"), end);
            notification.set("session_end_time", start);
        }
        Rule::EmptyTranscript => {
            notification.set("talk_round", 0);
            notification.set("messages", Vec::new());
        }
        Rule::NumberPrecision => {
            // An odd number that no 64-bit float can hold.
            let number = 9_007_199_254_740_993 + 2 * random.within(0..=1_000_000_000);
            variables(notification).set("order_id", number);
        }
    }
}

fn variables(notification: &mut Object) -> &mut Object {
    notification.member("variables").as_object()
}

fn messages(notification: &mut Object) -> &mut Vec<Json> {
    match notification.member("messages") {
        Json::List(messages) => messages,
        _ => unreachable!("a notification has messages until a rule takes them away"),
    }
}

fn first(notification: &mut Object) -> &mut Object {
    messages(notification)
        .first_mut()
        .expect("the event of the start")
        .as_object()
}

/// The event of the end, which no message answers.
fn last(notification: &mut Object) -> &mut Object {
    messages(notification)
        .last_mut()
        .expect("the event of the end")
        .as_object()
}

/// What else arrives at the URL of a webhook.
fn something_else(random: &mut Random) -> Object {
    match random.below(3) {
        0 => object! { "event": "ping", "hook_id": random.id() },
        1 => object! { "name": "webhook-receiver", "version": "1.4.0" },
        _ => object! { "error": object! { "code": 401, "message": "invalid token" } },
    }
}

/// Another notification of the platform.
fn other(notification: &mut Object, random: &mut Random) -> Object {
    let mut field = |name| notification.member(name).clone();
    let [workflow, name, node, node_name] = [
        "workflow_id",
        "workflow_name",
        "nodetask_id",
        "nodetask_name",
    ]
    .map(&mut field);
    let task = object! { "nodetask_id": node, "nodetask_name": node_name, "node_type": "waba", "task_id": random.id() };
    if random.chance(50) {
        let mut action = task;
        action.set("task_status", "finished");
        return object! {
            "workflow_id": workflow,
            "workflow_name": name,
            "status": "finished",
            "actions": vec![Json::from(action)],
        };
    }
    object! {
        "workflow_id": workflow,
        "workflow_name": name,
        "case_id": random.id(),
        "callee_number": field("callee"),
        "rows": vec![Json::from(task)],
    }
}

fn leave_out(notification: &mut Object, random: &mut Random) {
    let names = [
        "workflow_id",
        "callee",
        "call_id",
        "status",
        "intention",
        "talk_round",
    ];
    match random.below(3) {
        0 => last(notification).remove(random.pick(&["msg_id", "timestamp", "status"])),
        1 => first(notification).remove("content"),
        _ => notification.remove(random.pick(&names)),
    }
}

fn mistype(notification: &mut Object, random: &mut Random) {
    let null = || Json::Literal("null".into());
    match random.below(6) {
        0 => quote_number(notification, "talk_round"),
        1 => quote_number(last(notification), "timestamp"),
        2 => notification.set("robot_id", random.within(1000..=9999)),
        3 => notification.set("intention", null()),
        4 => notification.set("ner_slots", null()),
        _ => notification.set("event_label", Vec::new()),
    }
}

fn quote_number(object: &mut Object, name: &'static str) {
    if let Json::Number(number) = *object.member(name) {
        object.set(name, number.to_string());
    }
}

fn misspell(notification: &mut Object, random: &mut Random) {
    match random.below(3) {
        0 => {
            let reason = random.pick(&["expired", "timeout", "completed", "Robot"]);
            notification.set("session_end_reason", reason);
        }
        1 => last(notification).set("status", random.pick(&["delivered", "seen", "failed"])),
        _ => first(notification).set("sender_type", random.pick(&["platform", "bot", "System"])),
    }
}

fn misdate(notification: &mut Object, random: &mut Random) {
    match random.below(4) {
        0 => milliseconds(notification),
        1 => milliseconds(last(notification)),
        // A space instead of the `T`, or no offset.
        choice => {
            let Json::Text(time) = notification.member("session_end_time") else {
                return;
            };
            let time = time.trim_end_matches('Z').to_owned();
            let time = if choice == 2 {
                time.replace('T', " ")
            } else {
                time
            };
            notification.set("session_end_time", time);
        }
    }
}

fn milliseconds(object: &mut Object) {
    if let Json::Number(seconds) = object.member("timestamp") {
        *seconds *= 1000;
    }
}

fn add_field(notification: &mut Object, random: &mut Random) {
    match random.below(3) {
        0 => notification.set("campaign_id", random.id()),
        1 => notification.set("talk_rounds", random.within(1..=9)),
        _ => {
            let sent = notification.member("timestamp").clone();
            last(notification).set("delivered_at", sent);
        }
    }
}

/// Gives a message of the person a type that the platform may add one day.
fn say_something_new(notification: &mut Object, random: &mut Random) {
    let url = format!("https://media.example.com/wa/{}.webp", random.id());
    let content = match random.below(3) {
        0 => object! { "type": "sticker", "sticker": object! { "origin_url": url } },
        1 => object! { "type": "reaction", "reaction": object! { "emoji": "❤️" } },
        _ => object! { "type": "picture", "media": object! { "origin_url": url } },
    };
    let mut messages = messages(notification).iter_mut().map(Json::as_object);
    if let Some(message) = messages.find(|message| is_spoken(message)) {
        message.set("content", content);
    }
}

/// Whether a message is one of the person.
fn is_spoken(message: &Object) -> bool {
    matches!(message.get("sender_type"), Some(Json::Text(sender)) if sender == "user")
}

fn rename_event(notification: &mut Object, random: &mut Random) {
    let kinds = [
        "conversation.started",
        "conversation.transfer",
        "session.start",
    ];
    let content = first(notification).member("content").as_object();
    let event = content.member("system").as_object();
    event.set("type", random.pick(&kinds));
}

fn repeat_key(notification: &mut Object, random: &mut Random) {
    let repeated = [
        ("intention", "C"),
        ("callee", ""),
        ("session_end_reason", "error"),
    ];
    let (name, value) = random.pick(&repeated);
    let index = notification.position(name).unwrap_or(0);
    notification.0.insert(index, (name, value.into()));
}

/// Makes a reply answer a message that is not there.
fn lose_answered(notification: &mut Object, random: &mut Random) {
    let mut messages = messages(notification).iter_mut().map(Json::as_object);
    if let Some(reply) = messages.find(|message| message.get("reply").is_some()) {
        reply.member("reply").as_object().set("msg_id", random.id());
    }
}
