//! Runs the C programs of `tests/c`, each against a sandbox of its own.

use std::env::{self, consts};

use clef_harness::{Library, Program};
use clef_sandbox::{Options, Sandbox};

use crate::support::scratch;

/// Compiles and runs `tests/c/NAME.c`, with the sandbox's URL as its argument; gives what it printed.
pub fn run(name: &str) -> String {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let source = format!("tests/c/{name}.c");
    let output = Program::compile(&source, &scratch(name), &[]).run([sandbox.url()]);
    print!("{output}");
    assert!(output.contains("ok "), "{name} ran no test");
    output
}

#[test]
fn version() {
    run("version");
}

#[test]
fn service() {
    run("service");
}

#[test]
fn network() {
    run("network");
}

#[test]
fn threads() {
    run("threads");
}

#[test]
fn senders() {
    run("senders");
}

#[test]
fn keep_fresh() {
    run("keep_fresh");
}

#[test]
fn thousand() {
    run("thousand");
}

#[test]
fn idle() {
    run("idle");
}

#[test]
fn reference() {
    let output = run("reference");
    for name in include_str!("reference_names.txt").lines() {
        assert!(
            output.lines().any(|line| line == format!("ok {name}")),
            "{name} of the reference has no test"
        );
    }
}

#[test]
fn cancel() {
    run("cancel");
}

#[test]
fn unload() {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let program = Program::compile_unlinked("tests/c/unload.c", &scratch("unload"), ["-ldl"]);
    let file = format!("{}clef{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
    let library = Library::get().folder.join(file).display().to_string();
    // Valgrind takes a second for each.
    let rounds = match env::var_os("CLEF_TEST_VALGRIND") {
        Some(_) => "20",
        None => "200",
    };
    let output = program.run([sandbox.url(), library, rounds.into()]);
    print!("{output}");
    assert!(output.contains(&format!("ok {rounds} rounds of 16 operations")));
}
