//! `chatlog replay` sends what was received, byte for byte, and tells how it was answered.
//!
//! The receiver is a socket of the test, which keeps every byte that it reads.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::{Folder, Run};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";
const REFUSAL: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";

/// A receiver that keeps the requests.
struct Server {
    port: u16,
    requests: Receiver<Vec<u8>>,
}

impl Server {
    /// Answers one connection after another, with each of these answers once.
    fn answering(answers: &[&'static [u8]]) -> Self {
        let answers = answers.to_vec();
        Self::new("127.0.0.1:0", move |listener, requests| {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let request = request(&mut stream);
                assert_nobody_waits(listener);
                requests.send(request).expect("the test runs");
                drop(stream.write_all(answer));
                end(&stream);
            }
        })
    }

    /// Does anything with its connections, in a thread of its own.
    fn new(
        address: &str,
        serve: impl FnOnce(&TcpListener, &Sender<Vec<u8>>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || serve(&listener, &sender));
        Self { port, requests }
    }

    /// The requests so far.
    fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.try_iter().collect()
    }

    /// The only request so far.
    #[track_caller]
    fn request(&self) -> Vec<u8> {
        let [request] = <[_; 1]>::try_from(self.requests()).expect("one request");
        request
    }

    /// Sends to it.
    fn replay(&self, folder: &Folder, arguments: &str) -> Run {
        let port = self.port;
        folder.chatlog(&format!(
            "replay --to http://127.0.0.1:{port}/hook?a=b {arguments}"
        ))
    }
}

/// Reads a request, whose length must be given.
fn request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut block = [0; 4096];
    while whole_length(&request).is_none_or(|length| request.len() < length) {
        match stream.read(&mut block) {
            Ok(0) => break,
            Ok(count) => request.extend(&block[..count]),
            Err(error) => panic!("{error}"),
        }
    }
    request
}

/// The length of a request, as its head gives it.
fn whole_length(request: &[u8]) -> Option<usize> {
    let head = request.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&request[..head]).expect("a head of text");
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    Some(head + length?.parse::<usize>().expect("a length"))
}

/// Ends a connection so that the answer arrives even if something was not read.
fn end(stream: &TcpStream) {
    drop(stream.shutdown(Shutdown::Write));
    drop(stream.set_read_timeout(Some(Duration::from_secs(10))));
    let mut stream = stream;
    let mut block = [0; 4096];
    while matches!(stream.read(&mut block), Ok(count) if count > 0) {}
}

/// Asserts that the next request waits for the answer to this one.
fn assert_nobody_waits(listener: &TcpListener) {
    thread::sleep(Duration::from_millis(5));
    listener.set_nonblocking(true).expect("a socket");
    let next = listener.accept().map_err(|error| error.kind());
    assert_eq!(next.err(), Some(ErrorKind::WouldBlock));
    listener.set_nonblocking(false).expect("a socket");
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples/captures")
        .join(name);
    std::fs::read(path).expect("a sample")
}

fn body_of(message: &[u8]) -> &[u8] {
    let head = message.windows(4).position(|it| it == b"\r\n\r\n");
    &message[head.expect("a head") + 4..]
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn headers_are_sent_as_they_were_received_but_for_those_of_the_connection() {
    let folder = Folder::new("replay-headers");
    let body = b"{\"a\": \"\xff\", \"b\":\t1.0 }\r\n";
    let head = "POST /old?path=1 HTTP/1.1\r\nX-First: 1\r\nhOsT: hooks.example.com:8443\r\nx-airudder-SIGN: 5f1c\r\nConnection: keep-alive, X-Hop\r\nX-Hop: a\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: Basic dTpw\r\nTE: trailers\r\nUpgrade: h2c\r\nExpect: 100-continue\r\ncontent-LENGTH: 23\r\nX-Twice: 1\r\nX-TWICE: 2\r\nX-Empty: \r\nX-Accents: é, ü\r\nCookie: a=1\r\nAuthorization: Bearer t\r\n\r\n";
    folder.write("a.http", [head.as_bytes(), body].concat());
    let server = Server::answering(&[OK]);
    let run = server.replay(&folder, "a.http");
    run.is(0, &["a.http  200 OK  ", " ms  {\"ok\":true}\n"]);
    assert_eq!(run.stderr, "");
    let want = format!(
        "POST /hook?a=b HTTP/1.1\r\nX-First: 1\r\nhOsT: 127.0.0.1:{}\r\nx-airudder-SIGN: 5f1c\r\ncontent-LENGTH: 23\r\nX-Twice: 1\r\nX-TWICE: 2\r\nX-Empty: \r\nX-Accents: é, ü\r\nCookie: a=1\r\nAuthorization: Bearer t\r\nConnection: close\r\n\r\n",
        server.port
    );
    let sent = server.request();
    assert_eq!(
        String::from_utf8_lossy(&sent[..sent.len() - body.len()]),
        want
    );
    assert_eq!(body_of(&sent), body);
}

#[test]
fn bodies_are_sent_as_they_were_on_the_wire() {
    let folder = Folder::new("replay-bodies");
    let plain = sample("body.json");
    for (name, want, encoding) in [
        ("http-gzip.http", None, Some("gzip")),
        ("http-deflate.http", None, Some("deflate")),
        // The chunks are joined, and the length takes their place.
        ("http-chunked.http", Some(&plain), None),
        ("ngrok.json", Some(&plain), None),
    ] {
        folder.write(name, sample(name));
        let server = Server::answering(&[OK]);
        let run = server.replay(&folder, name);
        run.is(0, &[]);
        assert_eq!(run.stderr, "", "{name}");
        let sent = server.request();
        let received = sample(name);
        let want = want.map_or_else(|| body_of(&received), |body| body.as_slice());
        assert!(body_of(&sent) == want, "{name}");
        let head = text(&sent[..sent.len() - want.len()]).to_ascii_lowercase();
        let found = head
            .lines()
            .find_map(|it| it.strip_prefix("content-encoding: "));
        assert_eq!(found, encoding, "{name}");
        assert!(!head.contains("transfer-encoding"), "{name}");
    }
}

#[test]
fn what_the_capture_did_not_keep_is_said_once_for_all_deliveries() {
    const BODY: &str = r#"{"callee": 1, "call_id": 2, "robot_id": 3}"#;
    let folder = Folder::new("replay-notes");
    let har = |headers: &str| {
        format!(
            r#"{{"request": {{"method": "POST", "url": "https://hooks.example.com/", "headers": [{headers}], "postData": {{"mimeType": "application/json", "text": "{{\"callee\": 1, \"call_id\": 2, \"robot_id\": 3}}"}}}}}}"#
        )
    };
    let pair = |name: &str, value: &str| format!(r#"{{"name": "{name}", "value": "{value}"}}"#);
    let headers = [
        pair(":method", "POST"),
        pair("content-encoding", "gzip"),
        pair("X-Split", r"a\r\nX-Injected: b"),
        pair("X Space", "a"),
        pair("X-Kept", "a"),
    ]
    .join(", ");
    let entries = [
        har(&headers),
        har(&headers),
        har(&pair("Content-Type", "text/x")),
    ];
    let log = format!(r#"{{"log": {{"entries": [{}]}}}}"#, entries.join(", "));
    folder.write("a.har", log);
    folder.write(
        "cut.http",
        "POST / HTTP/1.1\r\nX: 1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    );
    folder.write("bare.json", "{\"callee\": 2}\n");
    folder.write("latin.http", b"POST / HTTP/1.1\r\nX: \xe9\r\n\r\n{}");
    let server = Server::answering(&[OK; 6]);
    let run = server.replay(&folder, "a.har cut.http bare.json latin.http");
    run.is(0, &["a.har#2  200 OK", "6 deliveries: 6 accepted\n"]);
    assert_eq!(
        run.stderr,
        "chatlog: 1 delivery: U+FFFD in a header may replace bytes that were not UTF-8\n\
         chatlog: 2 deliveries: sent without Content-Encoding: the encoding was undone before the body was saved\n\
         chatlog: 2 deliveries: sent without headers whose names or values are invalid\n\
         chatlog: 1 delivery: the capture cut the body off: only its start was sent\n\
         chatlog: 1 delivery: the capture kept the body as text: its bytes may differ from those received\n\
         chatlog: 2 deliveries: the capture kept the body decoded: its bytes may differ from those received\n",
    );
    let host = format!("127.0.0.1:{}", server.port);
    let sent = server.requests();
    let sent: Vec<&str> = sent.iter().map(|request| text(request)).collect();
    let request = |headers: &str, body: &str| {
        let length = body.len();
        format!(
            "POST /hook?a=b HTTP/1.1\r\nHost: {host}\r\n{headers}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let decoded = request("X-Kept: a", BODY);
    let want = [
        decoded.clone(),
        decoded,
        request("Content-Type: text/x", BODY),
        request("X: 1", "{"),
        request("Content-Type: application/json", "{\"callee\": 2}\n"),
        request("X: \u{fffd}", "{}"),
    ];
    assert_eq!(sent, want);
}

/// Answers, and what is printed of them after the time.
#[rustfmt::skip]
const ANSWERS: &[(&[u8], i32, &str, &str)] = &[
    (OK, 0, "200 OK", r#"{"ok":true}"#),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 0, "204 No Content", ""),
    (b"HTTP/1.1 200\r\n\r\nno length\nand two lines\n", 0, "200", r"no length\nand two lines"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 0, "200 OK", "abcde"),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 1\r\n\r\nx", 0, "202 Accepted", "x"),
    (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", 0, "200 OK", "(gzip data)"),
    (b"HTTP/1.1 200 \x1b[31mOK\r\n\r\n", 2, "", ""),
    (b"HTTP/1.1 500 Internal Server Error\r\n\r\n\x1b]0;title\x07\xff\xe2\x80\xae", 1, "500 Internal Server Error", "\\u{1b}]0;title\\u{7}\u{fffd}\\u{202e}"),
    (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", 1, "302 Found", "redirects to http://192.0.2.1/ (not followed)"),
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 1, "404 Not Found", ""),
];

#[test]
fn each_answer_is_a_line_and_decides_the_exit_code() {
    let folder = Folder::new("replay-answers");
    folder.write("a.json", "{}");
    for (answer, code, status, preview) in ANSWERS {
        let server = Server::answering(&[answer]);
        let run = server.replay(&folder, "a.json");
        run.is(*code, &[]);
        if status.is_empty() {
            run.is(2, &["the answer is not HTTP"]);
            assert_eq!(run.text(), "");
            continue;
        }
        let line = run.text().strip_suffix('\n').expect("a line");
        let rest = line
            .strip_prefix(&format!("a.json  {status}  "))
            .expect(line);
        let (milliseconds, shown) = rest.split_once(" ms").expect(rest);
        milliseconds.parse::<u64>().expect("a number");
        assert_eq!(shown.trim_start(), *preview, "{line}");
    }
}

#[test]
fn an_answer_without_an_end_is_read_as_far_as_it_is_shown() {
    let folder = Folder::new("replay-endless");
    folder.write("a.json", "{}");
    let serve = |listener: &TcpListener, _: &Sender<Vec<u8>>| {
        for head in [
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        ] {
            let (mut stream, _) = listener.accept().expect("a connection");
            request(&mut stream);
            let mut written = stream.write_all(head.as_bytes());
            while written.is_ok() {
                written = stream.write_all("é".repeat(1 << 15).as_bytes());
            }
        }
    };
    let server = Server::new("127.0.0.1:0", serve);
    let run = server.replay(&folder, "a.json --width 80");
    run.is(0, &["ééé…\n"]);
    let run = server.replay(&folder, "a.json --format json");
    let line: Value = serde_json::from_str(run.text()).expect("JSON");
    assert_eq!(line["body"].as_str().map(str::len), Some(4096));
    assert_eq!(line["body_is_cut"], true);
}

#[test]
fn json_has_a_line_for_each_delivery_answered_or_not() {
    let folder = Folder::new("replay-json");
    folder.write("a.ndjson", "{\"n\": 1}\n{\"n\": 2}\n{\"n\": 3}\n");
    let server = Server::answering(&[OK, b"", REFUSAL]);
    let run = server.replay(&folder, "a.ndjson --format json");
    assert_eq!(run.code, 2);
    assert_eq!(
        run.stderr,
        format!(
            "chatlog: a.ndjson#2: 127.0.0.1:{}: the connection was closed before an answer\n",
            server.port
        )
    );
    let lines: Vec<Value> = run
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .map(|mut line: Value| {
            let time = line["milliseconds"].take();
            assert_eq!(time.is_u64(), !line["status"].is_null());
            line
        })
        .collect();
    let line = |index: usize, status: Value, reason: &str, body: Value, error: Value| {
        serde_json::json!({
            "source": "a.ndjson", "index": index, "status": status, "reason": reason,
            "milliseconds": null, "location": null, "body": body, "body_encoding": null,
            "body_is_cut": false, "error": error, "notes": [],
        })
    };
    let closed = format!(
        "127.0.0.1:{}: the connection was closed before an answer",
        server.port
    );
    let want = [
        line(1, 200.into(), "OK", r#"{"ok":true}"#.into(), Value::Null),
        line(2, Value::Null, "", Value::Null, closed.into()),
        line(3, 401.into(), "Unauthorized", "".into(), Value::Null),
    ];
    assert_eq!(lines, want);
}

#[test]
fn a_delivery_without_an_answer_does_not_stop_the_others() {
    let folder = Folder::new("replay-failures");
    folder.write("a.ndjson", "{\"n\": 1}\n{\"n\": 2}\n");
    for (answer, why) in [
        (&b""[..], "the connection was closed before an answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
            "the connection was closed within the answer",
        ),
        (
            b"SSH-2.0-OpenSSH_9.6\r\n",
            "the answer is not HTTP: it does not start with a status line",
        ),
        (
            b"\x15\x03\x03\x00\x02\x02\x16",
            "the answer is not HTTP: the server expects TLS",
        ),
    ] {
        let server = Server::answering(&[answer, OK]);
        let run = server.replay(&folder, "a.ndjson");
        run.is(2, &["a.ndjson: 127.0.0.1:", why, "a.ndjson#2  200 OK"]);
        assert!(
            run.text()
                .ends_with("2 deliveries: 1 accepted, 1 not answered\n")
        );
    }
    let server = Server::answering(&[REFUSAL, OK]);
    server
        .replay(&folder, "a.ndjson")
        .is(1, &["401 Unauthorized", "1 accepted, 1 refused"]);
    let server = Server::answering(&[REFUSAL, OK]);
    server
        .replay(&folder, "a.ndjson --fail-fast")
        .is(1, &["401 Unauthorized"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_target_that_does_not_answer_is_not_waited_for_longer_than_the_limit() {
    let folder = Folder::new("replay-slow");
    folder.write("a.ndjson", "{\"n\": 1}\n{\"n\": 2}\n");
    let server = Server::new("127.0.0.1:0", |listener, _| {
        let (mut silent, _) = listener.accept().expect("a connection");
        request(&mut silent);
        let (mut slow, _) = listener.accept().expect("a connection");
        request(&mut slow);
        // A byte at a time, which would never end.
        for byte in b"HTTP/1.1 200 OK\r\nX: ".iter().chain([b'x'; 1000].iter()) {
            drop(slow.write_all(&[*byte]));
            thread::sleep(Duration::from_millis(50));
        }
    });
    let started = Instant::now();
    let run = server.replay(&folder, "a.ndjson --timeout 1");
    run.is(
        2,
        &[
            "no complete answer within 1 s",
            "2 deliveries: 2 not answered",
        ],
    );
    assert!(started.elapsed() < Duration::from_secs(10));

    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let run = folder.chatlog(&format!("replay --to http://127.0.0.1:{port} a.ndjson"));
    run.is(
        2,
        &[
            "a.ndjson#2: 127.0.0.1:",
            "cannot connect",
            "no program listens there",
        ],
    );
}

#[test]
fn an_answer_that_comes_before_the_whole_request_is_not_lost() {
    let folder = Folder::new("replay-early");
    let body = format!("{{\"a\": \"{}\"}}", "x".repeat(16 << 20));
    folder.write("big.json", &body);
    let server = Server::new("127.0.0.1:0", |listener, _| {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut start = [0; 1024];
        stream
            .read_exact(&mut start)
            .expect("the start of a request");
        let answer = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\n\r\ntoo big";
        stream
            .write_all(answer.as_bytes())
            .expect("the client reads");
        // What was not read stays so, as long as the client is there.
        thread::sleep(Duration::from_millis(500));
    });
    server
        .replay(&folder, "big.json")
        .is(1, &["big.json  413 Content Too Large", "too big"]);

    let server = Server::answering(&[OK]);
    server.replay(&folder, "big.json").is(0, &["200 OK"]);
    assert!(body_of(&server.request()) == body.as_bytes());
}

#[test]
fn what_is_signed_anew_is_valid_as_it_is_sent() {
    let folder = Folder::new("replay-sign");
    folder.write("http.http", sample("http.http"));
    folder.write("http-gzip.http", sample("http-gzip.http"));
    folder.write("body.json", sample("body.json"));
    folder.write("har.har", sample("har.har"));
    for (input, scheme) in [
        ("http.http", "hmac-sha256:{body}"),
        ("http-gzip.http", "hmac-sha256:{encoded_body}"),
        ("body.json", "hmac-sha512:{timestamp}.{body}"),
        (
            "har.har",
            "hmac-sha1:{method}{path}{header:host}{header:content-length}{body}",
        ),
    ] {
        let server = Server::answering(&[OK]);
        server
            .replay(&folder, &format!("--sign --scheme {scheme} {input}"))
            .is(0, &[]);
        let sent = server.request();
        let signatures = String::from_utf8_lossy(&sent).to_ascii_lowercase();
        assert_eq!(
            signatures.matches("x-airudder-sign: ").count(),
            1,
            "{input}"
        );
        folder.write("sent.http", sent);
        folder
            .chatlog(&format!("verify --scheme {scheme} sent.http"))
            .is(0, &["valid"]);
    }

    let server = Server::answering(&[OK, OK]);
    let run = server.replay(
        &folder,
        "--sign --scheme hmac-sha256:{header:nonce}{body} http.http",
    );
    run.is(2, &["http.http: cannot sign: ", "the header `nonce`"]);
    assert_eq!(server.requests().len(), 0);
    // Without the option, the secret in the environment changes nothing.
    server.replay(&folder, "http.http").is(0, &[]);
    let sent = server.request();
    assert!(text(&sent).contains("\r\nX-AIRudder-Sign: 6a60f0896fe55be4"));
}

#[test]
fn a_signature_in_a_file_beside_the_body_is_sent_with_it() {
    let folder = Folder::new("replay-sidecar");
    folder.write("a.json", "{}");
    folder.write("a.json.sig", "5f1c\n");
    let server = Server::answering(&[OK]);
    server
        .replay(&folder, "--header-name X-Hook a.json")
        .is(0, &[]);
    let sent = server.request();
    let wanted = "\r\nX-Hook: 5f1c\r\nContent-Type: application/json\r\n";
    assert!(text(&sent).contains(wanted), "{}", text(&sent));
}

#[test]
fn nothing_is_sent_where_it_was_not_meant_to_go() {
    let folder = Folder::new("replay-refusals");
    folder.write("a.json", "{}");
    for (target, words) in [
        (
            "http://192.0.2.1/",
            "--to: 192.0.2.1 is not a loopback address: add --allow-remote",
        ),
        (
            "http://[2001:db8::1]/",
            "2001:db8::1 is not a loopback address",
        ),
        ("http://0.0.0.0/", "0.0.0.0 is not a loopback address"),
        (
            "http://[::ffff:192.0.2.1]/",
            "192.0.2.1 is not a loopback address",
        ),
        (
            "https://127.0.0.1/",
            "--to: https is not supported: send to a local proxy",
        ),
        ("http://user:hunter2@/", "--to: the host is missing"),
        ("hook", "--to: expected a URL"),
        (
            "http://nowhere.invalid/",
            "--to: cannot look up nowhere.invalid",
        ),
    ] {
        let run = folder.chatlog(&format!("replay --to {target} a.json"));
        run.is(2, &[words]);
        assert!(!run.stderr.contains("hunter2") && run.text().is_empty());
    }
    let server = Server::answering(&[OK]);
    for (arguments, words) in [
        ("a.json gone.json", "gone.json: cannot read"),
        ("a.json#0", "deliveries are numbered from #1"),
        ("a.json#2", "there is no #2"),
        ("--secret x a.json", "needs --sign"),
        ("--scheme hmac-sha1 a.json", "needs --sign"),
        ("--encoding base64 a.json", "--sign"),
        ("--timeout 0 a.json", "--timeout"),
        ("", "is empty"),
    ] {
        server.replay(&folder, arguments).is(2, &[words]);
    }
    assert!(server.requests().is_empty());
}

/// Most systems connect to 0.0.0.0 as to themselves, but it is not a loopback address.
#[cfg(unix)]
#[test]
fn credentials_are_not_sent_to_other_machines() {
    let folder = Folder::new("replay-credentials");
    folder.write(
        "a.http",
        "POST / HTTP/1.1\r\nAuthorization: Bearer t\r\nX-AIRudder-Sign: 5f1c\r\ncookie: a=1\r\n\r\n{}",
    );
    let server = Server::answering(&[OK, OK]);
    let port = server.port;
    let to = |url: &str| folder.chatlog(&format!("replay --to {url} --allow-remote a.http"));
    to(&format!("http://0.0.0.0:{port}/")).is(
        0,
        &["1 delivery: sent without Authorization and Cookie: the target is another machine"],
    );
    to(&format!("http://u:p@0.0.0.0:{port}/")).is(0, &[]);
    let sent = server.requests();
    let [without, with] = [&sent[0], &sent[1]].map(|request| text(request).to_ascii_lowercase());
    assert!(!without.contains("authorization") && !without.contains("cookie"));
    assert!(with.contains("\r\nauthorization: basic dtpw\r\n") && !with.contains("cookie"));
    assert!(without.contains("\r\nx-airudder-sign: 5f1c\r\n"));
}

#[test]
fn ipv6_is_this_machine_too() {
    if TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let folder = Folder::new("replay-ipv6");
    folder.write("a.json", "{}");
    let server = Server::new("[::1]:0", |listener, requests| {
        let (mut stream, _) = listener.accept().expect("a connection");
        requests.send(request(&mut stream)).expect("the test runs");
        stream.write_all(OK).expect("the client reads");
    });
    let port = server.port;
    folder
        .chatlog(&format!("replay --to http://[::1]:{port}/ a.json"))
        .is(0, &["200 OK"]);
    assert!(text(&server.request()).contains(&format!("\r\nHost: [::1]:{port}\r\n")));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_for_an_answer() {
    let folder = Folder::new("replay-interrupt");
    folder.write("a.json", "{}");
    let server = Server::new("127.0.0.1:0", |listener, requests| {
        let (mut stream, _) = listener.accept().expect("a connection");
        requests.send(request(&mut stream)).expect("the test runs");
        thread::sleep(Duration::from_mins(1));
    });
    let url = format!("http://127.0.0.1:{}/", server.port);
    let mut command = folder.command(CHATLOG);
    let child = command.args(["replay", "--to", &url, "a.json"]).spawn();
    let mut child = child.expect("it starts");
    let sent = server.requests.recv_timeout(Duration::from_secs(30));
    sent.expect("a request");
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-s", "INT", &id])
        .status();
    assert!(kill.expect("there is a kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}
