//! What explaining failures may cost.

/// What may be spent on explaining the failures of a run, in the order in which they come.
///
/// It counts failures and bytes, never time: what is said does not depend on how fast the machine
/// is.
///
/// ```
/// use chatlog::diagnosis::Budget;
///
/// assert_eq!(Budget::default(), Budget::of_failures(20));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// How many more failures are explained.
    failures: usize,
    /// How many more bytes are hashed for that.
    bytes: u64,
}

impl Budget {
    /// How many failures are explained by default.
    pub const FAILURES: usize = 20;
    /// How many bytes are hashed to explain the failures of a run.
    pub const BYTES: u64 = 256 << 20;
    /// How many bytes are hashed to explain any one failure.
    const BYTES_EACH: u64 = 1 << 30;

    /// So many failures, and [`Budget::BYTES`] hashed for all of them.
    pub fn of_failures(failures: usize) -> Self {
        Self {
            failures,
            bytes: Self::BYTES,
        }
    }

    /// Every failure, however many there are.
    pub fn unlimited() -> Self {
        Self {
            failures: usize::MAX,
            bytes: u64::MAX,
        }
    }

    /// Takes one failure out of it: how many bytes may be hashed for that one; none where nothing
    /// is left.
    pub(super) fn next_failure(&mut self) -> Option<u64> {
        if self.bytes == 0 {
            return None;
        }
        self.failures = self.failures.checked_sub(1)?;
        Some(self.bytes.min(Self::BYTES_EACH))
    }

    /// Takes the bytes out of it that were hashed.
    pub(super) fn spend(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of_failures(Self::FAILURES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Position;
    use crate::capture::{Limits, Record, deliveries};
    use crate::delivery::Delivery;
    use crate::diagnosis::{Diagnosis, diagnose};
    use crate::signature::{Checks, HEADER, Scheme, Secret};

    fn forged(body: &str) -> Delivery<'_> {
        let record = Record {
            bytes: body.as_bytes(),
            terminator: b"",
            is_whole: true,
            start: Position::START,
        };
        let capture = deliveries(&record, None, &Limits::default());
        let mut delivery = capture.deliveries.into_iter().next().expect("a body");
        delivery.headers.push(HEADER, "00".repeat(32));
        delivery
    }

    #[test]
    fn counts_failures_and_the_bytes_that_are_hashed() {
        let secret = Secret::new("swordfish-42").expect("it is not empty");
        let checks = Checks::new(Scheme::default(), [secret]);
        let body = format!("{{\"a\": \"{}\"}}", "x".repeat(10_000));
        let limit = "no further, for no more bytes may be hashed";
        let explain = |budget: &mut Budget| diagnose(&forged(&body), &checks, budget);
        let is_cut = |found: &Option<Diagnosis>| {
            found
                .as_ref()
                .map(|found| found.tried.last() == Some(&limit))
        };

        let mut failures = Budget::of_failures(2);
        assert_eq!(is_cut(&explain(&mut failures)), Some(false));
        assert_eq!(is_cut(&explain(&mut failures)), Some(false));
        assert_eq!(explain(&mut failures), None);

        let spent = Budget::BYTES - failures.bytes;
        assert!(spent > 20_000, "{spent}");
        let mut bytes = Budget {
            failures: 20,
            bytes: spent * 3 / 4,
        };
        assert_eq!(is_cut(&explain(&mut bytes)), Some(false));
        assert_eq!(is_cut(&explain(&mut bytes)), Some(true));
        assert_eq!(explain(&mut bytes), None);
        assert_eq!(is_cut(&explain(&mut Budget::unlimited())), Some(false));
    }
}
