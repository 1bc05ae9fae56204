//! Ways to make a signature from a body, beside the one the caller expects.
//!
//! A sender that signs the right body may still use another secret or another algorithm. A
//! [`SigningMethod`] is one such way; what it signs, the body as saved or as edited, is up to
//! [`diagnose`](super::diagnose).

use super::secret_variants::secret_variants;
use crate::delivery::{Delivery, Headers};
use crate::signature::{Algorithm, Checks, Code, Key, PresentedSignatures, Scheme, SignedMessage};

/// A way to make a signature from a body.
pub(super) struct SigningMethod<'m> {
    /// The hint if it makes the signature, and how it differs from the expected way, in words that
    /// follow "would match"; `None` for the expected way itself.
    pub(super) difference: Option<(Code, String)>,
    pub(super) algorithm: Algorithm,
    pub(super) key: Key,
    pub(super) message: &'m SignedMessage<'m>,
}

/// The scheme of the checks, with each of the secrets.
pub(super) fn expected_methods<'m>(
    checks: &Checks,
    message: &'m SignedMessage<'m>,
) -> Vec<SigningMethod<'m>> {
    let method = |key: &Key| SigningMethod {
        difference: None,
        algorithm: checks.scheme.algorithm(),
        key: key.clone(),
        message,
    };
    checks.keys.iter().map(method).collect()
}

/// The same methods with what each secret may have been meant to be.
pub(super) fn with_secret_variants<'m>(methods: &[SigningMethod<'m>]) -> Vec<SigningMethod<'m>> {
    let name = |index: usize| match methods.len() {
        1 => "the secret".to_owned(),
        _ => format!("secret {}", index + 1),
    };
    let variants = |(index, method): (usize, &SigningMethod<'m>)| {
        let (name, algorithm, message) = (name(index), method.algorithm, method.message);
        let variants = secret_variants(&method.key.secret).into_iter();
        variants.map(move |(code, words, secret)| SigningMethod {
            difference: Some((code, format!("with {name} {words}"))),
            algorithm,
            key: Key::new(algorithm, secret),
            message,
        })
    };
    methods.iter().enumerate().flat_map(variants).collect()
}

/// The same methods under each of these schemes.
pub(super) fn under_schemes<'m>(
    methods: &[SigningMethod<'_>],
    messages: &'m [(&Scheme, SignedMessage<'m>)],
) -> Vec<SigningMethod<'m>> {
    messages
        .iter()
        .flat_map(|(scheme, message)| methods.iter().map(|method| method.under(scheme, message)))
        .collect()
}

impl SigningMethod<'_> {
    fn under<'m>(&self, scheme: &Scheme, message: &'m SignedMessage<'m>) -> SigningMethod<'m> {
        let secret = match &self.difference {
            Some((_, words)) => format!(" {words}"),
            None if scheme.is_secret() => String::new(),
            None => ", which has no secret in it and proves nothing".to_owned(),
        };
        SigningMethod {
            difference: Some((Code::OtherAlgorithm, format!("under `{scheme}`{secret}"))),
            algorithm: scheme.algorithm(),
            key: Key::new(scheme.algorithm(), self.key.secret.clone()),
            message,
        }
    }
}

/// The scheme of the checks with every other algorithm that can have made one of the signatures,
/// going by their lengths, and the usual templates of that algorithm.
pub(super) fn other_schemes(checks: &Checks, presented: &PresentedSignatures) -> Vec<Scheme> {
    let own = &checks.scheme;
    let mut schemes = Vec::new();
    for algorithm in Algorithm::ALL.iter().copied() {
        if algorithm == own.algorithm() || !presented.has(algorithm) {
            continue;
        }
        schemes.push(own.with_algorithm(algorithm));
        match (algorithm.is_keyed(), own.template().holds_secret()) {
            (false, false) => schemes.extend(Scheme::of_secret_and_body(algorithm)),
            (true, true) => schemes.push(Scheme::new(algorithm)),
            _ => {}
        }
    }
    schemes
}

/// What each scheme signs of a delivery; schemes that sign what it does not have are left out.
pub(super) fn messages<'s>(
    schemes: &'s [Scheme],
    delivery: &'s Delivery<'_>,
    headers: &'s Headers<'_>,
) -> Vec<(&'s Scheme, SignedMessage<'s>)> {
    schemes
        .iter()
        .filter_map(|scheme| Some((scheme, scheme.template().fill(delivery, headers).ok()?)))
        .collect()
}
