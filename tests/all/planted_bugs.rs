//! Proof that valgrind and the sanitisers watch the programs that the other tests run, and the library in them.

use std::env;

use clef_harness::Program;

use crate::support::scratch;

/// A mistake of `tests/c/planted_bugs.c`, and what a report of it says.
type Mistake = (&'static str, &'static str);

const OF_VALGRIND: &[Mistake] = &[
    ("read-after-free", "Invalid read"),
    ("free-twice", "Invalid read"),
    ("leak", "definitely lost"),
];

const OF_ADDRESS_SANITIZER: &[Mistake] = &[
    (
        "read-after-free",
        "ERROR: AddressSanitizer: heap-use-after-free",
    ),
    ("free-twice", "ERROR: AddressSanitizer: heap-use-after-free"),
    ("leak", "ERROR: LeakSanitizer: detected memory leaks"),
];

const OF_THREAD_SANITIZER: &[Mistake] = &[
    ("race", "in change_the_number"),
    (
        "race-in-clef",
        "in <clef::sender::http::config::HttpConfig>::set_timeout",
    ),
];

/// Unwatched, such mistakes may do anything, so only the correct run is left.
#[test]
fn planted_bugs_are_reported_where_somebody_watches() {
    let program = Program::compile("tests/c/planted_bugs.c", &scratch("planted_bugs"), &[]);
    program.run(["nothing"]);
    for (mistake, report) in that_would_be_seen() {
        let output = program
            .command()
            .arg(mistake)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{mistake} went unnoticed");
        let line = said
            .lines()
            .find(|line| line.contains(report))
            .unwrap_or_else(|| panic!("{mistake} was not reported:\n{said}"));
        println!("{mistake} is reported: {line}");
    }
}

fn that_would_be_seen() -> &'static [Mistake] {
    let flags = env::var("CLEF_TEST_CFLAGS").unwrap_or_default();
    match () {
        () if env::var_os("CLEF_TEST_VALGRIND").is_some() => OF_VALGRIND,
        () if flags.contains("-fsanitize=address") => OF_ADDRESS_SANITIZER,
        () if flags.contains("-fsanitize=thread") => OF_THREAD_SANITIZER,
        () => &[],
    }
}
