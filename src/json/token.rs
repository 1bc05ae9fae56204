//! Tokens: what can be odd about a number or a string, wherever it is.

use super::lexer::lone_surrogates;
use crate::finding::{
    Detail, Finding, Findings, NotJson, Pointer, PrecisionLoss, Rule, quoted_word,
};

pub(super) const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Whether a value is a number.
pub(super) fn is_number(token: &str) -> bool {
    token.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

/// Notes the first unpaired surrogate in a value.
pub(crate) fn note_lone_surrogate(
    token: &str,
    findings: &mut Findings,
    pointer: impl FnOnce() -> Pointer,
) {
    let Some(lone) = lone_surrogates(token).next() else {
        return;
    };
    findings.note(Rule::NotJson, |rule| {
        let escape = quoted_word(&token[lone..lone + 6]);
        let detail = Detail::NotJson(NotJson::UnpairedSurrogate { escape });
        Finding::at(rule, pointer(), detail)
    });
}

/// The number of digits from the first one that is not zero, without the exponent.
pub(super) fn significant_digits(token: &str) -> usize {
    let mantissa = token.split(['e', 'E']).next().unwrap_or(token);
    let digits = mantissa.trim_start_matches(['-', '0', '.']);
    digits.bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a number is so short that a float keeps all its digits, as nearly all are.
pub(crate) fn is_short_number(token: &str) -> bool {
    token.len() <= 15 && !token.contains(['e', 'E'])
}

/// Notes a number that a reader of 64-bit floats would change.
pub(crate) fn note_precision(
    token: &str,
    findings: &mut Findings,
    pointer: impl FnOnce() -> Pointer,
) {
    if is_short_number(token) {
        return;
    }
    let Some(loss) = precision_loss(token) else {
        return;
    };
    findings.note(Rule::NumberPrecision, |rule| {
        let number = quoted_word(token);
        Finding::at(rule, pointer(), Detail::NumberPrecision { number, loss })
    });
}

/// How a 64-bit float changes a number, if it does.
fn precision_loss(token: &str) -> Option<PrecisionLoss> {
    let significant = significant_digits(token);
    let value: f64 = token.parse().unwrap_or(f64::INFINITY);
    let is_integer = !token.contains(['.', 'e', 'E']);
    if value.is_infinite() {
        Some(PrecisionLoss::TooLarge)
    } else if is_integer && value.abs() > MAX_SAFE_INTEGER {
        Some(PrecisionLoss::UnsafeInteger)
    } else if significant > 0 && value == 0.0 {
        Some(PrecisionLoss::TooSmall)
    } else if !is_integer && significant > 17 {
        Some(PrecisionLoss::TooManyDigits)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn notes_numbers_that_floats_change() {
        let noted = |token: &str| {
            let mut findings = Findings::default();
            note_precision(token, &mut findings, || Place::Root.pointer());
            !findings.finish().0.is_empty()
        };
        for changed in [
            "9007199254740993",
            "18446744073709551616",
            "1e400",
            "-1e400",
            "1e-400",
            "0.12345678901234567890",
        ] {
            assert!(noted(changed), "{changed}");
        }
        for kept in [
            "0",
            "-0",
            "1.0",
            "9007199254740991",
            "31.178762435913",
            "0.0000000000000000000",
            "1e22",
            "0e400",
        ] {
            assert!(!noted(kept), "{kept}");
        }
    }
}
