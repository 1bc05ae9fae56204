//! The README is correct: every command in its `console` blocks prints the lines below it.
//!
//! `BLESS=1 cargo test readme::` rewrites these lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tools that not every machine has. Commands that need a missing one are skipped.
const TOOLS: [&str; 2] = ["jq", "openssl"];

#[test]
fn the_examples_print_what_they_say() {
    let folder = working_folder();
    let readme = fs::read_to_string("README.md").expect("the tests run beside it");
    let told = retold(&readme, &folder);
    if std::env::var_os("BLESS").is_some() {
        fs::write("README.md", told).expect("it can be written");
        return;
    }
    for (line, (written, real)) in readme.lines().zip(told.lines()).enumerate() {
        assert_eq!(written, real, "README.md line {}", line + 1);
    }
    assert_eq!(
        readme.lines().count(),
        told.lines().count(),
        "the README is not as long as it should be"
    );
}

#[test]
fn the_pre_commit_check_stops_a_broken_fixture() {
    let folder = working_folder();
    let readme = fs::read_to_string("README.md").expect("the tests run beside it");
    let hook = readme
        .split("```sh\n")
        .find(|block| block.starts_with("#!/bin/sh"))
        .expect("it is there");
    let hook = hook.split("```").next().unwrap_or_default();
    fs::write(folder.join("hook"), hook).expect("the folder can be written");
    let committed = |sample: &str| {
        let script = format!(
            "rm -rf repository && git init -q repository && cd repository && mkdir fixtures && \
             cp ../samples/{sample} fixtures/ && git add . && sh ../hook"
        );
        run(&script, &folder).1
    };
    assert_eq!(committed("plain-chat.json"), Some(0));
    assert_ne!(committed("half-broken.json"), Some(0));
}

#[test]
fn the_github_step_passes_signed_fixtures_and_stops_others() {
    let folder = working_folder();
    let readme = fs::read_to_string("README.md").expect("the tests run beside it");
    let step = readme.split("  run: |\n").nth(1).expect("it is there");
    let step = step.split("  env:").next().unwrap_or_default();
    let exit_code = |sample: &str| {
        let fixtures = format!(
            "rm -rf tests/fixtures && mkdir -p tests/fixtures && cp samples/{sample} tests/fixtures/"
        );
        let secret = "export CHATLOG_SECRET=chatlog-sample-secret";
        run(
            &format!("{fixtures} && {secret} && set -e\n{step}"),
            &folder,
        )
        .1
    };
    assert_eq!(exit_code("captures/http.http"), Some(0));
    assert_eq!(exit_code("half-broken.json"), Some(1));
    assert_eq!(exit_code("plain-chat.json"), Some(1));
}

/// The README with the current output of its commands.
fn retold(readme: &str, folder: &Path) -> String {
    let mut told = String::new();
    let mut exports = String::new();
    let mut in_console = false;
    let mut is_left_out = false;
    for line in readme.lines() {
        if line == "```console" {
            in_console = true;
            is_left_out = false;
        } else if line == "```" {
            in_console = false;
        }
        match line.strip_prefix("$ ").filter(|_| in_console) {
            None if in_console && line != "```console" && !is_left_out => {}
            None => told += &format!("{line}\n"),
            Some(command) => {
                told += &format!("{line}\n");
                is_left_out = needs_what_is_missing(command, folder);
                if command.starts_with("export ") {
                    exports += &format!("{command}\n");
                } else if !is_left_out {
                    told += &run(&format!("{exports}{command}"), folder).0;
                }
            }
        }
    }
    told
}

fn needs_what_is_missing(command: &str, folder: &Path) -> bool {
    TOOLS.iter().any(|tool| {
        command.split_whitespace().any(|word| word == *tool)
            && run(&format!("command -v {tool}"), folder).1 != Some(0)
    })
}

/// The output of a command, and its exit code.
fn run(command: &str, folder: &Path) -> (String, Option<i32>) {
    let command = command.replace("cargo run -- ", "chatlog ");
    let program = Path::new(env!("CARGO_BIN_EXE_chatlog"))
        .parent()
        .expect("it is in a folder");
    let path = format!(
        "{}:{}",
        program.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("CHATLOG_SECRET")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("bash is there");
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code(),
    )
}

/// A folder with the samples in it, where a command may write.
fn working_folder() -> PathBuf {
    let name = std::thread::current().name().unwrap_or("readme").to_owned();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    copy(Path::new("samples"), &folder.join("samples"));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the target folder can be written");
    for entry in fs::read_dir(from).expect("the samples are there") {
        let entry = entry.expect("the samples are there");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the target folder can be written");
        }
    }
}
