//! Signatures: verdicts, why they fail, and the scheme that fits.
//!
//! Every signature written here was computed with `openssl dgst` (OpenSSL 3.0) over bytes that a
//! Python script printed, so that neither hashing nor printing is checked against itself.

use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, Instant};

use chatlog::Position;
use chatlog::delivery::CaptureFormat;
use chatlog::delivery::{Delivery, Fidelity, Headers};
use chatlog::diagnosis::{Budget, Diagnosis, SwapDetector, diagnose, discover};
use chatlog::signature::{
    Algorithm, Checks, Code, Encoding, Scheme, Secret, Signature, Unfilled, Verdict, sign, verify,
};
use chatlog::view::json::write_signature;
use chatlog::view::signature::DeliveryInfo;
use chatlog::{Origin, Text};

const SECRET: &str = "whatsapp-test-key";

/// As it was sent: spaces, escapes next to characters, `1.0` and 2^53 + 1.
const BODY: &str = r#"{"call_id": "c-7", "timestamp": 1742956800, "talk_round": 1.0, "wfdetail": 9007199254740993, "callee": "+34600", "messages": [{"text": "adi\u00f3s 👋 caf\u00e9 ☕", "url": "https://example.com/a?b=<c>&d"}, []], "variables": {}}"#;
const SIGNATURE: &str = "74b36421274af14a9a03fac9daed8bbe5b0ad60c546cb908a8f5e15a102021a2";

fn delivery<'a>(body: impl Into<std::borrow::Cow<'a, [u8]>>, signature: &'a str) -> Delivery<'a> {
    let mut headers = Headers::default();
    headers.push("x-airudder-sign", signature);
    Delivery {
        format: CaptureFormat::Body,
        fidelity: Fidelity::Exact,
        method: None,
        target: None,
        received_at: None,
        headers,
        body: body.into(),
        encoded_body: None,
        terminator: b"",
        ends_input: false,
        start: Position::START,
        body_start: None,
        notes: Vec::new(),
        ambiguities: Vec::new(),
    }
}

fn secret(secret: impl Into<Vec<u8>>) -> Secret {
    Secret::new(secret).expect("it is not empty")
}

fn scheme(scheme: &str) -> Scheme {
    scheme.parse().expect("it is a scheme")
}

fn checks() -> Checks {
    Checks::new(Scheme::default(), [secret(SECRET)])
}

#[track_caller]
fn is(signature: &Signature, verdict: Verdict, reason: &str) {
    assert_eq!(signature.verdict, verdict, "{signature:?}");
    let got = signature.reason.as_deref().unwrap_or_default();
    assert!(got.contains(reason), "{got:?} lacks {reason:?}");
    assert_eq!(signature.secret.is_some(), verdict == Verdict::Valid);
}

/// The verdict on a delivery, with its diagnosis.
fn explained(delivery: &Delivery<'_>, checks: &Checks) -> Signature {
    let mut signature = verify(delivery, checks);
    assert!(signature.hints.is_empty() && signature.tried.is_empty());
    if signature.is_mismatch() {
        let mut budget = Budget::unlimited();
        let Diagnosis { hints, tried } =
            diagnose(delivery, checks, &mut budget).expect("nothing is spent");
        signature.hints = hints;
        signature.tried = tried;
    }
    signature
}

#[track_caller]
fn hints(delivery: &Delivery<'_>, checks: &Checks, code: Code, message: &str) {
    let signature = explained(delivery, checks);
    assert_ne!(signature.verdict, Verdict::Valid);
    let codes: Vec<Code> = signature.hints.iter().map(|hint| hint.code).collect();
    assert_eq!(codes, [code], "{signature:?}");
    let got = &signature.hints[0].message;
    assert!(got.contains(message), "{got:?} lacks {message:?}");
}

#[test]
fn accepts_every_way_to_write_the_signature() {
    for value in [
        SIGNATURE,
        "74B36421274AF14A9A03FAC9DAED8BBE5B0AD60C546CB908A8F5E15A102021A2",
        "sha256=74b36421274af14a9a03fac9daed8bbe5b0ad60c546cb908a8f5e15a102021a2",
        "t=1,v1=74b36421274af14a9a03fac9daed8bbe5b0ad60c546cb908a8f5e15a102021a2",
        "dLNkISdK8UqaA/rJ2u2LvlsK1gxUbLkIqPXhWhAgIaI=",
        "dLNkISdK8UqaA_rJ2u2LvlsK1gxUbLkIqPXhWhAgIaI",
        "v1,AAAA v1,dLNkISdK8UqaA/rJ2u2LvlsK1gxUbLkIqPXhWhAgIaI=",
    ] {
        let signature = verify(&delivery(BODY.as_bytes(), value), &checks());
        assert_eq!(signature.verdict, Verdict::Valid, "{value}");
        assert_eq!(signature.reason, None);
    }
    let mut repeated = delivery(BODY.as_bytes(), "00");
    repeated.headers.push("X-AIRudder-Sign", SIGNATURE);
    assert_eq!(verify(&repeated, &checks()).verdict, Verdict::Valid);
}

#[test]
fn every_verdict_has_its_reason() {
    use Verdict::{Inconclusive, Invalid, Missing, Unchecked, Valid};
    let body = BODY.as_bytes();
    let forged = BODY.replace("c-7", "c-8");
    let forged = delivery(forged.as_bytes(), SIGNATURE);
    let no_secret = Checks::new(Scheme::default(), []);
    is(
        &verify(&delivery(body, SIGNATURE), &no_secret),
        Unchecked,
        "no secret",
    );
    is(
        &verify(&forged, &checks()),
        Invalid,
        "does not match the body",
    );
    is(
        &verify(&delivery(body, "not it"), &checks()),
        Invalid,
        "neither hex nor base64",
    );
    is(
        &verify(&delivery(body, &SIGNATURE[2..]), &checks()),
        Invalid,
        "has 31 bytes",
    );
    is(
        &verify(&delivery(body, " , "), &checks()),
        Missing,
        "`X-AIRudder-Sign` is empty",
    );

    let other = checks().with_header_name("X-Other");
    let reason = "no header `X-Other`; there is `x-airudder-sign`";
    is(&verify(&delivery(body, SIGNATURE), &other), Missing, reason);
    is(
        &verify(&forged, &checks().with_signature(SIGNATURE)),
        Invalid,
        "",
    );
    // A signature that is named is checked, and no other.
    is(
        &verify(&delivery(body, SIGNATURE), &checks().with_signature("00")),
        Invalid,
        "1 byte,",
    );
    is(
        &verify(&delivery(body, "00"), &checks().with_signature(SIGNATURE)),
        Valid,
        "",
    );
    is(
        &verify(
            &delivery(body, "00"),
            &checks().with_header("X-AIRUDDER-SIGN", SIGNATURE),
        ),
        Valid,
        "",
    );

    let posted = Checks::new(scheme("hmac-sha256:{method}{body}"), [secret(SECRET)]);
    is(
        &verify(&delivery(body, SIGNATURE), &posted),
        Inconclusive,
        "signs the method",
    );
}

#[test]
fn the_verdict_depends_on_how_faithful_the_body_is() {
    use Verdict::{Inconclusive, Invalid};
    let forged = BODY.replace("c-7", "c-8");
    for (fidelity, verdict, reason) in [
        (Fidelity::Exact, Invalid, "does not match the body"),
        (Fidelity::Text, Invalid, "kept the body as text"),
        (Fidelity::Decoded, Inconclusive, "decoded the body"),
        (Fidelity::Reserialized, Inconclusive, "wrote it again"),
        (Fidelity::Truncated, Inconclusive, "cut the body short"),
    ] {
        let with = |body| Delivery {
            fidelity,
            ..delivery(body, SIGNATURE)
        };
        is(
            &verify(&with(forged.as_bytes()), &checks()),
            verdict,
            reason,
        );
        is(
            &verify(&with(BODY.as_bytes()), &checks()),
            Verdict::Valid,
            "",
        );
    }
}

#[test]
fn says_which_bytes_were_signed() {
    let line = Delivery {
        terminator: b"\n",
        ..delivery(
            BODY.as_bytes(),
            "07acefb8168765375c4b1abe98340760253f63a33878f1d305bd89c590b37a81",
        )
    };
    is(
        &verify(&line, &checks()),
        Verdict::Valid,
        "the line matches with its line break",
    );

    let encoded = gzip(BODY.as_bytes());
    let mut sent = Delivery {
        fidelity: Fidelity::Decoded,
        encoded_body: Some(encoded.as_slice().into()),
        ..delivery(BODY.as_bytes(), SIGNATURE)
    };
    is(
        &verify(&sent, &checks()),
        Verdict::Valid,
        "the decoded bytes match",
    );
    let of_encoded = sign(&sent, &Scheme::default(), &secret(SECRET), Encoding::Hex);
    sent.headers = Headers::default();
    sent.headers.push(
        "X-AIRudder-Sign",
        of_encoded.expect("it needs the body alone"),
    );
    is(
        &verify(&sent, &checks()),
        Verdict::Valid,
        "the bytes as sent match",
    );
    sent.body = b"{}".into();
    sent.encoded_body = Some(b"other".into());
    is(&verify(&sent, &checks()), Verdict::Invalid, "");
}

#[test]
fn follows_the_scheme() {
    for (text, value) in [
        ("hmac-md5:{body}", "31b6b92655dd27e0d92d8bd586487e53"),
        ("hmac-sha1", "a1d62820a969cac0a94b1a546d6e986494f85544"),
        (
            "hmac-sha384",
            "74a0b10a96713165736a1babc4d07a6e869014c672be76321097f006e3026ced545a3bcf2b6e16e993604daed3ce4879",
        ),
        (
            "hmac-sha512",
            "40098822ae3760c7c21fead05405e4036d360461819f3b47d916211ec0f411bc90db76d28f7cdb7fc5d8d1125667ca7415c59b0e46cdb4a609d6c25a0bfa2e39",
        ),
        ("md5", "2955127275523b7ffe2e589fa04c3d37"),
        (
            "sha1:{body}{secret}",
            "00f11a1d22198beabf7b05fdf9e32e1139a86055",
        ),
        (
            "sha256:{secret}{body}",
            "afa04f142a6282316de7faaf313007e44a5b1a8f79e7437110edbbec65bfd2df",
        ),
        (
            "sha512:{secret}{timestamp}{body}",
            "ec973360632be9cd53b72e84d3dff27a156d5567a2116b911b50811d82931270d43d13a6c49da4eae327e885ba531164c78449539ab6f50957f8f64cdec787f4",
        ),
        (
            "hmac-sha256:{timestamp}.{body}",
            "4add6d0236f48430e585629653df05dc7a580904396b507219e4c55f4249c5c3",
        ),
        (
            "hmac-sha256:{method}{path}{body}",
            "1f4e97cac2f53a1a33b8857f18c59dff30e16e6da39965a1327f2f5fa412702c",
        ),
        (
            "hmac-sha256:v0:{header:x-nonce}:{body}",
            "c0de3d7ac2635cb71e90a31aa5a29a5972b2f7ee3e08bdaa7304e71dd7d0ca43",
        ),
        (
            "hmac-sha256:{{{body}}}",
            "f47974d16db1bacba3169a9407cb375e333c470274c033316743f8abe4ec2bb9",
        ),
    ] {
        let mut delivery = Delivery {
            method: Some("POST".into()),
            target: Some("https://example.com/hooks?id=1".into()),
            ..delivery(BODY.as_bytes(), value)
        };
        delivery.headers.push("X-Nonce", "n-1");
        let scheme = scheme(text);
        let checks = Checks::new(scheme.clone(), [secret("retired"), secret(SECRET)]);
        let signature = verify(&delivery, &checks);
        assert_eq!(signature.secret, Some(2), "{text}: {signature:?}");
        assert_eq!(signature.scheme, scheme.to_string());
        let made = sign(&delivery, &scheme, &secret(SECRET), Encoding::Hex);
        assert_eq!(made.as_deref(), Ok(value));
    }
}

#[test]
fn what_is_signed_is_valid_whatever_the_algorithm_and_encoding() {
    for algorithm in Algorithm::ALL {
        for encoding in [Encoding::Hex, Encoding::Base64] {
            let scheme = Scheme::new(*algorithm);
            let value = sign(
                &delivery(BODY.as_bytes(), ""),
                &scheme,
                &secret(SECRET),
                encoding,
            )
            .expect("it needs the body alone");
            let checks = Checks::new(scheme, [secret(SECRET)]);
            let valid = verify(&delivery(BODY.as_bytes(), &value), &checks);
            assert_eq!(valid.verdict, Verdict::Valid, "{algorithm} {encoding:?}");
            let longer = [BODY.as_bytes(), b" "].concat();
            let invalid = verify(&delivery(longer, &value), &checks);
            assert_eq!(
                invalid.verdict,
                Verdict::Invalid,
                "{algorithm} {encoding:?}"
            );
        }
    }
    let path = scheme("hmac-sha256:{path}{body}");
    let unsigned = sign(
        &delivery(b"{}".as_slice(), ""),
        &path,
        &secret(SECRET),
        Encoding::Hex,
    );
    assert_eq!(unsigned, Err(Unfilled::Path));
}

#[test]
fn hints_at_what_was_done_to_the_bytes() {
    let case = |saved: &[u8], value, code, message| {
        hints(&delivery(saved, value), &checks(), code, message);
    };
    let text = |saved: &str, value, code, message| case(saved.as_bytes(), value, code, message);
    let newline = "07acefb8168765375c4b1abe98340760253f63a33878f1d305bd89c590b37a81";
    let crlf = "7eafd87ec0fa92e7735c70bf9311bafe7edbbd8b448913cada46cdce4a376206";
    text(
        &format!("{BODY}\n"),
        SIGNATURE,
        Code::FinalNewlineAdded,
        "without its final line break",
    );
    text(
        &format!("{BODY}\r\n"),
        SIGNATURE,
        Code::FinalNewlineAdded,
        "without its final",
    );
    text(BODY, newline, Code::FinalNewlineLost, "(LF)");
    text(BODY, crlf, Code::FinalNewlineLost, "(CRLF)");

    let lines = BODY.replace(", \"", ",\n \"");
    let lines_crlf = lines.replace('\n', "\r\n");
    let of_lf = "40c997d75faba0b8f6502cef95896e86a70f613aeeb872a91d6fa0382e6c8d11";
    let of_crlf = "d664446bc5b955e0d05515f0543499924a2fe2f23047ba42bb0d50e5f6579f05";
    text(
        &lines_crlf,
        of_lf,
        Code::CrlfLineEndings,
        "with LF line endings in place of CRLF",
    );
    text(
        &lines,
        of_crlf,
        Code::CrlfLineEndings,
        "with CRLF line endings in place of LF",
    );
    let both = format!("{lines_crlf}\r\n");
    text(
        &both,
        of_lf,
        Code::CrlfLineEndings,
        "without its final line break and with LF",
    );

    let marked = "609d277935d6c2bde0b764e95fa83ca0f440c25534fb2bf3ac6a1d146bc0883e";
    text(
        &format!("\u{feff}{BODY}"),
        SIGNATURE,
        Code::Bom,
        "without its byte order mark",
    );
    text(BODY, marked, Code::Bom, "with a byte order mark");

    case(
        &gzip(BODY.as_bytes()),
        SIGNATURE,
        Code::ContentEncoding,
        "gzip",
    );
    let latin = BODY.replace(r"adi\u00f3s 👋", "adiÃ³s").replace('☕', "");
    let of_latin = "5b7944a8ddddc997645865031b030938697d738e03fd5d094aba058631224fdd";
    text(&latin, of_latin, Code::ContentEncoding, "read as Latin-1");
}

#[test]
fn hints_at_how_the_body_was_printed() {
    let tokens: String = BODY.replace(", ", ",").replace(": ", ":");
    for (saved, value, code, message) in [
        // The signed bytes keep `1.0`, 2^53 + 1 and each escape.
        (
            BODY,
            "766d39b2bb4a24a5c68f14459355aaf4b312c670391f37b49f8c77274d3bb11f",
            Code::ReprintedCompact,
            "printed compactly would match",
        ),
        (
            BODY,
            "6a987d6d6bbc8b637cccc754a3713e3f35a7f63b51e1ba0f48f9b03569305c30",
            Code::ReprintedCompact,
            "compactly and with a final line break",
        ),
        (
            &tokens,
            SIGNATURE,
            Code::ReprintedIndented,
            "a space after each comma and colon",
        ),
        (
            &tokens,
            "2a6966f3b8280bf2982778584881dc5f550c559c961be241e8fd28d3f7d6bba2",
            Code::ReprintedIndented,
            "with 2 spaces of indentation",
        ),
        // JavaScript's `JSON.stringify(body)` and `JSON.stringify(body, null, 2)`.
        (
            BODY,
            "06efb80388ebee02e265a9318ec5997d414654cef80a80204ed7619a82027695",
            Code::ReprintedCompact,
            "as JavaScript prints them",
        ),
        (
            BODY,
            "3c82bd62576a88684676ff1c56f9fcbfd3b2aeb3bbefa06fe1f3bf6e68359753",
            Code::ReprintedIndented,
            "2 spaces of indentation, with no more escapes than needed, with numbers",
        ),
        // Python's `json.dumps`, by default and with `sort_keys`, `indent` and `ensure_ascii`.
        (
            BODY,
            "f60191a923022dccc7ef1b866ad6fb6305e0d4f3ffbf782864b11e40db6e12fa",
            Code::ReprintedAscii,
            "with characters outside ASCII escaped",
        ),
        (
            BODY,
            "f1bba0e27ee4cdbed396ea37aeb15123cde0190d29b79284d69bc0eebd1875fa",
            Code::ReprintedSorted,
            "with its keys sorted, with characters outside ASCII escaped",
        ),
        (
            BODY,
            "0154f02aa9d0e7ecd7b5392301471ecbc5c6e8825ffed87b0acaef55fee068ae",
            Code::ReprintedSorted,
            "4 spaces of indentation, with its keys sorted",
        ),
        (
            BODY,
            "3d2522d1aa7586feab391b1e95529545b8b480831fad2b20a7147b3eb1003cb4",
            Code::ReprintedIndented,
            "with tabs",
        ),
        (
            BODY,
            "d137cdf1d6508980485b0768922371a7515a079fcedafb7cffe5e371e333bdd5",
            Code::ReprintedSorted,
            "compactly, with its keys sorted, with no more escapes",
        ),
        // PHP's `json_encode`, and Go's `json.Marshal` of a map.
        (
            BODY,
            "4bae1047dd47af820328f92d678e7a54fc822d93c5e93c6a63a5fa42930c6342",
            Code::ReprintedCompact,
            "outside ASCII escaped, with `/` escaped",
        ),
        (
            BODY,
            "da415f838f1fe438bbd2928abed4570ef741de9ed76771874ca4408d8f0fc360",
            Code::ReprintedSorted,
            "with `<`, `>` and `&` escaped",
        ),
        (
            BODY,
            "70054527b1eb3e689254263d19cd2e5e00feff304bcab0fa5060ad023d048681",
            Code::ReprintedAscii,
            "with `/` escaped",
        ),
    ] {
        let saved = Delivery {
            fidelity: Fidelity::Reserialized,
            ..delivery(saved.as_bytes(), value)
        };
        hints(&saved, &checks(), code, message);
        assert_eq!(verify(&saved, &checks()).verdict, Verdict::Inconclusive);
    }
}

#[test]
fn hints_at_what_the_secret_and_the_algorithm_are() {
    let newline = "07acefb8168765375c4b1abe98340760253f63a33878f1d305bd89c590b37a81";
    for (secrets, value, code, message) in [
        (
            &["whatsapp-test-key\r\n"][..],
            SIGNATURE,
            Code::SecretWhiteSpace,
            "with the secret without the white space",
        ),
        (
            &[SECRET],
            "81cc98a43968fe25dccdf58501f459e2fb9a89249d47cd207d134f4d49e948f7",
            Code::SecretWhiteSpace,
            "and a line break after it",
        ),
        (
            &["'whatsapp-test-key'"],
            SIGNATURE,
            Code::SecretQuotes,
            "without the quotes",
        ),
        (
            &["retired", "\"whatsapp-test-key\"\n"],
            SIGNATURE,
            Code::SecretQuotes,
            "with secret 2 without the quotes",
        ),
        (
            &["77686174736170702d746573742d6b6579"],
            SIGNATURE,
            Code::SecretHex,
            "decoded from hex",
        ),
        (
            &["d2hhdHNhcHAtdGVzdC1rZXk="],
            SIGNATURE,
            Code::SecretBase64,
            "decoded from base64",
        ),
        (
            &["whsec_d2hhdHNhcHAtdGVzdC1rZXk"],
            SIGNATURE,
            Code::SecretBase64,
            "decoded from base64",
        ),
        (
            &[SECRET],
            "a1d62820a969cac0a94b1a546d6e986494f85544",
            Code::OtherAlgorithm,
            "under `hmac-sha1:{body}`",
        ),
        (
            &[SECRET],
            "2955127275523b7ffe2e589fa04c3d37",
            Code::OtherAlgorithm,
            "under `md5:{body}{secret}`",
        ),
        (
            &[SECRET],
            "c58c383e27d145b5d833599b76010be5d063f1bff7f4cc6e7b88ba76ed974257",
            Code::OtherAlgorithm,
            "`sha256:{body}`, which has no secret in it",
        ),
        // Two at once.
        (
            &["77686174736170702d746573742d6b6579"],
            newline,
            Code::SecretHex,
            "a final line break (LF) would match with the secret decoded from hex",
        ),
        (
            &["whatsapp-test-key "],
            "a1d62820a969cac0a94b1a546d6e986494f85544",
            Code::OtherAlgorithm,
            "under `hmac-sha1:{body}` with the secret without",
        ),
        (
            &[SECRET],
            "49f31d22d6f543a756923befadc3559905fe6a48",
            Code::OtherAlgorithm,
            "final line break (LF) would match under `hmac-sha1",
        ),
    ] {
        let secrets = secrets.iter().map(|value| secret(*value));
        let checks = Checks::new(Scheme::default(), secrets);
        hints(&delivery(BODY.as_bytes(), value), &checks, code, message);
    }
}

#[test]
fn says_what_was_tried_in_vain() {
    let foreign = "00".repeat(32);
    let signature = explained(&delivery(BODY.as_bytes(), &foreign), &checks());
    assert!(signature.hints.is_empty());
    assert_eq!(signature.tried.len(), 5, "{:?}", signature.tried);

    let long = format!("\"{}\"", "x".repeat(17 << 20));
    let limited = Checks::new(scheme("hmac-md5"), [secret(SECRET)]);
    let foreign = "00".repeat(16);
    let signature = explained(&delivery(long.as_bytes(), &foreign), &limited);
    let limit = "no other ways to print JSON, as the body is over 16 MiB";
    assert!(signature.tried.contains(&limit), "{:?}", signature.tried);
}

#[test]
fn finds_deliveries_that_were_swapped() {
    let other = r#"{"timestamp": 1742956801}"#;
    let of_other = "5afafc89361838bce55d0bee2587058c75fd503a1e5b7d55b95403a234473b2e";
    let mut swaps = SwapDetector::default();
    let mut enter = |source, index, body: &str, value: &str| {
        let signature = verify(&delivery(body.as_bytes(), value), &checks());
        assert_eq!(signature.hints, []);
        swaps.enter(source, index, &signature)
    };
    let foreign = "00".repeat(32);
    let lines = [
        enter("a.ndjson", 1, BODY, of_other),
        enter("a.ndjson", 2, other, SIGNATURE),
        enter("b\u{1b}.json", 1, other, of_other),
        enter("c.json", 1, "{}", SIGNATURE),
        enter("d.json", 1, "[]", &foreign),
    ];
    let found = lines.map(|line| swaps.hint(line.expect("there is room")));
    let message = |index: usize| found[index].as_ref().map(|hint| hint.message.as_str());
    let swapped = "the signatures of this delivery and `a.ndjson#2` are swapped";
    assert!(
        message(0).is_some_and(|got| got.starts_with(swapped)),
        "{found:?}"
    );
    assert!(message(1).is_some_and(|got| got.contains("`a.ndjson#1`")));
    assert_eq!(message(2), None, "it is valid");
    let copied = "the signature is that of `a.ndjson#1`;";
    assert!(
        message(3).is_some_and(|got| got.starts_with(copied)),
        "{found:?}"
    );
    assert_eq!(message(4), None);
    assert!(
        found
            .iter()
            .flatten()
            .all(|hint| hint.code == Code::SwappedDeliveries)
    );

    let missing = verify(&delivery(b"".as_slice(), ""), &checks());
    let entered = (0..SwapDetector::MAX_DELIVERIES)
        .filter(|index| swaps.enter("e", *index, &missing).is_some());
    assert_eq!(entered.count(), SwapDetector::MAX_DELIVERIES - 5);
}

#[test]
fn discovers_the_scheme_that_fits_all() {
    let other = r#"{"timestamp": 1742956801}"#;
    let one = delivery(
        BODY.as_bytes(),
        "4add6d0236f48430e585629653df05dc7a580904396b507219e4c55f4249c5c3",
    );
    let two = delivery(
        other.as_bytes(),
        "f1fdfd08cf4ed58e9369b2bfba70ccd6f897ff46b647366ca7d0bc10fcf0291f",
    );
    let odd = delivery(other.as_bytes(), SIGNATURE);
    let found = |deliveries: &[&Delivery<'_>]| -> Vec<String> {
        let schemes = discover(deliveries.iter().copied(), &checks());
        schemes.iter().map(Scheme::to_string).collect()
    };
    assert_eq!(found(&[&one, &two]), ["hmac-sha256:{timestamp}.{body}"]);
    assert!(found(&[&one, &two, &odd]).is_empty());
    assert!(found(&[]).is_empty());

    let mut dated = delivery(
        BODY.as_bytes(),
        "sha256=c0de3d7ac2635cb71e90a31aa5a29a5972b2f7ee3e08bdaa7304e71dd7d0ca43",
    );
    dated.headers.push("X-Nonce", "v0:n-1");
    assert_eq!(found(&[&dated]), ["hmac-sha256:{header:X-Nonce}:{body}"]);
}

/// A signature as `--format json` has it.
fn as_json(signature: &Signature) -> serde_json::Value {
    let origin = Origin {
        source: Text::from("a"),
        index: 1,
    };
    let about = delivery(b"", "");
    let info = DeliveryInfo::of(&origin, &about);
    let mut line = Vec::new();
    write_signature(&info, signature, None, &mut line).expect("memory can be written");
    let mut line: serde_json::Value = serde_json::from_slice(&line).expect("a line of JSON");
    line["signature"].take()
}

#[test]
fn serializes_as_promised() {
    let signature = explained(
        &delivery(format!("{BODY}\n").into_bytes(), SIGNATURE),
        &checks(),
    );
    let json = as_json(&signature);
    assert_eq!(
        json,
        serde_json::json!({
            "verdict": "invalid",
            "scheme": "hmac-sha256:{body}",
            "scheme_source": null,
            "header": "X-AIRudder-Sign",
            "header_source": null,
            "reason": "the signature does not match the body",
            "hints": [{
                "code": "final-newline-added",
                "message": "the body without its final line break would match; editors and shells add one when they save",
                "difference": {
                    "offset": BODY.len(),
                    "before": format!("…{}", &BODY[BODY.len() - 24..]),
                    "received": "\n",
                    "signed": ""
                }
            }],
            "secret": null
        })
    );
}

#[test]
fn secrets_stay_secret() {
    let word = "77686174736170702d746573742d6b6579";
    let given = [
        word,
        "d2hhdHNhcHAtdGVzdC1rZXk=",
        " 'hunter2-hunter2' \n",
        SECRET,
    ];
    let given_checks = Checks::new(Scheme::default(), given.map(secret));
    let mut said = format!(
        "{:?} {:?} {:?}",
        secret(word),
        given_checks,
        Secret::new("")
    );
    let mut swaps = SwapDetector::default();
    for body in [BODY, "{}", "", "\u{feff}[1"] {
        for value in [SIGNATURE, "", "x", "00000000000000000000000000000000"] {
            let saved = delivery(body.as_bytes(), value);
            let mut signature = explained(&saved, &given_checks);
            let line = swaps.enter("a", 1, &signature);
            signature
                .hints
                .extend(line.and_then(|line| swaps.hint(line)));
            write!(said, "{signature:?} {}", as_json(&signature)).expect("strings take everything");
        }
    }
    write!(said, "{swaps:?}").expect("strings take everything");
    let secrets = ["776861747361", "d2hhdHNhcHAt", "hunter2", SECRET];
    // Nor the signature of `{}`, which would let anybody forge one.
    let forged = sign(
        &delivery(b"{}".as_slice(), ""),
        &Scheme::default(),
        &secret(SECRET),
        Encoding::Hex,
    )
    .expect("it needs the body alone");
    for hidden in secrets.into_iter().chain([forged.as_str()]) {
        assert!(!said.contains(hidden), "{hidden} in {said}");
        let bytes = format!("{:?}", hidden.as_bytes());
        assert!(
            !said.contains(bytes.trim_matches(['[', ']'])),
            "{hidden} in {said}"
        );
    }
}

#[test]
fn hostile_deliveries_do_no_harm() {
    let started = Instant::now();
    let foreign = "00".repeat(32);
    let huge = format!("{}{}", "sha256=,".repeat(1 << 20), "a".repeat(2 << 20));
    let _ = verify(&delivery(BODY.as_bytes(), &huge), &checks());
    for body in [
        "[".repeat(1 << 20),
        format!("{}{}", "[".repeat(1000), "]".repeat(1000)),
        format!("{}1{}", "{\"a\":".repeat(127), "}".repeat(127)),
        r#"{"a":"\ud83d","b":1e999,"c":-0.0,"b":"\u12"#.to_owned(),
        r#"{"a":"\ud83d\u0041","b":1e999,"c":-0.0,"b":"\/"}"#.to_owned(),
    ] {
        let signature = explained(&delivery(body.as_bytes(), &foreign), &checks());
        is(&signature, Verdict::Invalid, "does not match the body");
    }
    let stamped = Checks::new(scheme("hmac-sha256:{timestamp}{body}"), [secret(SECRET)]);
    for cut in 0..BODY.len() {
        let body = &BODY.as_bytes()[..cut];
        assert_ne!(
            verify(&delivery(body, &foreign), &stamped).verdict,
            Verdict::Valid
        );
    }
    let bomb = gzip(&vec![b' '; 17 << 20]);
    is(
        &explained(&delivery(bomb, &foreign), &checks()),
        Verdict::Invalid,
        "",
    );
    assert!(
        started.elapsed() < Duration::from_mins(2),
        "work is bounded"
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
