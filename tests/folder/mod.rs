//! A folder for one test, in which it runs the program.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The secret of the signatures in these tests.
pub(crate) const SECRET: &str = "swordfish-42";

/// A folder that is deleted at the end of its test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// An empty folder with the name of the test.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// The text of one of its files.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a file of text")
    }

    /// A command that runs in it, without the program's environment variables.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.0)
            .env_remove("CHATLOG_SECRET")
            .env_remove("CHATLOG_SCHEME");
        command
    }

    /// Runs the program with these arguments, split at spaces, and with the secret in a variable.
    pub(crate) fn chatlog(&self, arguments: &str) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_chatlog"));
        command
            .env("CHATLOG_SECRET", SECRET)
            .args(arguments.split(' ').filter(|argument| !argument.is_empty()));
        run(&mut command, b"")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: i32,
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// Its standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// Its standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("text")
    }

    /// Asserts the exit code, and that all output together contains these words, whether or not
    /// they are wrapped.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, words: &[&str]) {
        let all = format!("{}{}", String::from_utf8_lossy(&self.stdout), self.stderr);
        assert_eq!(self.code, code, "{all}");
        let unwrapped = all.replace("\n    ", " ");
        for words in words {
            let is_said = all.contains(words) || unwrapped.contains(words);
            assert!(is_said, "no `{words}` in:\n{all}");
        }
    }
}

/// Runs a command to its end, with this on its standard input.
pub(crate) fn run(command: &mut Command, stdin: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // A program that does not read it has closed the pipe.
    drop(child.stdin.take().expect("a pipe").write_all(stdin));
    let output = child.wait_with_output().expect("it ends");
    Run {
        code: output.status.code().expect("no signal ends it"),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
