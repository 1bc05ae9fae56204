//! Numbers as JavaScript prints them.
//!
//! JavaScript keeps every number as a 64-bit float, so a program in it changes `1.0` to `1` and
//! `9007199254740993` to `9007199254740992`. Programs in other languages print what they parsed, or
//! differ in ways that depend on the type they parse into: those are not tried.

use super::catalogue::Numbers;

/// Writes a number token.
pub(super) fn write_number(token: &str, numbers: Numbers, printed: &mut String) {
    let number = match numbers {
        Numbers::Kept => None,
        Numbers::JavaScript => token.parse().ok(),
    };
    match number {
        Some(number) => write_javascript(number, printed),
        None => printed.push_str(token),
    }
}

/// Writes a number as `JSON.stringify` does: infinity, which has no form in JSON, is `null`.
#[cfg(feature = "cli")]
fn write_javascript(number: f64, printed: &mut String) {
    if number.is_finite() {
        printed.push_str(ryu_js::Buffer::new().format_finite(number));
    } else {
        printed.push_str("null");
    }
}

/// Writes a number as Rust does, which differs from JavaScript where there is an exponent.
#[cfg(not(feature = "cli"))]
fn write_javascript(number: f64, printed: &mut String) {
    if number.is_finite() {
        printed.push_str(&number.to_string());
    } else {
        printed.push_str("null");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As ECMAScript's `Number::toString` has it.
    #[test]
    fn prints_numbers_as_javascript_does() {
        for (token, want) in [
            ("1.0", "1"),
            ("-0.0", "0"),
            ("9007199254740993", "9007199254740992"),
            ("-1.50", "-1.5"),
            ("1E2", "100"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1.25e21", "1.25e+21"),
            ("0.000001", "0.000001"),
            ("0.00000012", "1.2e-7"),
            ("12.5", "12.5"),
            ("5e-324", "5e-324"),
            ("1e999", "null"),
        ] {
            let mut printed = String::new();
            write_number(token, Numbers::JavaScript, &mut printed);
            assert_eq!(printed, want);
        }
    }
}
