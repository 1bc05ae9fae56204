//! Places in a body: [`Place`] while it is read, [`Pointer`] afterwards.
//!
//! A [`Place`] is a linked list on the stack of the reader, from the current value to the root, so
//! that keeping track of it costs nothing for the values that are fine. When there is a finding,
//! it becomes a [`Pointer`], which owns its steps and displays as a JSON Pointer (RFC 6901).

use std::fmt::{self, Display, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::Text;

/// Which of several members with the same name: JSON may repeat a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// The n-th, from 0.
    Nth(u32),
    /// The last one, which the reader keeps.
    Last,
}

/// The place of a value while it is read.
///
/// ```
/// use chatlog::finding::Place;
///
/// let messages = Place::Root.member("messages");
/// let third = messages.item(2);
/// assert_eq!(third.member("status").pointer().to_string(), "/messages/2/status");
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The whole body.
    Root,
    /// A member of an object.
    Member {
        /// The object.
        of: &'a Place<'a>,
        /// The member's name.
        key: &'a str,
        /// Which of the members with that name.
        occurrence: Occurrence,
    },
    /// An item of an array.
    Item {
        /// The array.
        of: &'a Place<'a>,
        /// Its position, from 0.
        index: usize,
    },
}

impl<'a> Place<'a> {
    /// The member named `key`; if the key is repeated, the last one.
    pub fn member(&'a self, key: &'a str) -> Self {
        Self::Member {
            of: self,
            key,
            occurrence: Occurrence::Last,
        }
    }

    /// The item at `index`, from 0.
    pub fn item(&'a self, index: usize) -> Self {
        Self::Item { of: self, index }
    }

    /// Returns the place as a value that owns its steps.
    pub fn pointer(&self) -> Pointer {
        let mut steps = Vec::new();
        let mut place = self;
        while let Some((step, parent)) = place.last_step() {
            steps.push(step);
            place = parent;
        }
        steps.reverse();
        Pointer(steps)
    }

    /// The step that leads here, and the place it starts from; `None` at the root.
    fn last_step(&self) -> Option<(Step, &'a Place<'a>)> {
        match *self {
            Self::Root => None,
            Self::Member {
                of,
                key,
                occurrence,
            } => Some((Step::Key(key.into(), occurrence), of)),
            Self::Item { of, index } => Some((Step::Index(index), of)),
        }
    }
}

/// One step of a pointer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into an object. The key is shared, because it may be as long as the input and many
    /// findings may be inside its value.
    Key(Arc<str>, Occurrence),
    /// Into an array, with the position from 0.
    Index(usize),
}

/// The place of a value in a body; displays as a JSON Pointer (RFC 6901).
///
/// Unlike the JSON Pointer it displays as, it tells repeated keys apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Pointer(Vec<Step>);

impl Pointer {
    /// The steps from the root of the body inwards.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Returns the index of the message that this place is in, from 0; `None` outside `/messages`.
    pub fn message(&self) -> Option<usize> {
        match self.0.as_slice() {
            [Step::Key(key, _), Step::Index(index), ..] if &**key == "messages" => Some(*index),
            _ => None,
        }
    }

    /// Appends steps.
    pub fn join(mut self, steps: &[Step]) -> Self {
        self.0.extend_from_slice(steps);
        self
    }

    /// Returns the first of the members that have the same name as this one.
    pub fn first_occurrence(&self) -> Self {
        let mut first = self.clone();
        if let Some(Step::Key(_, occurrence)) = first.0.last_mut() {
            *occurrence = Occurrence::Nth(0);
        }
        first
    }

    /// Returns the same member of the first items: equal for values that differ only in the items
    /// that they are in.
    pub fn of_first_items(&self) -> Self {
        let first = |step: &Step| match step {
            Step::Index(_) => Step::Index(0),
            Step::Key(key, occurrence) => Step::Key(Arc::clone(key), *occurrence),
        };
        Self(self.0.iter().map(first).collect())
    }

    /// Returns the pointer as RFC 6901 writes it, for programs: text from strangers in it is not
    /// made safe for a terminal, as [`Display`] does.
    pub fn to_json_pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.0 {
            pointer.push('/');
            match step {
                Step::Key(key, _) if key.contains(['~', '/']) => {
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Key(key, _) => pointer.push_str(key),
                Step::Index(index) => {
                    // Writing to a string cannot fail.
                    let _ = write!(pointer, "{index}");
                }
            }
        }
        pointer
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Text::from(self.to_json_pointer()).fmt(f)
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_json_pointer())
    }
}
