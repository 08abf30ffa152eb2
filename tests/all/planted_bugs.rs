//! Proof that valgrind and AddressSanitizer watch the programs that the other tests run, and the library in them.

use std::env;

use clef_harness::Program;

use crate::support::scratch;

/// A mistake of `tests/c/planted_bugs.c`, and what a report of it says.
const MISTAKES: [(&str, [&str; 2]); 3] = [
    (
        "read-after-free",
        [
            "Invalid read",
            "ERROR: AddressSanitizer: heap-use-after-free",
        ],
    ),
    (
        "free-twice",
        [
            "Invalid read",
            "ERROR: AddressSanitizer: heap-use-after-free",
        ],
    ),
    (
        "leak",
        [
            "definitely lost",
            "ERROR: LeakSanitizer: detected memory leaks",
        ],
    ),
];

/// Unwatched, such mistakes may do anything, so only the correct run is left.
#[test]
fn planted_bugs_are_reported_where_somebody_watches() {
    let program = Program::compile("tests/c/planted_bugs.c", &scratch("planted_bugs"), &[]);
    program.run(["nothing"]);
    if !is_watched() {
        return;
    }
    for (mistake, reports) in MISTAKES {
        let output = program
            .command()
            .arg(mistake)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{mistake} went unnoticed");
        let line = said
            .lines()
            .find(|line| reports.iter().any(|report| line.contains(report)))
            .unwrap_or_else(|| panic!("{mistake} was not reported:\n{said}"));
        println!("{mistake} is reported: {line}");
    }
}

fn is_watched() -> bool {
    let flags = env::var("CLEF_TEST_CFLAGS").unwrap_or_default();
    env::var_os("CLEF_TEST_VALGRIND").is_some() || flags.contains("-fsanitize=address")
}
