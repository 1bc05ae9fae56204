//! Texts: what somebody wrote, or the choice that a person made.

use super::{Content, ContentType, Payload};
use crate::Text;
use crate::notification::block::{Block, Blocks};

impl Payload for Text<'_> {
    fn add_to<'a>(&'a self, content: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        let block = if is_choice(content) {
            Block::Choice
        } else {
            Block::Text
        };
        blocks.add_words(block, Some(self));
    }
}

/// Whether the text is a choice that the person made: a button of a template, or the answer to an
/// interactive message, which has the type `interactive` but no such payload.
fn is_choice(content: &Content<'_>) -> bool {
    match content.content_type() {
        Some(ContentType::Button) => true,
        Some(ContentType::Interactive) => content.interactive.is_none(),
        _ => false,
    }
}
