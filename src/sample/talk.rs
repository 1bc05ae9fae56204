//! A conversation that is going on: adding messages to it, each with its id, time and status.

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

/// A conversation that is going on.
pub(super) struct Talk<'a> {
    pub(super) scene: &'a Scene,
    pub(super) random: &'a mut Random,
    /// The time of the last message.
    pub(super) now: i64,
    pub(super) messages: Vec<Message>,
    pub(super) slots: Object,
    /// What the ids of the robot's next messages start with, and how many there are.
    series: String,
    part: usize,
    /// The index of the person's next question, so that none comes twice before all are asked.
    pub(super) questions: usize,
}

impl<'a> Talk<'a> {
    /// A conversation that nobody has said anything in.
    pub(super) fn new(scene: &'a Scene, random: &'a mut Random) -> Self {
        let series = random.id();
        let questions = random.index(scene.language.questions.len());
        Self {
            scene,
            random,
            now: scene.start,
            messages: Vec::new(),
            slots: Object::default(),
            series,
            part: 0,
            questions,
        }
    }

    /// Adds an event.
    pub(super) fn event(&mut self, kind: &'static str, from_seat: String, to_seat: String) {
        let seconds = i64::from(!self.messages.is_empty());
        let id = format!("17{:017}", self.random.below(100_000_000_000_000_000));
        let content = content::event(kind, from_seat, to_seat);
        self.add(id, "system", seconds..=seconds + 1, content, None);
    }

    /// The robot says something.
    pub(super) fn robot(&mut self, words: &'static str) -> usize {
        let words = self.filled(words);
        self.say("robot", 1..=4, content::text(words))
    }

    /// The robot takes note of what the person chose.
    pub(super) fn robot_notes(&mut self, choice: &str) {
        let words = self.filled(self.scene.language.noted);
        let words = words.replace("{choice}", choice);
        self.say("robot", 1..=4, content::text(words));
    }

    /// Somebody at the platform's side says something, after so many seconds.
    pub(super) fn say(
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
    pub(super) fn answer(&mut self, content: Object, reply: Option<usize>) -> usize {
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
    pub(super) fn mark_unread(&mut self) {
        const STATUSES: [(u64, &str); 3] = [(5, "read"), (4, "delivery"), (1, "sent")];
        let status = self.random.weighted(&STATUSES);
        let unanswered = self.messages.iter_mut().rev();
        let unanswered = unanswered.take_while(|message| message.sender != "user");
        for message in unanswered.filter(|message| message.sender != "system") {
            message.status = status;
        }
    }

    /// Words with everything filled in but a choice.
    pub(super) fn filled(&self, words: &'static str) -> String {
        let Scene {
            workflow,
            name,
            order,
            ..
        } = self.scene;
        let words = words.replace("{name}", name).replace("{order}", order);
        words.replace("{shop}", workflow.shop)
    }

    pub(super) fn url(&mut self, extension: &str) -> String {
        format!(
            "https://media.example.com/wa/{}.{extension}",
            self.random.id()
        )
    }

    pub(super) fn seat(&mut self) -> String {
        format!("seat-{:02}", self.random.within(1..=24))
    }
}

/// A phone number as no person has one: it begins with 800.
pub(super) fn phone(language: &Language, random: &mut Random) -> String {
    format!("+{}8000{:06}", language.country, random.below(1_000_000))
}
