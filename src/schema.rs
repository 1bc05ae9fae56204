//! The notification's shape as a JSON Schema: what other programs can hold a payload against.
//!
//! It says what the readers of [`crate::notification`] check, and nothing more: the rules
//! `missing-field`, `wrong-type`, `unknown-value` and `bad-time`. The differential test in
//! `tests/schema.rs` holds both together.

/// The schema of a notification, in draft 2020-12.
pub const NOTIFICATION: &str = include_str!("notification/notification.schema.json");

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::NOTIFICATION;
    use crate::document::Record;
    use crate::notification::{Content, Message, Reply, Session, content};

    /// Holds the members of a record against those of the schema's object at `pointers`.
    fn agree<'de, R: Record<'de>>(schema: &Value, pointers: &[&str]) {
        let objects = || {
            pointers
                .iter()
                .filter_map(|pointer| schema.pointer(pointer))
        };
        let mut named: Vec<_> = objects()
            .filter_map(|object| object["properties"].as_object())
            .flat_map(|properties| properties.keys().map(String::as_str))
            .collect();
        let mut required: Vec<_> = objects()
            .filter_map(|object| object["required"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let names = |fields: &mut dyn Iterator<Item = &'static super::super::document::Field>| {
            let mut names: Vec<_> = fields.map(|field| field.name).collect();
            names.sort_unstable();
            names
        };
        named.sort_unstable();
        required.sort_unstable();
        assert_eq!(named, names(&mut R::FIELDS.iter()), "{pointers:?}");
        let needed = names(&mut R::FIELDS.iter().filter(|field| field.required));
        assert_eq!(required, needed, "required in {pointers:?}");
    }

    #[test]
    fn names_the_members_that_the_readers_know() {
        let schema: Value = serde_json::from_str(NOTIFICATION).expect("the schema is JSON");
        agree::<Session<'_>>(&schema, &[""]);
        agree::<Message<'_>>(&schema, &["/$defs/message"]);
        agree::<Reply<'_>>(&schema, &["/$defs/reply"]);
        agree::<Content<'_>>(&schema, &["/$defs/content", "/$defs/knownContent"]);
        agree::<content::Media<'_>>(&schema, &["/$defs/media"]);
        agree::<content::SystemEvent<'_>>(&schema, &["/$defs/systemEvent"]);
        agree::<content::Template<'_>>(&schema, &["/$defs/template"]);
        agree::<content::TemplateContent<'_>>(&schema, &["/$defs/templateContent"]);
        agree::<content::TemplateHeader<'_>>(&schema, &["/$defs/header"]);
        agree::<content::TemplateButton<'_>>(&schema, &["/$defs/templateButton"]);
        agree::<content::TemplateInfo<'_>>(&schema, &["/$defs/templateInfo"]);
        let interactive = ["/$defs/interactive", "/$defs/interactive/then"];
        agree::<content::Interactive<'_>>(&schema, &interactive);
        agree::<content::Words<'_>>(&schema, &["/$defs/words"]);
        agree::<content::Action<'_>>(&schema, &["/$defs/action"]);
        agree::<content::Button<'_>>(&schema, &["/$defs/button"]);
        agree::<content::Choice<'_>>(&schema, &["/$defs/button/properties/reply"]);
        agree::<content::Section<'_>>(&schema, &["/$defs/section"]);
        agree::<content::Row<'_>>(&schema, &["/$defs/row"]);
        agree::<content::Location<'_>>(&schema, &["/$defs/location"]);
        agree::<content::Contact<'_>>(&schema, &["/$defs/contact"]);
    }
}
