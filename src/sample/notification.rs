//! The notification that reports a conversation, with the vendor's fields in the vendor's order.

use jiff::Timestamp;

use super::conversation::{Conversation, Ending, converse};
use super::json::{Json, Object, object};
use super::language::LANGUAGES;
use super::random::Random;
use super::talk::{Message, Scene, phone};
use super::workflow::{WORKFLOWS, Workflow};

/// The first second of the first day: 2025-01-06, a Monday.
const FIRST_DAY: i64 = 1_736_121_600;
const SECONDS_A_DAY: i64 = 86_400;
/// How many sessions start on a day: one every four minutes, from 6 to 22 o'clock.
const SESSIONS_A_DAY: u64 = 240;
/// After so many days, the dates start again.
const DAYS: u64 = 10_000;

/// The notification with this number, and when it was sent. If it `is_answered`, the person answers a
/// message in it.
pub(super) fn notification(number: u64, is_answered: bool, random: &mut Random) -> (Object, i64) {
    const CHANNELS: [(u64, (&str, i64)); 4] = [
        (12, ("WhatsApp", 1)),
        (6, ("WhatsApp", 2)),
        (2, ("WhatsApp", 3)),
        (1, ("RCS", 4)),
    ];
    let language = random.weighted(&LANGUAGES);
    let workflow = random.weighted(&WORKFLOWS);
    let (channel, business) = random.weighted(&CHANNELS);
    let scene = Scene {
        language,
        workflow,
        channel,
        name: random.pick(&language.people),
        order: format!("{}-{:05}", workflow.order, random.below(100_000)),
        start: start(number, random),
    };
    let business = format!("{}8000{business:05}", language.country);
    let callee = phone(language, random);
    let call = random.id();
    let conversation = converse(&scene, is_answered, random);
    report(&scene, conversation, [business, callee, call], random)
}

fn start(number: u64, random: &mut Random) -> i64 {
    let day = number / SESSIONS_A_DAY % DAYS;
    let [day, turn] = [day, number % SESSIONS_A_DAY]
        .map(|number| i64::try_from(number).expect("both have a limit"));
    let since_midnight = (6 * 60 + turn * 4) * 60 + random.within(0..=239);
    FIRST_DAY + day * SECONDS_A_DAY + since_midnight
}

fn report(
    scene: &Scene,
    conversation: Conversation,
    [business, callee, call]: [String; 3],
    random: &mut Random,
) -> (Object, i64) {
    let Scene { workflow, .. } = scene;
    let label = label(workflow, &conversation);
    let Conversation {
        ending,
        end,
        slots,
        messages,
        ..
    } = conversation;
    let [workflow_id, node_id, task_id, detail_id] = ids(workflow);
    let rounds = messages.iter().filter(|message| message.sender == "user");
    let rounds = i64::try_from(rounds.count()).expect("a conversation is short");
    let notification = object! {
        "workflow_id": workflow_id,
        "workflow_name": workflow.name,
        "nodetask_id": node_id,
        "nodetask_name": workflow.node,
        "waba_task_id": task_id,
        "wfdetail_uuid": detail_id,
        "timestamp": end,
        "channel": scene.channel,
        "channel_id": business,
        "callee": callee,
        "call_id": call,
        "robot_id": workflow.robot,
        "status": "closed",
        "session_start_time": date_and_time(scene.start),
        "session_end_time": date_and_time(end),
        "session_end_reason": ending.word(),
        "intention": intention(ending, rounds, random),
        "talk_round": rounds,
        "ner_slots": slots,
        "event_label": label,
        "variables": variables(scene, random),
        "messages": written(messages),
    };
    (notification, end)
}

/// The ids of a workflow, which are the same in all of its notifications.
fn ids(workflow: &Workflow) -> [String; 4] {
    let (id, name) = workflow.template;
    let mut random = Random::new(id.unsigned_abs(), u64::try_from(name.len()).unwrap_or(0));
    [(); 4].map(|()| random.id())
}

/// A time in RFC 3339 format.
pub(super) fn date_and_time(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).expect("samples are of this millennium");
    time.to_string()
}

/// The robot's label for what the person wants, from A, the best, to F.
fn intention(ending: Ending, rounds: i64, random: &mut Random) -> &'static str {
    let letters: &[&'static str] = match ending {
        _ if rounds == 0 => &["F"],
        Ending::Robot => &["A", "A", "A", "B", "C"],
        Ending::Agent => &["A", "B", "C", "D"],
        Ending::User => &["B", "D", "E", "E"],
        Ending::Expire | Ending::Error => &["C", "D", "E"],
    };
    random.pick(letters)
}

fn label(workflow: &Workflow, conversation: &Conversation) -> Object {
    let [success, hand_over] = workflow.labels;
    let mut label = Object::default();
    if conversation.ending == Ending::Robot {
        label.set(success, "1");
    }
    if conversation.is_handed_over {
        label.set(hand_over, "1");
    }
    label
}

/// What the customer sent along. `order_id` is always there: the schema in the explanation of the rule
/// `contract` requires it.
fn variables(scene: &Scene, random: &mut Random) -> Object {
    let mut variables = object! { "name": scene.name, "order_id": scene.order.clone() };
    if scene.workflow.topic != 3 {
        variables.set("amount", random.within(1..=900) * 500);
    }
    if random.chance(40) {
        let day = scene.start + SECONDS_A_DAY * random.within(1..=5);
        variables.set("date", date_and_time(day)[..10].to_owned());
    }
    if random.chance(10) {
        variables.set("is_vip", Json::Literal("true".into()));
    }
    variables
}

/// The messages, each with a quote of the one that it answers.
fn written(messages: Vec<Message>) -> Vec<Json> {
    let answered = messages.iter().map(|message| message.reply);
    let quotes = answered.map(|answered| answered.map(|index| quote(&messages[index])));
    let quotes: Vec<Option<Object>> = quotes.collect();
    let message = |(message, quote): (Message, Option<Object>)| {
        let mut written = object! {
            "msg_id": message.id,
            "sender_type": message.sender,
            "timestamp": message.time,
            "status": message.status,
            "content": message.content,
        };
        if let Some(quote) = quote {
            written.set("reply", quote);
        }
        Json::from(written)
    };
    messages.into_iter().zip(quotes).map(message).collect()
}

fn quote(message: &Message) -> Object {
    object! {
        "msg_id": message.id.clone(),
        "sender_type": message.sender,
        "timestamp": message.time,
        "content": message.content.clone(),
    }
}
