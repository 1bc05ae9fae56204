//! Locations: a point on the map, with a name and an address.

use super::{Content, Payload};
use crate::Text;
use crate::json::{Number, record};
use crate::notification::block::{Block, Blocks};

record! {
    /// A point on the map, in degrees.
    pub struct Location {
        required latitude: Number<'de>,
        required longitude: Number<'de>,
        optional address: Text<'de>,
        optional name: Text<'de>,
    }
}

impl Payload for Location<'_> {
    fn add_to<'a>(&'a self, _: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        blocks.add(Block::Location {
            name: self.name.as_ref(),
            address: self.address.as_ref(),
            latitude: self.latitude,
            longitude: self.longitude,
        });
        blocks.add_undocumented(&self.extra);
    }
}
