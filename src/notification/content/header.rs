//! The header of a template or of an interactive message: a text or a file.

use super::Media;
use crate::Text;
use crate::json::record;
use crate::notification::block::{Block, Blocks};

record! {
    /// The header above the body of a template or of an interactive message.
    pub struct TemplateHeader {
        optional kind as "type": Text<'de>,
        optional text: Text<'de>,
        optional media: Media<'de>,
    }
}

impl TemplateHeader<'_> {
    pub(super) fn add_to<'a>(&'a self, blocks: &mut Blocks<'a>) {
        blocks.add_words(Block::Heading, self.text.as_ref());
        if let Some(media) = &self.media {
            media.add_as(self.kind.as_ref(), blocks);
        }
        blocks.add_undocumented(&self.extra);
    }
}
