//! Schemas to test with: a contract, and those that what the program writes must meet.

use boon::{Compiler, SchemaIndex, Schemas};
use chatlog::contract::Contract;
use serde_json::{Value, json};

/// The schema that the explanation of the rule `contract` speaks of.
pub(crate) fn example() -> Contract {
    let schema = json!({"properties": {"variables": {"required": ["order_id"]}}});
    let nothing = |uri: &str| Err(format!("nothing is at {uri}").into());
    Contract::new("ours.json", &schema, "file:///ours.json", nothing).expect("it is a schema")
}

/// A schema that values are held against by a program that is not ours.
pub(crate) struct Validator {
    schemas: Schemas,
    root: SchemaIndex,
}

/// Whether a validator holds strings against the `format` that a schema names. Most do not unless
/// they are told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formats {
    Checked,
    Ignored,
}

impl Validator {
    /// A validator of the schema, which must be one: its meta-schema is asked.
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

    /// What is wrong with a value, or nothing.
    pub(crate) fn fault(&self, value: &Value) -> Option<String> {
        let result = self.schemas.validate(value, self.root);
        result.err().map(|error| error.to_string())
    }
}
