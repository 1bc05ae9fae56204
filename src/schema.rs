//! The JSON Schemas that `chatlog schema` prints, for use with other validators.
//!
//! chatlog itself does not use them: the readers in [`crate::notification`] check a body while
//! they read it, which is faster and gives each finding its place. The schema of the
//! notification states what they check under the rules `missing-field`, `wrong-type`,
//! `unknown-value` and `bad-time`, and nothing more. A test in `tests/schema.rs` compares the two
//! on many payloads. For a schema of the user's own, see [`crate::contract`].

/// The schema of a notification (draft 2020-12).
pub const NOTIFICATION: &str = include_str!("notification/notification.schema.json");

/// The schema of one line of `--format json` (draft 2020-12).
pub const OUTPUT: &str = include_str!("view/output.schema.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::NOTIFICATION;
    use crate::json::ReadRecord;
    use crate::notification::{Content, Message, Reply, Session, content};

    /// Compares the members of a record, and which of them are required, with those of schema
    /// objects.
    fn agree<'de, R: ReadRecord<'de> + Default>(schema: &Value, pointers: &[&str]) {
        let mut stated = BTreeMap::new();
        for object in pointers
            .iter()
            .filter_map(|pointer| schema.pointer(pointer))
        {
            let members = object["properties"].as_object().into_iter().flatten();
            stated.extend(members.map(|(name, _)| (name.as_str(), false)));
            let required = object["required"].as_array().into_iter().flatten();
            stated.extend(required.filter_map(|name| Some((name.as_str()?, true))));
        }
        let known: BTreeMap<_, _> = R::default()
            .fields()
            .iter()
            .map(|field| (field.name, field.required))
            .collect();
        assert_eq!(stated, known, "{pointers:?}");
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
        agree::<content::InteractiveButton<'_>>(&schema, &["/$defs/button"]);
        agree::<content::Choice<'_>>(&schema, &["/$defs/button/properties/reply"]);
        agree::<content::ListSection<'_>>(&schema, &["/$defs/section"]);
        agree::<content::ListRow<'_>>(&schema, &["/$defs/row"]);
        agree::<content::Location<'_>>(&schema, &["/$defs/location"]);
        agree::<content::Contact<'_>>(&schema, &["/$defs/contact"]);
    }
}
