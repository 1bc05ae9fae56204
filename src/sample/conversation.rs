//! The course of a conversation: who says what, when, and how it ends.
//!
//! How a session ends is drawn first, and the conversation is made to lead there. Time only moves
//! forward: each message is at least a second later than the one before it.

use std::ops::RangeInclusive;

use super::content;
use super::json::Object;
use super::language::Language;
use super::random::Random;
use super::workflow::Workflow;

/// What a conversation is about, and with whom.
pub(super) struct Scene {
    pub(super) language: &'static Language,
    pub(super) workflow: &'static Workflow,
    pub(super) channel: &'static str,
    pub(super) name: &'static str,
    pub(super) order: String,
    /// In Unix seconds.
    pub(super) start: i64,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Robot,
    Agent,
    User,
    Expire,
    Error,
}

impl Ending {
    /// Its word in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Robot => "robot",
            Self::Agent => "agent",
            Self::User => "user",
            Self::Expire => "expire",
            Self::Error => "error",
        }
    }
}

/// A message of the conversation.
pub(super) struct Message {
    pub(super) id: String,
    pub(super) sender: &'static str,
    pub(super) time: i64,
    pub(super) status: &'static str,
    pub(super) content: Object,
    /// The index of the message that it answers.
    pub(super) reply: Option<usize>,
}

/// A conversation that has ended.
pub(super) struct Conversation {
    pub(super) ending: Ending,
    pub(super) is_handed_over: bool,
    pub(super) end: i64,
    /// What the robot understood.
    pub(super) slots: Object,
    pub(super) messages: Vec<Message>,
}

/// Makes a conversation. If it `is_answered`, the person says something in it, and answers a message.
pub(super) fn converse(scene: &Scene, is_answered: bool, random: &mut Random) -> Conversation {
    const ENDINGS: [(u64, Ending); 5] = [
        (54, Ending::Robot),
        (15, Ending::Agent),
        (12, Ending::User),
        (14, Ending::Expire),
        (5, Ending::Error),
    ];
    let ending = random.weighted(&ENDINGS);
    let series = random.id();
    let mut talk = Talk {
        scene,
        random,
        now: scene.start,
        messages: Vec::new(),
        slots: Object::default(),
        series,
        part: 0,
    };
    let is_handed_over = talk.hold(ending, is_answered);
    talk.mark_unread();
    Conversation {
        ending,
        is_handed_over,
        end: talk.now,
        slots: talk.slots,
        messages: talk.messages,
    }
}

/// A conversation that is going on.
struct Talk<'a> {
    scene: &'a Scene,
    random: &'a mut Random,
    /// The time of the last message.
    now: i64,
    messages: Vec<Message>,
    slots: Object,
    /// What the ids of the robot's next messages start with, and how many there are.
    series: String,
    part: usize,
}

impl Talk<'_> {
    /// Holds the conversation, and tells whether it was handed over to an agent.
    fn hold(&mut self, ending: Ending, is_answered: bool) -> bool {
        self.event("conversation.start", String::new(), String::new());
        let is_silent = ending == Ending::Expire && !is_answered && self.random.chance(35);
        let is_refused = ending == Ending::User && self.random.chance(45);
        self.open(is_silent, is_refused, is_answered);
        if is_silent || is_refused {
            self.finish(ending, None);
            return false;
        }
        for _ in 0..self.exchanges() {
            self.exchange();
        }
        let may_hand_over = ending == Ending::Agent || self.random.chance(6);
        let seat = may_hand_over.then(|| self.hand_over());
        self.finish(ending, seat);
        may_hand_over
    }

    fn exchanges(&mut self) -> u64 {
        const COUNTS: [(u64, u64); 7] =
            [(18, 0), (32, 1), (24, 2), (13, 3), (7, 4), (4, 6), (2, 9)];
        self.random.weighted(&COUNTS)
    }

    /// The first words: those of the template and the answer to it, or those of the person.
    fn open(&mut self, is_silent: bool, is_refused: bool, is_answered: bool) {
        let needs_template = is_silent || is_refused || is_answered;
        if !needs_template && self.random.chance(15) {
            return self.ask();
        }
        let Scene {
            language,
            workflow,
            channel,
            ..
        } = *self.scene;
        let [body, footer] =
            [language.openings[workflow.topic], language.footer].map(|it| self.filled(it));
        let content = content::template(workflow, language, channel, body, footer);
        let template = self.say("chatbot", 1..=3, content);
        let [yes, other, stop] = language.buttons;
        if is_silent {
            return;
        }
        if is_refused {
            self.answer(content::pressed(stop), Some(template));
            self.robot(language.opted_out);
        } else if is_answered || self.random.chance(85) {
            let label = self.random.weighted(&[(3, yes), (1, other)]);
            self.answer(content::pressed(label), Some(template));
            self.robot_notes(label);
        } else {
            self.ask();
        }
    }

    /// A question and its answer, in one of the ways that there are.
    fn exchange(&mut self) {
        match self.random.below(100) {
            0..30 => self.ask(),
            30..47 => self.offer_list(),
            47..63 => self.offer_buttons(),
            63..72 => self.ask_location(),
            72..80 => self.ask_photo(),
            80..89 => self.send_media(),
            89..93 => self.give_contact(),
            _ => self.misunderstand(),
        }
    }

    fn ask(&mut self) {
        let (question, answer) = self.random.pick(&self.scene.language.questions);
        let asked = self.answer(content::text(question), None);
        let answered = self.robot(answer);
        if self.random.chance(12) {
            self.messages[answered].reply = Some(asked);
        }
    }

    fn offer_list(&mut self) {
        let language = self.scene.language;
        let id = self.random.id();
        let offer = self.say("robot", 1..=4, content::list(language, &id));
        let (title, _) = self.random.pick(&language.rows);
        self.answer(content::picked(title), Some(offer));
        self.slots.set(self.scene.workflow.slots[0], title);
        self.robot_notes(title);
    }

    fn offer_buttons(&mut self) {
        let language = self.scene.language;
        let id = self.random.id();
        let content = content::buttons(language.ask_button, &language.choices, &id);
        let offer = self.say("robot", 1..=4, content);
        let title = self.random.pick(&language.choices[..2]);
        self.answer(content::picked(title), Some(offer));
        if title == language.choices[1] {
            self.robot_notes(title);
        }
    }

    fn ask_location(&mut self) {
        let language = self.scene.language;
        let question = self.robot(language.ask_location);
        let (name, address, latitude, longitude) = self.random.pick(&language.places);
        let degrees = [latitude, longitude].map(|degrees| {
            let fraction = self.random.within(0..=9_999_999);
            format!("{degrees}.{fraction:07}")
        });
        let reply = self.random.chance(40).then_some(question);
        self.answer(content::location(name, address, degrees), reply);
        self.slots.set(self.scene.workflow.slots[1], name);
        self.robot_notes(name);
    }

    fn ask_photo(&mut self) {
        self.robot(self.scene.language.ask_photo);
        let url = self.url("jpg");
        let mut content = content::media("image", url, None);
        if self.random.chance(30) {
            content.set("text", self.scene.order.clone());
        }
        self.answer(content, None);
        self.robot_notes("📷");
    }

    fn send_media(&mut self) {
        const KINDS: [(u64, (&str, &str)); 3] = [
            (6, ("file", "pdf")),
            (2, ("video", "mp4")),
            (2, ("image", "png")),
        ];
        let (kind, extension) = self.random.weighted(&KINDS);
        self.robot(self.scene.language.send_file);
        let name = (kind == "file").then_some(self.scene.workflow.document);
        let url = self.url(extension);
        self.say("robot", 1..=2, content::media(kind, url, name));
        let thanks = self.random.pick(&self.scene.language.thanks);
        self.answer(content::text(thanks), None);
    }

    fn give_contact(&mut self) {
        let language = self.scene.language;
        self.answer(content::text(language.send_contact), None);
        let name = self.random.pick(&language.people);
        let phone = phone(language, self.random);
        self.answer(content::contacts(name, phone), None);
        self.robot_notes(name);
    }

    /// The person says something, in words or as a voice message, and the robot begs their pardon.
    fn misunderstand(&mut self) {
        let language = self.scene.language;
        let content = if self.random.chance(50) {
            let url = self.url("ogg");
            content::media("audio", url, None)
        } else {
            content::text(self.random.pick(&language.remarks))
        };
        self.answer(content, None);
        self.robot(language.pardon);
    }

    /// Hands the conversation over to an agent, and returns the seat of the last one.
    fn hand_over(&mut self) -> String {
        let language = self.scene.language;
        self.answer(content::text(language.ask_human), None);
        self.robot(language.connecting);
        let mut seat = self.seat();
        self.now += self.random.within(5..=90);
        self.event("conversation.take_over", String::new(), seat.clone());
        for _ in 0..self.random.within(1..=3) {
            let (words, answer) = self.random.pick(&language.agent);
            let said = content::text(self.filled(words));
            let said = self.say("agent", 8..=120, said);
            let reply = self.random.chance(15).then_some(said);
            self.answer(content::text(answer), reply);
        }
        if self.random.chance(10) {
            let next = self.seat();
            self.event("conversation.take_over", seat, next.clone());
            seat = next;
            let (words, _) = self.random.pick(&language.agent);
            let said = content::text(self.filled(words));
            self.say("agent", 8..=120, said);
        }
        seat
    }

    /// Ends the conversation. The seat is that of an agent who has taken it over.
    fn finish(&mut self, ending: Ending, seat: Option<String>) {
        let language = self.scene.language;
        let thanks = self.random.pick(&language.thanks);
        match ending {
            Ending::Robot => {
                if self.random.chance(50) {
                    self.answer(content::text(thanks), None);
                }
                self.robot(language.farewell);
            }
            Ending::Agent => {
                let farewell = content::text(self.filled(language.farewell));
                self.say("agent", 5..=60, farewell);
            }
            Ending::User => {
                self.answer(content::text(thanks), None);
            }
            Ending::Error => {
                self.robot(language.failure);
            }
            Ending::Expire => {
                self.now += self.random.pick(&[900, 1800, 3600, 86_400]);
            }
        }
        self.now += self.random.within(0..=2);
        self.event(
            "conversation.close",
            String::new(),
            seat.unwrap_or_default(),
        );
        self.now += self.random.within(0..=1);
    }

    /// Adds an event.
    fn event(&mut self, kind: &'static str, from_seat: String, to_seat: String) {
        let seconds = i64::from(!self.messages.is_empty());
        let id = format!("17{:017}", self.random.below(100_000_000_000_000_000));
        let content = content::event(kind, from_seat, to_seat);
        self.add(id, "system", seconds..=seconds + 1, content, None);
    }

    /// The robot says something.
    fn robot(&mut self, words: &'static str) -> usize {
        let words = self.filled(words);
        self.say("robot", 1..=4, content::text(words))
    }

    /// The robot takes note of what the person chose.
    fn robot_notes(&mut self, choice: &str) {
        let words = self.filled(self.scene.language.noted);
        let words = words.replace("{choice}", choice);
        self.say("robot", 1..=4, content::text(words));
    }

    /// Somebody at the platform's side says something, after so many seconds.
    fn say(
        &mut self,
        sender: &'static str,
        seconds: RangeInclusive<i64>,
        content: Object,
    ) -> usize {
        let id = if sender == "robot" {
            self.part += 1;
            format!("{}-{}", self.series, self.part - 1)
        } else {
            self.random.id()
        };
        self.add(id, sender, seconds, content, None)
    }

    /// The person says something, perhaps in reply to a message.
    fn answer(&mut self, content: Object, reply: Option<usize>) -> usize {
        const PAUSES: [(u64, (i64, i64)); 4] = [
            (50, (3, 20)),
            (36, (20, 90)),
            (12, (90, 600)),
            (2, (600, 3600)),
        ];
        let (least, most) = self.random.weighted(&PAUSES);
        self.series = self.random.id();
        self.part = 0;
        let id = self.random.id();
        self.add(id, "user", least..=most, content, reply)
    }

    fn add(
        &mut self,
        id: String,
        sender: &'static str,
        seconds: RangeInclusive<i64>,
        content: Object,
        reply: Option<usize>,
    ) -> usize {
        self.now += self.random.within(seconds);
        self.messages.push(Message {
            id,
            sender,
            time: self.now,
            status: if sender == "system" {
                "delivery"
            } else {
                "read"
            },
            content,
            reply,
        });
        self.messages.len() - 1
    }

    /// The person may not have read what came after their last words.
    fn mark_unread(&mut self) {
        const STATUSES: [(u64, &str); 3] = [(5, "read"), (4, "delivery"), (1, "sent")];
        let status = self.random.weighted(&STATUSES);
        let unanswered = self.messages.iter_mut().rev();
        let unanswered = unanswered.take_while(|message| message.sender != "user");
        for message in unanswered.filter(|message| message.sender != "system") {
            message.status = status;
        }
    }

    /// Words with everything filled in but a choice.
    fn filled(&self, words: &'static str) -> String {
        let Scene {
            workflow,
            name,
            order,
            ..
        } = self.scene;
        let words = words.replace("{name}", name).replace("{order}", order);
        words.replace("{shop}", workflow.shop)
    }

    fn url(&mut self, extension: &str) -> String {
        format!(
            "https://media.example.com/wa/{}.{extension}",
            self.random.id()
        )
    }

    fn seat(&mut self) -> String {
        format!("seat-{:02}", self.random.within(1..=24))
    }
}

/// A phone number that belongs to nobody.
pub(super) fn phone(language: &Language, random: &mut Random) -> String {
    format!("+{}8000{:06}", language.country, random.below(1_000_000))
}
