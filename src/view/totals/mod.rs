//! Totals over many sessions: as tables with bars for people, and as rows for spreadsheets. As JSON they
//! are part of the [totals](crate::archive::totals) themselves, because that is also read again.

mod bar;
mod csv;
mod groups;
mod headline;
mod table;

pub use self::csv::write_csv;
pub use self::table::write_table;
