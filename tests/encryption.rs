//! Encrypted callbacks: read with their key, refused without it, and never taken for signed ones.
//!
//! The bodies were encrypted with OpenSSL 3, and padded with zero bytes before that:
//! `openssl enc -aes-128-ecb -nopad -K "$(printf 0123456789abcdef | xxd -p)" -a -A`.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::folder::Folder;

const BODY: &str =
    r#"{"workflow_id":"4cb9","workflow_name":"Olá 👋","status":"finished","actions":[]}"#;
const SHA_256: &str = "f9ba3f365caa289b9dfbacc5df5c7251a23b86fe5578da11d48f38298ef6ed3d";
/// The signatures of the body and of the body as sent, with the secret of the tests.
const OF_BODY: &str = "5b64acdf2ec8df9b137733c192a4d8d7217b4026ba5cdb962288d4a1e61aba9f";
const OF_ENCRYPTED: &str = "cc5fcf907953d635d8f180d07a76c59a951b152d7cc4b319ab73e081bb3db5aa";

const KEY: &str = "0123456789abcdef";
const AES_128: &str = "vllvalGgaBSCgFMo/Meu4cwn5wMrjkSvHmKt/b/0npLzWu5/ITwnPDTkfOag/27eSW7Zxqyuxvl83rj1xjXBw96og/7IoEWgoi+EwGLhT82WsngDzlESeu4aZstcbVhb";
const KEY_192: &str = "0123456789abcdef01234567";
const AES_192: &str = "D1jT7b4vTvpMRQGzqWpe/vVUS1fNsQHxJ5Edvm0Xwv7do3Wj4aAqlZQMIEk9u61HAZpqaYkNwp51vBFOYjiGp5njg4yncfAYH74BsTfgROP0+c3pZKXOu68B3RG1lTox";
/// Thirty-two bytes, or sixteen in hex.
const KEY_256: &str = "0123456789abcdef0123456789abcdef";
const AES_256: &str = "NS3OMR54iIJ8FI/+oKis9u/S4OGbjh5zwdC5857g5z6bukgsnJc/x9XEmB5bMRW+j6NUlHMW0Z4pNHJhjFfQOofFnHLEsCh0NWpYYmAvRYr+ScBbHVRInnlRI4Dv3CWG";
const AES_128_OF_HEX: &str = "UK+8R1uiWQENBoIqQzzPGUksqLxdQrbr9rPCPCjD3R+upQ0yNlhv/5z2acTLFVuF/0+g+gDen0dSx4jbneqXLdjug7+mHPExZkG2I2Xloloj4Gw5NhHfe6CXU+MNdkJ1";

const NO_KEY: &str =
    "the body is encrypted: name its key with --decrypt-key-file or --decrypt-key-env";
const WRONG_KEY: &str = "the body cannot be decrypted: the key is wrong, or the body was changed";

/// A request with these headers, which says that its body is encrypted.
fn request(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /hook HTTP/1.1\r\nIs-Encrypted: 1\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

fn with_checksum(body: &str) -> String {
    request(&format!("Signed: {SHA_256}\r\n"), body)
}

#[test]
fn a_key_of_any_length_is_read_in_any_spelling() {
    let folder = Folder::new("encryption-keys");
    let hex = |key: &str| hex::encode(key).to_uppercase();
    for (key, body) in [
        (KEY, AES_128),
        (KEY_192, AES_192),
        (KEY_256, AES_256),
        (KEY_256, AES_128_OF_HEX),
    ] {
        folder.write("encrypted.http", with_checksum(body));
        folder.write("unsummed.http", request("", body));
        for spelling in [key, &hex(key), &BASE64_STANDARD.encode(key)] {
            // The key of that body is the one that these digits spell.
            if body == AES_128_OF_HEX && spelling != key {
                continue;
            }
            folder.write("key", format!("{spelling}\r\n"));
            for input in ["encrypted.http", "unsummed.http"] {
                let run = folder.chatlog(&format!(
                    "extract --decrypted --decrypt-key-file key {input}"
                ));
                assert_eq!((run.code, run.text()), (0, BODY), "{spelling}: {run:?}");
            }
        }
    }
    folder.write("key", "too short");
    let message = "--decrypt-key-file: a key has 16, 24 or 32 bytes";
    folder
        .chatlog("show --decrypt-key-file key encrypted.http")
        .is(2, &[message]);
    folder
        .chatlog("show --decrypt-key-env CHATLOG_NO_SUCH_KEY encrypted.http")
        .is(2, &["--decrypt-key-env: the variable is not set"]);
}

#[test]
fn every_command_reads_an_encrypted_callback_like_any_other() {
    let folder = Folder::new("encryption-commands");
    let sample = fs::read("samples/encrypted/callback.http").expect("a sample");
    folder.write("callback.http", sample);
    folder.write("key", "chatlog-sample-k\n");
    let key = "--decrypt-key-file key callback.http";
    folder
        .chatlog(&format!("validate {key}"))
        .is(0, &["1 delivery: no problems"]);
    let show = folder.chatlog(&format!("show --format json {key}"));
    let shown: Value = serde_json::from_str(show.text()).expect("one line");
    let plain = fs::read_to_string("samples/plain-chat.json").expect("a sample");
    let plain: Value = serde_json::from_str(&plain).expect("JSON");
    assert_eq!(shown["session"]["summary"]["call_id"], plain["call_id"]);
    let note = "decrypted; `Signed` matches: a checksum, no proof of the sender";
    assert_eq!(shown["capture"]["notes"][0], note);
    folder.write("other.http", with_checksum(AES_128));
    folder.write("other-key", KEY);
    for format in ["table", "text", "html"] {
        let show = format!("show --format {format} --decrypt-key-file");
        for inputs in ["key callback.http", "other-key other.http"] {
            folder.chatlog(&format!("{show} {inputs}")).is(1, &[note]);
        }
    }
    // Nothing proves who sent it.
    for command in ["verify", "check"] {
        let run = folder.chatlog(&format!("{command} {key}"));
        run.is(1, &["there is no header `X-AIRudder-Sign`", "checksum"]);
        assert!(!run.text().contains("may be the signature"), "{run:?}");
    }
    let name = plain["workflow_name"].as_str().expect("a name");
    let redacted = folder.chatlog(&format!("show --redact {key}"));
    redacted.is(1, &["Workflow 1", "missing"]);
    assert!(!redacted.text().contains(name), "{redacted:?}");
}

#[test]
fn a_signature_may_cover_what_was_sent_or_what_was_encrypted() {
    let folder = Folder::new("encryption-signatures");
    folder.write("key", KEY);
    folder.write("encrypted.http", with_checksum(AES_128));
    for (signature, code, said) in [
        (OF_ENCRYPTED, 0, "the bytes as sent match"),
        (OF_BODY, 0, "the decoded bytes match"),
        (SHA_256, 1, "1 invalid"),
    ] {
        folder
            .chatlog(&format!(
                "verify --decrypt-key-file key --signature {signature} encrypted.http"
            ))
            .is(code, &[said]);
    }
}

#[test]
fn what_cannot_be_decrypted_is_said_and_stops_nothing_else() {
    let folder = Folder::new("encryption-refused");
    folder.write("key", KEY);
    folder.write("other-key", KEY_192);
    folder.write("encrypted.http", with_checksum(AES_128));
    folder.write("unsummed.http", request("", AES_128));
    folder.write("plain.json", BODY);
    for command in ["show", "validate", "verify", "check", "extract --decrypted"] {
        let run = folder.chatlog(&format!("{command} encrypted.http"));
        run.is(2, &["chatlog: encrypted.http:1:1: ", NO_KEY]);
        assert_eq!(run.stderr.lines().count(), 1, "{command}: {run:?}");
        for input in ["encrypted.http", "unsummed.http"] {
            let key = "--decrypt-key-file other-key";
            folder
                .chatlog(&format!("{command} {key} {input}"))
                .is(2, &[WRONG_KEY]);
        }
    }
    folder
        .chatlog("validate encrypted.http plain.json")
        .is(2, &[NO_KEY, "1 delivery: ", "1 other notification"]);
    let run = folder.chatlog("extract encrypted.http");
    assert_eq!((run.code, run.text()), (0, AES_128));

    // The first and the second block change places, which needs no key.
    let blocks = BASE64_STANDARD.decode(AES_128).expect("base64");
    let swapped = [&blocks[16..32], &blocks[..16], &blocks[32..]].concat();
    let sum = |sum: &str| request(&format!("Signed: {sum}\r\n"), AES_128);
    for (delivery, said) in [
        (with_checksum(&BASE64_STANDARD.encode(swapped)), WRONG_KEY),
        (sum("00"), "does not have the SHA-256 in `Signed`"),
        (with_checksum(&AES_128[..60]), "has 45 bytes"),
        (with_checksum("{}"), "is not base64: unexpected `{`"),
    ] {
        folder.write("changed.http", delivery);
        folder
            .chatlog("show --decrypt-key-file key changed.http plain.json#1")
            .is(2, &[said, "workflow_name Olá 👋"]);
    }
}
