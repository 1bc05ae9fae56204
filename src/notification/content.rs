//! What a message says: every content type, and how it reads.
//!
//! The vendor types a message's content as a bare object; its inside is known from the example
//! and from sibling pages only. To add a content type, add a variant to [`ContentType`]: the
//! compiler shows the rest of this file.

use std::fmt::{self, Display};
use std::ops::ControlFlow;

use super::Sender;
use crate::Text;
use crate::finding::{Detail, Finding, Findings, Place, Rule, UnknownName, quoted_word};
use crate::json::{Integer, Number, OneOf, Present, UnixTime, members, readable, record};

record! {
    /// What a message says. Which of the members count is for `type` to say.
    validated by Content::validate;
    pub struct Content {
        /// The content type, as it is written.
        required kind as "type": Text<'de>,
        optional text: Text<'de>,
        optional media: Box<Media<'de>>,
        optional system: Box<SystemEvent<'de>>,
        optional template: Box<Template<'de>>,
        optional interactive: Box<Interactive<'de>>,
        optional location: Box<Location<'de>>,
        optional contacts: Box<Vec<Contact<'de>>>,
    }
}

record! {
    /// The message that another one answers, quoted.
    pub struct Reply {
        required msg_id: Text<'de>,
        optional sender_type: OneOf<'de, Sender>,
        optional timestamp: UnixTime,
        optional content: Content<'de>,
    }
}

record! {
    /// A file that was sent, by its link.
    pub struct Media {
        required origin_url: Text<'de>,
        optional name: Text<'de>,
    }
}

record! {
    /// Something that happened to the conversation itself.
    validated by SystemEvent::validate;
    pub struct SystemEvent {
        required kind as "type": Text<'de>,
        optional from_seat_id: Text<'de>,
        optional to_seat_id: Text<'de>,
    }
}

record! {
    /// A message template that was sent.
    pub struct Template {
        optional kind as "type": Text<'de>,
        required content: TemplateContent<'de>,
        optional info: TemplateInfo<'de>,
    }
}

record! {
    /// What a template says, filled in.
    pub struct TemplateContent {
        optional header: TemplateHeader<'de>,
        optional body: Text<'de>,
        optional footer: Text<'de>,
        optional button: Vec<TemplateButton<'de>>,
    }
}

record! {
    /// What stands above a template's body.
    pub struct TemplateHeader {
        optional kind as "type": Text<'de>,
        optional text: Text<'de>,
        optional media: Media<'de>,
    }
}

record! {
    /// A button of a template, such as `QUICK_REPLY`.
    pub struct TemplateButton {
        optional kind as "type": Text<'de>,
        optional text: Text<'de>,
    }
}

record! {
    /// Which template was sent.
    pub struct TemplateInfo {
        optional id: Integer<'de>,
        optional name: Text<'de>,
        optional language: Text<'de>,
    }
}

record! {
    /// Choices that the robot offers.
    validated by Interactive::validate;
    pub struct Interactive {
        required kind as "type": Text<'de>,
        optional header: Box<TemplateHeader<'de>>,
        optional body: Words<'de>,
        optional footer: Words<'de>,
        optional action: Action<'de>,
    }
}

record! {
    /// Words in an object of their own.
    pub struct Words {
        optional text: Text<'de>,
    }
}

record! {
    /// What can be chosen: buttons, or the rows of a list that opens with one button.
    pub struct Action {
        optional buttons: Vec<Button<'de>>,
        optional button: Text<'de>,
        optional sections: Vec<Section<'de>>,
    }
}

record! {
    /// A button under an interactive message.
    pub struct Button {
        optional kind as "type": Text<'de>,
        optional reply: Choice<'de>,
    }
}

record! {
    /// What pressing a button answers.
    pub struct Choice {
        optional id: Text<'de>,
        optional title: Text<'de>,
    }
}

record! {
    /// A part of a list.
    pub struct Section {
        optional title: Text<'de>,
        optional rows: Vec<Row<'de>>,
    }
}

record! {
    /// A row of a list.
    pub struct Row {
        optional id: Text<'de>,
        optional title: Text<'de>,
        optional description: Text<'de>,
    }
}

record! {
    /// A point on the map, in degrees.
    pub struct Location {
        required latitude: Number<'de>,
        required longitude: Number<'de>,
        optional address: Text<'de>,
        optional name: Text<'de>,
    }
}

record! {
    /// A card from an address book.
    pub struct Contact {
        optional name: Text<'de>,
        optional phone_number: Text<'de>,
    }
}

/// The content types that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ContentType {
    System,
    Template,
    /// The press of a template's button.
    Button,
    Text,
    Image,
    File,
    Video,
    Audio,
    /// Choices from the robot, or the pick of one from the person.
    Interactive,
    Location,
    Contacts,
}

impl ContentType {
    /// Every type with the word it has in JSON.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("system", Self::System),
        ("template", Self::Template),
        ("button", Self::Button),
        ("text", Self::Text),
        ("image", Self::Image),
        ("file", Self::File),
        ("video", Self::Video),
        ("audio", Self::Audio),
        ("interactive", Self::Interactive),
        ("location", Self::Location),
        ("contacts", Self::Contacts),
    ];

    /// The type of this name.
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
    }

    /// The members of a content that this type fills; one of them must be there.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::System => &["system"],
            Self::Template => &["template"],
            Self::Button | Self::Text => &["text"],
            Self::Image | Self::File | Self::Video | Self::Audio => &["media"],
            Self::Interactive => &["interactive", "text"],
            Self::Location => &["location"],
            Self::Contacts => &["contacts"],
        }
    }
}

impl Content<'_> {
    /// The type, if it is a known one.
    pub fn content_type(&self) -> Option<ContentType> {
        ContentType::of(self.kind.as_ref()?.as_str())
    }

    fn validate(&mut self, present: &Present<'_>, findings: &mut Findings) {
        let Some(kind) = &self.kind else { return };
        let Some(content_type) = self.content_type() else {
            findings.forgive_since(&present.start);
            present.note(Rule::UnknownContentType, findings, |rule| {
                let words = ContentType::WORDS.iter().map(|(word, _)| *word);
                unknown_type(rule, present.at, Detail::UnknownContentType, kind, words)
            });
            return;
        };
        let members = content_type.members();
        if !members.iter().any(|member| present.has(member)) {
            present.note(Rule::MissingField, findings, |rule| {
                let detail = Detail::MissingField {
                    name: members[0],
                    message_type: Some(quoted_word(kind.as_str())),
                };
                Finding::new(rule, present.at, detail)
            });
        }
        // Text may come with anything, as a caption.
        for name in present
            .names()
            .filter(|name| !members.contains(name) && !matches!(*name, "type" | "text"))
        {
            present.note(Rule::UnknownField, findings, |rule| {
                let message_type = quoted_word(kind.as_str());
                let detail = Detail::UnrelatedField { name, message_type };
                Finding::new(rule, &present.at.member(name), detail)
            });
        }
    }
}

impl SystemEvent<'_> {
    const EVENTS: [&'static str; 3] = [
        "conversation.start",
        "conversation.take_over",
        "conversation.close",
    ];

    fn validate(&mut self, present: &Present<'_>, findings: &mut Findings) {
        let Some(kind) = &self.kind else { return };
        if !Self::EVENTS.contains(&kind.as_str()) {
            present.note(Rule::UnknownSystemEvent, findings, |rule| {
                unknown_type(
                    rule,
                    present.at,
                    Detail::UnknownSystemEvent,
                    kind,
                    Self::EVENTS,
                )
            });
        }
    }

    /// Says whether a human took over.
    pub fn is_take_over(&self) -> bool {
        self.kind
            .as_ref()
            .is_some_and(|kind| kind.as_str() == "conversation.take_over")
    }
}

impl Interactive<'_> {
    const TYPES: [&'static str; 2] = ["button", "list"];

    fn validate(&mut self, present: &Present<'_>, findings: &mut Findings) {
        let Some(kind) = &self.kind else { return };
        if !Self::TYPES.contains(&kind.as_str()) {
            findings.forgive_since(&present.start);
            present.note(Rule::UnknownContentType, findings, |rule| {
                unknown_type(
                    rule,
                    present.at,
                    Detail::UnknownInteractiveType,
                    kind,
                    Self::TYPES,
                )
            });
        }
    }
}

/// The finding that the member `type` of an object says nothing that is known.
fn unknown_type(
    rule: Rule,
    at: &Place<'_>,
    detail: impl FnOnce(UnknownName) -> Detail,
    kind: &Text<'_>,
    known: impl IntoIterator<Item = &'static str>,
) -> Finding {
    let unknown = UnknownName::of(kind.as_str(), known);
    Finding::new(rule, &at.member("type"), detail(unknown))
}

/// What a piece of a message is, for a view to give it its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What somebody said.
    Said,
    /// What stands above the rest.
    Heading,
    /// What a message is, or what it has that matters less.
    Label,
    /// What stands below the rest.
    Footer,
    /// Something to press.
    Button,
    /// What the person picked.
    Pick,
    /// What happened to the conversation.
    Event,
    /// A web address.
    Link,
    /// The value of a member that nothing documents.
    Undocumented,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'a> {
    /// What it is.
    pub role: Role,
    /// What it says; no line breaks that mean anything.
    pub text: Text<'a>,
}

/// A line of a message as it reads: pieces with a space between each two.
pub type Line<'a> = Vec<Span<'a>>;

/// Hands on the lines of a message one by one, for as long as they are wanted: there may be more
/// of them than fit into memory as lines.
struct Lines<'a> {
    take: &'a mut dyn FnMut(Line<'a>) -> ControlFlow<()>,
    flow: ControlFlow<()>,
}

impl<'a> Lines<'a> {
    fn add_line(&mut self, line: Line<'a>) {
        if self.flow.is_continue() {
            self.flow = (self.take)(line);
        }
    }

    fn add(&mut self, role: Role, text: impl Into<Text<'a>>) {
        self.add_line(vec![Span {
            role,
            text: text.into(),
        }]);
    }

    /// Adds what a person wrote, line by line; nothing if it is not there or empty.
    fn add_words(&mut self, role: Role, text: Option<&'a Text<'_>>) {
        let text = text.filter(|text| !text.as_str().is_empty());
        for text in text.into_iter().flat_map(Text::lines) {
            self.add(role, text);
            if self.flow.is_break() {
                break;
            }
        }
    }

    /// Adds one line of what there is of several pieces.
    fn add_pieces(&mut self, pieces: impl IntoIterator<Item = (Role, Option<Text<'a>>)>) {
        let there = |(role, text): (Role, Option<Text<'a>>)| Some(Span { role, text: text? });
        let line: Vec<_> = pieces
            .into_iter()
            .filter_map(there)
            .filter(|span| !span.text.is_blank())
            .collect();
        if !line.is_empty() {
            self.add_line(line);
        }
    }
}

fn borrowed<'a>(text: Option<&'a Text<'_>>) -> Option<Text<'a>> {
    text.map(|text| Text::from(text.as_str()))
}

/// Something to press, in brackets.
fn pressable<'a>(text: Option<&Text<'_>>) -> Option<Text<'a>> {
    text.map(|text| Text::from(format!("[{}]", text.as_str())))
}

impl Reply<'_> {
    /// Hands what nothing documents in the quoted message to `take`, line by line: the quote is not
    /// shown in full otherwise.
    pub fn for_each_undocumented_line(&self, take: &mut dyn FnMut(Line<'_>)) {
        if let Some(content) = &self.content {
            content.for_each_line(&mut |line| {
                if line.iter().any(|span| span.role == Role::Undocumented) {
                    take(line);
                }
                ControlFlow::Continue(())
            });
        }
        let mut take_on = |line: Line<'_>| {
            take(line);
            ControlFlow::Continue(())
        };
        let mut lines = Lines {
            take: &mut take_on,
            flow: ControlFlow::Continue(()),
        };
        add_extra(&self.extra, &mut lines);
    }
}

impl<'de> Content<'de> {
    /// Shows a content of which nothing is known by all of its members, as they are in `json`.
    pub(super) fn show_as_received(&mut self, json: &'de str) {
        *self = Self {
            kind: self.kind.take(),
            ..Self::default()
        };
        self.extra = members(json)
            .filter(|(key, _)| key != "type")
            .map(|(key, value)| (Text::from(key), value))
            .collect();
    }

    /// Hands the message to `take` as it read in the chat, line by line, until that has enough.
    pub fn for_each_line<'a>(&'a self, take: &'a mut dyn FnMut(Line<'a>) -> ControlFlow<()>) {
        let mut lines = Lines {
            take,
            flow: ControlFlow::Continue(()),
        };
        if let Some(event) = &self.system {
            lines.add(Role::Event, event.words());
            add_extra(&event.extra, &mut lines);
        }
        if let Some(template) = &self.template {
            template.add_to(&mut lines);
        }
        if let Some(media) = &self.media {
            media.add_to(self.kind.as_ref().map_or("media", Text::as_str), &mut lines);
        }
        if let Some(interactive) = &self.interactive {
            interactive.add_to(&mut lines);
        }
        if let Some(location) = &self.location {
            location.add_to(&mut lines);
        }
        for contact in self.contacts.iter().flat_map(|contacts| contacts.iter()) {
            let phone = contact.phone_number.as_ref();
            lines.add_pieces([
                (Role::Said, borrowed(contact.name.as_ref())),
                (Role::Label, borrowed(phone)),
            ]);
            add_extra(&contact.extra, &mut lines);
        }
        lines.add_words(
            if self.is_pick() {
                Role::Pick
            } else {
                Role::Said
            },
            self.text.as_ref(),
        );
        add_extra(&self.extra, &mut lines);
    }

    /// Says whether the message is a choice the person made from what was offered.
    pub fn is_pick(&self) -> bool {
        match self.content_type() {
            Some(ContentType::Button) => true,
            Some(ContentType::Interactive) => self.interactive.is_none(),
            _ => false,
        }
    }

    /// The first thing that the message says, or that it is: enough to recognise it by.
    /// At most `limit` characters.
    pub fn preview(&self, limit: usize) -> Text<'static> {
        let says = |span: &&Span<'_>| {
            matches!(
                span.role,
                Role::Said | Role::Heading | Role::Pick | Role::Event
            ) && !span.text.is_blank()
        };
        let shortened = |span: &Span<'_>| span.text.shortened(limit).into_owned();
        let is_undocumented = |span: &&Span<'_>| span.role == Role::Undocumented;
        let mut first = None;
        let mut undocumented = None;
        let mut preview = None;
        self.for_each_line(&mut |line| {
            first = first.take().or_else(|| line.first().map(shortened));
            let here = || line.iter().find(is_undocumented).map(shortened);
            undocumented = undocumented.take().or_else(here);
            preview = line.iter().find(says).map(shortened);
            match preview {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        });
        preview.or(undocumented).or(first).unwrap_or_default()
    }

    /// The message as one string, its lines joined by line breaks.
    pub fn to_text(&self) -> String {
        ContentText(self).to_string()
    }
}

/// Displays a content as [`Content::to_text`], without making the string. What is in it may act on
/// a terminal.
pub(crate) struct ContentText<'c, 'de>(pub(crate) &'c Content<'de>);

impl Display for ContentText<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        let mut separator = "";
        self.0.for_each_line(&mut |line| {
            result = write_line(&line, separator, f);
            separator = "\n";
            match result {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        result
    }
}

fn write_line(line: &Line<'_>, mut separator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for span in line {
        f.write_str(separator)?;
        f.write_str(span.text.as_str())?;
        separator = " ";
    }
    Ok(())
}

impl SystemEvent<'_> {
    /// What happened, in words. Which seat closed a conversation is inferred: the example names
    /// one in `to_seat_id` only.
    fn words(&self) -> String {
        let seat = |id: &Option<Text<'_>>| {
            id.as_ref()
                .filter(|id| !id.is_blank())
                .map(|id| id.as_str().to_owned())
        };
        let (from, to) = (seat(&self.from_seat_id), seat(&self.to_seat_id));
        match (self.kind.as_ref().map(Text::as_str), from, to) {
            (Some("conversation.start"), ..) => "conversation started".to_owned(),
            (Some("conversation.take_over"), None, None) => "taken over by an agent".to_owned(),
            (Some("conversation.take_over"), None, Some(to)) => format!("taken over by {to}"),
            (Some("conversation.take_over"), Some(from), None) => format!("handed over by {from}"),
            (Some("conversation.take_over"), Some(from), Some(to)) => {
                format!("taken over by {to} from {from}")
            }
            (Some("conversation.close"), None, None) => "conversation closed".to_owned(),
            (Some("conversation.close"), Some(seat), _)
            | (Some("conversation.close"), None, Some(seat)) => {
                format!("closed by {seat}")
            }
            (kind, from, to) => {
                let from = from.map(|seat| format!(" from {seat}")).unwrap_or_default();
                let to = to.map(|seat| format!(" to {seat}")).unwrap_or_default();
                format!("{}{from}{to}", kind.unwrap_or("unknown event"))
            }
        }
    }
}

impl Media<'_> {
    fn add_to<'a>(&'a self, kind: &'a str, lines: &mut Lines<'a>) {
        lines.add_pieces([
            (Role::Label, Some(Text::from(kind))),
            (Role::Said, borrowed(self.name.as_ref())),
        ]);
        lines.add_pieces([(Role::Link, borrowed(self.origin_url.as_ref()))]);
        add_extra(&self.extra, lines);
    }
}

impl TemplateHeader<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        lines.add_words(Role::Heading, self.text.as_ref());
        if let Some(media) = &self.media {
            media.add_to(self.kind.as_ref().map_or("media", Text::as_str), lines);
        }
        add_extra(&self.extra, lines);
    }
}

impl TemplateButton<'_> {
    fn pieces(&self) -> [(Role, Option<Text<'_>>); 2] {
        // What a quick reply is goes without saying.
        let kind = self.kind.as_ref();
        let kind = kind.filter(|kind| kind.as_str() != "QUICK_REPLY");
        [
            (Role::Button, pressable(self.text.as_ref())),
            (Role::Label, borrowed(kind)),
        ]
    }
}

impl TemplateContent<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        if let Some(header) = &self.header {
            header.add_to(lines);
        }
        lines.add_words(Role::Said, self.body.as_ref());
        lines.add_words(Role::Footer, self.footer.as_ref());
        let buttons = || self.button.iter().flatten();
        lines.add_pieces(buttons().flat_map(TemplateButton::pieces));
        for button in buttons() {
            add_extra(&button.extra, lines);
        }
        add_extra(&self.extra, lines);
    }
}

impl TemplateInfo<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        let id = self.id.map(|id| Text::from(format!("#{}", id.0.as_str())));
        lines.add_pieces([
            (Role::Label, Some(Text::from("template"))),
            (Role::Label, borrowed(self.name.as_ref())),
            (Role::Label, borrowed(self.language.as_ref())),
            (Role::Label, id),
        ]);
        add_extra(&self.extra, lines);
    }
}

impl Template<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        if let Some(content) = &self.content {
            content.add_to(lines);
        }
        if let Some(info) = &self.info {
            info.add_to(lines);
        }
        add_extra(&self.extra, lines);
    }
}

impl Interactive<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        if let Some(header) = &self.header {
            header.add_to(lines);
        }
        if let Some(body) = &self.body {
            body.add_to(Role::Said, lines);
        }
        if let Some(action) = &self.action {
            action.add_to(lines);
        }
        if let Some(footer) = &self.footer {
            footer.add_to(Role::Footer, lines);
        }
        add_extra(&self.extra, lines);
    }
}

impl Words<'_> {
    fn add_to<'a>(&'a self, role: Role, lines: &mut Lines<'a>) {
        lines.add_words(role, self.text.as_ref());
        add_extra(&self.extra, lines);
    }
}

impl Action<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        let buttons = || self.buttons.iter().flatten();
        let titles = buttons().map(|button| button.reply.as_ref()?.title.as_ref());
        lines.add_pieces(titles.map(|title| (Role::Button, pressable(title))));
        for button in buttons() {
            if let Some(choice) = &button.reply {
                add_extra(&choice.extra, lines);
            }
            add_extra(&button.extra, lines);
        }
        lines.add_pieces([(Role::Button, pressable(self.button.as_ref()))]);
        for section in self.sections.iter().flatten() {
            section.add_to(lines);
        }
        add_extra(&self.extra, lines);
    }
}

impl Section<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        lines.add_words(Role::Heading, self.title.as_ref());
        for row in self.rows.iter().flatten() {
            row.add_to(lines);
        }
        add_extra(&self.extra, lines);
    }
}

impl Row<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        let title = self.title.as_ref();
        let title = title.map(|title| Text::from(format!("• {}", title.as_str())));
        lines.add_pieces([
            (Role::Button, title),
            (Role::Label, borrowed(self.description.as_ref())),
        ]);
        add_extra(&self.extra, lines);
    }
}

impl Location<'_> {
    fn add_to<'a>(&'a self, lines: &mut Lines<'a>) {
        lines.add_words(Role::Heading, self.name.as_ref());
        lines.add_words(Role::Said, self.address.as_ref());
        if let (Some(latitude), Some(longitude)) = (&self.latitude, &self.longitude) {
            let (latitude, longitude) = (latitude.as_str(), longitude.as_str());
            lines.add(
                Role::Link,
                format!("https://www.google.com/maps?q={latitude},{longitude}"),
            );
        }
        add_extra(&self.extra, lines);
    }
}

/// Shows members that nothing documents by their names.
fn add_extra<'a>(extra: &'a [(Text<'_>, &'a str)], lines: &mut Lines<'a>) {
    for (key, value) in extra {
        let value = readable(value);
        let label = Text::from(format!("{}:", key.as_str()));
        lines.add_pieces([
            (Role::Label, Some(label)),
            (Role::Undocumented, Some(value)),
        ]);
    }
}
