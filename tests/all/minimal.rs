//! Runs `tests/c/minimal.c` against the library without HTTP.

use std::path::Path;

use clef_harness::{Library, Program, cargo_build};
use clef_sandbox::{Options, Sandbox};

use crate::support::scratch;

#[test]
fn minimal() {
    let folder = scratch("minimal");
    // Apart, since the other tests use the library as it is.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("minimal");
    let target = target.to_str().expect("the path is UTF-8");
    let library = Library::of(&cargo_build(&[
        "--no-default-features",
        "--target-dir",
        target,
    ]));
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let program = Program::compile_against(&library, "tests/c/minimal.c", &folder, &[]);
    let output = program.run([sandbox.url()]);
    print!("{output}");
    assert!(output.contains("ok "), "minimal ran no test");
}
