//! Many sessions: what is worth knowing of each without reading it again.

mod row;

pub use self::row::SessionRow;
