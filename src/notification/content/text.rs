//! What a person wrote or picked: plain text, whichever type of content it is in.

use super::{Content, ContentType, Payload};
use crate::Text;
use crate::notification::transcript::{Block, Blocks};

impl Payload for Text<'_> {
    fn add_to<'a>(&'a self, content: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        let block = if is_pick(content) {
            Block::Choice
        } else {
            Block::Text
        };
        blocks.add_words(block, Some(self));
    }
}

/// Says whether the text is a choice the person made from what was offered: the press of a
/// template's button, or the answer to an interactive message, which has its type.
fn is_pick(content: &Content<'_>) -> bool {
    match content.content_type() {
        Some(ContentType::Button) => true,
        Some(ContentType::Interactive) => content.interactive.is_none(),
        _ => false,
    }
}
