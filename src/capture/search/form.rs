//! The forms in which a value may hold bytes: JSON text, base64, hex, an array of numbers.

use super::super::encoding::{
    base64, hex_digits, json_in_base64, json_in_hex, starts_with_bracket,
};
use super::super::json::{Object, Value};
use super::super::layout::Decoding;
use super::super::request::{Body, Fault, Request};
use crate::delivery::Fidelity;

/// How often a text may be encoded as a JSON string.
const MAX_ENCODINGS: usize = 4;

// The names of forms that are known by them.
const BASE64: &str = "base64";
const BYTES: &str = "an array of bytes";
const ENCODED_AGAIN: &str = "text that is encoded more than once";

/// Bytes that a value holds.
pub(super) struct Form<'t> {
    pub(super) body: Body<'t>,
    /// What the value is, as in "found as …".
    pub(super) name: &'static str,
}

impl<'t> Form<'t> {
    /// What a value holds that is known to be a body. `path` is its place, for messages.
    ///
    /// # Errors
    /// It does not have this encoding.
    pub(super) fn decoded(
        value: Value<'t>,
        decoding: Option<Decoding>,
        path: &str,
    ) -> Result<Self, Fault<'t>> {
        let fault = |what: &str| {
            let place = match path {
                "" => "the record".to_owned(),
                path => format!("the body at `{path}`"),
            };
            Fault::new(value.text(), format!("{place} is not {what}"))
        };
        match decoding {
            None => match Self::detected(value) {
                Some(form) => Ok(form),
                None => Self::as_it_is(value),
            },
            Some(Decoding::None) => Self::as_it_is(value),
            Some(Decoding::Json) => {
                let form = Self::of_json_string(value);
                form.ok_or_else(|| fault("JSON in a JSON string (see --decode)"))
            }
            Some(Decoding::Base64) => {
                let object = value.object();
                let binary = object.and_then(|object| Self::of_object(&object));
                match binary.filter(|form| form.name == BASE64) {
                    Some(form) => Ok(form),
                    None => value
                        .base64_body(path)
                        .map(|body| Self { body, name: BASE64 }),
                }
            }
            Some(Decoding::Hex) => {
                let text = value.string();
                let bytes = text.and_then(|text| hex::decode(hex_digits(&text)).ok());
                let form = bytes.map(|bytes| Self::exact(bytes, "hex"));
                form.ok_or_else(|| fault("a string of hex digits (see --decode)"))
            }
            Some(Decoding::Bytes) => {
                let form = Self::of_array(value);
                form.ok_or_else(|| fault("a list of bytes (see --decode)"))
            }
        }
    }

    /// What a value holds, if that may be JSON in another form than the value's own.
    fn detected(value: Value<'t>) -> Option<Self> {
        match value.text().as_bytes().first()? {
            b'"' => Self::of_string(value).map(Self::cut_if_incomplete),
            b'[' => Self::of_array(value),
            b'{' => Self::of_object(&value.object()?),
            _ => None,
        }
    }

    /// A string, or JSON that was parsed.
    fn as_it_is(value: Value<'t>) -> Result<Self, Fault<'t>> {
        let name = match value.text().as_bytes().first() {
            Some(b'"') => "text",
            Some(b'{') => "an object",
            _ => "JSON",
        };
        let body = value.body()?;
        Ok(Self { body, name })
    }

    /// The JSON in a string that is the content of a string.
    fn of_json_string(value: Value<'t>) -> Option<Self> {
        let form = Self::of_string(value)?;
        (form.name == ENCODED_AGAIN).then_some(form)
    }

    /// The text of the JSON that a value holds in another form than its own.
    pub(super) fn held_text(value: Value<'_>) -> Option<String> {
        let form = Form::detected(value)?;
        let text = String::from_utf8_lossy(&form.body.bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        starts_with_bracket(text.as_bytes()).then(|| text.to_owned())
    }

    /// The bytes that a text stands for which is not JSON.
    pub(super) fn of_bare_text(text: &str, decoding: Decoding) -> Option<Form<'static>> {
        let text = text.trim_ascii();
        match decoding {
            Decoding::Base64 => Some(Form::exact(base64(text, false).ok()?, BASE64)),
            Decoding::Hex => Some(Form::exact(hex::decode(hex_digits(text)).ok()?, "hex")),
            Decoding::None | Decoding::Json | Decoding::Bytes => None,
        }
    }

    /// A request with this body and nothing else.
    pub(super) fn into_request(self) -> Request<'t> {
        Request {
            notes: vec![format!("the body was read as {}", self.name)],
            body: Some(self.body),
            ..Request::default()
        }
    }

    /// The same, as it is if it holds whole JSON, and otherwise cut off.
    pub(super) fn cut_if_incomplete(self) -> Self {
        let text = String::from_utf8_lossy(&self.body.bytes);
        let object = Object::read(text.strip_prefix('\u{feff}').unwrap_or(&text));
        let fault = object.as_ref().and_then(Object::fault);
        let is_cut = fault.is_some_and(|fault| fault.trim_ascii().is_empty());
        if is_cut { self.cut() } else { self }
    }

    fn exact(bytes: Vec<u8>, name: &'static str) -> Self {
        Self {
            body: Body::of(bytes, Fidelity::Exact),
            name,
        }
    }

    fn list(bytes: Vec<u8>) -> Self {
        Self::exact(bytes, BYTES)
    }

    /// An object, which is the bytes itself.
    pub(super) fn object(value: Value<'t>) -> Self {
        Self {
            body: Body::at(value.text().as_bytes(), Fidelity::Reserialized),
            name: "an object",
        }
    }

    /// A string whose text may be anything.
    #[cfg(feature = "tables")]
    pub(super) fn text(value: Value<'t>) -> Option<Self> {
        let body = value.text_body().ok()?;
        Some(Self { body, name: "text" })
    }

    /// JSON that stands behind other text in a string.
    pub(super) fn in_line(json: String) -> Self {
        Self {
            body: Body::of(json.into_bytes(), Fidelity::Text),
            name: "JSON in a line of text",
        }
    }

    /// The same for JSON that ends too early: a logger cut the string. Bytes that were encoded were
    /// encoded whole.
    fn cut(mut self) -> Self {
        if self.body.fidelity == Fidelity::Text {
            self.body.fidelity = Fidelity::Truncated;
            self.body = self.body.with_note("the string ends inside the body");
        }
        self
    }

    /// What a string holds, if that may be JSON.
    pub(super) fn of_string(value: Value<'t>) -> Option<Self> {
        let mut body = value.text_body().ok()?;
        let mut name = "text";
        for _ in 0..MAX_ENCODINGS {
            let text = std::str::from_utf8(&body.bytes).ok()?;
            if !text.trim_ascii_start().starts_with('"') {
                break;
            }
            let inner: String = serde_json::from_str(text).ok()?;
            body.bytes = inner.into_bytes().into();
            name = ENCODED_AGAIN;
        }
        let text = std::str::from_utf8(&body.bytes).ok()?;
        if starts_with_bracket(text.as_bytes()) {
            return Some(Self { body, name });
        }
        of_encoded(text)
    }

    /// The bytes that an array of numbers lists.
    pub(super) fn of_array(value: Value<'_>) -> Option<Self> {
        Some(Self::list(value.byte_list()?))
    }

    /// The bytes in an object that stands for them: a list of bytes, or the binary data of a
    /// database.
    pub(super) fn of_object(object: &Object<'t>) -> Option<Self> {
        if let Some(binary) = object.get("$binary") {
            let text = match binary.object() {
                Some(binary) => binary.get("base64")?,
                None => binary,
            };
            let body = text.base64_body("$binary").ok()?;
            return Some(Self { body, name: BASE64 });
        }
        Some(Self::list(object.byte_list()?))
    }
}

/// JSON in hex or base64.
fn of_encoded(text: &str) -> Option<Form<'static>> {
    let hex = json_in_hex(text).map(|bytes| Form::exact(bytes, "hex"));
    hex.or_else(|| Some(Form::exact(json_in_base64(text)?, BASE64)))
}

#[cfg(test)]
mod tests {
    use base64::Engine;

    use super::*;

    /// What a string holds, with the name of its form.
    fn held(json: &str) -> Option<(String, &'static str)> {
        let form = Form::of_string(Value::of(json))?;
        let bytes = String::from_utf8(form.body.bytes.into_owned());
        Some((bytes.expect("it is text"), form.name))
    }

    #[test]
    fn knows_every_form_of_a_string() {
        let long = r#"{"a": "Ã¾ÿ??>>"}"#;
        let base64 = base64::engine::general_purpose::STANDARD.encode(long);
        let url_safe = base64.replace('+', "-").replace('/', "_");
        for (string, name) in [
            (long.to_owned(), "text"),
            (
                serde_json::json!(long).to_string(),
                "text that is encoded more than once",
            ),
            (base64.clone(), "base64"),
            (base64.trim_end_matches('=').to_owned(), "base64"),
            (url_safe, "base64"),
            (format!("data:application/json;base64,{base64}"), "base64"),
            (hex::encode(long), "hex"),
            (hex::encode_upper(long), "hex"),
            (format!("\\x{}", hex::encode(long)), "hex"),
        ] {
            let json = serde_json::json!(string).to_string();
            assert_eq!(held(&json), Some((long.to_owned(), name)), "{string}");
        }
    }

    #[test]
    fn takes_prose_for_nothing_else() {
        for text in [
            "",
            "eye to eye with it all",
            "deadbeef",
            "e",
            "IIIIIIIIII",
            "\\x7b2",
            "é234567890",
        ] {
            assert!(
                held(&serde_json::json!(text).to_string()).is_none(),
                "{text}"
            );
        }
    }
}
