//! Runs the C programs of `tests/c`, each against a sandbox of its own.

use clef_harness::Program;
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
