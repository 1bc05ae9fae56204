//! Describes syntax errors of `serde_json` to people who do not know how it names its tokens.

/// The reason without the place, in lower case and without a full stop.
pub fn describe_error(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or(&words);
    let plain = match words {
        "EOF while parsing a value" => "it ends where a value is expected",
        "EOF while parsing a string" => "it ends inside a string",
        "EOF while parsing a list" => "it ends inside an array",
        "EOF while parsing an object" => "it ends inside an object",
        "expected ident" => "expected `true`, `false` or `null`",
        "expected value" => "expected a value",
        "key must be a string" => "expected a key in double quotes",
        "trailing characters" => "expected the end of the text",
        "invalid escape" => "invalid escape in a string",
        _ if words.starts_with("control character") => "unescaped control character in a string",
        words => words,
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    #[track_caller]
    fn case(text: &str, want: &str) {
        let error = serde_json::from_str::<IgnoredAny>(text).expect_err("it is not JSON");
        assert_eq!(describe_error(&error), want, "{text}");
    }

    #[test]
    fn describes_every_error_in_plain_words() {
        case("", "it ends where a value is expected");
        case("tru", "it ends where a value is expected");
        case("\"a", "it ends inside a string");
        case("[1", "it ends inside an array");
        case("{\"a\"", "it ends inside an object");
        case("nope", "expected `true`, `false` or `null`");
        case("Null", "expected a value");
        case("{a: 1}", "expected a key in double quotes");
        case("1 2", "expected the end of the text");
        case("\"\\x\"", "invalid escape in a string");
        case("\"\n\"", "unescaped control character in a string");
        case("{\"a\" 1}", "expected `:`");
        case("[1 2]", "expected `,` or `]`");
        case("01", "invalid number");
    }
}
