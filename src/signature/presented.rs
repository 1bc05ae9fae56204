//! Signatures as senders write them: hex or base64, alone or several, with or without a prefix.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::algorithm::{Algorithm, Digest};

/// More than any algorithm's signature takes in hex, and enough to say what a wrong one is.
const LONGEST: usize = 256;
/// More than a sender has keys; a stranger may send a million.
const MOST: usize = 32;

/// The signatures that came with a delivery.
#[derive(Debug, Default)]
pub(crate) struct PresentedSignatures {
    /// Those that an algorithm can have made.
    pub(crate) digests: Vec<Digest>,
    /// The longest of the values, which is what to complain of.
    longest: Value,
    /// Whether there were more than are read.
    crowded: bool,
}

/// What a value holds, as far as its length and alphabet tell.
#[derive(Debug, Default, Clone, Copy)]
struct Value {
    characters: usize,
    /// How many bytes it stands for, where it is hex or base64.
    bytes: Option<usize>,
}

impl PresentedSignatures {
    /// Reads header values, of which each may hold several signatures.
    pub(crate) fn read<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut given = Self::default();
        let separators = |c: char| c == ',' || c == ';' || c.is_whitespace();
        for value in values {
            value
                .split(separators)
                .map(bare)
                .filter(|token| !token.is_empty())
                .for_each(|token| given.add(token));
        }
        given
    }

    fn add(&mut self, token: &str) {
        let mut value = Value {
            characters: token.len(),
            bytes: None,
        };
        if token.len() <= LONGEST {
            for bytes in decode(token).into_iter().flatten() {
                value.bytes = value.bytes.or(Some(bytes.len()));
                self.keep(&bytes);
            }
        }
        if value.characters > self.longest.characters {
            self.longest = value;
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let Some(digest) = Digest::new(bytes) else {
            return;
        };
        if self.digests.contains(&digest) {
            return;
        }
        if self.digests.len() < MOST {
            self.digests.push(digest);
        } else {
            self.crowded = true;
        }
    }

    /// Says whether there is nothing in the values at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.longest.characters == 0
    }

    /// Those that this algorithm can have made.
    pub(crate) fn of(&self, algorithm: Algorithm) -> impl Iterator<Item = &Digest> {
        self.digests
            .iter()
            .filter(move |digest| digest.bytes().len() == algorithm.length())
    }

    /// What is wrong with the values before anything is computed.
    pub(crate) fn complaint(&self, algorithm: Algorithm) -> Option<String> {
        if self.crowded {
            return Some(format!(
                "there are more than {MOST} signatures; the first were tried"
            ));
        }
        if self.of(algorithm).next().is_some() {
            return None;
        }
        let wanted = algorithm.length();
        let Value { characters, bytes } = self.longest;
        Some(match bytes {
            Some(bytes) => format!(
                "the signature has {bytes} {}, and `{algorithm}` gives {wanted}: {} hex digits, or base64",
                if bytes == 1 { "byte" } else { "bytes" },
                2 * wanted
            ),
            None if characters > LONGEST => format!(
                "the signature is {characters} characters long, and `{algorithm}` gives {} hex digits, or base64",
                2 * wanted
            ),
            None => "the signature is neither hex nor base64".to_owned(),
        })
    }
}

/// A value without quotes, padding, and a prefix such as `sha256=` or `v1=`.
fn bare(token: &str) -> &str {
    let token = token.trim_matches('"').trim_end_matches('=');
    token
        .rsplit(['=', ':'])
        .next()
        .unwrap_or_default()
        .trim_matches('"')
}

/// What a value may stand for: some are both hex and base64.
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
                .map(|digest| hex::encode(digest.bytes()))
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
        complains(&"a".repeat(40), "has 20 bytes, and `hmac-sha256` gives 32");
        complains(&"a".repeat(63), "neither");
        complains(&"a".repeat(10 << 20), "is 10485760 characters long");
        let many: Vec<_> = (0..=u8::MAX).map(|n| hex::encode([n; 32])).collect();
        complains(&many.join(","), "more than 32");
        assert!(PresentedSignatures::read(["", " , ,", "=="]).is_empty());
    }
}
