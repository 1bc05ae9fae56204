//! The hash algorithms of signatures, and hashing with them piece by piece.
//!
//! They are one table: a row gives an algorithm its name, the length of its signatures and its
//! implementation, all from the `RustCrypto` crates. MD5 and SHA-1 are in it because vendors use them.

use std::fmt::{self, Debug, Display};
use std::str::FromStr;

use hmac::digest::{CtOutput, Digest as Hash, Output};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::finding::nearest;

/// The most bytes that any of the algorithms gives.
const MAX_DIGEST: usize = 64;

macro_rules! algorithms {
    ($($(#[$doc:meta])* $variant:ident $name:literal $bytes:literal $state:ty;)*) => {
        /// How a signature is computed from the secret and what is signed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Algorithm {
            $($(#[$doc])* $variant,)*
        }

        impl Algorithm {
            /// Every algorithm, the likeliest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, as it is written in a scheme.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The length of its signatures in bytes.
            pub fn length(self) -> usize {
                match self { $(Self::$variant => $bytes,)* }
            }
        }

        /// A hash that is being computed. Cloning it is cheap, so that a secret is hashed once.
        #[derive(Clone)]
        pub(crate) enum Hasher {
            $($variant($state),)*
        }

        impl Hasher {
            /// A hash of nothing yet. The secret is the key of an HMAC; a plain hash ignores it.
            pub(crate) fn new(algorithm: Algorithm, secret: &[u8]) -> Self {
                match algorithm {
                    $(Algorithm::$variant => Self::$variant(State::start(secret)),)*
                }
            }

            /// Hashes more bytes.
            pub(crate) fn update(&mut self, bytes: &[u8]) {
                match self { $(Self::$variant(state) => state.update(bytes),)* }
            }

            /// Whether this is the hash, in constant time for digests of one length.
            pub(crate) fn is(self, digest: &Digest) -> bool {
                match self { $(Self::$variant(state) => state.is(digest.bytes()),)* }
            }

            /// The hash itself.
            pub(crate) fn finish(self) -> Digest {
                match self { $(Self::$variant(state) => state.finish(),)* }
            }
        }
    };
}

algorithms! {
    /// HMAC with SHA-256.
    HmacSha256 "hmac-sha256" 32 Keyed<Sha256>;
    /// HMAC with SHA-1.
    HmacSha1 "hmac-sha1" 20 Keyed<Sha1>;
    /// HMAC with SHA-512.
    HmacSha512 "hmac-sha512" 64 Keyed<Sha512>;
    /// HMAC with SHA-384.
    HmacSha384 "hmac-sha384" 48 Keyed<Sha384>;
    /// HMAC with MD5.
    HmacMd5 "hmac-md5" 16 Keyed<Md5>;
    /// SHA-256 alone.
    Sha256 "sha256" 32 Plain<Sha256>;
    /// SHA-1 alone.
    Sha1 "sha1" 20 Plain<Sha1>;
    /// SHA-512 alone.
    Sha512 "sha512" 64 Plain<Sha512>;
    /// SHA-384 alone.
    Sha384 "sha384" 48 Plain<Sha384>;
    /// MD5 alone.
    Md5 "md5" 16 Plain<Md5>;
}

impl Algorithm {
    /// Whether the secret is the key of the algorithm; otherwise the template must contain it.
    pub fn is_keyed(self) -> bool {
        self.name().starts_with("hmac-")
    }
}

impl Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL
            .iter()
            .copied()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownAlgorithm {
                nearest: nearest(name, Self::ALL.iter().map(|algorithm| algorithm.name())),
            })
    }
}

/// There is no algorithm of this name. The name is not kept: it may be the secret, in the wrong
/// place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAlgorithm {
    /// The algorithm that was probably meant.
    pub nearest: Option<&'static str>,
}

impl Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown algorithm: ")?;
        if let Some(nearest) = self.nearest {
            return write!(f, "did you mean `{nearest}`?");
        }
        let names: Vec<_> = Algorithm::ALL.iter().map(|known| known.name()).collect();
        write!(f, "expected one of {}", names.join(", "))
    }
}

impl std::error::Error for UnknownAlgorithm {}

/// What every implementation of a hash can do.
trait State: Clone {
    fn start(secret: &[u8]) -> Self;
    fn update(&mut self, bytes: &[u8]);
    fn is(self, digest: &[u8]) -> bool;
    fn finish(self) -> Digest;
}

/// An HMAC.
#[derive(Clone)]
pub(crate) struct Keyed<H: EagerHash>(Hmac<H>);

impl<H: EagerHash> State for Keyed<H>
where
    Hmac<H>: Mac + KeyInit + Clone,
    Self: Clone,
{
    fn start(secret: &[u8]) -> Self {
        Self(KeyInit::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    fn update(&mut self, bytes: &[u8]) {
        Mac::update(&mut self.0, bytes);
    }

    fn is(self, digest: &[u8]) -> bool {
        self.0.verify_slice(digest).is_ok()
    }

    fn finish(self) -> Digest {
        Digest::of(&self.0.finalize().into_bytes())
    }
}

/// A hash without a key.
#[derive(Clone)]
pub(crate) struct Plain<H>(H);

impl<H: Hash + Clone> State for Plain<H> {
    fn start(_: &[u8]) -> Self {
        Self(H::new())
    }

    fn update(&mut self, bytes: &[u8]) {
        Hash::update(&mut self.0, bytes);
    }

    fn is(self, digest: &[u8]) -> bool {
        let Ok(digest) = <&Output<H>>::try_from(digest) else {
            return false;
        };
        // Outputs are compared in constant time.
        CtOutput::<H>::from(digest) == CtOutput::from(self.0.finalize())
    }

    fn finish(self) -> Digest {
        Digest::of(&self.0.finalize())
    }
}

/// The bytes of a signature, given or computed: never shown.
///
/// Its `==` is not constant-time: it is for looking up signatures that were compared already, never
/// for verifying. Use [`Hasher::is`] for that.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest {
    bytes: [u8; MAX_DIGEST],
    length: usize,
}

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        Self::new(bytes).expect("no algorithm gives more bytes")
    }

    /// A digest of these bytes; `None` if no algorithm gives that many.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        if Algorithm::ALL
            .iter()
            .all(|known| known.length() != bytes.len())
        {
            return None;
        }
        let mut padded = [0; MAX_DIGEST];
        padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self {
            bytes: padded,
            length: bytes.len(),
        })
    }

    /// The bytes themselves.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn gives(algorithm: Algorithm, secret: &[u8], message: &[u8], want: &str) {
        let mut hasher = Hasher::new(algorithm, secret);
        hasher.update(message);
        assert_eq!(
            hex::encode(hasher.clone().finish().bytes()),
            want,
            "{algorithm}"
        );
        let right = hex::decode(want).expect("the vectors are hex");
        assert!(hasher.clone().is(&Digest::of(&right)));
        let mut wrong = right;
        if let Some(last) = wrong.last_mut() {
            *last ^= 1;
        }
        assert!(!hasher.is(&Digest::of(&wrong)));
    }

    /// RFC 2202, test case 2 (MD5, SHA-1), and RFC 4231, test case 2 (the SHA-2 family).
    #[test]
    fn gives_the_known_answers_of_the_standards() {
        use Algorithm::{HmacMd5, HmacSha1, HmacSha256, HmacSha384, HmacSha512};
        let question = b"what do ya want for nothing?";
        for (algorithm, want) in [
            (HmacMd5, "750c783e6ab0b503eaa86e310a5db738"),
            (HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                HmacSha256,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                HmacSha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                HmacSha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            gives(algorithm, b"Jefe", question, want);
        }
    }

    /// RFC 4231, test case 6, and RFC 2202, test case 6: a key longer than a block.
    #[test]
    fn takes_keys_longer_than_a_block() {
        let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
        gives(
            Algorithm::HmacSha256,
            &[0xaa; 131],
            message,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
        gives(
            Algorithm::HmacSha1,
            &[0xaa; 80],
            message,
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
        );
    }

    /// RFC 1321 and FIPS 180: the digests of `abc`.
    #[test]
    fn plain_hashes_leave_the_secret_to_the_template() {
        use Algorithm::{Md5, Sha1, Sha256, Sha384, Sha512};
        for (algorithm, want) in [
            (Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                Sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            gives(algorithm, b"ignored", b"abc", want);
        }
    }

    #[test]
    fn names_the_algorithm_that_was_meant() {
        assert_eq!("HMAC-SHA256".parse(), Ok(Algorithm::HmacSha256));
        let error = "hmac-sha265"
            .parse::<Algorithm>()
            .expect_err("it is misspelt");
        assert_eq!(error.nearest, Some("hmac-sha256"));
        assert!("".parse::<Algorithm>().is_err());
    }
}
