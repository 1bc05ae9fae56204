//! How much may be spent on finding out why signatures fail.
//!
//! A diagnosis hashes the body some hundred times, and prints it some eighty: seconds for a
//! large body, and hours for a folder of ten thousand forged deliveries. So a run has a budget
//! of failures, for the case of many small bodies, and of bytes, for the case of large ones. Both
//! are counts: a budget of seconds would make the output depend on the machine, and on what else it
//! does.

/// How much may be spent on diagnosing the failures of a run, first come, first served.
///
/// It counts failures, and the bytes that are hashed or printed for them. It never counts time, so
/// the same input gets the same hints on every machine.
///
/// ```
/// use chatlog::diagnosis::Budget;
///
/// assert_eq!(Budget::default(), Budget::of_failures(20));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// How many more failures may be diagnosed.
    failures: usize,
    /// How many more bytes may be hashed for that.
    bytes: u64,
}

impl Budget {
    /// How many failures the default budget allows.
    pub const FAILURES: usize = 20;
    /// How many bytes may be hashed for all failures of a run, unless the budget is unlimited.
    pub const BYTES: u64 = 256 << 20;
    /// How many bytes may be hashed for any one failure, even if the budget is unlimited.
    const BYTES_EACH: u64 = 1 << 30;
    /// What a diagnosis says it tried when the budget ended the search.
    pub(super) const EXHAUSTED: &str = "nothing else, as no more bytes may be hashed";

    /// A budget for this many failures, and for [`Budget::BYTES`] hashed in all.
    pub fn of_failures(failures: usize) -> Self {
        Self {
            failures,
            bytes: Self::BYTES,
        }
    }

    /// A budget for every failure of a run. Only a single failure is still bounded, at 1 GiB hashed.
    pub fn unlimited() -> Self {
        Self {
            failures: usize::MAX,
            bytes: u64::MAX,
        }
    }

    /// Takes one failure out of the budget and returns how many bytes may be hashed for it; `None`
    /// if nothing is left.
    pub(super) fn next_failure(&mut self) -> Option<u64> {
        if self.bytes == 0 {
            return None;
        }
        self.failures = self.failures.checked_sub(1)?;
        Some(self.bytes.min(Self::BYTES_EACH))
    }

    /// Takes the bytes that were hashed out of the budget.
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
    use crate::capture::{CaptureOptions, Record, deliveries};
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
        let capture = deliveries(&record, &CaptureOptions::default());
        let mut delivery = capture.deliveries.into_iter().next().expect("a body");
        delivery.headers.push(HEADER, "00".repeat(32));
        delivery
    }

    #[test]
    fn counts_failures_and_the_bytes_that_are_hashed() {
        let secret = Secret::new("swordfish-42").expect("it is not empty");
        let checks = Checks::new(Scheme::default(), [secret]);
        let body = format!("{{\"a\": \"{}\"}}", "x".repeat(10_000));
        let explain = |budget: &mut Budget| diagnose(&forged(&body), &checks, budget);
        let is_cut = |found: &Option<Diagnosis>| {
            found
                .as_ref()
                .map(|found| found.tried.last() == Some(&Budget::EXHAUSTED))
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
