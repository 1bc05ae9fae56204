//! Why a signature does not match: what is tried, and what would have matched.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};

use super::algorithm::Algorithm;
use super::changes::{Change, changes, trimmed};
use super::given::Given;
use super::printing::{Json, LONGEST, Printing};
use super::scheme::{Message, Scheme};
use super::{Checks, Key, Secret, candidates};
use crate::capture::{Delivery, Headers};

/// The most bytes that are hashed to explain one failure.
const MOST_HASHED: usize = 1 << 30;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// What kind of thing.
    pub code: Code,
    /// What would match, and what to do about it: lower case, no full stop.
    pub message: String,
}

impl Hint {
    pub(super) fn new(code: Code, found: &str) -> Self {
        Self {
            code,
            message: format!("{found}; {}", code.advice()),
        }
    }
}

/// A signature that does not match, and all that it was checked with.
pub(super) struct Failure<'f> {
    delivery: &'f Delivery<'f>,
    checks: &'f Checks,
    given: &'f Given,
    /// The scheme's own way to sign, with each of the secrets.
    usual: Vec<Way<'f>>,
    /// How many bytes may still be hashed.
    left: Cell<usize>,
}

/// A way to make a signature from a body.
struct Way<'f> {
    /// What is other than usual, and how to say so after "would match".
    other: Option<(Code, String)>,
    algorithm: Algorithm,
    key: Key,
    message: &'f Message<'f>,
}

impl<'f> Failure<'f> {
    pub(super) fn new(
        delivery: &'f Delivery<'f>,
        checks: &'f Checks,
        given: &'f Given,
        message: &'f Message<'f>,
    ) -> Self {
        let usual = checks.keys.iter().map(|key| Way {
            other: None,
            algorithm: checks.scheme.algorithm,
            key: key.clone(),
            message,
        });
        Self {
            delivery,
            checks,
            given,
            usual: usual.collect(),
            left: Cell::new(MOST_HASHED),
        }
    }

    /// What would have matched or else what was tried, the likeliest first.
    pub(super) fn explain(&self) -> (Vec<Hint>, Vec<&'static str>) {
        if self.given.digests.is_empty() {
            return Default::default();
        }
        let schemes = self.other_schemes();
        let messages = fill(&schemes, self.delivery, &self.checks.headers);
        let secrets = self.other_secrets();
        let algorithms = other_algorithms(&messages, &self.usual);
        let both = || self.unchanged(&other_algorithms(&messages, &secrets));
        let stages: [(&'static str, &dyn Fn() -> Option<Hint>); 5] = [
            (
                "line breaks, byte order marks and encodings of the body",
                &|| changes(&self.delivery.body).find_map(|change| self.usual(&change)),
            ),
            ("white space, quotes, hex and base64 in the secret", &|| {
                self.unchanged(&secrets)
            }),
            ("the other algorithms", &|| self.unchanged(&algorithms)),
            (self.printing(), &|| self.printed()),
            ("pairs of these", &|| {
                self.twice_changed()
                    .or_else(both)
                    .or_else(|| self.commonly_changed(&[&secrets, &algorithms]))
            }),
        ];
        let mut tried = Vec::new();
        for (what, stage) in stages {
            if let Some(hint) = stage() {
                return (vec![hint], Vec::new());
            }
            tried.push(what);
        }
        if self.left.get() == 0 {
            tried.push("no more than 1 GiB was hashed");
        }
        (Vec::new(), tried)
    }

    /// The hint of one of these ways, over what may have been signed.
    fn unchanged(&self, ways: &[Way<'_>]) -> Option<Hint> {
        candidates(self.delivery).find_map(|candidate| {
            let way = ways.iter().find(|way| self.matches(way, &candidate.body))?;
            let (code, how) = way.other.as_ref()?;
            Some(Hint::new(*code, &format!("the body would match {how}")))
        })
    }

    /// The hint of a changed body, signed in one of these ways.
    fn changed(&self, change: &Change<'_>, ways: &[Way<'_>]) -> Option<Hint> {
        let way = ways.iter().find(|way| self.matches(way, &change.parts()))?;
        let what = &change.what;
        Some(match &way.other {
            None => Hint::new(change.code, &format!("the body {what} would match")),
            Some((code, how)) => Hint::new(*code, &format!("the body {what} would match {how}")),
        })
    }

    /// The hint of a changed body, signed as usual.
    fn usual(&self, change: &Change<'_>) -> Option<Hint> {
        self.changed(change, &self.usual)
    }

    fn matches(&self, way: &Way<'_>, body: &[&[u8]]) -> bool {
        let mut possible = self.given.of(way.algorithm).peekable();
        if possible.peek().is_none() {
            return false;
        }
        let parts = way.message.bytes(way.key.secret.bytes(), body);
        let size = parts.map(<[u8]>::len).sum();
        let Some(left) = self.left.get().checked_sub(size) else {
            self.left.set(0);
            return false;
        };
        self.left.set(left);
        let hasher = way.key.hash(way.message, body);
        possible.any(|digest| hasher.clone().is(digest))
    }

    /// How to say that the body was printed in other ways, or was not.
    fn printing(&self) -> &'static str {
        if self.delivery.body.len() > LONGEST {
            "no other ways to print JSON, for the body is over 16 MiB"
        } else {
            "other ways to print JSON"
        }
    }

    /// The body as JSON, printed in every way, with and without a line break at its end.
    fn printed(&self) -> Option<Hint> {
        self.given.of(self.checks.scheme.algorithm).next()?;
        let json = Json::read(&self.delivery.body)?;
        prints(&json, Printing::all(), &|change| self.usual(change))
    }

    /// Two changes of the body's bytes at once.
    fn twice_changed(&self) -> Option<Hint> {
        let body = &*self.delivery.body;
        let ended = || changes(body).find_map(|change| self.usual(&change.with_final_newline()));
        let trimmed = || {
            changes(trimmed(body)?).find_map(|mut change| {
                change.what = format!("without its final line break and {}", change.what).into();
                self.usual(&change)
            })
        };
        ended().or_else(trimmed)
    }

    /// The likeliest of all changed bodies, signed in any of these ways.
    fn commonly_changed(&self, ways: &[&[Way<'_>]]) -> Option<Hint> {
        let body = &*self.delivery.body;
        let attempt = |change: &Change<'_>| ways.iter().find_map(|ways| self.changed(change, ways));
        changes(body)
            .find_map(|change| attempt(&change))
            .or_else(|| prints(&Json::read(body)?, Printing::common(), &attempt))
    }

    /// What the secrets may have been meant to be.
    fn other_secrets(&self) -> Vec<Way<'f>> {
        let several = self.usual.len() > 1;
        let mut ways = Vec::new();
        for (index, way) in self.usual.iter().enumerate() {
            let name = if several {
                format!("secret {}", index + 1)
            } else {
                "the secret".to_owned()
            };
            let others = meant(&way.key.secret);
            ways.extend(others.into_iter().map(|(code, what, secret)| Way {
                other: Some((code, format!("with {name} {what}"))),
                key: Key::new(way.algorithm, secret),
                ..*way
            }));
        }
        ways
    }

    /// The same scheme with every other algorithm that can have made a signature that was given.
    fn other_schemes(&self) -> Vec<Scheme> {
        let own = &self.checks.scheme;
        let mut schemes = Vec::new();
        for algorithm in Algorithm::ALL.iter().copied() {
            if algorithm == own.algorithm || self.given.of(algorithm).next().is_none() {
                continue;
            }
            schemes.push(Scheme {
                algorithm,
                template: own.template.clone(),
            });
            if !algorithm.is_keyed() && !own.template.holds_secret() {
                schemes.extend(Scheme::of_secret_and_body(algorithm));
            }
            if algorithm.is_keyed() && own.template.holds_secret() {
                schemes.push(Scheme::new(algorithm));
            }
        }
        schemes
    }
}

/// The ways that sign as `ways` do, but with another algorithm.
fn other_algorithms<'m>(messages: &'m [(&Scheme, Message<'m>)], ways: &[Way<'_>]) -> Vec<Way<'m>> {
    messages
        .iter()
        .flat_map(|(scheme, message)| ways.iter().map(move |way| way.under(scheme, message)))
        .collect()
}

impl Way<'_> {
    /// The same way with another algorithm.
    fn under<'m>(&self, scheme: &Scheme, message: &'m Message<'m>) -> Way<'m> {
        let secret = match &self.other {
            Some((_, secret)) => format!(" {secret}"),
            None if scheme.is_secret() => String::new(),
            None => ", which has no secret in it and proves nothing".to_owned(),
        };
        let how = format!("under `{scheme}`{secret}");
        Way {
            other: Some((Code::OtherAlgorithm, how)),
            algorithm: scheme.algorithm,
            key: Key::new(scheme.algorithm, self.key.secret.clone()),
            message,
        }
    }
}

fn fill<'s>(
    schemes: &'s [Scheme],
    delivery: &'s Delivery<'_>,
    headers: &'s Headers<'_>,
) -> Vec<(&'s Scheme, Message<'s>)> {
    schemes
        .iter()
        .filter_map(|scheme| Some((scheme, scheme.template.fill(delivery, headers).ok()?)))
        .collect()
}

/// The hint of the first right text among those that the printings give, with and without a line
/// break at its end.
fn prints(
    json: &Json<'_>,
    mut printings: impl Iterator<Item = Printing>,
    attempt: &dyn Fn(&Change<'_>) -> Option<Hint>,
) -> Option<Hint> {
    let mut seen = HashSet::new();
    printings.find_map(|printing| {
        // A text that is printed as it is was not printed again, whatever stands around it.
        let text = json.print(printing).filter(|text| *text != json.text())?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        if !seen.insert(hasher.finish()) {
            return None;
        }
        let change = Change::whole(printing.code(), printing.what(), text.into_bytes());
        attempt(&change).or_else(|| attempt(&change.with_final_newline()))
    })
}

/// What a secret may have been meant to be: what was done to it, and the secret.
fn meant(secret: &Secret) -> impl IntoIterator<Item = (Code, &'static str, Secret)> {
    let given = secret.bytes();
    let trimmed = given.trim_ascii();
    let inner = unquoted(trimmed);
    let bare = inner.unwrap_or(trimmed).trim_ascii();
    let owned = |bytes: &[u8]| Some(bytes.to_vec());
    [
        (
            Code::SecretWhiteSpace,
            "without the white space around it",
            owned(trimmed),
        ),
        (
            Code::SecretWhiteSpace,
            "and a line break after it",
            owned(&[given, b"\n"].concat()),
        ),
        (
            Code::SecretQuotes,
            "without the quotes around it",
            inner.and_then(owned),
        ),
        (
            Code::SecretQuotes,
            "without the quotes and white space around it",
            inner.and(owned(bare)),
        ),
        (Code::SecretHex, "decoded from hex", hex::decode(bare).ok()),
        (Code::SecretBase64, "decoded from base64", from_base64(bare)),
    ]
    .into_iter()
    .filter_map(|(code, what, bytes)| {
        let bytes = bytes.filter(|bytes| bytes != given)?;
        Some((code, what, Secret::new(bytes).ok()?))
    })
    .collect::<Vec<_>>()
}

/// What is between a pair of quotes.
fn unquoted(secret: &[u8]) -> Option<&[u8]> {
    [b'"', b'\'', b'`']
        .into_iter()
        .find_map(|quote| secret.strip_prefix(&[quote])?.strip_suffix(&[quote]))
}

/// The bytes that base64 stands for; `whsec_` is how Standard Webhooks marks a secret.
fn from_base64(secret: &[u8]) -> Option<Vec<u8>> {
    let secret = secret.strip_prefix(b"whsec_").unwrap_or(secret);
    let padding = secret
        .iter()
        .rev()
        .take_while(|byte| **byte == b'=')
        .count();
    let digits = &secret[..secret.len() - padding];
    let plain = STANDARD_NO_PAD.decode(digits);
    plain.or_else(|_| URL_SAFE_NO_PAD.decode(digits)).ok()
}
