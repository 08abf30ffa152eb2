//! Runs the C program that watches what the library frees.

use std::process::Command;

use clef_harness::{Library, Program, cargo_build};

use crate::support::scratch;

/// Never under valgrind or with a sanitiser: the program has a `free` of its own, as they have.
#[test]
fn freed_memory_has_no_secret() {
    let library = Library::of(&cargo_build(&[]));
    let program = Program::compile_against(&library, "tests/c/wiping.c", &scratch("wiping"), &[]);
    let output = Command::new(program.path())
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .expect("the program starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{stderr}");
    assert_eq!(stdout.matches("ok ").count(), 9, "{stdout}");
}
