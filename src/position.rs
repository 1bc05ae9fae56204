//! Lines and columns, as editors count them.

/// A place in a text.
///
/// ```
/// use chatlog::Position;
///
/// let position = Position::START.after("first\nsé");
/// assert_eq!(position, Position { line: 2, column: 3 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1. Only `\n` ends a line.
    pub line: usize,
    /// The column in characters (Unicode scalar values), counted from 1.
    pub column: usize,
}

impl Position {
    /// The start of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The position at the end of `text`, if `text` starts here.
    pub fn after(self, text: &str) -> Self {
        self.after_bytes(text.as_bytes())
    }

    /// The position at the end of `bytes`, if they start here. Invalid UTF-8 counts like the
    /// replacement characters that would be shown for it.
    pub(crate) fn after_bytes(self, bytes: &[u8]) -> Self {
        let characters = |line: &[u8]| -> usize {
            line.utf8_chunks()
                .map(|chunk| {
                    chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())
                })
                .sum()
        };
        match memchr::memrchr(b'\n', bytes) {
            None => Self {
                column: self.column + characters(bytes),
                ..self
            },
            Some(newline) => Self {
                line: self.line + memchr::memchr_iter(b'\n', bytes).count(),
                column: 1 + characters(&bytes[newline + 1..]),
            },
        }
    }
}
