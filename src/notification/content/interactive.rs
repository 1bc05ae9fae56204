//! Interactive messages: the robot offers a choice, as buttons or as a list.
//!
//! The person's answer has the same content type, but a `text` instead of this payload; see
//! [`text`](super::text).

use super::{Content, Payload, TemplateHeader, unknown_type};
use crate::Text;
use crate::finding::{Detail, Findings, Rule};
use crate::json::{Present, record};
use crate::notification::block::{Block, Blocks, ButtonBlock, RowBlock, SectionBlock};

record! {
    /// A choice that the robot offers.
    validated by Interactive::validate;
    pub struct Interactive {
        required kind as "type": Text<'de>,
        optional header: Box<TemplateHeader<'de>> as detail,
        optional body: Words<'de> as detail,
        optional footer: Words<'de> as detail,
        optional action: Action<'de> as detail,
    }
}

record! {
    /// An object with a text in it: the body or the footer.
    pub struct Words {
        optional text: Text<'de>,
    }
}

record! {
    /// What can be chosen: buttons, or the rows of a list that opens with one button.
    pub struct Action {
        optional buttons: Vec<InteractiveButton<'de>>,
        optional button: Text<'de>,
        optional sections: Vec<ListSection<'de>>,
    }
}

record! {
    /// A button under an interactive message.
    pub struct InteractiveButton {
        optional kind as "type": Text<'de>,
        optional reply: Choice<'de>,
    }
}

record! {
    /// The answer that pressing a button sends.
    pub struct Choice {
        optional id: Text<'de>,
        optional title: Text<'de>,
    }
}

record! {
    /// A section of a list.
    pub struct ListSection {
        optional title: Text<'de>,
        optional rows: Vec<ListRow<'de>>,
    }
}

record! {
    /// A row of a list.
    pub struct ListRow {
        optional id: Text<'de>,
        optional title: Text<'de>,
        optional description: Text<'de>,
    }
}

impl Interactive<'_> {
    pub(crate) const TYPES: [&'static str; 2] = ["button", "list"];

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

impl Payload for Interactive<'_> {
    fn add_to<'a>(&'a self, _: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        if let Some(header) = &self.header {
            header.add_to(blocks);
        }
        if let Some(body) = &self.body {
            body.add_to(Block::Text, blocks);
        }
        if let Some(action) = &self.action {
            action.add_to(blocks);
        }
        if let Some(footer) = &self.footer {
            footer.add_to(Block::Footer, blocks);
        }
        blocks.add_undocumented(&self.extra);
    }
}

impl Words<'_> {
    fn add_to<'a>(&'a self, block: fn(&'a Text<'a>) -> Block<'a>, blocks: &mut Blocks<'a>) {
        blocks.add_words(block, self.text.as_ref());
        blocks.add_undocumented(&self.extra);
    }
}

impl Action<'_> {
    fn add_to<'a>(&'a self, blocks: &mut Blocks<'a>) {
        let buttons = || self.buttons.iter().flatten();
        blocks.add_buttons(buttons().map(InteractiveButton::button));
        for button in buttons() {
            if let Some(choice) = &button.reply {
                blocks.add_undocumented(&choice.extra);
            }
            blocks.add_undocumented(&button.extra);
        }
        let sections = self.sections.as_deref().unwrap_or_default();
        if self.button.is_some() || !sections.is_empty() {
            blocks.add(Block::List {
                button: self.button.as_ref(),
                sections: sections.iter().map(ListSection::block).collect(),
            });
        }
        blocks.add_undocumented(&self.extra);
    }
}

impl InteractiveButton<'_> {
    fn button(&self) -> ButtonBlock<'_> {
        let choice = self.reply.as_ref();
        ButtonBlock {
            label: choice.and_then(|choice| choice.title.as_ref()),
            kind: self.kind.as_ref(),
            id: choice.and_then(|choice| choice.id.as_ref()),
        }
    }
}

impl ListSection<'_> {
    fn block(&self) -> SectionBlock<'_> {
        let rows = self.rows.iter().flatten();
        SectionBlock {
            title: self.title.as_ref(),
            rows: rows.map(ListRow::block).collect(),
            undocumented: &self.extra,
        }
    }
}

impl ListRow<'_> {
    fn block(&self) -> RowBlock<'_> {
        RowBlock {
            id: self.id.as_ref(),
            title: self.title.as_ref(),
            description: self.description.as_ref(),
            undocumented: &self.extra,
        }
    }
}
