//! The conversation, message by message, drawn from the blocks of
//! [`notification::transcript`](crate::notification::transcript).
//!
//! `text` draws blocks as plain lines, the pieces of which have roles and no look; `table` gives
//! these a look and lays them out. The `text` of JSON and the previews of quoted messages are the
//! plain lines themselves.

mod table;
mod text;

pub(super) use self::table::{NARROWEST_TABLE, write};
pub(super) use self::text::{PlainText, Role};
