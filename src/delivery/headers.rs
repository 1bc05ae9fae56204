//! The headers of a request.

use foldhash::HashMap;

use crate::Text;

/// The headers of a request, in order, with repeated names; names are compared without case.
#[derive(Debug, Clone, Default)]
pub struct Headers<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'a> Headers<'a> {
    /// Adds a header after the others.
    pub fn push(&mut self, name: impl Into<Text<'a>>, value: impl Into<Text<'a>>) {
        self.0.push((name.into(), value.into()));
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The headers in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text<'a>, &Text<'a>)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The values of every header of this name, in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h Text<'a>> {
        self.iter()
            .filter(move |(known, _)| known.as_str().eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The value of the first header of this name.
    pub fn first(&self, name: &str) -> Option<&Text<'a>> {
        self.iter()
            .find(|(known, _)| known.as_str().eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The values of each name, which is in lower case, in the order in which the names first come.
    fn by_name(&self) -> Vec<(String, Vec<&Text<'a>>)> {
        let mut headers: Vec<(String, Vec<_>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::default();
        for (name, value) in self.iter() {
            let name = name.as_str().to_ascii_lowercase();
            let place = *places.entry(name).or_insert_with_key(|name| {
                headers.push((name.clone(), Vec::new()));
                headers.len() - 1
            });
            headers[place].1.push(value);
        }
        headers
    }

    /// The same headers, owning their characters.
    pub fn into_owned(self) -> Headers<'static> {
        let owned = |(name, value): (Text<'_>, Text<'_>)| (name.into_owned(), value.into_owned());
        Headers(self.0.into_iter().map(owned).collect())
    }

    /// Says whether a header can have this name: a token of RFC 9110, which no line break can end.
    pub fn is_name(name: &str) -> bool {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !name.is_empty() && name.bytes().all(is_part)
    }
}

impl<'a> FromIterator<(Text<'a>, Text<'a>)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (Text<'a>, Text<'a>)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

/// An object of lower-case names; the value of a repeated one is an array. Credentials are masked.
#[cfg(feature = "cli")]
impl serde::Serialize for Headers<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let headers = self.by_name();
        let mut map = serializer.serialize_map(Some(headers.len()))?;
        for (name, values) in &headers {
            let shown: Vec<_> = values
                .iter()
                .map(|value| crate::redact::header(name, value))
                .collect();
            match shown.as_slice() {
                [value] => map.serialize_entry(name, value)?,
                values => map.serialize_entry(name, values)?,
            }
        }
        map.end()
    }
}
