//! Many sessions: which of them are wanted, and what is worth knowing of each without reading it again.

mod column;
mod duplicates;
mod field;
mod filter;
mod ranking;
mod row;
#[cfg(feature = "cli")]
pub mod totals;

pub use self::column::Column;
pub use self::duplicates::{DeliveryKey, DuplicateFinder, Duplicates};
pub use self::field::SessionField;
pub use self::filter::{Filter, Words};
pub use self::ranking::{Ranking, Sorting};
pub use self::row::{RowKind, SessionRow};
#[cfg(feature = "cli")]
pub use self::totals::Totals;
