//! `chatlog listen`: what it keeps, what it refuses, and how it ends. Clients are plain sockets, so
//! that every byte is the test's own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::folder::Folder;
use crate::program::{program, run};

const SIGNED: &[u8] = include_bytes!("../samples/captures/http.http");
const SECRET: &str = "chatlog-sample-secret";
/// Nothing takes longer than this, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that is ended with its test.
struct Server {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
}

/// How a server ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Server {
    /// Starts one with these arguments, split at spaces, in the folder.
    fn start(folder: &Folder, arguments: &str) -> Self {
        Self::of(program(arguments_of(arguments)).current_dir(folder.path()))
    }

    fn of(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            let length = stderr.read_line(&mut line).expect("it is text");
            assert!(length > 0, "it does not listen: {said}");
            match line.strip_prefix("listening on http://") {
                Some(url) => break url.split('/').next().expect("an address").to_owned(),
                None => said += &line,
            }
        };
        Self {
            child,
            stderr,
            address,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Sends bytes and returns the first answer.
    fn send(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut stream = self.connect();
        // A request that is refused is not read to its end.
        drop(stream.write_all(bytes.as_ref()));
        answer(&mut stream)
    }

    /// Posts a body.
    fn post(&self, body: impl AsRef<[u8]>) -> Answer {
        self.send(request("", body.as_ref()))
    }

    /// Waits until it ends by itself.
    fn wait(mut self) -> Ended {
        let mut stdout = String::new();
        let mut out = self.child.stdout.take().expect("it is piped");
        out.read_to_string(&mut stdout).expect("it is text");
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).expect("it is text");
        Ended {
            code: self.child.wait().expect("it ends").code(),
            stdout,
            stderr,
        }
    }

    /// Sends a signal.
    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", name, &self.child.id().to_string()]);
        assert!(sent.status().expect("kill is there").success());
    }

    /// Interrupts it, and waits until it ends.
    #[cfg(unix)]
    fn interrupt(self) -> Ended {
        self.signal("INT");
        self.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// Reads the next answer of a connection.
fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        let read = stream.read(&mut byte).expect("an answer");
        let so_far = String::from_utf8_lossy(&bytes);
        assert_eq!(read, 1, "the connection is closed after {so_far:?}");
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).expect("a head is text");
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the whole body");
    Answer {
        status: head[9..12].parse().expect("a status"),
        head,
        body: String::from_utf8(body).expect("the body is text"),
    }
}

/// A request with these headers and this body.
fn request(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /hook HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn arguments_of(arguments: &str) -> Vec<String> {
    let words = arguments.split(' ').filter(|word| !word.is_empty());
    ["listen", "--address", "127.0.0.1:0"]
        .into_iter()
        .chain(words)
        .map(str::to_owned)
        .collect()
}

/// The files that were saved, in order.
fn saved(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// The content of the only file that was saved.
fn only(folder: &Path) -> Vec<u8> {
    let paths = saved(folder);
    assert_eq!(paths.len(), 1, "{paths:?}");
    fs::read(&paths[0]).expect("it can be read")
}

/// Waits until something is so.
#[cfg(unix)]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_request_is_saved_byte_for_byte_before_it_is_answered() {
    let folder = Folder::new("listen-exact");
    let mut server = Server::start(&folder, "--save captures/");
    // Names in mixed case, odd order and spaces, bytes that are not UTF-8, and a body that is no text.
    let mut sent = b"POST /a?b=%20 HTTP/1.1\r\nx-aiRUDDER-sign:   1 \r\nHost: b\r\nZ: 1\r\na: \xff\r\nZ: 2\r\ncontent-LENGTH: 5\r\n\r\n"
        .to_vec();
    sent.extend(b"\x00\r\n\xfe\n");
    let answered = server.send(&sent);
    assert_eq!((answered.status, &answered.body[..]), (200, "{}"));
    assert!(answered.head.contains("content-type: application/json"));
    // Not even the end of the process, at once and without a warning, loses it.
    server.child.kill().expect("it runs");
    server.child.wait().expect("it ends");
    assert_eq!(only(&folder.path().join("captures")), sent);
}

#[test]
fn chunks_are_joined_and_content_encodings_are_kept() {
    let folder = Folder::new("listen-chunked");
    let server = Server::start(&folder, "--save captures");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"{\"a\": 1}").expect("memory is there");
    let gzip = gzip.finish().expect("memory is there");
    let (start, end) = gzip.split_at(7);
    let chunk = |bytes: &[u8]| {
        [
            format!("{:X};x=y\r\n", bytes.len()).as_bytes(),
            bytes,
            b"\r\n",
        ]
        .concat()
    };
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-encoding: chunked\r\nTrailer: T\r\nContent-Encoding: gzip\r\n\r\n";
    let sent = [
        head.as_bytes(),
        &chunk(start),
        &chunk(end),
        b"0\r\nT: 1\r\n\r\n",
    ]
    .concat();
    assert_eq!(server.send(sent).status, 200);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\nContent-Encoding: gzip\r\n\r\n",
        gzip.len()
    );
    assert_eq!(
        only(&folder.path().join("captures")),
        [head.as_bytes(), &gzip].concat()
    );
}

#[test]
fn one_connection_carries_many_deliveries() {
    let folder = Folder::new("listen-pipelined");
    let server = Server::start(&folder, "--save captures");
    let mut stream = server.connect();
    // At once, one after another, and with an empty line before one of them.
    let requests: Vec<Vec<u8>> = (0..5)
        .map(|number| request(&format!("N: {number}\r\n"), &vec![b'x'; 40_000 * number]))
        .collect();
    let [first, second, rest @ ..] = &requests[..] else {
        unreachable!("there are five");
    };
    stream
        .write_all(&[first, &b"\r\n"[..], second].concat())
        .expect("it is read");
    assert_eq!(answer(&mut stream).status, 200);
    assert_eq!(answer(&mut stream).status, 200);
    for request in rest {
        stream.write_all(request).expect("it is read");
        assert_eq!(answer(&mut stream).status, 200);
    }
    // A packet for each byte, so that no part of a request arrives as a whole.
    let slow = request("N: 5\r\n", b"{}").repeat(2);
    stream.set_nodelay(true).expect("an option of sockets");
    for byte in &slow {
        stream.write_all(&[*byte]).expect("it is read");
    }
    assert_eq!(answer(&mut stream).status, 200);
    assert_eq!(answer(&mut stream).status, 200);
    let files: Vec<Vec<u8>> = saved(&folder.path().join("captures"))
        .iter()
        .map(|path| fs::read(path).expect("it can be read"))
        .collect();
    assert_eq!(files[..5], requests);
    assert_eq!(files[5..].concat(), slow);
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    let folder = Folder::new("listen-continue");
    let server = Server::start(&folder, "--save captures --max-size 1");
    let mut stream = server.connect();
    let sent = request("Expect: 100-continue\r\n", b"{}");
    let (head, body) = sent.split_at(sent.len() - 2);
    stream.write_all(head).expect("it is read");
    assert_eq!(answer(&mut stream).status, 100);
    stream.write_all(body).expect("it is read");
    assert_eq!(answer(&mut stream).status, 200);
    assert_eq!(only(&folder.path().join("captures")), sent);
    // One that is too large is refused before it is sent.
    let large =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n";
    assert_eq!(server.send(large).status, 413);
}

#[test]
fn what_is_saved_is_shown_as_show_does() {
    let folder = Folder::new("listen-shown");
    let options = format!("--secret {SECRET} --format json");
    let server = Server::start(&folder, &format!("--once --save captures {options}"));
    assert_eq!(server.send(SIGNED).status, 200);
    let ended = server.wait();
    let captures = folder.path().join("captures");
    let path = saved(&captures).remove(0);
    let mut shown = program(["show"]);
    let shown = shown.current_dir(folder.path()).args(options.split(' '));
    let shown = shown.arg(Path::new("captures").join(path.file_name().expect("a name")));
    let shown = shown.output().expect("the program starts");
    assert_eq!(ended.stdout, String::from_utf8_lossy(&shown.stdout));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).expect("one line of JSON");
    assert_eq!(report["signature"]["verdict"], "valid");
    assert_eq!(report["capture"]["fidelity"], "exact");
}

#[test]
fn once_ends_with_the_exit_code_of_its_delivery() {
    let folder = Folder::new("listen-once");
    let ended = |arguments: &str, sent: &[u8]| {
        let server = Server::start(&folder, &format!("--once {arguments}"));
        assert_eq!(server.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
        assert_eq!(server.send(sent).status, 200);
        let ended = server.wait();
        assert!(ended.stderr.contains("received 1 delivery\n"), "{ended:?}");
        ended
    };
    let secret = format!("--secret {SECRET}");
    assert_eq!(ended(&secret, SIGNED).code, Some(0));
    let wrong = ended("--secret wrong", SIGNED);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stdout.contains("Signature  invalid"), "{wrong:?}");
    assert!(
        !wrong.stdout.contains("see chatlog"),
        "there is no file: {wrong:?}"
    );
    let other = ended("", &request("", b"{\"a\": 1}"));
    assert_eq!(other.code, Some(1));
    assert!(other.stdout.contains("not-a-notification"), "{other:?}");
    assert_eq!(ended("", &request("", b"")).code, Some(2));
}

#[test]
fn only_deliveries_are_taken() {
    let folder = Folder::new("listen-refused");
    let server = Server::start(&folder, "--save captures --path /hook --max-size 1");
    let status = |sent: &str| server.send(sent).status;
    assert_eq!(status("GET /hook HTTP/1.1\r\n\r\n"), 200);
    let head = "HEAD /hook HTTP/1.0\r\n\r\n";
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).expect("it is read");
    let mut answered = String::new();
    stream.read_to_string(&mut answered).expect("it is text");
    assert!(answered.starts_with("HTTP/1.0 200 OK"), "{answered}");
    assert!(answered.ends_with("\r\n\r\n"), "{answered}");
    for (sent, want) in [
        ("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 404),
        ("POST /hook/ HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 404),
        ("PUT /hook HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 405),
        ("OPTIONS /hook HTTP/1.1\r\n\r\n", 405),
        (
            "POST /hook HTTP/1.1\r\nOrigin: null\r\nContent-Length: 2\r\n\r\n{}",
            403,
        ),
        (
            "GET /hook HTTP/1.1\r\nOrigin: http://localhost\r\n\r\n",
            403,
        ),
        (
            "POST /hook HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n",
            413,
        ),
        (
            "POST /hook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n",
            200,
        ),
        (
            "POST /hook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            400,
        ),
        (
            "POST /hook HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            400,
        ),
        (
            "POST /hook HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /hook HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /hook HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
            400,
        ),
        ("POST /hook HTTP/1.1\r\nNo header\r\n\r\n", 400),
        ("POST /hook\r\n\r\n", 400),
        ("\x16\x03\x01\x02\x01\x01", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ] {
        if want == 200 {
            // A chunk that is larger than the limit.
            let sent = [sent.as_bytes(), &vec![b'x'; 0x10_0001]].concat();
            assert_eq!(server.send(sent).status, 413);
        } else {
            assert_eq!(status(sent), want, "{sent:?}");
        }
    }
    let long = format!("POST /hook HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    assert_eq!(status(&long), 431);
    let many = format!("POST /hook HTTP/1.1\r\n{}\r\n", "X: 1\r\n".repeat(101));
    assert_eq!(status(&many), 431);
    let put = server.send("PUT /hook HTTP/1.1\r\n\r\n");
    assert!(put.head.contains("allow: POST"), "{put:?}");
    assert!(saved(&folder.path().join("captures")).is_empty());
}

#[test]
fn requests_that_do_not_arrive_are_given_up() {
    let folder = Folder::new("listen-slow");
    let server = Server::start(&folder, "--save captures --timeout 1");
    let started = Instant::now();
    let starts = [
        "P",
        "POST / HTTP/1.1\r\nHo",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}",
    ];
    let mut stalled: Vec<TcpStream> = starts
        .map(|start| {
            let mut stream = server.connect();
            stream.write_all(start.as_bytes()).expect("it is read");
            stream
        })
        .into();
    // Bytes that arrive one by one do not make it last longer.
    let mut loris = server.connect();
    while started.elapsed() < Duration::from_millis(900) {
        loris.write_all(b"P").expect("it is read");
        std::thread::sleep(Duration::from_millis(50));
    }
    stalled.push(loris);
    for mut stream in stalled {
        assert_eq!(answer(&mut stream).status, 408);
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "the time is not from the first byte"
    );
    // Those that end in the middle are told at once, if the client still reads.
    for start in &starts[1..] {
        let mut stream = server.connect();
        stream.write_all(start.as_bytes()).expect("it is read");
        stream.shutdown(Shutdown::Write).expect("it is open");
        assert_eq!(answer(&mut stream).status, 400);
    }
    // A complete request is answered nevertheless.
    let mut stream = server.connect();
    stream.write_all(&request("", b"{}")).expect("it is read");
    stream.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(answer(&mut stream).status, 200);
    only(&folder.path().join("captures"));
}

#[test]
fn idle_connections_keep_nobody_out_for_ever() {
    let folder = Folder::new("listen-idle");
    let server = Server::start(&folder, "--quiet --timeout 1");
    let idle: Vec<TcpStream> = (0..140).map(|_| server.connect()).collect();
    assert_eq!(server.post("{}").status, 200);
    drop(idle);
}

#[test]
fn nothing_is_acknowledged_that_cannot_be_saved() {
    let folder = Folder::new("listen-gone");
    let captures = folder.path().join("captures");
    let server = Server::start(&folder, "--save captures --max-total 1 --max-size 2");
    assert_eq!(server.post("{}").status, 200);
    fs::remove_dir_all(&captures).expect("it is there");
    assert_eq!(server.post("{}").status, 500);
    assert_eq!(server.post("{}").status, 500);
    fs::create_dir(&captures).expect("its name is free");
    assert_eq!(server.post("{}").status, 200);
    // More than --max-total.
    assert_eq!(server.post(vec![b' '; 1 << 20]).status, 507);
    assert_eq!(server.post("{}").status, 200);
    assert_eq!(
        saved(&captures).len(),
        2,
        "nothing is left of those that failed"
    );
}

/// The limit on the size of files stands in for a full disk: the write fails in the middle.
#[cfg(unix)]
#[test]
fn a_full_disk_is_no_success() {
    let folder = Folder::new("listen-full");
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" listen -a 127.0.0.1:0 --save captures";
    let mut command = Command::new("bash");
    let command = command.args(["-c", script, env!("CARGO_BIN_EXE_chatlog")]);
    let server = Server::of(command.current_dir(folder.path()));
    assert_eq!(server.post(vec![b' '; 100_000]).status, 500);
    assert_eq!(server.post(vec![b' '; 100_000]).status, 500);
    assert_eq!(server.post("{}").status, 200);
    only(&folder.path().join("captures"));
    let ended = server.interrupt();
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr.matches("cannot save a delivery").count(),
        1,
        "{ended:?}"
    );
    assert!(ended.stderr.contains("2 × 500 not saved"), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn deliveries_are_private() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("listen-private");
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    let server = Server::start(&folder, "--save new/captures --sync");
    assert_eq!(server.post("{}").status, 200);
    let captures = folder.path().join("new/captures");
    assert_eq!(mode(&captures), 0o700);
    assert_eq!(mode(&saved(&captures)[0]), 0o600);

    symlink(&captures, folder.path().join("link")).expect("its name is free");
    let open = folder.path().join("open");
    fs::create_dir(&open).expect("its name is free");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).expect("it is ours");
    folder.write("file", "");
    for (name, want) in [
        ("link", "symbolic link"),
        ("link/", "symbolic link"),
        ("link/.", "symbolic link"),
        ("open", "everybody can write"),
        ("file", "not a folder"),
    ] {
        let path = folder.path().join(name);
        let path = path.to_str().expect("paths of tests are text");
        let run = run(["listen", "-a", "127.0.0.1:0", "--save", path]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(want), "{name}: {run:?}");
    }
}

#[test]
fn a_stalled_reader_delays_no_answer_and_loses_nothing() {
    let folder = Folder::new("listen-stalled");
    let server = Server::start(&folder, "--save captures --format json");
    let mut stream = server.connect();
    // Their output fills a pipe several times, and nobody reads it yet.
    for _ in 0..100 {
        stream.write_all(SIGNED).expect("it is read");
        assert_eq!(answer(&mut stream).status, 200);
    }
    assert_eq!(saved(&folder.path().join("captures")).len(), 100);
    let mut server = server;
    let out = server.child.stdout.take().expect("it is piped");
    let lines = BufReader::new(out).lines().take(100);
    let sources: Vec<String> = lines
        .map(|line| {
            let report: Value = serde_json::from_str(&line.expect("it is text")).expect("JSON");
            report["source"].as_str().expect("a name").to_owned()
        })
        .collect();
    assert_eq!(sources.len(), 100);
    assert!(sources.is_sorted(), "they are shown in order");
}

/// Fills the pipe of a server that shows JSON, so that its display waits for a reader.
#[cfg(unix)]
fn stall(server: &Server) {
    for _ in 0..100 {
        assert_eq!(server.send(SIGNED).status, 200);
    }
}

#[cfg(unix)]
#[test]
fn what_nobody_can_see_is_told() {
    let folder = Folder::new("listen-not-shown");
    let server = Server::start(&folder, "--format json");
    stall(&server);
    // More than may wait.
    let large = vec![b'x'; 8 << 20];
    for _ in 0..10 {
        assert_eq!(server.post(&large).status, 200);
    }
    let ended = server.interrupt();
    assert_eq!(
        ended.code,
        Some(2),
        "it was answered, but neither saved nor shown"
    );
    let shown = ended.stdout.lines().count();
    let said = format!("{} deliveries were not shown", 110 - shown);
    assert!((100..110).contains(&shown), "{shown}");
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_does_not_wait_for_a_reader_for_ever() {
    let folder = Folder::new("listen-stalled-signal");
    let mut server = Server::start(&folder, "--save captures --format json");
    stall(&server);
    server.signal("TERM");
    let code = server.child.wait().expect("it ends").code();
    assert_eq!(code, Some(2));
    assert_eq!(saved(&folder.path().join("captures")).len(), 100);
}

#[test]
fn it_goes_on_without_a_reader_only_if_it_is_of_use() {
    let folder = Folder::new("listen-closed");
    let mut server = Server::start(&folder, "--save captures --format json");
    drop(server.child.stdout.take());
    for _ in 0..20 {
        assert_eq!(server.post("{}").status, 200);
    }
    assert_eq!(saved(&folder.path().join("captures")).len(), 20);

    let mut server = Server::start(&folder, "--format json");
    drop(server.child.stdout.take());
    assert_eq!(server.post("{}").status, 200);
    let code = server.child.wait().expect("it ends").code();
    assert_eq!(code, Some(1), "what was found until then still counts");
}

#[cfg(unix)]
#[test]
fn a_signal_finishes_what_is_in_flight() {
    for signal in ["INT", "TERM"] {
        let folder = Folder::new(&format!("listen-signal-{signal}"));
        let server = Server::start(&folder, &format!("--save captures --secret {SECRET}"));
        let _idle = server.connect();
        let mut stream = server.connect();
        let (start, end) = SIGNED.split_at(SIGNED.len() - 10);
        stream.write_all(start).expect("it is read");
        // The server has read the start once it answers what was sent later.
        assert_eq!(server.send("GET / HTTP/1.1\r\n\r\n").status, 200);
        server.signal(signal);
        until("it still listens", || {
            TcpStream::connect(&server.address).is_err()
        });
        stream.write_all(end).expect("it is read");
        assert_eq!(answer(&mut stream).status, 200);
        let ended = server.wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(only(&folder.path().join("captures")), SIGNED);
        assert!(ended.stderr.contains("received 1 delivery\n"), "{ended:?}");
        assert!(!ended.stdout.is_empty());
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new("listen-second-signal");
    let server = Server::start(&folder, "");
    let mut stream = server.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\n")
        .expect("it is read");
    assert_eq!(server.send("GET / HTTP/1.1\r\n\r\n").status, 200);
    server.signal("INT");
    until("it still listens", || {
        TcpStream::connect(&server.address).is_err()
    });
    assert_eq!(server.interrupt().code, Some(130));
}

#[cfg(unix)]
#[test]
fn redeliveries_are_marked() {
    let folder = Folder::new("listen-again");
    let server = Server::start(&folder, "--save captures --format json");
    for body in ["{\"a\": 1}", "{\"a\": 2}", "{\"a\": 1}"] {
        assert_eq!(server.post(body).status, 200);
    }
    let ended = server.interrupt();
    let first = saved(&folder.path().join("captures")).remove(0);
    let first = Path::new("captures").join(first.file_name().expect("a name"));
    let mark = format!("redelivery: the same body as {}", first.display());
    let marks: Vec<bool> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|report| report["capture"]["notes"] == serde_json::json!([mark]))
        .collect();
    assert_eq!(marks, [false, false, true]);
    assert_eq!(ended.stderr.matches(&mark).count(), 1, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("received 3 deliveries, 1 of them a redelivery")
    );
}

/// A program under test, which takes one request and gives one answer.
fn target(answer: &'static [u8]) -> (String, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!(
        "http://{}/in?x=1",
        listener.local_addr().expect("an address")
    );
    let serve = move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut received = Vec::new();
        while !received.ends_with(b"the end") {
            let mut chunk = [0; 4096];
            let read = stream.read(&mut chunk).expect("a request");
            assert_ne!(read, 0, "the request ends early");
            received.extend_from_slice(&chunk[..read]);
        }
        stream.write_all(answer).expect("it is read");
        received
    };
    (url, std::thread::spawn(serve))
}

#[test]
fn a_delivery_is_saved_and_passed_on_and_the_answer_comes_back() {
    let folder = Folder::new("listen-forward");
    let (url, received) = target(
        b"HTTP/1.1 422 No\r\nConnection: x\r\nX: 1\r\nY: 2\r\nY: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
    );
    let server = Server::start(&folder, &format!("--save captures --forward {url}"));
    let body = b"\x00\xff the end";
    let sent = request(
        "x-ONE: 1\r\nTE: trailers\r\nConnection: keep-alive, B\r\nB: 1\r\nExpect: 100-continue\r\na:  é\r\n",
        body,
    );
    let mut stream = server.connect();
    stream.write_all(&sent).expect("it is read");
    assert_eq!(answer(&mut stream).status, 100);
    let answered = answer(&mut stream);
    assert_eq!((answered.status, &answered.body[..]), (422, "no"));
    let head = answered.head.to_ascii_lowercase();
    assert!(head.contains("\r\ny: 2\r\ny: 3\r\n"), "{head}");
    assert!(
        !head.contains("x: 1") && !head.contains("chunked"),
        "{head}"
    );
    let received = received.join().expect("the target does not panic");
    let want = format!(
        "POST /in?x=1 HTTP/1.1\r\nHost: {}\r\nx-ONE: 1\r\na: \u{e9}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        url["http://".len()..].split('/').next().expect("a host"),
        body.len()
    );
    let received = String::from_utf8_lossy(&received).into_owned();
    assert_eq!(received, want + &String::from_utf8_lossy(body));
    assert_eq!(only(&folder.path().join("captures")), sent);
}

#[test]
fn a_target_without_an_answer_is_a_bad_gateway() {
    let folder = Folder::new("listen-down");
    let (broken, received) = target(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ncut");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let down = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    for (url, why) in [
        (broken, "closed within the answer"),
        (down, "cannot connect"),
    ] {
        let name = why.replace(' ', "-");
        let options = format!("--once --save {name} --forward {url} --format json");
        let server = Server::start(&folder, &options);
        assert_eq!(server.post("the end").status, 502);
        let ended = server.wait();
        assert!(ended.stderr.contains(why), "{ended:?}");
        assert_eq!(ended.code, Some(2));
        only(&folder.path().join(name));
    }
    received.join().expect("the target does not panic");
}

#[test]
fn deliveries_are_passed_on_only_where_they_may_go() {
    for (arguments, want) in [
        (
            "--forward http://192.0.2.1/",
            "192.0.2.1 is not this machine",
        ),
        ("--forward https://localhost/", "TLS"),
        ("--forward ftp://localhost/", "expected a URL"),
        (
            "-a 127.0.0.1:48787 --forward http://localhost:48787/",
            "itself listens on",
        ),
    ] {
        let arguments = arguments.split(' ');
        let run = run(["listen", "-a", "127.0.0.1:0"]
            .into_iter()
            .take(1)
            .chain(arguments));
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(want), "{run:?}");
    }
}

#[test]
fn other_machines_are_let_in_only_loudly() {
    let folder = Folder::new("listen-everywhere");
    let mut command = program(["listen", "--address", "0.0.0.0:0", "--once"]);
    let command = command.current_dir(folder.path());
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn();
    let child = child.as_mut().expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut line = || lines.next().expect("a line").expect("it is text");
    assert!(line().contains("other machines can reach this address"));
    assert!(line().starts_with("listening on http://0.0.0.0:"));
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    let busy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = busy.local_addr().expect("an address").to_string();
    let run = run(["listen", "--address", &address]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains(&format!("--address {address}: cannot listen")),
        "{run:?}"
    );
}
