//! Runs the C programs of `tests/c`, each against a sandbox of its own.

use std::env::{self, consts};

use clef_harness::{Library, Program};
use clef_sandbox::{Options, Sandbox};

use crate::support::scratch;

/// Compiles and runs `tests/c/NAME.c`, with the sandbox's URL as its argument; gives what it printed.
pub fn run(name: &str) -> String {
    run_with(name, &[])
}

/// [`run`] with further arguments.
fn run_with(name: &str, arguments: &[&str]) -> String {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let source = format!("tests/c/{name}.c");
    let program = Program::compile(&source, &scratch(name), &[]);
    let output = program.run([&[&*sandbox.url()], arguments].concat());
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
fn imports() {
    run("imports");
}

#[test]
fn threads() {
    run("threads");
}

#[test]
fn redirect_listener() {
    run("redirect_listener");
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
fn background_senders() {
    run("background_senders");
}

#[test]
fn deadlocks() {
    run("deadlocks");
}

#[test]
fn reentry() {
    run("reentry");
}

#[test]
fn operations() {
    run("operations");
}

/// With a new seed each time, which it prints.
#[test]
fn operation_walk() {
    let steps = match std::env::var_os("CLEF_TEST_VALGRIND") {
        None => 100_000,
        Some(_) => 15_000,
    };
    let output = run_with("operation_walk", &[&steps.to_string()]);
    assert!(output.starts_with("seed "), "it does not say its seed");
    assert!(
        output.contains(&format!("{steps} steps: ")),
        "it did not walk {steps} steps"
    );
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
