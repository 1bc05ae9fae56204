//! Message templates: a header, a body, a footer and buttons that the customer set up in advance.

use super::{Content, Payload, TemplateHeader};
use crate::Text;
use crate::json::{Integer, record};
use crate::notification::block::{Block, Blocks, ButtonBlock};

record! {
    /// A message template that was sent.
    pub struct Template {
        optional kind as "type": Text<'de>,
        required content: TemplateContent<'de> as detail,
        optional info: TemplateInfo<'de>,
    }
}

record! {
    /// The parts of a template, filled in.
    pub struct TemplateContent {
        optional header: TemplateHeader<'de>,
        optional body: Text<'de>,
        optional footer: Text<'de>,
        optional button: Vec<TemplateButton<'de>>,
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

impl Payload for Template<'_> {
    fn add_to<'a>(&'a self, _: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        if let Some(content) = &self.content {
            content.add_to(blocks);
        }
        if let Some(info) = &self.info {
            info.add_to(blocks);
        }
        blocks.add_undocumented(&self.extra);
    }
}

impl TemplateContent<'_> {
    fn add_to<'a>(&'a self, blocks: &mut Blocks<'a>) {
        if let Some(header) = &self.header {
            header.add_to(blocks);
        }
        blocks.add_words(Block::Text, self.body.as_ref());
        blocks.add_words(Block::Footer, self.footer.as_ref());
        let buttons = || self.button.iter().flatten();
        blocks.add_buttons(buttons().map(TemplateButton::button));
        for button in buttons() {
            blocks.add_undocumented(&button.extra);
        }
        blocks.add_undocumented(&self.extra);
    }
}

impl TemplateButton<'_> {
    fn button(&self) -> ButtonBlock<'_> {
        ButtonBlock {
            label: self.text.as_ref(),
            kind: self.kind.as_ref(),
            id: None,
        }
    }
}

impl TemplateInfo<'_> {
    fn add_to<'a>(&'a self, blocks: &mut Blocks<'a>) {
        blocks.add(Block::Template {
            name: self.name.as_ref(),
            language: self.language.as_ref(),
            id: self.id,
        });
        blocks.add_undocumented(&self.extra);
    }
}
