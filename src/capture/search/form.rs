//! The forms in which a value may hold bytes: JSON text, base64, hex, an array of numbers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::super::encoding::base64;
use super::super::envelope::buffer;
use super::super::json::{Object, Value};
use super::super::request::Body;
use crate::delivery::Fidelity;

/// How often a text may be encoded as a JSON string.
const MAX_ENCODINGS: usize = 4;

/// Bytes that a value holds.
pub(super) struct Form<'t> {
    pub(super) body: Body<'t>,
    /// What the value is, as in "found as …".
    pub(super) name: &'static str,
}

impl<'t> Form<'t> {
    fn exact(bytes: Vec<u8>, name: &'static str) -> Self {
        Self {
            body: Body::of(bytes, Fidelity::Exact),
            name,
        }
    }

    /// An object, which is the bytes itself.
    pub(super) fn object(value: Value<'t>) -> Self {
        Self {
            body: Body::at(value.text().as_bytes(), Fidelity::Reserialized),
            name: "an object",
        }
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
    pub(super) fn cut(mut self) -> Self {
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
            name = "text that is encoded more than once";
        }
        let text = std::str::from_utf8(&body.bytes).ok()?;
        if starts_like_json(text.as_bytes()) {
            return Some(Self { body, name });
        }
        of_hex(text).or_else(|| of_base64(text))
    }

    /// The bytes that an array of numbers lists.
    pub(super) fn of_array(value: Value<'_>) -> Option<Self> {
        let first = value.text()[1..].trim_ascii_start().bytes().next()?;
        if !first.is_ascii_digit() {
            return None;
        }
        let bytes = serde_json::from_str(value.text()).ok()?;
        Some(Self::exact(bytes, "an array of bytes"))
    }

    /// The bytes in an object that stands for them: a buffer of Node.js, or the binary data of
    /// a database.
    pub(super) fn of_object(value: Value<'t>, object: &Object<'t>) -> Option<Self> {
        if let Some(binary) = object.get("$binary") {
            let text = match binary.object() {
                Some(binary) => binary.get("base64")?,
                None => binary,
            };
            let body = text.base64_body("$binary").ok()?;
            return Some(Self {
                body,
                name: "base64",
            });
        }
        Some(Self {
            body: buffer(value)?,
            name: "an array of bytes",
        })
    }
}

/// Whether a text is an object or an array, if it is JSON.
pub(super) fn starts_like_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Hex digits, also behind the `\x` of Postgres or a `0x`.
fn of_hex(text: &str) -> Option<Form<'static>> {
    let digits = text.trim_ascii();
    let digits = digits
        .strip_prefix("\\x")
        .or_else(|| digits.strip_prefix("0x"))
        .unwrap_or(digits);
    let bytes = hex::decode(digits).ok()?;
    starts_like_json(&bytes).then(|| Form::exact(bytes, "hex"))
}

/// Base64 in either alphabet. Its first characters are decoded alone, because nearly all text is not
/// base64 of JSON.
fn of_base64(text: &str) -> Option<Form<'static>> {
    let data = match text.split_once(";base64,") {
        Some((kind, data)) if kind.starts_with("data:") => data,
        _ => text,
    };
    let start = data.trim_ascii_start().get(..8)?;
    let start = STANDARD_NO_PAD.decode(start.replace('-', "+").replace('_', "/"));
    if !may_start_json(&start.ok()?) {
        return None;
    }
    let bytes = base64(data, false).ok()?;
    starts_like_json(&bytes).then(|| Form::exact(bytes, "base64"))
}

/// Whether bytes are the start of an object or an array, or of the white space before it.
fn may_start_json(start: &[u8]) -> bool {
    starts_like_json(start) || start.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
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
