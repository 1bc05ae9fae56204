//! A contract to test with.

use chatlog::contract::Contract;
use jsonschema::{Retrieve, Uri};
use serde_json::{Value, json};

/// The schema that the explanation of the rule `contract` speaks of.
pub(crate) fn example() -> Contract {
    struct Nothing;
    impl Retrieve for Nothing {
        fn retrieve(
            &self,
            uri: &Uri<String>,
        ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
            Err(format!("nothing is at {uri}").into())
        }
    }
    let schema = json!({"properties": {"variables": {"required": ["order_id"]}}});
    Contract::new("ours.json", &schema, "file:///ours.json", Nothing).expect("it is a schema")
}
