//! Many sessions: which of them are wanted, and what is worth knowing of each without reading it again.

mod field;
mod filter;
mod row;

pub use self::field::SessionField;
pub use self::filter::{Filter, Words};
pub use self::row::SessionRow;
