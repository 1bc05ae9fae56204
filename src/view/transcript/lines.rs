//! Blocks as lines of text, which have roles but no style yet.
//!
//! All English words of the transcript are here. Lines are passed to a callback one by one and
//! never collected: a message may have millions of them, of which a table shows a few and a
//! preview one. A callback stops the drawing by returning [`ControlFlow::Break`].

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::ops::ControlFlow;

use super::entries::Entry;
use crate::Text;
use crate::json::{Integer, Number, readable};
use crate::notification::block::{
    ButtonBlock, CardBlock, Event, EventKind, Quote, RowBlock, SectionBlock, map_url,
};
use crate::notification::{Block, Content};
use crate::view::Selection;

/// The number of characters that are shown of a quoted message.
const MAX_PREVIEW: usize = 60;
/// The types of buttons that are not shown, because nearly all buttons have them.
const USUAL_BUTTONS: [&str; 2] = ["QUICK_REPLY", "reply"];

/// The role of a span, which a theme gives a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum Role {
    /// The text of a message.
    Said,
    /// The header of a message, or the title of a part.
    Heading,
    /// The kind of a message or of a part, and other details.
    Label,
    /// The kind of a link, which its address tells already.
    Kind,
    /// The template that a message was made from.
    Template,
    /// The footer of a message.
    Footer,
    /// A button or a row of a list.
    Button,
    /// A choice that the person made.
    Pick,
    /// An event of the conversation.
    Event,
    /// A web address.
    Link,
    /// The value of an undocumented field.
    Undocumented,
}

/// A part of a line with one role. Spans are separated by a space.
#[derive(Debug, Clone)]
pub(super) struct Span<'a> {
    pub(super) role: Role,
    /// One line; line breaks that are left in it are shown as escapes.
    pub(super) text: Text<'a>,
    /// The web address that the text stands for, if it is not the text itself.
    pub(super) url: Option<Text<'a>>,
}

impl<'a> Span<'a> {
    pub(super) fn new(role: Role, text: Text<'a>) -> Self {
        Self {
            role,
            text,
            url: None,
        }
    }
}

/// A line of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'l> {
    pub(super) spans: &'l [Span<'l>],
    /// How it belongs to the line before.
    pub(super) relation: Relation,
}

/// How a line belongs to the line before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is the next one.
    Next,
    /// It is a part of what stands there, such as a row of a list.
    Below,
    /// It may continue that line, after this separator.
    Continues(&'static str),
}

/// A callback that takes lines until it breaks.
type Take<'t, B> = dyn FnMut(Line<'_>) -> ControlFlow<B> + 't;

/// Draws a message line by line, without its reply and its findings: the type, if its blocks do not
/// tell it, and what it says. The reply is drawn by the view; only the undocumented fields of its quote,
/// which are shown nowhere else, are lines. The template is a detail.
pub(super) fn for_each_line_of_message(
    entry: &Entry<'_>,
    selection: Selection,
    mut take: impl FnMut(Line<'_>),
) {
    if let Some(reply) = &entry.reply {
        for_each_line_of_quote(&reply.quote, &mut take);
    }
    if let Some(kind) = entry.unknown_kind() {
        take(Line {
            spans: &[Span::new(Role::Label, kind.shortened(40))],
            relation: Relation::Next,
        });
    }
    let is_template = |line: &Line<'_>| line.spans.iter().all(|span| span.role == Role::Template);
    for_each_line(&entry.blocks, |line| {
        if selection.details || !is_template(&line) {
            take(line);
        }
    });
}

/// Draws blocks line by line.
fn for_each_line(blocks: &[Block<'_>], mut take: impl FnMut(Line<'_>)) {
    let ControlFlow::Continue(()) = draw(blocks, &mut |line| {
        take(line);
        ControlFlow::<Infallible>::Continue(())
    });
}

/// Draws the undocumented fields of a quote line by line.
fn for_each_line_of_quote(quoted: &Quote<'_>, mut take: impl FnMut(Line<'_>)) {
    let ControlFlow::Continue(()) = quote(quoted, &mut |line| {
        take(line);
        ControlFlow::<Infallible>::Continue(())
    });
}

/// Displays the lines of a content, unescaped: the text may act on a terminal.
pub(in crate::view) struct PlainText<'a>(pub(in crate::view) &'a Content<'a>);

impl Display for PlainText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let flow = draw(&self.0.blocks(), &mut |line| {
            let written = write_line(line, separator, f);
            separator = "\n";
            written.map_or_else(ControlFlow::Break, ControlFlow::Continue)
        });
        flow.break_value().map_or(Ok(()), Err)
    }
}

fn write_line(line: Line<'_>, mut separator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let told = |span: &&Span<'_>| span.role != Role::Kind;
    for span in line.spans.iter().filter(told) {
        f.write_str(separator)?;
        f.write_str(span.url.as_ref().unwrap_or(&span.text).as_str())?;
        separator = " ";
    }
    Ok(())
}

/// The start of the message that a quote is of: what the quote has of it or, if it has nothing, what
/// the message itself says.
pub(in crate::view) fn preview_of_quote(quote: &Quote<'_>) -> Option<Text<'static>> {
    let contents = [quote.quoted.as_deref(), quote.original.as_deref()];
    let previews = contents.into_iter().flatten().map(preview);
    previews.into_iter().find(|text| !text.is_blank())
}

/// The start of a message, to recognise it by: the first thing that somebody said in it or, if
/// there is none, its first undocumented field or its first line.
fn preview(blocks: &[Block<'_>]) -> Text<'static> {
    let shortened = |span: &Span<'_>| span.text.shortened(MAX_PREVIEW).into_owned();
    let mut first = None;
    let mut undocumented = None;
    let mut said: Option<Text<'_>> = None;
    let more = draw(blocks, &mut |line| {
        first = first.take().or_else(|| line.spans.first().map(shortened));
        let here = || {
            line.spans
                .iter()
                .find(|span| is_undocumented(span))
                .map(shortened)
        };
        undocumented = undocumented.take().or_else(here);
        match line.spans.iter().find(|span| is_said(span)) {
            Some(_) if said.is_some() => return ControlFlow::Break(()),
            Some(span) => said = Some(shortened(span)),
            None => {}
        }
        ControlFlow::Continue(())
    });
    match said {
        Some(said) if more.is_break() && !said.as_str().ends_with('…') => {
            Text::from(format!("{}…", said.as_str()))
        }
        said => said.or(undocumented).or(first).unwrap_or_default(),
    }
}

fn is_said(span: &Span<'_>) -> bool {
    let says = matches!(
        span.role,
        Role::Said | Role::Heading | Role::Pick | Role::Event
    );
    says && !span.text.is_blank()
}

fn is_undocumented(span: &Span<'_>) -> bool {
    span.role == Role::Undocumented
}

fn draw<B>(blocks: &[Block<'_>], take: &mut Take<'_, B>) -> ControlFlow<B> {
    blocks.iter().try_for_each(|block| draw_block(block, take))
}

fn draw_block<B>(block: &Block<'_>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    match block {
        Block::Text(text) => words(Role::Said, Some(text), take),
        Block::Heading(text) => words(Role::Heading, Some(text), take),
        Block::Footer(text) => words(Role::Footer, Some(text), take),
        Block::Choice(text) => words(Role::Pick, Some(text), take),
        Block::Media { kind, name, url } => media(*kind, *name, *url, take),
        Block::Template { name, language, id } => template(*name, *language, *id, take),
        Block::Buttons(buttons) => pieces(Relation::Next, buttons.iter().flat_map(button), take),
        Block::List { button, sections } => list(*button, sections, take),
        Block::Location {
            name,
            address,
            latitude,
            longitude,
        } => {
            words(Role::Heading, *name, take)?;
            continued(Role::Said, *address, take)?;
            point(latitude.zip(*longitude), take)
        }
        Block::Contacts(contacts) => contacts.iter().try_for_each(|card| contact(card, take)),
        Block::Event(event) => line(Role::Event, Text::from(humanize_event(event)), take),
        Block::Quote(quoted) => quote(quoted, take),
        Block::Undocumented(members) => undocumented(members, take),
    }
}

fn line<B>(role: Role, text: Text<'_>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    take(Line {
        spans: &[Span::new(role, text)],
        relation: Relation::Next,
    })
}

/// A text with line breaks, line by line; nothing if it is missing or empty.
fn words<B>(role: Role, text: Option<&Text<'_>>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    let text = text.filter(|text| !text.as_str().is_empty());
    let mut lines = text.into_iter().flat_map(Text::lines);
    lines.try_for_each(|text| line(role, text, take))
}

/// A text whose first line may continue the line before.
fn continued<B>(role: Role, text: Option<&Text<'_>>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    let mut relation = Relation::Continues(" · ");
    words(role, text, &mut |line| {
        let relation = std::mem::replace(&mut relation, Relation::Next);
        take(Line { relation, ..line })
    })
}

/// One line of the spans that have text; nothing if none has.
fn pieces<'p, B>(
    relation: Relation,
    pieces: impl IntoIterator<Item = (Role, Option<Text<'p>>)>,
    take: &mut Take<'_, B>,
) -> ControlFlow<B> {
    let there = |(role, text): (Role, Option<Text<'p>>)| Some(Span::new(role, text?));
    let line: Vec<_> = pieces
        .into_iter()
        .filter_map(there)
        .filter(|span| !span.text.is_blank())
        .collect();
    if line.is_empty() {
        return ControlFlow::Continue(());
    }
    take(Line {
        spans: &line,
        relation,
    })
}

fn borrowed<'a>(text: Option<&'a Text<'_>>) -> Option<Text<'a>> {
    text.map(|text| Text::from(text.as_str()))
}

/// The label of a button, in brackets.
fn pressable<'a>(text: Option<&Text<'_>>) -> Option<Text<'a>> {
    text.map(|text| Text::from(format!("[{}]", text.as_str())))
}

fn media<B>(
    kind: Option<&Text<'_>>,
    name: Option<&Text<'_>>,
    url: Option<&Text<'_>>,
    take: &mut Take<'_, B>,
) -> ControlFlow<B> {
    let kind = kind.map_or("media", Text::as_str);
    let what = [
        (Role::Label, Some(Text::from(kind))),
        (Role::Said, borrowed(name)),
    ];
    pieces(Relation::Next, what, take)?;
    let url = [(Role::Link, borrowed(url))];
    pieces(Relation::Continues(" "), url, take)
}

fn template<B>(
    name: Option<&Text<'_>>,
    language: Option<&Text<'_>>,
    id: Option<Integer<'_>>,
    take: &mut Take<'_, B>,
) -> ControlFlow<B> {
    let id = id.map(|id| Text::from(format!("#{}", id.0.as_str())));
    let which = [
        Some(Text::from("template")),
        borrowed(name),
        borrowed(language),
        id,
    ];
    let which = which.map(|text| (Role::Template, text));
    pieces(Relation::Next, which, take)
}

fn button<'a>(button: &ButtonBlock<'a>) -> [(Role, Option<Text<'a>>); 2] {
    [
        (Role::Button, pressable(button.label)),
        (Role::Label, borrowed(unusual_kind(button))),
    ]
}

/// The type of a button, unless nearly all buttons have it.
pub(super) fn unusual_kind<'a>(button: &ButtonBlock<'a>) -> Option<&'a Text<'a>> {
    let is_usual = |kind: &&Text<'_>| USUAL_BUTTONS.contains(&kind.as_str());
    button.kind.filter(|kind| !is_usual(kind))
}

fn list<B>(
    button: Option<&Text<'_>>,
    sections: &[SectionBlock<'_>],
    take: &mut Take<'_, B>,
) -> ControlFlow<B> {
    pieces(Relation::Next, [(Role::Button, pressable(button))], take)?;
    sections.iter().try_for_each(|section| {
        words(Role::Heading, section.title, &mut |line| {
            let relation = Relation::Below;
            take(Line { relation, ..line })
        })?;
        let mut rows = section.rows.iter();
        rows.try_for_each(|each| row(each, take))?;
        undocumented(section.undocumented, take)
    })
}

fn row<B>(row: &RowBlock<'_>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    let title = row
        .title
        .map(|title| Text::from(format!("• {}", title.as_str())));
    let what = [
        (Role::Button, title),
        (Role::Label, borrowed(row.description)),
    ];
    pieces(Relation::Below, what, take)?;
    undocumented(row.undocumented, take)
}

/// A link to a point on the map.
fn point<B>(point: Option<(Number<'_>, Number<'_>)>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    let Some((latitude, longitude)) = point else {
        return ControlFlow::Continue(());
    };
    let words = format!("{},{}", latitude.as_str(), longitude.as_str());
    let link = Span {
        role: Role::Link,
        text: Text::from(words),
        url: Some(Text::from(map_url(latitude, longitude))),
    };
    take(Line {
        spans: &[Span::new(Role::Kind, Text::from("map")), link],
        relation: Relation::Continues(" · "),
    })
}

fn contact<B>(card: &CardBlock<'_>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    let what = [
        (Role::Said, borrowed(card.name)),
        (Role::Label, borrowed(card.phone_number)),
    ];
    pieces(Relation::Next, what, take)?;
    undocumented(card.undocumented, take)
}

/// The undocumented fields of a quote, which are shown nowhere else.
fn quote<B>(quote: &Quote<'_>, take: &mut Take<'_, B>) -> ControlFlow<B> {
    let quoted = quote.quoted.as_deref().unwrap_or_default();
    draw(quoted, &mut |line| {
        if line.spans.iter().any(is_undocumented) {
            take(line)
        } else {
            ControlFlow::Continue(())
        }
    })
}

/// Undocumented fields, a line each, with their names.
fn undocumented<B>(members: &[(Text<'_>, &str)], take: &mut Take<'_, B>) -> ControlFlow<B> {
    members.iter().try_for_each(|(key, value)| {
        let member = [
            (Role::Label, Text::from(format!("{}:", key.as_str()))),
            (Role::Undocumented, readable(value)),
        ];
        let member = member.map(|(role, text)| (role, Some(text)));
        pieces(Relation::Next, member, take)
    })
}

/// An event in words, such as `taken over by seat-07`.
pub(super) fn humanize_event(event: &Event<'_>) -> String {
    let (from, to) = (event.from.map(Text::as_str), event.to.map(Text::as_str));
    match event.kind {
        Some(EventKind::Start) => "conversation started".to_owned(),
        Some(EventKind::TakeOver) => take_over(from, to),
        Some(EventKind::Close) => from.or(to).map_or_else(
            || "conversation closed".to_owned(),
            |seat| format!("closed by {seat}"),
        ),
        None => {
            let from = from.map_or_else(String::new, |seat| format!(" from {seat}"));
            let to = to.map_or_else(String::new, |seat| format!(" to {seat}"));
            let word = event.word.map_or("unknown event", Text::as_str);
            format!("{word}{from}{to}")
        }
    }
}

fn take_over(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (None, None) => "taken over by an agent".to_owned(),
        (None, Some(to)) => format!("taken over by {to}"),
        (Some(from), None) => format!("handed over by {from}"),
        (Some(from), Some(to)) => format!("taken over by {to} from {from}"),
    }
}
