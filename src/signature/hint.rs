//! What would have made a signature match, as found by [`crate::diagnosis`].

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($code:ident $name:literal $sentence:literal $advice:literal;)*) => {
        /// What would have made a signature match, with a name that never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $sentence] $code,)*
        }

        impl Code {
            /// Every code, in the order they are tried.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// What it says, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$code => $sentence,)* }
            }

            /// What to do about it.
            fn advice(self) -> &'static str {
                match self { $(Self::$code => $advice,)* }
            }
        }
    };
}

codes! {
    FinalNewlineAdded "final-newline-added"
        "The saved body ends with a line break that the signed one did not have."
        "an editor or a shell adds one on saving";
    FinalNewlineLost "final-newline-lost"
        "The signed body ended with a line break that the saved one does not have."
        "it was cut on saving";
    CrlfLineEndings "crlf-line-endings"
        "The saved body has other line endings, CRLF or LF, than the signed one."
        "an editor or version control changed them";
    Bom "bom"
        "The saved body has a byte order mark that the signed one did not have, or the reverse."
        "an editor adds or drops it on saving";
    ContentEncoding "content-encoding"
        "The saved body is a compressed or otherwise encoded form of the signed one."
        "verify the bytes that the sender signs, before or after they are encoded";
    SecretWhiteSpace "secret-white-space"
        "The secret has white space around it that does not belong to it, or lacks a line break that does."
        "check how the secret is stored";
    SecretBom "secret-bom"
        "The secret starts with a byte order mark that does not belong to it."
        "save it as UTF-8 without one";
    SecretQuotes "secret-quotes"
        "The secret has quotes around it that do not belong to it."
        "check how the secret is stored";
    SecretHex "secret-hex"
        "The secret is the hexadecimal form of the real one."
        "give the bytes that it stands for";
    SecretBase64 "secret-base64"
        "The secret is the base64 form of the real one."
        "give the bytes that it stands for";
    OtherAlgorithm "other-algorithm"
        "The signature is made with another algorithm."
        "check which one the sender uses";
    ReprintedCompact "reprinted-compact"
        "The signed body was printed without white space; the saved one was parsed and printed otherwise."
        "save and verify the bytes as they are received, before they are parsed";
    ReprintedIndented "reprinted-indented"
        "The signed body was printed with white space; the saved one was parsed and printed otherwise."
        "save and verify the bytes as they are received, before they are parsed";
    ReprintedSorted "reprinted-sorted"
        "The signed body was printed with its keys sorted; the saved one has them in another order."
        "save and verify the bytes as they are received, before they are parsed";
    ReprintedAscii "reprinted-ascii"
        "The signed body escapes other characters than the saved one: those outside ASCII, or `/`."
        "save and verify the bytes as they are received, before they are parsed";
    SwappedDeliveries "swapped-deliveries"
        "The signature belongs to another delivery of the same run."
        "check that each was saved with its own headers";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What would have made a signature match.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize))]
pub struct Hint {
    /// What kind of thing.
    pub code: Code,
    /// What would match, and what to do about it: lower case, no full stop.
    pub message: String,
}

impl Hint {
    pub(crate) fn new(code: Code, found: &str) -> Self {
        Self {
            code,
            message: format!("{found}; {}", code.advice()),
        }
    }
}
