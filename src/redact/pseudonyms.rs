//! The names that stand for identities.
//!
//! Without a key they are numbered in the order in which the identities appear in a run. Whatever is
//! called `seat-1` is an identity like any other: its look is not trusted. Only in a notification all
//! of whose ids look like that, as no platform makes them, pseudonyms are left as they are, unless
//! their number stands for somebody else in the run.
//!
//! With a key, a pseudonym has a code instead of a number: an HMAC of the identity, so that it is the
//! same in every run, and nobody without the key can find out whose it is by trying. The code ends
//! with an HMAC of itself, by which a pseudonym of the same key is recognised and left as it is.

use foldhash::{HashMap, HashSet};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::words;

/// A key that makes pseudonyms the same in every run. It is overwritten when it is dropped.
#[derive(Clone)]
pub struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// The fewest bytes of a key: what is shorter can be guessed.
    pub const MIN_LENGTH: usize = 16;

    /// A key, or `None` if it is too short.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() >= Self::MIN_LENGTH).then_some(Self(bytes))
    }

    fn hash(&self, parts: [&str; 3]) -> u64 {
        let mut hmac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in parts {
            hmac.update(&(part.len() as u64).to_le_bytes());
            hmac.update(part.as_bytes());
        }
        let bytes = hmac.finalize().into_bytes();
        let (first, _) = bytes.split_first_chunk().expect("it has 32 bytes");
        u64::from_le_bytes(*first)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key([redacted])")
    }
}

/// What a pseudonym looks like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `msg-0007`: a word and at least so many digits. Ids of different kinds are never the same.
    Id(&'static str, usize),
    /// `Customer 1`
    Name(&'static str),
    /// `order_id-1`, with the name of the field.
    Value(String),
    /// `00000000001`, the digits of `+000 0000 0001`.
    Phone,
    /// `user-1@example.com`
    Email,
    /// `file-1.pdf`, with the ending of the name, if that is a usual one.
    File(&'static str),
    /// `link-1.jpg`: what follows the host of a link, with the same endings.
    Link(&'static str),
    /// `host-1.invalid`
    Host,
    /// `1001`
    Integer,
    /// `0.000001`
    Decimal,
    /// `[token-1]`: base64 that holds an identity.
    Token,
    /// `field-1`: the key of a member.
    Key,
}

/// Letters without vowels: a code is neither a word nor a number.
const LETTERS: &[u8; 20] = b"bcdfghjkmnpqrstvwxyz";
const CODE: usize = 10;
const CHECK: usize = 3;

/// The pseudonyms of a run.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms {
    key: Option<Key>,
    known: HashMap<(&'static str, String), String>,
    /// How many there are of each word.
    counts: HashMap<String, u64>,
    /// Those that were given out.
    given: HashSet<String>,
    /// Whether the delivery was redacted before.
    is_redacted: bool,
}

impl Pseudonyms {
    pub(super) fn new(key: Option<Key>) -> Self {
        Self {
            key,
            ..Self::default()
        }
    }

    /// Starts a delivery, which was perhaps redacted before. Forgets the identities of the last one, if
    /// their pseudonyms do not depend on them.
    pub(super) fn start_delivery(&mut self, is_redacted: bool) {
        self.is_redacted = is_redacted;
        if self.key.is_some() {
            self.known.clear();
        }
    }

    /// The pseudonym of an identity, which is written in this way. Names and values that are the same
    /// have the same, whatever they are called.
    pub(super) fn of(&mut self, kind: &Kind, identity: &str, written: &str) -> String {
        let place = (kind.space(), identity.to_owned());
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        let pseudonym = if let Some(key) = &self.key {
            kind.coded(key, identity, written)
        } else if self.is_redacted && kind.is_numbered(written) && !self.given.contains(written) {
            written.to_owned()
        } else {
            self.next(kind)
        };
        self.given.insert(pseudonym.clone());
        self.known.insert(place, pseudonym.clone());
        pseudonym
    }
}

impl Pseudonyms {
    /// The next pseudonym of a kind that was not given out yet.
    fn next(&mut self, kind: &Kind) -> String {
        let count = self.counts.entry(kind.word().to_owned()).or_default();
        loop {
            *count += 1;
            let pseudonym = kind.numbered(*count);
            if !self.given.contains(&pseudonym) {
                return pseudonym;
            }
        }
    }
}

impl Kind {
    /// Whether an identity looks like a numbered pseudonym of this kind, or of any name or value.
    pub(super) fn is_numbered(&self, identity: &str) -> bool {
        let digits = identity.trim_matches(|c: char| !c.is_ascii_digit());
        let digits = match self {
            Self::Phone => identity.strip_prefix("000"),
            Self::File(ending) | Self::Link(ending) => {
                let name = identity.strip_suffix(ending);
                name.and_then(|name| name.rsplit('-').next())
            }
            Self::Decimal => return is_small_decimal(identity),
            _ => Some(digits),
        };
        let Some(number) = digits.and_then(|digits| digits.parse::<u64>().ok()) else {
            return false;
        };
        match self {
            Self::Integer => identity == digits.unwrap_or_default() && number > 1000,
            Self::Name(_) | Self::Value(_) => {
                let word = identity.strip_suffix(&number.to_string());
                let word = word.and_then(|word| word.strip_suffix(['-', ' ']));
                word.is_some_and(words::is_harmless_key)
            }
            _ => self.numbered(number) == identity,
        }
    }

    /// The identities among which a pseudonym stands for only one.
    fn space(&self) -> &'static str {
        match self {
            Self::Id(word, _) => word,
            Self::Name(_) | Self::Value(_) => "value",
            Self::Phone => "+",
            Self::Email => "@",
            Self::File(_) => "file",
            Self::Link(_) => "link",
            Self::Host => "host",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Token => "token",
            Self::Key => "key",
        }
    }

    /// The word that it is counted by.
    fn word(&self) -> &str {
        match self {
            Self::Name(word) => word,
            Self::Value(word) => word,
            Self::Key => "field",
            Self::Email => "user",
            other => other.space(),
        }
    }

    fn numbered(&self, number: u64) -> String {
        match self {
            Self::Id(_, digits) => self.with(&format!("{number:0digits$}")),
            Self::Phone => format!("000{number:08}"),
            Self::Integer => (1000 + number).to_string(),
            Self::Decimal => format!("{}.{:06}", number / 1_000_000, number % 1_000_000),
            _ => self.with(&number.to_string()),
        }
    }

    /// The pseudonym with this number or code.
    fn with(&self, code: &str) -> String {
        match self {
            Self::Name(word) => format!("{word} {code}"),
            Self::Email => format!("user-{code}@example.com"),
            Self::File(ending) | Self::Link(ending) => format!("{}-{code}{ending}", self.space()),
            Self::Host => format!("host-{code}.invalid"),
            Self::Token => format!("[token-{code}]"),
            _ => format!("{}-{code}", self.word()),
        }
    }

    fn coded(&self, key: &Key, identity: &str, written: &str) -> String {
        if self.is_coded(key, written) {
            return written.to_owned();
        }
        let hash = key.hash(["identity", self.space(), identity]);
        match self {
            Self::Phone => format!("000{}", checked_digits(key, hash)),
            Self::Integer => checked_digits(key, hash),
            Self::Decimal => format!("0.{}", checked_digits(key, hash)),
            _ => self.with(&checked_letters(key, hash)),
        }
    }

    /// Whether an identity is written as a pseudonym that the key has made.
    fn is_coded(&self, key: &Key, identity: &str) -> bool {
        let digits = match self {
            Self::Phone => identity.strip_prefix("000"),
            Self::Integer => Some(identity),
            Self::Decimal => identity.strip_prefix("0."),
            _ => {
                let mut runs = identity.split(|c: char| !c.is_ascii_lowercase());
                return runs.any(|code| is_checked(key, code) && self.with(code) == identity);
            }
        };
        let code = digits.filter(|digits| digits.len() == 12 && digits.is_ascii());
        code.is_some_and(|code| code.ends_with(&check_digits(key, &code[..9])))
    }
}

/// Whether a number is the pseudonym of one with a fraction.
fn is_small_decimal(number: &str) -> bool {
    let parts = number.split_once('.');
    parts.is_some_and(|(whole, fraction)| whole.parse::<u16>().is_ok() && fraction.len() == 6)
}

/// Twelve digits, of which the last three check the others.
fn checked_digits(key: &Key, hash: u64) -> String {
    let code = (100_000_000 + hash % 900_000_000).to_string();
    code.clone() + &check_digits(key, &code)
}

fn check_digits(key: &Key, code: &str) -> String {
    format!("{:03}", key.hash(["check", "digits", code]) % 1000)
}

fn checked_letters(key: &Key, hash: u64) -> String {
    let code = letters(hash, CODE);
    code.clone() + &check_letters(key, &code)
}

fn check_letters(key: &Key, code: &str) -> String {
    letters(key.hash(["check", "letters", code]), CHECK)
}

fn is_checked(key: &Key, code: &str) -> bool {
    code.len() == CODE + CHECK && code[CODE..] == check_letters(key, &code[..CODE])
}

fn letters(mut hash: u64, count: usize) -> String {
    let mut letters = String::with_capacity(count);
    for _ in 0..count {
        letters.push(char::from(
            LETTERS[usize::try_from(hash % 20).unwrap_or_default()],
        ));
        hash /= 20;
    }
    letters
}
