//! The columns of a table, and the object that a row becomes.

use foldhash::HashMap;

use super::super::search::is_signed_headers;
use crate::Text;

/// How much of a column's name is shown.
const MAX_NAME: usize = 40;

/// The columns of a table, by the names under which the search looks for them.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// The keys of the cells in the object of a row, written in JSON.
    keys: Vec<String>,
    /// Whether the table names them, so that no row has more cells.
    are_named: bool,
    /// The names in the table of columns that go by another key.
    written: HashMap<String, String>,
}

impl Columns {
    /// The columns with these names in the table. `key` gives the name by which the search knows a
    /// column, such as `signature`; any other name may stay as it is.
    pub(super) fn named<'n>(
        names: impl IntoIterator<Item = Option<&'n str>>,
        key: &dyn Fn(&str) -> String,
    ) -> Self {
        let mut columns = Self {
            are_named: true,
            ..Self::default()
        };
        for (index, name) in names.into_iter().enumerate() {
            let name = match name.unwrap_or_default().trim() {
                "" => numbered(index),
                name => name.to_owned(),
            };
            columns.push(&name, &key(&name));
        }
        columns
    }

    fn push(&mut self, name: &str, key: &str) {
        self.keys.push(quoted(key));
        if name != key {
            self.written.insert(key.to_owned(), name.to_owned());
        }
    }

    /// The columns of a table without names, given one of its rows; `None` if it does not show which
    /// cell holds headers. That is the one with a signature among them, if there is one only.
    pub(super) fn of_row<'c>(cells: impl Iterator<Item = Option<&'c str>>) -> Option<Self> {
        let mut columns = Self::default();
        let mut headers = 0;
        for (index, cell) in cells.enumerate() {
            let name = numbered(index);
            if cell.is_some_and(is_signed_headers) {
                headers += 1;
                columns.push(&name, "headers");
            } else {
                columns.push(&name, &name);
            }
        }
        (headers == 1).then_some(columns)
    }

    /// Whether nothing is known of the columns.
    pub(super) fn are_unknown(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many columns there are; `None` if the table does not name them.
    pub(super) fn count(&self) -> Option<usize> {
        self.are_named.then_some(self.keys.len())
    }

    /// Writes the object of a row. A cell that is empty or `None` is null: CSV writes both alike.
    pub(super) fn write_object<'c>(
        &self,
        cells: impl IntoIterator<Item = Option<&'c str>>,
        object: &mut String,
    ) {
        let cells = cells.into_iter();
        let cells = cells.map(|cell| cell.filter(|cell| !cell.is_empty()).map(quoted));
        self.write_values(cells, object);
    }

    /// Writes the object of a row whose cells are JSON. A cell that is `None` is null.
    pub(super) fn write_values<C: AsRef<str>>(
        &self,
        cells: impl IntoIterator<Item = Option<C>>,
        object: &mut String,
    ) {
        let mut separator = '{';
        for (index, cell) in cells.into_iter().enumerate() {
            object.push(separator);
            separator = ',';
            match self.keys.get(index) {
                Some(key) => object.push_str(key),
                None => object.push_str(&quoted(&numbered(index))),
            }
            object.push(':');
            object.push_str(cell.as_ref().map_or("null", AsRef::as_ref));
        }
        object.push_str(if separator == '{' { "{}" } else { "}" });
    }

    /// The name in the table of the column with this key in a path.
    pub(super) fn written(&self, key: &str) -> String {
        let name = self.written.get(key).map_or(key, String::as_str);
        Text::from(name).shortened(MAX_NAME).to_string()
    }
}

/// The name of a column without one: its number, counted from 1.
fn numbered(index: usize) -> String {
    (index + 1).to_string()
}

/// The usual spelling of a name that people or databases wrote with capitals and blanks: `Request
/// Headers`, `SIGNATURE`. Names with small letters before capitals stay as they are, and so do those
/// of CGI, because other tables tell them apart.
pub(super) fn usual_name(name: &str) -> String {
    let is_plain = |word: &str| {
        let after_first = word.get(1..).unwrap_or_default();
        let is_small = !after_first.contains(|c: char| c.is_ascii_uppercase());
        is_small || !word.contains(|c: char| c.is_ascii_lowercase())
    };
    if name.starts_with("HTTP_") || !name.split([' ', '_', '-']).all(is_plain) {
        return name.to_owned();
    }
    name.to_ascii_lowercase().replace(' ', "_")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string can be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_column_however_it_is_spelled() {
        for (name, want) in [
            ("Signature", "signature"),
            ("REQUEST_HEADERS", "request_headers"),
            ("Request Headers", "request_headers"),
            ("X-Airudder-Sign", "x-airudder-sign"),
            ("X-AIRudder-Sign", "X-AIRudder-Sign"),
            ("HTTP_X_AIRUDDER_SIGN", "HTTP_X_AIRUDDER_SIGN"),
            ("rawBody", "rawBody"),
            ("é", "é"),
        ] {
            assert_eq!(usual_name(name), want);
        }
    }

    #[test]
    fn writes_a_row_as_an_object() {
        let columns = Columns::named([Some("id"), None, Some("Body")], &usual_name);
        let mut object = String::new();
        columns.write_object([Some("1"), None, Some("\"\n"), Some("x")], &mut object);
        assert_eq!(object, r#"{"id":"1","2":null,"body":"\"\n","4":"x"}"#);
        assert_eq!(columns.written("body"), "Body");
        assert_eq!(columns.written("4"), "4");
    }
}
