//! Finding the scheme that a sender uses, from deliveries that are known to be good.

use crate::delivery::{Delivery, Headers};
use crate::signature::{Algorithm, Checks, Key, PresentedSignatures, Scheme, candidates};

/// What senders sign, as far as is known: each is tried with every HMAC and, where it holds the
/// secret, with every plain hash.
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

/// What senders sign together with a header that says when or how often; `{}` is the header.
const DATED_TEMPLATES: [&str; 6] = [
    "{}{body}",
    "{}.{body}",
    "{}:{body}",
    "{body}{}",
    "{secret}{}{body}",
    "{}{body}{secret}",
];

/// A search for the scheme that fits every delivery it is shown.
///
/// It tries the algorithms over a catalogue of templates: the body, the notification's timestamp,
/// method, path and the secret in the orders that senders use, and the headers of the first
/// delivery whose names speak of a time or a nonce.
///
/// ```
/// use chatlog::diagnosis::Discovery;
/// use chatlog::signature::{Checks, Scheme, Secret};
///
/// let checks = Checks::new(Scheme::default(), vec![Secret::new("key")?]);
/// let discovery = Discovery::new(&checks);
/// assert!(discovery.schemes().is_empty(), "nothing was shown yet");
/// # Ok::<(), chatlog::signature::EmptySecret>(())
/// ```
#[derive(Debug)]
pub struct Discovery<'c> {
    checks: &'c Checks,
    /// What has fitted every delivery; none before the first.
    schemes: Option<Vec<Scheme>>,
}

impl<'c> Discovery<'c> {
    /// A search with the secrets, the header and the signatures of `checks`; its scheme does not
    /// matter.
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

    /// The schemes that fit every delivery so far, the likeliest first.
    pub fn schemes(&self) -> &[Scheme] {
        self.schemes.as_deref().unwrap_or_default()
    }
}

/// The schemes that fit all of the deliveries, with the secrets, the header and the signatures of
/// `checks`.
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

fn catalogue(delivery: &Delivery<'_>) -> Vec<Scheme> {
    let dated = delivery
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.len() <= 64 && Headers::is_name(name) && is_date(name))
        .take(4)
        .flat_map(|name| {
            let piece = format!("{{header:{name}}}");
            DATED_TEMPLATES.map(|template| template.replace("{}", &piece))
        });
    let templates: Vec<String> = TEMPLATES
        .map(str::to_owned)
        .into_iter()
        .chain(dated)
        .collect();
    templates
        .iter()
        .flat_map(|template| {
            Algorithm::ALL
                .iter()
                .filter_map(move |algorithm| format!("{algorithm}:{template}").parse().ok())
        })
        .collect()
}

/// Says whether a header of this name may hold a time or a nonce.
fn is_date(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["time", "date", "nonce", "-ts"]
        .iter()
        .any(|word| name.contains(word))
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
