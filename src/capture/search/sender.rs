//! What an object says about the sender of a request: headers, and with them the signature.
//!
//! Headers are kept in many ways. An object of this search has them if it has
//!
//! | member | example |
//! |---|---|
//! | headers, in any form that [`Value::headers`] reads | `"headers": {…}`, `"rawHeaders": ["Name", "value"]` |
//! | a string with one of those, or with lines | `"headers": "Name: value\r\n…"` |
//! | attributes of a message | `"MessageAttributes": {"Name": {"Type": "String", "Value": "…"}}` |
//! | variables of CGI, its own or in an object | `"HTTP_X_AIRUDDER_SIGN": "…"` |
//! | lines of a packet analyzer | `"http.request.line": "Name: value\r\n"`, one member each |
//! | the signature itself, as in a row of a table | `"signature": "…"`, `"x_airudder_sign": "…"` |
//! | a request or properties with any of these, next to the body | `"req": {"headers": {…}}` |
//!
//! Attributes, variables and fields count only if the signature is among them: other objects have
//! members of these names, too.

use std::borrow::Cow;

use jiff::Timestamp;

#[cfg(feature = "tables")]
use super::super::body::has_most_keys;
use super::super::envelope::{TARGET, TIME};
use super::super::json::{Object, Value, header_lines};
use super::super::layout::Layout;
use super::super::record_path::{RecordPath, Step};
use super::super::request::Request;
use crate::Text;
use crate::delivery::{Headers, SIGNATURE_HEADER};

/// Members that hold headers, in lower case and without `-` and `_`.
const HEADERS: [&str; 9] = [
    "headers",
    "header",
    "rawheaders",
    "requestheaders",
    "httpheaders",
    "reqheaders",
    "multivalueheaders",
    "allheaders",
    "headersjson",
];

/// Members that hold the attributes of a message.
const ATTRIBUTES: [&str; 4] = [
    "attributes",
    "messageAttributes",
    "MessageAttributes",
    "message_attributes",
];

/// Members that hold a request, or what was said about it, next to its body.
const REQUESTS: [&str; 6] = ["req", "request", "http", "properties", "metadata", "meta"];

/// The members that a packet analyzer repeats for each line of headers.
const LINE: &str = "http.request.line";

/// Members that hold the value of an attribute.
const ATTRIBUTE_VALUES: [&str; 5] = ["stringValue", "StringValue", "Value", "value", "S"];

/// Members that hold the variables of CGI.
const VARIABLES: [&str; 6] = ["env", "environ", "META", "meta", "server", "_SERVER"];

/// Fields of a row that hold the signature, besides those with the name of the header.
const SIGNATURE: [&str; 3] = ["signature", "airudder_signature", "airudder_sign"];

/// The earliest plausible time of a delivery, in seconds since 1970: the year 2015. A smaller number
/// counts from something else.
const EARLIEST: i64 = 1_420_070_400;

/// What a header costs besides its bytes, of which it may have none.
const HEADER_COST: usize = 16;

/// What one object says about a sender.
pub(super) struct Sender<'t> {
    /// Its number in the walk.
    pub(super) number: usize,
    headers: Headers<'t>,
    /// The keys that lead from the object to the headers.
    source: Vec<Cow<'t, str>>,
    kind: Kind,
    method: Option<Text<'t>>,
    target: Option<Text<'t>>,
    received_at: Option<Timestamp>,
    /// How many bytes a copy takes.
    pub(super) size: usize,
}

/// Which parts of an object its headers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The member that the keys lead to.
    Member,
    /// The variables of CGI among the members of the object itself.
    Row,
    /// The member that the keys lead to is the signature.
    Signature,
    /// Both of these.
    RowAndSignature,
}

/// Headers in an object.
struct Source<'t> {
    key: Cow<'t, str>,
    kind: Kind,
    headers: Headers<'t>,
}

impl<'t> Sender<'t> {
    /// What an object says about a sender, if it says anything.
    pub(super) fn of(object: &Object<'t>, number: usize) -> Option<Self> {
        if let Some(source) = best(object) {
            return Some(Self::new(object, number, Vec::new(), source));
        }
        let mut requests = object.members();
        requests.find_map(|(key, value)| {
            let request = REQUESTS.contains(&&**key).then(|| value.object())??;
            let source = best(&request)?;
            Some(Self::new(&request, number, vec![key.clone()], source))
        })
    }

    /// A sender whose headers are known, as `object` describes the rest of it.
    pub(super) fn with_headers(object: Option<&Object<'t>>, headers: Headers<'t>) -> Self {
        let source = Source {
            key: Cow::Borrowed(""),
            kind: Kind::Member,
            headers,
        };
        match object {
            Some(object) => Self::new(object, 0, Vec::new(), source),
            None => Self::new(&Object::default(), 0, Vec::new(), source),
        }
    }

    fn new(
        object: &Object<'t>,
        number: usize,
        mut keys: Vec<Cow<'t, str>>,
        source: Source<'t>,
    ) -> Self {
        keys.push(source.key);
        // Other objects have a `method`, too, and what was found here was certainly sent.
        let method = object
            .string("method")
            .filter(|method| method.eq_ignore_ascii_case("POST"));
        let target = object.first(&TARGET).and_then(Value::string);
        let size = target.as_ref().map_or(0, |it| it.len());
        let headers = source.headers.iter();
        let size = headers.fold(size, |size, (name, value)| {
            size + HEADER_COST + name.as_str().len() + value.as_str().len()
        });
        Self {
            size,
            number,
            headers: source.headers,
            source: keys,
            kind: source.kind,
            method: method.map(Text::from),
            target: target.map(Text::from),
            received_at: time(object),
        }
    }

    pub(super) fn is_signed(&self) -> bool {
        is_signed(&self.headers)
    }

    /// The keys that lead from the object to the headers.
    pub(super) fn source(&self) -> &[Cow<'t, str>] {
        &self.source
    }

    /// Whether the member of this name is the headers.
    pub(super) fn is_at(&self, key: &str) -> bool {
        matches!(&self.source[..], [source] if source == key)
    }

    /// Whether the member of this name is a request that has the headers.
    pub(super) fn is_inside(&self, key: &str) -> bool {
        matches!(&self.source[..], [request, _] if request == key)
    }

    /// A layout with the places of these headers, which are in the object at `object`. `None` if they
    /// are too long to be typed.
    pub(super) fn layout(&self, layout: Layout, object: &RecordPath) -> Option<Layout> {
        let keys = self.source.iter().map(|key| Step::Key(key.to_string()));
        let keys: Vec<Step> = keys.collect();
        let (_, requests) = keys.split_last()?;
        let row = || Some(object.clone().then(requests));
        let member = || Some(object.clone().then(&keys));
        let (headers, signature) = match self.kind {
            Kind::Member => (member(), None),
            Kind::Row => (row(), None),
            Kind::Signature => (None, member()),
            Kind::RowAndSignature => (row(), member()),
        };
        let is_typable = |path: &Option<RecordPath>| path.iter().all(RecordPath::is_typable);
        (is_typable(&headers) && is_typable(&signature)).then_some(Layout {
            headers,
            signature,
            ..layout
        })
    }

    /// The request of this sender, without its body.
    pub(super) fn request(&self) -> Request<'t> {
        Request {
            method: self.method.clone(),
            target: self.target.clone(),
            received_at: self.received_at,
            headers: self.headers.clone(),
            ..Request::default()
        }
    }
}

/// Whether a member of this name holds headers.
pub(super) fn is_headers(key: &str) -> bool {
    if key.len() > 24 || !key.contains("eader") && !key.contains("EADER") {
        return false;
    }
    let name = key.to_ascii_lowercase().replace(['-', '_'], "");
    HEADERS.contains(&&*name)
}

fn is_signed(headers: &Headers<'_>) -> bool {
    headers.first(SIGNATURE_HEADER).is_some()
}

/// The headers of an object: the first ones with a signature or, if none have one, the first ones.
fn best<'t>(object: &Object<'t>) -> Option<Source<'t>> {
    let mut best = None;
    for (key, value) in object.members() {
        let headers = if is_headers(key) {
            headers(value)
        } else if ATTRIBUTES.contains(&&**key) {
            value
                .object()
                .map(|attributes| attribute_headers(&attributes))
        } else if VARIABLES.contains(&&**key) {
            value.object().map(|variables| cgi_headers(&variables))
        } else {
            None
        };
        let Some(headers) = headers.filter(|headers| !headers.is_empty()) else {
            continue;
        };
        let is_signed = is_signed(&headers);
        let source = || Source {
            key: key.clone(),
            kind: Kind::Member,
            headers,
        };
        if is_signed {
            return Some(source());
        }
        if best.is_none() && is_headers(key) {
            best = Some(source());
        }
    }
    of_row(object).or_else(|| of_lines(object)).or(best)
}

/// The headers in a value that is known to hold them: in a member named `key`, unless it is the record.
/// `None` if it cannot hold any.
pub(super) fn headers_at<'t>(key: Option<&str>, value: Value<'t>) -> Option<Headers<'t>> {
    let Some(object) = value.object() else {
        return headers(value);
    };
    let is_attribute = |value: Value<'t>| {
        let attribute = value.object();
        attribute.is_some_and(|attribute| attribute.first(&ATTRIBUTE_VALUES).is_some())
    };
    let is_one_of = |names: &[&str]| key.is_some_and(|key| names.contains(&key));
    if key.is_some_and(is_headers) {
        headers(value)
    } else if is_one_of(&ATTRIBUTES) || object.members().any(|(_, value)| is_attribute(value)) {
        Some(attribute_headers(&object))
    } else if object.members().any(|(name, _)| name.starts_with("HTTP_")) {
        Some(cgi_headers(&object))
    } else {
        headers(value)
    }
}

/// The headers in any form of [`Value::headers`], or in the typed map of a database. Names may be
/// those of CGI or of columns.
fn headers(value: Value<'_>) -> Option<Headers<'_>> {
    let object = value.object();
    if let Some(map) = object.and_then(|object| object.object("M")) {
        return Some(attribute_headers(&map));
    }
    let headers = value.headers("headers").ok()?;
    Some(headers.iter().map(renamed).collect())
}

/// Whether a text is the JSON of headers with a signature.
#[cfg(feature = "tables")]
pub(in super::super) fn is_signed_headers(text: &str) -> bool {
    let start = text.trim_ascii_start();
    let headers = || Value::of(start).headers("headers").ok();
    start.starts_with(['{', '['])
        && !Object::read(start).is_some_and(|object| has_most_keys(&object))
        && headers().is_some_and(|headers| is_signed(&headers))
}

fn renamed<'t>((name, value): (&Text<'t>, &Text<'t>)) -> (Text<'t>, Text<'t>) {
    let renamed = header_name(name.as_str()).map_or_else(|| name.clone(), Text::from);
    (renamed, value.clone())
}

/// The header that a variable of CGI or a column holds.
fn header_name(name: &str) -> Option<String> {
    if let Some(name) = name.strip_prefix("HTTP_") {
        return Some(name.replace('_', "-"));
    }
    let name = name.replace('_', "-");
    let is_signature = name.eq_ignore_ascii_case(SIGNATURE_HEADER);
    is_signature.then_some(name)
}

/// `{"Name": "value", "Name": {"Type": "String", "Value": "value"}}`
fn attribute_headers<'t>(attributes: &Object<'t>) -> Headers<'t> {
    let values = attributes.members().filter_map(|(name, value)| {
        let value = attribute_value(value)?.header_value()?;
        let name = header_name(name).map_or_else(|| Text::from(name.clone()), Text::from);
        Some((name, value))
    });
    values.collect()
}

/// The value in an attribute: `"value"` or `{"Type": "String", "Value": "value"}`.
fn attribute_value(value: Value<'_>) -> Option<Value<'_>> {
    match value.object() {
        Some(attribute) => attribute.first(&ATTRIBUTE_VALUES),
        None => Some(value),
    }
}

/// `{"HTTP_NAME": "value"}`
fn cgi_headers<'t>(variables: &Object<'t>) -> Headers<'t> {
    let variables = variables.members();
    variables
        .filter(|(name, _)| name.starts_with("HTTP_"))
        .filter_map(|(name, value)| Some((Text::from(header_name(name)?), value.header_value()?)))
        .collect()
}

/// The headers among the members of the object itself, if the signature is one of them.
fn of_row<'t>(row: &Object<'t>) -> Option<Source<'t>> {
    let is_signature = |key: &str| {
        let bare = key.strip_prefix("HTTP_").unwrap_or(key);
        key.len() <= 24
            && (SIGNATURE.contains(&key)
                || bare
                    .replace('_', "-")
                    .eq_ignore_ascii_case(SIGNATURE_HEADER))
    };
    let mut members = row.members();
    let (key, value) = members.find_map(|(key, value)| {
        let value = is_signature(key).then(|| attribute_value(value))??;
        value.is_string().then_some((key, value))
    })?;
    let mut headers = cgi_headers(row);
    let mut kind = Kind::Row;
    if !is_signed(&headers) {
        kind = if headers.is_empty() {
            Kind::Signature
        } else {
            Kind::RowAndSignature
        };
        headers.push(SIGNATURE_HEADER, value.header_value()?);
    }
    Some(Source {
        key: key.clone(),
        kind,
        headers,
    })
}

/// The headers in members of their own, one for each line.
fn of_lines<'t>(packet: &Object<'t>) -> Option<Source<'t>> {
    let lines = packet.members().filter(|(key, _)| *key == LINE);
    let text: Vec<_> = lines.filter_map(|(_, line)| line.string()).collect();
    let headers = header_lines(&text.concat()).into_owned();
    is_signed(&headers).then_some(Source {
        key: LINE.into(),
        kind: Kind::Member,
        headers,
    })
}

/// When the object says that the request was received.
pub(super) fn time(object: &Object<'_>) -> Option<Timestamp> {
    let name = TIME.iter().find(|name| object.get(name).is_some())?;
    let mut request = Request::default();
    request.received(name, object.get(name));
    let time = request.received_at;
    time.filter(|time| time.as_second() >= EARLIEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expects the headers of an object, as `Name=value`.
    #[track_caller]
    fn case(json: &str, want: &[&str]) {
        let object = Object::read(json).expect("an object");
        let sender = Sender::of(&object, 0);
        let headers = sender.iter().flat_map(|sender| sender.headers.iter());
        let found: Vec<String> = headers
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(found, want, "{json}");
    }

    #[test]
    fn reads_headers_in_every_form() {
        let signed = ["Host=a", "X-AIRudder-Sign=5e"];
        case(
            r#"{"headers": {"Host": "a", "X-AIRudder-Sign": ["5e"]}}"#,
            &signed,
        );
        case(
            r#"{"Request-Headers": [{"name": "Host", "value": "a"}, {"key": "X-AIRudder-Sign", "value": "5e"}]}"#,
            &signed,
        );
        case(
            r#"{"headers": [["Host", "a"], ["X-AIRudder-Sign", "5e"]]}"#,
            &signed,
        );
        case(
            r#"{"rawHeaders": ["Host", "a", "X-AIRudder-Sign", "5e"]}"#,
            &signed,
        );
        case(
            r#"{"headers": "{\"Host\": \"a\", \"X-AIRudder-Sign\": \"5e\"}"}"#,
            &signed,
        );
        case(
            r#"{"headers": "POST / HTTP/1.1\r\nHost: a\r\nX-AIRudder-Sign: 5e\r\n"}"#,
            &signed,
        );
        case(
            r#"{"META": {"PATH": "/", "HTTP_HOST": "a", "HTTP_X_AIRUDDER_SIGN": "5e"}}"#,
            &["HOST=a", "X-AIRUDDER-SIGN=5e"],
        );
        case(
            r#"{"id": 1, "HTTP_HOST": "a", "HTTP_X_AIRUDDER_SIGN": "5e"}"#,
            &["HOST=a", "X-AIRUDDER-SIGN=5e"],
        );
        case(r#"{"id": 1, "signature": "5e"}"#, &["X-AIRudder-Sign=5e"]);
        case(
            r#"{"id": 1, "x_airudder_sign": "5e"}"#,
            &["X-AIRudder-Sign=5e"],
        );
        case(
            r#"{"MessageAttributes": {"X-AIRudder-Sign": {"Type": "String", "Value": "5e"}}}"#,
            &["X-AIRudder-Sign=5e"],
        );
        case(
            r#"{"messageAttributes": {"x-airudder-sign": {"stringValue": "5e", "dataType": "String"}}}"#,
            &["x-airudder-sign=5e"],
        );
        case(
            r#"{"attributes": {"x_airudder_sign": "5e"}}"#,
            &["x-airudder-sign=5e"],
        );
        case(
            r#"{"properties": {"headers": {"X-AIRudder-Sign": "5e"}}, "payload": "…"}"#,
            &["X-AIRudder-Sign=5e"],
        );
        case(
            r#"{"headers": {"M": {"Host": {"S": "a"}, "X-AIRudder-Sign": {"S": "5e"}}}}"#,
            &signed,
        );
        case(r#"{"signature": {"S": "5e"}}"#, &["X-AIRudder-Sign=5e"]);
        case(
            r#"{"http.request.line": "Host: a\r\n", "http.request.line": "X-AIRudder-Sign: 5e\r\n"}"#,
            &signed,
        );
    }

    #[test]
    fn takes_nothing_else_for_headers() {
        case(
            r#"{"attributes": {"SenderId": "a"}, "env": {"HOME": "/"}}"#,
            &[],
        );
        case(r#"{"Signature": "of the broker", "headers": {}}"#, &[]);
        case(
            r#"{"headers": {"a": "b"}, "signature": "5e"}"#,
            &["X-AIRudder-Sign=5e"],
        );
        case(r#"{"headers": 7, "signature": 7}"#, &[]);
    }
}
