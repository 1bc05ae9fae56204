//! Places in a body: while it is read, and as values of their own.

use std::fmt::{self, Display, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::Text;

/// Which of several members with one name: JSON may repeat a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// The n-th, from 0.
    Nth(u32),
    /// The one that a reader keeps.
    Last,
}

/// Where the reader stands: a linked list on the stack, which costs nothing until it is needed.
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
        /// Which member of that name.
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
    /// The member named `key`; where the key is repeated, the last of them.
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

    /// The place as a value of its own.
    pub fn pointer(&self) -> Pointer {
        let mut steps = Vec::new();
        let mut place = self;
        loop {
            match *place {
                Self::Root => break,
                Self::Member {
                    of,
                    key,
                    occurrence,
                } => {
                    steps.push(Step::Key(key.into(), occurrence));
                    place = of;
                }
                Self::Item { of, index } => {
                    steps.push(Step::Index(index));
                    place = of;
                }
            }
        }
        steps.reverse();
        Pointer(steps)
    }
}

/// One step of a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into an object. A key may be as long as the input, and many places may be inside its value.
    Key(Arc<str>, Occurrence),
    /// Into an array, from 0.
    Index(usize),
}

/// The place of a value in a body; displays as a JSON Pointer (RFC 6901).
///
/// Unlike the pointer it displays as, it tells repeated keys apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointer(Vec<Step>);

impl Pointer {
    /// From the body's root inwards.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The position in `/messages` of the message that this place is in, from 0.
    pub fn message(&self) -> Option<usize> {
        match self.0.as_slice() {
            [Step::Key(key, _), Step::Index(index), ..] if &**key == "messages" => Some(*index),
            _ => None,
        }
    }

    /// The place that `steps` lead to from here.
    pub fn join(mut self, steps: &[Step]) -> Self {
        self.0.extend_from_slice(steps);
        self
    }

    /// The first of the members that have the name of this one.
    pub fn first_occurrence(&self) -> Self {
        let mut first = self.clone();
        if let Some(Step::Key(_, occurrence)) = first.0.last_mut() {
            *occurrence = Occurrence::Nth(0);
        }
        first
    }

    /// The pointer as RFC 6901 writes it, unescaped: what a program is given.
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
