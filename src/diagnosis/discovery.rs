//! Finding the scheme of a sender from deliveries that are known to be genuine.
//!
//! Not every vendor publishes how it signs. With the secret and a few genuine deliveries it can be
//! found out: a catalogue of over 150 schemes, the algorithms times the templates, is
//! narrowed to those that fit the first delivery, then the second, and so on. One delivery is
//! usually enough; more rule out what fits by coincidence, such as a template with an empty part.
//! Only the first delivery costs a signature for each scheme.
//!
//! To add a template, add it to [`TEMPLATES`].

use crate::delivery::{Delivery, Headers};
use crate::signature::{Algorithm, Checks, Key, PresentedSignatures, Scheme, candidates};

/// What senders are known to sign, the likeliest first. Each is tried with every HMAC and, if it
/// holds the secret, with every plain hash.
const TEMPLATES: [&str; 21] = [
    "{body}",
    "{timestamp}{body}",
    "{timestamp}.{body}",
    "{timestamp}:{body}",
    "v0:{timestamp}:{body}",
    "{body}{timestamp}",
    "{body}.{timestamp}",
    "{method}{path}{body}",
    "{path}{body}",
    "{method}{path}{timestamp}{body}",
    "{timestamp}{method}{path}{body}",
    "{body}{secret}",
    "{secret}{body}",
    "{secret}{body}{secret}",
    "{secret}.{body}",
    "{body}.{secret}",
    "{secret}:{body}",
    "{secret}{timestamp}{body}",
    "{timestamp}{body}{secret}",
    "{secret}{body}{timestamp}",
    "{body}{timestamp}{secret}",
];

/// What senders are known to sign together with a header that holds a time or a nonce; `{}` is that
/// header.
const HEADER_TEMPLATES: [&str; 6] = [
    "{}{body}",
    "{}.{body}",
    "{}:{body}",
    "{body}{}",
    "{secret}{}{body}",
    "{}{body}{secret}",
];

/// How many headers of a delivery are tried: each adds 40 schemes.
const MAX_HEADERS: usize = 4;
/// How many bytes the name of such a header may have.
const MAX_HEADER_NAME: usize = 64;

/// A search for the scheme that fits every delivery it is shown.
///
/// It tries every algorithm with a catalogue of templates. They combine the body with the
/// notification's timestamp, the method, the path, the secret, and up to four headers of the first
/// delivery whose names suggest a time or a nonce.
///
/// ```
/// use chatlog::diagnosis::Discovery;
/// use chatlog::signature::{Checks, Scheme, Secret};
///
/// let checks = Checks::new(Scheme::default(), vec![Secret::new("key")?]);
/// let discovery = Discovery::new(&checks);
/// assert!(discovery.schemes().is_empty(), "it has seen no delivery yet");
/// # Ok::<(), chatlog::signature::EmptySecret>(())
/// ```
#[derive(Debug)]
pub struct Discovery<'c> {
    checks: &'c Checks,
    /// The schemes that fit every delivery so far; `None` before the first.
    schemes: Option<Vec<Scheme>>,
}

impl<'c> Discovery<'c> {
    /// A search with the secrets, the header and the signatures of `checks`, whatever its scheme.
    pub fn new(checks: &'c Checks) -> Self {
        Self {
            checks,
            schemes: None,
        }
    }

    /// Drops the schemes that do not fit this delivery.
    pub fn narrow(&mut self, delivery: &Delivery<'_>) {
        let mut schemes = self.schemes.take().unwrap_or_else(|| catalogue(delivery));
        match self.checks.presented(delivery) {
            Ok(presented) => {
                schemes.retain(|scheme| fits(scheme, delivery, self.checks, &presented));
            }
            Err(_) => schemes.clear(),
        }
        self.schemes = Some(schemes);
    }

    /// The schemes that fit every delivery so far, the likeliest first; none before the first.
    pub fn schemes(&self) -> &[Scheme] {
        self.schemes.as_deref().unwrap_or_default()
    }
}

/// The schemes that fit all of the deliveries, the likeliest first.
///
/// It uses the secrets, the header and the signatures of `checks`, whatever its scheme. A delivery
/// without a signature fits no scheme.
pub fn discover<'d, 'a: 'd>(
    deliveries: impl IntoIterator<Item = &'d Delivery<'a>>,
    checks: &Checks,
) -> Vec<Scheme> {
    let mut discovery = Discovery::new(checks);
    for delivery in deliveries {
        discovery.narrow(delivery);
    }
    discovery.schemes.unwrap_or_default()
}

/// Every scheme to try, going by the headers of the first delivery.
fn catalogue(delivery: &Delivery<'_>) -> Vec<Scheme> {
    let with_headers = delivery
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| is_time_or_nonce(name))
        .take(MAX_HEADERS)
        .flat_map(templates_with);
    let templates = TEMPLATES.iter().map(|template| (*template).to_owned());
    templates.chain(with_headers).flat_map(schemes).collect()
}

fn templates_with(header: &str) -> impl Iterator<Item = String> {
    let piece = format!("{{header:{header}}}");
    HEADER_TEMPLATES
        .into_iter()
        .map(move |template| template.replace("{}", &piece))
}

/// A template with every algorithm that makes a scheme with it: not a plain hash without a secret.
fn schemes(template: String) -> impl Iterator<Item = Scheme> {
    let scheme = move |algorithm| format!("{algorithm}:{template}").parse().ok();
    Algorithm::ALL.iter().filter_map(scheme)
}

/// Whether a header of this name may hold a time or a nonce.
fn is_time_or_nonce(name: &str) -> bool {
    if name.len() > MAX_HEADER_NAME || !Headers::is_name(name) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let words = ["time", "date", "nonce", "-ts"];
    words.iter().any(|word| name.contains(word))
}

fn fits(
    scheme: &Scheme,
    delivery: &Delivery<'_>,
    checks: &Checks,
    presented: &PresentedSignatures,
) -> bool {
    let algorithm = scheme.algorithm();
    if !presented.has(algorithm) {
        return false;
    }
    let Ok(message) = scheme.template().fill(delivery, &checks.headers) else {
        return false;
    };
    checks.keys.iter().any(|key| {
        let key = Key::new(algorithm, key.secret.clone());
        candidates(delivery, scheme.template()).any(|bytes| {
            let hasher = key.hash(&message, &bytes.of(delivery));
            presented.matching(algorithm, &hasher).next().is_some()
        })
    })
}
