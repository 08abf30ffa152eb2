//! Runs the C programs of `tests/c`, each against a sandbox of its own.

use std::env::{self, consts};

use clef_harness::{Library, Program, require};
use clef_sandbox::{Options, Sandbox};

use crate::support::scratch;

/// Compiles and runs `tests/c/NAME.c`, with the sandbox's URL as its argument; gives what it printed.
pub fn run(name: &str) -> String {
    run_with(name, &[])
}

/// [`run`] with further arguments.
fn run_with(name: &str, arguments: &[&str]) -> String {
    run_as(name, name, arguments)
}

/// [`run_with`] for a program that several tests run, each in a folder of its own.
fn run_as(test: &str, name: &str, arguments: &[&str]) -> String {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let source = format!("tests/c/{name}.c");
    let program = Program::compile(&source, &scratch(test), &[]);
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
fn stored_token() {
    run_with("stored_token", &[&store_directory("stored_token")]);
}

/// For a minute with `CLEF_TEST_LONG=1`.
#[test]
fn processes_that_share_a_token() {
    let seconds = if is_long() { "60" } else { "5" };
    run_in_processes("share", seconds);
}

#[test]
fn processes_that_are_killed() {
    let kills = if is_long() { "300" } else { "30" };
    run_in_processes("kill", kills);
}

fn is_long() -> bool {
    env::var_os("CLEF_TEST_LONG").is_some()
}

fn run_in_processes(scene: &str, how_much: &str) {
    let name = format!("processes_{scene}");
    run_as(
        &name,
        "processes",
        &[&store_directory(&name), scene, how_much],
    );
}

/// Where a program may keep tokens.
fn store_directory(name: &str) -> String {
    let folder = scratch(&format!("{name}-store"));
    folder
        .to_str()
        .expect("the target folder has a plain name")
        .to_owned()
}

#[test]
fn fleet() {
    run("fleet");
}

#[test]
fn stored_login() {
    run("stored_login");
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
fn login() {
    run("login");
}

#[test]
fn file_store() {
    let output = run("file_store");
    let mount = "leave to mount a file system";
    require(mount, !output.contains(&format!("needs {mount}")));
}

#[test]
fn senders() {
    run("senders");
}

#[test]
fn custom_store() {
    run("custom_store");
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
