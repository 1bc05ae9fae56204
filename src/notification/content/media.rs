//! Media: images, files, videos and audio, each as a link to a file.

use super::{Content, Payload};
use crate::Text;
use crate::json::record;
use crate::notification::block::{Block, Blocks};

record! {
    /// A file, by its link.
    pub struct Media {
        required origin_url: Text<'de>,
        optional name: Text<'de>,
    }
}

impl Media<'_> {
    /// Adds the file as media of this kind, such as `image`.
    pub(super) fn add_as<'a>(&'a self, kind: Option<&'a Text<'_>>, blocks: &mut Blocks<'a>) {
        blocks.add(Block::Media {
            kind,
            name: self.name.as_ref(),
            url: self.origin_url.as_ref(),
        });
        blocks.add_undocumented(&self.extra);
    }
}

impl Payload for Media<'_> {
    fn add_to<'a>(&'a self, content: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        self.add_as(content.kind.as_ref(), blocks);
    }
}
