//! The headers of a request.

use foldhash::HashMap;

use crate::Text;

/// The header in which the vendor sends the signature.
pub(crate) const SIGNATURE_HEADER: &str = "X-AIRudder-Sign";

/// The headers of a request, in order and with repeated names. Names are compared without regard to
/// case.
#[derive(Debug, Clone, Default)]
pub struct Headers<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'a> Headers<'a> {
    /// Appends a header.
    pub fn push(&mut self, name: impl Into<Text<'a>>, value: impl Into<Text<'a>>) {
        self.0.push((name.into(), value.into()));
    }

    /// Whether there are no headers.
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

    /// The values by lower-case name, in the order in which the names first appear. Takes linear
    /// time, because the number of headers is up to the input.
    pub(crate) fn by_name(&self) -> Vec<(String, Vec<&Text<'a>>)> {
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

    /// The same headers without borrows.
    pub fn into_owned(self) -> Headers<'static> {
        let owned = |(name, value): (Text<'_>, Text<'_>)| (name.into_owned(), value.into_owned());
        Headers(self.0.into_iter().map(owned).collect())
    }

    /// Whether this is a valid name of a header: a token of RFC 9110, which cannot contain a line
    /// break.
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
