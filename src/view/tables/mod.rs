//! Flat tables of sessions, messages and findings, for databases and spreadsheets.
//!
//! A table is one definition, in the file of its name: its rows, and a `TableColumn` for each value of a
//! row, with its name, its type, and how it is read. CSV, NDJSON and `CREATE TABLE` all come from it.
//!
//! The columns are a contract with the tables that people have filled: a name and its type never
//! change, and a new column comes after all others.
//!
//! A delivery gives the same rows wherever it is in the input, except for the columns `source`, `index`
//! and `line`. So without them, the rows of the parts of an input are those of the whole.

mod findings;
mod messages;
mod ndjson;
mod sessions;

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io;

use jiff::Timestamp;

use self::findings::FindingTable;
use self::messages::MessageTable;
use self::ndjson::Ndjson;
use self::sessions::SessionTable;
use super::csv::{self, CsvWriter};
use crate::finding::nearest;
use crate::json::{Number, OneOf, RawObject, UnixTime, compact, without_lone_surrogates};
use crate::{Report, Text};

/// The width of the lines of `CREATE TABLE`, in characters.
const SQL_WIDTH: usize = 100;

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Table {
    /// A row for each session
    Sessions,
    /// A row for each message
    Messages,
    /// A row for each finding
    Findings,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TableFormat {
    /// Comma-separated values with a header, for spreadsheets and databases
    Csv,
    /// A JSON object for each row, with every column
    Ndjson,
}

/// Columns of a table, in the order in which they are written.
pub struct TableWriter {
    table: Table,
    rows: Box<dyn Rows + Send + Sync>,
}

impl Table {
    /// The word on the command line, which is also the name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Messages => "messages",
            Self::Findings => "findings",
        }
    }

    /// The names of all columns, in order.
    pub fn columns(self) -> Vec<&'static str> {
        match self {
            Self::Sessions => names::<SessionTable>(),
            Self::Messages => names::<MessageTable>(),
            Self::Findings => names::<FindingTable>(),
        }
    }

    /// What writes these columns; all of them, if none is named.
    ///
    /// # Errors
    /// There is no such column, or it is named twice.
    pub fn writer(self, columns: &[String]) -> Result<TableWriter, ColumnError> {
        let rows: Box<dyn Rows + Send + Sync> = match self {
            Self::Sessions => Box::new(Selected::<SessionTable>::new(self, columns)?),
            Self::Messages => Box::new(Selected::<MessageTable>::new(self, columns)?),
            Self::Findings => Box::new(Selected::<FindingTable>::new(self, columns)?),
        };
        Ok(TableWriter { table: self, rows })
    }
}

fn names<D: Definition>() -> Vec<&'static str> {
    D::COLUMNS.iter().map(|column| column.name).collect()
}

impl TableWriter {
    /// The table.
    pub fn table(&self) -> Table {
        self.table
    }

    /// Adds the rows of a report to `out`. With `is_raw`, a spreadsheet may execute what is in CSV.
    ///
    /// # Errors
    /// Those of the writers, of which memory gives none.
    pub fn write(
        &self,
        report: &Report<'_>,
        format: TableFormat,
        is_raw: bool,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        match format {
            TableFormat::Csv => self.rows.write_csv(report, CsvWriter::new(out, is_raw)),
            TableFormat::Ndjson => self.rows.write_ndjson(report, out),
        }
    }

    /// Adds the header of CSV.
    ///
    /// # Errors
    /// Those of the writers, of which memory gives none.
    pub fn write_csv_header(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let mut csv = CsvWriter::new(out, true);
        let columns = self.rows.columns().into_iter();
        csv.write(columns.map(|(name, _)| csv::Cell::word(Some(name))))?;
        csv.finish().map(drop)
    }

    /// The SQL statement that creates the table.
    pub fn create_table(&self) -> String {
        let mut sql = format!("CREATE TABLE {} (", self.table.name());
        let mut width = SQL_WIDTH;
        let mut separator = "";
        for (name, kind) in self.rows.columns() {
            let column = format!("\"{name}\" {kind}");
            sql += separator;
            if width + column.len() + 2 > SQL_WIDTH {
                sql += "\n  ";
                width = 1;
            } else {
                sql.push(' ');
            }
            sql += &column;
            width += column.len() + 2;
            separator = ",";
        }
        sql + "\n);\n"
    }
}

/// Why columns cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnError {
    /// The table has no such column.
    Unknown {
        /// The table.
        table: Table,
        /// What it does not have.
        name: String,
    },
    /// A column is named twice, and the keys of a JSON object must differ.
    Repeated(String),
}

impl Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, name) = match self {
            Self::Repeated(name) => return write!(f, "`{name}` is named twice"),
            Self::Unknown { table, name } => (table, name),
        };
        let known = table.columns();
        let table = table.name();
        write!(
            f,
            "`{}` is not a column of {table}: ",
            Text::from(name.as_str())
        )?;
        match nearest(name, known.iter().copied()) {
            Some(near) => write!(f, "did you mean `{near}`?"),
            None => write!(f, "it has {}", known.join(", ")),
        }
    }
}

impl std::error::Error for ColumnError {}

/// The definition of a table.
trait Definition: Sized + 'static {
    /// What the columns of a row are read from.
    type Row<'r>;

    /// The columns, in order.
    const COLUMNS: &'static [TableColumn<Self>];

    /// Calls `then` with every row of a report.
    fn each_row<'r>(
        report: &'r Report<'r>,
        then: &mut dyn for<'a> FnMut(&'a Self::Row<'a>) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// The columns of a table, each with its name, its type, and its cell in a row.
macro_rules! columns {
    ($row:ident => $($name:ident: $kind:ident = $cell:expr;)*) => {
        &[$($crate::view::tables::TableColumn {
            name: stringify!($name),
            kind: $crate::view::tables::ColumnType::$kind,
            read: |$row| $cell,
        },)*]
    };
}
use columns;

/// A column of a table.
struct TableColumn<D: Definition> {
    name: &'static str,
    kind: ColumnType,
    read: for<'r> fn(&'r D::Row<'r>) -> Value<'r>,
}

/// The type of a column. Every one may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnType {
    Text,
    Integer,
    Float,
    Boolean,
    Time,
}

/// Displays the type in SQL, as `DuckDB` and `PostgreSQL` call it.
impl Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "VARCHAR",
            Self::Integer => "BIGINT",
            Self::Float => "DOUBLE PRECISION",
            Self::Boolean => "BOOLEAN",
            Self::Time => "TIMESTAMPTZ",
        })
    }
}

/// A value in a row.
enum Value<'r> {
    /// There is none, or none that the type can hold.
    Missing,
    /// Text that may be a stranger's.
    Text(Cow<'r, str>),
    Integer(i64),
    /// A finite number. It is written with a fraction even if it is whole, because who reads the rows
    /// may take the type from the first of them.
    Float(f64),
    Boolean(bool),
    Time(Timestamp),
}

impl<'r> Value<'r> {
    fn text(text: Option<&'r Text<'_>>) -> Self {
        Self::of(text, |text| Self::Text(Cow::Borrowed(text.as_str())))
    }

    /// A word of ours.
    fn word(word: &'static str) -> Self {
        Self::Text(Cow::Borrowed(word))
    }

    fn one_of<E>(word: Option<&'r OneOf<'_, E>>) -> Self {
        Self::text(word.map(|word| &word.text))
    }

    /// The number of something.
    fn count(count: usize) -> Self {
        i64::try_from(count).map_or(Self::Missing, Self::Integer)
    }

    /// A number, unless it is beyond 64-bit floats.
    fn number(number: Option<Number<'_>>) -> Self {
        Self::float(number.and_then(|it| it.as_f64()))
    }

    fn float(float: Option<f64>) -> Self {
        Self::of(float.filter(|it| it.is_finite()), Self::Float)
    }

    /// A whole number, unless it is beyond 64-bit integers.
    fn integer(number: Option<Number<'_>>) -> Self {
        Self::of(number.and_then(|it| it.as_i64()), Self::Integer)
    }

    fn unix_time(time: Option<UnixTime>) -> Self {
        Self::time(time.map(UnixTime::instant))
    }

    /// An instant, unless RFC 3339 cannot express it in UTC.
    fn time(time: Option<Timestamp>) -> Self {
        /// The start of the year 0.
        const MIN: i64 = -62_167_219_200;
        Self::of(time.filter(|it| it.as_second() >= MIN), Self::Time)
    }

    /// An object as JSON text on one line, which parsers accept.
    fn json(object: Option<&'r RawObject<'r>>) -> Self {
        Self::of(object, |object| {
            Self::Text(match compact(object.as_json()) {
                Cow::Borrowed(json) => without_lone_surrogates(json),
                Cow::Owned(json) => Cow::Owned(without_lone_surrogates(&json).into_owned()),
            })
        })
    }

    fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Missing, cell)
    }
}

impl<'r> From<Value<'r>> for csv::Cell<'r> {
    fn from(cell: Value<'r>) -> Self {
        match cell {
            Value::Missing => Self::Empty,
            Value::Text(text) => Self::Text(text),
            Value::Integer(number) => Self::Number(number.to_string().into()),
            Value::Float(number) => Self::Number(format!("{number:?}").into()),
            Value::Boolean(is_so) => Self::Word(is_so.to_string().into()),
            Value::Time(time) => Self::Word(time.to_string().into()),
        }
    }
}

/// Some columns of a table, whichever it is.
trait Rows {
    fn columns(&self) -> Vec<(&'static str, ColumnType)>;
    fn write_ndjson(&self, report: &Report<'_>, out: &mut Vec<u8>) -> io::Result<()>;
    fn write_csv(&self, report: &Report<'_>, csv: CsvWriter<&mut Vec<u8>>) -> io::Result<()>;
}

/// The columns of a table that the user wants.
struct Selected<D: Definition> {
    columns: Vec<&'static TableColumn<D>>,
    ndjson: Ndjson,
}

impl<D: Definition> Selected<D> {
    fn new(table: Table, names: &[String]) -> Result<Self, ColumnError> {
        let mut columns: Vec<&'static TableColumn<D>> = Vec::new();
        for name in names {
            let column = D::COLUMNS.iter().find(|column| column.name == name);
            let unknown = || ColumnError::Unknown {
                table,
                name: name.clone(),
            };
            if columns.iter().any(|column| column.name == name) {
                return Err(ColumnError::Repeated(name.clone()));
            }
            columns.push(column.ok_or_else(unknown)?);
        }
        if columns.is_empty() {
            columns.extend(D::COLUMNS);
        }
        let ndjson = Ndjson::new(columns.iter().map(|column| column.name));
        Ok(Self { columns, ndjson })
    }
}

impl<D: Definition> Rows for Selected<D> {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        let columns = self.columns.iter();
        columns.map(|column| (column.name, column.kind)).collect()
    }

    fn write_ndjson(&self, report: &Report<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        D::each_row(report, &mut |row| {
            let cells = self.columns.iter().map(|column| (column.read)(row));
            self.ndjson.write(cells, out)
        })
    }

    fn write_csv(&self, report: &Report<'_>, mut csv: CsvWriter<&mut Vec<u8>>) -> io::Result<()> {
        D::each_row(report, &mut |row| {
            csv.write(self.columns.iter().map(|column| (column.read)(row).into()))
        })?;
        csv.finish().map(drop)
    }
}
