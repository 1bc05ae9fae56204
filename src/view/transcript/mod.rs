//! The conversation, message by message.
//!
//! [`notification::transcript`](crate::notification::transcript) turns messages into blocks of
//! data. Here, `entries` decides what is shown around them (days, turns, times, replies), `lines`
//! turns blocks into lines of spans, each with a role, and each view gives the spans its look:
//! `table` a style and a place, `text` and `markdown` no layout (`message_lines` is what they share).
//! `html` draws the blocks themselves, as the bubbles of a page. The `text` of JSON and the previews of
//! quoted messages are the plain lines, so that all views read the same.

mod entries;
pub(super) mod html;
mod lines;
pub(super) mod markdown;
mod message_lines;
mod table;
pub(super) mod text;

pub(super) use self::entries::{Entries, first_untold, ordered};
pub(super) use self::lines::{PlainText, Role};
pub(super) use self::table::write;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    use super::PlainText;
    use crate::Text;
    use crate::finding::Findings;
    use crate::json::Document;
    use crate::notification::{Content, ContentType, Session};

    /// Every notification of the samples that are bodies, on a line or in a file of its own.
    fn samples() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let files = fs::read_dir(folder).expect("the samples can be listed");
        files
            .map(|file| file.expect("a sample can be listed").path())
            .filter(|path| path.is_file())
            .map(|path| fs::read_to_string(path).expect("a sample can be read"))
            .flat_map(|text| match serde_json::from_str::<Value>(&text) {
                Ok(_) => vec![text],
                Err(_) => text.lines().map(str::to_owned).collect(),
            })
            .collect()
    }

    /// The strings and numbers in a content, with the names of their members. What kind of thing
    /// an object is, its `type`, is told by the kind of its block.
    fn leaves<'v>(name: &'v str, value: &'v Value, into: &mut Vec<(&'v str, String)>) {
        match value {
            Value::Object(members) => {
                let members = members.iter().filter(|(name, _)| *name != "type");
                members.for_each(|(name, value)| leaves(name, value, into));
            }
            Value::Array(items) => items.iter().for_each(|item| leaves(name, item, into)),
            Value::String(text) => into.push((name, text.clone())),
            Value::Number(number) => into.push((name, number.to_string())),
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn assert_nothing_is_lost(content: &Content<'_>, received: &Value) {
        let blocks = format!("{:?}", content.blocks());
        let text = PlainText(content).to_string();
        let mut all = Vec::new();
        leaves("", received, &mut all);
        for (name, leaf) in all {
            let held = leaf.trim().is_empty() || blocks.contains(&format!("{leaf:?}"));
            assert!(held, "{leaf:?} is not in {blocks}");
            // Only programs need to know what pressing a button answers.
            let mut lines = leaf.lines().filter(|_| name != "id");
            assert!(
                lines.all(|line| text.contains(line)),
                "{leaf:?} is not in {text}"
            );
        }
    }

    /// The contents of a session's messages and of what these quote, each with its place.
    fn contents<'s>(session: &'s Session<'_>) -> impl Iterator<Item = (&'s Content<'s>, String)> {
        let messages = session.messages().iter().enumerate();
        messages.flat_map(|(index, message)| {
            let at = format!("/messages/{index}");
            let own = message.content.as_ref();
            let quoted = message.reply.as_ref().and_then(|it| it.content.as_ref());
            let own = own.map(|content| (content, format!("{at}/content")));
            let quoted = quoted.map(|content| (content, format!("{at}/reply/content")));
            own.into_iter().chain(quoted)
        })
    }

    /// Checks the contents of a notification that nothing was found wrong with, and says of which
    /// types they are. Findings tell of the others, such as of a text that is a number.
    fn check(sample: &str) -> Vec<String> {
        let received: Value = serde_json::from_str(sample).unwrap_or_default();
        let document = Document::new(sample.as_bytes());
        let mut findings = Findings::default();
        let session = Session::read(&document, &mut findings).unwrap_or_default();
        let findings = findings.finish().0.into_iter();
        let findings: Vec<_> = findings.map(|it| it.pointer.to_json_pointer()).collect();
        let is_fine = |at: &str| !findings.iter().any(|finding| finding.starts_with(at));
        let fine = contents(&session).filter(|(_, at)| is_fine(at));
        fine.map(|(content, at)| {
            assert_nothing_is_lost(content, &received.pointer(&at).cloned().unwrap_or_default());
            content.kind.as_ref().map_or("", Text::as_str).to_owned()
        })
        .collect()
    }

    #[test]
    fn blocks_and_text_hold_every_word_of_every_content_type() {
        let seen: BTreeSet<_> = samples().iter().flat_map(|sample| check(sample)).collect();
        let known = ContentType::WORDS
            .iter()
            .map(|(word, _)| (*word).to_owned());
        assert_eq!(seen, known.collect());
    }
}
