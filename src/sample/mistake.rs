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
        Rule::Contract => notification
            .member("variables")
            .as_object()
            .remove("order_id"),
        Rule::BadTime => misdate(notification, random),
        Rule::SignatureInvalid
        | Rule::SignatureMissing
        | Rule::SignatureInconclusive
        | Rule::SignatureAmbiguous => {}
        Rule::OtherNotification => *notification = other(notification, random),
        Rule::UnknownField => add_field(notification, random),
        Rule::UnknownContentType => {
            let index = messages(notification).iter_mut().position(is_spoken);
            let message = &mut messages(notification)[index.unwrap_or(0)];
            message.as_object().set("content", new_content(random));
        }
        Rule::UnknownSystemEvent => {
            let event = first(notification).member("content").as_object();
            let kinds = [
                "conversation.started",
                "conversation.transfer",
                "session.start",
            ];
            event
                .member("system")
                .as_object()
                .set("type", random.pick(&kinds));
        }
        Rule::DuplicateKey => {
            let repeated = [
                ("intention", "C"),
                ("callee", ""),
                ("session_end_reason", "error"),
            ];
            let (name, value) = random.pick(&repeated);
            let index = notification.position(name).unwrap_or(0);
            notification.0.insert(index, (name, value.into()));
        }
        Rule::DuplicateMessageId => {
            let id = first(notification).member("msg_id").clone();
            last(notification).set("msg_id", id);
        }
        Rule::DanglingReply => {
            let id = random.id();
            let mut replies = messages(notification).iter_mut().map(Json::as_object);
            if let Some(reply) = replies.find(|message| message.position("reply").is_some()) {
                reply.member("reply").as_object().set("msg_id", id);
            }
        }
        Rule::MessageOrder => {
            let messages = messages(notification);
            let index = 1 + random.index(messages.len() - 2);
            messages.swap(index, index + 1);
        }
        Rule::MessageOutsideSession => {
            let end = notification.member("timestamp").clone();
            let hours = random.within(1..=8);
            if let Json::Number(end) = end {
                last(notification).set("timestamp", end + hours * 3600);
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
            notification
                .member("variables")
                .as_object()
                .set("order_id", number);
        }
    }
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

/// Whether a message is one of the person.
fn is_spoken(message: &mut Json) -> bool {
    matches!(message.as_object().member("sender_type"), Json::Text(sender) if sender == "user")
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
        0 => {
            let rounds = format!("{}", random.within(1..=9));
            notification.set("talk_round", rounds);
        }
        1 => notification.set("intention", null()),
        2 => notification.set("robot_id", random.within(1000..=9999)),
        3 => notification.set("ner_slots", null()),
        4 => notification.set("event_label", Vec::new()),
        _ => {
            let time = format!("{}", random.within(1_736_121_600..=1_736_208_000));
            last(notification).set("timestamp", time);
        }
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
        _ => last(notification).set("delivered_at", random.within(1_736_121_600..=1_736_208_000)),
    }
}

/// A message of a type that the platform may add one day.
fn new_content(random: &mut Random) -> Object {
    let url = format!("https://media.example.com/wa/{}.webp", random.id());
    match random.below(3) {
        0 => object! { "type": "sticker", "sticker": object! { "origin_url": url } },
        1 => object! { "type": "reaction", "reaction": object! { "emoji": "❤️" } },
        _ => object! { "type": "picture", "media": object! { "origin_url": url } },
    }
}
