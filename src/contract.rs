//! Contracts: a JSON Schema of the user's own, which notifications must meet as well.
//!
//! A contract states what a workflow must send beyond the vendor's documentation, such as
//! `variables.order_id`. Each violation is a finding of the rule [`Rule::Contract`], with a place
//! like any other. The validator is `boon`; this module translates its errors: it takes the
//! errors that name a value out of their tree, and puts them into the words of the other rules.
//!
//! ```
//! use chatlog::contract::Contract;
//! use chatlog::finding::FindingLimit;
//! use chatlog::json::Document;
//! use serde_json::json;
//!
//! let schema = json!({"properties": {"variables": {"required": ["order_id"]}}});
//! let no_references = |url: &str| Err(format!("cannot read {url}").into());
//! let contract = Contract::new("ours.json", &schema, "file:///ours.json", no_references)?;
//!
//! let document = Document::new(br#"{"variables": {}}"#);
//! let (findings, _) = contract.findings(&document, FindingLimit::default()).finish();
//! assert_eq!(findings[0].pointer.to_string(), "/variables");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

use boon::ValidationError;
use boon::{CompileError, Compiler, ErrorKind, OutputError, SchemaIndex, Schemas, UrlLoader};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::Text;
use crate::finding::{
    ContractViolation, Detail, Finding, FindingLimit, Findings, Occurrence, Place, Pointer, Rule,
    Step,
};
use crate::json::Document;

/// A JSON Schema of the user's own.
pub struct Contract {
    name: Text<'static>,
    schemas: Schemas,
    root: SchemaIndex,
}

impl Debug for Contract {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Contract").field(&self.name).finish()
    }
}

/// The error that a schema cannot be used; its message is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoContract(String);

impl Display for NoContract {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NoContract {}

/// The error that a schema which another one refers to cannot be read.
pub type NoReference = Box<dyn Error>;

/// Loads the schemas that a schema refers to.
struct Loader<F>(F);

impl<F: Fn(&str) -> Result<Value, NoReference>> UrlLoader for Loader<F> {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        (self.0)(url)
    }
}

impl Contract {
    /// Compiles a schema. Messages call it `name`. `base` is the URI of the schema, against which
    /// relative references are resolved; `references` loads the schema at a URI.
    ///
    /// # Errors
    /// If the schema is invalid, or one of its references cannot be loaded.
    pub fn new(
        name: impl Into<Text<'static>>,
        schema: &Value,
        base: &str,
        references: impl Fn(&str) -> Result<Value, NoReference> + 'static,
    ) -> Result<Self, NoContract> {
        let mut compiler = Compiler::new();
        compiler.use_loader(Box::new(Loader(references)));
        let mut schemas = Schemas::new();
        let refuse = |error: CompileError| {
            NoContract(shown(in_one_line(&explain(&error), base)).to_string())
        };
        let resource = schema.clone();
        compiler.add_resource(base, resource).map_err(refuse)?;
        let root = compiler.compile(base, &mut schemas).map_err(refuse)?;
        Ok(Self {
            name: name.into(),
            schemas,
            root,
        })
    }

    /// Returns the violations in a body, in the order of its members; at most `limit` are kept. A
    /// body that is not JSON has none, because another rule reports it.
    pub fn findings(&self, document: &Document<'_>, limit: FindingLimit) -> Findings {
        let mut findings = Findings::new(limit);
        let text = document.text();
        match serde_json::from_str(text) {
            Ok(body) => {
                if let Err(error) = self.schemas.validate(&body, self.root) {
                    each_fault(&error, "", "", &mut |error, schema_path| {
                        self.note(&mut findings, &body, error, schema_path);
                    });
                }
            }
            // Valid JSON, but nested too deeply for a `Value`, or with a number out of its range.
            Err(error) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
                let (schema, why) = (self.name.clone(), shown(&error));
                findings.note(Rule::Contract, |rule| {
                    Finding::new(rule, &Place::Root, Detail::Uncheckable { schema, why })
                });
            }
            Err(_) => {}
        }
        findings
    }

    /// Notes an error of the validator, as a finding for each property that is missing.
    fn note(
        &self,
        findings: &mut Findings,
        body: &Value,
        error: &ValidationError<'_, '_>,
        schema_path: &str,
    ) {
        let mut note = |message: &dyn Display| {
            findings.note(Rule::Contract, |rule| {
                let pointer = pointer(body, &error.instance_location.to_string());
                let violation = self.violation(message, error, schema_path);
                Finding::at(rule, pointer, Detail::Contract(Box::new(violation)))
            });
        };
        match &error.kind {
            ErrorKind::Required { want } => {
                for name in want {
                    note(&format_args!("missing property `{name}`"));
                }
            }
            kind => note(&describe(kind)),
        }
    }

    fn violation(
        &self,
        message: &dyn Display,
        error: &ValidationError<'_, '_>,
        schema_path: &str,
    ) -> ContractViolation {
        ContractViolation {
            what: shown(message),
            schema: self.name.clone(),
            keyword: shown(format!("{schema_path}{}", keyword(error))),
        }
    }
}

/// Calls `found` with each error that is a violation of its own, and with the path in the schema to
/// the object that is violated. An `anyOf` or `oneOf` is one violation: why each of its
/// alternatives failed is not reported.
fn each_fault(
    error: &ValidationError<'_, '_>,
    base: &str,
    path: &str,
    found: &mut impl FnMut(&ValidationError<'_, '_>, &str),
) {
    let path = match error.schema_url.strip_prefix(base) {
        Some(below) if !base.is_empty() => format!("{path}{below}"),
        _ => path.to_owned(),
    };
    let (base, path) = match &error.kind {
        ErrorKind::Schema { url } => (*url, path),
        ErrorKind::Reference { kw, url } => (*url, format!("{path}/{kw}")),
        ErrorKind::Group | ErrorKind::AllOf => (error.schema_url, path),
        _ => return found(error, &path),
    };
    for cause in &error.causes {
        each_fault(cause, base, &path, found);
    }
}

/// The keyword that an error is about, with a slash before it.
fn keyword(error: &ValidationError<'_, '_>) -> String {
    match error.basic_output().error {
        OutputError::Branch(mut units) if !units.is_empty() => {
            units.swap_remove(0).keyword_location
        }
        _ => String::new(),
    }
}

/// Describes what is wrong with a schema: the first violation, if it does not meet its meta-schema.
fn explain(error: &CompileError) -> String {
    let mut first = None;
    if let CompileError::ValidationError { src, .. } = error {
        each_fault(src, "", "", &mut |fault, _| {
            let place = &fault.instance_location;
            first.get_or_insert_with(|| format!("{} at `{place}`", describe(&fault.kind)));
        });
    }
    match (first, error) {
        (Some(first), _) => first,
        // The meta-schema lets some patterns pass that do not compile.
        (None, CompileError::Bug(why)) => format!("invalid pattern: {why}"),
        (None, error) => error.to_string(),
    }
}

/// Describes an error, in the same words as the other rules if they report the same.
fn describe(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::Type { got, want } => {
            let want: Vec<_> = want.iter().map(|kind| kind.to_string()).collect();
            format!("expected {}, found {got}", want.join(" or "))
        }
        ErrorKind::AdditionalProperties { got } => {
            let names: Vec<_> = got.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "additional properties are not allowed: {}",
                names.join(", ")
            )
        }
        ErrorKind::FalseSchema => "no value is allowed here".to_owned(),
        ErrorKind::AnyOf => "the value matches no schema in `anyOf`".to_owned(),
        ErrorKind::OneOf(None) => "the value matches no schema in `oneOf`".to_owned(),
        ErrorKind::OneOf(Some(_)) => "the value matches more than one schema in `oneOf`".to_owned(),
        ErrorKind::RefCycle { .. } => "the schema refers to itself without end".to_owned(),
        ErrorKind::Not => "the value matches the schema in `not`".to_owned(),
        kind => kind.to_string(),
    }
}

/// An error without the drawing of a pattern that `regex` puts into it, and with files named as they
/// are in the folder of the schema.
fn in_one_line(error: &str, base: &str) -> String {
    let folder = base.rfind('/').map_or("", |end| &base[..=end]);
    let drawn = error.split_once(": regex parse error:\n");
    let line = drawn.and_then(|(what, drawing)| {
        let (_, why) = drawing.rsplit_once("\nerror: ")?;
        Some(format!("{what}: {why}"))
    });
    let line = line.unwrap_or_else(|| error.to_owned());
    if folder.is_empty() {
        return line;
    }
    line.replace(folder, "")
}

/// Text from strangers, cut to what a message quotes.
fn shown(words: impl Display) -> Text<'static> {
    let words = Text::from(words.to_string());
    words.shortened(MAX_MESSAGE).into_owned()
}

/// The number of characters of a message, which may quote a long value.
const MAX_MESSAGE: usize = 300;

/// Resolves a JSON Pointer in a body, where each step is a key or an index depending on the value.
fn pointer(body: &Value, text: &str) -> Pointer {
    let mut steps = Vec::new();
    let mut value = Some(body);
    for token in text.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let position = token
            .parse()
            .ok()
            .filter(|_| value.is_some_and(Value::is_array));
        value = match (value, position) {
            (Some(value), Some(index)) => value.get::<usize>(index),
            (Some(value), None) => value.get(&token),
            (None, _) => None,
        };
        steps.push(position.map_or_else(|| Step::Key(token.into(), Occurrence::Last), Step::Index));
    }
    Pointer::default().join(&steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nothing(_: &str) -> Result<Value, NoReference> {
        Err("there are no references".into())
    }

    #[test]
    fn says_where_a_body_breaks_it() {
        let schema = json!({"properties": {"variables": {"required": ["order_id"]}, "messages": {"items": {"maxProperties": 1}}}});
        let contract = Contract::new("ours.json", &schema, "file:///ours.json", nothing)
            .expect("it is a schema");
        let document = Document::new(br#"{"variables": {}, "messages": [{}, {"a": 1, "b": 2}]}"#);
        let findings = |document| {
            contract
                .findings(document, FindingLimit::default())
                .finish()
        };
        let places: Vec<_> = findings(&document)
            .0
            .iter()
            .map(|finding| finding.pointer.to_string())
            .collect();
        assert_eq!(places, ["/messages/1", "/variables"]);
        assert!(findings(&Document::new(b"{")).0.is_empty());
    }

    #[test]
    fn a_body_that_it_cannot_check_does_not_pass() {
        let contract = Contract::new("ours.json", &json!({}), "file:///ours.json", nothing)
            .expect("it is a schema");
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for body in [&*deep, r#"{"variables":{"a":1e400}}"#] {
            let document = Document::new(body.as_bytes());
            let (findings, _) = contract
                .findings(&document, FindingLimit::default())
                .finish();
            let detail = &findings.first().expect("it is found").detail;
            assert!(
                matches!(detail, Detail::Uncheckable { schema, .. } if schema.as_str() == "ours.json"),
                "{detail:?}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_schema() {
        assert!(
            Contract::new(
                "ours.json",
                &json!({"type": "objekt"}),
                "file:///ours.json",
                nothing
            )
            .is_err()
        );
        let dangling = json!({"$ref": "other.json"});
        assert!(Contract::new("ours.json", &dangling, "file:///ours.json", nothing).is_err());
    }

    #[test]
    fn a_pattern_that_is_refused_is_refused_in_one_line() {
        let schema = serde_json::json!({"properties": {"callee": {"pattern": "^(?!1)"}}});
        let refused = Contract::new("ours", &schema, "chatlog:///ours", |_| Err("none".into()));
        let words = refused.expect_err("there is a look-ahead").to_string();
        assert!(words.contains("look-ahead"), "{words}");
        assert!(
            !words.contains("parse error") && !words.contains(r"\n"),
            "{words}"
        );
    }

    #[test]
    fn a_pattern_with_an_unknown_property_is_an_error_of_the_schema() {
        let schema = serde_json::json!({"properties": {"callee": {"pattern": r"\p{Foo}"}}});
        let refused = Contract::new("ours", &schema, "chatlog:///ours", |_| Err("none".into()));
        let words = refused.expect_err("there is no such property").to_string();
        assert!(words.starts_with("invalid pattern: "), "{words}");
    }
}
