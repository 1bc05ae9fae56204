//! The JSON of a capture, read in place.
//!
//! A capture may be large, and most of it is of no interest: response bodies, timings, other
//! requests. So nothing is parsed into a tree. An [`Object`] is a list of the keys and the source
//! text of the values; a [`Value`] is a slice of the input that is read when a format asks for it.
//! This has two more benefits: every value knows its position, and a capture that is broken or cut
//! off at one place can still be read around it.
//!
//! The methods that return a [`Body`] choose its fidelity by the form in which the body is kept.
//! See `entry_reader` for what each fidelity means.

use std::borrow::Cow;

use super::encoding::base64;
use super::request::{Body, Fault};
use crate::Text;
use crate::delivery::{Fidelity, Headers};
use crate::json::describe_error;
use crate::json::{Lexer, unescape, without_lone_surrogates};

/// The source text of a value; empty if the input ends before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a>(&'a str);

/// The members of an object, in order, with repeated keys.
#[derive(Debug)]
pub(super) struct Object<'a> {
    text: &'a str,
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    /// The text found in place of the closing brace, or after it.
    fault: Option<&'a str>,
}

impl<'a> Object<'a> {
    /// Reads the object in `text`; `None` if `text` does not start with one.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut lexer = Lexer::new(text);
        if !lexer.eat(b'{') {
            return None;
        }
        let mut members = Vec::with_capacity(16);
        while let Some((_, key)) = lexer.key() {
            let value = lexer.value();
            members.push((key, Value(value.clone().map_or("", |value| &text[value]))));
            if value.is_none() {
                break;
            }
        }
        let closed = lexer.eat(b'}') && lexer.peek().is_none();
        Some(Self {
            text,
            members,
            fault: (!closed).then(|| &text[lexer.offset()..]),
        })
    }

    /// The text at which the object should have ended, if it is not closed properly; blank if the
    /// input ends there.
    pub(super) fn fault(&self) -> Option<&'a str> {
        self.fault
    }

    /// The source text of the object.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The members in order.
    pub(super) fn members(&self) -> impl Iterator<Item = (&Cow<'a, str>, Value<'a>)> {
        self.members.iter().map(|(key, value)| (key, *value))
    }

    /// The value of the last member of this name; `None` if it is `null` or cut off.
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        let (_, value) = self.members.iter().rev().find(|(key, _)| key == name)?;
        (!matches!(value.0, "null" | "")).then_some(*value)
    }

    /// The values of all members of this name that are neither `null` nor cut off, the last one
    /// first.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = Value<'a>> {
        let members = self
            .members
            .iter()
            .rev()
            .filter(move |(key, _)| key == name);
        members
            .map(|(_, value)| *value)
            .filter(|value| !matches!(value.0, "null" | ""))
    }

    /// Whether two members of this name have different values.
    pub(super) fn is_ambiguous(&self, name: &str) -> bool {
        let mut values = self.all(name).map(Value::text);
        let last = values.next();
        values.any(|value| Some(value) != last)
    }

    /// Whether there is a member of this name, even if it is `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(key, _)| key == name)
    }

    /// Whether there is a member of each of these names.
    pub(super) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    /// Whether the member of this name is an object with a member of each of these names.
    pub(super) fn has_inside(&self, name: &str, names: &[&str]) -> bool {
        let inner = self.object(name);
        inner.is_some_and(|inner| inner.has_all(names))
    }

    /// Whether the member of this name is an array.
    pub(super) fn has_list(&self, name: &str) -> bool {
        self.get(name).and_then(Value::items).is_some()
    }

    /// The value of the first of these names that has one.
    pub(super) fn first(&self, names: &[&str]) -> Option<Value<'a>> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The object in the member of this name.
    pub(super) fn object(&self, name: &str) -> Option<Object<'a>> {
        self.get(name)?.object()
    }

    /// The string in the member of this name.
    pub(super) fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.string()
    }

    /// The value of a required member.
    pub(super) fn need(&self, name: &str) -> Result<Value<'a>, Fault<'a>> {
        self.get(name)
            .ok_or_else(|| Fault::new(self.text, format!("it has no `{name}`")))
    }

    /// The object in a required member.
    pub(super) fn need_object(&self, name: &str) -> Result<Object<'a>, Fault<'a>> {
        let value = self.need(name)?;
        let object = value.object();
        object.ok_or_else(|| Fault::new(value.text(), format!("`{name}` is not an object")))
    }

    /// The headers in the member of this name; empty if there is none.
    pub(super) fn headers(&self, name: &str) -> Result<Headers<'a>, Fault<'a>> {
        self.get(name)
            .map_or(Ok(Headers::default()), |value| value.headers(name))
    }
}

impl<'a> Value<'a> {
    /// The value that a text consists of.
    pub(super) fn of(text: &'a str) -> Self {
        Self(text.trim_ascii())
    }

    /// The source text.
    pub(super) fn text(self) -> &'a str {
        self.0
    }

    pub(super) fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    /// The content of a string; invalid escapes stay as they are written.
    pub(super) fn string(self) -> Option<Cow<'a, str>> {
        self.is_string().then(|| unescape(self.0))
    }

    /// The object, if it is one.
    pub(super) fn object(self) -> Option<Object<'a>> {
        Object::read(self.0)
    }

    /// The items of an array.
    pub(super) fn items(self) -> Option<impl Iterator<Item = Value<'a>>> {
        let mut lexer = Lexer::new(self.0);
        lexer.eat(b'[').then(move || {
            std::iter::from_fn(move || {
                lexer.eat(b',');
                lexer.value().map(|item| Value(&self.0[item]))
            })
        })
    }

    /// Whether the value is `true`.
    pub(super) fn is_true(self) -> bool {
        self.0 == "true"
    }

    /// The integer, which may also be written as a string.
    pub(super) fn integer(self) -> Option<i64> {
        self.0.trim_matches('"').parse().ok()
    }

    /// The number.
    pub(super) fn number(self) -> Option<f64> {
        self.0.parse().ok()
    }

    /// The body: text in a string, reserialized as any other value.
    pub(super) fn body(self) -> Result<Body<'a>, Fault<'a>> {
        if self.is_string() {
            return self.text_body();
        }
        Ok(Body::at(self.0.as_bytes(), Fidelity::Reserialized))
    }

    /// The body in a string.
    ///
    /// # Errors
    /// The value is not a string, or the string is invalid. A string that is only cut off gives a
    /// truncated body.
    pub(super) fn text_body(self) -> Result<Body<'a>, Fault<'a>> {
        if !self.is_string() {
            return Err(Fault::new(self.0, "the body is not a string"));
        }
        let inner = &self.0[1..];
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Ok(match inner.strip_suffix('"') {
                Some(text) => Body::of(text.as_bytes(), Fidelity::Text),
                None => Body::of(inner.as_bytes(), Fidelity::Truncated).with_note(CUT),
            });
        }
        self.unescaped_body()
    }

    fn unescaped_body(self) -> Result<Body<'a>, Fault<'a>> {
        let error = match serde_json::from_str::<String>(self.0) {
            Ok(text) => return Ok(Body::of(text.into_bytes(), Fidelity::Text)),
            Err(error) => error,
        };
        if let Ok(text) = serde_json::from_str::<String>(&without_lone_surrogates(self.0)) {
            return Ok(Body::of(text.into_bytes(), Fidelity::Decoded)
                .with_note("unpaired surrogates in the captured string were replaced by U+FFFD"));
        }
        if error.is_eof()
            && let Some(text) = content_of_cut(self.0)
        {
            return Ok(Body::of(text.into_bytes(), Fidelity::Truncated).with_note(CUT));
        }
        let what = describe_error(&error);
        Err(Fault::new(
            self.0,
            format!("the string that holds the body is invalid: {what}"),
        ))
    }

    /// The body in a base64 string, which is exact. `name` is the name of the member, for messages.
    ///
    /// # Errors
    /// The value is not a string, or not base64. Base64 that is only cut off gives a truncated
    /// body.
    pub(super) fn base64_body(self, name: &str) -> Result<Body<'a>, Fault<'a>> {
        let Some(text) = self.string() else {
            return Err(Fault::new(
                self.0,
                format!("`{name}` is not a base64 string"),
            ));
        };
        let cut = self.0.len() < 2 || !self.0.ends_with('"');
        match base64(&text, cut) {
            Ok(bytes) if cut => Ok(Body::of(bytes, Fidelity::Truncated).with_note(CUT)),
            Ok(bytes) => Ok(Body::of(bytes, Fidelity::Exact)),
            Err((at, what)) => {
                let place = match text {
                    Cow::Borrowed(text) => text.get(at..).unwrap_or(self.0),
                    Cow::Owned(_) => self.0,
                };
                Err(Fault::new(place, format!("`{name}` is not base64: {what}")))
            }
        }
    }

    /// The headers in any of the forms that tools write them in: an object of strings or arrays of
    /// strings, an array of objects or pairs, or a flat array; or a string with the JSON of one of
    /// these or with `Name: value` lines, as databases without JSON keep them.
    pub(super) fn headers(self, name: &str) -> Result<Headers<'a>, Fault<'a>> {
        if let Some(text) = self.string() {
            let headers = if text.trim_ascii_start().starts_with(['{', '[']) {
                Value::of(&text).headers(name)
            } else {
                header_lines(&text)
            };
            return headers
                .map(Headers::into_owned)
                .map_err(|fault| Fault::new(self.0, fault.message));
        }
        if let Some(object) = self.object() {
            return Ok(named_headers(&object));
        }
        let items: Vec<Value<'a>> = self
            .items()
            .ok_or_else(|| {
                Fault::new(
                    self.0,
                    format!("`{name}` is neither an object nor an array"),
                )
            })?
            .collect();
        if !items.is_empty() && items.iter().all(|item| item.is_string()) {
            return Ok(flat_headers(&items));
        }
        items.into_iter().filter_map(listed_header).collect()
    }

    /// The value of a header: the content of a string, or the source text of a number or a boolean.
    pub(super) fn header_value(self) -> Option<Text<'a>> {
        match self.0.as_bytes().first()? {
            b'"' => Some(unescape(self.0).into()),
            b'{' | b'[' => None,
            _ => (self.0 != "null").then(|| Text::from(self.0)),
        }
    }
}

const CUT: &str = "the capture ends inside the body";

/// The content of a string that is cut off, without an escape that is cut off at its end.
fn content_of_cut(token: &str) -> Option<String> {
    // The longest escape is a surrogate pair of twelve characters.
    (0..=12.min(token.len() - 1)).find_map(|cut| {
        let start = token.get(..token.len() - cut)?;
        serde_json::from_str(&format!("{start}\"")).ok()
    })
}

/// `{"Name": "value", "Other": ["value", "value"]}`
fn named_headers<'a>(object: &Object<'a>) -> Headers<'a> {
    let mut headers = Headers::default();
    for (name, value) in object.members() {
        for value in value.items().into_iter().flatten().chain([value]) {
            if let Some(value) = value.header_value() {
                headers.push(name.clone(), value);
            }
        }
    }
    headers
}

/// `Name: value` lines. Others are left out: a request line may stand before them.
fn header_lines(text: &str) -> Result<Headers<'_>, Fault<'_>> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let headers: Headers<'_> = lines
        .filter(|(name, _)| Headers::is_name(name))
        .map(|(name, value)| (Text::from(name), Text::from(value.trim())))
        .collect();
    if headers.is_empty() && !text.trim_ascii().is_empty() {
        return Err(Fault::new(text, "the string holds no headers"));
    }
    Ok(headers)
}

/// `["Name", "value", "Other", "value"]`
fn flat_headers<'a>(items: &[Value<'a>]) -> Headers<'a> {
    let pairs = items.chunks_exact(2);
    pairs
        .filter_map(|pair| match pair {
            [name, value] => Some((name.header_value()?, value.header_value()?)),
            _ => None,
        })
        .collect()
}

/// `{"name": "Name", "value": "value"}`, the same with `key`, or `["Name", "value"]`; `None` for a
/// header that is disabled.
fn listed_header(item: Value<'_>) -> Option<Result<(Text<'_>, Text<'_>), Fault<'_>>> {
    let fault = || {
        Fault::new(
            item.0,
            "a header is neither an object with a name and a value nor a pair",
        )
    };
    if let Some(object) = item.object() {
        if object.get("disabled").is_some_and(Value::is_true) {
            return None;
        }
        let name = object.first(&["name", "key"]).and_then(Value::header_value);
        let value = object
            .get("value")
            .map_or(Some(Text::from("")), Value::header_value);
        return Some(name.zip(value).ok_or_else(fault));
    }
    let mut pair = item.items().into_iter().flatten().map(Value::header_value);
    let header = pair.next().flatten().zip(pair.next().flatten());
    Some(header.ok_or_else(fault))
}
