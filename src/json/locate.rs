//! Finds the bytes that pointers refer to, in one walk over the text.

use foldhash::HashMap;
use std::ops::Range;

use super::lexer::Lexer;
use crate::finding::{Occurrence, Pointer, Step};

/// The places to find, as a tree of pointers.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'p> {
    /// The numbers of the pointers that end here.
    here: Vec<usize>,
    keys: HashMap<&'p str, HashMap<Occurrence, Wanted<'p>>>,
    items: HashMap<usize, Wanted<'p>>,
}

impl<'p> Wanted<'p> {
    /// Adds a pointer, to be reported as `number`.
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

/// Calls `found` with the bytes of every wanted value in `text`. A value in which the text is cut off
/// reaches to the end; one before which it is cut off is empty, at the place where it would be.
pub(crate) fn locate(text: &str, wanted: &Wanted<'_>, found: &mut impl FnMut(usize, Range<usize>)) {
    let mut lexer = Lexer::new(text);
    walk(text, &mut lexer, &[wanted], found);
}

/// Passes one value, which is at all of `nodes`. It recurses as deep as the pointers, and not as deep
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
    // Where each wanted key was last. The last of several members is only known at the end.
    let mut last: HashMap<&str, usize> = HashMap::default();
    while let Some((_, key)) = lexer.bare_key() {
        let has_colon = lexer.eat(b':');
        let Some(name) = wanted_key(nodes, &key) else {
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
        // If the text ends before the value, the earlier member counts as the last one.
        if lexer.offset() > start {
            last.insert(name, start);
        }
    }
    walk_last(text, &last, nodes, found);
}

/// The key as the pointers hold it, if any of them leads through it.
fn wanted_key<'p>(nodes: &[&Wanted<'p>], key: &str) -> Option<&'p str> {
    let mut entries = nodes.iter().filter_map(|node| node.keys.get_key_value(key));
    entries.next().map(|(name, _)| *name)
}

/// Walks the last member of each name again, for pointers to the last occurrence.
fn walk_last(
    text: &str,
    last: &HashMap<&str, usize>,
    nodes: &[&Wanted<'_>],
    found: &mut impl FnMut(usize, Range<usize>),
) {
    for (name, start) in last {
        let inner = named(nodes, name, Occurrence::Last);
        if !inner.is_empty() {
            walk(text, &mut Lexer::starting_at(text, *start), &inner, found);
        }
    }
}

/// The nodes for this occurrence of the members named `name`.
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
