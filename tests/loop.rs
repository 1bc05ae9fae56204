//! The whole loop: what one command sends, another one receives, saves, verifies and sends again.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::folder::{Folder, SECRET, run};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");

/// A receiver that saves what it gets, until it is dropped.
struct Listener {
    process: Child,
    /// Its URL, without the path.
    url: String,
}

impl Listener {
    /// Listens on a free port and saves to this folder.
    fn saving_to(folder: &Folder, name: &str) -> Self {
        let mut process = folder
            .command(CHATLOG)
            .args(["listen", "--address", "127.0.0.1:0", "--save", name])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stderr = process.stderr.take().expect("a pipe");
        let mut line = String::new();
        BufReader::new(stderr)
            .read_line(&mut line)
            .expect("it says where it listens");
        let url = line.trim_end().strip_prefix("listening on ").expect(&line);
        let url = url.trim_end_matches('/').to_owned();
        Self { process, url }
    }

    /// Its host and port.
    fn host(&self) -> &str {
        self.url.strip_prefix("http://").expect("a URL")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Writes two notifications with different bodies into the folder.
fn write_samples(folder: &Folder) {
    for name in ["plain-chat.json", "every-content-type.json"] {
        let path = format!("{}/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        folder.write(name, std::fs::read(path).expect("a sample"));
    }
}

/// The files in a folder, in the order in which they were received.
fn saved(folder: &Folder, name: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path().join(name)).expect("a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let read = |path| std::fs::read_to_string(path).expect("a file of text");
    paths.into_iter().map(read).collect()
}

/// Asserts that the signatures of what was saved are valid, and that their scheme is found.
#[track_caller]
fn verify(folder: &Folder, name: &str) {
    folder
        .chatlog(&format!("verify {name}"))
        .is(0, &["2 deliveries: 2 valid"]);
    let found = folder.chatlog(&format!("verify --discover {name}"));
    found.is(0, &["--scheme 'hmac-sha256:{body}'"]);
}

#[cfg(unix)]
#[test]
fn what_curl_sends_is_saved_and_verified() {
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    if !has_curl {
        return;
    }
    let folder = Folder::new("loop-curl");
    write_samples(&folder);
    let listener = Listener::saving_to(&folder, "captures");
    let signed = folder.chatlog(&format!(
        "sign --as curl --url {}/hook plain-chat.json every-content-type.json",
        listener.url
    ));
    signed.is(0, &[]);
    let sent = run(&mut folder.command("bash"), &signed.stdout);
    assert_eq!((sent.code, sent.text()), (0, "{}\n{}\n"), "{}", sent.stderr);
    verify(&folder, "captures");
}

#[test]
fn what_is_sent_again_is_saved_as_it_was() {
    let folder = Folder::new("loop-replay");
    write_samples(&folder);
    let first = Listener::saving_to(&folder, "first");
    let arguments = "--sign plain-chat.json every-content-type.json";
    let sent = folder.chatlog(&format!("replay --to {}/hook {arguments}", first.url));
    sent.is(
        0,
        &["plain-chat.json  200 OK  ", "2 deliveries: 2 accepted"],
    );
    verify(&folder, "first");
    let wrong = folder
        .command(CHATLOG)
        .args(["verify", "--secret", &SECRET[1..], "first"])
        .output();
    assert_eq!(wrong.expect("it runs").status.code(), Some(1));

    let second = Listener::saving_to(&folder, "second");
    let sent = folder.chatlog(&format!("replay --to {}/hook first", second.url));
    sent.is(0, &["2 deliveries: 2 accepted"]);
    verify(&folder, "second");
    let before = saved(&folder, "first");
    let moved = before
        .iter()
        .map(|request| request.replace(first.host(), second.host()));
    assert!(saved(&folder, "second") == moved.collect::<Vec<_>>());
    assert!(before[0].ends_with(&folder.read("plain-chat.json")));
}
