//! Contacts: cards from an address book.

use super::{Content, Payload};
use crate::Text;
use crate::json::record;
use crate::notification::block::{Block, Blocks, CardBlock};

record! {
    /// A card from an address book.
    pub struct Contact {
        optional name: Text<'de>,
        optional phone_number: Text<'de>,
    }
}

impl Payload for Vec<Contact<'_>> {
    fn add_to<'a>(&'a self, _: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        let cards = self.iter().map(|contact| CardBlock {
            name: contact.name.as_ref(),
            phone_number: contact.phone_number.as_ref(),
            undocumented: &contact.extra,
        });
        blocks.add(Block::Contacts(cards.collect()));
    }
}
