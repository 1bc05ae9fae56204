//! What would have made a signature match, as [`crate::diagnosis`] finds it.
//!
//! A hint is a [`Code`] for programs and a sentence for people. The sentence says first what would
//! match, in the words of the hypothesis, and then what to do about it, in the words of the code.
//! The codes are one table: a code is a row, and the hypotheses that lead to it are rows of the
//! tables in [`crate::diagnosis`]. If another body would match, the hint also holds where that body
//! first differs from the saved one.

use crate::Text;

macro_rules! codes {
    ($($code:ident $name:literal $sentence:literal $advice:literal;)*) => {
        /// The kind of thing that would have made a signature match. Its name never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $sentence] $code,)*
        }

        impl Code {
            /// Every code, the likeliest first.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// What it means, as one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$code => $sentence,)* }
            }

            /// Where it comes from or what to do about it, as the end of a sentence.
            fn advice(self) -> &'static str {
                match self { $(Self::$code => $advice,)* }
            }
        }
    };
}

codes! {
    FinalNewlineAdded "final-newline-added"
        "The saved body ends with a line break that the signed one did not have."
        "editors and shells add one when they save";
    FinalNewlineLost "final-newline-lost"
        "The signed body ended with a line break that the saved one does not have."
        "it was lost when the body was saved";
    CrlfLineEndings "crlf-line-endings"
        "The line endings of the saved body, CRLF or LF, differ from those of the signed one."
        "an editor or version control changed them";
    Bom "bom"
        "The saved body has a byte order mark that the signed one did not have, or the reverse."
        "some editors add or drop it when they save";
    ContentEncoding "content-encoding"
        "The saved body is compressed or encoded in a way that the signed one is not."
        "verify the bytes that the sender signs, before or after they are encoded";
    LiteralEscapes "literal-escapes"
        "The saved body spells some bytes, such as line breaks, as `\\x0a`."
        "mitmproxy's export for curl and logs of nginx write them so: save the raw request instead";
    SecretWhiteSpace "secret-white-space"
        "The secret has white space around it that is not part of it, or lacks a line break that is."
        "check how the secret is stored";
    SecretBom "secret-bom"
        "The secret starts with a byte order mark that is not part of it."
        "save it as UTF-8 without one";
    SecretQuotes "secret-quotes"
        "The secret has quotes around it that are not part of it."
        "check how the secret is stored";
    SecretHex "secret-hex"
        "The secret is the real one encoded in hexadecimal."
        "decode it before use";
    SecretBase64 "secret-base64"
        "The secret is the real one encoded in base64."
        "decode it before use";
    OtherAlgorithm "other-algorithm"
        "The signature was made with another algorithm."
        "check which one the sender uses";
    ReprintedCompact "reprinted-compact"
        "The signed body was printed without white space; the saved one was parsed and printed differently."
        "save and verify the bytes as received, before they are parsed";
    ReprintedIndented "reprinted-indented"
        "The signed body was printed with white space; the saved one was parsed and printed differently."
        "save and verify the bytes as received, before they are parsed";
    ReprintedSorted "reprinted-sorted"
        "The signed body was printed with its keys sorted; the saved one has them in another order."
        "save and verify the bytes as received, before they are parsed";
    ReprintedAscii "reprinted-ascii"
        "The signed and the saved body escape different characters, such as `/` or those outside ASCII."
        "save and verify the bytes as received, before they are parsed";
    Forwarder "forwarder"
        "Something between the sender and the capture parsed the body and printed it again."
        "forwarders such as smee-client write JSON again, and no signature can be verified behind them: save the request in front of it";
    SwappedDeliveries "swapped-deliveries"
        "The signature belongs to another delivery of the same run."
        "check that each was saved with its own headers";
}

/// What would have made a signature match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What kind of thing it is.
    pub code: Code,
    /// What would match, and what to do about it, in lower case and without a full stop.
    pub message: String,
    /// Where the saved body first differs from the one that would match; `None` if it would match as
    /// it is.
    pub difference: Option<Difference>,
}

/// Where the body that was received and the body that was signed first differ. Texts quote a few
/// characters, and have an ellipsis where the body goes on; bytes that are not UTF-8 are spelled
/// `\xff`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The offset in bytes of the first character that differs: the same in both bodies.
    pub offset: usize,
    /// What both bodies have before it.
    pub before: Text<'static>,
    /// What the received body has from there on; empty at its end.
    pub received: Text<'static>,
    /// What the signed body has from there on; empty at its end.
    pub signed: Text<'static>,
}

impl Hint {
    /// A hint that `found` would match, with the advice of the code.
    pub(crate) fn new(code: Code, found: &str) -> Self {
        Self {
            code,
            message: format!("{found}; {}", code.advice()),
            difference: None,
        }
    }

    /// Whether the hint says what would match, and not only what may be the cause.
    pub fn would_match(&self) -> bool {
        self.code != Code::Forwarder
    }

    /// The same for a body that differs from the saved one.
    pub(crate) fn with_difference(self, difference: Option<Difference>) -> Self {
        Self { difference, ..self }
    }
}
