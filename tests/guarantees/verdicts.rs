//! A check that fails says why, in every format.

use std::fs;

use serde_json::{Value, json};

use crate::folder::{Folder, Run, SECRET, run};

/// The signatures of OpenSSL over `{"n": 1}` and `{"n": 2}`.
const ONE: &str = "c4c16d1ef078d31f4cb1fa241a132052acf29b73f3da2b774bff80a959479ff9";

/// A notification that is as it should be, and the signature of OpenSSL over it.
const GOOD: &str = "GOOD_BODY";

fn signed(signature: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nX-AIRudder-Sign: {signature}\r\n\r\n{body}")
}
