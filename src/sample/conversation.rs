//! The course of a conversation: who says what, when, and how it ends.
//!
//! How a session ends is drawn first, and the conversation is made to lead there. Time only moves
//! forward: each message is at least a second later than the one before it.

use super::content;
use super::json::Object;
use super::random::Random;
use super::talk::{Message, Scene, Talk, phone};

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
    let mut talk = Talk::new(scene, random);
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

/// A way to exchange a question and an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Question,
    List,
    Buttons,
    Location,
    Photo,
    Media,
    Contact,
    Misunderstanding,
}

impl Talk<'_> {
    /// Holds the conversation, and tells whether it was handed over to an agent.
    fn hold(&mut self, ending: Ending, is_answered: bool) -> bool {
        self.event("conversation.start", String::new(), String::new());
        let is_silent = ending == Ending::Expire && !is_answered && self.random.chance(35);
        let is_refused = ending == Ending::User && self.random.chance(45);
        self.open(is_silent, is_refused, is_answered);
        let goes_on = !is_silent && !is_refused;
        if goes_on {
            let mut last_way = None;
            for _ in 0..self.exchanges() {
                self.exchange(&mut last_way);
            }
        }
        let is_handed_over = goes_on && (ending == Ending::Agent || self.random.chance(6));
        let seat = is_handed_over.then(|| self.hand_over());
        if !is_refused {
            self.take_leave(ending);
        }
        self.close(seat.unwrap_or_default());
        is_handed_over
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
    fn exchange(&mut self, last_way: &mut Option<Way>) {
        const WAYS: [(u64, Way); 8] = [
            (30, Way::Question),
            (17, Way::List),
            (16, Way::Buttons),
            (9, Way::Location),
            (8, Way::Photo),
            (9, Way::Media),
            (4, Way::Contact),
            (7, Way::Misunderstanding),
        ];
        let way = self.random.weighted(&WAYS);
        match way {
            // Nobody is asked the same twice in a row.
            _ if last_way.replace(way) == Some(way) => self.ask(),
            Way::Question => self.ask(),
            Way::List => self.offer_list(),
            Way::Buttons => self.offer_buttons(),
            Way::Location => self.ask_location(),
            Way::Photo => self.ask_photo(),
            Way::Media => self.send_media(),
            Way::Contact => self.give_contact(),
            Way::Misunderstanding => self.misunderstand(),
        }
    }

    fn ask(&mut self) {
        let questions = &self.scene.language.questions;
        let (question, answer) = questions[self.questions % questions.len()];
        self.questions += 1;
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
        let mut turn = self.random.index(language.agent.len());
        for _ in 0..self.random.within(1..=3) {
            let (words, answer) = language.agent[turn % language.agent.len()];
            turn += 1;
            let said = content::text(self.filled(words));
            let said = self.say("agent", 8..=120, said);
            let reply = self.random.chance(15).then_some(said);
            self.answer(content::text(answer), reply);
        }
        if self.random.chance(10) {
            let next = self.seat();
            self.event("conversation.take_over", seat, next.clone());
            seat = next;
            let (words, _) = language.agent[turn % language.agent.len()];
            let said = content::text(self.filled(words));
            self.say("agent", 8..=120, said);
        }
        seat
    }

    /// The last words, or a long silence.
    fn take_leave(&mut self, ending: Ending) {
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
    }

    /// Ends the conversation. The seat is that of an agent who has taken it over, or empty.
    fn close(&mut self, seat: String) {
        self.now += self.random.within(0..=2);
        self.event("conversation.close", String::new(), seat);
        self.now += self.random.within(0..=1);
    }
}
