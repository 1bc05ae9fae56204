//! Why a signature does not match, and which scheme fits.
//!
//! A signature of a genuine request fails when the body was changed between the sender and the
//! check, or when secret, algorithm or template are not those of the sender. This module makes the
//! signature again under each of the usual mistakes, and reports the one that would have matched.
//!
//! | to find out | use |
//! |---|---|
//! | why one signature does not match | [`diagnose`], for as long as the [`Budget`] lasts |
//! | what many failures have in common | [`CommonCause`] |
//! | whether signatures belong to other deliveries of the run | [`SwapDetector`] |
//! | how an unknown sender signs | [`discover`], or [`Discovery`] for one delivery at a time |
//!
//! A receiver needs none of this to accept or refuse a request: [`verify`](crate::signature::verify)
//! decides alone, and a diagnosis never changes its verdict. As it can cost a thousand times what
//! the verdict does, a stranger must not be able to ask for one: call it by hand, or in a test that
//! fails, and always with a budget.
//!
//! To add a hypothesis, give [`Code`](crate::signature::Code) a row, and name that code in a row of
//! the table that knows what went wrong: `byte_edits` the bytes of the body, `reserialize` its JSON,
//! `secret_variants` the secret, `forwarder` what stands in front of the capture.

mod budget;
mod byte_edits;
mod common_cause;
mod diagnose;
mod difference;
mod discovery;
mod forwarder;
mod reserialize;
mod secret_variants;
mod signing_method;
mod swap_detector;

pub use self::budget::Budget;
pub use self::common_cause::CommonCause;
pub use self::diagnose::{Diagnosis, diagnose};
pub use self::discovery::{Discovery, discover};
pub use self::swap_detector::{DeliveryId, SwapDetector};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::byte_edits::EDITS;
    use super::reserialize::JsonStyle;
    use super::secret_variants::VARIANTS;
    use crate::signature::Code;

    /// A code that no row names would be documented, and never given.
    #[test]
    fn every_code_has_a_hypothesis() {
        let edits = EDITS.iter().map(|edit| edit.code);
        let variants = VARIANTS.iter().map(|(code, ..)| *code);
        let styles = JsonStyle::all().map(JsonStyle::code);
        let methods = [
            Code::Forwarder,
            Code::OtherAlgorithm,
            Code::SwappedDeliveries,
        ];
        let given: HashSet<Code> = edits.chain(variants).chain(styles).chain(methods).collect();
        assert_eq!(given, Code::ALL.iter().copied().collect());
    }
}
