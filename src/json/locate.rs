//! Finding the bytes that pointers name, in one walk over the text.

use foldhash::HashMap;
use std::ops::Range;

use super::lexer::Lexer;
use crate::finding::{Occurrence, Pointer, Step};

/// The places that are looked for, as a tree.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'p> {
    /// The caller's numbers of the pointers that end here.
    here: Vec<usize>,
    keys: HashMap<&'p str, HashMap<Occurrence, Wanted<'p>>>,
    items: HashMap<usize, Wanted<'p>>,
}

impl<'p> Wanted<'p> {
    /// Wants the place of `pointer`; it will be found under `number`.
    pub(crate) fn add(&mut self, pointer: &'p Pointer, number: usize) {
        let mut node = self;
        for step in pointer.steps() {
            node = match step {
                Step::Index(index) => node.items.entry(*index).or_default(),
                Step::Key(key, occurrence) => {
                    let same = node.keys.entry(key).or_default();
                    same.entry(*occurrence).or_default()
                }
            };
        }
        node.here.push(number);
    }
}

/// Tells `found` the bytes of every wanted value that is in `text`; of a value that the text
/// breaks off in, what there is; of one that it breaks off before, where it would be.
pub(crate) fn locate(text: &str, wanted: &Wanted<'_>, found: &mut impl FnMut(usize, Range<usize>)) {
    let mut lexer = Lexer::new(text);
    walk(text, &mut lexer, &[wanted], found);
}

/// Passes one value, which stands at all of `nodes`. It goes as deep as pointers do, not as deep
/// as the text.
fn walk<'t>(
    text: &'t str,
    lexer: &mut Lexer<'t>,
    nodes: &[&Wanted<'_>],
    found: &mut impl FnMut(usize, Range<usize>),
) {
    let first = lexer.peek();
    let start = lexer.offset();
    let enters_object = first == Some(b'{') && nodes.iter().any(|node| !node.keys.is_empty());
    let enters_array = first == Some(b'[') && nodes.iter().any(|node| !node.items.is_empty());
    if enters_object {
        lexer.eat(b'{');
        walk_object(text, lexer, nodes, found);
        lexer.eat(b'}');
    } else if enters_array {
        lexer.eat(b'[');
        walk_array(text, lexer, nodes, found);
        lexer.eat(b']');
    } else {
        lexer.value();
    }
    for number in nodes.iter().flat_map(|node| &node.here) {
        found(*number, start..lexer.offset());
    }
}

fn walk_object<'t>(
    text: &'t str,
    lexer: &mut Lexer<'t>,
    nodes: &[&Wanted<'_>],
    found: &mut impl FnMut(usize, Range<usize>),
) {
    let mut counts: HashMap<&str, u32> = HashMap::default();
    // The last of several members is only known at the end: where each wanted key last stood.
    let mut last: HashMap<&str, usize> = HashMap::default();
    while let Some((_, key)) = lexer.bare_key() {
        let has_colon = lexer.eat(b':');
        let mut wanted = nodes
            .iter()
            .filter_map(|node| node.keys.get_key_value(&*key));
        let Some((name, _)) = wanted.next() else {
            if !has_colon || lexer.value().is_none() {
                break;
            }
            continue;
        };
        let count = counts.entry(name).or_default();
        let inner = named(nodes, name, Occurrence::Nth(*count));
        *count += 1;
        lexer.peek();
        let start = lexer.offset();
        walk(text, lexer, &inner, found);
        if !has_colon {
            break;
        }
        // A key at which the text breaks off does not replace the one before.
        if lexer.offset() > start {
            last.insert(name, start);
        }
    }
    for (name, start) in last {
        let inner = named(nodes, name, Occurrence::Last);
        if !inner.is_empty() {
            walk(text, &mut Lexer::starting_at(text, start), &inner, found);
        }
    }
}

/// What is wanted of one of the members named `name`.
fn named<'n, 'p>(
    nodes: &[&'n Wanted<'p>],
    name: &str,
    occurrence: Occurrence,
) -> Vec<&'n Wanted<'p>> {
    nodes
        .iter()
        .filter_map(|node| node.keys.get(name)?.get(&occurrence))
        .collect()
}

fn walk_array<'t>(
    text: &'t str,
    lexer: &mut Lexer<'t>,
    nodes: &[&Wanted<'_>],
    found: &mut impl FnMut(usize, Range<usize>),
) {
    for index in 0.. {
        lexer.eat(b',');
        if lexer.peek().is_none_or(|byte| byte == b']') {
            break;
        }
        let before = lexer.offset();
        let inner: Vec<&Wanted<'_>> = nodes
            .iter()
            .filter_map(|node| node.items.get(&index))
            .collect();
        walk(text, lexer, &inner, found);
        if lexer.offset() == before {
            break;
        }
    }
}
