//! The binding for Go: checked by Go's own tools, and tested against the sandbox with its race detector.

use std::process::{Command, Output};

use clef_harness::{Library, go_command, has_go, require};
use clef_sandbox::{Options, Sandbox};

use crate::support::{scratch, text};

/// A tool of Go, with this library; nothing where Go is missing.
fn tool(name: &str, test: &str) -> Option<Command> {
    require("go", has_go()).then(|| go_command(name, Library::get(), &scratch(test)))
}

/// Runs it, and gives what it wrote.
#[track_caller]
fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("it starts");
    let written = text(&stdout) + &text(&stderr);
    assert!(status.success(), "{written}");
    written
}

#[test]
fn is_formatted() {
    if let Some(mut gofmt) = tool("gofmt", "go_format") {
        assert_eq!(run(gofmt.args(["-l", "."])), "");
    }
}

#[test]
fn is_vetted() {
    if let Some(mut go) = tool("go", "go_vet") {
        run(go.args(["vet", "./..."]));
    }
}

/// Runs the tests of the binding, and sees that none was left out.
fn passes(test: &str, arguments: &[&str], at_least: usize) {
    let Some(mut go) = tool("go", test) else {
        return;
    };
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    go.args(["test", "-count=1", "-v"])
        .args(arguments)
        .env("CLEF_SANDBOX", sandbox.url());
    let written = run(&mut go);
    assert!(!written.contains("--- SKIP"), "{written}");
    let passed = written
        .lines()
        .filter(|line| line.starts_with("--- PASS"))
        .count();
    assert!(passed >= at_least, "{written}");
}

#[test]
fn passes_with_the_race_detector() {
    passes("go_race", &["-race", "./..."], 50);
}

/// The race detector keeps memory of its own, so this is without.
#[test]
fn memory_stays_flat() {
    passes("go_memory", &["-run", "TestMemoryStaysFlat", "."], 1);
}
