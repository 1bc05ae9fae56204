//! Contacts: cards from an address book.

use super::{Content, Payload};
use crate::Text;
use crate::json::record;
use crate::notification::transcript::{Block, Blocks};

record! {
    /// A card from an address book.
    pub struct Contact {
        optional name: Text<'de>,
        optional phone_number: Text<'de>,
    }
}

impl Payload for Vec<Contact<'_>> {
    fn add_to<'a>(&'a self, _: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        blocks.add(Block::Contacts(self));
    }
}
