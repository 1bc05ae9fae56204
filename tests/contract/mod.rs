//! Schemas for tests: a contract, and the schemas that the program's output must match.

use boon::{Compiler, SchemaIndex, Schemas};
use chatlog::contract::Contract;
use serde_json::{Value, json};

/// The schema in the explanation of the rule `contract`.
pub(crate) fn example() -> Contract {
    let schema = json!({"properties": {"variables": {"required": ["order_id"]}}});
    let nothing = |uri: &str| Err(format!("nothing is at {uri}").into());
    Contract::new("ours.json", &schema, "file:///ours.json", nothing).expect("it is a schema")
}

/// A schema for another validator than our own.
pub(crate) struct Validator {
    schemas: Schemas,
    root: SchemaIndex,
}

/// Whether a validator checks the `format` of strings. Most do so only on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formats {
    Checked,
    Ignored,
}

impl Validator {
    /// A validator of the schema, which is first checked against its meta-schema.
    pub(crate) fn new(schema: &Value, formats: Formats) -> Self {
        const ROOT: &str = "file:///schema.json";
        let mut compiler = Compiler::new();
        if formats == Formats::Checked {
            compiler.enable_format_assertions();
        }
        let mut schemas = Schemas::new();
        compiler
            .add_resource(ROOT, schema.clone())
            .expect("its references are inside");
        let root = compiler
            .compile(ROOT, &mut schemas)
            .expect("it is a schema");
        Self { schemas, root }
    }

    /// The errors of a value; empty if it is valid.
    pub(crate) fn fault(&self, value: &Value) -> Option<String> {
        let result = self.schemas.validate(value, self.root);
        result.err().map(|error| error.to_string())
    }
}
