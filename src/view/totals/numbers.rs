//! How the numbers of totals are written.

use crate::text::grouped;
use crate::view::wording::humanize;

/// What stands for a value that is missing.
pub(super) const NOTHING: &str = "–";

/// A count with its digits in groups.
pub(super) fn count(count: u64) -> String {
    grouped(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A part of a whole, such as `17.6 %`. Nothing of a whole that is nothing.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let thousandths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// The mean of some numbers with their sum, such as `11.4`.
pub(super) fn mean(sum: u64, numbers: u64) -> Option<String> {
    let tenths = u128::from(sum) * 10 + u128::from(numbers) / 2;
    let tenths = tenths.checked_div(u128::from(numbers))?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

/// A number of milliseconds, such as `3 min 9 s`.
pub(super) fn time(milliseconds: u64) -> String {
    match milliseconds {
        1..1000 => format!("0.{} s", (milliseconds / 100).max(1)),
        _ => humanize(i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_never_overflow() {
        assert_eq!(share(1, 3), "33.3 %");
        assert_eq!(share(2, 3), "66.7 %");
        assert_eq!(share(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(share(1, 0), "");
        assert_eq!(mean(23, 2).as_deref(), Some("11.5"));
        assert_eq!(mean(u64::MAX, 1).as_deref(), Some("18446744073709551615.0"));
        assert_eq!(mean(1, 0), None);
        assert_eq!(time(0), "0 s");
        assert_eq!(time(40), "0.1 s");
        assert_eq!(time(189_000), "3 min 9 s");
    }
}
