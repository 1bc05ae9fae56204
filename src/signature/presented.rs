//! The signatures that came with a delivery, however the sender wrote them.
//!
//! Senders write hex, base64 or base64url; bare or after a prefix such as `sha256=`; several in one
//! header while they rotate keys, or the header several times. As nobody else's signature can match
//! by accident, a reader can be lenient: everything that may be a signature is kept, and compared
//! with the ones that are computed. What a stranger sends is bounded first.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::algorithm::{Algorithm, Digest, Hasher};

/// How many bytes a signature may be written in: twice the longest hex, to say what a wrong one is.
const MAX_CHARACTERS: usize = 256;
/// How many signatures are compared: more than a sender has keys. A stranger may send a million.
const MAX_SIGNATURES: usize = 32;

/// The signatures that came with a delivery.
#[derive(Debug, Default)]
pub(crate) struct PresentedSignatures {
    /// Those that some algorithm can have made, going by their length.
    signatures: Vec<Presented>,
    /// The longest of the tokens: the one to describe if none is a signature.
    longest: TokenShape,
    /// How many different header values hold something.
    values: usize,
    /// How many signatures were read: one may be both hex and base64.
    count: usize,
    /// Whether there were more than are read.
    crowded: bool,
}

/// A signature that came with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Presented {
    /// Which of the header values holds it, from 0.
    pub(crate) value: usize,
    pub(crate) digest: Digest,
}

/// What a token may be, as far as its length and alphabet tell.
#[derive(Debug, Default, Clone, Copy)]
struct TokenShape {
    characters: usize,
    /// How many bytes it decodes to, if it is hex or base64.
    bytes: Option<usize>,
}

impl PresentedSignatures {
    /// Reads header values, each of which may hold several signatures.
    pub(crate) fn read<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut presented = Self::default();
        let separators = |c: char| c == ',' || c == ';' || c.is_whitespace();
        let mut seen: Vec<&str> = Vec::new();
        for value in values {
            let value = value.trim();
            if seen.contains(&value) {
                continue;
            }
            // A stranger may send a million headers.
            if seen.len() < MAX_SIGNATURES {
                seen.push(value);
            }
            let tokens = value.split(separators).map(bare);
            let mut tokens = tokens.filter(|token| !token.is_empty()).peekable();
            if tokens.peek().is_some() {
                tokens.for_each(|token| presented.add(token));
                presented.values += 1;
            }
        }
        presented
    }

    fn add(&mut self, token: &str) {
        let mut shape = TokenShape {
            characters: token.len(),
            bytes: None,
        };
        if token.len() <= MAX_CHARACTERS {
            let decoded = decode(token);
            shape.bytes = decoded.iter().flatten().map(Vec::len).next();
            self.keep(&decoded);
        }
        if shape.characters > self.longest.characters {
            self.longest = shape;
        }
    }

    /// Keeps what one token decodes to.
    fn keep(&mut self, decoded: &[Option<Vec<u8>>; 2]) {
        let value = self.values;
        let digests = decoded.iter().flatten();
        let fresh: Vec<Presented> = digests
            .filter_map(|bytes| Digest::new(bytes))
            .map(|digest| Presented { value, digest })
            .filter(|presented| !self.signatures.contains(presented))
            .collect();
        if fresh.is_empty() {
            return;
        }
        if self.count < MAX_SIGNATURES {
            self.signatures.extend(fresh);
            self.count += 1;
        } else {
            self.crowded = true;
        }
    }

    /// Whether the header values hold nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.longest.characters == 0
    }

    /// How many different header values hold something.
    pub(crate) fn values(&self) -> usize {
        self.values
    }

    /// The signatures themselves.
    pub(crate) fn digests(&self) -> Vec<Digest> {
        let signatures = self.signatures.iter();
        signatures.map(|presented| presented.digest).collect()
    }

    /// Whether this algorithm can have made one of them, going by the length.
    pub(crate) fn has(&self, algorithm: Algorithm) -> bool {
        self.of(algorithm).next().is_some()
    }

    /// Those that equal the signature of what was hashed, compared in constant time.
    pub(crate) fn matching<'p>(
        &'p self,
        algorithm: Algorithm,
        hasher: &'p Hasher,
    ) -> impl Iterator<Item = &'p Presented> {
        self.of(algorithm)
            .filter(|presented| hasher.clone().is(&presented.digest))
    }

    /// Those that this algorithm can have made, going by the length.
    fn of(&self, algorithm: Algorithm) -> impl Iterator<Item = &Presented> {
        self.signatures
            .iter()
            .filter(move |presented| presented.digest.bytes().len() == algorithm.length())
    }

    /// Why none of them can match, whatever was signed, or why only some were compared.
    pub(crate) fn complaint(&self, algorithm: Algorithm) -> Option<String> {
        if self.crowded {
            return Some(format!(
                "more than {MAX_SIGNATURES} signatures; only the first {MAX_SIGNATURES} were tried"
            ));
        }
        if self.has(algorithm) {
            return None;
        }
        let wanted = algorithm.length();
        let TokenShape { characters, bytes } = self.longest;
        Some(match bytes {
            Some(bytes) => format!(
                "the signature has {bytes} {}, but `{algorithm}` makes {wanted}: {} hex digits, or base64",
                if bytes == 1 { "byte" } else { "bytes" },
                2 * wanted
            ),
            None if characters > MAX_CHARACTERS => format!(
                "the signature is {characters} characters long, but `{algorithm}` makes {} hex digits, or base64",
                2 * wanted
            ),
            None => "the signature is neither hex nor base64".to_owned(),
        })
    }
}

/// A token without its quotes, its padding, and a prefix such as `sha256=` or `v1=`.
fn bare(token: &str) -> &str {
    let token = token.trim_matches('"').trim_end_matches('=');
    token
        .rsplit(['=', ':'])
        .next()
        .unwrap_or_default()
        .trim_matches('"')
}

/// What a token decodes to as hex and as base64: some are both.
fn decode(token: &str) -> [Option<Vec<u8>>; 2] {
    let base64 = STANDARD_NO_PAD
        .decode(token)
        .or_else(|_| URL_SAFE_NO_PAD.decode(token));
    [hex::decode(token).ok(), base64.ok()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The MD5 of nothing, which is short, in every way a sender may write it.
    #[test]
    fn reads_every_way_to_write_a_signature() {
        for value in [
            "d41d8cd98f00b204e9800998ecf8427e",
            "D41D8CD98F00B204E9800998ECF8427E",
            "md5=d41d8cd98f00b204e9800998ecf8427e",
            "hmac-md5=d41d8cd98f00b204e9800998ecf8427e",
            "t=1742956800,v1=d41d8cd98f00b204e9800998ecf8427e,v0=00",
            "v1,1B2M2Y8AsgTpgAmY7PhCfg==",
            "v1,AAAA v1,1B2M2Y8AsgTpgAmY7PhCfg==",
            "1B2M2Y8AsgTpgAmY7PhCfg",
            "md5=1B2M2Y8AsgTpgAmY7PhCfg==",
            "md5:1B2M2Y8AsgTpgAmY7PhCfg",
            "signature=\"1B2M2Y8AsgTpgAmY7PhCfg==\"",
            "  1B2M2Y8AsgTpgAmY7PhCfg== \t",
        ] {
            let given = PresentedSignatures::read([value]);
            let hex: Vec<_> = given
                .of(Algorithm::Md5)
                .map(|presented| hex::encode(presented.digest.bytes()))
                .collect();
            assert_eq!(hex, ["d41d8cd98f00b204e9800998ecf8427e"], "{value}");
            assert_eq!(given.complaint(Algorithm::Md5), None, "{value}");
        }
        // `+/` of base64 and `-_` of base64url.
        for value in ["++++++++++++++++++++/w==", "--------------------_w"] {
            assert!(
                PresentedSignatures::read([value])
                    .of(Algorithm::Md5)
                    .next()
                    .is_some(),
                "{value}"
            );
        }
    }

    #[track_caller]
    fn complains(value: &str, want: &str) {
        let complaint = PresentedSignatures::read([value]).complaint(Algorithm::HmacSha256);
        assert!(
            complaint.as_ref().is_some_and(|got| got.contains(want)),
            "{complaint:?}"
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_signature() {
        complains("zz!!", "neither hex nor base64");
        complains(&"a".repeat(40), "has 20 bytes, but `hmac-sha256` makes 32");
        complains(&"a".repeat(63), "neither");
        complains(&"a".repeat(10 << 20), "is 10485760 characters long");
        let many: Vec<_> = (0..=u8::MAX).map(|n| hex::encode([n; 32])).collect();
        complains(&many.join(","), "more than 32");
        assert!(PresentedSignatures::read(["", " , ,", "=="]).is_empty());
    }

    /// 32 tokens are 32 signatures, though hex of 64 digits is base64 of 48 bytes as well.
    #[test]
    fn reads_as_many_signatures_in_hex_as_in_base64() {
        for encode in [hex::encode::<[u8; 32]>, |bytes: [u8; 32]| {
            STANDARD_NO_PAD.encode(bytes)
        }] {
            let tokens: Vec<_> = (0..33).map(|n| encode([n; 32])).collect();
            let presented = PresentedSignatures::read([tokens[..32].join(",").as_str()]);
            assert!(!presented.crowded);
            assert_eq!(presented.of(Algorithm::HmacSha256).count(), 32);
            assert!(PresentedSignatures::read([tokens.join(",").as_str()]).crowded);
        }
    }
}
