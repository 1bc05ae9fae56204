//! What deliveries are checked against, and where their signatures are looked for.

use std::fmt::{self, Debug};

use super::{Algorithm, HEADER, Hasher, PresentedSignatures, Scheme, Secret, SignedMessage};
use crate::Text;
use crate::delivery::{Delivery, Headers};

/// What deliveries are checked against: a scheme, secrets, and where to look for the signature.
///
/// Build it once and use it for every delivery: the hashes of the secrets are begun here.
///
/// ```
/// use chatlog::signature::{Checks, Scheme, Secret};
///
/// let (current, retired) = (Secret::new("current")?, Secret::new("retired")?);
/// let checks = Checks::new("hmac-sha1".parse::<Scheme>()?, [current, retired])
///     .with_header_name("X-Hub-Signature");
/// assert!(checks.has_secret());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Checks {
    pub(crate) scheme: Scheme,
    pub(super) scheme_source: Option<String>,
    pub(crate) keys: Vec<Key>,
    pub(super) header: String,
    pub(super) header_source: Option<String>,
    given: Vec<String>,
    pub(crate) headers: Headers<'static>,
}

impl Checks {
    /// Checks that accept any of these secrets, and look for the signature in the header [`HEADER`].
    /// Without a secret, every verdict is [`Verdict::Unchecked`](super::Verdict::Unchecked).
    pub fn new(scheme: Scheme, secrets: impl IntoIterator<Item = Secret>) -> Self {
        let keys = secrets
            .into_iter()
            .map(|secret| Key::new(scheme.algorithm(), secret))
            .collect();
        Self {
            scheme,
            scheme_source: None,
            keys,
            header: HEADER.to_owned(),
            header_source: None,
            given: Vec::new(),
            headers: Headers::default(),
        }
    }

    /// Looks for the signature in the header of this name, in any case.
    pub fn with_header_name(mut self, name: impl Into<String>) -> Self {
        self.header = name.into();
        self
    }

    /// Notes who chose the scheme and the header, such as an option or a file, for the
    /// [`Signature`](super::Signature) to say so.
    pub fn with_sources(mut self, scheme: Option<String>, header: Option<String>) -> Self {
        self.scheme_source = scheme;
        self.header_source = header;
        self
    }

    /// Checks every delivery for this signature instead of its own. May be given several times.
    pub fn with_signature(mut self, value: impl Into<String>) -> Self {
        self.given.push(value.into());
        self
    }

    /// Adds a header to every delivery, which hides the delivery's own of the same name.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(name.into(), value.into());
        self
    }

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether there is a secret to check with.
    pub fn has_secret(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The signatures to check a delivery for, or why there are none.
    pub(crate) fn presented(&self, delivery: &Delivery<'_>) -> Result<PresentedSignatures, String> {
        if !self.given.is_empty() {
            let given = PresentedSignatures::read(self.given.iter().map(String::as_str));
            return some_or(given, || "the signature is empty".to_owned());
        }
        let name = Text::from(self.header.as_str());
        let headers = if self.headers.first(&self.header).is_some() {
            &self.headers
        } else {
            &delivery.headers
        };
        if headers.first(&self.header).is_some() {
            let sent = PresentedSignatures::read(headers.all(&self.header).map(Text::as_str));
            return some_or(sent, || format!("the header `{name}` is empty"));
        }
        Err(
            match delivery
                .headers
                .iter()
                .find(|(name, _)| suggests_a_signature(name))
            {
                Some((other, _)) => format!(
                    "there is no header `{name}`; there is `{}`, which may be the signature",
                    other.shortened(64)
                ),
                None => format!("there is no header `{name}`"),
            },
        )
    }

    /// Whether the signatures are read from headers rather than given by the caller.
    pub(super) fn reads_headers(&self) -> bool {
        self.given.is_empty()
    }
}

fn some_or(
    presented: PresentedSignatures,
    empty: impl FnOnce() -> String,
) -> Result<PresentedSignatures, String> {
    if presented.is_empty() {
        Err(empty())
    } else {
        Ok(presented)
    }
}

/// Whether a header of this name may hold a signature. `Signed` is the checksum of an encrypted
/// callback.
fn suggests_a_signature(name: &Text<'_>) -> bool {
    let name = name.as_str();
    let is_likely = name.len() <= 256 && name.to_ascii_lowercase().contains("sign");
    is_likely && !name.eq_ignore_ascii_case("signed")
}

/// A secret, and a hash that was begun with it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) secret: Secret,
    begun: Hasher,
}

impl Key {
    pub(crate) fn new(algorithm: Algorithm, secret: Secret) -> Self {
        let begun = Hasher::new(algorithm, secret.bytes());
        Self { secret, begun }
    }

    /// Hashes a message with this body, given in parts.
    pub(crate) fn hash(&self, message: &SignedMessage<'_>, body: &[&[u8]]) -> Hasher {
        #[cfg(test)]
        MACS.set(MACS.get() + 1);
        let mut hasher = self.begun.clone();
        message
            .bytes(self.secret.bytes(), body)
            .for_each(|bytes| hasher.update(bytes));
        hasher
    }
}

impl Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([redacted])")
    }
}

#[cfg(test)]
thread_local! {
    /// How many signatures were computed in this thread.
    pub(super) static MACS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
