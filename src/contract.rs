//! The user's own rules: a JSON Schema that notifications must meet on top of the documented one.
//!
//! Say, "our workflow must send `variables.order_id`". What breaks it is a finding of the rule
//! [`Rule::Contract`], with a place like any other.

use std::fmt::{self, Display};

use jsonschema::{Retrieve, ValidationError, Validator};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::Text;
use crate::finding::{
    ContractViolation, Detail, Finding, FindingLimit, Findings, Occurrence, Place, Pointer, Rule,
    Step,
};
use crate::json::Document;

/// A JSON Schema of the user's.
#[derive(Debug)]
pub struct Contract {
    name: Text<'static>,
    validator: Validator,
}

/// A schema that cannot be used, in words that are safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoContract(String);

impl Display for NoContract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoContract {}

impl Contract {
    /// A contract of this name in messages. `base` is the URI of the schema, which its relative
    /// references are resolved against; `references` finds what they name.
    ///
    /// # Errors
    /// Where the schema is invalid, or one of its references is not found.
    pub fn new(
        name: impl Into<Text<'static>>,
        schema: &Value,
        base: &str,
        references: impl Retrieve + 'static,
    ) -> Result<Self, NoContract> {
        let options = jsonschema::options()
            .with_base_uri(base)
            .with_retriever(references);
        match options.build(schema) {
            Ok(validator) => Ok(Self {
                name: name.into(),
                validator,
            }),
            Err(error) => Err(NoContract(quoted(error).to_string())),
        }
    }

    /// What of a body breaks the contract; nothing where the body is not JSON, which is said
    /// already. The first findings up to `limit` are kept, in the order of the schema.
    pub fn findings(&self, document: &Document<'_>, limit: FindingLimit) -> Findings {
        let mut findings = Findings::new(limit);
        let text = document.text();
        match serde_json::from_str(text) {
            Ok(body) => {
                for error in self.validator.iter_errors(&body) {
                    findings.note(Rule::Contract, |_| self.finding(&body, &error));
                }
            }
            // Nested too deeply, or with a number too large, to be held against a schema.
            Err(error) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
                findings.note(Rule::Contract, |rule| {
                    let detail = Detail::Uncheckable {
                        schema: self.name.clone(),
                        why: quoted(&error),
                    };
                    Finding::new(rule, &Place::Root, detail)
                });
            }
            Err(_) => {}
        }
        findings
    }

    fn finding(&self, body: &Value, error: &ValidationError<'_>) -> Finding {
        let pointer = pointer(body, error.instance_path().as_str());
        let violation = ContractViolation {
            what: quoted(error),
            schema: self.name.clone(),
            keyword: quoted(error.schema_path().as_str()),
        };
        let detail = Detail::Contract(Box::new(violation));
        Finding::at(Rule::Contract, pointer, detail)
    }
}

/// What the validator says, as much of it as a message quotes.
fn quoted(words: impl Display) -> Text<'static> {
    let words = Text::from(words.to_string());
    words.shortened(MAX_MESSAGE).into_owned()
}

/// Messages quote the values they are about, which may be long.
const MAX_MESSAGE: usize = 300;

/// The place in a body that a JSON Pointer names: whether a step is a key or a position is for the
/// body to say.
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

    struct Nothing;

    impl Retrieve for Nothing {
        fn retrieve(
            &self,
            _: &jsonschema::Uri<String>,
        ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
            Err("there are no references".into())
        }
    }

    #[test]
    fn says_where_a_body_breaks_it() {
        let schema = json!({"properties": {"variables": {"required": ["order_id"]}, "messages": {"items": {"maxProperties": 1}}}});
        let contract = Contract::new("ours.json", &schema, "file:///ours.json", Nothing)
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
        let contract = Contract::new("ours.json", &json!({}), "file:///ours.json", Nothing)
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
                Nothing
            )
            .is_err()
        );
        let dangling = json!({"$ref": "other.json"});
        assert!(Contract::new("ours.json", &dangling, "file:///ours.json", Nothing).is_err());
    }
}
